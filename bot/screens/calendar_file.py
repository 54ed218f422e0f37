"""A booking as an .ics file that every calendar opens, and the file that takes it out of the calendar again."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from bot.screens.calendar_zone import time_zone
from bot.screens.page import File
from domain.model import BookingStatus, HeldBooking
from domain.names import plain

LEAST_ALARM = timedelta(hours=1)  # before the class
TIME_TO_DECIDE = timedelta(minutes=30)  # before a place can't be given back for free any more
USUAL_MINUTES = 60  # where neither the site nor the timetable says how long it lasts
OVER = (BookingStatus.CANCELLED, BookingStatus.GONE)


def calendar_file(held: HeldBooking, end: time | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime) -> File:
    """The file of a booking, or, once it is held no more, the one that cancels it (RFC 5546).

    Its UID stays the same from file to file and its SEQUENCE grows, so that a calendar never shows it twice. While it
    is held there is no METHOD: a calendar then offers to add it as one's own event, not to answer an invitation.
    """
    is_over = held.status in OVER
    calendar = Calendar()
    calendar.add("prodid", "-//Polimisport Bot//IT")
    calendar.add("version", "2.0")
    if is_over:
        calendar.add("method", "CANCEL")
    calendar.add_component(time_zone(zone, held.booking.day.year))
    calendar.add_component(_event(held, end, zone, free_cancel, now))
    return File(f"{_file_name(held)}{'-annullata' if is_over else ''}.ics", calendar.to_ical())


def _file_name(held: HeldBooking) -> str:
    """`pilates-matwork-2026-11-24`: what it is and when, in letters every file system takes."""
    words = re.sub(r"[^a-z0-9]+", "-", plain(held.booking.course)).strip("-")
    return f"{words[:50] or 'polimisport'}-{held.booking.day.isoformat()}"


def _event(held: HeldBooking, end: time | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime) -> Event:
    booking = held.booking
    event = Event()
    event.add("uid", f"{held.calendar_id}-{held.user_id}@polimisport-bot")
    event.add("sequence", held.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", datetime.combine(booking.day, booking.start, zone))
    event.add("dtend", _end(held, end, zone))
    event.add("summary", booking.course)
    event.add("organizer", vCalAddress("mailto:nessuno@polimisport-bot.invalid"))
    event.add("status", "CANCELLED" if held.status in OVER else "CONFIRMED")
    if booking.location:
        event.add("location", f"{booking.location}, Polimisport")
    if held.status not in OVER:
        event.add_component(_alarm(booking.course, max(LEAST_ALARM, free_cancel + TIME_TO_DECIDE)))
    return event


def _end(held: HeldBooking, end: time | None, zone: ZoneInfo) -> datetime:
    start = datetime.combine(held.booking.day, held.booking.start)
    if held.booking.minutes is None and end is not None and end > held.booking.start:
        return datetime.combine(held.booking.day, end, zone)
    return (start + timedelta(minutes=held.booking.minutes or USUAL_MINUTES)).replace(tzinfo=zone)


def _alarm(course: str, before: timedelta) -> Alarm:
    """While the place can still be given back for free."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", course)
    alarm.add("trigger", -before)
    return alarm

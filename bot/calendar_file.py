"""A booking as an .ics file that every calendar opens: its zone, its place, an alarm an hour before."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event

from bot.page import File
from model import HeldBooking, plain

ALARM_BEFORE = timedelta(hours=1)
USUAL_MINUTES = 60  # where neither the site nor the timetable says how long it lasts


def calendar_file(held: HeldBooking, end: time | None, zone: ZoneInfo, now: datetime) -> File:
    """The file of a booking. Its UID stays the same from file to file, so that a calendar never shows it twice.

    No METHOD: a calendar then offers to add it as one's own event, not to answer an invitation.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Polimisport Bot//IT")
    calendar.add("version", "2.0")
    calendar.add_component(_event(held, end, zone, now))
    year = held.booking.day.year
    calendar.add_missing_timezones(first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
    return File(f"{_file_name(held)}.ics", calendar.to_ical())


def _file_name(held: HeldBooking) -> str:
    """`pilates-matwork-2026-11-24`: what it is and when, in letters every file system takes."""
    words = re.sub(r"[^a-z0-9]+", "-", plain(held.booking.course)).strip("-")
    return f"{words[:50] or 'polimisport'}-{held.booking.day.isoformat()}"


def _event(held: HeldBooking, end: time | None, zone: ZoneInfo, now: datetime) -> Event:
    booking = held.booking
    event = Event()
    event.add("uid", f"{held.booking_id}-{held.user_id}@polimisport-bot")
    event.add("dtstamp", now)
    event.add("dtstart", datetime.combine(booking.day, booking.start, zone))
    event.add("dtend", _end(held, end, zone))
    event.add("summary", booking.course)
    if booking.location:
        event.add("location", f"{booking.location}, Polimisport, Milano")
    event.add_component(_alarm(booking.course))
    return event


def _end(held: HeldBooking, end: time | None, zone: ZoneInfo) -> datetime:
    start = datetime.combine(held.booking.day, held.booking.start)
    if held.booking.minutes is None and end is not None and end > held.booking.start:
        return datetime.combine(held.booking.day, end, zone)
    return (start + timedelta(minutes=held.booking.minutes or USUAL_MINUTES)).replace(tzinfo=zone)


def _alarm(course: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", course)
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm

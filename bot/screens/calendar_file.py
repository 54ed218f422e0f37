"""A booking as an .ics file that every calendar opens, and the file that takes it out of the calendar again."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from bot.screens.calendar_zone import time_zone
from bot.screens.page import File, clip
from bot.screens.when import When
from domain.model import BookingStatus, HeldBooking, Slot, starts_at
from domain.names import plain
from domain.places import city_of
from languages import _, spoken

LEAST_ALARM = timedelta(hours=1)  # before the class
TIME_TO_DECIDE = timedelta(minutes=30)  # before a place can't be given back for free any more
USUAL_MINUTES = 60  # where neither the site nor the timetable says how long it lasts
LONGEST_TEXT = 200  # characters of a name from the site
OVER = (BookingStatus.CANCELLED, BookingStatus.GONE)
ORGANIZER = "mailto:nessuno@polimisport-bot.invalid"  # RFC 5546 wants one; mail to it reaches nobody


def calendar_file(held: HeldBooking, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime) -> File:
    """The file of a booking, or, once it is held no more, the one that cancels it (RFC 5546, 3.2.1 and 3.2.5).

    It is published, with nobody invited: a calendar offers to add it as one's own event, not to answer. `slot`: how
    the timetable has the class.
    """
    is_over = held.status in OVER
    calendar = Calendar()
    calendar.add("prodid", f"-//Polimisport Bot//{spoken().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_over else "PUBLISH")
    calendar.add_component(time_zone(zone, held.booking.day.year))
    calendar.add_component(calendar_event(held, slot, zone, free_cancel, now))
    return File(f"{_file_name(held)}.ics", calendar.to_ical())


def calendar_event(
    held: HeldBooking, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime
) -> Event:
    """All that a calendar shows of a booking.

    Its UID stays the same from file to file and its SEQUENCE grows, so that a calendar never shows it twice.
    """
    booking, is_over = held.booking, held.status in OVER
    course = clip(booking.course, LONGEST_TEXT)
    event = Event()
    event.add("uid", f"{held.calendar_id}-{held.user_id}@polimisport-bot")
    event.add("sequence", held.sequence)
    event.add("dtstamp", now)
    event.add("last-modified", min(held.updated_at, now))
    event.add("dtstart", datetime.combine(booking.day, booking.start, zone))
    event.add("dtend", _end(held, slot.end if slot else None, zone))
    event.add("summary", _("Annullata: {course}", course=course) if is_over else course)
    event.add("description", _description(held, slot, zone, free_cancel))
    event.add("organizer", vCalAddress(ORGANIZER))
    event.add("status", "CANCELLED" if is_over else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if is_over else "OPAQUE")
    if booking.location:
        event.add("location", _location(clip(booking.location, LONGEST_TEXT)))
    if not is_over:
        text = _("{course} alle {time}.", course=course, time=f"{booking.start:%H:%M}")
        event.add_component(_alarm(f"{text} {_until(held, zone, free_cancel)}", free_cancel))
    return event


def _file_name(held: HeldBooking) -> str:
    """`pilates-matwork-2026-11-24`: what it is and when, in letters every file system takes."""
    words = re.sub(r"[^a-z0-9]+", "-", plain(held.booking.course)).strip("-")
    name = f"{words[:50] or 'polimisport'}-{held.booking.day.isoformat()}"
    return _("{name}-annullata", name=name) if held.status in OVER else name


def _location(place: str) -> str:
    """`Giuriati, Polimisport, Milano`: for the map of a phone; with no city where none is known."""
    city = city_of(place)
    return ", ".join([place, "Polimisport", *([city] if city and plain(city) not in plain(place) else [])])


def _description(held: HeldBooking, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta) -> str:
    """The instructor, the kind of class, and until when the place can be given back for free."""
    kind = held.booking.ref.kind or (slot.activity.kind if slot else "")
    lines = [_("Con {instructor}", instructor=clip(slot.instructor, LONGEST_TEXT)) if slot and slot.instructor else ""]
    lines.append(clip(kind, LONGEST_TEXT))
    lines.append(_("Non è più prenotata.") if held.status in OVER else _until(held, zone, free_cancel))
    return "\n".join(line for line in lines if line)


def _end(held: HeldBooking, end: time | None, zone: ZoneInfo) -> datetime:
    start = datetime.combine(held.booking.day, held.booking.start)
    if held.booking.minutes is None and end is not None and end > held.booking.start:
        return datetime.combine(held.booking.day, end, zone)
    return (start + timedelta(minutes=held.booking.minutes or USUAL_MINUTES)).replace(tzinfo=zone)


def _until(held: HeldBooking, zone: ZoneInfo, free_cancel: timedelta) -> str:
    """Until when the place can be given back for free: on the class's own day, or before it."""
    starts = starts_at(held.booking.day, held.booking.start, zone)
    until = (starts - free_cancel).astimezone(zone)
    if until.date() == held.booking.day:
        return _("Si annulla gratis fino alle {time}.", time=f"{until:%H:%M}")
    return _("Si annulla gratis fino a {moment}.", moment=When(starts, zone).short(until))


def _alarm(text: str, free_cancel: timedelta) -> Alarm:
    """While the place can still be given back for free."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -max(LEAST_ALARM, free_cancel + TIME_TO_DECIDE))
    return alarm

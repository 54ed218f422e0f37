"""A class as calendars show it, and the .ics file of a booking, or the one that takes it out of the calendar again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, vCalAddress

from bot.screens.calendar_zone import time_zone
from bot.screens.page import File, clip
from bot.screens.when import When
from domain.club import Club
from domain.model import FIT_CENTER, Action, Booking, BookingStatus, HeldBooking, Slot, starts_at
from domain.names import plain
from domain.places import city_of
from languages import _, spoken

LEAST_ALARM = timedelta(hours=1)  # before the class
TIME_TO_DECIDE = timedelta(minutes=30)  # before a place can't be given back for free any more
USUAL_MINUTES = 60  # where neither the site nor the timetable says how long it lasts
LONGEST_TEXT = 200  # characters of a name from the site
OVER = (BookingStatus.CANCELLED, BookingStatus.GONE)
ORGANIZER = "mailto:nessuno@polimisport-bot.invalid"  # RFC 5546 wants one; mail to it reaches nobody


class Standing(Enum):
    """Whether the person has the place. The values are those of RFC 5545, 3.8.1.11."""

    HELD = "CONFIRMED"
    QUEUED = "TENTATIVE"  # nothing is booked yet, and no calendar may look as if it were
    OVER = "CANCELLED"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar has to know of one class: the same class keeps its name, and its sequence grows."""

    booking: Booking
    name: str
    sequence: int
    changed_at: datetime
    standing: Standing
    opens_at: datetime | None = None  # of what is queued, when it is tried


def entry_of(held: HeldBooking) -> CalendarEntry:
    """A booking, or its cancellation once it is held no more."""
    standing = Standing.OVER if held.status in OVER else Standing.HELD
    name = _name(held.calendar_id, held.user_id)
    return CalendarEntry(held.booking, name, held.sequence, held.changed_at or held.updated_at, standing)


def queued_entry(action: Action, before: HeldBooking | None) -> CalendarEntry:
    """A booking that is asked for, under the name that it will have. `before`: how the class was held the last time."""
    ref = action.class_ref
    booking = Booking(ref.course or FIT_CENTER, ref.location, ref.day, ref.start, course_type=ref.course_type)
    name = _name(before.calendar_id if before else booking.booking_id, action.user_id)
    sequence = before.sequence if before else 0
    return CalendarEntry(booking, name, sequence, action.created_at, Standing.QUEUED, action.opens_at)


def _name(calendar_id: str, user_id: int) -> str:
    return f"{calendar_id}-{user_id}@polimisport-bot"


def calendar_file(
    held: HeldBooking, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime, club: Club
) -> File:
    """The file of a booking, or, once it is held no more, the one that cancels it (RFC 5546, 3.2.1 and 3.2.5).

    It is published, with nobody invited: a calendar offers to add it as one's own event, not to answer. `slot`: how
    the timetable has the class.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Polimisport Bot//{spoken().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if held.status in OVER else "PUBLISH")
    calendar.add_component(time_zone(zone, held.booking.day.year))
    calendar.add_component(calendar_event(entry_of(held), slot, zone, free_cancel, now, club))
    return File(f"{_file_name(held)}.ics", calendar.to_ical())


def calendar_event(
    entry: CalendarEntry, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta, now: datetime, club: Club
) -> Event:
    """All that a calendar shows of a class.

    Its UID stays the same from file to file and its SEQUENCE grows, so that a calendar never shows it twice.
    """
    booking, is_held = entry.booking, entry.standing is Standing.HELD
    course = clip(booking.course, LONGEST_TEXT)
    event = Event()
    event.add("uid", entry.name)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("last-modified", min(entry.changed_at, now))
    event.add("dtstart", datetime.combine(booking.day, booking.start, zone))
    event.add("dtend", _end(booking, slot.end if slot else None, zone))
    event.add("summary", _summary(course, entry.standing))
    event.add("description", _description(entry, slot, zone, free_cancel))
    event.add("organizer", vCalAddress(ORGANIZER))
    event.add("status", entry.standing.value)
    event.add("transp", "TRANSPARENT" if entry.standing is Standing.OVER else "OPAQUE")
    if booking.location:
        event.add("location", _location(clip(booking.location, LONGEST_TEXT), club))
    if is_held:
        text = _("{course} alle {time}.", course=course, time=f"{booking.start:%H:%M}")
        event.add_component(_alarm(f"{text} {_until(booking, zone, free_cancel)}", free_cancel))
    return event


def _summary(course: str, standing: Standing) -> str:
    match standing:
        case Standing.OVER:
            return _("Annullata: {course}", course=course)
        case Standing.QUEUED:
            return _("In coda: {course}", course=course)
        case Standing.HELD:
            return course


def _file_name(held: HeldBooking) -> str:
    """`pilates-matwork-2026-11-24`: what it is and when, in letters every file system takes."""
    words = re.sub(r"[^a-z0-9]+", "-", plain(held.booking.course)).strip("-")
    name = f"{words[:50] or 'polimisport'}-{held.booking.day.isoformat()}"
    return _("{name}-annullata", name=name) if held.status in OVER else name


def _location(place: str, club: Club) -> str:
    """`Giuriati, Polimisport, Milano`: for the map of a phone; with no city where none is known."""
    city = city_of(place)
    return ", ".join([place, club.name, *([city] if city and plain(city) not in plain(place) else [])])


def _description(entry: CalendarEntry, slot: Slot | None, zone: ZoneInfo, free_cancel: timedelta) -> str:
    """The instructor, the kind of class, and until when the place can be given back for free."""
    kind = entry.booking.ref.kind or (slot.activity.kind if slot else "")
    lines = [_("Con {instructor}", instructor=clip(slot.instructor, LONGEST_TEXT)) if slot and slot.instructor else ""]
    lines.append(clip(kind, LONGEST_TEXT))
    match entry.standing:
        case Standing.OVER:
            lines.append(_("Non è più prenotata."))
        case Standing.QUEUED:
            lines.append(_not_yet(entry, zone))
        case Standing.HELD:
            lines.append(_until(entry.booking, zone, free_cancel))
    return "\n".join(line for line in lines if line)


def _not_yet(entry: CalendarEntry, zone: ZoneInfo) -> str:
    if entry.opens_at is None:
        return _("Non è ancora prenotata.")
    starts = starts_at(entry.booking.day, entry.booking.start, zone)
    moment = When(starts, zone).short(entry.opens_at)
    return _("Non è ancora prenotata: le iscrizioni aprono {moment}.", moment=moment)


def _end(booking: Booking, end: time | None, zone: ZoneInfo) -> datetime:
    start = datetime.combine(booking.day, booking.start)
    if booking.minutes is None and end is not None and end > booking.start:
        return datetime.combine(booking.day, end, zone)
    return (start + timedelta(minutes=booking.minutes or USUAL_MINUTES)).replace(tzinfo=zone)


def _until(booking: Booking, zone: ZoneInfo, free_cancel: timedelta) -> str:
    """Until when the place can be given back for free: on the class's own day, or before it."""
    starts = starts_at(booking.day, booking.start, zone)
    until = (starts - free_cancel).astimezone(zone)
    if until.date() == booking.day:
        return _("Si annulla gratis fino alle {time}.", time=f"{until:%H:%M}")
    return _("Si annulla gratis fino a {moment}.", moment=When(starts, zone).short(until))


def _alarm(text: str, free_cancel: timedelta) -> Alarm:
    """While the place can still be given back for free."""
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -max(LEAST_ALARM, free_cancel + TIME_TO_DECIDE))
    return alarm

"""A person's classes as one calendar that their own application reads again and again. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, vDuration

from bot.screens.calendar_file import CalendarEntry, Standing, calendar_event, entry_of, queued_entry
from bot.screens.calendar_zone import time_zone
from domain.club import Club
from domain.matching import find_matching
from domain.model import Action, ActionType, HeldBooking, Slot
from languages import spoken

KEPT = timedelta(days=30)  # what is cancelled or over stays in it so long
REREAD = timedelta(hours=1)  # how often an application should ask, where it lets a calendar say so


def feed_entries(held: Sequence[HeldBooking], live: Sequence[Action]) -> list[CalendarEntry]:
    """What the calendar shows, by time: each name once, for two events of one name are one in a calendar.

    `held`: also what is held no more; `live`: what is not finished. A place that is held goes before one that is
    asked for, and this before one that was cancelled. What is only watched is no plan.
    """
    queued = [action for action in live if action.type is ActionType.BOOK and action.watch is None and action.wish]
    entries = [entry_of(each) for each in held]
    entries += [queued_entry(action, find_matching(reversed(held), action.class_ref)) for action in queued]
    shown: dict[str, CalendarEntry] = {}
    for entry in sorted(entries, key=lambda entry: (list(Standing)[::-1].index(entry.standing), entry.sequence)):
        shown[entry.name] = entry
    return sorted(shown.values(), key=lambda entry: (entry.booking.day, entry.booking.start, entry.name))


def calendar_feed(
    entries: Sequence[tuple[CalendarEntry, Slot | None]], zone: ZoneInfo, free_cancel: timedelta, year: int, club: Club
) -> bytes:
    """The calendar, the same to the byte as long as what it shows is the same. Each entry with its slot, if known.

    `year`: by whose rules the clocks change in a calendar without classes.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Polimisport Bot//{spoken().upper()}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", club.name)
    calendar.add("x-wr-calname", club.name)
    calendar.add("refresh-interval", vDuration(REREAD), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REREAD))
    calendar.add_component(time_zone(zone, min((entry.booking.day.year for entry, _slot in entries), default=year)))
    for entry, slot in entries:
        calendar.add_component(calendar_event(entry, slot, zone, free_cancel, entry.changed_at, club))
    return bytes(calendar.to_ical())

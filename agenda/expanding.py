"""python -m agenda.expanding FIRST ZONE < calendar.ics: prints its events as JSON, those that recur date by date.

Run by agenda/reading.py in a process of its own, with little memory and few seconds: a calendar of two lines may mean
millions of dates. Exit code 1: it can't be read as a calendar.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]
from icalendar import Calendar, Component
from icalendar.error import BrokenCalendarProperty

from domain.model import stamp
from domain.own_calendars import HORIZON

CPU_SECONDS, MEMORY = 10, 600_000_000
NICE = 19  # behind everything else on the machine: an opening may be near
MOST_EVENTS = 3000  # forty a day
LONGEST_SUMMARY = 100
OURS = "@polimisport-bot"  # the end of the UID of what the bot itself put into the calendar
TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}  # no lecture recurs like that
LAST_YEAR = 9000  # a moment later than that may end after all that a date can say
USUAL_LENGTH = timedelta(hours=1)  # of what has a beginning only


def main() -> int:
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    first, zone = datetime.fromisoformat(sys.argv[1]), ZoneInfo(sys.argv[2])
    try:
        found = sorted(events(sys.stdin.buffer.read(), first, zone))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError, MemoryError):
        return 1
    sys.stdout.write(json.dumps(found[:MOST_EVENTS]))
    return 0


def events(content: bytes, first: datetime, zone: ZoneInfo) -> Iterator[tuple[str, str, str, bool]]:
    """Beginning, end, name and whether it takes whole days, of each event that ends after `first`, up to HORIZON.

    Left out is what takes no time: what is marked as free, whole days that are not marked as busy (birthdays, holidays,
    the weeks of a term), what was cancelled, our own. Raises ValueError for no calendar.
    """
    calendars = Calendar.from_ical(content, multiple=True)
    if not calendars:
        raise ValueError("no calendar")
    for calendar in calendars:
        calendar.subcomponents = [each for each in calendar.subcomponents if _can_be_read(each) and _may_recur(each)]
        found = recurring_ical_events.of(calendar, skip_bad_series=True)
        for event in found.between(first, first + HORIZON):
            if _takes_time(event):
                hours = _hours(event, zone)
                name = " ".join(str(event.get("SUMMARY", "")).split())[:LONGEST_SUMMARY]
                yield stamp(hours[0]), stamp(hours[1]), name, not isinstance(event["DTSTART"].dt, datetime)


def _can_be_read(component: Component) -> bool:
    """Whether an event begins at one moment, in a year that leaves room for its length. One that does not is left out:
    the others count."""
    if component.name != "VEVENT":
        return True
    try:
        begins = getattr(component.get("DTSTART"), "dt", None)
    except (ValueError, BrokenCalendarProperty):
        return False
    return isinstance(begins, date) and begins.year < LAST_YEAR


def _may_recur(component: Component) -> bool:
    """Whether its rule, if it has one, can be read, and does not mean a date each hour."""
    try:
        rules = component.get("RRULE", [])
        rules = rules if isinstance(rules, list) else [rules]
        return not any(TOO_OFTEN.intersection(map(str, rule.get("FREQ", []))) for rule in rules)
    except BrokenCalendarProperty:
        return False


def _takes_time(event: Any) -> bool:
    whole_days = not isinstance(event["DTSTART"].dt, datetime)
    usual = "TRANSPARENT" if whole_days else "OPAQUE"
    is_free = str(event.get("TRANSP", usual)).upper() == "TRANSPARENT"
    is_over = str(event.get("STATUS", "")).upper() == "CANCELLED"
    return not (is_free or is_over or str(event.get("UID", "")).endswith(OURS))


def _hours(event: Any, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts = _moment(event["DTSTART"].dt, zone)
    ends = _moment(event["DTEND"].dt, zone) if "DTEND" in event else starts
    usual = USUAL_LENGTH if isinstance(event["DTSTART"].dt, datetime) else timedelta(days=1)
    return starts, ends if ends > starts else starts + usual


def _moment(value: date, zone: ZoneInfo) -> datetime:
    """A day begins at its midnight."""
    return _aware(value if isinstance(value, datetime) else datetime.combine(value, time()), zone)


def _aware(moment: datetime, zone: ZoneInfo) -> datetime:
    """A moment without a zone is one of the place where its reader is."""
    return (moment.replace(tzinfo=zone) if moment.tzinfo is None else moment).astimezone(UTC)


if __name__ == "__main__":
    raise SystemExit(main())

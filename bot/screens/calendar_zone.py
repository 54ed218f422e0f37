"""A time zone as calendars understand it: a VTIMEZONE with a rule for each change of the clock, good for any year."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

FIRST_YEAR = 1970  # the rules are written down from there on
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def time_zone(zone: ZoneInfo, year: int) -> Timezone:
    """The zone by the rules it has in that year.

    Each rule begins at the wall clock's time before its change, as RFC 5545 wants it (3.6.5): 02:00 for the summer
    time of Rome. Outlook reads no other form than yearly rules.
    """
    found = Timezone()
    found.add("tzid", zone.key)
    changes = _changes(zone, year)
    if not changes:
        start = datetime(year, 1, 1, tzinfo=zone)
        found.add_component(_part(start.replace(tzinfo=None), _offset(start), start, rule=None))
    for before, after in changes:
        onset = _at_first(before, after)
        found.add_component(_part(onset, _offset(before), after, _rule(_onset(before, after))))
    return found


@cache
def _changes(zone: ZoneInfo, year: int) -> list[tuple[datetime, datetime]]:
    """The changes of the clock in that year: the last minute before each, and the first after it.

    Each is looked for within its day alone, and kept: a result in the chat waits for its calendar file.
    """
    days = (datetime(year, 1, 1, tzinfo=UTC) + n * DAY for n in range(366))
    changing = (day for day in days if _offset(day.astimezone(zone)) != _offset((day + DAY).astimezone(zone)))
    hours = (day + n * HOUR for day in changing for n in range(24))
    pairs = ((moment.astimezone(zone), (moment + HOUR).astimezone(zone)) for moment in hours)
    coarse = [before for before, after in pairs if _offset(before) != _offset(after)]
    return [_to_the_minute(before) for before in coarse]


def _to_the_minute(before: datetime) -> tuple[datetime, datetime]:
    zone, moment = before.tzinfo, before.astimezone(UTC)
    while _offset((moment + HOUR / 60).astimezone(zone)) == _offset(before):
        moment += HOUR / 60
    return moment.astimezone(zone), (moment + HOUR / 60).astimezone(zone)


def _offset(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def _onset(before: datetime, after: datetime) -> datetime:
    """When the change comes, by the wall clock as it was before it."""
    return (after.astimezone(UTC) + _offset(before)).replace(tzinfo=None)


def _rule(onset: datetime) -> vRecur:
    """The yearly rule of a change: the last, or the n-th, such weekday of its month."""
    is_last = (onset + timedelta(days=7)).month != onset.month
    number = -1 if is_last else (onset.day - 1) // 7 + 1
    return vRecur({"FREQ": "YEARLY", "BYMONTH": onset.month, "BYDAY": f"{number}{DAYS[onset.weekday()]}"})


def _at_first(before: datetime, after: datetime) -> datetime:
    """The onset by the same rule in FIRST_YEAR."""
    onset = _onset(before, after)
    days = [date(FIRST_YEAR, onset.month, day) for day in range(1, _days_of(onset.month) + 1)]
    same = [day for day in days if day.weekday() == onset.weekday()]
    is_last = (onset + timedelta(days=7)).month != onset.month
    return datetime.combine(same[-1 if is_last else (onset.day - 1) // 7], onset.time())


def _days_of(month: int) -> int:
    return ((date(FIRST_YEAR + month // 12, month % 12 + 1, 1)) - timedelta(days=1)).day


def _part(
    onset: datetime, offset_before: timedelta, after: datetime, rule: vRecur | None
) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if after.dst() else TimezoneStandard()
    part.add("dtstart", onset)
    part.add("tzoffsetfrom", offset_before)
    part.add("tzoffsetto", _offset(after))
    part.add("tzname", after.tzname())
    if rule:
        part.add("rrule", rule)
    return part

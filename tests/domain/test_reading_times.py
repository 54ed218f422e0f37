"""When the timetable is read by routine, walked through on paper."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.model import OpeningRule
from domain.reading_times import moments, next_reading, openings_around

ROME = ZoneInfo("Europe/Rome")
MIDNIGHT = OpeningRule(2, time(0), ROME)
WEEK_BEFORE = OpeningRule(2, time(0), ROME, hours_before=168)
OPENS = datetime(2026, 11, 25, 23, tzinfo=UTC)  # midnight in Rome


def readings(rule: OpeningRule, begins: datetime, hours: int, starts: tuple[tuple[int, time], ...] = ()) -> list[float]:
    """When the timetable is read from then on, in minutes from OPENS, if each reading takes no time."""
    now, done, read = begins, begins - timedelta(hours=3), []
    while now < begins + timedelta(hours=hours):
        due = next_reading(done, now, moments(rule, openings_around(rule, starts, now)))
        if due <= now:
            done = now
            read.append((now - OPENS) / timedelta(minutes=1))
        else:
            now = min(due, now + timedelta(minutes=1))
    return read


def test_around_an_opening_the_timetable_is_read_more_often_and_soon_after_it() -> None:
    assert readings(MIDNIGHT, OPENS - timedelta(hours=2), 4) == [-60, -45, -30, -15, 2, 15, 30, 45, 60]


def test_far_from_openings_it_is_read_daily() -> None:
    noon = OPENS + timedelta(hours=12)
    assert readings(MIDNIGHT, noon - timedelta(hours=5), 10) == []
    assert next_reading(noon - timedelta(days=1), noon, []) == noon
    assert next_reading(None, noon, []) == noon


def test_a_reading_that_was_slept_through_is_done_once() -> None:
    woken = OPENS + timedelta(hours=5)
    around = moments(MIDNIGHT, [OPENS])
    assert next_reading(OPENS - timedelta(hours=3), woken, around) <= woken
    assert next_reading(woken, woken, around) == woken + timedelta(days=1)


def test_where_each_class_opens_for_itself_it_is_read_once_after_each_and_near_ones_share() -> None:
    thursday = ((3, time(0)), (3, time(0, 5)), (3, time(4)))
    assert readings(WEEK_BEFORE, OPENS - timedelta(hours=2), 8, thursday) == [2, 7, 242]
    many = tuple((3, time(0, minute)) for minute in range(0, 60, 2))
    read = readings(WEEK_BEFORE, OPENS - timedelta(hours=2), 8, many)
    assert len(read) <= 7
    assert read[-1] == 60

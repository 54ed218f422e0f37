"""Which classes, bookings and series a wish can mean, and which come nearest to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, time

from bot.understanding.intents import Wish
from bot.understanding.words import spoken
from domain.model import FIT_CENTER, ClassRef, Course
from domain.names import plain, same_place
from domain.recurrence import PeriodicBooking

MINUTES_OF_A_DAY = 24 * 60


def fits(wish: Wish, ref: ClassRef) -> bool:
    """Whether the wish can mean that class."""
    if wish.days and ref.day not in wish.days:
        return False
    return _is_of(wish, ref.course, ref) and (wish.hours is None or wish.hours.holds(ref.start))


def fits_weekly(wish: Wish, one: Course | PeriodicBooking) -> bool:
    """Whether the wish can mean that class of the week, or that series; a series also by its own name."""
    if wish.weekdays and one.day_of_week not in wish.weekdays:
        return False
    if wish.days and one.day_of_week not in {day.weekday() for day in wish.days}:
        return False
    ref = ClassRef(one.name, one.location, date.min, one.start, one.course_type)
    named = _is_of(wish, one.name, ref) or (isinstance(one, PeriodicBooking) and _is_of(wish, one.course, ref))
    return named and (wish.hours is None or wish.hours.holds(one.start))


def _is_of(wish: Wish, course: str, ref: ClassRef) -> bool:
    named = not wish.names or plain(course or FIT_CENTER) in {plain(name) for name in wish.names}
    parts = [part for part in (ref.location, ref.kind, ref.where) if part]
    return named and all(any(same_place(where, part) for part in parts) for where in wish.where)


def taught(wish: Wish, instructor: str) -> bool:
    """Whether the wish can mean a class of that instructor."""
    return not wish.who or plain(instructor) in {plain(each) for each in wish.who}


def is_kin(wish: Wish, course: str) -> bool:
    """Whether a course has all words of a wished one in its name: a vinyasa yoga, where yoga is wished."""
    words = set(spoken(course).split())
    return any(set(spoken(name).split()) <= words for name in wish.names)


def weekdays_of(wish: Wish, courses: Iterable[Course]) -> set[int]:
    """The weekdays on which there is a course that the wish can mean."""
    any_hour = replace(wish, days=(), weekdays=(), hours=None)
    return {course.day_of_week for course in courses if fits_weekly(any_hour, course)}


def distance(wish: Wish, day: date, start: time) -> int:
    """How far a class lies from the days and hours of a wish, in minutes: a day counts for more than any hour."""
    days = min((abs((day - wanted).days) for wanted in wish.days), default=0)
    spans = wish.hours.spans if wish.hours else ((start, start),)
    minutes = min(min(abs(_minutes(start) - _minutes(end)) for end in span) for span in spans)
    inside = wish.hours is None or wish.hours.holds(start)
    return days * MINUTES_OF_A_DAY + (0 if inside else minutes)


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute

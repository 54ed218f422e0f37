"""What a person is likely to book next, from what they starred and what they booked."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from domain.model import CatalogueSlot, ClassRef, Course
from domain.usual import Wish, likely

MONDAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 11, tzinfo=UTC)


def course(number: int, name: str, weekday: int, hour: int) -> Course:
    return Course(number, name, "Giuriati", weekday, time(hour), time(hour, 55), 3, 7, "Corsi Platinum", "", NOON)


YOGA = course(1, "YOGA", 1, 18)
PILATES = course(2, "PILATES", 1, 19)
GAG = course(3, "GAG", 4, 18)


def next_of(one: Course) -> CatalogueSlot:
    return one.on(MONDAY + timedelta(days=one.day_of_week))


def wish(one: Course, *weeks_ago: int, is_starred: bool = False, **said: Any) -> Wish:
    slot = next_of(one)
    values = {"course": one.name, "location": one.location, "course_type": one.course_type} | said
    asked = ClassRef(day=slot.slot.day, start=one.start, **values)
    return Wish(asked, slot, frozenset(slot.slot.day - timedelta(weeks=each) for each in weeks_ago), is_starred)


def told(*wishes: Wish) -> list[tuple[str, int]]:
    return [(one.slot.slot.course, one.slot.slot.day.day) for one in likely(wishes)]


def test_what_was_booked_once_is_no_habit() -> None:
    assert told(wish(YOGA, 1)) == []
    assert told(wish(YOGA, 1), wish(YOGA, 1, course_type="")) == []  # the same class, told twice


def test_a_class_that_is_told_in_two_ways_is_counted_as_one() -> None:
    assert told(wish(YOGA, 1), wish(YOGA, 2, course_type="")) == [("YOGA", 24)]


def test_of_each_weekday_what_was_booked_most_comes_on_its_next_date() -> None:
    assert told(wish(GAG, 1, 2), wish(YOGA, 1, 2), wish(PILATES, 2, 3, 4)) == [("PILATES", 24), ("GAG", 27)]


def test_of_two_booked_as_often_the_later_one_counts() -> None:
    assert told(wish(PILATES, 2, 4), wish(YOGA, 1, 3)) == [("YOGA", 24)]


def test_another_place_another_kind_or_another_course_at_the_hour_is_another_class() -> None:
    others: tuple[dict[str, Any], ...] = ({"location": "Lecco"}, {"course_type": "Gratuiti"}, {"course": "ZUMBA"})
    for other in others:
        assert told(wish(YOGA, 1, 2, **other)) == []


def test_what_is_starred_comes_first_and_once() -> None:
    star = wish(GAG, is_starred=True)
    assert told(wish(YOGA, 1, 2), star) == [("GAG", 27), ("YOGA", 24)]
    assert told(wish(YOGA, 1, 2), wish(GAG, 1, 2), star) == [("GAG", 27), ("YOGA", 24)]

"""What a person is likely to book next: the classes they starred, and what they book most on each weekday. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.model import CatalogueSlot, ClassRef, Course, Slot

LOOK_BACK = timedelta(weeks=10)  # what was booked before that says little about this term
LEAST_TIMES = 2  # what was booked once is no habit


@dataclass(frozen=True, slots=True)
class CourseName:
    """A course of a place, whatever its days and hours."""

    name: str
    location: str
    course_type: str

    @classmethod
    def of(cls, one: Slot | Course) -> CourseName:
        """The course of a slot, or of a line of the weekly timetable."""
        if isinstance(one, Course):
            return cls(one.name, one.location, one.course_type)
        return cls(one.ref.course, one.ref.location, one.ref.course_type)


@dataclass(frozen=True, slots=True)
class Wish:
    """A class of the timetable on its next date, with what speaks for it."""

    asked: ClassRef  # as it was starred or booked, on that date
    slot: CatalogueSlot  # at that hour; not always of that class
    days: frozenset[date] = frozenset()  # on which it was booked
    is_starred: bool = False


def likely(wishes: Sequence[Wish]) -> list[Wish]:
    """What was starred, the soonest first; then of each weekday the class that was booked on the most days."""
    found: dict[int, Wish] = {}
    for wish in wishes:
        if wish.asked.matches(wish.slot.ref):
            one = found.get(wish.slot.id, Wish(wish.asked, wish.slot))
            found[wish.slot.id] = replace(one, days=one.days | wish.days, is_starred=one.is_starred or wish.is_starred)
    starred = [one for one in found.values() if one.is_starred]
    usual: dict[date, Wish] = {}
    for one in found.values():
        best = usual.get(one.slot.slot.day)
        if len(one.days) >= LEAST_TIMES and (best is None or _weight(one) > _weight(best)):
            usual[one.slot.slot.day] = one
    learnt = [one for one in usual.values() if not one.is_starred]
    return [one for part in (starred, learnt) for one in sorted(part, key=_moment)]


def _weight(wish: Wish) -> tuple[int, date]:
    """Of two booked as often, the one that was booked last counts."""
    return len(wish.days), max(wish.days)


def _moment(wish: Wish) -> tuple[date, object]:
    return wish.slot.slot.day, wish.slot.slot.start

"""What a person booked, had, gave back and did not get: as entries, as what fits a filter, and as numbers. Pure.

Every entry is a row that was read back from the site, or a refusal of the site's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from statistics import median
from zoneinfo import ZoneInfo

from domain.model import BookingStatus, ClassRef, HeldBooking, starts_at
from domain.names import plain


class Became(StrEnum):
    """What became of a place that a person wanted."""

    AHEAD = "ahead"  # held, and its class is still to come
    HAD = "had"  # held until its class began: whether the person went, only they know
    GIVEN_BACK = "given_back"  # cancelled through us, and read back as gone
    GONE = "gone"  # vanished from the site, and not through us
    LOST = "lost"  # the site refused it as full: others were quicker
    FAILED = "failed"  # not had for another reason


class Shown(StrEnum):
    """What a person may look at."""

    ALL = "all"
    HAD = "had"
    GIVEN_BACK = "given_back"
    LOST = "lost"


KINDS: dict[Shown, frozenset[Became]] = {
    Shown.ALL: frozenset(Became),
    Shown.HAD: frozenset({Became.AHEAD, Became.HAD}),
    Shown.GIVEN_BACK: frozenset({Became.GIVEN_BACK, Became.GONE}),
    Shown.LOST: frozenset({Became.LOST, Became.FAILED}),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One class, and what became of it for its person."""

    became: Became
    ref: ClassRef
    at: datetime  # when that was last seen to be so
    held: HeldBooking | None = None  # the place, if there was one
    action_id: int | None = None  # the request that got it, or did not
    arrived_ms: float | None = None  # after its opening: when the request that the site took arrived there
    taken_ms: float | None = None  # after its opening: when the site's yes was here, as its result told it
    seen_ms: float | None = None  # after its opening: when it was read back
    in_time: bool | None = None  # of what was given back: while that was free; None: nobody saw which
    why_not: str | None = None  # of what was not had: the class of the error
    won: bool | None = None  # at its opening; None: it was not asked for there

    @property
    def course_key(self) -> str:
        """What is the same course, however the site writes it."""
        return plain(self.ref.course)

    @property
    def got_later(self) -> bool:
        """It was lost at its opening, and got later."""
        return self.won is False and self.held is not None


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the history is shown; None: all of it."""

    course: str | None = None  # as Entry.course_key
    month: tuple[int, int] | None = None  # year and month of the class
    shown: Shown = Shown.ALL

    def fits(self, entry: Entry) -> bool:
        of_course = self.course is None or entry.course_key == self.course
        of_month = self.month is None or (entry.ref.day.year, entry.ref.day.month) == self.month
        return of_course and of_month and entry.became in KINDS[self.shown]


def became_of(held: HeldBooking, now: datetime, zone: ZoneInfo) -> Became:
    """What became of a place that was held."""
    match held.status:
        case BookingStatus.CANCELLED:
            return Became.GIVEN_BACK
        case BookingStatus.GONE:
            return Became.GONE
        case _:
            return Became.HAD if starts_at(held.booking.day, held.booking.start, zone) <= now else Became.AHEAD


def without_repeats(entries: Iterable[Entry]) -> list[Entry]:
    """Each class once, though it was asked for several times: as the place that was got, else as the last refusal.

    What was lost at its opening, and got later, stays lost at its opening.
    """
    kept: dict[date, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.held is not None, entry.at), reverse=True):
        same_day = kept.setdefault(entry.ref.day, [])
        known = next((number for number, one in enumerate(same_day) if entry.ref.matches(one.ref)), None)
        if known is None or entry.held is not None:
            same_day.append(entry)
        elif same_day[known].won is None:
            same_day[known] = replace(same_day[known], won=entry.won)
    return newest_first(entry for same_day in kept.values() for entry in same_day)


def newest_first(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.ref.day, entry.ref.start, entry.at), reverse=True)


@dataclass(frozen=True, slots=True)
class CourseNumbers:
    """A course in numbers."""

    course: str
    had: int  # places held until their class began
    raced: int  # openings at which it was won or lost
    won: int
    later: int  # of those that were lost there: got all the same, by a swap or a watch
    median_ms: float | None  # after the opening: when the site's yes to what was won was here
    best_ms: float | None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A person's history in numbers."""

    had: int
    ahead: int  # held, and still to come
    given_back: int
    in_time: int  # of those: while that was free, as far as is known
    late: int  # of those: surely when it was not free any more
    lost: int  # never got: what was lost at its opening and got later is not among them
    courses: tuple[CourseNumbers, ...]  # the most frequent first
    months: tuple[tuple[date, int], ...]  # the first day of each of the last twelve, and the classes had in it

    @property
    def is_empty(self) -> bool:
        return not (self.had or self.ahead or self.given_back or self.lost)


MONTHS = 12


def numbers(entries: Sequence[Entry], today: date) -> Numbers:
    """The history in numbers; `months` end with today's."""
    count = Counter(entry.became for entry in entries)
    per_month = Counter(entry.ref.day.replace(day=1) for entry in entries if entry.became is Became.HAD)
    by_course: dict[str, list[Entry]] = {}
    for entry in newest_first(entries):
        by_course.setdefault(entry.course_key, []).append(entry)
    courses = sorted((_of_course(each) for each in by_course.values()), key=lambda one: (-one.had, -one.raced))
    return Numbers(
        had=count[Became.HAD],
        ahead=count[Became.AHEAD],
        given_back=count[Became.GIVEN_BACK],
        in_time=sum(entry.in_time is True for entry in entries if entry.became is Became.GIVEN_BACK),
        late=sum(entry.in_time is False for entry in entries if entry.became is Became.GIVEN_BACK),
        lost=count[Became.LOST],
        courses=tuple(one for one in courses if one.had or one.raced),
        months=tuple((month, per_month[month]) for month in last_months(today)),
    )


def _of_course(entries: Sequence[Entry]) -> CourseNumbers:
    taken = [entry.taken_ms for entry in entries if entry.taken_ms is not None]
    return CourseNumbers(
        course=entries[0].ref.course,
        had=sum(entry.became is Became.HAD for entry in entries),
        raced=sum(entry.won is not None for entry in entries),
        won=sum(entry.won is True for entry in entries),
        later=sum(entry.got_later for entry in entries),
        median_ms=median(taken) if taken else None,
        best_ms=min(taken, default=None),
    )


def last_months(today: date) -> list[date]:
    """The first days of the last twelve months, the oldest first."""
    ends = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(ends - MONTHS + 1, ends + 1)]

"""The history as a table: what the filter in the address means, and its lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from bot.screens.callbacks import Verb
from bot.screens.history import (
    MARKS,
    NAMES,
    SHOWN,
    Choice,
    became,
    course_number,
    courses_of,
    duration,
    filter_of,
    months_of,
)
from bot.screens.page import LONGEST_NAME, Chunk, button, clip
from bot.screens.when import first_up, short_day
from domain.history import CourseNumbers, Entry, Numbers
from domain.names import plain
from languages import _

PER_PAGE = 50
LARGEST = 2**32 - 1  # of a number in the address


@dataclass(frozen=True, slots=True)
class Option:
    value: int
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    mark: str
    day: str
    hour: str
    course: str
    place: str
    became: str
    leads_to: str  # callback data of its place or its request; empty when there is neither


@dataclass(frozen=True, slots=True)
class HistoryTable:
    """A page of the history, and what else can be chosen."""

    rows: tuple[Row, ...]
    courses: tuple[Option, ...]
    months: tuple[Option, ...]
    results: tuple[Option, ...]
    number: int  # of the page, from 0
    pages: int
    found: int
    is_empty: bool  # there is no history at all
    choice: Choice

    @property
    def query(self) -> str:
        """The filter as it stands in an address."""
        return urlencode({"course": self.choice.course, "month": self.choice.month, "shown": self.choice.shown})


def choice_in(query: Mapping[str, str]) -> Choice:
    """The filter that an address carries; what is no number counts as everything."""
    return Choice.of_button(*(_number(query, name) for name in ("course", "month", "shown")))


def page_in(query: Mapping[str, str]) -> int:
    """The page that an address asks for, from 0."""
    return _number(query, "page")


def _number(query: Mapping[str, str], name: str) -> int:
    text = query.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else 0
    return number if number <= LARGEST else 0


def filtered(entries: Sequence[Entry], choice: Choice) -> list[Entry]:
    """What the filter lets through, the latest class first."""
    wanted = filter_of(choice, entries)
    return [entry for entry in entries if wanted.fits(entry)]


def history_table(entries: Sequence[Entry], choice: Choice, page: int) -> HistoryTable:
    found = filtered(entries, choice)
    pages = max(1, -(-len(found) // PER_PAGE))
    number = min(page, pages - 1)
    shown = Chunk(found[number * PER_PAGE : (number + 1) * PER_PAGE], number, pages)
    results = [(each, first_up(str(NAMES[name]))) for each, name in enumerate(SHOWN)]
    return HistoryTable(
        rows=tuple(_row(entry) for entry in shown.items),
        courses=_options([(0, _("Tutti i corsi")), *courses_of(entries)], choice.course),
        months=_options([(0, _("Tutti i mesi")), *months_of(entries)], choice.month),
        results=_options(results, choice.shown),
        number=number,
        pages=pages,
        found=len(found),
        is_empty=not entries,
        choice=choice,
    )


def _options(options: Sequence[tuple[int, str]], chosen: int) -> tuple[Option, ...]:
    return tuple(Option(value, clip(label, LONGEST_NAME), value == chosen) for value, label in options)


def _row(entry: Entry) -> Row:
    later = _("persa all'apertura, presa dopo") if entry.got_later else ""
    told = " · ".join(each for each in (later, became(entry)) if each)
    return Row(
        mark=MARKS[entry.became],
        day=f"{first_up(short_day(entry.ref.day))} {entry.ref.day:%Y}",
        hour=f"{entry.ref.start:%H:%M}",
        course=clip(entry.ref.course, LONGEST_NAME),
        place=clip(entry.ref.where, LONGEST_NAME),
        became=first_up(told) or _("Avuta"),
        leads_to=_leads_to(entry),
    )


def _leads_to(entry: Entry) -> str:
    if entry.held is not None:
        return button("", Verb.HELD, entry.held.id).data
    return button("", Verb.TICKET, entry.action_id).data if entry.action_id is not None else ""


# The numbers


@dataclass(frozen=True, slots=True)
class CourseRow:
    """A course in numbers, as a line of a table."""

    course: str
    had: int
    won: str  # `3 su 4`
    usual: str
    best: str
    query: str  # the filter that shows its history


def course_rows(numbers: Numbers) -> list[CourseRow]:
    return [_course_row(course) for course in numbers.courses]


def _course_row(course: CourseNumbers) -> CourseRow:
    won = _("{won} su {raced}", won=course.won, raced=course.raced) if course.raced else "–"
    return CourseRow(
        clip(course.course, LONGEST_NAME), course.had, won, _time(course.median_ms), _time(course.best_ms),
        urlencode({"course": course_number(plain(course.course))}),
    )  # fmt: skip


def _time(milliseconds: float | None) -> str:
    return "–" if milliseconds is None else duration(max(0.0, milliseconds))

"""The screens of a new booking that starts from the course: the list of courses, and the next dates of one. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date

from bot.screens.booking import NEW_BOOKING, classes_of
from bot.screens.callbacks import Verb
from bot.screens.origin import From, Origin
from bot.screens.page import Button, Chunk, Lines, Page, Words, back_row, button, safe
from bot.screens.slot_labels import standing
from bot.screens.slots import SlotView, activity_key
from bot.screens.when import When, first_up, short_day, weekday
from domain.usual import CourseName
from languages import N_, _

MOST_WEEKDAYS = 4  # of a course that is on more days the list does not say them
COURSE_STARRED = N_("⭐ Fatto: lo trovi in cima all'elenco dei corsi.")
COURSE_UNSTARRED = N_("Fatto: non è più tra i preferiti.")


@dataclass(frozen=True, slots=True)
class CourseLine:
    """A course of the list."""

    course: CourseName
    weekdays: tuple[int, ...]
    is_starred: bool = False


def course_key(course: CourseName) -> int:
    """A number for a course that stays the same from reading to reading and fits a button; never 0."""
    return zlib.crc32(f"{course.name}|{course.location}|{course.course_type}".encode()) or 1


def courses_page(chunk: Chunk[CourseLine], lines: Sequence[CourseLine], *, can_write: bool = True) -> Page:
    """Which course? `lines`: the whole list, so that two of one name are told apart. `can_write`: as in a chat."""
    text = Lines().add(f"<b>{NEW_BOOKING.title}</b>")
    ask = _("Quale corso? Toccalo, o scrivimi come si chiama.") if can_write else _("Quale corso?")
    text.add(ask if lines else _("Non conosco ancora nessun corso."))
    names = [one.course for one in lines]
    rows = [(button(_line_label(one, names), Verb.COURSE, course_key(one.course), 0),) for one in chunk.items]
    return Page(f"{text}{chunk.caption}", (*rows, *chunk.turns(Verb.COURSES), NEW_BOOKING.back_to_days()))


def _line_label(line: CourseLine, names: Sequence[CourseName]) -> str:
    course = line.course
    namesakes = [one for one in names if one.name == course.name and one != course]
    parts = [course.name]
    if namesakes:
        parts.append(course.location)
    if any(one.location == course.location for one in namesakes):
        parts.append(course.course_type)
    if len(line.weekdays) <= MOST_WEEKDAYS:
        parts.append(" ".join(weekday(one, short=True) for one in line.weekdays))
    return ("⭐ " if line.is_starred else "") + " · ".join(part for part in parts if part)


def course_page(
    course: CourseName,
    shown: Chunk[SlotView],
    starred: AbstractSet[int],
    when: When,
    *,
    is_starred: bool,
    note: Words = "",
) -> Page:
    """The next dates of a course, each with what it is to the person; `starred`: the slots that the menu offers."""
    key = course_key(course)
    origin = Origin(From.COURSE, key, shown.number)
    rows = [(origin.slot_button(_date_label(view, starred, when), view),) for view in shown.items]
    turns = shown.turns(Verb.COURSE, key)
    last = back_row(Verb.COURSES, 0)
    text = _head(course, note, nothing=not shown.items)
    return Page(f"{text}{shown.caption}", (*rows, *turns, (_star(course, is_starred=is_starred),), last))


def _head(course: CourseName, note: Words, *, nothing: bool) -> Lines:
    where = " - ".join(part for part in (course.location, course.course_type) if part)
    lines = Lines().add(note).add(f"<b>{safe(course.name)}</b>", f"📍 {safe(where)}" if where else "")
    return lines.add(_("Nei prossimi giorni non c'è.") if nothing else _("Quando?"))


def _date_label(view: SlotView, starred: AbstractSet[int], when: When) -> str:
    star = "⭐ " if view.id in starred else ""
    day = when.day(view.slot.day) if (view.slot.day - when.today).days < 2 else short_day(view.slot.day)
    return f"{star}{first_up(day)} {view.slot.start:%H:%M} · {standing(view, when)}"


def course_days_page(
    course: CourseName, days: Sequence[tuple[date, Sequence[SlotView]]], *, is_starred: bool, note: Words = ""
) -> Page:
    """The next days of what has many hours a day, as the gym has."""
    rows = [
        (
            button(
                f"{first_up(short_day(day))} · {classes_of(len(views))}",
                Verb.SLOTS, day, activity_key(views[0].slot.activity), 0,
            ),
        )
        for day, views in days
    ]  # fmt: skip
    text = _head(course, note, nothing=not days)
    return Page(str(text), (*rows, (_star(course, is_starred=is_starred),), back_row(Verb.COURSES, 0)))


def _star(course: CourseName, *, is_starred: bool) -> Button:
    label = _("⭐ Togli dai preferiti") if is_starred else _("☆ Tra i preferiti")
    return button(label, Verb.STAR_COURSE, course_key(course), int(not is_starred))


def gone_course_page() -> Page:
    """A course that the timetable no longer has."""
    return Page(_("Questo corso non c'è più: scegline un altro."), (back_row(Verb.COURSES, 0),))

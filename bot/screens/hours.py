"""The screens of the timetable: the week, and a day of it. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.screens.booking import is_in_columns, slot_rows
from bot.screens.callbacks import Verb
from bot.screens.origin import From, Origin
from bot.screens.page import Button, ButtonRow, Chunk, Lines, Page, back_row, button, home_button, safe
from bot.screens.slot_labels import standing
from bot.screens.slots import SlotState, SlotView, activity_key
from bot.screens.week import DAYS_IN_A_WEEK, WEEK_LABEL
from bot.screens.when import When, first_up, long_day, short_day, weekday
from domain.model import FIT_CENTER, Course, DaySummary
from domain.names import split_activity
from languages import N_, _

NOT_YET_SHOWN = N_("Per questo giorno il sito non mostra ancora orari.")
NOT_READ_YET = N_("Da quando si prenota per questo giorno non ho ancora letto i suoi orari: tocca «Aggiorna orari».")


@dataclass(frozen=True, slots=True)
class Hour:
    """One line of the timetable: from a dated slot, or from the weekly course where the date was not read."""

    start: str
    end: str
    name: str
    place: str
    key: int  # of its activity, or of what stands for it
    instructor: str
    standing: str = ""  # how many places, full, or what the person has there
    view: SlotView | None = None  # what a tap on it leads to


def hour_of_slot(view: SlotView, when: When) -> Hour:
    slot = view.slot
    state = "" if view.state is SlotState.OPENS else standing(view, when)
    name, place, key = slot.course or FIT_CENTER, slot.activity.name, activity_key(slot.activity)
    return Hour(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", name, place, key, slot.instructor, state, view)


def hour_of_course(course: Course, view: SlotView | None) -> Hour:
    """`view`: its slot, where that can be chosen before the site shows it."""
    activity = course.activity
    name, key = course.name or FIT_CENTER, activity_key(activity)
    return Hour(f"{course.start:%H:%M}", f"{course.end:%H:%M}", name, activity.name, key, course.instructor, view=view)


def hours_page(days: Sequence[DaySummary], read_at: datetime | None, when: When) -> Page:
    """The week, a button a day."""
    read = _("Non li ho ancora letti dal sito: tocca «Aggiorna orari».")
    if read_at:
        read = _("Letti {moment}.", moment=when.at(read_at))
    known = {summary.day: summary.slots for summary in days}
    buttons = [_hours_button(day, known.get(day), when) for day in _week(when.today)]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    week = (button(str(WEEK_LABEL), Verb.WEEK),)
    return Page(_("<b>Orari dei corsi</b>") + f"\n{read}", (*rows, week, refresh_row(), (home_button(),)))


def refresh_row() -> ButtonRow:
    return (button(_("🔄 Aggiorna orari"), Verb.REFRESH),)


def _week(today: date) -> list[date]:
    return [date.fromordinal(today.toordinal() + offset) for offset in range(DAYS_IN_A_WEEK)]


def _hours_button(day: date, slots: int | None, when: When) -> Button:
    name = _("Oggi") if day == when.today else first_up(short_day(day))
    return button(f"{name} · {slots}" if slots else name, Verb.HOURS_DAY, day, 0, 0)


def hours_day_page(
    day: date,
    key: int,
    kinds: Sequence[tuple[int, str]],
    chunk: Chunk[Hour],
    read_at: datetime | None,
    when: When,
    *,
    opens_at: datetime,
) -> Page:
    """A day of the timetable; `key` 0 shows every kind, `kinds` are the filters on offer (key, name).

    `opens_at`: when the last of its classes opens; of what has not opened the site may show nothing.
    """
    is_unread = read_at is None or read_at < opens_at
    lines = Lines().add(f"<b>{first_up(long_day(day))}</b>", *(safe(name) for one, name in kinds if one == key))
    ahead = _ahead(chunk)
    with_place = key == 0 and len({split_activity(name)[0] for _key, name in kinds}) > 1
    if is_in_columns(ahead):
        opens_later = any(view.state is SlotState.OPENS for view in ahead.items)
        lines.add(_("⏰ si prenota più avanti") if opens_later else "")
    else:
        lines.add(*(_hour_line(hour, with_place=with_place) for hour in chunk.items if _needs_words(hour)))
    if not chunk.items:
        none = _("Nessun orario di {weekday}.", weekday=weekday(day.weekday()))
        if day == when.today:
            none = _("Per oggi non c'è più niente.")
        lines.add(NOT_YET_SHOWN if when.now < opens_at else NOT_READ_YET if is_unread else none)
    lines.add(_("<i>Letti {moment}</i>", moment=when.at(read_at)) if read_at else "")
    origin = Origin(From.HOURS, key, chunk.number)

    def to_slot(label: str, view: SlotView) -> Button:
        return origin.slot_button(f"{label} · {view.slot.activity.place}" if with_place else label, view)

    rows = [*slot_rows(ahead, when, to_slot), *chunk.turns(Verb.HOURS_DAY, day, key), *_filters(day, key, kinds)]
    if chunk.items:
        rows.append((button(_("📅 Prenota in questo giorno"), Verb.DAY, day),))
    elif is_unread:
        rows.append(refresh_row())
    return Page(f"{lines}{chunk.caption}", (*rows, back_row(Verb.HOURS)))


def _needs_words(hour: Hour) -> bool:
    """Whether there is more to say than its button does."""
    return bool(hour.instructor) or hour.view is None or hour.view.state is SlotState.STARTED


def _ahead(chunk: Chunk[Hour]) -> Chunk[SlotView]:
    """Those that a tap can lead to."""
    views = [hour.view for hour in chunk.items if hour.view]
    return Chunk(views, chunk.number, chunk.pages)


def _hour_line(hour: Hour, *, with_place: bool) -> str:
    instructor = _(", con {name}", name=safe(hour.instructor)) if hour.instructor else ""
    place = safe(split_activity(hour.place)[0]) if with_place else ""
    rest = "".join(f" · {part}" for part in (place, hour.standing) if part)
    return f"<b>{hour.start}–{hour.end}</b> {safe(hour.name)}{instructor}{rest}"


def _filters(day: date, key: int, kinds: Sequence[tuple[int, str]]) -> list[ButtonRow]:
    if len(kinds) < 2:
        return []
    shown = [(0, _("Tutto")), *kinds]
    return [(button(name, Verb.HOURS_DAY, day, one, 0),) for one, name in shown if one != key]

"""The screens of a new booking, day -> kind -> slot -> confirm, and of the timetable. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot import texts
from bot.callbacks import Verb
from bot.italian import WEEKDAYS, When, count, first_up, long_day, short_day
from bot.page import Button, Chunk, Lines, Page, Row, back_row, button, home_button, safe
from bot.screens import in_a_line
from bot.slots import SlotState, SlotView, activity_key
from model import FIT_CENTER, Activity, CatalogueSlot, Course, DaySummary, split_activity

DAYS_IN_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A day one can book, with what the button says."""

    day: date
    slots: int
    opens_at: datetime


# New booking


def days_page(days: Sequence[OpenDay], read_at: datetime | None, when: When) -> Page:
    """Which day?"""
    if not days:
        return nothing_read(read_at, when)
    lines = Lines().add("<b>Nuova prenotazione</b>", "Per quale giorno?")
    if any(when.now < day.opens_at for day in days):
        lines.add("Dove leggi «apre» aspetto io, e prenoto appena aprono.")
    rows = [(button(_day_label(day, when), Verb.DAY, day.day),) for day in days]
    return Page(str(lines), (*rows, (home_button(),)))


def _day_label(day: OpenDay, when: When) -> str:
    opens = f" · apre {when.short(day.opens_at)}" if when.now < day.opens_at else ""
    near = when.day(day.day)
    name = short_day(day.day) if near == long_day(day.day) else f"{near} {day.day.day}"
    return f"{first_up(name)} · {count(day.slots, 'orario', 'orari')}{opens}"


def nothing_read(read_at: datetime | None, when: When) -> Page:
    """No slots at all: not read yet, or read and empty."""
    if read_at is None:
        text = "Gli orari non ci sono ancora: li sto leggendo dal sito. Di solito bastano pochi secondi."
        return Page(text, ((button("🔄 Ricontrolla", Verb.NEW), home_button()),))
    text = f"Per i prossimi giorni non vedo orari (letti {when.at(read_at)})."
    return Page(text, ((button("🔄 Aggiorna orari", Verb.REFRESH), home_button()),))


def kinds_page(day: date, counts: Sequence[tuple[Activity, int]]) -> Page:
    """Which kind? Only asked when the day has more than one."""
    rows = [
        (button(f"{activity.name} · {count(slots, 'orario', 'orari')}", Verb.SLOTS, day, activity_key(activity), 0),)
        for activity, slots in counts
    ]
    return Page(f"<b>{first_up(long_day(day))}</b>\nChe cosa?", (*rows, back_row(Verb.NEW)))


def slots_page(day: date, activity: Activity, chunk: Chunk[SlotView], when: When, *, single: bool) -> Page:
    """Which slot? `single`: the day has one kind only, so that Back leads to the days."""
    first = chunk.items[0]
    head = Lines().add(f"<b>{first_up(long_day(day))}</b>", safe(activity.name))
    if when.now < first.opens_at:
        head.add(f"Si apre {when.at(first.opens_at)}: scegli, e prenoto appena apre.")
    if any(view.slot.instructor for view in chunk.items):  # else the buttons say it all
        head.add(*(_slot_line(view, when) for view in chunk.items))
    rows = [(button(_slot_label(view, when), Verb.SLOT, view.id),) for view in chunk.items]
    turns = chunk.turns(Verb.SLOTS, day, activity_key(activity))
    back = back_row(Verb.NEW) if single else back_row(Verb.DAY, day)
    return Page(f"{head}{chunk.caption}", (*rows, *turns, back))


def _slot_line(view: SlotView, when: When) -> str:
    instructor = f", con {safe(view.slot.instructor)}" if view.slot.instructor else ""
    return (
        f"<b>{view.slot.start:%H:%M}–{view.slot.end:%H:%M}</b> {safe(view.name)}{instructor} · {standing(view, when)}"
    )


def _slot_label(view: SlotView, when: When) -> str:
    return f"{view.slot.start:%H:%M} {view.name} · {standing(view, when)}"


def standing(view: SlotView, when: When) -> str:
    """`7 posti`, `piena`, `apre mar 24 alle 00:00`, `già tua`, `in coda n. 12`."""
    match view.state:
        case SlotState.MINE:
            return "già tua"
        case SlotState.QUEUED if view.ticket:
            return f"in coda n. {view.ticket.id}"
        case SlotState.OPENS:
            return f"apre {when.short(view.opens_at)}"
        case SlotState.FULL:
            return "piena"
        case SlotState.STARTED:
            return "già cominciata"
        case _:
            return "aperta" if view.slot.places is None else count(view.slot.places, "posto", "posti")


def gone_page(day: date | None = None) -> Page:
    """A button about something the timetable no longer has."""
    rows: list[Row] = [(button("📅 Gli orari di quel giorno", Verb.DAY, day),)] if day else []
    rows.append((button(texts.BOOK_LABEL, Verb.NEW), home_button()))
    return Page("Questo orario non c'è più: nel frattempo il sito l'ha cambiato. Scegline un altro.", tuple(rows))


def no_slots_page(day: date) -> Page:
    """A day that has nothing to book any more."""
    text = f"Per {long_day(day)} non c'è più niente da prenotare."
    return Page(text, (back_row(Verb.NEW),))


def confirm_page(view: SlotView, newest: int, page: int, when: When, *, rejected: bool) -> Page:
    """All about a slot and what will happen; `page` of its list is where Back leads.

    `newest`, the person's newest action, makes a second tap on the button mean the same as the first.
    """
    lines = Lines().add(slot_details(view))
    match view.state:
        case SlotState.STARTED:
            lines.add("È già cominciata: non si può più prenotare.")
        case SlotState.MINE:
            lines.add("✅ È già tua.")
        case SlotState.QUEUED if view.ticket:
            lines.add(f"⏳ È già in coda: prenotazione n. {view.ticket.id}.")
        case _:
            lines.add(*_plan(view, when))
            lines.add(_clash(view, when)).add(texts.REJECTED_WARNING if rejected else "")
    return Page(str(lines), (*_confirm_rows(view, newest), _back_to_list(view, page)))


def slot_details(view: SlotView) -> str:
    slot = view.slot
    lines = [
        f"<b>{safe(view.name)}</b>",
        f"📅 {first_up(long_day(slot.day))}, {slot.start:%H:%M}–{slot.end:%H:%M}",
        f"📍 {safe(slot.activity.name)}",
    ]
    if slot.instructor:
        lines.append(f"👤 {safe(slot.instructor)}")
    return "\n".join(lines)


def _plan(view: SlotView, when: When) -> list[str]:
    read = f" (letto {when.at(view.read_at)})"
    if view.state is SlotState.OPENS:
        return [f"Prenoto appena apre, {when.at(view.opens_at)}. Tu non devi fare altro."]
    if view.state is SlotState.FULL:
        return [f"All'ultima lettura era piena{read}.", "Posso provare lo stesso: qualcuno può aver rinunciato."]
    places = f"{first_up(standing(view, when))}{read}." if view.slot.places is not None else ""
    return [places, "Prenoto subito."]


def _clash(view: SlotView, when: When) -> str:
    if view.clash is None:
        return ""
    return f"⚠️ Alla stessa ora hai già {in_a_line(view.clash.booking.wish, when)}: il sito potrebbe rifiutare."


def _confirm_rows(view: SlotView, newest: int) -> list[Row]:
    match view.state:
        case SlotState.STARTED:
            return []
        case SlotState.MINE if view.held:
            return [(button("📋 Vedi la prenotazione", Verb.HELD, view.held.id),)]
        case SlotState.QUEUED if view.ticket:
            return [(button(f"Vedi la n. {view.ticket.id}", Verb.TICKET, view.ticket.id),)]
        case SlotState.OPENS:
            return [(button("⏰ Conferma: prenota all'apertura", Verb.BOOK, view.id, newest),)]
        case SlotState.FULL:
            return [(button("Prova a prenotare", Verb.BOOK, view.id, newest),)]
        case _:
            return [(button("✅ Conferma Prenotazione", Verb.BOOK, view.id, newest),)]


def _back_to_list(view: SlotView, page: int) -> Row:
    return back_row(Verb.SLOTS, view.slot.day, activity_key(view.slot.activity), page)


# The timetable


@dataclass(frozen=True, slots=True)
class Hour:
    """One line of the timetable: from a dated slot, or from the weekly course where the date was not read."""

    start: str
    end: str
    name: str
    place: str
    key: int  # of its activity, or of what stands for it
    instructor: str
    places: int | None


def hour_of_slot(row: CatalogueSlot) -> Hour:
    slot = row.slot
    name, place, key = slot.course or FIT_CENTER, slot.activity.name, activity_key(slot.activity)
    return Hour(f"{slot.start:%H:%M}", f"{slot.end:%H:%M}", name, place, key, slot.instructor, slot.places)


def hour_of_course(course: Course) -> Hour:
    place = " - ".join(part for part in (course.location, course.course_type) if part)
    key = activity_key(Activity(place, place))
    name = course.name or FIT_CENTER
    return Hour(f"{course.start:%H:%M}", f"{course.end:%H:%M}", name, place, key, course.instructor, None)


def hours_page(days: Sequence[DaySummary], read_at: datetime | None, when: When) -> Page:
    """The week, a button a day."""
    read = f"Letti {when.at(read_at)}." if read_at else "Non li ho ancora letti dal sito: tocca «Aggiorna orari»."
    known = {summary.day: summary.slots for summary in days}
    buttons = [_hours_button(day, known.get(day), when) for day in _week(when.today)]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    refresh = (button("🔄 Aggiorna orari", Verb.REFRESH),)
    return Page(f"<b>Orari dei corsi</b>\n{read}", (*rows, refresh, (home_button(),)))


def _week(today: date) -> list[date]:
    return [date.fromordinal(today.toordinal() + offset) for offset in range(DAYS_IN_A_WEEK)]


def _hours_button(day: date, slots: int | None, when: When) -> Button:
    name = "Oggi" if day == when.today else first_up(short_day(day))
    return button(f"{name} · {slots}" if slots else name, Verb.HOURS_DAY, day, 0, 0)


def hours_day_page(
    day: date, key: int, kinds: Sequence[tuple[int, str]], chunk: Chunk[Hour], read_at: datetime | None, when: When
) -> Page:
    """A day of the timetable; `key` 0 shows every kind, `kinds` are the filters on offer (key, name)."""
    lines = Lines().add(f"<b>{first_up(long_day(day))}</b>", *(safe(name) for one, name in kinds if one == key))
    lines.add(*(_hour_line(hour, with_place=key == 0 and len(kinds) > 1) for hour in chunk.items))
    if not chunk.items:
        lines.add(f"Nessun orario di {WEEKDAYS[day.weekday()]}.")
    lines.add(f"<i>Letti {when.at(read_at)}</i>" if read_at else "")
    rows = [*chunk.turns(Verb.HOURS_DAY, day, key), *_filters(day, key, kinds)]
    if chunk.items:
        rows.append((button("📅 Prenota in questo giorno", Verb.DAY, day),))
    return Page(f"{lines}{chunk.caption}", (*rows, back_row(Verb.HOURS)))


def _hour_line(hour: Hour, *, with_place: bool) -> str:
    instructor = f", con {safe(hour.instructor)}" if hour.instructor else ""
    places = "" if hour.places is None else f" · {count(hour.places, 'posto', 'posti')}"
    place = f" · {safe(split_activity(hour.place)[0])}" if with_place else ""
    return f"<b>{hour.start}–{hour.end}</b> {safe(hour.name)}{instructor}{place}{places}"


def _filters(day: date, key: int, kinds: Sequence[tuple[int, str]]) -> list[Row]:
    if len(kinds) < 2:
        return []
    shown = [(0, "Tutto"), *kinds]
    return [(button(name, Verb.HOURS_DAY, day, one, 0),) for one, name in shown if one != key]

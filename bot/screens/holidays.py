"""The screens of holidays: the list, and a month of buttons to choose the first and the last day. Pure functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from bot.screens.callbacks import Verb
from bot.screens.page import Button, ButtonRow, Chunk, Lines, Page, Words, back_row, button
from bot.screens.periodic import days_off
from bot.screens.when import first_up, long_day, month_name, short_day, weekday
from domain.recurrence import Holiday
from languages import N_, _

MONTHS_AHEAD = 12  # how far a holiday can lie ahead
LONGEST = timedelta(days=366)
FULL = N_("Hai già segnato tutte le ferie che riesco a tenere: prima togline qualcuna.")


def holidays_page(chunk: Chunk[Holiday], note: Words = "") -> Page:
    """The holidays, each with a button that removes it."""
    lines = Lines().add(note)
    lines.add(_("🏖 <b>Ferie</b>"), _("In questi giorni le periodiche non prenotano e non chiedono niente."))
    lines.add(*(f"• {days_off(holiday)}" for holiday in chunk.items) if chunk.items else [_("Nessuna, per ora.")])
    rows = [(button(f"🗑 {first_up(days_off(holiday))}", Verb.OFF_DROP, holiday.id),) for holiday in chunk.items]
    add = (button(_("➕ Aggiungi"), Verb.OFF_FROM, 0),)
    return Page(f"{lines}{chunk.caption}", (*rows, *chunk.turns(Verb.DAYS_OFF), add, back_row(Verb.PERIODIC, 0)))


def ask_page(first: date, last: date) -> Page:
    """Whether the days that a message named are a holiday."""
    what = days_off(Holiday(0, 0, first, last))
    text = _("🏖 <b>Ferie {days}?</b>", days=what) + "\n\n"
    text += _("In questi giorni le periodiche non prenotano e non chiedono niente.")
    add = button(_("✅ Sì, segnale"), Verb.OFF_ADD, first, last)
    return Page(text, ((add,), (button(_("✏️ Altri giorni"), Verb.OFF_FROM, 0),), back_row(Verb.DAYS_OFF, 0)))


def first_day_page(month: int, today: date) -> Page:
    """The choice of the first day; `month` counts from the current month."""

    def pick(day: date) -> Button:
        return button(str(day.day), Verb.OFF_TO, day, month)

    blank = button("·", Verb.OFF_FROM, month)
    return Page(
        _("🏖 <b>Ferie</b>") + "\n\n" + _("Da quale giorno?") + f"\n<b>{_month_name(month, today)}</b>",
        (*_grid(month, today, today, pick, blank), _turn(month, Verb.OFF_FROM), back_row(Verb.DAYS_OFF, 0)),
    )


def last_day_page(first: date, month: int, today: date) -> Page:
    """The choice of the last day, from the first day on."""

    def pick(day: date) -> Button:
        return button(str(day.day), Verb.OFF_ADD, first, day)

    blank = button("·", Verb.OFF_TO, first, month)
    until = _("Da {day}, fino a quale giorno compreso?", day=long_day(first))
    return Page(
        _("🏖 <b>Ferie</b>") + f"\n\n{until}\n<b>{_month_name(month, today)}</b>",
        (*_grid(month, today, first, pick, blank), _turn(month, Verb.OFF_TO, first), back_row(Verb.OFF_FROM, month)),
    )


def month_start(month: int, today: date) -> date:
    """The first day of a month, counted from today's."""
    years, index = divmod(today.month - 1 + month, 12)
    return date(today.year + years, index + 1, 1)


def _month_name(month: int, today: date) -> str:
    start = month_start(month, today)
    return f"{first_up(month_name(start.month))} {start.year}"


def _grid(month: int, today: date, earliest: date, pick: Callable[[date], Button], blank: Button) -> list[ButtonRow]:
    """The weeks of a month, Monday first; days that can't be chosen are dots that lead nowhere."""
    start = month_start(month, today)
    monday = start - timedelta(days=start.weekday())
    head = tuple(Button(weekday(day)[:1].upper(), blank.data) for day in range(7))
    weeks: list[ButtonRow] = [head]
    while monday < month_start(month + 1, today):
        days = [monday + timedelta(days=offset) for offset in range(7)]
        free = {day for day in days if day >= earliest and day.month == start.month}
        if free:
            weeks.append(tuple(pick(day) if day in free else blank for day in days))
        monday += timedelta(days=7)
    return weeks


def _turn(month: int, verb: Verb, *about: date) -> ButtonRow:
    row = []
    if month > 0:
        row.append(button(_("‹ Mese prima"), verb, *about, month - 1))
    if month < MONTHS_AHEAD:
        row.append(button(_("Mese dopo ›"), verb, *about, month + 1))
    return tuple(row)


def added_note(holiday: Holiday) -> str:
    """After a holiday was added: what it means, and what it does not."""
    held = _("I posti che hai già prenotato restano: guarda in Le Mie Prenotazioni.")
    if holiday.first == holiday.last:
        return _("✅ Fatto: {day} è libero.", day=short_day(holiday.first)) + f" {held}"
    return _("✅ Fatto: ferie {days}.", days=days_off(holiday)) + f" {held}"

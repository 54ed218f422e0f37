"""The screens of periodic bookings: the list, one's card, its alternatives and next dates. Pure functions."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from bot.screens.callbacks import Verb
from bot.screens.classes import ordinal, told_apart
from bot.screens.failure_messages import failure_message
from bot.screens.held import where
from bot.screens.making import MODE_NAMES, AskTimes, meets_line, mode_line
from bot.screens.page import (
    Button,
    ButtonRow,
    Chunk,
    Lines,
    Page,
    Words,
    back_row,
    button,
    home_button,
    in_quotes,
    safe,
)
from bot.screens.texts import GO_ON_LABEL, GOES_ON, PERIODIC_LABEL
from bot.screens.when import When, every, first_up, short_day, weekday
from domain.model import ActionStatus, BookingStatus, ClassRef
from domain.recurrence import (
    DateAhead,
    Holiday,
    OccurrenceState,
    PeriodicBooking,
    PeriodicChoice,
    PeriodicMode,
    PlannedDate,
)
from domain.recurring_pauses import MissedDate, RecurringPause
from domain.site_login import SiteLogin
from languages import N_, _

# The list


def periodic_page(
    chunk: Chunk[PeriodicBooking], holidays: Sequence[Holiday], note: Words = "", pause: RecurringPause | None = None
) -> Page:
    """The list of periodic bookings, each with a button to its card. `pause`: why all of them wait."""
    lines = Lines().add(note).add(_("<b>Prenotazioni periodiche</b>"))
    if pause is not None:
        lines.add(*all_stopped(pause))
    if not chunk.items:
        lines.add(_("Non ne hai ancora nessuna."), _("Scegli un corso una volta: poi ci penso io, ogni settimana."))
    for periodic in chunk.items:
        lines.add(f"{sign(periodic)} <b>{name_of(periodic)}</b>", weekly_line(periodic), behaviour(periodic))
    if holidays:
        lines.add(_("🏖 Ferie: {days}", days=", ".join(days_off(holiday) for holiday in holidays[:3])))
    rows: list[ButtonRow] = [(button(GO_ON_LABEL, Verb.GO_ON),)] if pause is not None else []
    rows += [(button(_label(periodic), Verb.SERIES, periodic.id),) for periodic in chunk.items]
    new = button(_("➕ Nuova periodica"), Verb.NEW_KINDS)
    return Page(
        f"{lines}{chunk.caption}",
        (*rows, *chunk.turns(Verb.PERIODIC), (new, button(_("🏖 Ferie"), Verb.DAYS_OFF, 0)), (home_button(),)),
    )


def all_stopped(pause: RecurringPause) -> Sequence[str]:
    """Why everything that recurs waits, and what its person can do."""
    stopped = [
        _("⏸ <b>Tutte ferme.</b>"),
        str(failure_message(pause.kind, SiteLogin.POLIMI).happened),
    ]  # never of a login
    stopped += [_("Dal sito: {said}.", said=in_quotes(pause.words))] if pause.words else []
    return " ".join(stopped), _("Quando è a posto, tocca Riprendi.")


def going_on_page(missed: Sequence[MissedDate], when: When) -> Page:
    """The periodic bookings go on: the dates that were missed meanwhile."""
    lines = Lines().add(f"<b>{GOES_ON}</b>")
    if missed:
        lines.add(_("Nel frattempo queste date sono passate senza prenotazione:"))
        lines.add(*(f"• {short_day(each.day)} {each.periodic.start:%H:%M} {name_of(each.periodic)}" for each in missed))
    else:
        lines.add(_("Nel frattempo non è passata nessuna data."))
    return Page(str(lines), ((button(PERIODIC_LABEL, Verb.PERIODIC, 0),), (home_button(),)))


def sign(periodic: PeriodicBooking) -> str:
    return "🔄" if periodic.active else "⏸"


def name_of(periodic: PeriodicBooking) -> str:
    return safe(periodic.name or periodic.course)


def weekly_line(periodic: PeriodicBooking) -> str:
    """`Ogni martedì alle 18:00 · Giuriati`, with the course where the name is another."""
    what = f"{safe(periodic.course)}, " if periodic.name and periodic.name != periodic.course else ""
    when = every(periodic.day_of_week)
    weekly = _("{day} alle {time}", day=when if what else first_up(when), time=f"{periodic.start:%H:%M}")
    return f"{what}{weekly}{where(periodic.place)}"


def behaviour(periodic: PeriodicBooking) -> str:
    """Its mode, or that it rests."""
    return str(MODE_NAMES[periodic.mode]) if periodic.active else _("In pausa: non faccio niente.")


def _label(periodic: PeriodicBooking) -> str:
    day = weekday(periodic.day_of_week, short=True)
    return f"{sign(periodic)} {day} {periodic.start:%H:%M} · {periodic.name or periodic.course}"


def days_off(holiday: Holiday) -> str:
    """`dal 23 dic al 6 gen`, or one day."""
    first, last = short_day(holiday.first), short_day(holiday.last)
    return first if holiday.first == holiday.last else _("da {first} a {last}", first=first, last=last)


# One of them

HELD_ANYWAY = N_("✅ ce l'hai già")


def card_page(
    periodic: PeriodicBooking,
    others: Sequence[PeriodicChoice],
    dates: Sequence[DateAhead],
    times: AskTimes,
    when: When,
    note: Words = "",
    meets: Sequence[PeriodicBooking] = (),
) -> Page:
    """The card of a periodic booking and what can be done with it; `meets`: others at the same hours."""
    lines = Lines().add(note).add(f"{sign(periodic)} <b>{name_of(periodic)}</b>", weekly_line(periodic))
    lines.add(meets_line(meets))
    if periodic.active:
        lines.add(MODE_NAMES[periodic.mode], mode_line(periodic.mode, times))
    else:
        lines.add(_("In pausa: non faccio niente. Quello che è già prenotato resta."))
        lines.add(_("Quando la riprendi: {mode}", mode=MODE_NAMES[periodic.mode]))
    lines.add(*choice_lines(others)).add(
        _("<b>Prossime date</b>"), *(date_line(date, periodic, when) for date in dates)
    )
    clashing = [_clash_row(one) for one in meets]
    return Page(str(lines), (*clashing, *card_rows(periodic, others), back_row(Verb.PERIODIC, 0)))


def _clash_row(other: PeriodicBooking) -> ButtonRow:
    """What can be done about another one at the same hours: look at it, or let it rest."""
    course = other.name or other.course
    see = button(_("🔄 Vedi {course}", course=course), Verb.SERIES, other.id)
    return (see, button(_("⏸ Ferma {course}", course=course), Verb.PAUSE, other.id))


def card_rows(periodic: PeriodicBooking, others: Sequence[PeriodicChoice]) -> list[ButtonRow]:
    """What can be done with a periodic booking."""
    number = periodic.id
    switch = button(_("▶️ Riprendi"), Verb.RESUME, number)
    if periodic.active:
        switch = button(_("⏸ Pausa"), Verb.PAUSE, number)
    alternatives = _("✏️ Alternative ({number})", number=len(others)) if others else _("➕ Alternativa")
    return [
        (button(_("🗓 Salta una data"), Verb.DATES, number), switch),
        (button(_("⚙️ Modo"), Verb.MODES, number), button(_("🕒 Corso e orario"), Verb.MOVE_KINDS, number)),
        (button(alternatives, Verb.ELSE, number), button(_("🗑 Elimina"), Verb.ASK_DELETE, number)),
    ]


def choice_lines(others: Sequence[PeriodicChoice]) -> list[str]:
    """The alternatives, numbered from the second choice on."""
    if not others:
        return []
    numbered = (f"{ordinal(n)} {_at_its_hour(one)}{where(one.place)}" for n, one in enumerate(others, 2))
    return [_("Se non c'è posto, nell'ordine:"), *numbered]


def _at_its_hour(one: PeriodicChoice | ClassRef) -> str:
    """`PILATES MATWORK alle 18:00`."""
    return _("{course} alle {time}", course=safe(one.course), time=f"{one.start:%H:%M}")


def ask_delete_page(periodic: PeriodicBooking) -> Page:
    lines = Lines().add(_("<b>La elimino?</b>"), name_of(periodic), weekly_line(periodic))
    lines.add(_("Ritiro le richieste in attesa. Se una sta partendo proprio adesso, ti scrivo com'è andata."))
    lines.add(_("I posti già prenotati restano tuoi."))
    yes = button(_("🗑 Sì, elimina"), Verb.DELETE, periodic.id)
    return Page(str(lines), ((yes, button(_("No"), Verb.SERIES, periodic.id)), back_row(Verb.SERIES, periodic.id)))


# Its alternatives


def alternatives_page(
    periodic: PeriodicBooking, others: Sequence[PeriodicChoice], *, full: bool, note: Words = ""
) -> Page:
    """The alternatives of a periodic booking, each with a button that removes it; `full`: no more can be added."""
    first = _("Prima scelta: {first}", first=safe(periodic.course))
    lines = Lines().add(note).add(_("<b>Alternative</b>"), first, weekly_line(periodic))
    lines.add(*choice_lines(others) or [_("Nessuna, per ora: stesso giorno, altro orario, corso o sede.")])
    rows: list[ButtonRow] = [
        (button(f"🗑 {ordinal(n)} {one.start:%H:%M} {one.course}", Verb.ELSE_DROP, periodic.id, n - 1, choice_key(one)),)
        for n, one in enumerate(others, 2)
    ]
    if not full:
        rows.append((button(_("➕ Aggiungi"), Verb.ELSE_KINDS, periodic.id),))
    return Page(str(lines), (*rows, back_row(Verb.SERIES, periodic.id)))


def choice_key(choice: PeriodicChoice) -> int:
    """A number that tells one choice from another, for a button that drops it."""
    return zlib.crc32(f"{choice.start} {choice.course} {choice.location} {choice.course_type}".encode())


# Its dates


def dates_page(periodic: PeriodicBooking, dates: Sequence[DateAhead], when: When, note: Words = "") -> Page:
    """The next four weeks, each date with what can be done about it."""
    lines = Lines().add(note).add(f"{sign(periodic)} <b>{name_of(periodic)}</b>", weekly_line(periodic))
    lines.add(_("<b>Prossime quattro settimane</b>"), *(date_line(date, periodic, when) for date in dates))
    rows = [(one,) for date in dates if (one := date_button(date, periodic.id, when))]
    holidays = (button(_("🏖 Ferie"), Verb.DAYS_OFF, 0),)
    return Page(str(lines), (*rows, holidays, back_row(Verb.SERIES, periodic.id)))


def date_button(date: DateAhead, periodic_id: int, when: When) -> Button | None:
    planned, day = date.planned, short_day(date.planned.day)
    if date.held and date.is_held:
        return button(_("📋 Vedi {day}", day=day), Verb.HELD, date.held.id)
    if planned.state is OccurrenceState.SKIPPED:
        return button(_("↩️ Non saltare {day}", day=day), Verb.UNSKIP_DATE, planned.day, periodic_id)
    waits = date.action is None or date.action.status is ActionStatus.PENDING or date.action.only_prepared(when.now)
    can_skip = planned.state in (None, OccurrenceState.ASKED, OccurrenceState.QUEUED) and waits
    if not can_skip or (planned.holiday and planned.state is None):
        return None
    return button(_("⏭ Salta {day}", day=day), Verb.SKIP_DATE, planned.day, periodic_id)


def date_line(date: DateAhead, periodic: PeriodicBooking, when: When) -> str:
    """`mar 1 dic · prenoto dom 29 alle 00:00`."""
    return f"{first_up(short_day(date.planned.day))} · {_fate(date, periodic, when)}"


def _fate(date: DateAhead, periodic: PeriodicBooking, when: When) -> str:
    planned = date.planned
    match planned.state:
        case None if date.is_held:
            return str(HELD_ANYWAY)
        case None if planned.holiday:
            return _("🏖 in ferie")
        case None:
            return _plan(planned, periodic, when)
        case OccurrenceState.ASKED:
            return _("🔔 aspetto la tua risposta")
        case OccurrenceState.QUEUED:
            return _booking(date, periodic, when)
        case OccurrenceState.SKIPPED:
            return _("⏭ saltata")
        case OccurrenceState.EXPIRED:
            return _("⌛ saltata: nessuna risposta")
        case OccurrenceState.MISSED:
            return _("⚠️ persa: ero spento")


def _plan(planned: PlannedDate, periodic: PeriodicBooking, when: When) -> str:
    if not periodic.active:
        return _("⏸ in pausa")
    if planned.acts_at is None:
        return "—"
    if planned.acts_at <= when.now:
        return _("ci penso subito")
    moment = when.short(planned.acts_at)
    if periodic.mode in (PeriodicMode.AUTOMATIC, PeriodicMode.HOLD):
        return _("prenoto {moment}", moment=moment)
    return _("ti chiedo {moment}", moment=moment)


def _otherwise(date: DateAhead, periodic: PeriodicBooking) -> str:
    """The held class where it differs from the periodic booking: an alternative, or from before a change."""
    if date.held is None:
        return ""
    held, meant = date.held.booking.ref, periodic.on(date.held.booking.day)
    if held.matches(meant):
        return ""
    where_else = f" · {safe(held.where)}" if told_apart(held, [meant]) else ""
    return f"{_at_its_hour(held)}{where_else}"


def _no_longer(date: DateAhead) -> str:
    """What became of a place that was booked: only one that the bot cancelled is called cancelled."""
    match date.held.status if date.held else None:
        case BookingStatus.CANCELLED:
            return _("↩️ annullata")
        case BookingStatus.GONE:
            return _("⚠️ sul sito non c'è più")
        case BookingStatus.PAST:
            return _("✅ c'eri iscritto")
        case _:
            return _("prenotata: com'è adesso non lo so")


def _booking(date: DateAhead, periodic: PeriodicBooking, when: When) -> str:
    """What became of the booking of a date; a date without one was held already."""
    if date.action is None:
        return str(HELD_ANYWAY)
    opens = date.action.opens_at
    match date.action.status:
        case ActionStatus.PENDING | ActionStatus.PROCESSING if opens and when.now < opens:
            return _("⏳ prenoto {moment}", moment=when.short(opens))
        case ActionStatus.PENDING:
            return _("⏳ in coda")
        case ActionStatus.PROCESSING:
            return _("⚙️ ci sto lavorando")
        case ActionStatus.COMPLETED:
            if not date.is_held:
                return _no_longer(date)
            other = _otherwise(date, periodic)
            return _("✅ prenotata: {what}", what=other) if other else _("✅ prenotata")
        case ActionStatus.FAILED:
            return _("❌ non riuscita")
        case ActionStatus.CANCELLED:
            return _("↩️ ritirata")

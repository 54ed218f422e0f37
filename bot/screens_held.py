"""The screens of what one has: bookings and their cancelling, periodic bookings and their questions. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot import texts
from bot.callbacks import Verb
from bot.italian import When, count, every, first_up, short_day
from bot.page import Button, Chunk, Lines, Page, Row, back_row, button, home_button, safe
from bot.screens import TITLES, about, in_a_line
from model import (
    Action,
    ActionStatus,
    ActionType,
    BookingStatus,
    Confirmation,
    ConfirmationOutcome,
    HeldBooking,
    PeriodicBooking,
    Wish,
)

# My bookings


def mine_page(
    chunk: Chunk[HeldBooking], live: Sequence[Action], read_at: datetime | None, when: When, note: str = ""
) -> Page:
    """What the person holds, and what is under way."""
    lines = Lines().add(note).add("<b>Le tue prenotazioni</b>")
    lines.add(*(f"• {in_a_line(held.booking.wish, when)}{_where(held.booking.location)}" for held in chunk.items))
    if not chunk.items:
        lines.add("Non ne vedo nessuna.")
    lines.add(*(f"{_live_mark(action)} {in_a_line(action.wish, when)} (n. {action.id})" for action in live))
    read = f"Lette dal sito {when.at(read_at)}" if read_at else "Non le ho ancora lette dal sito"
    lines.add(f"<i>{read}</i>")
    rows: list[Row] = [(button(_held_label(held), Verb.HELD, held.id),) for held in chunk.items]
    rows += chunk.turns(Verb.MINE)
    rows += [(button(f"n. {action.id} · {_live_label(action)}", Verb.TICKET, action.id),) for action in live]
    rows.append((button("🔄 Aggiorna dal sito", Verb.SYNC),))
    if not chunk.items and not live:
        rows.append((button(texts.BOOK_LABEL, Verb.NEW),))
    return Page(f"{lines}{chunk.caption}", (*rows, (home_button(),)))


def _where(location: str) -> str:
    return f" · {safe(location)}" if location else ""


def _held_label(held: HeldBooking) -> str:
    return f"{first_up(short_day(held.booking.day))} {held.booking.start:%H:%M} · {held.booking.course}"


def _live_mark(action: Action) -> str:
    return "⏳ In annullamento:" if action.type is ActionType.CANCEL else "⏳ In coda:"


def _live_label(action: Action) -> str:
    doing = "in corso" if action.status is ActionStatus.PROCESSING else "in coda"
    return f"{TITLES[action.type].lower()} {doing}"


def held_page(held: HeldBooking, live: Action | None, when: When, *, over: bool) -> Page:
    """One booking, and what can be done with it. `over`: the class has begun."""
    lines = Lines().add(about(held.booking.wish, when)).add(_standing(held, when, over=over))
    rows: list[Row] = []
    if live:
        lines.add(f"⏳ C'è già una richiesta in corso: {TITLES[live.type].lower()} n. {live.id}.")
        rows.append((button(f"Vedi la n. {live.id}", Verb.TICKET, live.id),))
    elif is_held(held) and not over:
        rows.append((button("❌ Annulla", Verb.ASK_CANCEL, held.id), button("🗓 Calendario", Verb.FILE, held.id)))
    return Page(str(lines), (*rows, back_row(Verb.MINE, 0)))


def is_held(held: HeldBooking) -> bool:
    """Whether it was there at the last reading, so that it can be cancelled."""
    return held.status is BookingStatus.CONFIRMED


def _standing(held: HeldBooking, when: When, *, over: bool) -> str:
    seen = when.at(held.updated_at)
    match held.status:
        case BookingStatus.CONFIRMED if not over:
            return f"✅ Prenotata: vista sul sito {seen}."
        case BookingStatus.CANCELLED:
            return f"Annullata: riletto sul sito {seen}."
        case BookingStatus.GONE:
            return f"Sul sito non c'è più ({seen}), e non l'ho annullata io."
        case _:
            return "È già cominciata o finita."


def ask_cancel_page(held: HeldBooking, newest: int, free_until: datetime, hours: float, when: When) -> Page:
    """Asked once more, with the warning when it is late. `newest` makes a second tap mean the same as the first."""
    lines = Lines().add("<b>Annullo davvero?</b>", about(held.booking.wish, when))
    if when.now >= free_until:
        lines.add(f"⚠️ Mancano meno di {_hours(hours)}: annullare adesso può costarti una penalità.")
    else:
        lines.add(_free_until(free_until, when))
    yes = button("❌ Sì, annulla", Verb.CANCEL, held.id, newest)
    return Page(str(lines), ((yes, button("No, la tengo", Verb.HELD, held.id)), back_row(Verb.MINE, 0)))


def _free_until(free_until: datetime, when: When) -> str:
    return f"Puoi annullare senza penalità: c'è tempo fino a {when.at(free_until)}."


def _hours(hours: float) -> str:
    return count(int(hours), "ora", "ore") if hours == int(hours) else f"{hours:g} ore".replace(".", ",")


def reminder(held: HeldBooking, free_until: datetime, when: When) -> Page:
    """The class comes near, and its place can perhaps still be given back."""
    lines = Lines().add("⏰ <b>Ci vai?</b>", about(held.booking.wish, when))
    if when.now < free_until:
        lines.add(_free_until(free_until, when))
    rows = ((button("❌ Annulla", Verb.ASK_CANCEL, held.id, fresh=True), home_button(fresh=True)),)
    return Page(str(lines), rows)


def gone_page() -> Page:
    """A button about a booking that is not (or no longer) the person's."""
    text = "Questa prenotazione non la trovo tra le tue."
    return Page(text, ((button(texts.MINE_LABEL, Verb.MINE, 0),), (home_button(),)))


def file_page(held: HeldBooking, when: When) -> Page:
    """The words that go with the calendar file."""
    rows = ((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True), home_button(fresh=True)),)
    return Page(f"🗓 Per il tuo calendario\n\n{about(held.booking.wish, when)}", rows)


# Periodic bookings


def periodic_page(chunk: Chunk[PeriodicBooking], lead_minutes: int, note: str = "") -> Page:
    """What recurs, each with how it behaves and its pause."""
    lines = Lines().add(note).add("<b>Prenotazioni periodiche</b>")
    if not chunk.items:
        lines.add("Non ne hai ancora nessuna.")
        return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.NEW),), (home_button(),)))
    for periodic in chunk.items:
        lines.add(*_periodic_lines(periodic, lead_minutes))
    rows = [(_switch(periodic),) for periodic in chunk.items]
    return Page(f"{lines}{chunk.caption}", (*rows, *chunk.turns(Verb.PERIODIC), (home_button(),)))


def _periodic_lines(periodic: PeriodicBooking, lead_minutes: int) -> list[str]:
    mark = "🔄" if periodic.active else "⏸"
    name = f"<b>{safe(periodic.name or periodic.course)}</b>"
    what = f"{safe(periodic.course)}, " if periodic.name and periodic.name != periodic.course else ""
    when = f"{what}{every(periodic.day_of_week)} alle {periodic.start:%H:%M}{_where(periodic.location)}"
    if not periodic.active:
        return [f"{mark} {name}", when, "In pausa: non faccio niente."]
    if periodic.requires_confirmation:
        return [f"{mark} {name}", when, f"Chiede conferma {_before(lead_minutes)}, poi prenota."]
    return [f"{mark} {name}", when, "Automatica: prenota da sola appena apre."]


def _before(minutes: int) -> str:
    if minutes % 60 == 0:
        return f"{count(minutes // 60, 'ora', 'ore')} prima"
    return f"{count(minutes, 'minuto', 'minuti')} prima"


def _switch(periodic: PeriodicBooking) -> Button:
    name = periodic.name or periodic.course
    if periodic.active:
        return button(f"⏸ Metti in pausa: {name}", Verb.PAUSE, periodic.id)
    return button(f"▶️ Riprendi: {name}", Verb.RESUME, periodic.id)


def question(confirmation: Confirmation, periodic: PeriodicBooking, wish: Wish, when: When) -> Page:
    """The question of a periodic booking, or how it was answered."""
    if confirmation.outcome is not None or when.now >= confirmation.expires_at:
        return answered(confirmation, wish, when)
    lines = Lines().add("🔔 <b>Prenoto anche questa volta?</b>", about(wish, when))
    if periodic.name and periodic.name != periodic.course:
        lines.add(f"<i>{safe(periodic.name)}</i>")
    lines.add(f"Rispondi entro le {when.local(confirmation.expires_at):%H:%M}: se non rispondi, la salto.")
    yes = button("✅ Conferma", Verb.CONFIRM, confirmation.id)
    no = button("❌ Salta questa volta", Verb.SKIP, confirmation.id)
    return Page(str(lines), ((yes,), (no,), (home_button(fresh=True),)))


def answered(confirmation: Confirmation, wish: Wish, when: When, ticket: Action | None = None) -> Page:
    """A question that is closed, honestly: confirmed, skipped, or too late."""
    lines = Lines()
    rows: list[Row] = []
    match confirmation.outcome:
        case ConfirmationOutcome.CONFIRMED:
            lines.add("✅ <b>L'avevi già confermata</b>", about(wish, when))
        case ConfirmationOutcome.SKIPPED:
            lines.add("↩️ <b>Saltata, questa volta</b>", about(wish, when))
        case _:
            lines.add("⌛ <b>Troppo tardi per rispondere</b>", about(wish, when))
            lines.add("Non avendo risposta, questa volta l'ho saltata. Se c'è ancora posto puoi prenotarla tu.")
            rows.append((button(texts.BOOK_LABEL, Verb.DAY, wish.day, fresh=True),))
    if ticket:
        rows.append((button(f"Vedi la n. {ticket.id}", Verb.TICKET, ticket.id, fresh=True),))
    return Page(str(lines), (*rows, (home_button(fresh=True),)))


def expired(wish: Wish, when: When) -> Page:
    """The ringing message after a question nobody answered."""
    lines = Lines().add("⌛ <b>Saltata: non hai risposto in tempo</b>", about(wish, when))
    lines.add("Se vuoi andarci lo stesso e c'è ancora posto, prenotala tu.")
    return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.DAY, wish.day, fresh=True),), (home_button(fresh=True),)))


def missed(wish: Wish, when: When) -> Page:
    """The ringing message about a date that went by while nothing ran."""
    lines = Lines().add("⚠️ <b>Questa l'ho persa</b>", about(wish, when))
    lines.add("Ero spento quando avrei dovuto occuparmene. Le prossime date restano in programma.")
    rows = ((button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0, fresh=True),), (home_button(fresh=True),))
    return Page(str(lines), rows)

"""The screens of the menu, of tickets, and of what a ticket's end tells. Pure functions: rows in, Page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import texts
from bot.callbacks import Verb
from bot.italian import When, count, first_up, long_day, short_day
from bot.page import Button, Lines, Page, Row, button, clip, home_button, safe
from bot.texts import Remedy, Trouble, trouble
from model import FIT_CENTER, Action, ActionStatus, ActionType, HeldBooking, Wish, quoted

UNUSUAL_WAIT = timedelta(minutes=1)  # a worker takes what is due within a tenth of a second
PROMISE = "Ti scrivo io com'è andata."
SHORTLY = "Leggo dal sito: di solito bastano pochi secondi. Questa pagina si aggiorna da sola."
REHEARSED_WELL = "ok"  # as booking_actions.rehearsal keeps it; else the class of an error
LONGEST_QUOTE = 300  # characters of the site's own words; a caption may have 1024 in all

TITLES = {
    ActionType.BOOK: "Prenotazione",
    ActionType.CANCEL: "Annullamento",
    ActionType.CHECK: "Lettura delle prenotazioni",
    ActionType.REFRESH: "Aggiornamento degli orari",
}
MARKS = {
    ActionStatus.PENDING: "⏳",
    ActionStatus.PROCESSING: "⚙️",
    ActionStatus.COMPLETED: "✅",
    ActionStatus.FAILED: "❌",
    ActionStatus.CANCELLED: "↩️",
}
DONE = {
    ActionType.BOOK: "Prenotata: vista nelle tue prenotazioni",
    ActionType.CANCEL: "Annullata: riletto sul sito",
    ActionType.CHECK: "Fatto: lette dal sito",
    ActionType.REFRESH: "Fatto: letti dal sito",
}


@dataclass(frozen=True, slots=True)
class Overview:
    """What the menu shows besides its buttons."""

    name: str  # what the person is called
    next_booking: HeldBooking | None
    live: Sequence[Action]
    timetable_known: bool
    rejected: bool


def home(overview: Overview, when: When, note: str = "") -> Page:
    """The main menu; `note` is a sentence that comes first."""
    greeting = f"Ciao {safe(overview.name)}! 👋" if overview.name else "Ciao! 👋"
    lines = Lines().add(note).add(f"<b>{greeting}</b>", "Che cosa facciamo?")
    if overview.rejected:
        lines.add(texts.REJECTED_WARNING)
    if overview.next_booking:
        lines.add(f"Il prossimo appuntamento: {in_a_line(overview.next_booking.booking.wish, when)}.")
    lines.add(*(f"{MARKS[action.status]} {_live_line(action, when)}" for action in overview.live[:5]))
    if len(overview.live) > 5:
        lines.add(f"… e altre {len(overview.live) - 5} in coda.")
    if not overview.timetable_known:
        lines.add("Sto leggendo gli orari dal sito: tra qualche secondo puoi prenotare.")
    return Page(str(lines), _home_rows(overview.rejected))


def _home_rows(rejected: bool) -> tuple[Row, ...]:
    rows: list[Row] = [(button(Remedy.LOGIN, Verb.FORGIVE),)] if rejected else []
    rows += [
        (button(texts.BOOK_LABEL, Verb.NEW),),
        (button(texts.MINE_LABEL, Verb.MINE, 0),),
        (button(texts.PERIODIC_LABEL, Verb.PERIODIC, 0),),
        (button(texts.HOURS_LABEL, Verb.HOURS),),
        (button("🧾 Richieste", Verb.STATUS, 0), button("❓ Aiuto", Verb.HELP)),
    ]
    return tuple(rows)


def _live_line(action: Action, when: When) -> str:
    what = "In annullamento" if action.type is ActionType.CANCEL else "In coda"
    return f"{what}: {in_a_line(action.wish, when)} (n. {action.id})"


def help_page() -> Page:
    return Page(texts.HELP, ((home_button(),),))


def notice_page(text: str, *rows: Row) -> Page:
    """A sentence with a way on and the way home."""
    return Page(text, (*rows, (home_button(),)))


# What a booking is about


def in_a_line(wish: Wish, when: When) -> str:
    """`PILATES MATWORK, domani alle 18:00`."""
    return f"<b>{safe(wish.course)}</b>, {when.day(wish.day)} alle {wish.start:%H:%M}"


def about(wish: Wish, when: When) -> str:
    """What, when and where, a line each."""
    near = when.day(wish.day)
    day = long_day(wish.day) if near == long_day(wish.day) else f"{near}, {long_day(wish.day)}"
    lines = [f"<b>{safe(wish.course)}</b>", f"📅 {first_up(day)}, alle {wish.start:%H:%M}"]
    if wish.location:
        lines.append(f"📍 {safe(wish.location)}")
    return "\n".join(lines)


def about_action(action: Action, when: When) -> str:
    """What an action is about; nothing for those that are about no class."""
    return about(action.wish, when) if action.day and action.start else ""


def title(action: Action) -> str:
    return f"{TITLES[action.type]} n. {action.id}"


# Tickets


def ticket(action: Action, when: When, *, is_card: bool, note: str = "") -> Page:
    """An action as it stands. On its card the way home opens a new message: the card stays for what comes."""
    lines = Lines().add(note).add(f"{MARKS[action.status]} <b>{title(action)}</b>")
    lines.add(about_action(action, when)).add(*_standing(action, when))
    return Page(str(lines), _ticket_rows(action, is_card=is_card), action.id if is_card else None)


def final_card(action: Action, when: When) -> Page:
    """The short last state of a card, once the result has come as a message of its own."""
    what = in_a_line(action.wish, when) if action.day and action.start else ""
    return Page(str(Lines().add(f"{MARKS[action.status]} {title(action)}", what)))


def _ticket_rows(action: Action, *, is_card: bool) -> tuple[Row, ...]:
    rows: list[Row] = []
    if action.status is ActionStatus.PENDING:
        rows.append((button("↩️ Ritira", Verb.WITHDRAW, action.id),))
    if action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING):
        if is_card:
            return (*rows, (home_button(fresh=True),))
        rows.append((button("🔄 Aggiorna", Verb.TICKET, action.id),))
    if action.status is ActionStatus.FAILED:
        rows += remedy_rows(action, fresh=False)
    return (*rows, (button("🧾 Richieste", Verb.STATUS, 0), home_button()))


def _standing(action: Action, when: When) -> list[str]:
    match action.status:
        case ActionStatus.PENDING:
            return _waiting(action, when)
        case ActionStatus.PROCESSING:
            return [SHORTLY if _is_reading(action) else "Ci sto lavorando adesso."]
        case ActionStatus.COMPLETED:
            done = f" {when.soon(action.completed_at, seconds=True)}" if action.completed_at else ""
            return [f"{DONE[action.type]}{done}."]
        case ActionStatus.FAILED:
            return explain(action)
        case ActionStatus.CANCELLED:
            return ["Ritirata: non la faccio più."]


def _waiting(action: Action, when: When) -> list[str]:
    if action.failures:
        again = f"Riprovo {when.soon(action.run_at, seconds=True)}, da solo."
        return [trouble(action.error_kind).happened, again]
    if action.opens_at and when.now < action.opens_at:
        opening = when.at(action.opens_at)
        return [f"In attesa dell'apertura: prenoto appena apre, {opening}.", PROMISE]
    if when.now < action.run_at:
        return [f"In coda: comincio {when.soon(action.run_at)}.", PROMISE]
    if when.now - action.run_at > UNUSUAL_WAIT:
        since = when.soon(action.run_at)
        return [f"In coda: doveva cominciare {since}.", "Se non parte, controlla che worker.py sia in funzione."]
    return [SHORTLY] if _is_reading(action) else ["In coda: comincio subito.", PROMISE]


def _is_reading(action: Action) -> bool:
    return action.type in (ActionType.CHECK, ActionType.REFRESH)


def status_page(actions: Sequence[Action], page: int, when: When, *, more: bool, note: str = "") -> Page:
    """A page of the latest actions, each with its button; `more`: older ones follow."""
    lines = Lines().add(note)
    if not actions and page == 0:
        lines.add("Non hai ancora chiesto niente. Comincia da qui:")
        return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.NEW),), (home_button(),)))
    lines.add("<b>Le tue ultime richieste</b>", "Tocca quella che ti interessa.")
    rows: list[Row] = [(button(_status_label(action), Verb.TICKET, action.id),) for action in actions]
    newer = (button("‹ Più recenti", Verb.STATUS, page - 1),) if page else ()
    older = (button("Più vecchie ›", Verb.STATUS, page + 1),) if more else ()
    return Page(str(lines), (*rows, *((newer + older,) if newer or older else ()), (home_button(),)))


def _status_label(action: Action) -> str:
    if not (action.day and action.start):
        return f"{MARKS[action.status]} n. {action.id} · {TITLES[action.type]}"
    what = "annulla " if action.type is ActionType.CANCEL else ""
    about_it = f"{action.course or FIT_CENTER} · {short_day(action.day)} {action.start:%H:%M}"
    return f"{MARKS[action.status]} n. {action.id} · {what}{about_it}"


# Failures


def explain(action: Action) -> list[str]:
    """What happened, what the bot does, what the person can do."""
    cause = trouble(action.error_kind)
    return [cause.happened + _quote(action, cause), cause.then, cause.you]


def _quote(action: Action, cause: Trouble) -> str:
    words = quoted(action.error or "")
    return f"\nDal sito: «{safe(clip(words, LONGEST_QUOTE))}»" if cause.quote and words else ""


def failure(action: Action, when: When) -> Page:
    """The ringing message of an action that failed for good."""
    lines = Lines().add(f"❌ <b>{title(action)}: non riuscita</b>")
    lines.add(about_action(action, when))
    lines.add(*explain(action))
    return Page(str(lines), (*remedy_rows(action, fresh=True), (home_button(fresh=True),)))


def remedy_rows(action: Action, *, fresh: bool) -> list[Row]:
    """The button that does what the failure's text advises."""
    remedy = trouble(action.error_kind).remedy
    if remedy is Remedy.OTHER and action.type is not ActionType.BOOK:
        remedy = Remedy.AGAIN
    return [(_remedy_button(remedy, action, fresh=fresh),)]


def _remedy_button(remedy: Remedy, action: Action, *, fresh: bool) -> Button:
    match remedy:
        case Remedy.AGAIN:
            return button(remedy, Verb.AGAIN, action.id, fresh=fresh)
        case Remedy.OTHER if action.day:
            return button(remedy, Verb.DAY, action.day, fresh=fresh)
        case Remedy.OTHER:
            return button(remedy, Verb.NEW, fresh=fresh)
        case Remedy.HOURS:
            return button(remedy, Verb.REFRESH, fresh=fresh)
        case Remedy.MINE:
            return button(remedy, Verb.MINE, 0, fresh=fresh)
        case Remedy.SYNC:
            return button(remedy, Verb.SYNC, fresh=fresh)
        case Remedy.LOGIN:
            return button(remedy, Verb.FORGIVE, fresh=fresh)


# Results that ring


def booked(action: Action, held: HeldBooking | None, when: When) -> Page:
    """The result everybody waits for; a caption when it goes with the calendar file."""
    seen = f"Vista nelle tue prenotazioni {_done_at(action, when)}."
    what = about(held.booking.wish, when) if held else about_action(action, when)
    lines = Lines().add("✅ <b>Prenotata!</b>", what).add(seen)
    rows: list[Row] = []
    if held:
        rows.append((button("❌ Annulla", Verb.ASK_CANCEL, held.id, fresh=True), home_button(fresh=True)))
    else:
        rows.append((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True), home_button(fresh=True)))
    return Page(str(lines), tuple(rows))


def cancelled(action: Action, when: When) -> Page:
    """A cancellation that was read back."""
    read = f"Riletto sul sito {_done_at(action, when)}: il posto non è più tuo."
    lines = Lines().add("✅ <b>Annullata</b>", about_action(action, when)).add(read)
    return Page(str(lines), ((button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True), home_button(fresh=True)),))


def _done_at(action: Action, when: When) -> str:
    return when.soon(action.completed_at or when.now, seconds=True)


def refreshed(days: int, slots: int, when: When) -> Page:
    """The end of a timetable refresh that somebody asked for."""
    text = f"🗓️ <b>Orari aggiornati</b>\n{count(slots, 'orario', 'orari')} in {count(days, 'giorno', 'giorni')}, letti "
    rows = ((button(texts.BOOK_LABEL, Verb.NEW),), (button(texts.HOURS_LABEL, Verb.HOURS), home_button()))
    return Page(f"{text}{when.at(when.now)}.", rows)


def rehearsed(action: Action, when: When) -> Page:
    """The evening before an opening: everything but the booking was tried, and this came of it."""
    withdraw = button("↩️ Ritira", Verb.WITHDRAW, action.id, fresh=True)
    ticket_button = button(f"Vedi la n. {action.id}", Verb.TICKET, action.id, fresh=True)
    opening = when.at(action.opens_at or action.run_at)
    lines = Lines()
    if action.rehearsal == REHEARSED_WELL:
        lines.add("🌙 <b>Tutto pronto per l'apertura</b>", about_action(action, when))
        lines.add(f"Ho provato accesso e orario: funzionano. Prenoto {opening}, tu puoi dormire.")
    else:
        cause = trouble(action.rehearsal)
        lines.add("⚠️ <b>La prova per l'apertura non è riuscita</b>", about_action(action, when))
        lines.add(cause.happened, f"Ci provo lo stesso {opening}. Se puoi, rimedia prima.")
    return Page(str(lines), ((ticket_button, withdraw), (home_button(fresh=True),)))


def login_rejected() -> Page:
    cause = texts.TROUBLES["LoginRejected"]
    lines = Lines().add(f"🔑 <b>{cause.happened}</b>").add(cause.then, cause.you)
    return Page(str(lines), ((button(Remedy.LOGIN, Verb.FORGIVE, fresh=True),), (home_button(fresh=True),)))


def vanished(held: HeldBooking, when: When) -> Page:
    """A booking that is no more on the site, and not through us."""
    lines = Lines().add("⚠️ <b>Questa prenotazione non c'è più sul sito</b>", about(held.booking.wish, when))
    lines.add("Non l'ho annullata io: forse l'hai fatto tu dal sito, o la lezione è saltata.")
    mine = button(texts.MINE_LABEL, Verb.MINE, 0, fresh=True)
    again = button("📅 Orari di quel giorno", Verb.DAY, held.booking.day, fresh=True)
    return Page(str(lines), ((again,), (mine, home_button(fresh=True))))

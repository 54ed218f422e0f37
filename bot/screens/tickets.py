"""An action as a page: its ticket, its card, the list of the latest. Pure functions: rows in, Page out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import SHORT, about_action, choices, in_a_line, told_apart, why_not_first
from bot.screens.failure_messages import happening
from bot.screens.failures import explain, held_up, holds_up, remedy_rows, retry_rows, swap_rows
from bot.screens.page import ButtonRow, Lines, Page, button, home_button
from bot.screens.slots import Clash
from bot.screens.when import When, short_day
from domain.model import (
    PREPARE,
    Action,
    ActionStatus,
    ActionType,
    BookingStatus,
    ClassRef,
    HeldBooking,
    Pause,
    WatchMode,
)
from domain.unknown_outcome import leaves_unknown_outcome

UNUSUAL_WAIT = timedelta(minutes=1)  # a worker takes what is due within a tenth of a second


ALMOST_NOW = timedelta(minutes=1)


PROMISE = "Ti scrivo io com'è andata."


SHORTLY = "Leggo dal sito: di solito bastano pochi secondi. Questa pagina si aggiorna da sola."


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


LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)


ASKED_BACK = (
    "⚠️ Il sito non ne accettava due alla stessa ora: per farle posto avevo liberato quella che avevi. "
    "La richiedo adesso, e ti scrivo com'è andata."
)


LOOKING_ONCE_MORE = (
    "Nell'elenco del sito non la vedo. Prima di dirti com'è andata la cerco di nuovo, tra mezzo minuto circa."
)


STOP_WATCHING = "🔕 Smetti di guardare"


WITHDRAW_LABEL = "↩️ Ritira"


DONE = {
    ActionType.BOOK: "Prenotata: vista nelle tue prenotazioni",
    ActionType.CANCEL: "Annullata: ricontrollato sul sito",
    ActionType.CHECK: "Fatto: lette dal sito",
    ActionType.REFRESH: "Fatto: letti dal sito",
}


def live_word(action: Action, when: When) -> str:
    """The state of an unfinished action about a class; `In coda` only for one that runs as soon as it can."""
    if action.watch:
        return "Tengo d'occhio"
    if action.type is ActionType.CANCEL:
        return "In annullamento"
    if action.opens_at is not None and when.now < action.opens_at:
        return "Aspetto l'apertura"
    return "Ci sto lavorando" if action.status is ActionStatus.PROCESSING else "In coda"


def title(action: Action) -> str:
    return f"{name_of(action)} n. {action.id}"


def name_of(action: Action) -> str:
    """What kind of request it is."""
    return "Posto da tenere d'occhio" if action.watch else TITLES[action.type]


def mark(action: Action) -> str:
    """The sign of an action's state."""
    return "👀" if action.watch and action.status in LIVE else MARKS[action.status]


def ticket_page(
    action: Action,
    when: When,
    others: Sequence[ClassRef] = (),
    *,
    is_card: bool,
    note: str = "",
    watchable: bool = False,
    undoable: bool = False,
    got: HeldBooking | None = None,
    clash: Clash | None = None,
    pause: Pause | None = None,
    figures: str = "",
) -> Page:
    """An action as it stands, with its alternatives. On its card other pages open as new messages: the card stays.

    `got`: what a booking got, as it is now. `clash`: what its class overlaps. `pause`: what its account waits for.
    `undoable`: it was withdrawn, and its place can still be had. `figures`: of its opening.
    """
    lines = Lines().add(note).add(f"{mark(action)} <b>{title(action)}</b>")
    lines.add(about_action(action, when))
    beside = [action.wish] if others and action.wish is not None else []
    lines.add(*([why_not_first(action, when)] if is_done(action) else choices(others, when, beside)))
    rows = _ticket_rows(action, others, when, is_card=is_card, watchable=watchable, undoable=undoable, clash=clash)
    if pause is not None and action.status is ActionStatus.PENDING and holds_up(pause, action, when):
        lines.add(*held_up(pause, when))
        rows = (*retry_rows(fresh=is_card), *rows)
    else:
        lines.add(*_standing(action, when, the_other(clash, when)), _since(got, when))
        lines.add(meets_what_is_held(clash, action, when) if action.status in LIVE else "")
    return Page(str(lines.add(figures)), rows, action.id if is_card else None)


def is_done(action: Action) -> bool:
    """Whether the action succeeded, so that its unused alternatives need not be shown."""
    return action.status is ActionStatus.COMPLETED


def final_card(action: Action, when: When, got: HeldBooking | None = None) -> Page:
    """The short last state of a card, once the result was sent as a new message."""
    what = in_a_line(action.subject, when) if action.subject else ""
    since = _since(got, when)
    return Page(str(Lines().add(f"{'↩️' if since else MARKS[action.status]} {title(action)}", what, since)))


def _ticket_rows(
    action: Action, others: Sequence[ClassRef], when: When, *, is_card: bool, watchable: bool, undoable: bool,
    clash: Clash | None,
) -> tuple[ButtonRow, ...]:  # fmt: skip
    rows: list[ButtonRow] = []
    if action.status is ActionStatus.PENDING:
        rows += _waiting_rows(action, others, when)
    if action.watch and action.status is ActionStatus.PROCESSING:
        rows.append((button(STOP_WATCHING, Verb.WITHDRAW, action.id),))
    elif action.only_prepared(when.now):
        rows.append((button(WITHDRAW_LABEL, Verb.WITHDRAW, action.id),))
    if action.status in LIVE:
        rows += swap_rows(clash, fresh=is_card)
        if is_card:
            return (*rows, (home_button(fresh=True),))
        rows.append((button("🔄 Aggiorna", Verb.TICKET, action.id),))
    if undoable:
        rows.append((button("↩️ Non ritirarla", Verb.UNDO, action.id),))
    if action.status is ActionStatus.FAILED:
        rows += [*swap_rows(clash, fresh=False), *remedy_rows(action, fresh=False, watchable=watchable)]
    if action.watch is WatchMode.TELL and action.status is ActionStatus.COMPLETED:
        rows.append((button("✅ Prenota adesso", Verb.BOOK_NOW, action.id),))
    return (*rows, (button("🧾 Richieste", Verb.STATUS, 0), home_button()))


def _waiting_rows(action: Action, others: Sequence[ClassRef], when: When) -> list[ButtonRow]:
    if action.watch:
        return [(button(STOP_WATCHING, Verb.WITHDRAW, action.id),)]
    withdraw = button(WITHDRAW_LABEL, Verb.WITHDRAW, action.id)
    if not takes_alternatives(action, when):
        return [(withdraw,)]
    label = f"✏️ Alternative ({len(others)})" if others else "➕ Alternativa"
    rows: list[ButtonRow] = [(button(label, Verb.ALTS, action.id), withdraw)]
    if is_held_back(action, when) and (action.opens_at is None or when.now >= action.opens_at):
        rows.insert(0, (button(START_NOW_LABEL, Verb.START_NOW, action.id),))
    return rows


START_NOW_LABEL = "▶️ Prenota adesso"


def takes_alternatives(action: Action, when: When) -> bool:
    """Whether alternatives can still be chosen for the action."""
    if action.type is not ActionType.BOOK or action.watch or action.status not in LIVE:
        return False
    return not _is_due(action, when) or is_held_back(action, when)


def _is_due(action: Action, when: When) -> bool:
    """Whether the slot is open, or so soon that its preparation begins."""
    return action.opens_at is None or when.now >= action.opens_at - PREPARE


def is_held_back(action: Action, when: When) -> bool:
    """Whether the action could run, never has, and only waits for its alternatives to be chosen."""
    waits = action.status is ActionStatus.PENDING and when.now < action.run_at
    return _is_due(action, when) and waits and not action.attempts and not action.watch


def the_other(clash: Clash | None, when: When) -> str:
    """A sentence naming the booking that a class overlaps; empty if that is not known."""
    return f"L'altra: {in_a_line(clash.held.booking.ref, when)}." if clash else ""


def meets_what_is_held(clash: Clash | None, action: Action, when: When) -> str:
    """A warning before the site refuses an overlap: which booking is held at the same hours."""
    if clash is None:
        return ""
    other = in_a_line(clash.held.booking.ref, when, SHORT, beside=[action.wish])
    return f"⚠️ Si sovrappone a {other}: {texts.ONE_AT_A_TIME} Se preferisci questa, scambiala con l'altra."


def _since(got: HeldBooking | None, when: When) -> str:
    """A sentence about what became of a booking after it was made; empty while it is held."""
    if got is None or got.status in (BookingStatus.CONFIRMED, BookingStatus.PAST):
        return ""
    if got.status is BookingStatus.CANCELLED:
        return f"Poi annullata: ricontrollato sul sito {when.soon(got.updated_at)}."
    return f"Poi sul sito non c'era più ({when.soon(got.updated_at)}), e non l'ho annullata io."


def _standing(action: Action, when: When, other: str) -> list[str]:
    match action.status:
        case ActionStatus.PENDING if action.watch:
            return _watching(action, when)
        case ActionStatus.PENDING:
            return _waiting(action, when)
        case ActionStatus.PROCESSING if action.watch:
            return [*_watching(action, when), "Sto guardando proprio adesso."]
        case ActionStatus.PROCESSING if action.only_prepared(when.now):
            return _preparing(action, when)
        case ActionStatus.PROCESSING:
            return [SHORTLY if _is_reading(action) else "Ci sto lavorando adesso."]
        case ActionStatus.COMPLETED:
            done = f" {when.soon(action.completed_at, seconds=True)}" if action.completed_at else ""
            return [f"{_done(action)}{done}."]
        case ActionStatus.FAILED:
            return explain(action, when, other)
        case ActionStatus.CANCELLED:
            return _withdrawn(action)


def _withdrawn(action: Action) -> list[str]:
    back = ASKED_BACK if action.gave_up else ""
    ended = "Ho smesso di guardare." if action.watch else "Ritirata: non la faccio più."
    in_doubt = action.type in (ActionType.BOOK, ActionType.CANCEL) and leaves_unknown_outcome(
        action.error_kind, action.failures
    )
    if not in_doubt or action.watch is WatchMode.TELL:
        return [ended, back]
    found = "se ci fosse lo stesso" if action.type is ActionType.BOOK else "se il posto non ci fosse più"
    unsure = f"Non so com'è andato l'ultimo tentativo: rileggo le tue prenotazioni e, {found}, te lo scrivo."
    return [ended, unsure, back]


def _done(action: Action) -> str:
    return "Si era liberato un posto" if action.watch is WatchMode.TELL else DONE[action.type]


def _watching(action: Action, when: When) -> list[str]:
    then = "ti avviso" if action.watch is WatchMode.TELL else "lo prenoto e te lo scrivo"
    until = f" {when.until(action.watch_until)}" if action.watch_until else ""
    swaps = action.replaces_row_id is not None and action.watch is WatchMode.BOOK
    swap = "Poi libero la prenotazione che tieni adesso." if swaps else ""
    return [f"Guardo ogni minuto o due{until}: se si libera un posto, {then}.", swap]


def _waiting(action: Action, when: When) -> list[str]:
    if action.absent_since:
        return [LOOKING_ONCE_MORE]
    if action.failures:
        again = f"Riprovo {when.soon(action.run_at, seconds=True)}, da solo."
        return [happening(action.error_kind), again]
    if action.opens_at and when.now < action.opens_at:
        opening = when.at(action.opens_at)
        waiting = f"In attesa dell'apertura: prenoto appena apre, {opening}."
        return [waiting, _rehearsal(action, when), PROMISE]
    if when.now < action.run_at:
        return [f"In coda: comincio {when.soon(action.run_at)}, o appena me lo dici.", PROMISE]
    if when.now - action.run_at > UNUSUAL_WAIT:
        since = when.soon(action.run_at)
        look = "controlla che worker.py sia in funzione" if when.to_keeper else "dillo a chi tiene il bot"
        return [f"In coda: doveva cominciare {since}.", f"Se non parte, {look}."]
    return [SHORTLY] if _is_reading(action) else ["In coda: comincio subito.", PROMISE]


def _preparing(action: Action, when: When) -> list[str]:
    opening = when.at(action.opens_at or action.run_at)
    rehearsing = action.rehearse_at and not _is_due(action, when)
    now = "Sto facendo la prova adesso" if rehearsing else "Mi sto preparando"
    return [f"{now}: prenoto appena apre, {opening}. Puoi ritirarla fino a pochi secondi prima.", PROMISE]


def _rehearsal(action: Action, when: When) -> str:
    if action.rehearse_at is None or action.rehearse_at - when.now < ALMOST_NOW:
        return ""
    return f"Prima faccio una prova, {when.at(action.rehearse_at)}: se c'è un problema lo sai in tempo."


def _is_reading(action: Action) -> bool:
    return action.type in (ActionType.CHECK, ActionType.REFRESH)


def status_page(actions: Sequence[Action], page: int, when: When, *, more: bool, note: str = "") -> Page:
    """A page of the latest actions, each with its button; `more`: older ones follow."""
    lines = Lines().add(note)
    if not actions and page == 0:
        lines.add("Non hai ancora chiesto niente. Comincia da qui:")
        return Page(str(lines), ((button(texts.BOOK_LABEL, Verb.NEW),), (home_button(),)))
    lines.add("<b>Le tue ultime richieste</b>", "Tocca quella che ti interessa.")
    told = [action.subject for action in actions]
    rows: list[ButtonRow] = [(button(_status_label(action, told), Verb.TICKET, action.id),) for action in actions]
    newer = (button("‹ Più recenti", Verb.STATUS, page - 1),) if page else ()
    older = (button("Più vecchie ›", Verb.STATUS, page + 1),) if more else ()
    return Page(str(lines), (*rows, *((newer + older,) if newer or older else ()), (home_button(),)))


def _status_label(action: Action, told: Sequence[ClassRef | None]) -> str:
    subject = action.subject
    if subject is None:
        return f"{MARKS[action.status]} n. {action.id} · {TITLES[action.type]}"
    what = "annulla " if action.type is ActionType.CANCEL else ""
    about_it = f"{subject.course} · {short_day(subject.day)} {subject.start:%H:%M}{told_apart(subject, told)}"
    return f"{mark(action)} n. {action.id} · {what}{about_it}"

"""An action as a page: its ticket, its card, the list of the latest. Pure functions: rows in, Page out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import SHORT, about_action, choices, in_a_line, moved, renamed, told_apart, why_not_first
from bot.screens.failure_messages import happening
from bot.screens.failures import SWAP_WATCH_LABEL, explain, held_up, holds_up, remedy_rows, retry_rows, swap_rows
from bot.screens.openings import figures_button
from bot.screens.page import Button, ButtonRow, Lines, Page, button, home_button
from bot.screens.slots import Clash
from bot.screens.when import When, first_up, hours_of, short_day
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
from languages import N_, Later, _

UNUSUAL_WAIT = timedelta(minutes=1)  # a worker takes what is due within a tenth of a second


ALMOST_NOW = timedelta(minutes=1)


PROMISE = N_("Ti scrivo io com'è andata.")


SHORTLY = N_("Leggo dal sito: di solito bastano pochi secondi. Questa pagina si aggiorna da sola.")


TITLES = {
    ActionType.BOOK: N_("Prenotazione"),
    ActionType.CANCEL: N_("Annullamento"),
    ActionType.CHECK: N_("Lettura delle prenotazioni"),
    ActionType.REFRESH: N_("Aggiornamento degli orari"),
}


MARKS = {
    ActionStatus.PENDING: "⏳",
    ActionStatus.PROCESSING: "⚙️",
    ActionStatus.COMPLETED: "✅",
    ActionStatus.FAILED: "❌",
    ActionStatus.CANCELLED: "↩️",
}


ON_THE_LIST = "📋"


LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)


ASKED_BACK = N_(
    "⚠️ Il sito non ne accettava due alla stessa ora: per farle posto avevo liberato quella che avevi. "
    "La richiedo adesso, e ti scrivo com'è andata."
)


LOOKING_ONCE_MORE = N_(
    "Nell'elenco del sito non la vedo. Prima di dirti com'è andata la cerco di nuovo, tra mezzo minuto circa."
)


STOP_WATCHING = N_("🔕 Smetti di guardare")


OUT_OF_THE_CALENDAR_BY_HAND = N_("🗓 Se l'avevi messa nel calendario, toglila anche da lì.")


WITHDRAW_LABEL = N_("↩️ Ritira")


DONE = {
    ActionType.BOOK: N_("Prenotata: vista nelle tue prenotazioni"),
    ActionType.CANCEL: N_("Annullata: ricontrollato sul sito"),
    ActionType.CHECK: N_("Fatto: lette dal sito"),
    ActionType.REFRESH: N_("Fatto: letti dal sito"),
}


A_PLACE_WAS_FREE = N_("Si era liberato un posto")
UNSURE_WHETHER_BOOKED = N_(
    "Non so com'è andato l'ultimo tentativo: rileggo le tue prenotazioni e, se ci fosse lo stesso, te lo scrivo."
)
UNSURE_WHETHER_FREED = N_(
    "Non so com'è andato l'ultimo tentativo: rileggo le tue prenotazioni e, se il posto non ci fosse più, te lo scrivo."
)


def live_word(action: Action, when: When) -> str:
    """The state of an action about a class that is unfinished, or on the site's waiting list.

    `In coda` is said only of one that runs as soon as it can.
    """
    if action.waits_on_list:
        return _("In lista d'attesa")
    if action.watch:
        return _("Tengo d'occhio")
    if action.type is ActionType.CANCEL:
        return _("In annullamento")
    if action.opens_at is not None and when.now < action.opens_at:
        return _("Aspetto l'apertura")
    return _("Ci sto lavorando") if action.status is ActionStatus.PROCESSING else _("In coda")


def title(action: Action) -> str:
    return _("{request} n. {id}", request=name_of(action), id=action.id)


def name_of(action: Action) -> str:
    """What kind of request it is."""
    return _("Posto da tenere d'occhio") if action.watch else str(TITLES[action.type])


def mark(action: Action) -> str:
    """The sign of an action's state."""
    if action.waits_on_list:
        return ON_THE_LIST
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
    has_figures: bool = False,
    first_watchable: bool = False,
    manage: Sequence[ButtonRow] = (),
    replaced: HeldBooking | None = None,
) -> Page:
    """An action as it stands, with its alternatives. On its card other pages open as new messages: the card stays.

    `got`: what a booking got, as it is now. `clash`: what its class overlaps. `pause`: what its account waits for.
    `undoable`: it was withdrawn, and its place can still be had. `has_figures`: those of its opening are known.
    `manage`: what can be done with the place it got. `replaced`: what it swaps for its class, as that is now.
    """
    lines = Lines().add(note).add(f"{mark(action)} <b>{title(action)}</b>")
    lines.add(about_action(action, when))
    beside = [action.wish] if others and action.wish is not None else []
    lines.add(*([moved(action.wish, action.got), renamed(action.wish, action.got)] if not action.won_choice else []))
    lines.add(*([why_not_first(action, when)] if is_done(action) else choices(others, when, beside)))
    rows = _ticket_rows(action, others, when, is_card=is_card, watchable=watchable, undoable=undoable, clash=clash)
    if pause is not None and action.status is ActionStatus.PENDING and holds_up(pause, action, when):
        lines.add(*held_up(pause, when))
        rows = (*retry_rows(fresh=is_card), *rows)
    else:
        lines.add(*standing(action, when, the_other(clash, when)), _since(got, when))
        lines.add(swap_line(action, replaced, when), meets_what_is_held(clash, action, when))
    first = [(button(SWAP_WATCH_LABEL, Verb.WATCH_FIRST, action.id),)] if first_watchable else []
    rows = (*first, *manage, *rows)
    if has_figures:
        rows = (*rows[:-1], (figures_button(action, fresh=False),), rows[-1])
    return Page(str(lines), rows, action.id if is_card else None, opens_at=opening_ahead(action, when))


def opening_ahead(action: Action, when: When) -> datetime | None:
    """The opening at which it is to be booked; None when there is none ahead."""
    waits = action.type is ActionType.BOOK and action.status in (ActionStatus.PENDING, ActionStatus.PROCESSING)
    return action.opens_at if waits and action.opens_at is not None and when.now < action.opens_at else None


def is_done(action: Action) -> bool:
    """Whether the action succeeded, so that its unused alternatives need not be shown."""
    return action.status is ActionStatus.COMPLETED


def final_card(action: Action, when: When, got: HeldBooking | None = None) -> Page:
    """The short last state of a card, once the result was sent as a new message."""
    what = in_a_line(action.subject, when) if action.subject else ""
    since = _since(got, when)
    lines = Lines().add(f"{'↩️' if since else mark(action)} {title(action)}", what, since)
    if got is not None and got.was is not None and not since:
        lines.add(_("🔀 Cambiata dal sito: prima era {old}.", old=in_a_line(got.was, when, SHORT)))
    return Page(str(lines.add(OUT_OF_THE_CALENDAR_BY_HAND if since else "")))


def _ticket_rows(
    action: Action, others: Sequence[ClassRef], when: When, *, is_card: bool, watchable: bool, undoable: bool,
    clash: Clash | None,
) -> tuple[ButtonRow, ...]:  # fmt: skip
    rows: list[ButtonRow] = []
    if action.status is ActionStatus.PENDING:
        rows += _waiting_rows(action, others, when)
    if action.watch and action.status is ActionStatus.PROCESSING:
        rows.append((button(str(STOP_WATCHING), Verb.WITHDRAW, action.id),))
    elif action.only_prepared(when.now):
        rows.append((button(str(WITHDRAW_LABEL), Verb.WITHDRAW, action.id),))
    if action.status in LIVE:
        rows += swap_rows(clash, fresh=is_card)
        if is_card:
            return (*rows, (home_button(fresh=True),))
        rows.append((button(_("🔄 Aggiorna"), Verb.TICKET, action.id),))
    if undoable:
        again = _("👀 Riprendi a guardare") if action.watch else _("↩️ Ripristinala")
        rows.append((button(again, Verb.UNDO, action.id),))
    if action.status is ActionStatus.FAILED:
        rows += [*swap_rows(clash, fresh=False), *remedy_rows(action, clash, fresh=False, watchable=watchable)]
    if action.watch is WatchMode.TELL and action.status is ActionStatus.COMPLETED:
        rows.append((button(_("✅ Prenota adesso"), Verb.BOOK_NOW, action.id),))
    return (*rows, (button(_("🧾 Richieste"), Verb.STATUS, 0), home_button()))


def _waiting_rows(action: Action, others: Sequence[ClassRef], when: When) -> list[ButtonRow]:
    if action.watch:
        return [(button(str(STOP_WATCHING), Verb.WITHDRAW, action.id),), (_notice_button(action),)]
    withdraw = button(str(WITHDRAW_LABEL), Verb.WITHDRAW, action.id)
    if not takes_alternatives(action, when):
        return [(withdraw,)]
    label = _("✏️ Alternative ({n})", n=len(others)) if others else _("➕ Alternativa")
    rows: list[ButtonRow] = [(button(label, Verb.ALTS, action.id), withdraw)]
    if is_held_back(action, when) and (action.opens_at is None or when.now >= action.opens_at):
        rows.insert(0, (button(str(START_NOW_LABEL), Verb.START_NOW, action.id),))
    return rows


def _notice_button(watch: Action) -> Button:
    """Leads to the choice of how long before its class a watch ends."""
    label = _("⏱ Fino a quando?") if watch.notice is None else f"⏱ {first_up(notice_line(watch.notice))}"
    return button(label, Verb.NOTICE, watch.id)


def notice_line(notice: timedelta) -> str:
    """`non più tardi di 6 ore prima`."""
    return _("non più tardi di {hours} prima", hours=hours_of(notice))


START_NOW_LABEL = N_("▶️ Prenota adesso")


def takes_alternatives(action: Action, when: When) -> bool:
    """Whether alternatives can still be chosen for the action."""
    if action.type is not ActionType.BOOK or action.watch or action.status not in LIVE or action.both_or_none:
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
    return _("L'altra: {what}.", what=in_a_line(clash.held.booking.ref, when)) if clash else ""


INSTEAD = N_("Se preferisci questa, scambiala con l'altra.")


def meets_what_is_held(clash: Clash | None, action: Action, when: When) -> str:
    """A warning before the site refuses an overlap: which booking is held at the same hours."""
    if clash is None or action.status not in LIVE:
        return ""
    other = in_a_line(clash.held.booking.ref, when, SHORT, beside=[action.wish])
    return f"{texts.OVERLAPS.filled(other=other)} {INSTEAD}"


def swap_line(action: Action, replaced: HeldBooking | None, when: When) -> str:
    """What an unfinished swap gives up for its class, or has given up already; empty for any other action."""
    if replaced is None or action.status not in LIVE or action.watch is WatchMode.TELL:
        return ""
    other = in_a_line(replaced.booking.ref, when, SHORT, beside=[action.wish])
    if replaced.status is BookingStatus.CONFIRMED and not action.gave_up:
        return _("🔁 È uno scambio: quando questa è tua, libero {other}.", other=other)
    if replaced.status is BookingStatus.CONFIRMED:
        return _("🔁 È uno scambio: per farle posto ho chiesto al sito di liberare {other}.", other=other)
    if action.gave_up:
        return _("🔁 È uno scambio: per farle posto ho già liberato {other}.", other=other)
    return _("🔁 Era uno scambio, ma {other} non la tieni più: prenoto solo questa.", other=other)


def _since(got: HeldBooking | None, when: When) -> str:
    """A sentence about what became of a booking after it was made; empty while it is held."""
    if got is None or got.status in (BookingStatus.CONFIRMED, BookingStatus.PAST):
        return ""
    if got.status is BookingStatus.CANCELLED:
        return _("Poi annullata: ricontrollato sul sito {moment}.", moment=when.soon(got.updated_at))
    return _("Poi sul sito non c'era più ({moment}), e non l'ho annullata io.", moment=when.soon(got.updated_at))


def standing(action: Action, when: When, other: str) -> list[str]:
    match action.status:
        case ActionStatus.PENDING if action.watch:
            return _watching(action, when)
        case ActionStatus.PENDING:
            return _waiting(action, when)
        case ActionStatus.PROCESSING if action.watch:
            return [*_watching(action, when), _("Sto guardando proprio adesso.")]
        case ActionStatus.PROCESSING if action.only_prepared(when.now):
            return _preparing(action, when)
        case ActionStatus.PROCESSING:
            return [str(SHORTLY) if _is_reading(action) else _("Ci sto lavorando adesso.")]
        case ActionStatus.COMPLETED:
            done = f" {when.soon(action.completed_at, seconds=True)}" if action.completed_at else ""
            return [f"{_done(action)}{done}."]
        case ActionStatus.FAILED:
            return explain(action, when, other)
        case ActionStatus.CANCELLED:
            return _withdrawn(action)


def _withdrawn(action: Action) -> list[str]:
    back = str(ASKED_BACK) if action.gave_up else ""
    ended = _("Ho smesso di guardare.") if action.watch else _("Ritirata: non la faccio più.")
    in_doubt = action.type in (ActionType.BOOK, ActionType.CANCEL) and leaves_unknown_outcome(
        action.error_kind, action.failures
    )
    if not in_doubt or action.watch is WatchMode.TELL:
        return [ended, back]
    return [ended, str(UNSURE_WHETHER_BOOKED if action.type is ActionType.BOOK else UNSURE_WHETHER_FREED), back]


def _done(action: Action) -> Later:
    return A_PLACE_WAS_FREE if action.watch is WatchMode.TELL else DONE[action.type]


def _watching(action: Action, when: When) -> list[str]:
    if action.watch is WatchMode.TELL and action.watch_until:
        until = when.until(action.watch_until)
        looks = _("Guardo ogni minuto o due {until}: se si libera un posto, ti avviso.", until=until)
    elif action.watch is WatchMode.TELL:
        looks = _("Guardo ogni minuto o due: se si libera un posto, ti avviso.")
    elif action.watch_until:
        until = when.until(action.watch_until)
        looks = _("Guardo ogni minuto o due {until}: se si libera un posto, lo prenoto e te lo scrivo.", until=until)
    else:
        looks = _("Guardo ogni minuto o due: se si libera un posto, lo prenoto e te lo scrivo.")
    if action.watch_until and action.notice:
        looks = f"{looks} {first_up(notice_line(action.notice))}."
    return [looks]


def _waiting(action: Action, when: When) -> list[str]:
    if action.absent_since:
        return [str(LOOKING_ONCE_MORE)]
    if action.failures:
        again = _("Riprovo {moment}, da solo.", moment=when.soon(action.run_at, seconds=True))
        return [happening(action.error_kind, when.site), again]
    if action.opens_at and when.now < action.opens_at:
        waiting = _("In attesa dell'apertura: prenoto appena apre, {moment}.", moment=when.at(action.opens_at))
        return [waiting, _rehearsal(action, when), str(PROMISE)]
    if when.now < action.run_at:
        begins = _("In coda: comincio {moment}, o appena me lo dici.", moment=when.soon(action.run_at))
        return [begins, str(PROMISE)]
    if when.now - action.run_at > UNUSUAL_WAIT:
        look = _("Se non parte, controlla che worker.py sia in funzione.")
        tell = _("Se non parte, dillo a chi tiene il bot.")
        late = _("In coda: doveva cominciare {moment}.", moment=when.soon(action.run_at))
        return [late, look if when.to_keeper else tell]
    return [str(SHORTLY)] if _is_reading(action) else [_("In coda: comincio subito."), str(PROMISE)]


def _preparing(action: Action, when: When) -> list[str]:
    opening = when.at(action.opens_at or action.run_at)
    rehearsing = action.rehearse_at and not _is_due(action, when)
    trying = _("Sto facendo la prova adesso: prenoto appena apre, {moment}.", moment=opening)
    preparing = _("Mi sto preparando: prenoto appena apre, {moment}.", moment=opening)
    withdraw = _("Puoi ritirarla fino a pochi secondi prima.")
    return [f"{trying if rehearsing else preparing} {withdraw}", str(PROMISE)]


def _rehearsal(action: Action, when: When) -> str:
    if action.rehearse_at is None or action.rehearse_at - when.now < ALMOST_NOW:
        return ""
    moment = when.at(action.rehearse_at)
    return _("Prima faccio una prova, {moment}: se c'è un problema lo sai in tempo.", moment=moment)


def _is_reading(action: Action) -> bool:
    return action.type in (ActionType.CHECK, ActionType.REFRESH)


def status_page(actions: Sequence[Action], page: int, when: When, *, more: bool, note: str = "") -> Page:
    """A page of the latest actions, each with its button; `more`: older ones follow."""
    lines = Lines().add(note)
    if not actions and page == 0:
        lines.add(_("Non hai ancora chiesto niente. Comincia da qui:"))
        return Page(str(lines), ((button(str(texts.BOOK_LABEL), Verb.NEW),), (home_button(),)))
    lines.add(_("<b>Le tue ultime richieste</b>"), _("Tocca quella che ti interessa."))
    told = [action.subject for action in actions]
    rows: list[ButtonRow] = [(button(_status_label(action, told), Verb.TICKET, action.id),) for action in actions]
    newer = (button(_("‹ Più recenti"), Verb.STATUS, page - 1),) if page else ()
    older = (button(_("Più vecchie ›"), Verb.STATUS, page + 1),) if more else ()
    return Page(str(lines), (*rows, *((newer + older,) if newer or older else ()), _last_row()))


def _last_row() -> ButtonRow:
    return button(str(texts.HISTORY_LABEL), Verb.HISTORY, 0, 0, 0, 0), home_button()


NUMBERED = N_("{mark} n. {id} · {what}")


def _status_label(action: Action, told: Sequence[ClassRef | None]) -> str:
    subject = action.subject
    if subject is None:
        return NUMBERED.filled(mark=MARKS[action.status], id=action.id, what=TITLES[action.type])
    what = f"{subject.course} · {short_day(subject.day)} {subject.start:%H:%M}{told_apart(subject, told)}"
    if action.type is ActionType.CANCEL:
        what = _("annulla {what}", what=what)
    elif action.replaces_row_id is not None and action.status in LIVE:
        what = _("scambio: {what}", what=what)
    elif action.waits_on_list:
        what = _("in lista: {what}", what=what)
    return NUMBERED.filled(mark=mark(action), id=action.id, what=what)

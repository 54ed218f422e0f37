"""An action that failed or an account that waits, in words with the button they advise. Pure functions."""

from __future__ import annotations

import re

from bot.screens.callbacks import Verb
from bot.screens.failure_messages import (
    ASKED_AGAIN_FOR_IT,
    LOGIN_REMARKS,
    NO_BUTTON,
    NOT_ASKED_FOR,
    NOT_CANCELLED,
    NOT_IN_TIMETABLE,
    OLD_HOURS_STAY,
    STILL_IN_TIMETABLE,
    STILL_THERE,
    WATCH_ENDED,
    FailureMessage,
    Remedy,
    failure_message,
    happening,
)
from bot.screens.page import Button, ButtonRow, Lines, Page, button, home_button, in_quotes, safe
from bot.screens.slots import Clash
from bot.screens.when import When
from domain.errors import (
    ASKED_AGAIN,
    STILL_LISTED,
    STILL_SHOWN,
    CancelTooLate,
    LoginDiverted,
    LoginNeeded,
    LoginStopped,
    Overlap,
    PlaceUnclear,
    SiteChanged,
    SlotFull,
    YesWithoutPlace,
    quoted,
)
from domain.model import Action, ActionType, LoginRemark, Pause, WatchMode
from domain.site_login import SiteLogin
from domain.waiting_list import ASKED_ABOUT, CONTRADICTED, OFFERED, UNMARKED, number_on_list
from languages import N_, _, n_

WATCH_CODES = {WatchMode.BOOK: 0, WatchMode.TELL: 1}
"""How a button says what a watch is to do."""
JOIN_LABEL = N_("📋 Mettimi in lista d'attesa")
SWAP_WATCH_LABEL = N_("👀 Scambia se si libera")
WATCH_LABELS = {WatchMode.BOOK: N_("🔔 Prenota se si libera"), WatchMode.TELL: N_("👀 Avvisami soltanto")}


def cause_of(action: Action, site: SiteLogin) -> FailureMessage:
    """The failure message of an action at a club that lets people in so."""
    if action.watch and action.error_kind in ("SlotFull", "ClassStarted", "BookingsClosed"):
        return WATCH_ENDED
    if action.type is ActionType.CANCEL and action.error_kind == "BookingRefused":
        return NOT_CANCELLED
    if action.type is ActionType.CANCEL and STILL_SHOWN in (action.error or ""):
        return STILL_IN_TIMETABLE
    if action.type is ActionType.CANCEL and STILL_LISTED in (action.error or ""):
        return STILL_THERE
    if action.error_kind == CancelTooLate.__name__ and not quoted(action.error or ""):
        return NO_BUTTON
    if action.type is ActionType.REFRESH and action.error_kind == SiteChanged.__name__:
        return OLD_HOURS_STAY
    if action.error_kind == Overlap.__name__ and not quoted(action.error or ""):
        return NOT_ASKED_FOR
    if action.error_kind == PlaceUnclear.__name__ and CONTRADICTED in (action.error or ""):
        return NOT_IN_TIMETABLE
    return of_login(action.error_kind, action.error or "", site)


def of_login(kind: str | None, sentence: str, site: SiteLogin) -> FailureMessage:
    """The failure message of an error that may come from a login."""
    return ASKED_AGAIN_FOR_IT.at(site) if ASKED_AGAIN in sentence else failure_message(kind, site)


def explain(action: Action, when: When, more: str = "") -> list[str]:
    """What happened and what more is known of it, what the bot does, what the person can do."""
    if action.waits_on_list:
        return _on_the_list(action, when)
    cause = cause_of(action, when.site)
    where = seen(action.error or "") if action.error_kind == LoginDiverted.__name__ else []
    return [
        f"{cause.happened}{_quote(action, cause)}",
        *where,
        *_list_there_is(action),
        *_tries(action),
        more,
        _then(cause),
        cause.advice(when),
    ]


def _on_the_list(action: Action, when: When) -> list[str]:
    """A place on the site's waiting list: its number, or else the site's words, what comes next, and the way out."""
    cause, words = cause_of(action, when.site), action.error or ""
    number = number_on_list(words)
    told = _quote(action, cause) if number is None else " " + _("Il tuo numero è il {number}.", number=number)
    unmarked = _("Il sito la mostra come una prenotazione: guarda lì se il posto è tuo, io non saprei dirlo.")
    leave = _("Le tue prenotazioni sul sito: {address}", address=safe(when.club.own_bookings))
    return [
        f"{cause.happened}{told}",
        unmarked if UNMARKED in words else _then(cause),
        f"{cause.advice(when)} {leave}",
    ]


def _list_there_is(action: Action) -> list[str]:
    """That the site has a waiting list for a class that is full."""
    if ASKED_ABOUT in (action.error or ""):
        return [_("Il sito ha una lista d'attesa: se vuoi, ti ci metto.")]
    if action.error_kind == SlotFull.__name__ and OFFERED in (action.error or ""):
        return [_("Il sito ha una lista d'attesa: se vuoi, mettiti in lista sul sito.")]
    return []


def _tries(action: Action) -> list[str]:
    """How often a place was asked for that the site said yes to, and did not list."""
    if action.error_kind != YesWithoutPlace.__name__:
        return []
    return [n_("Ci ho provato {n} volta.", "Ci ho provato {n} volte.", action.failures)]


def _then(cause: FailureMessage) -> str:
    return str(cause.then) if cause.then is not None else ""


def _quote(action: Action, cause: FailureMessage) -> str:
    words = quoted(action.error or "")
    return "\n" + from_the_site(words) if cause.quote and words else ""


def from_the_site(words: str) -> str:
    """What the site itself said, as a sentence."""
    return _("Dal sito: {words}.", words=in_quotes(words))


def remedy_rows(action: Action, clash: Clash | None = None, *, fresh: bool, watchable: bool = False) -> list[ButtonRow]:
    """The buttons that do what the failure's text advises; `watchable`: a freed place could still be of use."""
    remedy = cause_of(action, SiteLogin.POLIMI).remedy  # the same at every club
    if remedy is Remedy.OTHER and action.type is not ActionType.BOOK:
        remedy = Remedy.AGAIN
    rows: list[ButtonRow] = [(remedy_button(remedy, action, fresh=fresh),)]
    if watchable and ASKED_ABOUT in (action.error or ""):
        rows.insert(0, (button(JOIN_LABEL, Verb.JOIN_LIST, action.id, fresh=fresh),))
    return [*watch_rows(action, clash, fresh=fresh), *rows] if watchable else rows


def swap_rows(clash: Clash | None, *, fresh: bool) -> list[ButtonRow]:
    """The button to have a class instead of the booking it overlaps: a swap, or cancelling the other.

    One tap swaps while the other can be given back for free, or tells a watch to; else it is asked about first.
    """
    if clash is None:
        return []
    if clash.slot_id is None:
        return [(button(_("❌ Annulla l'altra"), Verb.ASK_CANCEL, clash.held.id, fresh=fresh),)]
    other = clash.held.booking
    label = _("🔁 Scambia con {course} delle {time}", course=other.course, time=f"{other.start:%H:%M}")
    if clash.newest is None:
        return [(button(label, Verb.SWAP_SLOT, clash.slot_id, clash.held.id, fresh=fresh),)]
    if clash.when_free:
        return [swap_watch_row(clash, fresh=fresh)]
    return [(button(label, Verb.SWAP_NOW, clash.slot_id, clash.held.id, clash.newest, fresh=fresh),)]


def swap_watch_row(clash: Clash, *, fresh: bool) -> ButtonRow:
    """The button that watches a class, to have it instead of the booking that it overlaps."""
    code = WATCH_CODES[WatchMode.BOOK]
    return (button(SWAP_WATCH_LABEL, Verb.WATCH, clash.slot_id or 0, clash.held.id, code, fresh=fresh),)


def watch_rows(action: Action, clash: Clash | None = None, *, fresh: bool) -> list[ButtonRow]:
    """The two buttons that watch the class of an action; `clash`: what it overlaps, and can be swapped for it."""
    if clash is not None and clash.slot_id is not None and clash.newest is not None:
        tell, code = WATCH_LABELS[WatchMode.TELL], WATCH_CODES[WatchMode.TELL]
        just_tell = button(tell, Verb.WATCH_LIKE, action.id, code, fresh=fresh)
        return [swap_watch_row(clash, fresh=fresh), (just_tell,)]
    return [
        (button(str(label), Verb.WATCH_LIKE, action.id, WATCH_CODES[mode], fresh=fresh),)
        for mode, label in WATCH_LABELS.items()
    ]


def remedy_button(remedy: Remedy, action: Action, *, fresh: bool) -> Button:
    match remedy:
        case Remedy.AGAIN | Remedy.ANYWAY | Remedy.BOOK_ANYWAY:
            return button(str(remedy), Verb.AGAIN, action.id, fresh=fresh)
        case Remedy.OTHER if action.wish is not None:
            return button(str(remedy), Verb.DAY, action.wish.day, fresh=fresh)
        case Remedy.OTHER:
            return button(str(remedy), Verb.NEW, fresh=fresh)
        case Remedy.HOURS:
            return button(str(remedy), Verb.REFRESH, fresh=fresh)
        case Remedy.MINE:
            return button(str(remedy), Verb.MINE, 0, fresh=fresh)
        case Remedy.SYNC:
            return button(str(remedy), Verb.SYNC, fresh=fresh)
        case Remedy.LOGIN | Remedy.ENTERED:
            return button(str(remedy), Verb.RETRY_LOGIN, fresh=fresh)


# An account that waits


def account_waits(pause: Pause, when: When) -> Page:
    """Sent once when an account has to wait: what the site showed, what the bot does, what the person can do."""
    cause = failure_message(pause.kind, when.site)
    lines = Lines().add(f"⏸ <b>{cause.happened}</b>").add(*seen(pause.reason))
    again = _("Riprovo da solo {moment}.", moment=when.soon(pause.until))
    lines.add(f"{_then(cause)} {again}".strip())
    lines.add(_("Le tue richieste restano in coda; quello che aspetta la sua apertura lo provo comunque."))
    lines.add(cause.advice(when), _("Se qualcosa è urgente, fallo intanto dal sito."))
    return Page(str(lines), (*retry_rows(fresh=True), (home_button(fresh=True),)))


def login_remark(remark: LoginRemark, when: When) -> Page:
    """Sent once for a remark that the site's login pages showed: the remark and what to do about it."""
    told = LOGIN_REMARKS[remark.kind]
    days = remark.days_left
    happened = str(told.happened) if days is None else _password_expires(days)
    lines = Lines().add(happened).add(from_the_site(remark.words))
    lines.add(_then(told), told.advice(when))
    return Page(str(lines), ((home_button(fresh=True),),))


def _password_expires(days: int) -> str:
    if days == 0:
        return _("🔑 <b>La tua password del Politecnico scade oggi.</b>")
    if days == 1:
        return _("🔑 <b>La tua password del Politecnico scade domani.</b>")
    return n_(
        "🔑 <b>La tua password del Politecnico scade tra {n} giorno.</b>",
        "🔑 <b>La tua password del Politecnico scade tra {n} giorni.</b>",
        days,
    )


def seen(reason: str) -> list[str]:
    """The page on which a login stopped: its address, title and words."""
    address, words = re.search(r"https?://[^\s:]+(:\d+)?[^\s:]*", reason), quoted(reason)
    shown = [_("Pagina: <code>{address}</code>", address=safe(address[0]))] if address else []
    return [*shown, _("Dal sito: «{words}»", words=safe(words))] if words else shown


def retry_rows(stop: LoginStopped | None = None, *, fresh: bool) -> tuple[ButtonRow, ...]:
    """The button that ends what an account waits for; who logs in by hand says with it that they have."""
    label = Remedy.ENTERED if isinstance(stop, LoginNeeded) else Remedy.LOGIN
    return ((button(str(label), Verb.RETRY_LOGIN, fresh=fresh),),)


def holds_up(pause: Pause | None, action: Action, when: When) -> bool:
    """Whether an action waits because its account does: what is to open later goes by its opening."""
    if pause is None or pause.until <= when.now or action.run_at > pause.until:
        return False
    return action.opens_at is None or action.opens_at <= when.now or action.type is not ActionType.BOOK


def held_up(pause: Pause, when: When) -> list[str]:
    """What the card of an action says while its account waits."""
    return [
        str(failure_message(pause.kind, when.site).happened),
        _("Riprovo {moment}, da solo: la richiesta resta in coda.", moment=when.soon(pause.until)),
    ]


def keeps_trying(action: Action, when: When) -> list[str]:
    """What is said once of a booking or a watch that has failed for a while and goes on."""
    moment = when.soon(action.run_at, seconds=True)
    again = _("Riprovo {moment}, e poi ancora, fino all'inizio della lezione.", moment=moment)
    if action.watch:
        again = _("Continuo a guardare ogni minuto o due.")
    meanwhile = _("Se non vuoi aspettare, prova tu dal sito: se prenoti lì, lo vedo.")
    return [happening(action.error_kind, when.site), again, meanwhile]

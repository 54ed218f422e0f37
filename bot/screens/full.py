"""A slot that is full: what is said of it, and the ways of waiting for a place in it. Pure functions."""

from __future__ import annotations

from bot.screens.callbacks import Verb
from bot.screens.failures import JOIN_LABEL, SWAP_WATCH_LABEL, WATCH_CODES, WATCH_LABELS
from bot.screens.held import see_button
from bot.screens.page import ButtonRow, button
from bot.screens.slots import SlotView
from bot.screens.when import When
from domain.model import WatchMode
from languages import N_, _

TOO_LATE_TO_WATCH = N_(
    "Per tenerla d'occhio è tardi: un posto preso adesso non si potrebbe più annullare senza penalità."
)


def when_full(view: SlotView, when: When, *, watchable: bool) -> list[str]:
    """When it was seen to be full, and what can be done."""
    full = _("All'ultima lettura, {moment}, era piena.", moment=when.at(view.read_at))
    if view.is_refused:
        return [full, "" if watchable else str(TOO_LATE_TO_WATCH)]
    if view.waits is not None:
        return [full, _("📋 Sei in lista d'attesa: richiesta n. {number}.", number=view.waits.id)]
    if watchable and view.takes_list:
        return [full, _("Il sito ha una lista d'attesa: posso metterti lì, o tenerla d'occhio io.")]
    if watchable:
        return [full, _("Posso tenerla d'occhio finché si può annullare senza penalità, o provare subito.")]
    return [full, str(TOO_LATE_TO_WATCH), _("Posso provare lo stesso: qualcuno può aver rinunciato.")]


def list_rows(view: SlotView, newest: int, *, watchable: bool) -> list[ButtonRow]:
    """The way to the place on the site's waiting list, or onto that list."""
    if view.waits is not None:
        return [(see_button(view.waits.id),)]
    return [(button(JOIN_LABEL, Verb.JOIN_LIST_OF, view.id, newest),)] if view.takes_list and watchable else []


def slot_watch_rows(view: SlotView, replaces: int) -> list[ButtonRow]:
    """The two ways of waiting for a place in a full slot; `replaces`: the booking to free then, 0 for none."""
    labels = {**WATCH_LABELS, WatchMode.BOOK: SWAP_WATCH_LABEL} if replaces else WATCH_LABELS
    return [(button(label, Verb.WATCH, view.id, replaces, WATCH_CODES[mode]),) for mode, label in labels.items()]

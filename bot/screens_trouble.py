"""A failure in the user's words, with the button that does what the words advise. Pure functions."""

from __future__ import annotations

from bot.callbacks import Verb
from bot.page import Button, Row, button, in_quotes
from bot.texts import NOT_CANCELLED, WATCH_ENDED, Remedy, Trouble, trouble
from errors import quoted
from model import Action, ActionType, WatchMode

WATCH_CODES = {WatchMode.BOOK: 0, WatchMode.TELL: 1}
"""How a button says what a watch is to do."""
WATCH_LABELS = {WatchMode.BOOK: "🔔 Prenota se si libera", WatchMode.TELL: "👀 Avvisami soltanto"}


def cause_of(action: Action) -> Trouble:
    """What to say of an action that failed."""
    if action.watch and action.error_kind in ("SlotFull", "ClassStarted"):
        return WATCH_ENDED
    if action.type is ActionType.CANCEL and action.error_kind == "BookingRefused":
        return NOT_CANCELLED
    return trouble(action.error_kind)


def explain(action: Action, more: str = "") -> list[str]:
    """What happened and what more is known of it, what the bot does, what the person can do."""
    cause = cause_of(action)
    return [cause.happened + _quote(action, cause), more, cause.then, cause.you]


def _quote(action: Action, cause: Trouble) -> str:
    words = quoted(action.error or "")
    return f"\nDal sito: {in_quotes(words)}." if cause.quote and words else ""


def remedy_rows(action: Action, *, fresh: bool, watchable: bool = False) -> list[Row]:
    """The buttons that do what the failure's text advises; `watchable`: a freed place could still be of use."""
    remedy = cause_of(action).remedy
    if remedy is Remedy.OTHER and action.type is not ActionType.BOOK:
        remedy = Remedy.AGAIN
    rows: list[Row] = [(remedy_button(remedy, action, fresh=fresh),)]
    return [*watch_rows(action, fresh=fresh), *rows] if watchable else rows


def watch_rows(action: Action, *, fresh: bool) -> list[Row]:
    """The two ways of waiting for a place in what an action was about."""
    return [
        (button(label, Verb.WATCH_LIKE, action.id, WATCH_CODES[mode], fresh=fresh),)
        for mode, label in WATCH_LABELS.items()
    ]


def remedy_button(remedy: Remedy, action: Action, *, fresh: bool) -> Button:
    match remedy:
        case Remedy.AGAIN | Remedy.ANYWAY:
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

"""The main menu, and the page of help. Pure functions: rows in, Page out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.screens import texts
from bot.screens.callbacks import Verb
from bot.screens.classes import in_a_line
from bot.screens.failure_messages import STOPPED
from bot.screens.failures import held_up, retry_rows
from bot.screens.page import ButtonRow, Lines, Page, button, home_button, safe
from bot.screens.plain_words import by_words
from bot.screens.slots import SlotView
from bot.screens.tickets import live_word, mark
from bot.screens.usual import usual_line, usual_rows
from bot.screens.when import When
from domain.errors import LoginStopped
from domain.model import (
    Action,
    HeldBooking,
    Pause,
)
from languages import _, n_


@dataclass(frozen=True, slots=True)
class Overview:
    """What the menu shows besides its buttons."""

    name: str  # what the person is called
    next_booking: HeldBooking | None
    live: Sequence[Action]
    timetable_known: bool
    stop: LoginStopped | None = None  # why nothing is tried for the account
    pause: Pause | None = None  # what the account waits for
    usual: Sequence[SlotView] = ()  # what the person is likely to book next


def home(overview: Overview, when: When) -> Page:
    """The main menu."""
    greeting = _("Ciao {name}! 👋", name=safe(overview.name)) if overview.name else _("Ciao! 👋")
    lines = Lines().add(f"<b>{greeting}</b>", _("Che cosa facciamo?"))
    if overview.stop:
        lines.add(str(STOPPED[overview.stop.kind]))
    elif overview.pause:
        lines.add(*held_up(overview.pause, when))
    if overview.next_booking:
        what = in_a_line(overview.next_booking.booking.ref, when)
        lines.add(_("Il prossimo appuntamento: {what}.", what=what))
    lines.add(*(f"{mark(action)} {_live_line(action, when)}" for action in overview.live[:5]))
    if len(overview.live) > 5:
        lines.add(n_("… e {n} altra richiesta in corso.", "… e {n} altre richieste in corso.", len(overview.live) - 5))
    if not overview.timetable_known and overview.stop is None and overview.pause is None:
        lines.add(_("Sto leggendo gli orari dal sito: tra qualche secondo puoi prenotare."))
    lines.add(usual_line(overview.usual))
    return Page(str(lines), _home_rows(overview, when))


def _home_rows(overview: Overview, when: When) -> tuple[ButtonRow, ...]:
    waits = overview.stop is not None or overview.pause is not None
    rows: list[ButtonRow] = [*retry_rows(overview.stop, fresh=False)] if waits else []
    rows += usual_rows(overview.usual, when)
    rows += [
        (button(str(texts.BOOK_LABEL), Verb.NEW),),
        (button(str(texts.MINE_LABEL), Verb.MINE, 0),),
        (button(str(texts.PERIODIC_LABEL), Verb.PERIODIC, 0),),
        (button(str(texts.HOURS_LABEL), Verb.HOURS),),
        (button(_("🧾 Richieste"), Verb.STATUS, 0), button(_("🌐 Impostazioni"), Verb.SETTINGS)),
        (button(_("❓ Aiuto"), Verb.HELP),),
    ]
    return tuple(rows)


def _live_line(action: Action, when: When) -> str:
    what = in_a_line(action.class_ref, when)
    return _("{state}: {what} (n. {id})", state=live_word(action, when), what=what, id=action.id)


def help_page(version: str, *, keeper: bool) -> Page:
    """`keeper`: they keep the bot, and read of what only they can do."""
    lines = (
        Lines()
        .add(texts.help_text())
        .add(texts.HELP_OF_OWNER if keeper else "")
        .add(*by_words())
        .add(f"<i>{safe(version)}</i>")
    )
    return Page(str(lines), ((button(_("⚙️ Regole del sito"), Verb.RULES),), (home_button(),)))


def notice_page(text: str, *rows: ButtonRow) -> Page:
    """A sentence with a way on and the way home."""
    return Page(text, (*rows, (home_button(),)))

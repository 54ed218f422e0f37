"""A page of the chat as a card of the dashboard: its text, and its buttons as links or as forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from bot.screens.callbacks import Verb, unpack
from bot.screens.page import Button, Page, clip
from dashboard.chat_html import KEPT, safe_html

NOT_TO_UNDO = (Verb.CANCEL, Verb.CANCEL_LATE, Verb.DELETE, Verb.FORGET, Verb.FREE_PLACE, Verb.REMOVE)
LONGEST_TITLE = 60  # characters: a browser shows fewer


@dataclass(frozen=True, slots=True)
class CardButton:
    """`address`: where a button leads that only reads; None: it does something, and is sent as a form."""

    label: str
    data: str
    address: str | None
    kind: str = ""  # `bad`: what it does can't be undone


@dataclass(frozen=True, slots=True)
class Card:
    """`name`: what it is about, in a few words."""

    name: str
    text: Markup
    rows: Sequence[Sequence[CardButton]]


def card_of(page: Page) -> Card:
    """The page as a card."""
    text = safe_html(page.text)
    return Card(_name_of(text), text, [[button_of(button) for button in row] for row in page.rows])


def _name_of(text: Markup) -> str:
    """The first words that stand out, or the first line that has any."""
    strong = text.partition("<strong>")[2].partition("</strong>")[0]
    lines = (line.striptags() for line in (strong, *text.split("<br>")))
    return clip(next(filter(None, lines), ""), LONGEST_TITLE)


@lru_cache(maxsize=KEPT)
def button_of(button: Button) -> CardButton:
    """The button as it stands on a card."""
    call = unpack(button.data)
    if call.verb is Verb.HOME:
        return CardButton(button.label, button.data, "/")
    kind = "bad" if call.verb in NOT_TO_UNDO else ""
    return CardButton(button.label, button.data, f"/do/{button.data}" if call.only_reads else None, kind)

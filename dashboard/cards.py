"""A page of the chat as a card of the dashboard: its text, and its buttons as links or as forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from bot.screens.callbacks import Verb, unpack
from bot.screens.page import Button, Page
from dashboard.chat_html import KEPT, safe_html


@dataclass(frozen=True, slots=True)
class CardButton:
    """`address`: where a button leads that only reads; None: it does something, and is sent as a form."""

    label: str
    data: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Card:
    text: Markup
    rows: Sequence[Sequence[CardButton]]


def card_of(page: Page) -> Card:
    """The page as a card."""
    return Card(safe_html(page.text), [[button_of(button) for button in row] for row in page.rows])


@lru_cache(maxsize=KEPT)
def button_of(button: Button) -> CardButton:
    """The button as it stands on a card."""
    call = unpack(button.data)
    if call.verb is Verb.HOME:
        return CardButton(button.label, button.data, "/")
    return CardButton(button.label, button.data, f"/do/{button.data}" if call.only_reads else None)

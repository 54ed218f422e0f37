"""What is sent for a row of the outbox: a new message, an edit of a card, or both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.screens.page import File, NewMessage, Page
from domain.model import Notice


class NothingToTell(Exception):
    """The row that a notice points at is gone, or what the notice says is no longer true: it is not sent."""


@dataclass(frozen=True, slots=True)
class CardEdit:
    """A message in the chat and the page it is edited to show."""

    message_id: int
    page: Page


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """A new message, which rings, and a card edit, which is silent; the message is sent first."""

    card: CardEdit | None = None
    message: NewMessage | None = None
    card_is_enough: bool = False  # the message is sent only when the card can't be edited
    action_id: int | None = None  # whose card the new message becomes
    urgent: bool = False  # something can still be mended, for now: it rings in quiet hours too


def told(page: Page, *, document: File | None = None, silent: bool = False, urgent: bool = False) -> OutgoingNotice:
    """A notice that is sent as one new message."""
    return OutgoingNotice(message=NewMessage(page, document=document, silent=silent), urgent=urgent)


Compose = Callable[[Notice], Awaitable[OutgoingNotice]]

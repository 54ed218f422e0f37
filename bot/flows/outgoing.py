"""How a row of the outbox is told: a new message, a card that is edited, or both."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.screens.page import File, NewMessage, Page
from domain.model import Notice


class NothingToTell(Exception):
    """The row a notice points at is gone, or what it tells is no longer so: there is nothing to tell any more."""


@dataclass(frozen=True, slots=True)
class CardEdit:
    """A message that is already in the chat, and what it shall show from now on."""

    message_id: int
    page: Page


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """How a notice is told: a new message that rings, and a card that is edited silently; the message goes first."""

    card: CardEdit | None = None
    message: NewMessage | None = None
    card_is_enough: bool = False  # the message is sent only when the card can't be edited
    action_id: int | None = None  # whose card the new message becomes


def told(page: Page, *, document: File | None = None, silent: bool = False) -> OutgoingNotice:
    """What is told by one new message."""
    return OutgoingNotice(message=NewMessage(page, document=document, silent=silent))


Compose = Callable[[Notice], Awaitable[OutgoingNotice]]

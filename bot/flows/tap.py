"""A tap on a button, or a command, and what answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from bot.screens.callbacks import Call, Verb
from bot.screens.page import NewMessage, Page


@dataclass(frozen=True, slots=True)
class Tap:
    """Who asks, for what, and on which message. A command is a tap on no message."""

    user_id: int
    name: str
    call: Call
    message_id: int | None = None
    bot_name: str = ""  # what the bot is called in links: `polimisport_bot`

    @property
    def id(self) -> int:
        """The first number of the button."""
        return self.call.numbers[0]

    @property
    def card_id(self) -> int | None:
        """The message that will show the answer, when it is known already."""
        return None if self.call.fresh else self.message_id


Response = Page | NewMessage
Handler = Callable[[Tap], Awaitable[Response]]
Routes = dict[Verb, Handler]


class Flow(Protocol):
    """Answers the taps of some verbs."""

    routes: Routes

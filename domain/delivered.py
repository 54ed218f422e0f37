"""What became of a notice in the chat."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a notice in the chat: the message it went out as, and the one that showed its action before."""

    action_id: int | None = None
    message_id: int | None = None
    old_card: int | None = None

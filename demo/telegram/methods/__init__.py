"""The methods of the Bot API, by lower-case name."""

from __future__ import annotations

from demo.telegram.methods import bot, edits, media, messages, polls
from demo.telegram.methods.base import Method

METHODS: dict[str, Method] = {**bot.METHODS, **messages.METHODS, **media.METHODS, **edits.METHODS, **polls.METHODS}

"""How long the bot waits for what: the pauses of each part of the transport, handed to bot_db.serve as one."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.transport import alarm, application, chat, delivery, handlers, polling


@dataclass(frozen=True, slots=True)
class BotPauses:
    connecting: application.Pauses = field(default_factory=application.Pauses)
    polling: polling.Pauses = field(default_factory=polling.Pauses)
    delivery: delivery.Pauses = field(default_factory=delivery.Pauses)
    retries: chat.Retries = field(default_factory=chat.Retries)
    tap_within: float = handlers.ANSWER_TAP_WITHIN
    disk: alarm.DiskCheck = field(default_factory=alarm.DiskCheck)


BOT_PAUSES = BotPauses()

"""What the bot has not heard yet: a queue of updates, given out by long polling or delivered to a webhook."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp

from demo.telegram.bell import Bell
from demo.telegram.errors import ApiError

Json = dict[str, Any]

KEPT_FOR = timedelta(hours=24)  # Telegram drops what a bot has not fetched for a day
LONGEST_POLL = 50  # seconds
NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
RETRY_PAUSES = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds between deliveries to a webhook that failed
WEBHOOK_TIMEOUT = aiohttp.ClientTimeout(total=60)

OTHER_POLL = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
HOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
POLL_ENDED_BY_HOOK = "Conflict: terminated by setWebhook request"


@dataclass(slots=True)
class Webhook:
    url: str
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    last_error: str = ""
    last_error_at: int = 0


@dataclass(slots=True)
class Poll:
    """A getUpdates that is waiting; `ended` is the reason somebody else ended it."""

    ended: str = ""


@dataclass(slots=True)
class UpdateQueue:
    """Updates stay until the bot confirms them with a higher offset, so a bot that restarts hears them again."""

    clock: Callable[[], datetime]
    bell: Bell
    allowed: list[str] = field(default_factory=list)
    webhook: Webhook | None = None
    _pending: list[tuple[datetime, Json]] = field(default_factory=list)
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(700_000_001))
    _poll: Poll | None = None
    _closed: bool = False

    def add(self, kind: str, payload: Json) -> None:
        """Queues an update, unless the bot said it does not want this kind."""
        wanted = kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT
        if wanted:
            self.add_raw({kind: payload})

    def add_raw(self, update: Json) -> None:
        self._pending.append((self.clock(), {"update_id": next(self._ids), **update}))
        self.bell.ring()

    def pending(self) -> list[Json]:
        horizon = self.clock() - KEPT_FOR
        self._pending = [(at, update) for at, update in self._pending if at >= horizon]
        return [update for _, update in self._pending]

    def drop_pending(self) -> None:
        self._pending.clear()

    async def poll(self, offset: int, limit: int, timeout: int) -> list[Json]:
        """Updates from `offset` on, waiting up to `timeout` s for one. ApiError 409 when another poll takes over."""
        if self.webhook:
            raise ApiError(409, HOOK_ACTIVE)
        self._end_poll(OTHER_POLL)
        self._confirm(offset)
        mine = self._poll = Poll()
        with suppress(TimeoutError):
            await self.bell.until(lambda: self._ready(mine), min(max(timeout, 0), LONGEST_POLL))
        if mine.ended:
            raise ApiError(409, mine.ended)
        self._poll = None
        return self.pending()[: limit if 1 <= limit <= 100 else 100]

    def _ready(self, poll: Poll) -> bool | None:
        return True if poll.ended or self._closed or self.pending() else None

    def _end_poll(self, reason: str) -> None:
        if self._poll:
            self._poll.ended = reason
            self._poll = None
            self.bell.ring()

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            self._pending = self._pending[offset:]
        elif offset > 0:
            self._pending = [(at, update) for at, update in self._pending if update["update_id"] >= offset]

    def set_webhook(self, webhook: Webhook | None) -> None:
        self.webhook = webhook
        if webhook:
            self._end_poll(POLL_ENDED_BY_HOOK)
        self.bell.ring()

    def open(self) -> None:
        self._closed = False

    def close(self) -> None:
        """Lets every waiting poll answer with what there is."""
        self._closed = True
        self.bell.ring()

    async def deliver(self, call: Callable[[str, Json], Awaitable[Any]]) -> None:
        """Delivers to the webhook, in order, for as long as it is not cancelled. An answer may itself hold a call."""
        async with aiohttp.ClientSession(timeout=WEBHOOK_TIMEOUT) as session:
            failures = 0
            while True:
                webhook, update = await self.bell.until(self._deliverable, None)
                answer = await self._deliver_one(session, webhook, update)
                if answer is None:
                    await asyncio.sleep(RETRY_PAUSES[min(failures, len(RETRY_PAUSES) - 1)])
                    failures += 1
                    continue
                failures = 0
                self._confirm(update["update_id"] + 1)
                if method := answer.pop("method", None):
                    await call(str(method), answer)

    def _deliverable(self) -> tuple[Webhook, Json] | None:
        waiting = self.pending()
        return (self.webhook, waiting[0]) if self.webhook and waiting else None

    async def _deliver_one(self, session: aiohttp.ClientSession, webhook: Webhook, update: Json) -> Json | None:
        """The answer's JSON ({} when it has none), or None when the webhook failed."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=update, headers=headers, ssl=False) as response:
                if response.status >= 300:
                    self._failed(webhook, f"Wrong response from the webhook: {response.status} {response.reason}")
                    return None
                is_json = response.content_type == "application/json"
                answer = await response.json() if is_json else {}
                return answer if isinstance(answer, dict) else {}
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            self._failed(webhook, f"Connection failed: {type(error).__name__}")
            return None

    def _failed(self, webhook: Webhook, reason: str) -> None:
        webhook.last_error, webhook.last_error_at = reason, int(self.clock().timestamp())

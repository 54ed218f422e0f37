"""Limits how many requests an account sends: what is more than a person would send waits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from domain.request_counts import BURST, PER_MINUTE

log = logging.getLogger(__name__)

PER_SECOND = PER_MINUTE / 60


def uncounted(*, delayed: bool) -> None:
    """Nobody counts."""


class RequestBudget:
    """The budget of one account: requests are saved up over time, and spent one by one."""

    def __init__(
        self,
        name: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        count: Callable[..., None] = uncounted,
    ) -> None:
        """`count` is called for each request, with `delayed` true when it has to wait."""
        self._name = name
        self._sleep = sleep
        self._count = count
        self._left = float(BURST)
        self._counted = time.monotonic()
        self._sent: deque[float] = deque()

    async def spend(self, *, urgent: bool = False) -> None:
        """Counts a request; waits first when too many were sent, unless it is urgent: a place may depend on it."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._counted) * PER_SECOND) - 1
        self._counted = now
        self._sent.append(now)
        delayed = self._left < 0 and not urgent
        self._count(delayed=delayed)
        if delayed:
            log.warning("%s: too many requests (%d in a minute), slowing down", self._name, self.last_minute())
            await self._sleep(-self._left / PER_SECOND)

    def last_minute(self) -> int:
        """How many requests were sent in the last sixty seconds."""
        while self._sent and self._sent[0] < time.monotonic() - 60:
            self._sent.popleft()
        return len(self._sent)

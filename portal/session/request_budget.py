"""Limits how many requests an account sends: what is more than a person would send waits.

Where several machines share the account, its requests are counted together, some at a time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from domain.request_counts import BURST, PER_MINUTE

log = logging.getLogger(__name__)

PER_SECOND = PER_MINUTE / 60
TAKEN_AT_ONCE = 10  # requests, from what all machines may send


def uncounted(*, delayed: bool) -> None:
    """Nobody counts."""


async def unshared(_requests: int) -> float:
    """No other machine sends anything: there is nothing to wait for."""
    return 0.0


class RequestBudget:
    """The budget of one account: requests are saved up over time, and spent one by one."""

    def __init__(
        self,
        name: str,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        count: Callable[..., None] = uncounted,
        take: Callable[[int], Awaitable[float]] = unshared,
    ) -> None:
        """`count` is called for each request, with `delayed` true when it has to wait.

        `take` takes so many requests from what all machines may send, and gives the seconds to wait for them.
        """
        self._name = name
        self._sleep = sleep
        self._count = count
        self._take = take
        self._taken = 0  # from what all machines may send, and not sent yet
        self._left = float(BURST)
        self._counted = time.monotonic()
        self._sent: deque[float] = deque()

    async def spend(self, *, urgent: bool = False) -> None:
        """Counts a request; waits first when too many were sent, unless it is urgent: a place may depend on it."""
        now = time.monotonic()
        self._left = min(BURST, self._left + (now - self._counted) * PER_SECOND) - 1
        self._counted = now
        self._sent.append(now)
        self._taken -= 1
        if urgent:
            self._count(delayed=False)
            return
        wait = max(-self._left / PER_SECOND, await self._wait_for_all())
        self._count(delayed=wait > 0)
        if wait > 0:
            log.warning("%s: too many requests (%d in a minute), slowing down", self._name, self.last_minute())
            await self._sleep(wait)

    async def _wait_for_all(self) -> float:
        """Seconds to wait until all machines together may send what is sent here."""
        if self._taken >= 0:
            return 0.0
        more = TAKEN_AT_ONCE - self._taken
        self._taken += more
        return await self._take(more)

    def last_minute(self) -> int:
        """How many requests were sent in the last sixty seconds."""
        while self._sent and self._sent[0] < time.monotonic() - 60:
            self._sent.popleft()
        return len(self._sent)

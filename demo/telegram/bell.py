"""Waiting for the world to change without polling: whoever changes it rings, whoever waits looks again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Bell:
    """Ringing is synchronous, so a change and its announcement can't be torn apart by a task switch."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def until(self, look: Callable[[], T | None], timeout: float | None) -> T:
        """The first value other than None that `look` gives, now or after a ring. TimeoutError after `timeout` s."""
        async with asyncio.timeout(timeout):
            while (found := look()) is None:
                await self._rung.wait()
            return found

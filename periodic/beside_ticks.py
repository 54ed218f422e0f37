"""Work that goes on beside the executor's ticks, one piece at a time: no date of a booking waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime, timedelta

from database import Database

BEFORE_OPENING, AFTER_OPENING = timedelta(minutes=15), timedelta(minutes=3)  # in which nothing heavy is begun


async def held_up_until(db: Database) -> datetime | None:
    """When the opening that is near is over; None while none is."""
    near = await db.oversight.openings(AFTER_OPENING, BEFORE_OPENING, 1)
    return near[0].opens_at + AFTER_OPENING if near else None


class BesideTicks:
    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None

    @property
    def is_under_way(self) -> bool:
        return self._task is not None and not self._task.done()

    def begin(self, work: Coroutine[None, None, None], name: str) -> None:
        """Begins what must not raise; nothing else may be under way."""
        self._task = asyncio.create_task(work, name=name)

    async def finish(self) -> None:
        """Waits for what is under way."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Leaves what is under way: it is done again after the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

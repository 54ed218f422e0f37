"""The sign of life of a long-running program, and its look at the others. Used by bot, worker and executor.

It beats in the program's own event loop and only while the program's own work moves: what hangs does not beat, and is
missed by the others.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from database import Database
from domain.errors import DatabaseError
from domain.model import Clock, utc_now
from runtime import program

BEAT = 20.0  # s between beats
HUNG = 60.0  # s the work may stand still: longer than any honest step
STEADY = 2  # beats in time after which one may judge others: who just started or woke up sees everybody late

log = logging.getLogger(__name__)


class Heart:
    """`moved` tells when the program's work last moved, on the monotonic clock; `note` what it is at."""

    def __init__(
        self,
        db: Database,
        name: str,
        moved: Callable[[], float],
        note: Callable[[], str] = str,
        clock: Clock = utc_now,
    ) -> None:
        self._db = db
        self._program = name
        self._moved = moved
        self._note = note
        self._clock = clock
        self._name = program.name_of(os.getpid())
        self._started = clock()
        self._last: datetime | None = None
        self._in_time = 0
        self._stands_still = False

    @asynccontextmanager
    async def beating(self) -> AsyncIterator[None]:
        """Beats while the block lasts. Leaving it as planned says goodbye; with an error, the others will miss us."""
        beats = asyncio.create_task(self._run(), name="heart")
        try:
            yield
        finally:
            beats.cancel()
            await asyncio.wait({beats})
        await self._say_goodbye()

    async def _run(self) -> None:
        while True:
            try:
                await self.beat()
            except DatabaseError as error:
                log.warning("no sign of life could be written: %s", error)
            except Exception:
                log.exception("no sign of life could be written")
            await asyncio.sleep(BEAT)

    async def beat(self) -> None:
        """One beat, unless the work stands still. Raises DatabaseError."""
        if self._hangs():
            return
        now = self._clock()
        in_time = self._last is not None and timedelta(0) <= now - self._last <= timedelta(seconds=2 * BEAT)
        self._in_time = self._in_time + 1 if in_time else 0
        judge = program.is_dead if self._in_time >= STEADY else None
        await self._db.heartbeats.beat(
            self._program,
            self._name,
            os.getpid(),
            self._started,
            self._note(),
            len(asyncio.all_tasks()),
            is_dead=judge,
        )
        self._last = now

    def _hangs(self) -> bool:
        """Whether the work stands still; said once in the log."""
        still = time.monotonic() - self._moved()
        was, self._stands_still = self._stands_still, still > HUNG
        if self._stands_still and not was:
            log.error("nothing has moved for %.0f s: no sign of life is written until something does", still)
        return self._stands_still

    async def _say_goodbye(self) -> None:
        try:
            await self._db.heartbeats.stop(self._name)
        except DatabaseError as error:
            log.info("no goodbye could be written: %s", error)

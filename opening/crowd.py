"""The races under way in one process: how many there are, and whose turn it is to log in."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from opening.timeline import Timeline


class Crowd:
    """The races under way in one process."""

    def __init__(self) -> None:
        self._racing = 0
        self.turns = asyncio.Lock()  # held by the one account that may log in, when many prepare

    @property
    def size(self) -> int:
        """How many race now."""
        return self._racing

    @property
    def is_alone(self) -> bool:
        """Whether at most one races now."""
        return self._racing <= 1

    @contextmanager
    def racing(self) -> Iterator[None]:
        """Within it, one more races; when the last one is over, Python looks after all of its memory again."""
        self._racing += 1
        try:
            yield
        finally:
            self._racing -= 1
            if not self._racing:
                gc.unfreeze()

    def set_memory_aside(self) -> None:
        """Has Python not look through what is in memory by now for garbage until the last race is over.

        With a worker's memory that takes 30 ms and more, at any moment.
        """
        if self.is_alone:
            gc.collect()
            gc.freeze()

    @asynccontextmanager
    async def my_turn(self, timeline: Timeline, until: float) -> AsyncIterator[None]:
        """One account after the other, so that a hundred logins do not fight for the browser.

        From `until` seconds before the opening on, all at once.
        """
        while self.turns.locked() and not timeline.is_past(until):  # noqa: ASYNC110 - for time as well
            await asyncio.sleep(timeline.poll_interval)
        if self.turns.locked():
            yield
            return
        async with self.turns:
            yield

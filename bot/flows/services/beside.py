"""What is done beside the answers: nothing that a person sees depends on it, so no tap waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


class Beside:
    """Work under way that nobody waits for until the bot stops. Its errors are dealt with by whoever hands it over."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Task[None]] = set()

    def do(self, work: Coroutine[None, None, None]) -> None:
        """Begins the work: a tap never waits for a lock that a shell holds, or for Telegram."""
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self, patience: float) -> None:
        """Waits so many seconds for what is under way; what is not done by then is given up."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=patience)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

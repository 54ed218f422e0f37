"""The one clock of the tests: it stands still until it is moved, or goes on like the real one from where it was set."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Called, it tells the time. `now` may be set; one that `runs` goes on from there."""

    def __init__(self, now: datetime, *, runs: bool = False) -> None:
        self._runs = runs
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    @property
    def set_to(self) -> datetime:
        """What the test has set and moved it to, without what has run since."""
        return self._set_to

    @property
    def now(self) -> datetime:
        return self._set_to + (datetime.now(UTC) - self._set_at if self._runs else timedelta())

    @now.setter
    def now(self, now: datetime) -> None:
        self._set_to, self._set_at = now, datetime.now(UTC)

    def go(self, **by: float) -> None:
        """Moves on, or back, by a timedelta's arguments: go(minutes=5)."""
        self._set_to += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        """These seconds have passed, at once: for who waits by this clock alone."""
        self.go(seconds=seconds)
        await asyncio.sleep(0)

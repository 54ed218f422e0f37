"""A clock that runs evenly whoever sets the machine's clock, and punctual waits by it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from domain.steady import steady


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """The even clock that everything around an opening waits by. A test hands in its own."""

    now: Callable[[], float] = steady
    timer_lag: float = 0.002  # s a timer of the system may be late: for the rest, a wait only lets others run
    poll_interval: float = 0.1  # s between looks at the clock while waiting: the machine may have slept

    def as_monotonic(self, moment: float) -> float:
        """A moment of this clock by `time.monotonic`, which other processes of the machine read as well."""
        return time.monotonic() + moment - self.now()

    async def sleep_until(self, moment: float) -> None:
        """Waits for a moment of this clock, punctually; returns at once when the machine slept through it."""
        while (left := moment - self.now()) > 0:  # noqa: ASYNC110 - for time, not an event
            await asyncio.sleep(max(min(left, self.poll_interval) - self.timer_lag, 0.0))

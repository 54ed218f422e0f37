"""How long a caller waits for a lock that another program holds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockTimeouts:
    """How many seconds a caller waits for a lock that another program holds, before it raises DatabaseBusy."""

    running: float = 20.0  # a person in a sqlite3 shell may hold the write lock for a while: nobody shall notice
    stopping: float = 0.5  # from when the program was told to stop


USUAL_TIMEOUTS = LockTimeouts()


class LockTimer:
    """Tells a caller that waits for a lock when it has waited long enough: sooner once the program is told to stop."""

    def __init__(self, stop: asyncio.Event, timeouts: LockTimeouts) -> None:
        self._stop = stop
        self._timeouts = timeouts
        self._stop_seen: float | None = None

    def is_over(self, began: float) -> bool:
        """Whether a caller that has waited since `began` (on the monotonic clock) has waited long enough."""
        now = time.monotonic()
        if not self._stop.is_set():
            return now > began + self._timeouts.running
        self._stop_seen = self._stop_seen or now
        return now > self._stop_seen + self._timeouts.stopping

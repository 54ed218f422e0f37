"""A server's clock as far as its answers tell it, between them counted on by our own clock that nobody sets."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from threading import Lock

from domain.model import utc_now
from domain.steady import steady

REMEMBERED = 30.0  # s; the answer that was quickest in them is gone by


class ServerTime:
    """Told the time by whoever has an answer, asked by anybody: on any thread.

    An answer is late by its way to us and never early. Of several the one is believed that says the latest time; so a
    server's clock that was set back is followed half a minute later, and one that was set forward at once.
    """

    def __init__(self) -> None:
        self._telling = Lock()
        self._differences: deque[tuple[float, float]] = deque()  # when it was told, and seconds since 1970 at steady 0
        self._difference = utc_now().timestamp() - steady()  # the machine's own clock, until it is told

    def tell(self, now: datetime) -> None:
        """The server's clock showed this a moment ago."""
        told = steady()
        with self._telling:
            self._differences.append((told, now.timestamp() - told))
            while told - self._differences[0][0] > REMEMBERED:
                self._differences.popleft()
            self._difference = max(difference for _, difference in self._differences)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._difference + steady(), UTC)

"""Counts the requests of a process by account and minute, until they are written down (actions/request_counts.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from domain.model import Clock
from domain.request_counts import RequestCount


class RequestTally:
    """What was sent since `take` was last called. It grows with minutes and accounts, not with requests."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: Counter[tuple[int, datetime]] = Counter()
        self._delayed: Counter[tuple[int, datetime]] = Counter()

    def note(self, user_id: int, *, delayed: bool = False) -> None:
        """Counts a request. `delayed`: it had to wait, because the account had sent too many."""
        minute = self._clock().replace(second=0, microsecond=0)
        self._sent[user_id, minute] += 1
        self._delayed[user_id, minute] += delayed

    def take(self) -> list[RequestCount]:
        """What was counted; counting begins anew."""
        counts = [RequestCount(*key, requests, self._delayed[key]) for key, requests in self._sent.items()]
        self._sent.clear()
        self._delayed.clear()
        return counts

    def put_back(self, counts: Sequence[RequestCount]) -> None:
        """What was taken could not be written: it is taken once more later."""
        for count in counts:
            self._sent[count.user_id, count.minute] += count.requests
            self._delayed[count.user_id, count.minute] += count.delayed

"""How often strangers may try an invitation: nobody comes upon one by trying, and nobody keeps the bot busy with it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

EACH, ALL = 5, 60  # tries in the time below, of one stranger and of all together
WITHIN = 600.0  # s


class Strangers:
    """Remembers the tries of the last ten minutes, and nothing else of anybody."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tries: deque[tuple[float, int]] = deque()

    def may_try(self, user_id: int) -> bool:
        """Whether this try is looked at; it counts then."""
        now = self._clock()
        while self._tries and self._tries[0][0] < now - WITHIN:
            self._tries.popleft()
        own = sum(1 for _, who in self._tries if who == user_id)
        if own >= EACH or len(self._tries) >= ALL:
            return False
        self._tries.append((now, user_id))
        return True

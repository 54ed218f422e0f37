"""What is done on the site for an action at this moment, so that it can be given up: an act is a request that books, or
a page on which a place is booked or given back.

Who holds an action gives it its `Acts`, which count for whatever the task of that action starts. An act that is given
up ends for its caller as one whose answer was lost, and what was sent of it can't arrive any more: the driver resets
its connection (portal/browser/driver_given_up.cjs).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from domain.errors import LeaseLost, SiteUnavailable

T = TypeVar("T")
Act = Callable[[], Coroutine[Any, Any, T]]


class Acts:
    """The acts of one action."""

    def __init__(self) -> None:
        self._under_way: dict[asyncio.Task[Any], float] = {}  # since when, by `time.monotonic`
        self._given_up: set[asyncio.Task[Any]] = set()
        self._is_lost = False

    @contextmanager
    def count(self) -> Iterator[None]:
        """Within it acts of this task, and of those it starts, are of this action."""
        before = _OURS.set(self)
        try:
            yield
        finally:
            _OURS.reset(before)

    async def do(self, act: Act[T], leaves_at: float | None) -> T:
        """Raises LeaseLost when the action is known to be another worker's, SiteUnavailable when it is given up."""
        if self._is_lost:
            raise LeaseLost("another worker holds the action: nothing more is asked for")
        task = asyncio.create_task(act())
        self._under_way[task] = max(time.monotonic(), leaves_at or 0.0)
        try:
            return await task
        except asyncio.CancelledError:
            ends = asyncio.current_task()
            if task not in self._given_up or (ends and ends.cancelling()):
                raise
            raise SiteUnavailable("given up: whether the action is still ours was not known in time") from None
        finally:
            del self._under_way[task]
            self._given_up.discard(task)

    def give_up(self, older_than: float = 0.0) -> int:
        """Gives up the acts that are under way for so many seconds. Returns how many there were.

        Playwright aborts the call that a task waits for when that task is cancelled.
        """
        now = time.monotonic()
        old = [each for each, since in self._under_way.items() if now - since >= older_than]
        new = [each for each in old if each not in self._given_up]
        self._given_up.update(new)
        for task in new:
            task.cancel()
        return len(new)

    def lose(self) -> int:
        """The action is another worker's: gives up all acts, and there will be no more."""
        self._is_lost = True
        return self.give_up(-math.inf)  # also what is held until a moment that is to come


_OURS: ContextVar[Acts | None] = ContextVar("acts", default=None)


async def do(act: Act[T], leaves_at: float | None = None) -> T:
    """Does an act, which whoever holds the action may give up. `leaves_at`: when it leaves, by `time.monotonic`."""
    ours = _OURS.get()
    return await (act() if ours is None else ours.do(act, leaves_at))

"""When an opening is, by the site's own clock as far as it is known, and the waits for the moments around it.

All waits go by the server's clock, roughly known from the start, so that nobody who sets ours moves the opening.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from domain.errors import SessionExpired, SiteChanged, SiteUnavailable
from opening.policy import OpeningPolicy
from opening.server_clock import ServerClock

PASSING = (SiteUnavailable, SiteChanged, SessionExpired)
"""What may have passed a few seconds later: while there is time, the site is asked again."""

T = TypeVar("T")

log = logging.getLogger(__name__)


class Timeline:
    """The moments of one race. "Before" is in seconds before the opening, by the server's clock once it is known."""

    def __init__(self, opens_at: datetime, server: ServerClock, policy: OpeningPolicy) -> None:
        self._opens_at = opens_at
        self._server = server
        self._policy = policy
        self._time = server.time
        self._clocks_tried = 0  # of the site's, if it has several that disagree
        self._over = False

    def end(self) -> None:
        """The race is over: its server's clock is read no more for it."""
        self._over = True

    # what time it is

    @property
    def _opening(self) -> tuple[float, float]:
        """When it opens by the steady clock, and how uncertain that is.

        By the first of the site's clocks or, once that was too early, by the next.
        """
        moments = self._server.moments(self._opens_at)
        return moments[min(self._clocks_tried, len(moments) - 1)]

    @property
    def uncertainty(self) -> float:
        """How far off the opening may be, in seconds."""
        return self._opening[1]

    @property
    def jitter(self) -> float:
        """By how much one way to the server usually differs, in seconds."""
        return self._server.jitter

    @property
    def poll_interval(self) -> float:
        """Seconds between looks at the clock while waiting."""
        return self._time.poll_interval

    def left(self) -> float:
        """Seconds until the opening, by the server's clock once it is known, else by ours."""
        return self._opening[0] - self._time.now()

    def is_past(self, before: float) -> bool:
        """Whether it is later than so many seconds before the opening."""
        return self.left() < before

    @property
    def hurries(self) -> bool:
        """Whether there is no time left for anything in its order."""
        return self.is_past(self._policy.hurry)

    @property
    def now(self) -> float:
        """Seconds since the opening; negative before it."""
        return -self.left()

    def since_opening(self, moment: float) -> float:
        """A moment of the steady clock, in seconds after the opening."""
        return moment - self._opening[0]

    # waiting

    async def until(self, before: float) -> None:
        """Waits by the clock that counts, looking at it often: more may be known of it, or the machine have slept."""
        while (left := self.left() - before) > 0:  # noqa: ASYNC110 - for time, not an event
            await asyncio.sleep(min(left, self.poll_interval))

    async def leave_time_for(self, before: float, running: asyncio.Task[Any]) -> None:
        """Waits for a task that runs beside the race, but only until the next step is due."""
        await asyncio.wait({running}, timeout=max(self.left() - before, 0.0))

    async def while_there_is_time(self, what: str, ask: Callable[[], Awaitable[T]]) -> T:
        """What the site answers, asked again until that would make the race late. Raises the last error it met."""
        while True:
            try:
                return await ask()
            except PASSING as error:
                log.warning("  %s can't be read: %s", what, error)
                if self.is_past(self._policy.hurry + self._policy.ask_again_after):
                    raise
            await asyncio.sleep(self._policy.ask_again_after)

    # sending so that it arrives in time

    def departure(self, planned: float) -> float:
        """When (by the steady clock) a request has to leave so that it arrives as planned after the opening."""
        return self._opening[0] + planned - self._server.round_trip / 2

    def time_to_answer(self) -> float:
        """Seconds in which an answer must be here that the first shot could still wait for."""
        return self.left() - self._server.round_trip / 2 - self._policy.last_moment

    @property
    def one_way(self) -> float:
        """The usual seconds of one way to the server."""
        return self._server.round_trip / 2

    async def send(self, planned: float) -> float:
        """Waits until a request has to leave to arrive as planned; returns at once when that is past.

        Gives the moment, by the steady clock.
        """
        await self._time.sleep_until(self.departure(planned))
        return self._time.now()

    # the server's clock

    async def learn_clock(self, ask: Callable[[], Awaitable[Mapping[str, str]]], until: float) -> None:
        """Learns the server's clock, as well as the time allows: until so many seconds before the opening."""
        await self._server.learn(ask, lambda: self._over or self.is_past(until))

    async def pause(self, seconds: float) -> None:
        """Waits so long, but not past the opening by another of the site's clocks."""
        later = [each - self._time.now() - self._policy.last_moment for each in self._later_openings()]
        await asyncio.sleep(min(seconds, max(min(later), 0.0)) if later else seconds)

    def go_by_next_clock(self) -> bool:
        """Whether another of the site's clocks has the opening still ahead; from now on the race goes by that one."""
        now, moments = self._time.now(), self._server.moments(self._opens_at)
        later = [number for number, (moment, _) in enumerate(moments) if moment > now]
        if later:
            self._clocks_tried = later[0]
        return bool(later)

    def _later_openings(self) -> list[float]:
        now = self._time.now()
        return [moment for moment, _ in self._server.moments(self._opens_at) if moment > now]

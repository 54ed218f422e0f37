"""The server's clock, read from the `Date` of its answers: whole seconds, made out to a few milliseconds.

Used by race.py. The site opens when its own clock says so, and that may be seconds off ours.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from errors import SiteUnavailable
from model import Clock, utc_now
from untrusted import Unreadable, read_http_date

READINGS = 16  # requests spent on the clock at the most
COARSE = 0.12  # s of doubt; until then readings come one after the other, then they aim at the edge of a second
COARSE_PAUSE = 0.19  # s between those
GOOD_ENOUGH = 0.003  # s of doubt about the server's clock
STALE = 600.0  # s; older readings belong to another opening, and clocks drift apart
LOOK_EVERY = 0.1  # s between looks at the machine's clock while waiting: it may be set, or have slept

Ask = Callable[[], Awaitable[Mapping[str, str]]]
"""Gives the headers of an answer. Raises SiteUnavailable."""

log = logging.getLogger(__name__)


def steady() -> float:
    """Seconds that go on evenly, whoever sets the machine's clock, also while the machine sleeps."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


async def sleep_until(moment: float) -> None:
    """Waits for a moment of `steady`; returns late, but at once, when the machine slept through it."""
    while (left := moment - steady()) > 0:  # noqa: ASYNC110 - for time, not an event
        await asyncio.sleep(min(left, LOOK_EVERY))


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer's `Date`, between the two moments (of `steady`) it was asked for and received."""

    sent: float
    received: float
    date: float  # whole seconds since 1970, as the server cut them off

    @property
    def round_trip(self) -> float:
        return self.received - self.sent

    def bounds(self, shortest: float) -> tuple[float, float]:
        """Between which the offset lies, when no way is shorter than half the shortest round trip."""
        middle, slack = (self.sent + self.received) / 2, (self.round_trip - shortest) / 2
        return self.date - middle - slack, self.date + 1 - middle + slack


def agreed(intervals: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """What most of the intervals share (Marzullo's algorithm): one that lies outvotes nobody."""
    edges = sorted((edge, end) for interval in intervals for end, edge in enumerate(interval))
    best, most, inside = (float("-inf"), float("inf")), 0, 0
    for (edge, end), (following, _) in zip(edges, edges[1:], strict=False):
        inside += -1 if end else 1
        if inside > most:
            best, most = (edge, following), inside
    return best


class ServerClock:
    """What the server's clock says, as seconds to add to `steady`; shared by all races of a process.

    A `Date` of whole seconds says that the server's clock was in [date, date + 1) when it answered. Readings aimed at
    the edge of a second halve what is possible each time.
    """

    def __init__(self, clock: Clock = utc_now) -> None:
        self._clock = clock  # what we go by as long as there is no reading
        self._readings: list[Reading] = []
        self._bounds = (float("-inf"), float("inf"))
        self._learning = asyncio.Lock()

    def add(self, sent: float, received: float, headers: Mapping[str, str]) -> None:
        """Takes note of an answer, if it has a date that can be read."""
        try:
            date = read_http_date(headers["date"]).timestamp()
        except (KeyError, Unreadable):
            return
        self._take([*self._readings, Reading(sent, received, date)])

    def _take(self, readings: list[Reading]) -> None:
        """Whoever races asks for the offset often, and it changes only here."""
        self._readings = readings
        shortest = min((each.round_trip for each in readings), default=0.0)
        self._bounds = agreed(each.bounds(shortest) for each in readings)

    @property
    def known(self) -> bool:
        """Whether there is any reading at all."""
        return bool(self._readings)

    @property
    def round_trip(self) -> float:
        """The usual round trip, in seconds; 0 before any reading."""
        return statistics.median(each.round_trip for each in self._readings) if self._readings else 0.0

    @property
    def offset(self) -> float:
        """Seconds from `steady` to the server's clock; to ours, as long as there is no reading."""
        if not self._readings:
            return self._clock().timestamp() - steady()
        return sum(self._bounds) / 2

    @property
    def ahead(self) -> float:
        """How far the server's clock is ahead of ours, in seconds."""
        return self.offset + steady() - self._clock().timestamp()

    @property
    def doubt(self) -> float:
        """How far the offset may be off, in seconds; endless before any reading."""
        low, high = self._bounds
        return (high - low) / 2

    def steady_at(self, instant: datetime) -> float:
        """The moment of `steady` at which the server's clock will show the instant."""
        return instant.timestamp() - self.offset

    async def learn(self, ask: Ask, time_is_up: Callable[[], bool]) -> None:
        """Reads the clock until it is known well enough, or time is up. One race asks for all; `ask` gives headers."""
        async with self._learning:
            self._take([each for each in self._readings if steady() - each.received < STALE])
            before, asked = len(self._readings), 0
            while asked < READINGS and self.doubt > GOOD_ENOUGH and not time_is_up():
                asked += 1
                await self._read(ask)
                await self._wait_for_edge()
            if len(self._readings) > before:
                log.info("server clock: %+.3f s from ours, give or take %.0f ms (%d readings, round trip %.0f ms)",
                         self.ahead, self.doubt * 1000, len(self._readings), self.round_trip * 1000)  # fmt: skip
            elif asked and not self._readings:
                log.warning("the server does not tell its time: we go by our own clock")

    async def _read(self, ask: Ask) -> None:
        sent = steady()
        try:
            headers = await ask()
        except SiteUnavailable as error:
            log.info("no answer for the clock: %s", error)
        else:
            self.add(sent, steady(), headers)

    async def _wait_for_edge(self) -> None:
        """Waits until a request sent then is answered as the server's second turns, by what is known so far."""
        if self.doubt > COARSE:
            await asyncio.sleep(COARSE_PAUSE)
        elif self.doubt > GOOD_ENOUGH:
            now = steady()
            await sleep_until(now + -(now + self.offset + self.round_trip / 2) % 1.0)

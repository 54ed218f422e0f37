"""The server's clock, read from the `Date` of its answers: whole seconds, made out to a few milliseconds.

The site opens when its own clock says so, and that may be seconds off ours. All waits here go by a clock that nobody
can set (steady_time.py).
"""

from __future__ import annotations

import asyncio
import logging
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from domain.errors import SiteUnavailable
from domain.model import Clock, utc_now
from opening.clock_estimate import Estimate, Marks, Reading, estimate, one_way_deviation
from opening.steady_time import SteadyTime
from safety.untrusted import Unreadable, read_http_date

READINGS = 32  # requests spent on the clock at the most, by strangers to the site
PROBES = 8  # of them look for a second clock: servers behind one address may disagree
PROBE = 0.1  # s and a round trip off the edge of a second, where a clock that differs by more says otherwise
COARSE = 0.08  # s of deviation; until then readings come one after the other, then they aim at the edge of a second
COARSE_PAUSE = 0.21  # s between those
PAIR = (-0.58, 0.58)  # deviations around the likeliest edge at which two readings aim: each parts off a third
GOOD_ENOUGH = 0.003  # s of uncertainty about the server's clock
STALE = 120.0  # s; older readings belong to another opening, and clocks drift apart by 10 microseconds a second
SLOWEST = 10.0  # s; an answer that took longer says too little: the machine may have slept between
NO_MARKS = ("date", "set-cookie")
LONGEST_MARK = 200  # characters
MOST_MARKS = 20  # cookies of an answer that are looked at

Ask = Callable[[], Awaitable[Mapping[str, str]]]
"""Gives the headers of an answer. Raises SiteUnavailable."""

log = logging.getLogger(__name__)


class ServerClock:
    """What the server's clock says, as seconds to add to the steady clock; shared by all races of a process.

    A `Date` of whole seconds says that the server's clock was in [date, date + 1) when it answered. Readings aimed at
    the edge of a second narrow down what is possible each time.
    """

    def __init__(self, clock: Clock = utc_now, time: SteadyTime | None = None) -> None:
        self.time = time or SteadyTime()
        self._clock = clock  # what we go by as long as there is no reading
        self._held: float | None = None  # from the steady clock to our own, as it stood when a race began
        self._readings: list[Reading] = []
        self._made: Estimate | None = None  # of those readings, once somebody has asked for it
        self._learning = asyncio.Lock()
        self._probed = 0  # readings that looked for another clock

    def add(self, sent: float, received: float, headers: Mapping[str, str]) -> None:
        """Notes an answer, if it has a date that can be read and came soon. Stale readings go."""
        if received - sent > SLOWEST:
            return
        try:
            date = read_http_date(headers["date"]).timestamp()
        except (KeyError, Unreadable):
            return
        fresh = [each for each in self._readings if received - each.received < STALE]
        self._replace_readings([*fresh, Reading(sent, received, date, _marks(headers))])

    def take(self, readings: Sequence[Reading]) -> None:
        """Adds readings that were made before."""
        self._replace_readings([*self._readings, *readings])

    def _replace_readings(self, readings: list[Reading]) -> None:
        self._readings, self._made = readings, None

    @property
    def _estimate(self) -> Estimate:
        """The estimate of all readings, kept until there is another: to make it takes milliseconds."""
        if self._made is None:
            self._made = estimate(self._readings) if self._readings else Estimate(0.0, float("inf"))
        return self._made

    @property
    def known(self) -> bool:
        """Whether there is any reading at all."""
        return bool(self._readings)

    @property
    def _fresh(self) -> bool:
        return self.known and self.time.now() - self._readings[-1].received < STALE

    @property
    def round_trip(self) -> float:
        """The usual round trip, in seconds; 0 before any reading."""
        return statistics.median(each.round_trip for each in self._readings) if self._readings else 0.0

    @property
    def jitter(self) -> float:
        """By how much the way to the server usually differs from half the round trip, in seconds."""
        return one_way_deviation(self._readings)

    @property
    def offset(self) -> float:
        """Seconds from the steady clock to the server's; to ours, as long as there is no reading."""
        if self._readings:
            return self._estimate.offset
        return self._ours if self._held is None else self._held

    @property
    def _ours(self) -> float:
        return self._clock().timestamp() - self.time.now()

    @property
    def ahead(self) -> float:
        """How far the server's clock is ahead of ours, in seconds."""
        return self.offset - self._ours

    @property
    def uncertainty(self) -> float:
        """How far the offset may be off, in seconds; endless before any reading. Clocks that disagree widen it."""
        return self._estimate.uncertainty

    def moments(self, instant: datetime) -> list[tuple[float, float]]:
        """When (by the steady clock) the server's clock will show the instant, and how many seconds that may be off.

        Several, the earliest first, when its servers' clocks disagree.
        """
        if not self._readings:
            return [(instant.timestamp() - self.offset, float("inf"))]
        clocks = (self._estimate, *self._estimate.others)
        return sorted((instant.timestamp() - each.offset, each.precision) for each in clocks)

    def hold(self) -> None:
        """From now on, setting our own clock moves no opening, even where nothing better is known."""
        self._held = self._ours

    async def glance(self, ask: Ask) -> None:
        """Learns the server's clock to half a second with one request, if nothing is known of it."""
        async with self._learning:
            if not self._fresh:
                await self._read(ask)

    async def learn(self, ask: Ask, time_is_up: Callable[[], bool]) -> None:
        """Reads the clock until it is known well enough, or time is up.

        Of the races that share it one reads; the others wait for that, and find it known.
        """
        async with self._learning:
            asked = 0
            if not self._fresh:
                self._probed = 0
            while asked < READINGS and not self._is_known_well and not time_is_up():
                asked += await self._read_on(ask, READINGS - asked)
            if asked and self._fresh:
                self._tell()
            elif asked and not self._readings:
                log.warning("the server does not tell its time: openings go by our own clock")

    @property
    def _is_known_well(self) -> bool:
        return self._fresh and self.uncertainty <= GOOD_ENOUGH and self._probed >= PROBES

    async def _read_on(self, ask: Ask, left: int) -> int:
        """The next readings, of so many that are left; how many they were."""
        if self._fresh and self._estimate.others:
            return await self._part_two_clocks(ask, left)
        if not self._fresh or self._estimate.deviation > COARSE:
            await self._read(ask)
            if self._estimate.deviation > COARSE:
                await asyncio.sleep(COARSE_PAUSE)
            return 1
        aims = [aim * self._estimate.deviation for aim in PAIR]
        if self._probed < PROBES:
            far = PROBE + self.round_trip
            aims += [far if self._probed % 4 < 2 else -far] * 2  # at once: of servers that answer in turn, both do
            self._probed += 2
        return await self._read_at_edges(ask, [self.offset + each for each in aims][:left])

    async def _part_two_clocks(self, ask: Ask, left: int) -> int:
        """Two readings at once where the clock that is known least well may show the next second, or not yet."""
        least_known = max((self._estimate, *self._estimate.others), key=lambda each: each.deviation)
        return await self._read_at_edges(ask, [least_known.offset] * min(2, left))

    async def _read_at_edges(self, ask: Ask, offsets: Sequence[float]) -> int:
        """One reading for each offset, so that it is answered when a clock of that offset shows a new second."""
        now, way = self.time.now(), self.round_trip / 2
        await asyncio.gather(*(self._read(ask, now + -(now + offset + way) % 1.0) for offset in offsets))
        return len(offsets)

    async def _read(self, ask: Ask, when: float = 0.0) -> None:
        await self.time.sleep_until(when)
        sent = self.time.now()
        try:
            headers = await ask()
        except SiteUnavailable as error:
            log.info("a reading of the server's clock got no answer: %s", error)
        else:
            self.add(sent, self.time.now(), headers)

    def _tell(self) -> None:
        """Logs how far the clock is from ours, and warns when the site has several that disagree."""
        log.info("the server's clock is %+.3f s from ours, to within %.0f ms (%d readings, round trip %.0f ms)",
                 self.ahead, self.uncertainty * 1000, len(self._readings), self.round_trip * 1000)  # fmt: skip
        if self._estimate.others:
            log.warning("the site's servers have clocks that disagree: the others are %s s from the first",
                        ", ".join(f"{other.offset - self.offset:+.3f}" for other in self._estimate.others))  # fmt: skip


def _marks(headers: Mapping[str, str]) -> Marks:
    """What an answer says beside the time that may tell its server from others: short headers, cookies it sets."""
    said = {(name, value) for name, value in headers.items() if name not in NO_MARKS and len(value) <= LONGEST_MARK}
    cookies = (
        line.partition(";")[0].partition("=") for line in headers.get("set-cookie", "").splitlines()[:MOST_MARKS]
    )
    return frozenset(said | {(f"cookie {name.strip()}", value[:LONGEST_MARK]) for name, _, value in cookies})

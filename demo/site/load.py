"""How much the simulated site bears: slow, and at times out of breath, at an opening; a flood is refused."""

import math
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.site.terms import since_opening
from demo.site.world import SiteWorld

RUSH_LEAD = 1.0  # s before the opening in which people already press
SLOWNESS = 0.25  # s a request waits in the median of the worst moment, some much longer
LONGEST_WAIT = 1.5  # s
OUT_OF_BREATH = 0.12  # the share of requests that meet a 503 in the worst moment
BLOCKED_FOR = 30.0  # s a flooding account or address is answered 429


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many requests may be sent at once, and how many a second in the long run."""

    burst: float
    per_second: float


# A person with twenty tabs opens some hundred things at once; a client that reads a week's timetable sends about forty.
ANYTHING = Allowance(400, 3)
# Twenty-five clicks on "Conferma" within a few seconds are not a person's.
BOOKINGS = Allowance(25, 1)


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime
    blocked_until: datetime | None = None


class Load:
    """The load of one world, asked by the gates of its servers."""

    def __init__(self, world: SiteWorld) -> None:
        self._world = world
        self._random = random.Random(world.seed)
        self._buckets: dict[tuple[str, Allowance], _Bucket] = {}

    def seconds_too_many(self, who: str, *, books: bool) -> int | None:
        """Counts a request of an account or address; when it is one too many, for how long none is welcome."""
        if not self._world.switches.refuse_floods:
            return None
        allowances = (ANYTHING, BOOKINGS) if books else (ANYTHING,)
        waits = [self._count(who, each) for each in allowances]
        return max((math.ceil(wait) for wait in waits if wait > 0), default=None)

    def _count(self, who: str, allowance: Allowance) -> float:
        now = self._world.clock()
        bucket = self._buckets.setdefault((who, allowance), _Bucket(allowance.burst, now))
        if bucket.blocked_until and now < bucket.blocked_until:
            return (bucket.blocked_until - now).total_seconds()
        refilled = bucket.left + (now - bucket.at).total_seconds() * allowance.per_second
        bucket.left, bucket.at = min(allowance.burst, refilled) - 1, now
        bucket.blocked_until = now + timedelta(seconds=BLOCKED_FOR) if bucket.left < 0 else None
        return BLOCKED_FOR if bucket.blocked_until else 0.0

    def delay(self) -> float:
        """Seconds this request waits until somebody looks at it."""
        pressure = self._pressure()
        return min(LONGEST_WAIT, self._random.expovariate(0.7 / SLOWNESS) * pressure) if pressure else 0.0

    def is_out_of_breath(self) -> bool:
        """Whether this request is answered 503, and nothing done."""
        pressure = self._pressure()
        return pressure > 0 and self._random.random() < OUT_OF_BREATH * pressure

    def _pressure(self) -> float:
        """From 1, at an opening, down to 0 when the rush is over."""
        lasts = self._world.switches.rush_seconds
        opening_at = self._world.timetable.opening_at
        age = since_opening(self._world.clock(), opening_at) if lasts > 0 else None
        return 0.0 if age is None or not -RUSH_LEAD <= age < lasts else min(1.0, 1 - age / lasts)

"""How far a server's clock is off, made out from answers dated in whole seconds. Pure: readings in, an estimate out.

A `Date` says that the server's clock stood in [date, date + 1) at some moment between asking
and receiving. Which moment is known for the fastest answers alone: half-way. The slower an answer, the less it says, as
it may have been held up on either way. What all of them make likely together is the estimate, and how narrow that is
says how far to trust it.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

UNEVEN = 0.001  # s by which even the fastest answer may have been slower on one way than on the other
LIES = 0.02  # chance that a date has nothing to do with the clock
NOT_OF_THIS_CLOCK = 0.001  # a reading less likely than this, by the estimate, comes from another clock
A_CLOCK = 2  # readings that agree on another clock where their bounds do not tell; one alone is a date gone wrong
MOST_SERVERS = 8  # behind one address; what takes more values does not tell them apart
FAR_OFF = 5.5  # s; a single reading so far from all others is a date gone wrong, and no clock
SURE = 2.5  # deviations either side that hold the truth 49 times in 50
POINTS = 80  # at which the likelihood is looked at, twice: the second time close around what is likely
FAR_OUT = 6.0  # deviations, beyond which nothing of a bell curve is left
ROOT_HALF = math.sqrt(0.5)
FULL_WIDTH = math.sqrt(12)  # of an even distribution, in deviations
NO_BOUNDS = (float("-inf"), float("inf"))

Marks = frozenset[tuple[str, str]]
"""Names and values of headers and cookies of an answer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer's `Date`, between the two moments (of our steady clock) it was asked for and received."""

    sent: float
    received: float
    date: float  # whole seconds since 1970, as the server cut them off
    marks: Marks = frozenset()  # what else it said that may tell from which server it comes

    @property
    def round_trip(self) -> float:
        return self.received - self.sent

    @property
    def middle(self) -> float:
        return (self.sent + self.received) / 2

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which the offset of the clock that answered lies for certain: it was read on the way."""
        return self.date - self.received, self.date + 1 - self.sent


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds to add to our steady clock to get the server's."""

    offset: float
    deviation: float  # standard deviation of the offset
    others: tuple[Estimate, ...] = ()  # of other clocks that answered: application servers that disagree

    @property
    def precision(self) -> float:
        """How far off this clock may be by itself."""
        return SURE * self.deviation

    @property
    def uncertainty(self) -> float:
        """How far the offset may be off: clocks that disagree are all possible."""
        return max(self.precision, *(abs(each.offset - self.offset) + each.precision for each in self.others), 0.0)


def estimate(readings: Sequence[Reading]) -> Estimate:
    """What readings, one at least, say together. One that lies is outvoted; what no single clock can say, two do."""
    if not _can_agree([each.bounds for each in readings]):
        believed = _without_a_lie(readings)
        if servers := told_apart(believed):
            first, *others = sorted(map(_estimate_of_one, servers), key=lambda each: each.offset)
            return replace(first, others=tuple(others))
        if (two := two_clocks([each.bounds for each in believed])) is not None:
            low, high = (Estimate((least + most) / 2, ((most - least) / 2 + UNEVEN) / SURE) for least, most in two)
            return replace(low, others=(high,))
        readings = believed
    return _estimate_of_one(readings)


def told_apart(readings: Sequence[Reading]) -> list[list[Reading]]:
    """The readings of each server, if all name theirs in the same way and each server has one clock; else none.

    No header or cookie is known to be the one: what takes several values again and again, each with a clock of its
    own that all of its answers agree on, names a server, whatever it is called.
    """
    names = frozenset.intersection(*(frozenset(name for name, _ in each.marks) for each in readings))
    for name in sorted(names):
        servers: defaultdict[str, list[Reading]] = defaultdict(list)
        for each in readings:
            servers[dict(each.marks)[name]].append(each)
        if 1 < len(servers) <= MOST_SERVERS and all(map(_is_one_server, servers.values())):
            return list(servers.values())
    return []


def _is_one_server(readings: Sequence[Reading]) -> bool:
    return len(readings) >= A_CLOCK and _can_agree([each.bounds for each in readings])


def two_clocks(bounds: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], tuple[float, float]] | None:
    """Between which the offsets of two clocks lie that explain all readings; None when one explains them, or not two.

    Whichever pair it really is, it lies within: of all pairs that are possible the least and the most.
    """
    if _can_agree(bounds):
        return None
    edges = sorted({edge for interval in bounds for edge in interval})
    low: list[float] = []
    high: list[float] = []
    for least, most in zip(edges, edges[1:], strict=False):
        others = [each for each in bounds if not (each[0] <= least and most <= each[1])]
        if not others or not _can_agree(others):
            continue
        (low if _shared(others)[0] >= most else high).extend((least, most))
    return ((min(low), max(low)), (min(high), max(high))) if low and high else None


def _can_agree(bounds: Sequence[tuple[float, float]]) -> bool:
    """Whether one clock can have given all of those readings."""
    least, most = _shared(bounds)
    return least <= most + UNEVEN


def _shared(bounds: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return max(each[0] for each in bounds), min(each[1] for each in bounds)


def _without_a_lie(readings: Sequence[Reading]) -> Sequence[Reading]:
    """Without the one reading that is further from what most agree on than servers' clocks are from one another."""
    least, most = agreed(each.bounds for each in readings)
    far = [each for each in readings if each.bounds[0] > most + FAR_OFF or each.bounds[1] < least - FAR_OFF]
    return [each for each in readings if each is not far[0]] if len(far) == 1 else readings


def _estimate_of_one(readings: Sequence[Reading]) -> Estimate:
    """By likelihood; those that are none of this clock's, if several, are another's."""
    round_trips = sorted(each.round_trip for each in readings)
    spread = statistics.median(round_trips) - round_trips[0]
    fastest, uneven = round_trips[0], UNEVEN + spread / len(readings)  # few readings have not seen the fastest way
    low, high = agreed(_bounds(each, fastest) for each in readings)
    margin = 2 * uneven + spread / 2
    offset, deviation = _likeliest(readings, (low - margin, high + margin), fastest, uneven)
    close = (offset - 5 * deviation, offset + 5 * deviation)
    offset, deviation = _likeliest(readings, close, fastest, uneven)
    strangers = [
        each
        for each in readings
        if _chance(each.date - each.middle - offset, _deviation(each, fastest, uneven)) < NOT_OF_THIS_CLOCK
    ]
    if not A_CLOCK <= len(strangers) < len(readings):
        return Estimate(offset, deviation)
    other = _estimate_of_one(strangers)
    return Estimate(offset, deviation, (other, *other.others))


def agreed(intervals: Iterable[tuple[float, float]]) -> tuple[float, float]:
    """What most of the intervals share (Marzullo's algorithm): one that lies outvotes nobody."""
    edges = sorted((edge, end) for interval in intervals for end, edge in enumerate(interval))
    best, most, inside = NO_BOUNDS, 0, 0
    for (edge, end), (following, _) in zip(edges, edges[1:], strict=False):
        inside += -1 if end else 1
        if inside > most:
            best, most = (edge, following), inside
    return best


def one_way_deviation(readings: Sequence[Reading]) -> float:
    """By how much one way usually differs from its mean: from the middle half of the round trips, so that neither a
    first connection nor a hiccup counts. A round trip is two ways, hence the root of two."""
    if len(readings) < A_CLOCK:
        return 0.0
    lower, _, upper = statistics.quantiles((each.round_trip for each in readings), n=4)
    return (upper - lower) / 1.35 / math.sqrt(2)  # the middle half of a bell curve is 1.35 deviations wide


def _bounds(reading: Reading, fastest: float) -> tuple[float, float]:
    """Between which the offset lies, when no way is shorter than half the fastest round trip."""
    slack = (reading.round_trip - fastest) / 2
    return reading.date - reading.middle - slack, reading.date + 1 - reading.middle + slack


def _likeliest(
    readings: Sequence[Reading], between: tuple[float, float], fastest: float, uneven: float
) -> tuple[float, float]:
    """Mean and deviation of the offset, by how likely each makes the readings."""
    low, step = between[0], (between[1] - between[0]) / POINTS
    points = [low + step * (number + 0.5) for number in range(POINTS)]
    seen = [(each.date - each.middle, _deviation(each, fastest, uneven)) for each in readings]
    logs = [sum(math.log(LIES + (1 - LIES) * _chance(turn - point, deviation)) for turn, deviation in seen)
            for point in points]  # fmt: skip
    top = max(logs)
    weights = [math.exp(each - top) for each in logs]
    mean = sum(point * weight for point, weight in zip(points, weights, strict=True)) / sum(weights)
    square = sum((point - mean) ** 2 * weight for point, weight in zip(points, weights, strict=True)) / sum(weights)
    return mean, math.sqrt(square + step * step / 12)


def _deviation(reading: Reading, fastest: float, uneven: float) -> float:
    """By how much the moment it was answered differs from half-way: the slower, the more."""
    return math.hypot((reading.round_trip - fastest) / FULL_WIDTH, uneven)


def _chance(ahead: float, deviation: float) -> float:
    """How likely a date is that begins so many seconds after what the clock should have shown half-way."""
    turned = ahead / deviation
    return _below(turned + 1 / deviation) - _below(turned)


def _below(deviations: float) -> float:
    """The share of a bell curve below so many deviations from its mean."""
    if abs(deviations) > FAR_OUT:
        return 1.0 if deviations > 0 else 0.0
    return 0.5 * math.erfc(-deviations * ROOT_HALF)

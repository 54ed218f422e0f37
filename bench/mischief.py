"""What happens to the machines of bench.hosts, round by round: each of four deeds at each of four moments.

A machine loses its power; its network cable is out; its worker stands still; its clock is set 40 s off. Several hands
are at it, each at another machine, and one machine is always left in peace. All kinds come as often as one another.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bench.machines import MACHINES, Machine, Machinery, awake_at
from bench.moments import AIMED, Moment, Moments
from domain.model import utc_now

HANDS = len(MACHINES) - 1
AWAY = (3.0, 12.0)  # s a machine without power stays so: the next one has taken over by then, or has not
SHORT_CUT, SHORT_PAUSE = 8.0, 6.0  # s; longer than a lease near an opening, and shorter than any other
LONGER = 10.0  # s than the usual lease a worker stands still, when it is past any
OFF = (-40, 0, 40)  # s a clock is off
POWER_GOES = (-1.0, -1.0)  # s around an opening
AROUND = (-1.5, 0.6)  # the same of what else happens


class Deed(StrEnum):
    POWER = "power"
    CABLE = "cable"
    PAUSE = "pause"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Kind:
    """What happens, and when."""

    deed: Deed
    moment: Moment

    def __str__(self) -> str:
        return f"{self.deed}, {self.moment}"


KINDS = tuple(Kind(deed, moment) for deed in Deed for moment in AIMED)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A deed with what it lasts; `detail` tells it from others of its kind."""

    detail: str
    seconds: float
    strike: Callable[[Machine], None]


def kinds_named(part: str) -> tuple[Kind, ...]:
    """Those whose name holds that."""
    return tuple(each for each in KINDS if part in str(each))


def dealt(kinds: Sequence[Kind], chance: random.Random) -> Iterator[Kind]:
    """All of them in some order, then all of them in another, without end."""
    while True:
        yield from chance.sample(kinds, len(kinds))


class Mischief:
    """Does it."""

    def __init__(self, cast: Machinery, moments: Moments, chance: random.Random, cut: float, lease: float) -> None:
        self._cast = cast
        self._moments = moments
        self._chance = chance
        self._cuts = (SHORT_CUT, cut)
        self._pauses = (SHORT_PAUSE, lease + LONGER)
        self.done: Counter[str] = Counter()

    async def run(self, kinds: Sequence[Kind], rounds: int, tell: Callable[[str], None]) -> None:
        """So many rounds; afterwards everything runs. `tell` is given a line about each."""
        deck = itertools.islice(enumerate(dealt(kinds, self._chance), start=1), rounds)
        async with asyncio.TaskGroup() as group:
            for _ in range(HANDS):
                group.create_task(self._hand(deck, tell))

    async def _hand(self, deck: Iterator[tuple[int, Kind]], tell: Callable[[str], None]) -> None:
        for number, kind in deck:
            trouble = self._trouble(kind.deed)
            seconds = self._chance.uniform(*(POWER_GOES if kind.deed is Deed.POWER else AROUND))
            machine, moment = await self._moments.strike_at(kind.moment, seconds, trouble.strike)
            began = utc_now()
            await asyncio.sleep(trouble.seconds)
            await self._end(kind.deed, machine)
            self.done[str(Kind(kind.deed, moment))] += 1
            tell(f"round {number}, {began:%H:%M:%S.%f}: {kind.deed} {trouble.detail}, {moment}, at {machine.name}")
            await awake_at(self._cast, machine)
            self._cast.check()
            self._moments.leave(machine)

    def _trouble(self, deed: Deed) -> Trouble:
        seconds = self._chance.uniform(*AWAY)
        if deed is Deed.POWER:
            return Trouble(f"away {seconds:.0f} s", seconds, self._cast.lose_power)
        if deed is Deed.CABLE:
            seconds = self._chance.choice(self._cuts)
            return Trouble(f"out {seconds:g} s", seconds, Machine.pull)
        if deed is Deed.PAUSE:
            return self._pause(self._chance.choice(self._pauses))
        off = self._chance.choice(OFF)  # it stays so, whatever happens in later rounds
        return Trouble(f"{off:+} s", seconds, lambda machine: machine.set_clock(off))

    def _pause(self, seconds: float) -> Trouble:
        """Of the worker alone, or of its driver and browser, too, as when the whole machine stands still."""
        with_family = self._chance.random() < 1 / 2
        detail = f"{seconds:g} s{' with its browser' if with_family else ''}"
        return Trouble(detail, seconds, lambda machine: self._cast.pause(machine, with_family=with_family))

    async def _end(self, deed: Deed, machine: Machine) -> None:
        if deed is Deed.PAUSE:
            self._cast.go_on(machine)
        if deed in (Deed.POWER, Deed.CABLE):
            machine.plug_in()
        if deed is Deed.POWER:
            await self._cast.start_at(machine)

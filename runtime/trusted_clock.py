"""The clock of the programs: the machine's, or the database server's, unless that is plainly wrong.

Used by all four, and the scripts for cron. With a database on a server, which several machines use, its clock is gone
by in place of the machine's: leases and moments that are due mean the same on all of them. The same doubts hold for it.

A Raspberry Pi has no clock of its own: it starts in 1970 or at the time of its last shutdown, and is set by hours when
the network is there. At its start a program therefore waits while the machine's clock contradicts what is known: when
this version was made, when the database was written last, what Telegram's server tells. It waits, too, while nobody can
be asked and the database was written long ago: by a clock that is ahead, whatever is due would be told as missed, and
there is nobody whom it could be told to, nor a site where something could be booked. The worker asks the site's server
besides, so that it starts also where Telegram can't be reached; the others then find what it has written just now.

While it runs, the clock is held against one that nobody sets. When the machine's clock was set by more than a moment
the program goes on by the time before, and asks which of the two is right.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.errors import ClockInDoubt, DatabaseError
from domain.model import Clock, utc_now
from domain.server_time import ServerTime
from domain.steady import steady
from languages.terminal import N_
from runtime import program, service_manager
from runtime.settings import Settings
from runtime.time_witness import Evidence, TimeWitness
from runtime.version import RELEASED

log = logging.getLogger(__name__)

BeforeStep = Callable[[float], Awaitable[None]]
LastSign = Callable[[], Awaitable[datetime | None]]

NOBODY = "nobody"  # the kind of a doubt while none agrees with the clock: the first who does ends it
WAITS = (
    "The %s says %s, but %s: waiting until it is set. Where it is right all the same, "
    'write "trust_clock": true into config.json and start the programs again'
)

REFUSES = N_("the clock says {time}, which is wrong or can't be confirmed by anybody: nothing is done")


@dataclass(frozen=True, slots=True)
class Doubts:
    """How far a clock may be off, and how often it is looked at. Times without a type of their own are in seconds."""

    plainly: timedelta = timedelta(minutes=5)  # wrong; with less, one-time codes fail, but nothing is lost or invented
    step: float = 30.0  # that is simply followed: half of a lease
    look: float = 1.0  # between looks whether the clock was set
    patience: float = 2.0  # for Telegram's answer
    longest_pause: float = 30.0  # before it is asked again
    unanswered_pause: float = 3.0  # the same where nobody answers: once the network is there, nobody shall be late
    silence: timedelta = timedelta(minutes=10)  # in the database that a start does not explain
    settling: float = 5.0  # from the answer to going by it: every worker carries its leases over before


DOUBTS = Doubts()


@dataclass(frozen=True, slots=True)
class Doubt:
    """What contradicts the machine's clock. `kind`: of each the log tells one line."""

    kind: str
    text: str

    def __str__(self) -> str:
        return self.text


def spelled(moment: datetime) -> str:
    """A moment as the log says it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _by(since: float) -> datetime:
    """The time now, when it was so many seconds since 1970 at `steady` = 0."""
    return datetime.fromtimestamp(since + steady(), UTC)


async def nothing(_step: float) -> None:
    """The program holds nothing that a step of the clock could end."""


def clock_of(settings: Settings, *, site: bool = False) -> TrustedClock:
    """The clock of a program with these settings. The database, once it is opened, tells it the server's.

    `site`: the program opens the site anyway, and may ask it for the time too.
    """
    server_time = None if isinstance(settings.database, Path) else ServerTime()
    first = TimeWitness(settings.telegram.api_base_url)
    second = TimeWitness(settings.site.base_url) if site else None
    return TrustedClock(first, second, believes=settings.trust_clock, server_time=server_time)


class TrustedClock:
    """Called, it tells the time. `believes`: the machine's clock, whatever it says.

    `witness` is Telegram's server; `second`, the site's, is asked when that is silent or speaks against the machine's
    clock: one answer that is wrong stops nobody where another agrees with the clock.
    `before_step` is awaited before a step forward of the machine's clock is followed, with its seconds.
    """

    def __init__(
        self,
        witness: TimeWitness,
        second: TimeWitness | None = None,
        *,
        believes: bool = False,
        doubts: Doubts = DOUBTS,
        machine: Clock = utc_now,
        server_time: ServerTime | None = None,
    ) -> None:
        self.server_time = server_time
        self.before_step: BeforeStep = nothing
        self._witness = witness
        self._second = second
        self._believes = believes
        self._doubts = doubts
        self._machine = machine if server_time is None else server_time.now
        self._name = "machine's clock" if server_time is None else "clock of the database's server"
        self._since = self._difference()  # the time at which `steady` was 0, as it is gone by

    def __call__(self) -> datetime:
        if self._follows():
            return self._machine()
        return datetime.fromtimestamp(self._since + steady(), UTC)

    def _difference(self) -> float:
        """The machine's clock when `steady` was at 0, had nobody set it since: what changes in it is a step."""
        return self._machine().timestamp() - steady()

    def _follows(self) -> bool:
        """Whether the machine's clock is gone by: always, until it is set by more than a moment."""
        difference = self._difference()
        if not self._believes and abs(difference - self._since) > self._doubts.step:
            return False
        self._since = difference
        return True

    @asynccontextmanager
    async def kept(self, last_sign: LastSign, stop: asyncio.Event, *, waits: bool = True) -> AsyncIterator[None]:
        """Waits for a clock that is not plainly wrong, then looks after it while the block lasts.

        Raises ClockInDoubt when the program is told to stop meanwhile, or at once unless it waits; DatabaseError.
        """
        if self._believes:
            yield
            return
        if waits:
            await self._wait_until_sane(last_sign, stop)
        elif await self._doubt(last_sign) is not None:
            raise ClockInDoubt(str(REFUSES.filled(time=spelled(self._machine()))))
        self._since = self._difference()
        watching = asyncio.create_task(self._watch(), name="clock")
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait({watching})

    # At the start

    async def _wait_until_sane(self, last_sign: LastSign, stop: asyncio.Event) -> None:
        pause, said = self._doubts.look, set[str]()
        while doubt := await self._doubt(last_sign):
            if doubt.kind not in said:
                log.warning(WAITS, self._name, spelled(self._machine()), doubt)
                said.add(doubt.kind)
            service_manager.tell(
                service_manager.status(f"waits for a clock to be set: {doubt}"),
                service_manager.more_time(2 * self._doubts.longest_pause),
            )
            longest = self._doubts.unanswered_pause if doubt.kind == NOBODY else self._doubts.longest_pause
            pause = await self._pause(min(pause, longest), stop)
            if stop.is_set():
                raise ClockInDoubt(str(doubt))
        if said:
            log.warning("The %s says %s now: going on", self._name, spelled(self._machine()))

    async def _doubt(self, last_sign: LastSign) -> Doubt | None:
        """What contradicts the machine's clock. Who tells the time now is believed more than the database."""
        if self._machine() < RELEASED:
            return Doubt("version", f"this version was made on {RELEASED:%Y-%m-%d}")
        told = await self._witness.ask(self._doubts.patience)
        if self._agrees(told):
            return None
        second = await self._second.ask(self._doubts.patience) if self._second is not None else Evidence()
        if self._agrees(second):
            return None
        if told.refused:
            return Doubt("certificate", "the certificate of Telegram's server is not valid then")
        if told.since is not None:
            return Doubt("Telegram", f"Telegram's server says {spelled(_by(told.since))}")
        return self._doubt_of_the_database(await last_sign(), told, second)

    def _agrees(self, told: Evidence) -> bool:
        return told.since is not None and abs(_by(told.since) - self._machine()) <= self._doubts.plainly

    def _doubt_of_the_database(self, last: datetime | None, *told: Evidence) -> Doubt | None:
        """What it contradicts when nobody agrees with the clock. Where none has used it yet nothing can be missed."""
        if last is None:
            return None
        if last > self._machine() + self._doubts.plainly:
            return Doubt("database", f"the database was written at {spelled(last)}")
        if last > self._machine() - self._doubts.silence or any(each.answered and each.since is None for each in told):
            return None
        others = [f"the site's server says {spelled(_by(each.since))}" for each in told if each.since is not None]
        said = others[0] if others else "nobody can be asked"
        return Doubt(NOBODY, f"{said}, and the database was written last at {spelled(last)}")

    async def _pause(self, seconds: float, stop: asyncio.Event) -> float:
        """Sleeps so long, or until the machine's clock is set or the program stopped. Returns the next pause."""
        before, ends = self._difference(), steady() + seconds
        while (left := ends - steady()) > 0 and not stop.is_set():
            if abs(self._difference() - before) > self._doubts.step:
                return self._doubts.look
            await program.wait(stop, min(left, self._doubts.look))
        return min(2 * seconds, self._doubts.longest_pause)

    # While it runs

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self._doubts.look)
            if not self._follows():
                await self._judge()

    async def _judge(self) -> None:
        """Ends when the machine's clock is gone by again: set back, or right by what a server tells."""
        log.warning("The %s was set by %+.0f s: going on by the time before", self._name, self._step())
        pause, known = self._doubts.look, False
        while not self._follows():
            told = await self._ask()
            if told.since is not None and abs(told.since - self._difference()) < abs(told.since - self._since):
                await self._follow(self._step())
                continue
            if told.since is not None and not known:
                log.error("By what the server tells, the %s is wrong: going on without it", self._name)
                known = True
            pause = await self._pause(pause, asyncio.Event())
        log.warning("The %s is right, and gone by again", self._name)

    async def _ask(self) -> Evidence:
        """Telegram's server; where it is silent, the site's."""
        told = await self._witness.ask(self._doubts.patience)
        if told.since is not None or self._second is None:
            return told
        return await self._second.ask(self._doubts.patience)

    def _step(self) -> float:
        """Seconds by which the machine's clock is ahead of the time that is gone by."""
        return self._difference() - self._since

    async def _follow(self, step: float) -> None:
        if step > 0:
            try:
                await self.before_step(step)
            except DatabaseError as error:
                log.error("What is in hand could not be carried over to the new time: %s", error)
        await asyncio.sleep(self._doubts.settling)
        self._since += step

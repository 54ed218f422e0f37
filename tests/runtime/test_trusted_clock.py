"""The clock of the programs: a machine's clock that is plainly wrong is not gone by, one that was set right is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from actions.leases import Leases
from database import Database
from domain.errors import ClockInDoubt
from domain.model import ActionType, ClassRef
from domain.requests import NewAction
from domain.steady import steady
from runtime.time_witness import Evidence, TimeWitness
from runtime.trusted_clock import Doubts, TrustedClock
from runtime.version import RELEASED
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE

QUICK = Doubts(look=0.005, longest_pause=0.02, settling=0.02)
HOURS = timedelta(hours=5)


class Told(TimeWitness):
    """Telegram's server, or the site's; None: it can't be reached."""

    def __init__(self, clock: FakeClock | None) -> None:
        super().__init__("")
        self.clock = clock
        self.refused = self.answered = False
        self._asked = asyncio.Condition()
        self._times = 0

    async def ask(self, patience: float) -> Evidence:
        async with self._asked:
            self._times += 1
            self._asked.notify_all()
        return Evidence(self.clock().timestamp() - steady() if self.clock else None, self.refused, self.answered)

    async def asked_again(self) -> None:
        """Returns when it was asked twice more: what the first answer led to has happened then."""
        async with asyncio.timeout(PATIENCE), self._asked:
            wanted = self._times + 2
            await self._asked.wait_for(lambda: self._times >= wanted)


def machine(by: timedelta = timedelta()) -> FakeClock:
    """The clock of a machine that is off by so much."""
    return FakeClock(RELEASED + timedelta(days=9) + by, runs=True)


async def never() -> datetime | None:
    return None


@asynccontextmanager
async def kept(clock: TrustedClock, last_sign: datetime | None = None) -> AsyncIterator[None]:
    async def last() -> datetime | None:
        return last_sign

    async with asyncio.timeout(PATIENCE), clock.kept(last, asyncio.Event()):
        yield


async def until_it_says(clock: TrustedClock, wanted: FakeClock) -> None:
    async with asyncio.timeout(PATIENCE):
        while abs(clock() - wanted()) > timedelta(minutes=1):  # noqa: ASYNC110 - a clock tells nobody
            await asyncio.sleep(0.005)


@pytest.mark.parametrize(
    ("off", "reachable", "written", "doubt"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC) - RELEASED - timedelta(days=9), False, False, "this version was made on"),
        (-HOURS, True, True, "Telegram's server says"),
        (HOURS, True, False, "Telegram's server says"),
        (-HOURS, False, True, "the database was written at"),
    ],
    ids=["1970", "behind", "ahead", "behind what was written"],
)
async def test_a_program_waits_for_a_clock_that_is_not_plainly_wrong_and_says_so_once(
    off: timedelta, reachable: bool, written: bool, doubt: str, caplog: pytest.LogCaptureFixture
) -> None:
    true, wrong = machine(), machine(off)
    clock = TrustedClock(Told(true if reachable else None), machine=wrong, doubts=QUICK)
    running = asyncio.create_task(begins(clock, true() if written else None))
    async with asyncio.timeout(PATIENCE):
        while doubt not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.005)
    await asyncio.sleep(10 * QUICK.look)
    assert not running.done()
    wrong.now = true.now
    await running
    assert caplog.text.count("waiting until it is set") == 1


async def begins(clock: TrustedClock, last_sign: datetime | None) -> None:
    async with kept(clock, last_sign):
        pass


@pytest.mark.parametrize("off", [timedelta(), timedelta(minutes=-4), timedelta(minutes=4)])
async def test_a_clock_that_is_nearly_right_is_gone_by_at_once(off: timedelta) -> None:
    true, near = machine(), machine(off)
    clock = TrustedClock(Told(true), machine=near, doubts=QUICK)
    async with kept(clock, true()):
        assert abs(clock() - near()) < timedelta(seconds=1)


@pytest.mark.parametrize("written", [timedelta(minutes=-6), None], ids=["a moment ago", "by nobody yet"])
async def test_without_a_network_a_clock_that_goes_on_from_the_database_is_gone_by(written: timedelta | None) -> None:
    mine = machine()
    async with kept(TrustedClock(Told(None), machine=mine, doubts=QUICK), mine() + written if written else None):
        pass


async def test_without_a_network_a_clock_hours_after_the_database_waits_until_somebody_answers(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It may be ahead, and then all that is due would be told as missed."""
    told, true, ahead = Told(None), machine(), machine(HOURS)
    clock = TrustedClock(told, machine=ahead, doubts=QUICK)
    running = asyncio.create_task(begins(clock, true()))
    await told.asked_again()
    assert not running.done()
    assert caplog.text.count("but nobody can be asked, and the database was written last at") == 1
    told.clock = true
    await told.asked_again()
    assert not running.done()  # it is ahead indeed
    ahead.now = true.now
    await running
    assert abs(clock() - true()) < timedelta(seconds=1)


async def test_where_only_the_site_can_be_reached_its_time_is_enough() -> None:
    true, site = machine(), Told(machine())
    async with kept(TrustedClock(Told(None), site, machine=machine(), doubts=QUICK), true() - HOURS):
        pass
    ahead = TrustedClock(Told(None), site, machine=machine(HOURS), doubts=QUICK)
    running = asyncio.create_task(begins(ahead, true()))
    await site.asked_again()
    assert not running.done()
    running.cancel()
    await asyncio.wait({running})


async def test_one_wrong_answer_stops_nobody_whose_clock_the_other_server_confirms() -> None:
    wrong = Told(machine(-HOURS))
    async with kept(TrustedClock(wrong, Told(machine()), machine=machine(), doubts=QUICK), machine()()):
        pass


async def test_a_site_whose_clock_is_off_stops_nobody_by_itself() -> None:
    mine = machine()
    async with kept(TrustedClock(Told(None), Told(machine(HOURS)), machine=mine, doubts=QUICK), mine()):
        pass


async def test_a_server_that_tells_no_time_does_not_stop_a_program() -> None:
    told, mine = Told(None), machine()
    told.answered = True
    async with kept(TrustedClock(told, machine=mine, doubts=QUICK), mine() - HOURS):
        pass


async def test_a_certificate_that_is_not_valid_yet_speaks_against_the_clock() -> None:
    told = Told(None)
    told.refused = True
    stop = asyncio.Event()
    stop.set()
    with pytest.raises(ClockInDoubt, match="certificate"):
        async with TrustedClock(told, machine=machine(), doubts=QUICK).kept(never, stop):
            pass


async def test_who_does_not_wait_asks_once_and_is_held_up_by_nobody_who_is_silent_then() -> None:
    class AnswersOnce(Told):
        async def ask(self, patience: float) -> Evidence:
            evidence = await super().ask(patience)
            self.clock = None
            return evidence

    async def hours_ago() -> datetime | None:
        return machine()() - HOURS

    clock = TrustedClock(AnswersOnce(machine()), machine=machine(), doubts=QUICK)
    async with asyncio.timeout(PATIENCE), clock.kept(hours_ago, asyncio.Event(), waits=False):
        pass
    with pytest.raises(ClockInDoubt):
        async with asyncio.timeout(PATIENCE), clock.kept(hours_ago, asyncio.Event(), waits=False):
            pass


async def test_a_person_can_have_the_machines_clock_believed_whatever_it_says() -> None:
    wrong = machine(-HOURS)
    clock = TrustedClock(Told(machine()), machine=wrong, believes=True)
    async with kept(clock, machine()()):
        wrong.go(hours=5)
        assert abs(clock() - wrong()) < timedelta(seconds=1)


@pytest.mark.parametrize("hours", [5, -5])
@pytest.mark.parametrize("reachable", [True, False])
async def test_a_clock_that_is_set_wrong_while_it_runs_is_not_gone_by_until_it_is_set_back(
    hours: int, reachable: bool, caplog: pytest.LogCaptureFixture
) -> None:
    true, mine = machine(), machine()
    clock = TrustedClock(Told(true if reachable else None), machine=mine, doubts=QUICK)
    caplog.set_level(logging.WARNING)
    async with kept(clock):
        mine.go(hours=hours)
        assert abs(clock() - true()) < timedelta(seconds=1)  # from the first look on
        async with asyncio.timeout(PATIENCE):
            while ("going on without it" if reachable else "by the time before") not in caplog.text:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
        await asyncio.sleep(10 * QUICK.look)
        assert abs(clock() - true()) < timedelta(seconds=1)
        mine.go(hours=-hours)
        async with asyncio.timeout(PATIENCE):
            while "gone by again" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.005)
    assert caplog.text.count("is wrong: going on without it") == (1 if reachable else 0)


@pytest.mark.parametrize("hours", [5, -5])
async def test_a_clock_that_is_set_right_while_it_runs_is_gone_by(hours: int) -> None:
    """It had begun without a network, at the time of the last shutdown."""
    told, mine = Told(None), machine()
    clock = TrustedClock(told, machine=mine, doubts=QUICK)
    async with kept(clock):
        told.clock = machine(timedelta(hours=hours))
        mine.go(hours=hours)
        await until_it_says(clock, told.clock)


async def test_small_steps_are_simply_followed(caplog: pytest.LogCaptureFixture) -> None:
    mine = machine()
    clock = TrustedClock(Told(None), machine=mine, doubts=QUICK)
    async with kept(clock):
        for _ in range(10):
            mine.go(seconds=20)
            assert abs(clock() - mine()) < timedelta(seconds=1)
    assert "was set" not in caplog.text


async def test_no_lease_runs_out_by_a_step_of_the_clock(db: Database, clock: FakeClock) -> None:
    """Both workers learn that five hours have passed; the other's is the quicker."""
    await db.requests.add(
        NewAction(ActionType.BOOK, GIULIA, ClassRef("YOGA", "Giuriati", clock().date(), clock().time()))
    )
    action = await db.claims.claim("one", 60)
    assert action

    async def close(_user_id: int) -> None:
        raise AssertionError("nothing hangs")

    mine = Leases(db, close, clock=clock)
    with mine.kept(action):
        await mine.carry_over(HOURS.total_seconds())
        clock.now += HOURS
        assert await db.claims.claim("two", 60) is None

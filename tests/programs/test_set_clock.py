"""The real programs with a machine's clock that is wrong at the start, or is set by hours while they run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.model import utc_now
from domain.recurrence import PeriodicMode
from domain.requests import NewPeriodic
from tests.support.running import OWNER, PATIENCE, ROOT, STOP_SECONDS, Installation, Running, installation

HOURS = 5 * 3600.0  # s
NOBODY_THERE = "http://127.0.0.1:9"


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as installed:
        yield installed


class Machine:
    """A machine whose clock can be set."""

    def __init__(self, here: Installation) -> None:
        self._here = here
        self._step = here.folder / "step"
        self.set_by(0)

    def set_by(self, seconds: float) -> None:
        """The clock is so much ahead of the true time from now on."""
        draft = self._step.with_suffix(".new")
        draft.write_text(str(seconds))
        draft.replace(self._step)

    async def start(self, name: str, **environment: str) -> Running:
        path = f"{ROOT / 'tests' / 'support' / 'set_clock'}:{ROOT}"
        return await self._here.start(name, CLOCK_STEP=str(self._step), PYTHONPATH=path, **environment)


async def ticked(here: Installation, since: datetime) -> None:
    """Waits until the executor has looked at everything after that moment."""
    async with here.database() as db, asyncio.timeout(PATIENCE):
        day = (utc_now() + timedelta(days=1)).astimezone(here.settings.zone).weekday()
        made = NewPeriodic(OWNER, "Yoga", "YOGA", "Giuriati", day, time(23, 30), PeriodicMode.AUTOMATIC)
        before = len(await db.occurrences.since(since.date()))
        await db.series.add(made)
        while len(await db.occurrences.since(since.date())) == before:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)


async def asked(here: Installation) -> None:
    """A question is open that can be answered for an hour."""
    begins = (utc_now() + timedelta(minutes=58)).astimezone(here.settings.zone)
    async with here.database() as db:
        await db.connection.write("UPDATE executor SET ticked_at = NULL")
        start = begins.time().replace(second=0, microsecond=0)
        await db.series.add(NewPeriodic(OWNER, "Pilates", "PILATES", "Giuriati", begins.weekday(), start))
        async with asyncio.timeout(PATIENCE):
            while not await outcomes(here):  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)


async def outcomes(here: Installation) -> list[str | None]:
    """How each question ended; None while it is open."""
    async with here.database() as db:
        return [row["outcome"] for row in await db.connection.rows("SELECT outcome FROM pending_confirmations")]


async def test_a_program_that_starts_in_1970_writes_nothing_until_the_clock_is_set(here: Installation) -> None:
    machine = Machine(here)
    machine.set_by((datetime(1970, 1, 1, tzinfo=UTC) - utc_now()).total_seconds())
    executor, worker = await machine.start("executor"), await machine.start("worker")
    for each in (executor, worker):
        await each.until("waiting until it is set")
    async with here.database() as db:
        assert await db.heartbeats.last_sign() is None
    assert await worker.stop() < STOP_SECONDS
    assert worker.process.returncode == 0
    machine.set_by(0)
    await executor.until("The executor is up")
    await executor.stop()
    assert executor.said().count("waiting until it is set") == 1


async def test_a_program_that_starts_hours_ahead_without_a_network_ends_no_question(here: Installation) -> None:
    machine = Machine(here)
    executor = await machine.start("executor")
    await executor.until("The executor is up")
    await asked(here)
    await executor.stop()
    machine.set_by(HOURS)
    again = await machine.start("executor", POLIMISPORT_TELEGRAM__API_BASE_URL=NOBODY_THERE)
    await again.until("nobody can be asked, and the database was written last at")
    machine.set_by(0)
    await again.until("The executor is up")
    await ticked(here, utc_now())
    assert await outcomes(here) == [None]
    await again.stop()


async def test_a_script_does_nothing_by_a_clock_that_is_wrong(here: Installation) -> None:
    machine = Machine(here)
    machine.set_by(HOURS)
    script = await machine.start("sync_bookings.py")
    assert await script.process.wait() == 1
    assert "which is wrong or can't be confirmed by anybody: nothing is done" in script.said()
    async with here.database() as db:
        assert await db.connection.rows("SELECT * FROM booking_actions") == []


@pytest.mark.parametrize("step", [HOURS, -HOURS], ids=["ahead", "back"])
async def test_a_clock_that_is_set_wrong_by_hours_ends_no_question_and_misses_nothing(
    here: Installation, step: float
) -> None:
    machine = Machine(here)
    executor = await machine.start("executor")
    await executor.until("The executor is up")
    await asked(here)
    machine.set_by(step)
    await executor.until("the machine's clock is wrong: going on without it")
    await ticked(here, utc_now())
    async with here.database() as db:
        assert await outcomes(here) == [None]
        last = await db.heartbeats.last_sign()
        assert last
        assert abs(last - utc_now()) < timedelta(minutes=2)
    machine.set_by(0)
    await executor.until("gone by again")
    await executor.stop()

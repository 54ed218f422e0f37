"""Signs of life: who dies or hangs is told once by whoever lives; who only slept or was replaced is not accused."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from admin import doctor
from database import Database
from domain.model import NoticeKind
from runtime.heartbeat import HUNG, INTERVAL, HeartbeatLoop
from store.connection import Transaction
from store.outbox import add_notice
from tests.conftest import GIULIA
from tests.support import chats
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE, PROGRAMS, Installation, installation


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as installed:
        yield installed


def heart(db: Database, clock: FakeClock, name: str, *, last_progress: float = math.inf) -> HeartbeatLoop:
    """The heartbeats of a process of its own: they differ by their names."""
    looping = HeartbeatLoop(db.heartbeats, name, lambda: last_progress, clock=clock)
    looping._name = f"machine - {name}"
    return looping


async def told(db: Database) -> list[str]:
    return [str(row["kind"]) for row in await db.connection.rows("SELECT kind FROM notices ORDER BY id")]


async def beats(clock: FakeClock, *hearts: HeartbeatLoop, times: int) -> None:
    for _ in range(times):
        clock.go(seconds=INTERVAL)
        for each in hearts:
            await each.beat()


async def test_a_program_that_falls_silent_is_told_once_by_whoever_lives_and_so_is_its_return(
    db: Database, clock: FakeClock
) -> None:
    bot, worker, executor, web = (heart(db, clock, name) for name in PROGRAMS)
    await beats(clock, bot, worker, executor, web, times=4)
    await beats(clock, bot, executor, web, times=10)
    assert await told(db) == [NoticeKind.PROGRAM_DOWN]
    [notice] = await db.outbox.next_of_each()
    assert notice.user_id == GIULIA
    outage = await db.heartbeats.outage(notice.outage_id or 0)
    assert outage
    assert (outage.program, outage.until) == ("worker", None)
    await beats(clock, bot, worker, executor, web, times=2)
    assert await told(db) == [NoticeKind.PROGRAM_DOWN, NoticeKind.PROGRAM_BACK]


async def test_a_program_started_again_by_its_supervisor_is_missed_by_nobody(db: Database, clock: FakeClock) -> None:
    bot, worker = heart(db, clock, "bot"), heart(db, clock, "worker")
    await beats(clock, bot, worker, times=4)
    await beats(clock, bot, times=2)
    again = heart(db, clock, "worker")
    again._name = "machine - another"
    await beats(clock, bot, again, times=8)
    assert await told(db) == []
    assert len(await db.heartbeats.all()) == 2


async def test_one_of_two_workers_that_hangs_is_told_though_the_other_works(db: Database, clock: FakeClock) -> None:
    one, two = heart(db, clock, "worker"), heart(db, clock, "worker")
    two._name = "machine - two"
    await beats(clock, one, two, times=4)
    await beats(clock, two, times=8)
    assert await told(db) == [NoticeKind.PROGRAM_DOWN]


async def test_who_just_started_or_woke_up_accuses_nobody(db: Database, clock: FakeClock) -> None:
    bot, worker = heart(db, clock, "bot"), heart(db, clock, "worker")
    await beats(clock, bot, worker, times=4)
    clock.go(hours=8)  # the machine slept
    await bot.beat()
    await heart(db, clock, "executor").beat()
    assert await told(db) == []
    await beats(clock, worker, bot, times=4)
    assert await told(db) == []


async def test_a_sign_of_life_tells_how_many_tasks_its_program_has(db: Database, clock: FakeClock) -> None:
    program = heart(db, clock, "worker")
    await program.beat()
    [before] = await db.heartbeats.all()
    waiting = [asyncio.create_task(asyncio.Event().wait()) for _ in range(7)]
    await program.beat()
    [now] = await db.heartbeats.all()
    assert now.vitals.tasks == before.vitals.tasks + 7
    for each in waiting:
        each.cancel()


async def test_a_loop_that_stands_still_does_not_beat(db: Database, clock: FakeClock) -> None:
    stuck = heart(db, clock, "worker", last_progress=time.monotonic() - HUNG - 1)
    await stuck.beat()
    assert await db.heartbeats.all() == []


async def test_the_bots_own_outage_is_told_when_it_is_back(tmp_path: Path) -> None:
    async with chats.world(tmp_path, start=False) as world:

        def steps(tx: Transaction) -> None:
            tx.run(
                "INSERT INTO outages (name, program, since, died, until) VALUES"
                " ('x', 'bot', '2026-11-22T09:00:00.000Z', 1, NULL)"
            )
            add_notice(tx, chats.OWNER, NoticeKind.PROGRAM_DOWN, outage_id=1)

        await world.db.connection.transact(steps)
        world.start()
        back = await world.owner.wait_for(lambda message: "è ripartito" in message.text)
        assert "Il programma che ti scrive" in back.text
        assert "10:00" in back.text
        assert len(world.owner.messages) == 1


async def test_a_worker_that_died_is_told_with_what_it_means(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:

        def steps(tx: Transaction) -> None:
            tx.run(
                "INSERT INTO outages (name, program, since, died) VALUES ('x', 'worker', '2026-11-22T09:00:00.000Z', 1)"
            )
            add_notice(tx, chats.OWNER, NoticeKind.PROGRAM_DOWN, outage_id=1)

        await world.db.connection.transact(steps)
        down = await world.owner.wait_for(lambda message: "si è fermato" in message.text)
        assert "non prenoto e non annullo" in down.text


async def test_the_doctor_shows_who_lives_who_died_and_who_is_missing(here: Installation) -> None:
    worker = await here.start("worker")
    await worker.until("The worker is up")
    async with asyncio.timeout(PATIENCE):
        while (found := await programs_found(here)).get("worker", "")[:1] != "✓":  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert "✗ bot: is not running" in found["bot"]
    worker.family()
    worker.process.kill()
    await worker.process.wait()
    assert "died after" in (await programs_found(here))["worker"]


async def programs_found(here: Installation) -> dict[str, str]:
    return {found.subject: str(found) async for found in doctor._programs(here.settings, lambda: datetime.now(UTC))}

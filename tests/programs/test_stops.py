"""SIGTERM at any moment: each program ends within five seconds, leaves no process, and holds on to nothing."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from domain.model import ActionStatus, ActionType, ClassRef, clock_time, starts_at
from domain.requests import NewAction
from portal.storage.session_files import SessionFiles
from runtime.process_names import is_dead
from safety.personal_files import SESSIONS
from tests.support.running import OWNER, PATIENCE, PROGRAMS, ROOT, STOP_SECONDS, Installation, installation
from tests.support.sites import GIULIA, cookie

LOGIN = "Account/Login"
WAITS_FOR_THE_LOCK = "is locked by another program: waiting"
UP = {"bot": "The bot is up", "worker": "The worker is up", "executor": "The executor is up", "web": "The pages are at"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    async with installation(tmp_path) as installed:
        yield installed


def a_class(here: Installation, *, open_now: bool = True) -> ClassRef:
    """A class somebody can book now, or one that opens at some later midnight."""
    today = datetime.now(here.settings.zone).date()
    day = today + timedelta(days=1 if open_now else 5)
    slot = next(each for each in here.world.slots(day))
    return ClassRef(slot.course, slot.activity.partition(" - ")[0], slot.date, clock_time(slot.start))


def logged_in(here: Installation) -> None:
    """A session is stored: the worker needs no browser to get at what it is stopped in."""
    store = SessionFiles(here.settings.state_dir / SESSIONS, OWNER, GIULIA)
    store.save({"cookies": [cookie(here.site)], "origins": []})


async def queued(here: Installation, new: NewAction) -> int:
    async with here.database() as db:
        return (await db.requests.add(new)).id


async def is_free(here: Installation, action_id: int) -> bool:
    """Whether the next worker can have it at once: given back, or held by a process that is no more."""
    async with here.database() as db:
        row = await db.requests.find(action_id)
        assert row
        holders = await db.claims.holders()
        assert row.failures == 0
        return row.status is ActionStatus.PENDING or all(is_dead(holder) for holder in holders)


@pytest.mark.parametrize("name", PROGRAMS)
async def test_an_idle_program_ends_at_once_and_deregisters(here: Installation, name: str) -> None:
    program = await here.start(name)
    await program.until(UP[name])
    async with here.database() as db:
        async with asyncio.timeout(PATIENCE):
            while not await db.heartbeats.all():  # noqa: ASYNC110 - another process writes it
                await asyncio.sleep(0.02)
        assert await program.stop() < STOP_SECONDS
        assert await db.heartbeats.all() == []
    assert program.process.returncode == 0
    assert "Traceback" not in program.said()


@pytest.mark.parametrize("delay", [0.0, 0.5, 1.2])
async def test_a_program_ends_while_it_starts(here: Installation, delay: float) -> None:
    program = await here.start("worker")
    await asyncio.sleep(delay)
    assert await program.stop() < STOP_SECONDS
    assert program.process.returncode in (0, -signal.SIGTERM)
    assert "Traceback" not in program.said()


async def test_every_program_ends_while_somebody_holds_the_lock(here: Installation) -> None:
    programs = [await here.start(name, POLIMISPORT_LOG__LEVEL="DEBUG") for name in PROGRAMS]
    for name, program in zip(PROGRAMS, programs, strict=True):
        await program.until(UP[name])
    shell = sqlite3.connect(here.settings.local_path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    shell.execute("INSERT INTO slot_days VALUES ('2026-11-23', 'now')")
    giulia = here.telegram.person(OWNER, "Giulia")
    await giulia.send("/start")
    await giulia.wait_for(lambda message: bool(message.buttons))  # reading never waits
    await giulia.tap("Nuova Prenotazione")  # which has the workers get ready: a row
    await programs[0].until(WAITS_FOR_THE_LOCK)
    assert max(await asyncio.gather(*(program.stop() for program in programs))) < STOP_SECONDS
    shell.close()
    # On a busy machine a browser that is just starting can take longer to close than a stop may: then it is ended.
    bot, worker, executor, web = (program.process.returncode for program in programs)
    assert (bot, executor, web) == (0, 0, 0)
    assert worker == 0 or "it is killed" in programs[1].said()
    assert not any("Traceback" in program.said() for program in programs)


async def test_a_program_that_waits_for_the_lock_at_its_start_ends(here: Installation) -> None:
    async with here.database():
        pass
    shell = sqlite3.connect(here.settings.local_path, isolation_level=None)
    shell.execute("BEGIN EXCLUSIVE")
    program = await here.start("executor", POLIMISPORT_LOG__LEVEL="DEBUG")
    await program.until(WAITS_FOR_THE_LOCK)
    assert await program.stop() < STOP_SECONDS
    shell.close()


@pytest.mark.parametrize("path", [LOGIN, "GetActivitySchedule", "BookAppointment"])
async def test_a_worker_in_the_middle_of_something_gives_it_back(here: Installation, path: str) -> None:
    here.world.faults.hang = True
    here.world.faults.where["hang"] = path
    if path != LOGIN:
        logged_in(here)
    action = await queued(here, NewAction(ActionType.BOOK, OWNER, a_class(here)))
    worker = await here.start("worker")
    await here.asked(path)
    assert await worker.stop() < STOP_SECONDS
    assert "Traceback" not in worker.said()
    assert await is_free(here, action)


async def test_a_worker_that_waits_for_an_opening_leaves_it_to_the_next(here: Installation) -> None:
    logged_in(here)
    wish = a_class(here, open_now=False)
    before = starts_at(wish.day, wish.start, here.settings.zone) - datetime.now(UTC) - timedelta(minutes=3)
    action = await queued(here, NewAction(ActionType.BOOK, OWNER, wish))
    worker = await here.start("worker", POLIMISPORT_OPENING__HOURS_BEFORE=str(before / timedelta(hours=1)))
    await worker.until("→ book")
    await here.asked("")  # for its clock: from now on the race waits
    assert await worker.stop() < STOP_SECONDS
    assert await is_free(here, action)


STUBBORN = """
import asyncio, time
from runtime import program
async def main(settings, arguments, stop):
    print("up", flush=True)
    {hangs}
program.LONGEST_STOP = 0.5
raise SystemExit(program.run("worker", lambda: program.options("hangs"), main))
"""


@pytest.mark.parametrize(
    "hangs", ["await asyncio.Event().wait()", "await stop.wait(); time.sleep(600)"], ids=["its work", "its event loop"]
)
async def test_what_does_not_end_by_itself_is_ended(here: Installation, hangs: str) -> None:
    command = (sys.executable, "-c", STUBBORN.format(hangs=hangs), "--config", str(here.config))
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=PIPE, stderr=PIPE)
    assert process.stdout
    await process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    async with asyncio.timeout(PATIENCE):
        _, log = await process.communicate()
    assert process.returncode == 1
    assert b"it is killed" in log

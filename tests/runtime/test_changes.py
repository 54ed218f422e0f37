"""What wakes a program: a commit of ours, a row put in by hand, and looking where the system tells nothing."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from watchdog.observers.api import BaseObserver, EventEmitter

from database import Database, open_database
from runtime.changes import Changes, Pace, changes_of
from tests.support.running import PATIENCE

LONG = 2 * PATIENCE  # s; what is awaited comes at once
ONLY_TOLD = Pace(look=LONG, anyway=LONG)  # no look would come in time: what wakes was told by the system
ONLY_LOOKS = Pace(look=0.01, anyway=LONG)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "polimisport.db"


@pytest.fixture
async def db(path: Path) -> AsyncIterator[Database]:
    async with open_database(path) as opened:
        yield opened


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


class SilentEmitter(EventEmitter):
    """What watches a network folder: it takes the order, and never tells of what others write."""

    def queue_events(self, timeout: float) -> None:
        self.stopped_event.wait(timeout)


def silent_observer() -> BaseObserver:
    return BaseObserver(SilentEmitter)


def all_watches_taken() -> BaseObserver:
    raise OSError(errno.ENOSPC, "inotify watch limit reached")


async def wait(changes: Changes) -> bool:
    async with asyncio.timeout(PATIENCE):
        return await changes.wait()


async def seen_all(changes: Changes) -> None:
    """Until no event of what was written before is on its way any more."""
    while await changes.wait(0.1):
        pass


async def change(db: Database) -> None:
    await db.people.unreachable(1, tell=False)


def change_by_hand(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("INSERT INTO accounts (user_id, role, active) VALUES (7, 'friend', 0)")


async def test_whoever_begins_looks_at_once(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        assert await wait(changes)


async def test_a_commit_of_another_program_ends_the_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with open_database(path) as other, changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        waiting = asyncio.create_task(wait(changes))
        await change(other)
        assert await waiting


async def test_a_change_between_the_look_and_the_wait_is_not_missed(
    path: Path, db: Database, stop: asyncio.Event
) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        await change(db)
        assert await wait(changes)


async def test_a_row_put_in_by_hand_ends_the_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        change_by_hand(path)
        assert await wait(changes)


async def test_readers_and_other_files_of_the_folder_end_no_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        await db.people.all()
        (path.parent / "programs.log").write_text("a line\n")
        assert not await changes.wait(0.1)


async def test_a_storm_of_changes_ends_few_waits(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, replace(ONLY_TOLD, storm=LONG, most=3)) as changes:
        for _ in range(3):
            changes.ring()
            assert await wait(changes)
        changes.ring()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(changes.wait(), 0.1)


async def test_after_a_storm_of_changes_the_next_one_waits_a_moment_only(
    path: Path, db: Database, stop: asyncio.Event
) -> None:
    async with changes_of(path, stop, replace(ONLY_TOLD, storm=LONG, most=100)) as changes:
        for _ in range(100):
            changes.ring()
            assert await wait(changes)
        changes.ring()
        async with asyncio.timeout(PATIENCE):
            assert await changes.wait()


async def test_no_storm_of_changes_delays_what_is_due(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, replace(ONLY_TOLD, storm=LONG, most=3)) as changes:
        for _ in range(3):
            changes.ring()
            assert await wait(changes)
        changes.ring()
        async with asyncio.timeout(PATIENCE):
            await changes.wait(0.05)


async def test_a_file_that_is_replaced_ends_the_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await db.connection.backup(path.with_name("copy.db"))
        await seen_all(changes)
        os.replace(path.with_name("copy.db"), path)
        assert await wait(changes)


async def test_the_stop_ends_the_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        stop.set()
        assert await wait(changes)


async def test_what_happens_in_the_program_itself_ends_the_wait(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        changes.ring()
        assert await wait(changes)


async def test_what_is_due_ends_the_wait_and_is_no_change(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        assert not await changes.wait(0.01)
        assert not await changes.wait(-1)


@pytest.mark.parametrize("observer", [all_watches_taken, silent_observer])
async def test_what_the_system_does_not_tell_is_found_by_looking(
    path: Path, db: Database, stop: asyncio.Event, observer: type[BaseObserver]
) -> None:
    async with changes_of(path, stop, ONLY_LOOKS, observer) as changes:
        await change(db)
        assert await wait(changes)


async def test_where_nothing_can_be_watched_each_look_counts_and_the_log_says_so_once(
    path: Path, db: Database, stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async with changes_of(path, stop, ONLY_LOOKS, all_watches_taken) as changes:
        assert [await wait(changes) for _ in range(3)] == [True, True, True]
    assert [record.message for record in caplog.records] == [
        f"changes in {path.parent} are not told by the system ([Errno 28] inotify watch limit reached): "
        "looking every 0.01 s"
    ]


async def test_a_system_that_does_not_tell_of_a_commit_is_not_relied_on(
    path: Path, db: Database, stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async with changes_of(path, stop, Pace(look=0.01, silence=0.0), silent_observer) as changes:
        await seen_all(changes)
        assert changes.told
        await change(db)
        while changes.told:
            await wait(changes)
        assert [await wait(changes) for _ in range(3)] == [True, True, True]
    assert caplog.text.count("a commit was not told of") == 1


async def test_a_system_that_tells_again_is_relied_on_again(path: Path, db: Database, stop: asyncio.Event) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        changes.told = False
        await change(db)
        while not changes.told:
            await wait(changes)


@pytest.mark.parametrize("there_again", [True, False])
async def test_a_folder_that_is_taken_away_is_looked_at(
    path: Path, stop: asyncio.Event, caplog: pytest.LogCaptureFixture, there_again: bool
) -> None:
    async with open_database(path):
        pass
    async with changes_of(path, stop, Pace(look=0.01, silence=0.0)) as changes:
        await seen_all(changes)
        shutil.copytree(path.parent, path.parent.with_name("copy"))
        shutil.rmtree(path.parent)
        if there_again:
            path.parent.with_name("copy").rename(path.parent)
        while changes.told:
            await wait(changes)
        assert await wait(changes)
    assert "looking every 0.01 s" in caplog.text


async def test_a_folder_inside_that_is_taken_away_changes_nothing(
    path: Path, db: Database, stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    async with changes_of(path, stop, ONLY_TOLD) as changes:
        await seen_all(changes)
        (path.parent / "backups").mkdir()
        (path.parent / "backups").rmdir()
        await change(db)  # told after it
        assert await wait(changes)
        assert changes.told
    assert "not told by the system" not in caplog.text


async def test_no_folder_is_no_error(tmp_path: Path, stop: asyncio.Event) -> None:
    async with changes_of(tmp_path / "nowhere" / "polimisport.db", stop, ONLY_LOOKS) as changes:
        assert await wait(changes)
        assert not changes.told


async def test_the_end_leaves_no_thread_and_says_nothing(
    path: Path, db: Database, stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with changes_of(path, stop) as changes:
        await wait(changes)
        await change(db)
    assert [each for each in caplog.records if each.name != "aiosqlite"] == []

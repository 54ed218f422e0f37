"""What wakes a program whose database is on a server: any commit, a row put in by hand, and what nobody could tell."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

import psycopg
import pytest

from database import Database, PostgresqlAddress, open_database
from runtime.changes import Changes, Pace, changes_of
from tests.support.postgresql import Server

pytestmark = pytest.mark.process

LONG = 120.0  # s; what is awaited comes at once
ONLY_TOLD = Pace(look=LONG, anyway=LONG)  # no look would come in time: what wakes was told by the server


@pytest.fixture
def place(postgresql: Server) -> PostgresqlAddress:
    return postgresql.database()


@pytest.fixture
def stop() -> asyncio.Event:
    return asyncio.Event()


@pytest.fixture
async def changes(db: Database, stop: asyncio.Event) -> AsyncIterator[Changes]:
    """Of a program that is told of changes, and has seen all that there were."""
    async with changes_of(db.connection.changes, stop, ONLY_TOLD) as changes:
        await told(changes)
        yield changes


async def told(changes: Changes) -> None:
    async with asyncio.timeout(LONG):
        while not changes.told:
            await changes.wait()
    while await changes.wait(0.2):
        pass


async def wait(changes: Changes) -> bool:
    async with asyncio.timeout(LONG / 2):
        return await changes.wait()


async def change(db: Database) -> None:
    await db.people.unreachable(1, tell=False)


async def test_a_commit_of_another_program_ends_the_wait(place: PostgresqlAddress, changes: Changes) -> None:
    waiting = asyncio.create_task(wait(changes))
    async with open_database(place) as other:
        await change(other)
    assert await waiting


async def test_a_change_between_the_look_and_the_wait_is_not_missed(db: Database, changes: Changes) -> None:
    await change(db)
    assert await wait(changes)


async def test_a_row_put_in_by_hand_ends_the_wait(place: PostgresqlAddress, changes: Changes) -> None:
    with psycopg.connect(place.uri, autocommit=True) as shell:
        shell.execute("INSERT INTO polimisport.accounts (user_id, role, active) VALUES (7, 'friend', 0)")
    assert await wait(changes)


async def test_readers_end_no_wait(db: Database, changes: Changes) -> None:
    await db.people.all()
    assert not await changes.wait(0.2)


async def test_a_listener_that_was_cut_off_listens_again_and_takes_the_gap_for_a_change(
    place: PostgresqlAddress, changes: Changes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    with psycopg.connect(place.uri, autocommit=True) as shell:
        shell.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert await wait(changes)  # it is cut off: from now on each look counts
        assert not changes.told
        assert await wait(changes)  # it is back: nobody knows what was missed
        await told(changes)
        shell.execute("INSERT INTO polimisport.accounts (user_id, role, active) VALUES (7, 'friend', 0)")
    assert await wait(changes)
    assert [record.getMessage() for record in caplog.records] == [
        "the server tells of no changes for the moment: looking every 120 s",
        "the server tells of changes again",
    ]


async def test_while_nothing_is_told_each_look_counts_as_a_change(stop: asyncio.Event) -> None:
    class Mute:
        async def listen(self, *_: object) -> None:
            await asyncio.Event().wait()

    async with changes_of(Mute(), stop, replace(ONLY_TOLD, look=0.01)) as changes:
        for _ in range(3):
            assert await wait(changes)


async def test_a_stop_ends_the_wait(changes: Changes, stop: asyncio.Event) -> None:
    stop.set()
    assert await wait(changes)

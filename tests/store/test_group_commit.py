"""Writes that wait at one moment are committed together, and each answers for itself."""

from __future__ import annotations

import asyncio
import sqlite3
import struct
import threading
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from pathlib import Path

import pytest

from database import Database
from domain.model import ActionType, ClassRef
from domain.requests import NewAction
from store.connection import Transaction
from tests.support.clock import FakeClock
from tests.support.engines import REFUSED, Place, another_writes, file_of

PILATES = ClassRef("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18, 0))
HEADER, FRAME = 32, 24  # bytes, in SQLite's write-ahead log


def commits(path: Path) -> int:
    """How often the write-ahead log was committed since it was last begun anew: so often was the disk waited for."""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    page = struct.unpack_from(">I", log, 8)[0]
    frames = [struct.unpack_from(">IIII", log, each) for each in range(HEADER, len(log), FRAME + page)]
    return sum(bool(size) for _, size, *salts in frames if salts == list(struct.unpack_from(">II", log, 16)))


def put(day: int, tx: Transaction) -> int:
    tx.run("INSERT INTO slot_days VALUES (:day, 'now')", {"day": str(day)})
    return day


async def days(db: Database) -> list[int]:
    return [int(row["date"]) for row in await db.connection.rows("SELECT date FROM slot_days ORDER BY date")]


class Held:
    """Steps that stay on SQLite's thread until they may go on: meanwhile others get in line behind them."""

    def __init__(self, steps: Callable[[Transaction], int]) -> None:
        self.begun = asyncio.Event()
        self.go_on = threading.Event()
        self._steps = steps
        self._loop = asyncio.get_running_loop()

    def __call__(self, tx: Transaction) -> int:
        self._loop.call_soon_threadsafe(self.begun.set)
        assert self.go_on.wait(30)
        return self._steps(tx)


async def test_a_lease_is_extended_behind_a_crowd_of_last_calls_within_a_few_commits(
    db: Database, clock: FakeClock
) -> None:
    """A thousand bookings at one opening: each asks the database at the same moment whether it is still wanted."""
    opens_at = clock() + timedelta(seconds=8)
    for user_id in range(250):
        await db.requests.add(NewAction(ActionType.BOOK, user_id, PILATES, opens_at=opens_at))
    actions = [await db.claims.claim("w", 60) for _ in range(250)]
    held = [action for action in actions if action]
    await db.connection.rows("PRAGMA wal_checkpoint(RESTART)")
    calls = [asyncio.create_task(db.claims.begin_to_act(action)) for action in held]
    lost = await asyncio.create_task(db.claims.extend([(action, 4.0) for action in held]))
    assert (len(held), lost) == (250, [])
    assert commits(file_of(db)) <= 4
    await asyncio.gather(*calls)


async def together(db: Database, *steps: Callable[[Transaction], int], cancelled: int | None = None) -> list[object]:
    """What came of steps that were waiting together; one of their callers may be cancelled meanwhile."""
    first = Held(steps[0])
    line: list[Callable[[Transaction], int]] = [first, *steps[1:]]
    writing = [asyncio.create_task(db.connection.transact(each)) for each in line]
    await first.begun.wait()
    if cancelled is not None:
        writing[cancelled].cancel()
        await asyncio.wait({writing[cancelled]})
    first.go_on.set()
    return [*await asyncio.gather(*writing, return_exceptions=True)]


@pytest.mark.both_engines
async def test_who_fails_undoes_only_what_was_his(db: Database) -> None:
    def fail(tx: Transaction) -> int:
        put(2, tx)
        raise LookupError("the second")

    def repeat(tx: Transaction) -> int:
        put(3, tx)
        return put(1, tx)

    first, *failed, last = await together(db, partial(put, 1), fail, repeat, partial(put, 4))
    assert (first, last) == (1, 4)
    assert isinstance(failed[0], LookupError)
    assert isinstance(failed[1], REFUSED)
    assert await days(db) == [1, 4]


@pytest.mark.both_engines
@pytest.mark.parametrize("cancelled", [0, 1, 2])
async def test_who_is_cancelled_undoes_only_what_was_his(db: Database, cancelled: int) -> None:
    answers = await together(db, *(partial(put, day) for day in range(3)), cancelled=cancelled)
    assert isinstance(answers.pop(cancelled), asyncio.CancelledError)
    assert answers == await days(db) == [day for day in range(3) if day != cancelled]


async def test_a_commit_that_fails_keeps_nothing_and_all_hear_of_it(db: Database) -> None:
    def refer_to_nothing(tx: Transaction) -> int:
        tx.run("PRAGMA defer_foreign_keys = ON")  # it is looked at when the transaction is committed
        tx.run("INSERT INTO openings VALUES (999, 'noon', 0, 0, 0, NULL, 0)")
        return 0

    answers = await together(db, partial(put, 1), refer_to_nothing, partial(put, 2))
    assert [type(answer) for answer in answers] == [sqlite3.IntegrityError] * 3
    assert await days(db) == []
    assert await together(db, partial(put, 3)) == await days(db) == [3]


@pytest.mark.both_engines
async def test_the_first_in_line_who_gives_up_leaves_the_others_waiting(db: Database, place: Place) -> None:
    """Somebody has a transaction open in a shell."""
    with another_writes(place):
        first, second = (asyncio.create_task(db.connection.transact(partial(put, day))) for day in (1, 2))
        await asyncio.sleep(0)  # both are in line
        first.cancel()
        await asyncio.wait({first})
    assert await second == 2
    assert await days(db) == [2]

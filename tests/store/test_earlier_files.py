"""Files of every earlier version, with rows in every table: an upgrade keeps them all, and they can be used."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest

from database import Database, open_database
from domain.model import ActionStatus
from tests.conftest import GIULIA
from tests.support.earlier_files import EARLIER, ROWS, connected, make, rows_of

MARCO = 43
NOT_KEPT = {"heartbeats"}  # of processes that are no more


def as_upgraded(table: str, row: dict[str, object], version: int) -> dict[str, object]:
    """What a row of that version has to say after the upgrade: the few words that were changed on the way."""
    new = {column: "LoginBlocked" if value == "LoginStuck" else value for column, value in row.items()}
    if table == "booking_actions" and version == 1 and row["status"] == "cancelled":
        new["error_kind"] = None
    return new


def test_there_is_a_file_of_every_earlier_version() -> None:
    assert {path.stem for path in ROWS.glob("*.sql")} == {"first"} | {f"version{each}" for each in EARLIER}


@pytest.mark.parametrize("version", EARLIER)
async def test_an_upgrade_keeps_every_row_of_every_table(tmp_path: Path, version: int) -> None:
    path = make(tmp_path / "polimisport.db", version)
    before = rows_of(path)
    assert [table for table, rows in before.items() if not rows] == []
    async with open_database(path) as db:
        await look(db)
    after = rows_of(path)
    for table in before.keys() - NOT_KEPT:
        kept = [{column: row[column] for column in before[table][0]} for row in after[table]]
        assert kept == [as_upgraded(table, row, version) for row in before[table]], table


async def look(db: Database) -> None:
    """What people have is there: classes held, requests that wait, what recurs, and messages that are still to come."""
    [held] = await db.bookings.held(GIULIA, date(2026, 11, 26))
    assert (held.booking.course, held.booking.start) == ("YOGA", time(18))
    waiting = {action.id for action in await db.requests.live(GIULIA)}
    assert {2, 3} <= waiting
    asked = [*await db.requests.latest(GIULIA, 99), *await db.requests.latest(MARCO, 99)]
    assert {action.status for action in asked} == set(ActionStatus)
    [weekly] = await db.series.of(GIULIA)
    assert (weekly.course, weekly.start, weekly.day_of_week) == ("YOGA", time(18), 0)
    assert {notice.id for notice in await db.outbox.next_of_each()} >= {2, 3}
    assert await db.health.damage() == []


async def test_the_first_bots_file_keeps_every_row_and_what_it_was_at_counts_as_failed(tmp_path: Path) -> None:
    path = tmp_path / "polimisport.db"
    with connected(path) as file:
        file.executescript((ROWS / "first.sql").read_text(encoding="utf-8"))
    before = rows_of(path)
    async with open_database(path) as db:
        statuses = {action.id: action.status for action in await db.requests.latest(GIULIA, 9)}
        assert await db.health.damage() == []
    assert statuses == {1: ActionStatus.COMPLETED, 2: ActionStatus.PENDING, 3: ActionStatus.FAILED}
    after = rows_of(path)
    assert {table: len(after[table]) for table in before} == {table: len(rows) for table, rows in before.items()}
    assert [table for table in after if table.startswith("legacy")] == []

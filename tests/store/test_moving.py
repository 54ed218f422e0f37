"""Every row moved from a file to a server and back, and read back: as it was, by nobody else used, or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from database import PostgresqlAddress, open_database
from domain.errors import DatabaseBusy, DatabaseError
from domain.model import ActionType
from domain.requests import NewAction
from store.postgresql.moving import moved_to_file, moved_to_server
from tests.conftest import GIULIA
from tests.support.earlier_files import EARLIER, Rows, connected, make, rows_of
from tests.support.postgresql import Server
from tests.support.running import PATIENCE

pytestmark = pytest.mark.process
NEWEST = """
    INSERT INTO alarm_channels (id, user_id, digest, name) VALUES (91, 42, 'd91', 'ntfy');
    INSERT INTO alarms (id, notice_id, channel_id) SELECT 91, min(id), 91 FROM notices;
    INSERT INTO favourites (id, user_id, course_name)
        VALUES (99, 42, 'CAFFÈ 100%, "ex" \\ ' || char(10, 9, 13) || '\\N'), (98, 42, '\\N'), (97, 42, '');
    INSERT INTO site_logins (user_id, version, sealed) VALUES (42, 3, x'00ff0a5c');
    INSERT INTO sent_codes (user_id, counter, sent_at) VALUES (42, 9, '2026-11-26T09:00:00.000Z'), (42, 8, '');
    INSERT INTO request_budgets (user_id, spare, counted_at) VALUES (42, -0.1, '2026-11-26T09:00:00.000Z');
"""
"""What is new in this version, and signs that mean something to whoever copies them."""
READ = NewAction(ActionType.CHECK, GIULIA)


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A database with rows in every table, the numbers of some used up."""
    path = make(tmp_path / "polimisport.db", EARLIER[-1])
    async with open_database(path):
        pass  # upgraded
    with connected(path) as connection:
        connection.executescript(NEWEST)
        connection.execute("INSERT INTO booking_actions (id, action_type, user_id) VALUES (5000, 'check', 43)")
        connection.execute("DELETE FROM booking_actions WHERE id = 5000")
    return path


@pytest.fixture
def address(postgresql: Server) -> PostgresqlAddress:
    return postgresql.empty_database()


def ordered(rows: Rows) -> Rows:
    return {table: sorted(found, key=repr) for table, found in rows.items()}


def schemas(address: PostgresqlAddress) -> list[tuple[object, ...]]:
    with psycopg.connect(address.uri, autocommit=True) as shell:
        return shell.execute("SELECT nspname FROM pg_namespace WHERE nspname = 'polimisport'").fetchall()


async def test_every_row_of_every_table_goes_to_the_server_and_comes_back(
    file: Path, address: PostgresqlAddress, tmp_path: Path
) -> None:
    before = rows_of(file)
    with moved_to_server(file, address) as there:
        pass
    assert there.rows == {table: len(rows) for table, rows in before.items()}
    assert [table for table, rows in there.rows.items() if not rows] == []
    with moved_to_file(address, tmp_path / "back.db") as back:
        pass
    assert back == there
    assert ordered(rows_of(tmp_path / "back.db")) == ordered(before)
    assert rows_of(file) == before  # it stays as it is


async def test_a_number_is_used_by_nobody_twice(file: Path, address: PostgresqlAddress, tmp_path: Path) -> None:
    with moved_to_server(file, address):
        pass
    async with open_database(address) as db:
        assert (await db.requests.add(READ)).id == 5001
        await db.connection.write("DELETE FROM booking_actions WHERE id = 5001")
    with moved_to_file(address, tmp_path / "back.db"):
        pass
    async with open_database(tmp_path / "back.db") as db:
        assert (await db.requests.add(READ)).id == 5002


async def test_what_counts_rows_does_so_after_they_were_moved(file: Path, address: PostgresqlAddress) -> None:
    async with open_database(file) as db:
        before = (await db.due_dates.memory()).plan_version
    with moved_to_server(file, address):
        pass
    async with open_database(address) as db:
        assert (await db.due_dates.memory()).plan_version == before
        await db.connection.write("DELETE FROM occurrences WHERE id = (SELECT max(id) FROM occurrences)")
        assert (await db.due_dates.memory()).plan_version == before + 1
        with pytest.raises(psycopg.IntegrityError):
            await db.connection.write("INSERT INTO alarms (notice_id, channel_id) VALUES (-1, -1)")


async def test_nobody_else_may_have_the_file_open_before_or_meanwhile(file: Path, address: PostgresqlAddress) -> None:
    async with open_database(file):
        with pytest.raises(DatabaseBusy, match="is in use"), moved_to_server(file, address):
            pass
    locked = pytest.raises(sqlite3.OperationalError, match="locked")
    with moved_to_server(file, address), closing(sqlite3.connect(file, timeout=0)) as other, locked:
        other.execute("SELECT count(*) FROM accounts")


async def test_nobody_else_may_use_the_server(file: Path, address: PostgresqlAddress, tmp_path: Path) -> None:
    async with open_database(address) as db:
        await db.requests.add(READ)
        with pytest.raises(DatabaseBusy, match="is in use"), moved_to_file(address, tmp_path / "back.db"):
            pass
        with pytest.raises(DatabaseBusy, match="is in use"), moved_to_server(file, address):
            pass


async def test_another_database_is_left_as_it_is(file: Path, address: PostgresqlAddress, tmp_path: Path) -> None:
    with moved_to_server(file, address):
        pass
    with connected(file) as connection:
        connection.execute("UPDATE accounts SET rests = rests + 1")
    with pytest.raises(DatabaseError, match="holds another database"), moved_to_server(file, address):
        pass
    with pytest.raises(DatabaseError, match="is there already"), moved_to_file(address, file):
        pass
    (tmp_path / "text.db").write_text("no database at all, and nobody's to write over")
    with pytest.raises(DatabaseError, match="is there already"), moved_to_file(address, tmp_path / "text.db"):
        pass
    assert (tmp_path / "text.db").read_text().startswith("no database")


async def test_a_row_that_the_server_can_not_hold_is_named_by_its_table(file: Path, address: PostgresqlAddress) -> None:
    with connected(file) as connection:
        connection.execute("UPDATE courses SET instructor = 'A' || char(0)")
    with pytest.raises(DatabaseError, match="courses"), moved_to_server(file, address):
        pass
    assert schemas(address) == []


STOPPED = """
import contextlib, sys, time
from pathlib import Path
from database import PostgresqlAddress
from store.postgresql import moving

def stop(*_):
    print("stands still", flush=True)
    time.sleep(600)

there, file, address = sys.argv[1:]
{change}
if there == "server":
    move = moving.moved_to_server(Path(file), PostgresqlAddress(address))
else:
    move = moving.moved_to_file(PostgresqlAddress(address), Path(file))
with move:
    stop()
"""
BEFORE_IT_IS_READ_BACK, AFTER = "moving._compared = stop", "pass"


def kill(there: str, file: Path, address: PostgresqlAddress, change: str) -> None:
    """A move that is killed where it stands still."""
    program = [sys.executable, "-c", STOPPED.format(change=change), there, str(file), address.uri]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "stands still\n"
        process.send_signal(signal.SIGKILL)
    until = time.monotonic() + PATIENCE
    with psycopg.connect(address.uri, autocommit=True) as shell:
        left = "SELECT 1 FROM pg_stat_activity WHERE application_name = 'polimisport'"
        while shell.execute(left).fetchall():  # the server has not noticed yet
            assert time.monotonic() < until
            time.sleep(0.01)


@pytest.mark.parametrize("change", [BEFORE_IT_IS_READ_BACK, AFTER])
async def test_whoever_is_killed_begins_again(
    file: Path, address: PostgresqlAddress, tmp_path: Path, change: str
) -> None:
    before = rows_of(file)
    kill("server", file, address, change)
    assert bool(schemas(address)) == (change is AFTER)
    with moved_to_server(file, address) as there:
        pass
    back = tmp_path / "back.db"
    kill("file", back, address, change)
    with moved_to_file(address, back) as found:
        pass
    assert found == there
    assert ordered(rows_of(back)) == ordered(before) == ordered(rows_of(file))
    assert [path.name for path in tmp_path.iterdir() if "back" in path.name] == ["back.db"]

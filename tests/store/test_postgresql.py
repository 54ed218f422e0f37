"""PostgreSQL beside SQLite: connections that are lost, commits whose answer is, the server's time, secrets, copies."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import sleep
from urllib.parse import parse_qs, urlsplit

import psutil  # type: ignore[import-untyped]
import psycopg
import pytest

from database import Database, PostgresqlAddress, open_database
from domain.errors import DatabaseBusy, DatabaseError
from domain.model import ActionType, ClassRef, Role
from domain.people import Person
from domain.requests import NewAction
from store.lock_timeouts import LockTimeouts
from store.postgresql.database import PostgresqlDatabase
from store.postgresql.dialect import translated
from tests.conftest import GIULIA, MARCO
from tests.support.cut_wire import wire
from tests.support.engines import Place, another_writes
from tests.support.postgresql import Server
from tests.support.running import PATIENCE

READ = NewAction(ActionType.CHECK, GIULIA)
QUICKLY = LockTimeouts(running=0.2)


@pytest.fixture
def place(postgresql: Server) -> PostgresqlAddress:
    return postgresql.database()


def ask(place: PostgresqlAddress, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(place.uri, autocommit=True, options="-c search_path=polimisport") as shell:
        return shell.execute(question).fetchall()


def until_somebody_waits(place: PostgresqlAddress) -> None:
    while not ask(place, "SELECT 1 FROM pg_locks WHERE NOT granted"):
        sleep(0.01)


def cut_all(place: PostgresqlAddress) -> None:
    """As a server does that is started again."""
    ask(place, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'polimisport'")


def test_a_statement_becomes_one_of_postgresql() -> None:
    assert translated(
        "SELECT '12:30 100%' FROM a INDEXED BY b CROSS JOIN c AS d ON d.x = :x -- as :x\n"
        " WHERE id IN (SELECT value FROM json_each(:ids)) AND y = CAST(:y_2 AS BIGINT) % 7 AND lower(z) = lower(:z)"
    ) == (
        "SELECT '12:30 100%%' FROM a  JOIN c AS d ON d.x = %(x)s -- as :x\n"
        " WHERE id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements(CAST(%(ids)s AS jsonb)))"
        ' AND y = CAST(%(y_2)s AS BIGINT) %% 7 AND lower(z) = lower(CAST(%(z)s AS text) COLLATE "C")'
    )


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://me:secret@server:5433/club?sslmode=require", "postgresql://me@server:5433/club"),
        ("postgresql://server/club?password=secret", "postgresql://server/club"),
        ("postgresql://me:secret@[server/club", "postgresql://"),
    ],
)
def test_no_password_is_shown(uri: str, shown: str) -> None:
    address = PostgresqlAddress(uri)
    assert str(address) == shown
    assert "secret" not in repr(address)


@pytest.mark.process
async def test_an_address_that_can_not_be_read_is_not_repeated(postgresql: Server) -> None:
    with pytest.raises(DatabaseError, match="has an address that can't be read") as refused:
        async with open_database(PostgresqlAddress("postgresql://me:secret@server/club?odd=secret")):
            pass
    assert "secret" not in str(refused.value)


@pytest.mark.process
async def test_a_server_that_is_not_there_is_told_with_the_remedy(tmp_path: Path) -> None:
    nowhere = PostgresqlAddress(f"postgresql:///club?host={tmp_path}")
    with pytest.raises(DatabaseBusy, match="can't be reached"):
        async with open_database(nowhere, lock_timeouts=QUICKLY):
            pass


HELD = """
import time
from tests.support.postgresql import started
with started() as server:
    print((server.folder / "data" / "postmaster.pid").read_text().split()[0], flush=True)
    time.sleep(600)
"""


@pytest.mark.process
def test_the_server_of_tests_that_are_killed_ends_too(postgresql: Server) -> None:
    with subprocess.Popen([sys.executable, "-c", HELD], stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout
        server = psutil.Process(int(tests.stdout.readline()))
        tests.kill()
    server.wait(PATIENCE)


@pytest.mark.process
async def test_the_tables_are_made_once_by_programs_that_start_together(postgresql: Server) -> None:
    address = postgresql.empty_database()

    async def start() -> None:
        async with open_database(address) as db:
            assert (await db.due_dates.memory()).plan_version == 0

    await asyncio.gather(*(start() for _ in range(4)))
    assert ask(address, "SELECT count(*) FROM executor") == [(1,)]


@pytest.mark.process
async def test_a_lost_connection_is_made_again(db: Database, place: PostgresqlAddress) -> None:
    await db.requests.add(READ)
    cut_all(place)
    assert await db.people.find(GIULIA)
    assert await db.claims.claim("w", 60)


@pytest.mark.process
async def test_a_commit_whose_answer_is_lost_is_known_to_be_done(
    db: Database, place: PostgresqlAddress, tmp_path: Path
) -> None:
    server = parse_qs(urlsplit(place.uri).query)["host"][0]
    with wire(Path(server), tmp_path) as cut:
        through = PostgresqlAddress(place.uri.replace(server, str(tmp_path)))
        async with open_database(through) as far:
            cut.lost_answer = b"COMMIT\x00"
            action = await far.requests.add(READ)
            assert cut.cuts == 1
    assert await db.requests.find(action.id)


@pytest.mark.process
async def test_what_never_reached_the_server_is_known_not_to_be_done(
    db: Database, place: PostgresqlAddress, tmp_path: Path
) -> None:
    server = parse_qs(urlsplit(place.uri).query)["host"][0]
    with wire(Path(server), tmp_path) as cut:
        through = PostgresqlAddress(place.uri.replace(server, str(tmp_path)))
        async with open_database(through) as far:
            cut.lost_request = b"INSERT INTO booking_actions"
            with pytest.raises(DatabaseBusy, match="can't be reached"):
                await far.requests.add(READ)
            assert cut.cuts == 1
            assert await far.requests.add(READ)
    assert ask(place, "SELECT count(*) FROM booking_actions") == [(1,)]


@pytest.mark.process
async def test_a_lease_is_counted_by_the_servers_clock(place: PostgresqlAddress) -> None:
    async with open_database(place) as db:
        assert isinstance(db.connection, PostgresqlDatabase)
        await db.people.set([Person(GIULIA, Role.OWNER, "g")])
        db.connection.time.tell(datetime.now(UTC) - timedelta(hours=3))  # this machine's clock is wrong
        await db.requests.add(READ)
        assert await db.claims.claim("w", 60)
    [[ahead]] = ask(place, "SELECT extract(epoch FROM lease_until::timestamptz - now())::float FROM booking_actions")
    assert ahead == pytest.approx(60, abs=10)


@pytest.mark.process
async def test_who_claims_or_extends_a_lease_waits_for_nobody_who_writes(
    db: Database, place: PostgresqlAddress
) -> None:
    await db.requests.add(READ)
    with another_writes(place):
        claimed = await db.claims.claim("w", 60)
        assert claimed
        assert await db.claims.extend([(claimed, 120)]) == []
    assert await db.claims.extend([(replace(claimed, attempts=7), 120)]) == [replace(claimed, attempts=7)]


@pytest.mark.process
async def test_what_somebody_is_writing_to_is_claimed_once_they_have(db: Database, place: PostgresqlAddress) -> None:
    first = await db.requests.add(READ)
    other = await db.requests.add(replace(READ, user_id=MARCO))
    with psycopg.connect(place.uri, options="-c search_path=polimisport") as shell:
        shell.execute("UPDATE booking_actions SET failures = 1 WHERE id = %s", [first.id])
        claimed = await db.claims.claim("w", 60)
        assert claimed
        assert claimed.id == other.id
        waiting = asyncio.create_task(db.claims.claim("w", 60))
        await asyncio.to_thread(until_somebody_waits, place)
        shell.commit()
        late = await waiting
    assert late
    assert (late.id, late.failures) == (first.id, 1)


@pytest.mark.process
async def test_words_are_compared_as_sqlite_does_in_whatever_language_the_server_was_made(db: Database) -> None:
    await db.connection.write("INSERT INTO favourites (user_id, course_name) VALUES (42, 'CAFFÈ'), (42, 'a')")
    same = "SELECT course_name FROM favourites WHERE lower(course_name) = lower(:course)"
    assert [row[0] for row in await db.connection.rows(same, {"course": "CAFFÈ"})] == ["CAFFÈ"]
    assert await db.connection.rows(same, {"course": "caffè"}) == []
    rows = await db.connection.rows("SELECT course_name FROM favourites ORDER BY course_name")
    assert [row[0] for row in rows] == ["CAFFÈ", "a"]


@pytest.mark.process
async def test_who_is_forgotten_is_named_nowhere(db: Database) -> None:
    await db.requests.add(replace(READ, user_id=MARCO))
    await db.favourites.star(MARCO, ClassRef("YOGA", "Giuriati", date(2026, 11, 25), time(18, 0)))
    await db.guests.remove(MARCO)
    for table, column in await db.connection.read(lambda tx: tx.columns()):
        assert str(MARCO) not in {str(row[0]) for row in await db.connection.rows(f"SELECT {column} FROM {table}")}


@pytest.mark.process
async def test_who_stands_still_in_a_transaction_does_not_keep_the_others_waiting_for_ever(db: Database) -> None:
    row = await db.connection.row("SELECT current_setting('idle_in_transaction_session_timeout') AS most")
    assert row is not None
    assert row["most"] == "8s"


@pytest.mark.process
async def test_a_backup_is_a_file_of_sqlite_with_every_row(db: Database, place: Place, tmp_path: Path) -> None:
    await db.requests.add(READ)
    claimed = await db.claims.claim("w", 60)
    gone = await db.requests.add(replace(READ, user_id=MARCO))
    await db.connection.write("DELETE FROM booking_actions WHERE id = :id", {"id": gone.id})
    await db.connection.backup(tmp_path / "copy.db")
    async with open_database(tmp_path / "copy.db") as copy:
        assert claimed
        assert await copy.requests.find(claimed.id) == claimed
        assert await copy.health.damage() == []
        assert (await copy.requests.add(replace(READ, user_id=MARCO))).id == gone.id + 1
        assert [each.user_id for each in await copy.people.all()] == [each.user_id for each in await db.people.all()]


@pytest.mark.process
async def test_how_large_it_is_is_told_by_the_server(db: Database) -> None:
    assert await db.connection.size() > 1_000_000  # an empty one of PostgreSQL has several

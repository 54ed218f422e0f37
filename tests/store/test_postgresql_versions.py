"""A database on a server that an earlier release made: the first program to open it upgrades it, once and wholly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from database import VERSION, PostgresqlAddress, open_database
from domain.errors import DatabaseError
from domain.model import Role
from domain.people import Person
from store import migrations
from store.postgresql.schema import FIRST
from tests.conftest import GIULIA
from tests.support.postgresql import Server

pytestmark = pytest.mark.process

SCHEMAS = Path(__file__).parent.parent / "schemas"
LOOKS = {  # how a database is made
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name"
    " FROM information_schema.columns WHERE table_schema = 'polimisport'",
    "constraints": "SELECT conrelid::regclass::text, contype, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'polimisport'::regnamespace",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'polimisport'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'polimisport'::regnamespace",
}


def ask(place: PostgresqlAddress, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(place.uri, autocommit=True, options="-c search_path=polimisport") as shell:
        return shell.execute(question).fetchall()


def looks(place: PostgresqlAddress) -> dict[str, set[tuple[object, ...]]]:
    return {name: set(ask(place, question)) for name, question in LOOKS.items()}


@pytest.fixture(params=range(FIRST, VERSION))
def older(postgresql: Server, request: pytest.FixtureRequest) -> Iterator[PostgresqlAddress]:
    """A database of each version before this one, with a person in it."""
    found: int = request.param
    place = postgresql.make_database("older", SCHEMAS / f"version{found}.sql", found)
    ask(place, "INSERT INTO accounts (user_id, role, active) VALUES (42, 'owner', 1) RETURNING 1")
    yield place
    postgresql.run("DROP DATABASE older WITH (FORCE)")


async def test_a_database_of_an_earlier_version_becomes_one_of_this_and_keeps_its_rows(
    older: PostgresqlAddress, postgresql: Server
) -> None:
    async with open_database(older) as db:
        assert [person.user_id for person in await db.people.all()] == [GIULIA]
        await db.people.set([Person(GIULIA, Role.OWNER, "g")])
    assert ask(older, "SELECT version FROM schema_version") == [(VERSION,)]
    assert looks(older) == looks(postgresql.database())


async def test_programs_that_start_together_upgrade_it_once(older: PostgresqlAddress) -> None:
    async def start() -> None:
        async with open_database(older) as db:
            await db.people.all()

    await asyncio.gather(*(start() for _ in range(4)))
    assert ask(older, "SELECT version FROM schema_version") == [(VERSION,)]


async def test_an_upgrade_that_fails_leaves_everything_as_it_was(
    older: PostgresqlAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, version = looks(older), ask(older, "SELECT version FROM schema_version")
    last = migrations.STEPS[VERSION - 1]
    monkeypatch.setitem(migrations.STEPS, VERSION - 1, (*last, "ALTER TABLE nowhere ADD COLUMN x TEXT"))
    with pytest.raises(DatabaseError, match="nowhere"):
        async with open_database(older):
            pass
    assert looks(older) == before
    assert ask(older, "SELECT version FROM schema_version") == version


async def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(postgresql: Server) -> None:
    newer = postgresql.make_database("newer", version=VERSION + 1)
    try:
        with pytest.raises(DatabaseError, match=rf"newer version \(database {VERSION + 1}, program {VERSION}\)"):
            async with open_database(newer):
                pass
        assert ask(newer, "SELECT version FROM schema_version") == [(VERSION + 1,)]
    finally:
        postgresql.run("DROP DATABASE newer WITH (FORCE)")

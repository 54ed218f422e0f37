"""What the doctor says of a database on a server, and what setup.py does with one."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection, connect

import setup
from admin import upgrade_facts
from admin.database_server import told_with
from admin.doctor import examine
from database import VERSION, PostgresqlAddress, open_database
from domain.database_server import DatabaseServer
from domain.errors import DatabaseError
from domain.model import ActionType
from domain.programs import Vitals
from domain.requests import NewAction
from runtime.backups import backups
from runtime.configured import people_of
from runtime.process_names import name_of
from runtime.settings import Settings, load
from tests.runtime.test_settings import GOOD
from tests.support.postgresql import Server

OWNER = 42
READ = NewAction(ActionType.CHECK, OWNER)
PUT_ASIDE = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'polimisport_replaced_%'"
NEAR = DatabaseServer("PostgreSQL 15.8", 0.0012, -0.04)


@pytest.mark.parametrize(
    ("server", "remedy"),
    [
        (None, None),
        (NEAR, None),
        (DatabaseServer("PostgreSQL 15.8", 0.25, 0.0), "nearer"),
        (DatabaseServer("PostgreSQL 15.8", 0.001, -40.0), "timedatectl"),
    ],
)
def test_a_server_that_is_far_or_whose_clock_goes_otherwise_is_told_with_a_remedy(
    server: DatabaseServer | None, remedy: str | None
) -> None:
    found, told = told_with("sound", server)
    assert found.startswith("sound")
    assert (told is None) if remedy is None else remedy in (told or "")


def test_version_round_trip_and_clock_are_told() -> None:
    found, _ = told_with("sound", NEAR)
    assert found == (
        "sound; PostgreSQL 15.8 answers in 1.2 ms; its clock, which the programs go by, is +0.0 s from this machine's"
    )


@pytest.fixture
def settings(tmp_path: Path, postgresql: Server) -> Settings:
    config = tmp_path / "config.json"
    config.touch(mode=0o600)
    config.write_text(json.dumps(GOOD | {"database": postgresql.database().uri}))
    return load(config)


@pytest.mark.process
async def test_the_doctor_finds_a_database_on_a_server_well(settings: Settings) -> None:
    await setup.prepare_database(settings)
    found = [str(each) async for each in examine(settings.config_file, login=False, online=False)]
    [line] = [each for each in found if "can be written; PostgreSQL" in each]
    assert line.lstrip().startswith("✓")
    assert f"{settings.database}, version" in line


@pytest.fixture
def psql(postgresql: Server, settings: Settings) -> Iterator[Connection[tuple[Any, ...]]]:
    """A shell on the server. What a restore puts aside goes again, and a database of a newer version does."""
    address = settings.database
    assert isinstance(address, PostgresqlAddress)
    with connect(address.uri, autocommit=True, options="-c search_path=polimisport") as shell:
        yield shell
        shell.execute(f"UPDATE schema_version SET version = {VERSION}")
        for [name] in shell.execute(PUT_ASIDE).fetchall():
            shell.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.mark.process
async def test_a_backup_takes_the_place_of_the_database_on_the_server_which_is_put_aside(
    settings: Settings, psql: Connection[tuple[Any, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        kept = await db.requests.add(READ)
    assert await setup.back_up(settings, "") == setup.WELL
    [copy] = backups(settings)
    async with open_database(settings.database) as db:
        later = await db.requests.add(NewAction(ActionType.REFRESH, OWNER))
        with pytest.raises(DatabaseError, match="is in use"):
            await setup.bring_back(settings, copy.path)
    psql.execute(f"UPDATE schema_version SET version = {VERSION + 1}")  # it may be a newer release's
    assert await setup.bring_back(settings, copy.path) == setup.WELL
    async with open_database(settings.database) as db:
        assert [action.id for action in await db.requests.latest(OWNER, 9)] == [kept.id]
        assert (await db.requests.add(NewAction(ActionType.REFRESH, OWNER))).id == later.id
    [[aside]] = psql.execute(PUT_ASIDE).fetchall()
    assert f"kept on the server, in the schema {aside}" in capsys.readouterr().out
    assert psql.execute(f"SELECT id FROM {aside}.booking_actions ORDER BY id").fetchall() == [(kept.id,), (later.id,)]
    assert [path.name for path in settings.local_path.parent.glob(".restored*")] == []


@pytest.mark.process
async def test_an_upgrade_hears_of_the_programs_on_other_machines_which_use_the_same_server(settings: Settings) -> None:
    async with open_database(settings.database) as db:
        for program, name in [("worker", name_of(os.getpid())), ("bot", "pi2 pid:[4026531836] 17")]:
            await db.heartbeats.beat(program, name, 17, db.clock(), Vitals(version="0.5.0"), is_dead=None)
    told = await upgrade_facts.facts(settings)
    assert (told["living"], told["elsewhere"]) == ([{"program": "worker", "version": "0.5.0"}], ["bot"])
    assert (told["schema"], told["ahead"]) == (VERSION, False)


@pytest.mark.process
async def test_an_upgrade_hears_that_another_machine_has_upgraded_the_database(
    settings: Settings, psql: Connection[tuple[Any, ...]]
) -> None:
    psql.execute(f"UPDATE schema_version SET version = {VERSION + 1}")
    told = await upgrade_facts.facts(settings)
    assert (told["schema"], told["ahead"], told["living"]) == (VERSION + 1, True, [])

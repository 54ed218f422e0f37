"""What the doctor says of a database on a server, and what setup.py does with one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import setup
from admin import upgrade_facts
from admin.database_server import told_with
from admin.doctor import examine
from domain.database_server import DatabaseServer
from domain.errors import DatabaseError
from runtime.backups import backups
from runtime.settings import Settings, load
from tests.runtime.test_settings import GOOD
from tests.support.postgresql import Server

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


@pytest.mark.process
async def test_a_backup_by_hand_is_a_file_of_sqlite_and_is_restored_by_moving_it(settings: Settings) -> None:
    await setup.prepare_database(settings)
    assert await setup.back_up(settings, "") == setup.WELL
    [copy] = backups(settings)
    with pytest.raises(DatabaseError, match="is on a server: name the backup"):
        await setup.bring_back(settings, copy.path)


@pytest.mark.process
async def test_an_upgrade_by_itself_is_refused_for_it_would_change_other_machines_database(settings: Settings) -> None:
    with pytest.raises(DatabaseError, match="which other machines use too"):
        await upgrade_facts.facts(settings)

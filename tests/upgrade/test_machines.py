"""An upgrade of one of several machines that use one database on a server: what it waits for, and what it follows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.releases import Installation

pytestmark = pytest.mark.process


def machine(here: Installation, *, elsewhere: str = "", schema: int = 0) -> Installation:
    """With what runs on other machines, and the version of the database they share."""
    (here.folder / "elsewhere").write_text(elsewhere)
    if schema:
        with closing(sqlite3.connect(here.database)) as file:
            file.execute(f"PRAGMA user_version = {schema}")
    here.before = here.state()
    return here


def test_a_release_that_changes_the_database_waits_until_no_other_machine_uses_it(
    tmp_path: Path, origin: Path, packages: Path
) -> None:
    here = machine(Installation(tmp_path / "here", origin, packages), elsewhere="bot worker")
    code, said = here.upgrade("v0.2.0")
    assert (code, here.state()) == (1, here.before)
    assert "the database changes with 0.2.0, and other machines use it (bot, worker): stop the programs" in said
    assert "Stopping" not in said


def test_one_that_does_not_change_the_database_needs_nobody_elsewhere_to_stop(
    tmp_path: Path, origin: Path, packages: Path
) -> None:
    here = machine(Installation(tmp_path / "here", origin, packages, "0.2.0"), elsewhere="bot worker")
    code, said = here.upgrade("v0.10.0")
    assert (code, here.version) == (0, "0.10.0"), said


def test_the_second_machine_follows_to_the_release_of_the_first_and_changes_no_database(
    tmp_path: Path, origin: Path, packages: Path
) -> None:
    here = machine(Installation(tmp_path / "here", origin, packages), schema=2)
    code, said = here.upgrade("v0.8.0")
    assert (code, here.state()) == (1, here.before)
    assert "another machine has brought the database to version 2, which is not that of 0.8.0" in said
    code, said = here.upgrade("v0.2.0")
    assert (code, here.version, here.schema(), here.notes()) == (0, "0.2.0", 2, ["written before"]), said
    assert list(here.folder.glob("polimisport.db.*")) == []  # what it would go back to is no use to anybody
    code, said = here.upgrade("--back", "--with-data")
    assert (code, here.version) == (1, "0.2.0")
    assert "another machine has changed the database for 0.2.0" in said

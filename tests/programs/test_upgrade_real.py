"""What an upgrade asks of the bot, asked of the real one: the first bot's file goes the way of ./run --upgrade."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.migrations import VERSION as SCHEMA
from tests.support.releases import PROJECT
from tests.support.sites import chromium
from upgrade.bot import Bot
from upgrade.commands import UpgradeFailed
from upgrade.marks import Desk

FIRST = PROJECT / "tests" / "installations" / "first.sql"


def notes_of(path: Path) -> tuple[int, list[tuple[int, str]]]:
    with closing(sqlite3.connect(path)) as file:
        [version] = file.execute("PRAGMA user_version").fetchone()
        return version, file.execute("SELECT id, status FROM booking_actions ORDER BY id").fetchall()


def write_configuration(folder: Path) -> Path:
    path = folder / "config.json"
    path.touch(mode=0o600)
    telegram = {"bot_token": "1:token", "allowed_user_id": 42}
    browser = {"executable_path": chromium()}
    values = {"username": "10000001", "password": "secret", "telegram": telegram, "browser": browser}
    path.write_text(json.dumps(values | {"web": {"enabled": False}}))
    return path


def test_the_first_bots_file_is_backed_up_upgraded_looked_at_and_put_back(tmp_path: Path) -> None:
    config, database = write_configuration(tmp_path), tmp_path / "polimisport.db"
    with closing(sqlite3.connect(database)) as file, file:
        file.executescript(FIRST.read_text(encoding="utf-8"))
    before = notes_of(database)
    desk = Desk(tmp_path)
    desk.open()
    with desk.alone() as lock:
        bot = Bot(PROJECT, config, lock)
        bot.refuse_configuration()
        copy = tmp_path / "copy.db"
        copy.write_bytes(database.read_bytes())
        assert bot.facts(copy).schema == SCHEMA  # the rehearsal: the file itself is as it was
        assert notes_of(database) == before
        facts = bot.facts()
        assert (facts.schema, facts.opening, facts.living) == (SCHEMA, None, ())
        assert notes_of(database) == (SCHEMA, [(1, "completed"), (2, "pending"), (3, "failed")])
        bot.back_up(facts.backup)
        assert bot.complaints().keys() <= {"sandbox"}  # which root has not
        database.write_text("broken")
        with pytest.raises(UpgradeFailed, match="the database can't be used by it: "):
            bot.facts()
        assert str(tmp_path) in bot.restore(facts.backup)
    assert notes_of(database) == (SCHEMA, [(1, "completed"), (2, "pending"), (3, "failed")])

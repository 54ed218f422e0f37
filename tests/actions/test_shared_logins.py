"""Two machines, each with its own folder, and one database: what one does on the site, the other knows."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from actions.shared_logins import RowsOfLogins
from database import Database
from domain.errors import ConfigError, KeyMissing, LoginRejected
from domain.shared_logins import Turn
from portal.storage.session_files import SessionFiles
from runtime.sealing_key import KeyRing
from safety.sealing import SealingKeys, Secrets, new_key
from tests.conftest import GIULIA

pytestmark = pytest.mark.both_engines
WHO = "10000001"
GUEST = GIULIA + 1
STATE = {"cookies": [{"name": "s", "value": "secret"}], "origins": []}
RENEWED = {"cookies": [{"name": "s", "value": "renewed"}], "origins": []}


class Machine:
    def __init__(self, db: Database, folder: Path, key: Path | None = None) -> None:
        folder.mkdir()
        if key is not None:
            shutil.copy(key, folder)
        self.key = folder / "polimisport.db.key"
        self.shared = RowsOfLogins(db, KeyRing(folder / "polimisport.db"))
        self.files = SessionFiles(folder / "sessions", GIULIA, WHO, self.shared)

    async def log_in(self, state: dict[str, Any]) -> None:
        async with self.files.locked():
            self.files.save(state)


@pytest.fixture
async def two(db: Database, tmp_path: Path) -> tuple[Machine, Machine]:
    """Machines of which the first has logged in."""
    one = Machine(db, tmp_path / "one")
    await one.log_in(STATE)
    return one, Machine(db, tmp_path / "other", one.key)


async def test_a_session_that_one_machine_has_made_is_the_others_too(two: tuple[Machine, Machine]) -> None:
    one, other = two
    async with other.files.locked():
        assert other.files.load() == STATE
    version = other.files.version()
    await other.files.catch_up()
    assert other.files.version() == version, "nothing is newer"
    one.files.save(RENEWED)
    await one.files.share()
    await other.files.catch_up()
    assert other.files.load() == RENEWED


async def test_renewed_cookies_of_an_older_session_replace_no_later_one(two: tuple[Machine, Machine]) -> None:
    one, other = two
    await other.log_in(RENEWED)
    one.files.save(STATE)
    await one.files.share()
    await one.files.catch_up()
    assert one.files.load() == RENEWED


async def test_no_cookie_is_in_the_database_as_it_is(db: Database, two: tuple[Machine, Machine]) -> None:
    kept = (await db.site_logins.all_kept())[GIULIA]
    assert b"secret" not in kept.sealed


async def test_a_machine_without_the_key_is_refused(db: Database, two: tuple[Machine, Machine], tmp_path: Path) -> None:
    await two[1].shared.refuse_without_key()
    without = Machine(db, tmp_path / "third")
    with pytest.raises(ConfigError, match="has not the key of the others: copy it from one of them to .*third"):
        await without.shared.refuse_without_key()
    with pytest.raises(KeyMissing, match="has not the key"):
        await without.files.catch_up()
    with pytest.raises(KeyMissing, match="has not the key"):
        await without.shared.keep(GIULIA, "{}", None)
    assert not without.key.exists()


async def test_a_guests_login_whose_key_is_lost_stops_no_machine_that_has_a_key(db: Database, tmp_path: Path) -> None:
    assert await db.guests.welcome(await db.guests.invite(GIULIA), GUEST, "Nino")
    lost = SealingKeys([new_key()])
    await db.guests.store(GUEST, lost.seal(GUEST, Secrets("10556677", "x", "")), "of another key")
    one = Machine(db, tmp_path / "one")
    with pytest.raises(ConfigError, match="has not the key"):
        await one.shared.refuse_without_key()
    KeyRing(tmp_path / "one" / "polimisport.db").begin_rotation()
    await one.shared.refuse_without_key()
    await one.log_in(STATE)
    other = Machine(db, tmp_path / "other", one.key)
    await other.shared.refuse_without_key()
    await other.files.catch_up()
    assert other.files.load() == STATE


async def test_who_waited_for_a_login_on_another_machine_learns_that_it_failed(
    db: Database, two: tuple[Machine, Machine], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = two
    refused, take_turn = asyncio.Event(), db.site_logins.take_turn

    async def watched(user_id: int, holder: str) -> Turn | None:
        turn = await take_turn(user_id, holder)
        if turn is None:
            refused.set()
        return turn

    monkeypatch.setattr(db.site_logins, "take_turn", watched)

    async def failure_seen() -> str:
        async with other.files.locked():
            return str(other.files.rejection_since(0))

    async with one.files.locked():
        waiting = asyncio.create_task(failure_seen())
        await refused.wait()
        one.files.note_rejection(LoginRejected("no"))
    assert await waiting == "no"
    other.files.forget_rejection()
    assert await failure_seen() == "None", "it failed before this login was asked for"


async def test_a_code_that_one_machine_has_sent_is_sent_by_no_other(two: tuple[Machine, Machine]) -> None:
    one, other = two
    assert await one.files.spend_code(100)
    assert not await other.files.spend_code(100)
    assert await other.files.spend_code(101)
    assert other.files.sent_codes() == [101]

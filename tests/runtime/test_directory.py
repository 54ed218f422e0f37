"""Who there is: a running program learns of every change of the guests, and reads nothing when there was none."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from database import Database
from domain.errors import ConfigError, KeyMissing, SealBroken
from runtime.directory import Directory
from runtime.sealing_key import KeyRing
from runtime.settings import RedactingFormatter, Settings, load
from safety.sealing import Secrets
from tests.conftest import GIULIA, MARCO

MARTA, NINO = 1001, 1002
SECRETS = Secrets("10556677", "Sesamo, apriti!", "otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config.json"
    config.touch(mode=0o600)
    telegram = {"bot_token": "123456789:" + "A" * 35, "allowed_user_id": GIULIA}
    friend = {"telegram_user_id": MARCO, "username": "10000002", "login": "by_hand"}
    owner = {"username": "10000001", "password": "geheim", "telegram": telegram}
    config.write_text(json.dumps(owner | {"friends": [friend]}))
    return load(config)


async def come(db: Database, user_id: int) -> None:
    assert await db.guests.welcome(await db.guests.invite(GIULIA), user_id, "Marta")


async def test_guests_are_learnt_of_as_they_come_change_and_go(db: Database, settings: Settings) -> None:
    web, worker = Directory(settings, db.guests), Directory(settings, db.guests)
    assert await worker.refresh()
    assert not await worker.refresh()
    assert list(worker) == [GIULIA, MARCO]
    await come(db, MARTA)
    await worker.refresh()
    assert MARTA not in worker
    assert worker.guest(MARTA)
    await web.refresh()
    await web.admit(MARTA, SECRETS)
    assert await worker.refresh()
    assert worker[MARTA] == SECRETS.credentials(MARTA)
    assert list(worker) == [GIULIA, MARCO, MARTA]
    assert worker.by_hand() == {MARCO}
    await web.admit(MARTA, Secrets("10556677", "", "", by_hand=True))
    await worker.refresh()
    assert worker[MARTA].by_hand
    assert worker.by_hand() == {MARCO, MARTA}
    await db.guests.suspend(MARTA)
    await worker.refresh()
    assert MARTA not in worker
    with pytest.raises(KeyError):
        worker[MARTA]
    assert MARTA in worker.kept()
    await db.guests.resume(MARTA)
    await worker.refresh()
    assert MARTA in worker
    await db.guests.remove(MARTA)
    await worker.refresh()
    assert (list(worker), worker.guest(MARTA), worker.kept()) == ([GIULIA, MARCO], None, {GIULIA, MARCO})


async def test_whom_the_configuration_names_is_as_it_says(db: Database, settings: Settings) -> None:
    await come(db, MARCO)
    directory = Directory(settings, db.guests)
    await directory.admit(MARCO, SECRETS)
    assert directory[MARCO].username == "10000002"
    assert directory.guest(MARCO) is None
    assert list(directory) == [GIULIA, MARCO]


async def test_an_account_belongs_to_one_person(db: Database, settings: Settings) -> None:
    directory = Directory(settings, db.guests)
    await come(db, MARTA)
    await directory.admit(MARTA, SECRETS)
    assert [directory.whose(each) for each in ("10000001", "10556677", "10999999")] == [GIULIA, MARTA, None]
    await db.guests.suspend(MARTA)
    await directory.refresh()
    assert directory.whose("10556677") == MARTA  # or it could be entered once more, past the suspension


async def test_a_blob_moved_to_another_row_or_a_key_that_is_gone_lets_nobody_in(
    db: Database, settings: Settings
) -> None:
    directory = Directory(settings, db.guests)
    for each in (MARTA, NINO):
        await come(db, each)
        await directory.admit(each, SECRETS)
    await db.connection.write("UPDATE guests SET sealed = (SELECT sealed FROM guests WHERE user_id = 1001)")
    await directory.refresh()
    assert directory[MARTA]
    with pytest.raises(SealBroken):
        directory[NINO]
    KeyRing(settings.local_path).file.unlink()
    later = Directory(settings, db.guests)
    await later.refresh()
    with pytest.raises(KeyMissing):
        later[MARTA]
    assert later.whose("10556677") is None


async def test_a_lost_key_is_not_replaced_while_others_are_sealed_with_it(db: Database, settings: Settings) -> None:
    directory = Directory(settings, db.guests)
    for each in (MARTA, NINO):
        await come(db, each)
    await directory.admit(MARTA, SECRETS)
    KeyRing(settings.local_path).file.unlink()
    with pytest.raises(ConfigError, match="bring it back"):
        await directory.admit(NINO, SECRETS)
    assert not KeyRing(settings.local_path).file.exists()
    await directory.admit(MARTA, SECRETS)  # nobody else's was: a new one locks nobody out


async def test_the_log_hides_what_a_guest_logs_in_with(
    db: Database, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter("worker", settings.secrets()))
    logging.getLogger().addHandler(handler)
    try:
        directory = Directory(settings, db.guests)
        await come(db, MARTA)
        await directory.admit(MARTA, SECRETS)
        record = logging.LogRecord("x", logging.INFO, "x", 1, "typed %s", ("Sesamo,%20apriti!",), None)
        assert "apriti" not in handler.format(record)
    finally:
        logging.getLogger().removeHandler(handler)


async def test_a_thousand_guests_cost_one_look_at_one_row(db: Database, settings: Settings) -> None:
    directory = Directory(settings, db.guests)
    await db.connection.write(
        """
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO guests (user_id, name, welcomed_at, sealed) SELECT 5000 + i, 'x', '2026', x'01' FROM n
        """
    )
    await directory.refresh()
    assert len(directory) == 1002
    with pytest.MonkeyPatch.context() as patched:
        patched.delattr(type(db.guests), "changed_since")
        assert not await directory.refresh()
    assert 5999 in directory


async def test_where_everybody_logs_in_by_hand_a_password_that_a_guest_entered_before_is_not_used(
    db: Database, settings: Settings
) -> None:
    directory = Directory(settings, db.guests)
    await come(db, MARTA)
    await directory.admit(MARTA, SECRETS)
    site = settings.site.model_copy(update={"login": "by_hand"})
    changed = Directory(settings.model_copy(update={"site": site}), db.guests)
    await changed.refresh()
    assert (changed[MARTA].username, changed[MARTA].by_hand) == (SECRETS.username, True)
    assert (changed[MARTA].password, changed[MARTA].otp_url) == ("", "")
    assert MARTA in changed.by_hand()

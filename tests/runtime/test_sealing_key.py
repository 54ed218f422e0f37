"""Where the sealing key lies: made once, read by its user alone, changed so that a kill in between loses nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.errors import ConfigError, KeyMissing
from runtime import sealing_key
from runtime.sealing_key import KeyRing
from safety.sealing import Secrets, key_id, new_key, sealed_with, spelled
from tests.support.clock import FakeClock

MARTA = 1001
SECRETS = Secrets("10556677", "Sesamo, apriti!", "")


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("POLIMISPORT_KEY", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    sealing_key.given.cache_clear()
    yield
    sealing_key.given.cache_clear()


def ring(tmp_path: Path) -> KeyRing:
    return KeyRing(tmp_path / "polimisport.db")


def test_the_key_is_made_when_it_is_first_needed_for_this_user_alone(tmp_path: Path) -> None:
    keys = ring(tmp_path)
    assert not keys.file.exists()
    sealed = keys.seal(MARTA, SECRETS)
    assert keys.file == tmp_path / "polimisport.db.key"
    assert stat.S_IMODE(keys.file.stat().st_mode) == 0o600
    assert ring(tmp_path).open(MARTA, sealed) == SECRETS
    assert os.listdir(tmp_path) == ["polimisport.db.key"]


def test_programs_that_need_it_at_the_same_moment_make_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda _: ring(tmp_path).seal(MARTA, SECRETS), range(8)))
    assert len({sealed_with(each) for each in sealed}) == 1


def test_a_variable_or_a_credential_of_systemd_comes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ring(tmp_path)
    mine.seal(MARTA, SECRETS)
    credential, variable = new_key(), new_key()
    (tmp_path / "polimisport-key").write_text(spelled(credential))
    (tmp_path / "polimisport-key").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert sealed_with(ring(tmp_path).seal(MARTA, SECRETS)) == key_id(credential)
    monkeypatch.setenv("POLIMISPORT_KEY", spelled(variable))
    sealing_key.given.cache_clear()
    given = ring(tmp_path)
    assert sealed_with(given.seal(MARTA, SECRETS)) == key_id(variable)
    assert given.place == "POLIMISPORT_KEY"
    assert "POLIMISPORT_KEY" not in os.environ  # no child of this process gets it


def test_a_key_that_others_can_read_or_that_is_none_is_refused_without_being_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = ring(tmp_path)
    sealed = mine.seal(MARTA, SECRETS)
    mine.file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        ring(tmp_path).open(MARTA, sealed)
    monkeypatch.setenv("POLIMISPORT_KEY", "correct horse battery staple")
    sealing_key.given.cache_clear()
    with pytest.raises(ConfigError, match="openssl rand -base64 32") as refused:
        ring(tmp_path).seal(MARTA, SECRETS)
    assert "horse" not in str(refused.value)


def test_a_key_that_is_gone_is_missed_and_no_other_is_made_in_its_place(tmp_path: Path) -> None:
    mine = ring(tmp_path)
    sealed = mine.seal(MARTA, SECRETS)
    mine.file.unlink()
    with pytest.raises(KeyMissing):
        ring(tmp_path).open(MARTA, sealed)
    assert not mine.file.exists()


def test_a_rotation_keeps_the_old_key_until_it_ends_and_then_apart(tmp_path: Path, clock: FakeClock) -> None:
    running, keys = ring(tmp_path), ring(tmp_path)
    before = running.seal(MARTA, SECRETS)
    both = keys.begin_rotation()
    assert keys.begin_rotation().ids == both.ids  # killed here, it goes on with the same keys
    assert both.open(MARTA, before) == SECRETS
    after = both.seal(MARTA, SECRETS)
    aside = keys.end_rotation(clock)
    assert aside is not None
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert keys.read().ids == (sealed_with(after),)
    assert running.open(MARTA, after) == SECRETS  # a program that runs finds the new key
    assert ring(tmp_path).open(MARTA, before) == SECRETS  # and a restored backup the old one
    assert sealed_with(running.seal(MARTA, SECRETS)) == sealed_with(after)
    assert keys.end_rotation(clock) is None

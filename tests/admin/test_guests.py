"""setup.py --add-person, --move-people, --rotate-key: nothing secret is echoed or left behind, nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from admin import guest_keys, guests
from admin.wizard import Wizard
from database import open_database
from domain.errors import ConfigError
from domain.model import ActionType
from runtime import sealing_key
from runtime.configured import people_of
from runtime.directory import Directory
from runtime.sealing_key import KeyRing
from runtime.settings import Settings, load
from safety.sealing import SealingKeys, Secrets, new_key, sealed_with

OWNER, MARCO, MARTA = 42, 43, 990_001
OTP = "otpauth://totp/Polimi:1?secret=JBSWY3DPEHPK3PXP"
TOKEN = "123456789:" + "A" * 35


def configured(tmp_path: Path, *friends: dict[str, object]) -> Settings:
    config = tmp_path / "config.json"
    config.touch(mode=0o600)
    telegram = {"bot_token": TOKEN, "allowed_user_id": OWNER}
    owner = {"username": "10000001", "password": "geheim", "otpatu": OTP, "telegram": telegram, "_note": "mine"}
    config.write_text(json.dumps(owner | {"friends": friends}))
    return load(config)


def friend(user_id: int, username: str) -> dict[str, object]:
    return {"telegram_user_id": user_id, "username": username, "password": f"pw of {username}", "otpatu": OTP}


def add(settings: Settings, user_id: int, username: str = "10556677") -> list[str]:
    """What the terminal shows while a person is added who types this."""
    typed, hidden, said = iter(["1", username, "y"]), iter(["Sesamo, apriti!", OTP]), list[str]()

    def ask(question: str) -> str:
        said.append(question)
        return "Marta" if "called" in question else next(typed)

    wizard = Wizard(ask=ask, ask_secret=lambda _question: next(hidden), say=said.append)
    guests.add_person(settings, user_id, wizard, ask, said.append)
    return said


def logins(settings: Settings) -> dict[int, str]:
    """By Telegram id, the password of everybody, as a program that starts now finds it."""
    return {each.user_id: each.password for each in guests.everybody(settings)}


def test_a_person_is_added_with_a_code_to_compare_and_nothing_echoed(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    said = "\n".join(add(settings, MARTA))
    assert "your authenticator app must show the same" in said
    assert not any(secret in said for secret in ("Sesamo", "JBSWY3DPEHPK3PXP"))
    assert logins(settings) == {OWNER: "geheim", MARTA: "Sesamo, apriti!"}
    content = b"".join(path.read_bytes() for path in tmp_path.glob("polimisport.db*") if path.suffix != ".key")
    assert b"Sesamo" not in content

    async def what_waits() -> tuple[object, int]:
        async with open_database(settings.database) as db:
            return await db.requests.live_routine(ActionType.CHECK, MARTA), len(await db.guests.invitations())

    check, invitations = asyncio.run(what_waits())
    assert check
    assert invitations == 0
    add(settings, MARTA)  # once more: a new password, and no second guest
    assert asyncio.run(what_waits())[1] == 0


def test_an_account_is_one_persons_and_who_stands_in_the_configuration_stays_there(tmp_path: Path) -> None:
    settings = configured(tmp_path, friend(MARCO, "10000002"))
    with pytest.raises(ConfigError, match="--move-people"):
        add(settings, MARCO)
    with pytest.raises(ConfigError, match="belongs to one person"):
        add(settings, MARTA, "10000002")


def test_the_friends_of_the_configuration_move_and_nothing_changes_for_them(tmp_path: Path) -> None:
    away = friend(44, "10000003") | {"active": False}
    settings = configured(tmp_path, friend(MARCO, "10000002"), away)
    said: list[str] = []
    assert not guests.move_people(settings, lambda _: False, said.append)
    assert load(settings.config_file).friends == settings.friends
    before = logins(settings)
    (tmp_path / "polimisport-config").write_bytes(settings.config_file.read_bytes())
    (tmp_path / "polimisport-config").chmod(0o400)
    with pytest.MonkeyPatch.context() as environment, pytest.raises(ConfigError, match="only lent"):
        environment.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
        guests.move_people(settings, lambda _: True, said.append)
    (tmp_path / "polimisport-config").unlink()
    assert guests.move_people(settings, lambda _: True, said.append)
    left = json.loads(settings.config_file.read_text())
    assert [each["telegram_user_id"] for each in left["friends"]] == [44]
    assert left["_note"] == "mine"
    assert settings.config_file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if "config" in path.name] == ["config.json"]
    assert len(list(settings.backup_dir.glob("*.db"))) == 1
    now = load(settings.config_file)
    assert logins(now) == before
    assert not any("pw of" in line for line in said)

    async def fingerprints() -> list[str]:
        async with open_database(now.database) as db:
            await db.people.set(people_of(now))
            rows = await db.connection.rows("SELECT fingerprint FROM accounts ORDER BY user_id")
            return [row[0] for row in rows]

    assert asyncio.run(fingerprints()) == [each.fingerprint for each in people_of(settings)]


@pytest.mark.parametrize("killed", [False, True])
def test_a_new_key_seals_everybody_and_a_kill_in_between_loses_nobody(tmp_path: Path, killed: bool) -> None:
    settings = configured(tmp_path)
    for number in range(3):
        add(settings, MARTA + number, f"1055667{number}")
    before = logins(settings)
    [old] = KeyRing(settings.local_path).read().ids
    if killed:
        both = KeyRing(settings.local_path).begin_rotation()
        reseal_one(settings, both.ids[0])
        assert logins(settings) == before
    said: list[str] = []
    assert guests.rotate_key(settings, said.append)
    [new] = KeyRing(settings.local_path).read().ids
    assert new != old
    assert {sealed_with(each) for each in blobs(settings)} == {new}
    assert logins(settings) == before
    assert "backups made before need it" in said[-1]


def test_a_session_that_machines_share_is_sealed_anew_too_and_one_that_no_key_opens_goes(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    for number in range(2):
        add(settings, MARTA + number, f"1055667{number}")

    async def keep() -> None:
        async with open_database(settings.database) as db:
            ours = KeyRing(settings.local_path).seal_session(MARTA, "{}", had_one=True)
            await db.site_logins.keep(MARTA, ours, None)
            await db.site_logins.keep(MARTA + 1, SealingKeys([new_key()]).seal_session(MARTA + 1, "{}"), None)

    async def kept() -> dict[int, str]:
        async with open_database(settings.database) as db:
            keys = KeyRing(settings.local_path).read()
            every = await db.site_logins.all_kept()
            return {user_id: keys.open_session(user_id, each.sealed).strip() for user_id, each in every.items()}

    asyncio.run(keep())
    guests.rotate_key(settings, lambda _: None)
    assert asyncio.run(kept()) == {MARTA: "{}"}


def blobs(settings: Settings) -> Sequence[bytes]:
    async def read() -> list[bytes]:
        async with open_database(settings.database) as db:
            return [each.sealed for each in (await db.guests.changed_since(-1))[2]]

    return asyncio.run(read())


def reseal_one(settings: Settings, key: bytes) -> None:
    async def one() -> None:
        async with open_database(settings.database) as db:
            ring = KeyRing(settings.local_path)
            guest = (await db.guests.changed_since(-1))[2][0]
            sealed = ring.seal(guest.user_id, ring.open(guest.user_id, guest.sealed))
            assert sealed_with(sealed) == key
            await db.guests.reseal({guest.user_id: (guest.sealed, sealed)})

    asyncio.run(one())


def test_a_key_from_elsewhere_is_changed_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = configured(tmp_path)
    add(settings, MARTA)
    monkeypatch.setenv("POLIMISPORT_KEY", KeyRing(settings.local_path).file.read_text())
    sealing_key.given.cache_clear()
    try:
        with pytest.raises(ConfigError, match="put a new one in front"):
            guests.rotate_key(settings, print)
        assert "POLIMISPORT_KEY" not in os.environ
    finally:
        sealing_key.given.cache_clear()


def test_the_doctor_says_whether_key_and_guests_fit(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    assert asyncio.run(guest_keys.look(settings)) == []
    add(settings, MARTA)
    [(what, remedy)] = asyncio.run(guest_keys.look(settings))
    assert ("opens the login of 1 guest" in what, remedy) == (True, None)
    KeyRing(settings.local_path).file.unlink()
    [(what, remedy)] = asyncio.run(guest_keys.look(settings))
    assert str(MARTA) in what
    assert remedy
    assert logins(settings) == {OWNER: "geheim"}


def test_two_people_at_one_account_are_found(tmp_path: Path) -> None:
    settings = configured(tmp_path)
    add(settings, MARTA)

    async def twice() -> None:
        async with open_database(settings.database) as db:
            assert await db.guests.welcome(await db.guests.invite(OWNER), MARTA + 1, "Nino")
            await Directory(settings, db.guests).admit(MARTA + 1, Secrets("10556677", "x", ""))

    asyncio.run(twice())
    assert any("the account of two people" in what for what, _ in asyncio.run(guest_keys.look(settings)))

"""setup.py --move-to: the configuration is changed last, secrets are not shown, and what lies beside goes along."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest

import setup
from admin import moving
from admin.moving import move
from database import open_database
from domain.errors import ConfigError, DatabaseBusy, DatabaseError
from domain.model import ActionType, utc_now
from domain.programs import Vitals
from domain.requests import NewAction
from runtime.configured import people_of
from runtime.process_names import name_of
from runtime.settings import Settings, load
from tests.support.postgresql import Server

OWNER = 42
PASSWORD = "nessuno-la-legge"
READ = NewAction(ActionType.CHECK, OWNER)


@pytest.fixture
def address(postgresql: Server) -> str:
    """Of a database in which there is nothing; with a password, which this server does not ask for."""
    return postgresql.empty_database().uri.replace("polimisport@", f"polimisport:{PASSWORD}@")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration, whose file of the database holds a request, with a key and a session beside."""
    path = tmp_path / "config.json"
    path.touch(mode=0o600)
    owner = {"username": "10000001", "password": "geheim", "otpatu": "otpauth://totp/Polimi:1?secret=JBSWY3DPEHPK3PXP"}
    telegram = {"bot_token": "123456789:" + "A" * 35, "allowed_user_id": OWNER}
    values = {"_note": "mine", **owner, "database": "club.db", "telegram": telegram}
    path.write_text(json.dumps(values))
    asyncio.run(put_in(load(path)))
    (tmp_path / "club.db.key").write_text("a key")
    (tmp_path / "club.state").mkdir(mode=0o700)
    (tmp_path / "club.state" / "session.json").write_text("{}")
    return path


async def put_in(settings: Settings) -> None:
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        await db.requests.add(READ)


async def requests(settings: Settings) -> list[int]:
    async with open_database(settings.database) as db:
        return [action.id for action in await db.requests.latest(OWNER, 9)]


def in_file(config: Path) -> dict[str, Any]:
    return dict(json.loads(config.read_text()))


@pytest.mark.process
def test_the_database_goes_to_a_server_and_comes_back(
    config: Path, address: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = in_file(config)
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{address}\n"))
    assert setup.main(["--config", str(config), "--move-to", "-"]) == setup.WELL
    assert in_file(config) == before | {"database": address}
    assert list(in_file(config)) == list(before)
    assert asyncio.run(requests(load(config))) == [1]
    assert (config.parent / "polimisport.db.key").read_text() == "a key"
    assert (config.parent / "polimisport.state" / "session.json").exists()
    assert setup.main(["--config", str(config), "--move-to", "back.db"]) == setup.WELL
    assert in_file(config) == before | {"database": "back.db"}
    assert load(config).database == config.parent / "back.db"
    assert asyncio.run(requests(load(config))) == [1]
    assert (config.parent / "back.db.key").read_text() == "a key"
    said = capsys.readouterr()
    assert "booking_actions: 1\n" in said.out
    assert "stays where it is" in said.out
    assert PASSWORD not in said.out + said.err


def test_a_password_on_the_command_line_is_taken_with_a_word_about_who_can_see_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    server = "postgresql://a@host/name"
    for place, is_told in [(server.replace("@", ":geheim@"), True), (server, False), ("a.db", False)]:
        assert setup.where_to(place) == place
        said = capsys.readouterr()
        assert ("--move-to -" in said.err) == is_told
        assert "geheim" not in said.out + said.err


@pytest.mark.process
def test_whoever_was_interrupted_before_the_configuration_was_changed_types_it_again(
    config: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = config.read_bytes()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(moving, "write", interrupted)
        move(load(config), address, print)
    assert config.read_bytes() == before
    move(load(config), address, print)
    assert in_file(config)["database"] == address


@pytest.mark.process
@pytest.mark.parametrize("name", ["another-machine - 7", name_of(1)])
def test_nothing_is_moved_while_a_program_lives(config: Path, address: str, name: str) -> None:
    async def beat() -> None:
        async with open_database(load(config).database) as db:
            await db.heartbeats.beat("worker", name, 1, utc_now(), Vitals("", 0, "", 0, ""), is_dead=None)

    asyncio.run(beat())
    with pytest.raises(DatabaseBusy, match="these programs are running, or were a minute ago: worker"):
        move(load(config), address, print)
    assert in_file(config)["database"] == "club.db"


def test_what_can_not_be_moved_is_refused_before_anything_is_done(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, nowhere = load(config), f"postgresql://me:{PASSWORD}@/club?host={config.parent}"
    with pytest.raises(DatabaseError, match="one of the two is a file"):
        move(settings, "another.db", print)
    with pytest.raises(ConfigError, match="key 'database'"):
        move(settings, "postgresql://", print)
    with pytest.raises(DatabaseBusy, match="can't be reached") as refused:
        move(settings, nowhere, print)
    assert PASSWORD not in str(refused.value)
    (config.parent / "club.db").rename(config.parent / "elsewhere.db")
    with pytest.raises(DatabaseError, match="does not exist"):
        move(settings, nowhere, print)
    monkeypatch.setenv(moving.VARIABLE, nowhere)
    with pytest.raises(ConfigError, match=moving.VARIABLE):
        move(settings, nowhere, print)
    assert in_file(config)["database"] == "club.db"


@pytest.mark.process
def test_another_key_is_not_written_over(config: Path, address: str) -> None:
    (config.parent / "polimisport.db.key").write_text("another key")
    with pytest.raises(ConfigError, match="is there, and not the same"):
        move(load(config), address, print)
    assert in_file(config)["database"] == "club.db"
    assert (config.parent / "polimisport.db.key").read_text() == "another key"

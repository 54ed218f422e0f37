"""setup.py --login, --export-session, --import-session: what is taken, what is refused, and that nothing is lost."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import setup
from admin import session_file, sessions
from admin.hand_login import HandLoginFailed
from admin.session_file import CarriedSession, SessionFileError
from admin.sessions import Terminal, Window, export_session, import_session, log_in, person_named
from admin.wizard import write
from database import open_database
from demo.site import Site, SiteWorld
from domain.errors import AppError, ConfigError, LoginNeeded
from domain.model import utc_now
from portal.storage.session_files import SessionFiles
from runtime.configured import people_of
from runtime.settings import Settings, load
from safety.personal_files import SESSIONS
from tests.portal.test_by_hand import enter_by_spid
from tests.support import outcomes
from tests.support.sites import GIULIA, chromium, cookie, person

OWNER, MARCO, MARCOS = 42, 43, "10000002"
PASSPHRASE = "quattro parole a caso"
SITE = "https://ecomm.sportrick.com/sportpolimi"
PROJECT = Path(setup.__file__).parent


def old_cookie(value: str = "old") -> dict[str, object]:
    return {"name": ".ASPXAUTH_SOCIALBOOKING", "value": value, "domain": "ecomm.sportrick.com", "path": "/"}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_") or name.endswith("DISPLAY")]:
        monkeypatch.delenv(name)


def configured(folder: Path, **more: Any) -> Path:
    """A configuration whose owner and friend log in by hand, and a session of the owner."""
    friend = {"telegram_user_id": MARCO, "username": MARCOS, "login": "by_hand"}
    telegram = {"bot_token": "1:x", "allowed_user_id": OWNER}
    values = {"username": GIULIA, "login": "by_hand", "telegram": telegram, "friends": [friend]}
    write(folder / "config.json", values | more)
    return folder / "config.json"


def store(settings: Settings, user_id: int = OWNER, username: str = GIULIA) -> SessionFiles:
    return SessionFiles(settings.state_dir / SESSIONS, user_id, username)


class Typist:
    """Answers with passphrases, one after the other, and keeps what is said."""

    def __init__(self, *answers: str) -> None:
        self._answers = list(answers)
        self.said: list[str] = []
        self.terminal = Terminal(self.answer, self.answer, self.said.append)

    def answer(self, question: str) -> str:
        self.said.append(question)
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


def carried(folder: Path, username: str = GIULIA, base_url: str = SITE, value: str = "new") -> Path:
    session = CarriedSession(
        session_file.digest(username), base_url, datetime.now(UTC), {"cookies": [old_cookie(value)], "origins": []}
    )
    session_file.write(folder / "session.bin", session, PASSPHRASE)
    return folder / "session.bin"


def value_of(kept: dict[str, Any] | None) -> object:
    return kept and kept["cookies"][0]["value"]


async def stopped(settings: Settings) -> None:
    async with open_database(settings.database) as db:
        await db.people.set(people_of(settings))
        await outcomes.reject(db, OWNER, LoginNeeded("it has ended"), utc_now(), tell=True)


async def notices(settings: Settings) -> list[str]:
    async with open_database(settings.database) as db:
        return [row["kind"] for row in await db.connection.rows("SELECT kind FROM notices ORDER BY id")]


async def queued(settings: Settings) -> list[str]:
    async with open_database(settings.database) as db:
        rows = await db.connection.rows("SELECT action_type FROM booking_actions WHERE status = 'pending'")
        return [row["action_type"] for row in rows]


def test_a_file_puts_the_session_in_place_and_what_was_not_tried_is_tried_before_anything_is_told(
    tmp_path: Path,
) -> None:
    settings = load(configured(tmp_path))
    asyncio.run(stopped(settings))
    typist = Typist("another passphrase", PASSPHRASE)
    import_session(tmp_path / "config.json", None, carried(tmp_path), typist.terminal, login=False)
    assert value_of(store(settings).load()) == "new"
    assert asyncio.run(notices(settings)) == ["login_rejected"]
    assert asyncio.run(queued(settings)) == ["check"]
    assert any("does not open with this passphrase. Once more" in line for line in typist.said)
    assert GIULIA not in " ".join(typist.said)


REFUSED: dict[str, tuple[dict[str, str], str | None, tuple[str, ...], str]] = {
    "a stranger's": ({"username": "10000009"}, None, (PASSPHRASE,), "an account that is not here"),
    "somebody else's": ({"username": MARCOS}, GIULIA, (PASSPHRASE,), "another account than 10••••01"),
    "another site's": ({"base_url": "https://other.example"}, None, (PASSPHRASE,), "a session on https://other.ex"),
    "sealed with another": ({}, None, ("wrong one", "wrong two", "wrong three"), "does not open with this passphr"),
    "nobody types": ({}, None, (), "nobody has typed a passphrase"),
    "nobody is called so": ({}, "Giulia", (PASSPHRASE,), r"there is 42 \(10••••01\), 43 \(10••••02\)"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_gets_one_sentence_and_the_session_that_was_there_stays(tmp_path: Path, what: str) -> None:
    differs, name, typed, says = REFUSED[what]
    settings = load(configured(tmp_path))
    store(settings).save({"cookies": [old_cookie()], "origins": []})
    file = carried(tmp_path, **differs)
    with pytest.raises(AppError, match=says) as caught:
        import_session(tmp_path / "config.json", name, file, Typist(*typed).terminal, login=False)
    assert "\n" not in str(caught.value)
    assert value_of(store(settings).load()) == "old"
    assert file.exists()


def test_a_friends_session_goes_to_the_friend_though_nobody_says_whose_it_is(tmp_path: Path) -> None:
    settings = load(configured(tmp_path))
    file = carried(tmp_path, username=MARCOS)
    import_session(tmp_path / "config.json", None, file, Typist(PASSPHRASE).terminal, login=False)
    assert value_of(store(settings, MARCO, MARCOS).load()) == "new"
    assert store(settings).load() is None


def test_a_stored_session_is_exported_as_it_can_be_imported(tmp_path: Path) -> None:
    settings = load(configured(tmp_path))
    store(settings).save({"cookies": [old_cookie()], "origins": []}, logged_in_at=1_800_000_000)
    typist = Typist("short", PASSPHRASE, "not the same", PASSPHRASE, PASSPHRASE)
    export_session(tmp_path / "config.json", None, tmp_path / "out.bin", typist.terminal)
    exported = session_file.read(tmp_path / "out.bin").opened(PASSPHRASE)
    assert value_of(exported.state) == "old"
    assert exported.belongs_to(GIULIA)
    assert exported.made_at.timestamp() == 1_800_000_000
    with pytest.raises(SessionFileError, match="is there already"):
        export_session(tmp_path / "config.json", None, tmp_path / "out.bin", Typist().terminal)


def test_without_a_screen_one_sentence_says_what_to_do_on_a_laptop(tmp_path: Path) -> None:
    config = configured(tmp_path)
    with pytest.raises(HandLoginFailed, match="--login --export-session FILE") as caught:
        log_in(config, None, None, Typist().terminal)
    assert f"--import-session FILE --config {config}" in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(HandLoginFailed):
        export_session(config, None, tmp_path / "out.bin", Typist().terminal)
    assert not (tmp_path / "out.bin").exists()


def test_a_person_is_named_by_codice_persona_or_telegram_id(tmp_path: Path) -> None:
    settings = load(configured(tmp_path))
    assert [person_named(settings, name).user_id for name in (None, GIULIA, "42", MARCOS, "43")] == [42, 42, 42, 43, 43]
    with pytest.raises(ConfigError, match="--person 4: nobody"):
        person_named(settings, "4")


@pytest.mark.process
async def test_the_commands_say_what_is_wrong_in_one_line_and_with_an_exit_code(tmp_path: Path) -> None:
    config = configured(tmp_path)
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    for options in (["--login"], ["--import-session", str(tmp_path / "picture.png")]):
        process = await asyncio.create_subprocess_exec(
            sys.executable, PROJECT / "setup.py", "--config", config, *options,
            stdin=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, said = await process.communicate()
        assert (process.returncode, said.count(b"\n")) == (setup.UNWELL, 1), said


# ----- from the laptop to the server, with the site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site(SiteWorld(people=[person()])) as running:
        running.world.switches.chooser = True
        yield running


@pytest.mark.process
async def test_who_logs_in_on_a_laptop_is_logged_in_on_the_server(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = {"base_url": site.base_url, "login_hosts": [site.login_host]}
    config, file = configured(tmp_path, site=places, browser={"executable_path": chromium()}), tmp_path / "giulia.bin"
    monkeypatch.setenv("POLIMISPORT_SITE__BASE_URL", site.base_url)
    monkeypatch.setenv("POLIMISPORT_SITE__LOGIN_HOSTS", f'["{site.login_host}"]')
    monkeypatch.setenv("POLIMISPORT_BROWSER__EXECUTABLE_PATH", chromium())
    laptop = Typist(GIULIA, PASSPHRASE, PASSPHRASE)
    window = Window(headless=True, person=enter_by_spid)
    await asyncio.to_thread(export_session, tmp_path / "no.json", None, file, laptop.terminal, window)
    settings = load(config)
    await stopped(settings)
    await asyncio.to_thread(import_session, config, None, file, Typist(PASSPHRASE).terminal, login=True)
    assert await notices(settings) == ["login_rejected", "login_back"]
    taken = store(settings).load()
    assert taken is not None
    assert site.world.accounts.login_attempts == {}

    site.world.accounts.end_sessions()  # and once it has ended, the file is refused, and what is there stays
    store(settings).save({"cookies": [cookie(site)], "origins": []})
    before = store(settings).load()
    with pytest.raises(SessionFileError, match="has ended: log in anew where you made it"):
        await asyncio.to_thread(import_session, config, None, file, Typist(PASSPHRASE).terminal, login=True)
    assert store(settings).load() == before
    assert sessions.is_stored(settings, settings.people[0])

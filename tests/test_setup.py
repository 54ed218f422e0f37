"""The wizard, the doctor and the backups of setup.py, against the simulated Telegram and site."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import doctor
import setup
from database import open_database
from demo.site import Site, SiteWorld
from demo.telegram import TelegramEmulator
from doctor import Finding, masked
from errors import LoginRejected
from settings import load
from tests.sites import GIULIA, OTP_URL, PASSWORD, chromium, person
from tests.test_otp import export, qr_code
from wizard import Wizard, write

PROJECT = Path(__file__).resolve().parent.parent
OWNER = 42
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


class SkewedClock:
    """The site's clock, which may differ from ours."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator()
    async with emulator.serve():
        yield emulator


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with Site(SiteWorld(people=[person()], clock=SkewedClock())) as running:
        yield running


Configure = Callable[..., Path]


@pytest.fixture
def configure(tmp_path: Path, telegram: TelegramEmulator, site: Site) -> Configure:
    """Writes a config.json that works, with what a test wants different in it."""

    def make(**different: Any) -> Path:
        values: dict[str, Any] = {
            "username": GIULIA,
            "password": PASSWORD,
            "otpatu": OTP_URL,
            "telegram": {
                "bot_token": telegram.token,
                "allowed_user_id": OWNER,
                "api_base_url": telegram.api_base_url,
            },
            "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
            "browser": {"executable_path": chromium()},
        }
        path = tmp_path / "config.json"
        path.unlink(missing_ok=True)
        write(path, values | different)
        return path

    return make


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own configuration stays out of it."""
    for name in [name for name in os.environ if name.startswith("POLIMISPORT_")]:
        monkeypatch.delenv(name)


def assert_well(code: int, said: str) -> None:
    """What setup.py says and returns when all is well; as root, the browser can't have its sandbox."""
    wrong = [line for line in said.splitlines() if line.startswith("✗")]
    assert [line for line in wrong if not line.startswith("✗ sandbox: the browser")] == [], said
    assert code == (setup.UNWELL if wrong else setup.WELL)


async def findings(config: Path, *, login: bool = False) -> dict[str, Finding]:
    return {finding.subject: finding async for finding in doctor.examine(config, login=login)}


async def run_setup(*arguments: str | Path) -> tuple[int, str]:
    """setup.py as a process that has nobody to ask; its exit code and everything it said."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        PROJECT / "setup.py",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


# --- the wizard


class Person:
    """Answers the wizard's questions from a list, and keeps what the wizard said."""

    def __init__(self, *answers: str | type[BaseException]) -> None:
        self._answers = list(answers)
        self.heard: list[str] = []

    def answer(self, question: str) -> str:
        self.heard.append(question)
        answer = self._answers.pop(0)
        if not isinstance(answer, str):
            raise answer
        return answer

    async def use_wizard(self) -> dict[str, Any]:
        """What the wizard would write. It runs loops of its own, as at a terminal, so it gets a thread."""
        wizard = Wizard(self.answer, self.answer, self.heard.append)
        return await asyncio.to_thread(wizard.ask_everything)

    def heard_once(self, text: str) -> bool:
        return sum(text in line for line in self.heard) == 1


@pytest.fixture
def telegram_of_the_wizard(telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch) -> TelegramEmulator:
    monkeypatch.setenv("POLIMISPORT_TELEGRAM__API_BASE_URL", telegram.api_base_url)
    return telegram


async def test_five_answers_make_a_configuration(telegram_of_the_wizard: TelegramEmulator) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person(GIULIA, PASSWORD, OTP_URL, token, "42")
    assert await giulia.use_wizard() == {
        "username": GIULIA,
        "password": PASSWORD,
        "otpatu": OTP_URL,
        "telegram": {"bot_token": token, "allowed_user_id": 42},
    }
    assert giulia.heard_once("This is @polimisport_bot.")


async def test_who_gave_a_picture_of_the_qr_code_is_told_to_delete_it(
    telegram_of_the_wizard: TelegramEmulator, tmp_path: Path
) -> None:
    picture = str(qr_code(OTP_URL, tmp_path / "qr.png"))
    giulia = Person(GIULIA, PASSWORD, f"'{picture}'", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] == OTP_URL
    assert giulia.heard_once("Delete that picture now")


async def test_a_setup_key_is_taken_and_not_said_again(telegram_of_the_wizard: TelegramEmulator) -> None:
    giulia = Person(GIULIA, PASSWORD, "jbsw y3dp ehpk 3pxp", telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["otpatu"] == "otpauth://totp/Polimi?secret=JBSWY3DPEHPK3PXP"
    assert "jbsw" not in " ".join(giulia.heard).lower()
    assert not giulia.heard_once("Delete that picture now")


async def test_of_an_export_with_several_accounts_one_is_asked_for(telegram_of_the_wizard: TelegramEmulator) -> None:
    ours = (b"Hello!\xde\xad\xbe\xef", "Polimi:10000001", 2)
    two = export((b"0123456789", "Mail:a", 2), ours)
    giulia = Person(GIULIA, PASSWORD, two, "3", "2", telegram_of_the_wizard.token, "42")
    assert "JBSWY3DPEHPK3PXP" in (await giulia.use_wizard())["otpatu"]
    assert giulia.heard_once("2: Polimi 10000001")
    assert giulia.heard_once("Type a number from 1 to 2.")


async def test_blanks_around_a_password_are_kept_and_said(telegram_of_the_wizard: TelegramEmulator) -> None:
    giulia = Person(GIULIA, "   ", f" {PASSWORD} ", OTP_URL, telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["password"] == f" {PASSWORD} "
    assert giulia.heard_once("begins or ends with a blank, which is kept")


@pytest.mark.parametrize("program", ["setup.py", "worker.py", "bot_db.py", "sync_bookings.py", "otp_extractor.py"])
async def test_a_python_without_the_packages_says_what_to_type(program: str) -> None:
    command = (sys.executable, "-E", "-S", str(PROJECT / program), "--check")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode().strip().endswith(f".venv/bin/python {program} --check")
    assert said.count(b"\n") == 1


async def test_the_browser_that_run_found_is_written_down(
    telegram_of_the_wizard: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POLIMISPORT_BROWSER__EXECUTABLE_PATH", "/usr/bin/chromium")
    giulia = Person(GIULIA, PASSWORD, OTP_URL, telegram_of_the_wizard.token, "42")
    assert (await giulia.use_wizard())["browser"] == {"executable_path": "/usr/bin/chromium"}


async def test_each_wrong_answer_gets_a_sentence_and_the_question_again(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    token = telegram_of_the_wizard.token
    giulia = Person(
        *("", "giulia rossi", GIULIA),
        *("", PASSWORD),
        *("", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "no-such-picture.png", OTP_URL),
        *("nonsense", "1234567890:another-token-than-the-bots", token),
        *("@giulia", "0", "42"),
    )
    assert (await giulia.use_wizard())["telegram"]["allowed_user_id"] == 42
    assert giulia.heard_once("not your name")
    assert giulia.heard_once("only totp")
    assert giulia.heard_once("There is no file no-such-picture.png.")
    assert giulia.heard_once("A token looks like")
    assert giulia.heard_once("The token is refused (Unauthorized).")
    assert PASSWORD not in " ".join(giulia.heard)


class Phone:
    """Answers the wizard's last question by what it says: sends the digits it shows, from this phone or another."""

    def __init__(self, telegram: TelegramEmulator, *sends: Callable[[str], Iterable[tuple[int, str]]], yes: str = "sì"):
        self.telegram = telegram
        self.heard: list[str] = []
        self._first = [GIULIA, PASSWORD, OTP_URL, telegram.token]
        self._sends = list(sends)
        self._yes = yes

    @property
    def digits(self) -> str:
        return next(line for line in reversed(self.heard) if "four digits: " in line)[-4:]

    def answer(self, question: str) -> str:
        self.heard.append(question)
        if self._first:
            return self._first.pop(0)
        if "Is that you?" in question:
            return self._yes
        if not self._sends:
            return str(OWNER + 100)
        for who, text in self._sends.pop(0)(self.digits):
            sent = self.telegram.person(who, first_name=NAMES[who]).send(text)
            asyncio.run_coroutine_threadsafe(sent, self.loop).result()
        return ""

    async def owner(self) -> int:
        self.loop = asyncio.get_running_loop()
        wizard = Wizard(self.answer, self.answer, self.heard.append)
        values = await asyncio.to_thread(wizard.ask_everything)
        return int(values["telegram"]["allowed_user_id"])


MALLORY, EVE = 666, 667
NAMES = {OWNER: "Giulia", MALLORY: "Mallory", EVE: "\x1b[2JEve\u202e\n"}


def others(digits: str, number: int) -> list[str]:
    """That many other digits."""
    return [f"{(int(digits) + 1 + step) % 10_000:04}" for step in range(number)]


async def test_the_owner_is_who_sends_the_digits_and_the_message_stays_for_the_bot(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    phone = Phone(
        telegram_of_the_wizard,
        lambda digits: [(MALLORY, "/start"), (MALLORY, "ciao")],
        lambda digits: [(OWNER, "/start"), (OWNER, f" {digits} "), (MALLORY, "it is me"), (MALLORY, f"{digits}0")],
    )
    assert await phone.owner() == OWNER
    assert any("The bot has not got these digits yet" in line for line in phone.heard)
    assert any("They came from Giulia (id 42). Is that you?" in line for line in phone.heard)
    polls = [call for call in telegram_of_the_wizard.calls if call.method == "getUpdates"]
    assert [call.params for call in polls] == [{}] * 3  # no offset takes it away, no allowed_updates is remembered


@pytest.mark.parametrize(
    "attack",
    [
        lambda digits: [(MALLORY, guess) for guess in others(digits, 3)],  # guesses, and is lucky afterwards
        lambda digits: [(MALLORY, guess) for guess in [*others(digits, 3), digits]],
        lambda digits: [(OWNER, digits), (MALLORY, digits)],  # looked over the owner's shoulder
        lambda digits: [(MALLORY, guess) for guess in [*others(digits, 250), digits]],  # more than a page of Telegram's
    ],
)
async def test_who_guesses_never_becomes_the_owner(
    telegram_of_the_wizard: TelegramEmulator, attack: Callable[[str], Iterable[tuple[int, str]]]
) -> None:
    first: list[str] = []

    def attacked(digits: str) -> Iterable[tuple[int, str]]:
        first.append(digits)
        return attack(digits)

    phone = Phone(telegram_of_the_wizard, attacked, lambda digits: [(OWNER, digits)])
    assert await phone.owner() == OWNER
    assert sum("somebody is guessing" in line for line in phone.heard) == 1
    assert sum("four digits: " in line for line in phone.heard) == 2
    assert not any("Mallory" in line for line in phone.heard)


async def test_all_digits_sent_beforehand_are_of_no_use(telegram_of_the_wizard: TelegramEmulator) -> None:
    mallory = telegram_of_the_wizard.person(MALLORY, first_name="Mallory")
    for number in range(0, 10_000, 50):
        await mallory.send(f"{number:04}")
    phone = Phone(telegram_of_the_wizard, lambda digits: [(OWNER, digits)])
    assert await phone.owner() == OWNER
    assert sum("four digits: " in line for line in phone.heard) == 1


async def test_who_says_no_gets_other_digits_and_after_five_only_a_typed_id_helps(
    telegram_of_the_wizard: TelegramEmulator,
) -> None:
    phone = Phone(telegram_of_the_wizard, *[lambda digits: [(EVE, digits)]] * 5, yes="")
    assert await phone.owner() == OWNER + 100
    asked = [line for line in phone.heard if "Is that you?" in line]
    assert len(asked) == 5
    assert all("They came from [2JEve (id 667)." in line for line in asked)  # nothing that moves the cursor
    assert any("it goes without them" in line for line in phone.heard)


async def test_digits_expire(telegram_of_the_wizard: TelegramEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wizard.DIGITS_LIVE", -1.0)
    phone = Phone(telegram_of_the_wizard, lambda digits: [(OWNER, digits)])
    assert await phone.owner() == OWNER + 100
    assert any("more than ten minutes old" in line for line in phone.heard)


async def test_without_a_network_the_wizard_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLIMISPORT_TELEGRAM__API_BASE_URL", NOWHERE)
    giulia = Person(GIULIA, PASSWORD, OTP_URL, "1234567890:a-token-nobody-can-check", "", "42")
    assert (await giulia.use_wizard())["telegram"]["allowed_user_id"] == 42
    assert giulia.heard_once("the token is taken as it is")


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    giulia = Person(GIULIA, KeyboardInterrupt)
    monkeypatch.setattr("builtins.input", giulia.answer)
    monkeypatch.setattr("getpass.getpass", giulia.answer)
    assert setup.main(["--config", str(tmp_path / "config.json")]) == setup.STOPPED
    assert list(tmp_path.iterdir()) == []


async def test_with_nobody_to_ask_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    code, said = await run_setup("--config", tmp_path / "config.json")
    assert code == 2
    assert "there is nobody to answer the questions here: copy config.example.json to" in said
    assert list(tmp_path.iterdir()) == []


def test_the_configuration_is_written_for_its_owners_eyes_only(tmp_path: Path) -> None:
    write(tmp_path / "config.json", {"password": "perché no"})
    assert stat.S_IMODE((tmp_path / "config.json").stat().st_mode) == 0o600
    assert json.loads((tmp_path / "config.json").read_text()) == {"password": "perché no"}
    assert len(list(tmp_path.iterdir())) == 1


# --- the database


async def test_setup_makes_the_database_and_a_second_time_takes_nothing_away(configure: Configure) -> None:
    config = configure()
    code, said = await run_setup("--config", config, "--no-login")
    assert_well(code, said)
    assert "is made" in said
    database = config.parent / "polimisport.db"
    with sqlite3.connect(database) as connection:
        connection.execute("INSERT INTO periodic_bookings (user_id, day_of_week, time_slot) VALUES (42, 1, '18:00')")
    connection.close()
    code, said = await run_setup("--config", config, "--no-login")
    assert_well(code, said)
    assert "is there, and up to date" in said
    assert GIULIA not in said
    assert re.search(r"(?<!\d)\d{6}(?!\d)", said) is None  # no live code: nobody was asked
    assert count(database, "periodic_bookings") == count(database, "accounts") == 1
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def count(database: Path, table: str) -> int:
    connection = sqlite3.connect(database)
    (number,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of this file
    connection.close()
    return int(number)


async def test_a_backup_is_whole_while_somebody_is_writing(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    await run_setup("--config", config, "--no-login")
    writer = sqlite3.connect(tmp_path / "polimisport.db", isolation_level=None)
    writer.execute("INSERT INTO booking_actions (action_type, user_id) VALUES ('check', 42)")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO booking_actions (action_type, user_id) VALUES ('refresh', 42)")
    copy = tmp_path / "copies" / "one.db"
    assert (await run_setup("--config", config, "--backup", copy))[0] == 0
    writer.close()
    assert count(copy, "booking_actions") == 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_backup_never_overwrites(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    await run_setup("--config", config, "--no-login")
    (tmp_path / "mine.db").write_text("precious")
    code, said = await run_setup("--config", config, "--backup", tmp_path / "mine.db")
    assert (code, said) == (2, f"{tmp_path}/mine.db exists already: name another file\n")
    assert (tmp_path / "mine.db").read_text() == "precious"


# --- the doctor


def of_root(finding: Finding) -> bool:
    """The one thing that is not well where the tests themselves run as root."""
    return finding.subject == "sandbox" and "as root" in finding.what and os.geteuid() == 0


async def test_when_all_is_well_every_check_says_so(configure: Configure, site: Site) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db"):
        pass
    found = await findings(config, login=True)
    assert [str(finding) for finding in found.values() if finding.remedy is not None and not of_root(finding)] == []
    assert list(found) == [
        "configuration",
        "files",
        "database",
        "programs",
        "browser",
        "sandbox",
        "Telegram",
        "site",
        "clock",
        f"one-time code of {masked(GIULIA)}",
        f"login of {masked(GIULIA)}",
    ]


@pytest.mark.parametrize("answer", [True, False])
async def test_the_live_code_is_shown_only_to_who_says_yes(configure: Configure, answer: bool) -> None:
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return answer

    config = configure(site={"base_url": NOWHERE})
    found = [finding async for finding in doctor.examine(config, login=False, confirm=confirm)]
    [code] = [finding for finding in found if finding.subject.startswith("one-time code")]
    assert (re.match(r"\d{6} for", code.what) is not None) == answer
    assert [question for question in asked if masked(GIULIA) in question] == asked != []
    assert GIULIA not in "".join(map(str, found)) + "".join(asked)


@pytest.mark.parametrize(("whole", "shown"), [("10456789", "10••••89"), ("104567", "1••••"), ("1", "1••••")])
def test_a_codice_persona_is_never_shown_whole(whole: str, shown: str) -> None:
    assert masked(whole) == shown


async def test_the_doctor_changes_nothing(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    found = await findings(config)
    assert found["database"].remedy == f"run: .venv/bin/python setup.py --config {shlex.quote(str(config))}"
    assert not (tmp_path / "polimisport.db").exists()


@pytest.mark.parametrize("mode", [0o644, 0o640])
async def test_a_configuration_others_can_read_is_named_with_the_remedy(configure: Configure, mode: int) -> None:
    config = configure()
    config.chmod(mode)
    finding = (await findings(config))["configuration"]
    assert str(finding).startswith("✗")
    assert f"chmod 600 {config}" in str(finding)
    assert stat.S_IMODE(config.stat().st_mode) == mode


async def test_every_wrong_key_is_a_line_of_its_own(configure: Configure) -> None:
    config = configure(username="", timezone="Europe/Atlantis")
    lines = [str(finding) async for finding in doctor.examine(config)]
    assert len(lines) == 2
    assert all(line.startswith("✗ configuration: ") for line in lines)


@pytest.mark.parametrize(
    ("subject", "different", "says"),
    [
        ("browser", {"browser": {"executable_path": "/no/such/browser"}}, "apt install chromium"),
        ("Telegram", {"telegram": {"bot_token": "1:wrong", "allowed_user_id": 1, "api_base_url": NOWHERE}}, "network"),
        ("site", {"site": {"base_url": NOWHERE}}, "site.base_url"),
    ],
)
async def test_what_does_not_work_is_named_with_its_remedy(
    configure: Configure, subject: str, different: dict[str, Any], says: str
) -> None:
    finding = (await findings(configure(**different)))[subject]
    assert str(finding).startswith(f"✗ {subject}: ")
    assert says in (finding.remedy or "")


async def test_a_token_telegram_refuses_is_told_apart_from_no_network(
    configure: Configure, telegram: TelegramEmulator
) -> None:
    wrong = {"bot_token": "99:not-this-bot", "allowed_user_id": 1, "api_base_url": telegram.api_base_url}
    finding = (await findings(configure(telegram=wrong)))["Telegram"]
    assert finding.what == "the token is refused (Unauthorized)"
    assert "99:not-this-bot" not in str(finding)


async def test_a_clock_that_is_wrong_is_noticed(configure: Configure, site: Site) -> None:
    site.world.clock.ahead = timedelta(seconds=40)  # type: ignore[attr-defined]
    finding = (await findings(configure()))["clock"]
    assert "s slow against the site" in finding.what
    assert "timedatectl" in (finding.remedy or "")


async def test_a_file_that_is_no_database_is_left_alone(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "polimisport.db").write_text("not a database, but somebody's thesis " * 100)
    finding = (await findings(configure()))["database"]
    assert "is not a usable SQLite database" in str(finding)
    assert (tmp_path / "polimisport.db").read_text().startswith("not a database")


async def test_a_wrong_password_is_tried_once_only(configure: Configure, site: Site) -> None:
    finding = (await findings(configure(password="sbagliata"), login=True))[f"login of {masked(GIULIA)}"]
    assert str(finding).startswith("✗")
    assert site.world.login_attempts[GIULIA] == 1


async def test_a_login_that_works_lets_a_rejected_account_try_again(configure: Configure) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db") as db:
        await setup.prepare_database(load(config))
        await db.people.reject(OWNER, LoginRejected("no"), tell=False)
        await findings(config, login=True)
        account = await db.people.find(OWNER)
    assert account is not None
    assert not account.rejected


async def test_exit_code_1_says_that_something_is_not_well(configure: Configure) -> None:
    code, said = await run_setup("--config", configure(), "--check", "--no-login")
    assert code == 1
    assert "✗ database" in said

"""The doctor and the backups of setup.py, and what it is started for, against the simulated Telegram and site."""

from __future__ import annotations

import asyncio
import os
import re
import resource
import shlex
import sqlite3
import stat
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import setup
from admin import doctor
from admin.doctor import Finding
from admin.guest_keys import masked
from admin.wizard import write
from database import open_database
from demo.site import Site, SiteWorld
from demo.telegram import TelegramEmulator
from domain.errors import LoginRejected
from domain.model import stamp, utc_now
from domain.programs import Vitals
from portal.portal import open_portal
from portal.storage.session_files import SessionFiles
from runtime.process_names import name_of
from runtime.room import want_of_room
from runtime.settings import load
from store.connection import Transaction
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser, lent
from tests.support.sites import GIULIA, OTP_URL, PASSWORD, chromium, cookie, person

PROJECT = Path(__file__).resolve().parent.parent
OWNER, FRIEND = 42, 667
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody listens


in_its_loop = pytest.mark.asyncio(loop_scope="session")  # of the browser that is lent


@pytest_asyncio.fixture(loop_scope="session")
async def telegram() -> AsyncIterator[TelegramEmulator]:
    emulator = TelegramEmulator()
    async with emulator.serve():
        yield emulator


@pytest_asyncio.fixture(loop_scope="session")
async def site() -> AsyncIterator[Site]:
    async with Site(SiteWorld(people=[person()])) as running:
        yield running


Configure = Callable[..., Path]


@pytest.fixture
def lent_to_the_doctor(engine: LentBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor of this process looks at the site through the browser that is there already."""
    monkeypatch.setattr(doctor, "open_portal", partial(lent, engine))


@pytest.fixture
def own_browser(lent_to_the_doctor: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The doctor starts its own after all."""
    monkeypatch.setattr(doctor, "open_portal", open_portal)


@pytest.fixture
def configure(tmp_path: Path, telegram: TelegramEmulator, site: Site, lent_to_the_doctor: None) -> Configure:
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


def assert_well(code: int, said: str) -> None:
    """What setup.py says and returns when all is well; as root, the browser can't have its sandbox."""
    wrong = [line for line in said.splitlines() if line.startswith("✗")]
    assert [line for line in wrong if not line.startswith("✗ sandbox: the browser")] == [], said
    assert code == (setup.UNWELL if wrong else setup.WELL)
    assert "Remedy:" not in said  # the browser's own warning says once more what is in the line of the sandbox


@pytest.mark.parametrize("program", ["setup.py", "worker.py", "bot_db.py", "sync_bookings.py", "otp_extractor.py"])
@in_its_loop
async def test_a_python_without_the_packages_says_what_to_type(program: str) -> None:
    command = (sys.executable, "-E", "-S", str(PROJECT / program), "--check")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode().strip().endswith(f".venv/bin/python {program} --check")
    assert said.count(b"\n") == 1


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", lambda question: "1" if "2 or 3" in question else GIULIA)
    monkeypatch.setattr("getpass.getpass", stopped)
    assert setup.main(["--config", str(tmp_path / "config.json")]) == setup.STOPPED
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("place", ["nowhere/config.json", "x" * 254])
def test_a_place_that_can_not_be_written_is_refused_before_the_first_question(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("it asked"))
    assert setup.main(["--config", str(tmp_path / place)]) == setup.UNUSABLE
    assert "can't be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_ctrl_d_says_that_nothing_was_written_and_how_to_start_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ctrl_d(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", lambda question: "1" if "2 or 3" in question else GIULIA)
    monkeypatch.setattr("getpass.getpass", ctrl_d)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    config = tmp_path / "config.json"
    assert setup.main(["--config", str(config)]) == setup.UNUSABLE
    said = capsys.readouterr().err
    assert f"Nothing was written. To start again, type: .venv/bin/python setup.py --config {config}" in said
    assert "nobody" not in said
    assert list(tmp_path.iterdir()) == []


@in_its_loop
async def test_with_nobody_to_ask_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    code, said = await run_setup("--config", tmp_path / "config.json")
    assert code == 2
    assert "there is nobody to answer the questions here: copy config.example.json to" in said
    assert list(tmp_path.iterdir()) == []


@in_its_loop
async def test_who_tells_the_id_of_the_friend_who_sends_the_digits(
    configure: Configure,
    telegram: TelegramEmulator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))

    def friend_sends_them(_: str) -> str:
        digits = next(line for line in said if "four digits: " in line)[-4:]
        asyncio.run_coroutine_threadsafe(
            telegram.person(FRIEND, first_name="\x1b[2JEve\u202e\n").send(digits), loop
        ).result()
        return ""

    monkeypatch.setattr("builtins.input", friend_sends_them)
    config = configure()
    assert await asyncio.to_thread(setup.main, ["--config", str(config), "--who"]) == setup.WELL
    assert said[-1].endswith(f"telegram_user_id is {FRIEND}.")
    assert "\x1b" not in "".join(said)


@in_its_loop
async def test_who_does_not_ask_while_the_bot_would_take_the_digits(configure: Configure) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db") as db:
        await db.heartbeats.beat("bot", name_of(os.getpid()), os.getpid(), datetime.now(UTC), Vitals(), is_dead=None)
    code, said = await run_setup("--config", config, "--who")
    assert (code, said) == (1, "The bot is running and would take the digits for itself: stop it first.\n")


# --- the database


@in_its_loop
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


@in_its_loop
async def test_a_backup_is_whole_while_somebody_is_writing(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    await setup.prepare_database(load(config))
    writer = sqlite3.connect(tmp_path / "polimisport.db", isolation_level=None)
    writer.execute("INSERT INTO booking_actions (action_type, user_id) VALUES ('check', 42)")
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO booking_actions (action_type, user_id) VALUES ('refresh', 42)")
    copy = tmp_path / "copies" / "one.db"
    assert (await run_setup("--config", config, "--backup", copy))[0] == 0
    writer.close()
    assert count(copy, "booking_actions") == 1
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@in_its_loop
async def test_a_backup_never_overwrites(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    await setup.prepare_database(load(config))
    (tmp_path / "mine.db").write_text("precious")
    code, said = await run_setup("--config", config, "--backup", tmp_path / "mine.db")
    assert (code, said) == (2, f"{tmp_path}/mine.db exists already: name another file\n")
    assert (tmp_path / "mine.db").read_text() == "precious"


# --- the doctor


async def findings(config: Path, *, login: bool = False) -> dict[str, Finding]:
    return {finding.subject: finding async for finding in doctor.examine(config, login=login)}


def of_root(finding: Finding) -> bool:
    """The one thing that is not well where the tests themselves run as root."""
    return finding.subject == "sandbox" and "as root" in finding.what and os.geteuid() == 0


@in_its_loop
async def test_when_all_is_well_every_check_says_so(configure: Configure, site: Site, own_browser: None) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db"):
        pass
    found = await findings(config, login=True)
    assert [str(finding) for finding in found.values() if finding.remedy is not None and not of_root(finding)] == []
    assert list(found) == [
        "version",
        "configuration",
        "files",
        "disk",
        "database",
        "backups",
        "programs",
        "pages",
        "browser",
        "sandbox",
        "Telegram",
        "site",
        "clock",
        f"one-time code of {masked(GIULIA)}",
        f"login of {masked(GIULIA)}",
    ]


@pytest.mark.parametrize("answer", [True, False])
@in_its_loop
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


@in_its_loop
async def test_the_doctor_changes_nothing(configure: Configure, tmp_path: Path) -> None:
    config = configure()
    found = await findings(config)
    assert found["database"].remedy == f"run: .venv/bin/python setup.py --config {shlex.quote(str(config))}"
    assert not (tmp_path / "polimisport.db").exists()


@pytest.mark.parametrize("mode", [0o644, 0o640])
@in_its_loop
async def test_a_configuration_others_can_read_is_named_with_the_remedy(configure: Configure, mode: int) -> None:
    config = configure()
    config.chmod(mode)
    finding = (await findings(config))["configuration"]
    assert str(finding).startswith("✗")
    assert f"chmod 600 {config}" in str(finding)
    assert stat.S_IMODE(config.stat().st_mode) == mode


@in_its_loop
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
@in_its_loop
async def test_what_does_not_work_is_named_with_its_remedy(
    configure: Configure,
    subject: str,
    different: dict[str, Any],
    says: str,
    request: pytest.FixtureRequest,
) -> None:
    if subject == "browser":
        request.getfixturevalue("own_browser")
    finding = (await findings(configure(**different)))[subject]
    assert str(finding).startswith(f"✗ {subject}: ")
    assert says in (finding.remedy or "")


@in_its_loop
async def test_a_token_telegram_refuses_is_told_apart_from_no_network(
    configure: Configure, telegram: TelegramEmulator
) -> None:
    wrong = {"bot_token": "99:not-this-bot", "allowed_user_id": 1, "api_base_url": telegram.api_base_url}
    finding = (await findings(configure(telegram=wrong)))["Telegram"]
    assert finding.what == "the token is refused (Unauthorized)"
    assert "99:not-this-bot" not in str(finding)


@in_its_loop
async def test_a_clock_that_is_wrong_is_noticed(
    configure: Configure, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configure()
    for ahead, says in ((5, "s slow against"), (-5, "s fast against"), (1.2, "from the site's")):
        site_clock = FakeClock(datetime.now(UTC) + timedelta(seconds=ahead), runs=True)
        monkeypatch.setattr(site.world, "_true_clock", site_clock)
        reached = await doctor._reach_site(load(config), lambda: datetime.now(UTC))
        finding = doctor._clock(load(config), reached)
        assert says in finding.what
        assert ("timedatectl" in (finding.remedy or "")) == (abs(ahead) > 2)


@in_its_loop
async def test_a_file_that_is_no_database_is_left_alone(configure: Configure, tmp_path: Path) -> None:
    (tmp_path / "polimisport.db").write_text("not a database, but somebody's thesis " * 100)
    finding = (await findings(configure()))["database"]
    assert "is not a usable SQLite database" in str(finding)
    assert (tmp_path / "polimisport.db").read_text().startswith("not a database")


async def logins(config: Path) -> list[str]:
    return [str(finding) async for finding in doctor._logins(load(config), config, lambda: datetime.now(UTC))]


@in_its_loop
async def test_a_wrong_password_is_tried_once_only_also_while_a_session_lives(configure: Configure, site: Site) -> None:
    config = configure(password="sbagliata")
    people = SessionFiles(load(config).state_dir / "sessions", OWNER, GIULIA)
    people.save({"cookies": [cookie(site)], "origins": []})
    before = people.version()
    [said] = await logins(config)
    assert said.startswith("✗ login of 10••••01: the site refused user name or password")
    assert site.world.accounts.login_attempts[GIULIA] == 1
    assert people.version() == before  # the session that lives is not touched


@in_its_loop
async def test_the_doctor_logs_in_anew_and_sends_no_code_a_second_time(configure: Configure, site: Site) -> None:
    config = configure(otpatu=f"{OTP_URL}&period=4")
    site.world.accounts.people[GIULIA].period = 4
    assert [said[:1] for said in await logins(config) + await logins(config)] == ["✓", "✓"]
    assert len(set(site.world.accounts.codes_received[GIULIA])) == site.world.accounts.login_attempts[GIULIA] == 2


@in_its_loop
async def test_the_doctor_names_the_page_on_which_a_login_ends(configure: Configure, site: Site) -> None:
    """Its address, its title and its words, whatever the end is."""
    config, sso = configure(otpatu=None), "/aunicalogin/"
    site.world.switches.login_pages = []
    ends: list[tuple[dict[str, Any], str]] = [
        ({"sso_down": True, "where": {"sso_down": f"{sso}login"}}, f"{sso}login: the site says «Errore 503 "),
        ({"captcha": True, "where": {"captcha": "getservizio"}}, f"{sso}getservizio.xml: the site says «Verifica "),
    ]
    for faults, place in ends:
        site.world.faults.update(faults)
        [said] = await logins(config)
        assert said.startswith("✗ login of 10••••01: the ")
        assert place in said
        site.world.faults.clear()


@in_its_loop
async def test_without_a_one_time_secret_the_login_goes_unless_a_code_is_asked_for(
    configure: Configure, site: Site
) -> None:
    config = configure(otpatu=None)
    site.world.switches.login_pages = []
    assert [said[:1] for said in await logins(config)] == ["✓"]
    site.world.switches.login_pages = ["code"]
    [said] = await logins(config)
    assert said.startswith("✗ login of 10••••01: the site asks for a one-time code, and there is no secret")
    assert site.world.accounts.codes_received[GIULIA] == []


@in_its_loop
async def test_no_new_session_is_made_within_minutes_of_an_opening(configure: Configure, site: Site) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db") as db:
        await setup.prepare_database(load(config))

        def steps(tx: Transaction) -> None:
            soon = stamp(datetime.now(UTC) + timedelta(minutes=3))
            tx.run(
                """
                INSERT INTO booking_actions (action_type, user_id, location, course_name, date, time_slot, opens_at)
                VALUES ('book', :id, 'Giuriati', 'PILATES MATWORK', '2030-01-01', '18:00', :soon)
                """,
                {"id": OWNER, "soon": soon},
            )

        await db.connection.transact(steps)
    [said] = await logins(config)
    assert said.startswith("✗ login of 10••••01: not tried: a class opens")
    assert site.world.accounts.login_attempts[GIULIA] == 0


def test_a_full_disk_is_not_praised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert want_of_room(tmp_path) is None
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, limits[1]))
    try:
        assert "nothing can be written in" in (want_of_room(tmp_path) or "")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "MB are free in" in (want_of_room(tmp_path, least=10**18) or "")
    assert list(tmp_path.iterdir()) == []


@in_its_loop
async def test_a_login_that_works_lets_a_rejected_account_try_again(configure: Configure) -> None:
    config = configure()
    async with open_database(config.parent / "polimisport.db") as db:
        await setup.prepare_database(load(config))
        await outcomes.reject(db, OWNER, LoginRejected("no"), utc_now(), tell=False)
        await findings(config, login=True)
        account = await db.people.find(OWNER)
    assert account is not None
    assert not account.rejected


@in_its_loop
async def test_the_doctor_repeats_the_place_of_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    config = tmp_path / "nowhere" / "x.json"
    code, said = await run_setup("--check", "--config", config)
    assert code == 1
    assert f"run '.venv/bin/python setup.py --config {config}' to make it" in said


@in_its_loop
async def test_exit_code_1_says_that_something_is_not_well(configure: Configure) -> None:
    code, said = await run_setup("--config", configure(), "--check", "--no-login")
    assert code == 1
    assert "✗ database" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--login --check", "argument --check: not allowed with argument --login"),
        ("--import-session A --export-session B", "--export-session goes alone or with --login"),
        ("--survey --import-session A", "not allowed with argument"),
        ("--backup --restore A", "not allowed with argument"),
        ("--check --export-session A", "--export-session goes alone or with --login, not with --check"),
        ("--book", "--book goes with --survey"),
        ("--check --yes", "--yes goes with --survey --book"),
        ("--survey --yes", "--yes goes with --survey --book"),
        ("--survey --no-login", "--no-login goes with the set-up, --check or --import-session"),
        ("--login --no-login", "--no-login goes with"),
        ("--person 1", "--person goes with"),
    ],
)
def test_options_that_contradict_each_other_or_mean_nothing_alone_are_refused_before_anything_is_done(
    capsys: pytest.CaptureFixture[str], options: str, said: str
) -> None:
    with pytest.raises(SystemExit) as refused:
        setup.main(options.split())
    assert refused.value.code == setup.UNUSABLE
    usage, sentence = capsys.readouterr().err.splitlines()
    assert usage.startswith("usage: ")
    assert said in sentence


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--no-login",
        "--check --no-login",
        "--login --export-session A --person 1",
        "--export-session A --person 1",
        "--import-session A --no-login --person 1",
        "--survey --book --yes --person 1",
        "--backup",
        "--backup A",
    ],
)
def test_options_that_go_together_are_taken(options: str) -> None:
    assert setup.options(["--config", "x.json", *options.split()]).config == Path("x.json")

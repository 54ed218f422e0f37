"""After a bad life with a site that gives back what it is told, in every spelling, no secret lies about anywhere.

What is left behind is searched with a decoder of its own: what the programs clean with is not asked whether it cleaned.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import html
import json
import os
import re
import stat
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import psutil  # type: ignore[import-untyped]
import pytest

from demo.site import Person, echo
from domain.errors import AlreadyQueued
from domain.model import FIT_CENTER, Action, ActionStatus, ActionType, ClassRef, clock_time, utc_now
from domain.requests import NewAction
from tests.support.running import CODE_PERIOD, OWNER, PATIENCE, Installation, Running, installation
from tests.support.sites import GIULIA

BOOK, CANCEL, CHECK, REFRESH = ActionType
PENDING, PROCESSING = ActionStatus.PENDING, ActionStatus.PROCESSING
ODD = " è€&<>\"'\\%41"
PASSWORD = f"canary1word{ODD}canary2word"
SECRET = "KRUGS4ZANFZSAYJA"
TOKEN = "987654321:canary3-TOKEN-9b1c"
NAME = 'Zoë O\'Canary4 & "Canary5" <b>'
ELSEWHERE, REFUSED, NO_CODE, UNKNOWN = range(43, 47)  # Telegram ids of those whose logins end badly
CHANNEL = "json://canary6-user:canary7-pass@127.0.0.1:9/canary8-t0ken?to=canary9-valu3"  # nobody is there
PING = "http://127.0.0.1:9/canary10-uu1d"
PIECES = tuple(f"canary{number}" for number in range(1, 11))


def friend(user_id: int, period: int) -> tuple[Person, dict[str, Any]]:
    """Somebody on the site, and in the configuration. They never get in: no page has told the programs their name."""
    name, secret = f"109999{user_id}", base64.b32encode(f"secret{user_id}..".encode()).decode().rstrip("=")
    on_site = Person(name, f"{user_id}{PASSWORD}", secret, name=f"Amico {user_id}", period=period)
    url = f"otpauth://totp/Polimi:{quote(name)}?secret={secret}&period={period}"
    return on_site, {"telegram_user_id": user_id, "username": name, "password": on_site.password, "otpatu": url}


FRIENDS = {user_id: friend(user_id, 1 if user_id == NO_CODE else CODE_PERIOD) for user_id in range(43, 47)}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    different: dict[str, Any] = {
        "site_password": PASSWORD,
        "secret": SECRET,
        "token": TOKEN,
        "log": {"level": "DEBUG", "file": "all.log"},
        "alarms": {"channels": [CHANNEL], "ping_url": PING},
        "friends": [in_configuration for _, in_configuration in FRIENDS.values()],
    }
    os.umask(0o022)  # as on most machines: the programs must see to it themselves
    short = tempfile.TemporaryDirectory(prefix="left-")  # the path of a browser's socket has 107 characters at most
    with short as temporary:
        (tmp_path / "tmp").symlink_to(temporary)  # what the programs and the browser leave in the machine's
        async with alive(tmp_path, different) as installed:
            yield installed


@asynccontextmanager
async def alive(folder: Path, different: dict[str, Any]) -> AsyncIterator[Installation]:
    async with installation(folder, **different) as installed:
        installed.world.accounts.people |= {on_site.username: on_site for on_site, _ in FRIENDS.values()}
        installed.world.accounts.people[GIULIA].name = NAME
        for user_id in (OWNER, *FRIENDS):
            installed.telegram.person(user_id)
        yield installed


# What happens


async def live_badly(here: Installation) -> list[str]:
    """Everything the programs do, with faults, and every way a login can end. The processes' command lines."""
    here.telegram.faults.next("sendMessage", status=500, times=2)
    here.telegram.faults.next("getUpdates", drop="before", times=2)
    programs = [await start(here, name) for name in ("bot", "worker")]
    await do_everything(here)
    await leave_nothing_to_do(here)
    lines = [line for running in programs for line in commands_of(running)]
    await fail_to_log_in(here)
    programs.append(await start(here, "executor"))  # only now: it has everybody's bookings read
    async with here.database() as db:
        unsent = "SELECT id FROM notices WHERE sent_at IS NULL AND error IS NULL"
        await while_there_is(lambda: db.connection.rows(unsent))
    await fail_to_send_alarms(here)
    await (await here.start("setup.py", "--backup", TMPDIR=str((here.folder / "tmp").resolve()))).process.wait()
    programs[1].process.kill()
    for running in (programs[0], programs[2]):
        await running.stop()
    return lines


async def start(here: Installation, name: str) -> Running:
    running = await here.start(name, TMPDIR=str((here.folder / "tmp").resolve()))
    await running.until(f"The {name} is up")
    return running


async def do_everything(here: Installation) -> None:
    faults = here.world.faults
    faults.echo_secrets = GIULIA
    await act(here, CHECK)
    await act(here, REFRESH)
    first, second = wishes(here)
    await act(here, BOOK, first)
    for kind, wish, fault in (
        (CANCEL, first, {"rename_classes": {"btn-delete": "btn-away"}}),
        (BOOK, second, {"unknown_refusal": "Il computer dice di no."}),
        (CHECK, None, {"rename_classes": True}),
        (CHECK, None, {"session_ends": True, "times": {"session_ends": 1}}),
    ):
        faults.update(fault)
        await act(here, kind, wish)
        faults.update({"clear": True, "echo_secrets": GIULIA})


async def leave_nothing_to_do(here: Installation) -> None:
    """From here on the site gives back what it was told of others: Giulia is not to be there meanwhile."""
    async with here.database() as db:

        async def is_open() -> bool:
            still = [each for each in await db.requests.latest(OWNER, 50) if each.status in (PENDING, PROCESSING)]
            for action in still:
                await db.requests.withdraw(action.id, OWNER)
            return bool(still)

        await while_there_is(is_open)


async def fail_to_log_in(here: Installation) -> None:
    faults, switches, people = here.world.faults, here.world.switches, here.world.accounts.people
    for user_id, (on_site, _) in FRIENDS.items():
        faults.echo_secrets = on_site.username
        if user_id == REFUSED:
            people[on_site.username].password = "another"
        faults.refuse_code = user_id == NO_CODE
        switches.login_pages = ["notice", "code", "matricola"] if user_id == UNKNOWN else ["code"]
        faults.rename_classes = {"home_btt_booking": "home_tile"} if user_id == UNKNOWN else {}
        port = here.site.login_host.rpartition(":")[2]
        address = f"http://127.0.0.1:{port}" if user_id == ELSEWHERE else ""
        here.site._account.reached_at("", address, int(port))
        await act(here, CHECK, user_id=user_id)


async def fail_to_send_alarms(here: Installation) -> None:
    """One that the executor has sent in vain, and a ping and a test notice by hand."""
    async with here.database() as db:
        for _ in range(2):
            await db.daily_backups.failed("no room", utc_now())

        async def nothing_failed() -> bool:
            return not any(each.error for each in await db.alarms.channels() if each.name == "json")

        await while_there_is(nothing_failed)
    await (await here.start("setup.py", "--try-alarms")).process.wait()


def wishes(here: Installation) -> list[ClassRef]:
    """Two classes that can be booked now, on different days."""
    days = [here.world.today + timedelta(days=ahead) for ahead in range(3)]
    found = {}
    for slot in (slot for day in days for slot in here.world.slots(day)):
        if slot.free > 0 and here.world.terms.is_open(slot) and not here.world.terms.has_started(slot):
            place = slot.activity.partition(" - ")[0]
            found[slot.date] = ClassRef(slot.course or FIT_CENTER, place, slot.date, clock_time(slot.start))
    return list(found.values())[-2:]


async def act(here: Installation, kind: ActionType, wish: ClassRef | None = None, user_id: int = OWNER) -> None:
    """Has the worker do it, and waits until it has tried."""
    async with here.database() as db:
        try:
            action_id, attempts = (await db.requests.add(NewAction(kind, user_id, wish))).id, 0
        except AlreadyQueued as same:
            waiting = await db.requests.find(same.action_id)
            assert waiting
            await db.by_owner.try_now(waiting.id)  # the reading after a booking would wait a minute for its moment
            action_id, attempts = waiting.id, waiting.attempts - (waiting.status is PROCESSING)  # whose try goes on

        async def is_open() -> bool:
            row = await db.requests.find(action_id)
            return bool(row and not tried(row, attempts))

        await while_there_is(is_open)


async def while_there_is(anything: Callable[[], Awaitable[object]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while True:
            if not await anything():
                return
            await asyncio.sleep(0.02)


def tried(action: Action, attempts: int) -> bool:
    ended = action.status not in (PENDING, PROCESSING)
    return ended or (action.attempts > attempts and action.status is PENDING)


def commands_of(running: Running) -> Iterator[str]:
    """What anybody on the machine can read with ps."""
    for process in (psutil.Process(running.process.pid), *running.family()):
        try:
            yield " ".join(process.cmdline())
        except psutil.Error:  # it has ended
            continue


# What is left behind


def readings(text: str, deep: int = 3) -> Iterator[str]:
    """The text as anybody could read it: decoded in each usual way, and each of these within the others."""
    seen = {text}
    now = [text]
    for _ in range(deep + 1):
        yield from now
        now = [each for each in dict.fromkeys(decode(old) for old in now for decode in DECODERS) if each not in seen]
        seen.update(now)


def unquoted(text: str) -> str:
    """As `unquote`, in a tenth of the time where few of the letters are plain ones."""
    return re.sub(r"(?:%[0-9a-fA-F]{2})+", lambda found: unquote(found[0]), text)


def escapes(text: str) -> str:
    return re.sub(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", _escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = found[1] or found[2]
    return chr(int(number, 16)) if number else found[3]


def in_base64(text: str) -> str:
    runs = re.findall(r"[A-Za-z0-9+/]{8,}", text)
    return "\n".join(_from_base64(run[start:]) for run in runs for start in range(4))


def _from_base64(run: str) -> str:
    return binascii.a2b_base64(run[: len(run) // 4 * 4]).decode("latin-1")


DECODERS: tuple[Callable[[str], str], ...] = (
    html.unescape,
    unquoted,
    lambda text: unquoted(text.replace("+", " ")),
    escapes,
    in_base64,
    lambda text: re.sub(r"<[^<>]*>", "", text),
)


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not be left: its text, and what stands around it where the text alone may be something else."""

    text: str
    around: re.Pattern[str] | None = None

    def is_in(self, folded: str) -> bool:
        return self.text in folded and (self.around is None or bool(self.around.search(folded)))


def plainly(*texts: str) -> list[Secret]:
    return [Secret(each.casefold()) for each in texts]


LINES = re.compile(r"(?:[^\n<]+|<[^<>]*>|<)+")  # a tag that goes over several is not cut


def found_in(text: str, secrets: list[Secret]) -> list[str]:
    """The secrets that can be read in it. Line by line: most are there many times, and few can be read in two ways,
    while a long text as a whole has two hundred readings."""
    lines = dict.fromkeys(LINES.findall(text))
    folded = dict.fromkeys(each.casefold() for line in lines for each in readings(line))
    return sorted({secret.text for each in folded for secret in secrets if secret.is_in(each)})


def test_the_decoder_of_this_test_reads_every_spelling_the_site_knows() -> None:
    for name, spelled in echo.SPELLINGS.items():
        for piece in ("canary1", "canary2"):
            assert found_in(f"x={spelled(PASSWORD)};", plainly(piece)), name
    assert found_in(echo.on_page("<body>", [PASSWORD]), plainly(PASSWORD))


def left_behind(here: Installation) -> Iterator[tuple[str, str]]:
    """Every file but the configuration, which people write themselves; all that Telegram was told, and was sent."""
    for root in (here.folder, (here.folder / "tmp").resolve()):
        for path in root.rglob("*"):
            if path.is_file() and path != here.config:
                written = re.sub(b"\0+", b"\0", path.read_bytes())  # most of a database's pages is empty
                yield str(path.relative_to(root)), written.decode("utf-8", "replace")
    told = [[call.method, call.params] for call in here.telegram.calls]
    yield "Telegram", json.dumps(told, ensure_ascii=False, default=repr)
    for file in here.telegram.world.files._by_id.values():
        yield f"Telegram: {file.name}", file.data.decode("utf-8", "replace")


def without_cookies(text: str) -> str:
    """A stored session without the values of its cookies: the one thing that has to be there."""
    kept = json.loads(text)
    for cookie in kept["state"]["cookies"]:
        cookie["value"] = ""
    return json.dumps(kept)


async def test_no_secret_is_left_anywhere_and_every_file_is_private(here: Installation) -> None:
    lines = await live_badly(here)
    accounts = here.world.accounts
    codes = {code for codes in accounts.codes_received.values() for code in codes}
    cookies = {*accounts._opened, *stored_cookies(here)}
    assert len(codes) >= 3
    assert len(accounts._opened) >= 2
    never = plainly(*PIECES, SECRET, *secrets_of_friends())
    never += [Secret(name, re.compile(rf"(?<!\d){name}(?!\d)")) for name in (GIULIA, *names_of_friends())]
    never += [Secret(code, re.compile(rf"(?<![\d.]){code}(?!\d)")) for code in codes]
    sessions = plainly(*cookies)
    found = []
    names = set()
    for name, text in left_behind(here):
        names.add(name)
        is_session = re.fullmatch(r"polimisport\.state/sessions/\d+\.json", name)
        if is_session:
            found += [(name, each) for each in found_in(text, never)]
        found += [(name, each) for each in found_in(without_cookies(text) if is_session else text, never + sessions)]
    assert found == []
    assert {"all.log", "polimisport.db", "polimisport.state/sessions/42.json", "Telegram"} <= names
    assert any(name.startswith("backups/") for name in names)
    assert any("evidence" in name for name in names)
    assert [name for name in names if name.endswith((".png", ".jpg"))] == []  # all pages echo, or are a login's
    assert [line for line in lines if found_in(line, never + sessions)] == []
    private(here.folder)


def stored_cookies(here: Installation) -> Iterator[str]:
    for file in here.folder.rglob("sessions/[0-9]*.json"):
        kept = json.loads(file.read_text())
        yield from (each["value"] for each in kept["state"]["cookies"] if len(each["value"]) >= 8)


def secrets_of_friends() -> list[str]:
    return [on_site.otp_secret for on_site, _ in FRIENDS.values()]


def names_of_friends() -> list[str]:
    return [on_site.username for on_site, _ in FRIENDS.values()]


def private(folder: Path) -> None:
    """Every file and folder the programs made is its owner's alone."""
    for path in folder.rglob("*"):
        if not path.is_symlink():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

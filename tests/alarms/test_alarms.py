"""What goes beside the chat: to real local servers, in the chat's words, at least once; nothing unless configured."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from admin import channels
from alarms.configured import all_of
from alarms.deliver import Courier, plain
from alarms.ping import Patience, failing, ping_for, send
from alarms.sender import AlarmSender, Times
from dashboard.server import listen, running
from database import Database, open_database
from domain.alarms import next_try
from domain.errors import LoginRejected, SlotFull
from domain.model import ActionType, ClassRef, NoticeKind, instant
from domain.programs import Vitals
from domain.requests import NewAction
from runtime.configured import people_of
from runtime.settings import RedactingFormatter, Settings
from safety.addresses_with_secrets import secret_parts
from store.connection import Row
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.recurring import TUESDAY, settings_of
from tests.support.running import PATIENCE

PILATES = ClassRef("PILATES", "Giuriati", TUESDAY, datetime(2026, 11, 24, 18, tzinfo=UTC).time())
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # Apprise's, before 3.13
AT_ONCE = Times(ping=Patience(0.0, 0.0, PATIENCE))


@dataclass
class Listener:
    """A server that keeps what it is told; `status` is what it answers."""

    base: str = ""
    status: int = 200
    heard: list[tuple[str, Any]] = field(default_factory=list)
    something: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, request: web.Request) -> web.Response:
        said = await request.json() if request.content_type == "application/json" else await request.text()
        self.heard.append((request.path_qs, said))
        self.something.set()
        return web.Response(status=self.status)

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.something.wait()


@asynccontextmanager
async def listener() -> AsyncIterator[Listener]:
    here, application = Listener(), web.Application()
    application.router.add_route("*", "/{path:.*}", here.hear)
    async with running(application) as runner:
        here.base = f"127.0.0.1:{await listen(runner, '127.0.0.1', 0)}"
        yield here


@pytest.fixture
async def there() -> AsyncIterator[Listener]:
    async with listener() as here:
        yield here


def configured(folder: Path, there: Listener, **more: Any) -> Settings:
    alarms = {"channels": [f"json://user:s3cretPassw0rd@{there.base}/hook/T0pSecretToken"]}
    return settings_of(folder, database=str(folder / "polimisport.db"), alarms=alarms | more)


async def named(db: Database, settings: Settings) -> Database:
    """The database, which knows the channels of the settings."""
    await db.people.set(people_of(settings))
    await db.alarms.name_channels([each.channel for each in all_of(settings)])
    return db


async def lose_an_opening(db: Database, clock: FakeClock) -> None:
    opens = clock() + timedelta(seconds=1)
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, PILATES, run_at=opens, opens_at=opens))
    await db.connection.write("UPDATE booking_actions SET created_at = '2026-11-22T09:00:00.000Z'")
    clock.go(seconds=2)
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.failed(SlotFull("no place left")))


async def test_a_lost_opening_is_told_there_in_the_words_of_the_chat_and_once(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener
) -> None:
    settings = configured(tmp_path, there)
    await lose_an_opening(await named(db, settings), clock)
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))  # how that ends must not be missed by nobody
    claimed = await db.claims.claim("w", 60)
    assert claimed
    await db.settlement.settle(claimed, outcomes.failed(SlotFull("no")))
    for _ in range(2):
        await Courier(db, settings).deliver()
    [(path, said)] = there.heard
    assert path == "/hook/T0pSecretToken"
    assert "PILATES" in said["title"] + said["message"]
    assert said["message"].endswith("I pulsanti sono nella chat.")
    assert "<" not in said["message"]
    [state] = await db.alarms.channels()
    assert (state.reached_at is not None, state.error) == (True, None)


async def test_what_could_not_be_sent_is_sent_later_and_no_secret_says_why(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    settings = configured(tmp_path, there)
    await lose_an_opening(await named(db, settings), clock)
    there.status = 500
    with caplog.at_level(logging.DEBUG):
        await Courier(db, settings).deliver()
    assert len(there.heard) == 1
    again = await db.alarms.next_at()
    assert again == clock() + timedelta(seconds=30)
    await Courier(db, settings).deliver()  # not before
    assert len(there.heard) == 1
    [(found, remedy)] = await channels.look(settings, clock)
    assert "json fails since" in found
    assert remedy is not None
    formatter = RedactingFormatter("alarms", settings.secrets())
    told = found + "".join(formatter.format(record) for record in caplog.records)
    assert [each for each in ("s3cretPassw0rd", "T0pSecretToken") if each in told] == []
    clock.now, there.status = again, 200
    await Courier(db, settings).deliver()
    assert len(there.heard) == 2
    assert await db.alarms.next_at() is None
    assert [remedy for _, remedy in await channels.look(settings, clock)] == [None]


def test_the_pauses_grow_to_an_hour() -> None:
    now = instant("2026-11-22T10:00:00.000Z")
    assert [(next_try(n, now) - now) // timedelta(seconds=1) for n in (1, 2, 3, 8, 99)] == [30, 60, 120, 3600, 3600]


async def test_the_bots_own_end_is_told_where_the_chat_can_not_tell_it(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener
) -> None:
    settings = configured(tmp_path, there)
    await named(db, settings)
    await db.heartbeats.beat("bot", "here x 1", 1, clock.now, Vitals(), is_dead=None)
    clock.go(minutes=2)
    await db.heartbeats.beat("executor", "here x 2", 2, clock.now, Vitals(), is_dead=lambda name: True)
    await Courier(db, settings).deliver()
    [(_, said)] = there.heard
    assert said["title"] == "🛑 Il programma che ti scrive (bot) si è fermato"
    assert "Il suo processo non c'è più." in said["message"]


async def test_what_is_no_longer_true_is_not_sent(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener
) -> None:
    settings = configured(tmp_path, there)
    await named(db, settings)
    await outcomes.reject(db, GIULIA, LoginRejected("no"), clock(), tell=True)
    kinds = [alarm.notice.kind for alarm in await db.alarms.due(9)]
    assert kinds == [NoticeKind.LOGIN_REJECTED]
    await db.connection.write("UPDATE accounts SET rejected = 0")  # other credentials were configured meanwhile, say
    await Courier(db, settings).deliver()
    assert there.heard == []


async def test_nothing_is_written_or_sent_when_nothing_is_configured(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    settings = settings_of(tmp_path)
    await lose_an_opening(await named(db, settings), clock)
    assert await db.alarms.next_at() is None
    assert await channels.look(settings, clock) == []
    said: list[str] = []
    assert await channels.try_all(settings, said.append)
    assert said == ["Nothing is configured in 'alarms': nothing is sent beside the chat."]
    async with AlarmSender(db, settings, clock).running(asyncio.Event()):
        names = {task.get_name() for task in asyncio.all_tasks()}
    assert names & {"ping", "alarms"} == set()


async def test_a_channel_that_is_gone_takes_its_alarms_with_it(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener
) -> None:
    await lose_an_opening(await named(db, configured(tmp_path, there)), clock)
    assert await db.alarms.next_at() is not None
    await named(db, settings_of(tmp_path))
    assert (await db.alarms.next_at(), await db.alarms.channels()) == (None, [])


async def test_the_executor_has_it_sent_by_a_process_of_its_own(tmp_path: Path, there: Listener) -> None:
    settings = configured(tmp_path, there)
    async with open_database(settings.database) as db:
        await named(db, settings)
        stop = asyncio.Event()
        async with AlarmSender(db, settings, lambda: datetime.now(UTC), AT_ONCE).running(stop):
            await db.daily_backups.failed("no room", datetime.now(UTC))
            await db.daily_backups.failed("no room", datetime.now(UTC))
            await there.wait()
            stop.set()
    [(_, said)] = there.heard
    assert "copia di ogni giorno" in said["title"]


async def test_it_is_sent_by_the_executors_time_whatever_the_machines_clock_says(
    tmp_path: Path, there: Listener
) -> None:
    """By the machine's, which is days ahead, what could not be sent at once would be no news any more."""
    settings, clock = configured(tmp_path, there), FakeClock(datetime.now(UTC) - timedelta(days=3), runs=True)
    there.status = 500
    async with open_database(settings.database, clock) as db:
        await named(db, settings)
        stop = asyncio.Event()
        async with AlarmSender(db, settings, clock, AT_ONCE).running(stop):
            await db.daily_backups.failed("no room", clock())
            await db.daily_backups.failed("no room", clock())
            tried = await tried_once(db)
            stop.set()
    assert tried["sent_at"] is None
    assert instant(tried["next_at"]) < clock() + timedelta(minutes=2)


async def tried_once(db: Database) -> Row:
    """The alarm, when another process has tried once to send it."""
    async with asyncio.timeout(60):
        while not (rows := await db.connection.rows("SELECT * FROM alarms WHERE attempts = 1")):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return rows[0]


async def test_the_ping_says_that_all_is_well_and_what_is_not(
    db: Database, tmp_path: Path, clock: FakeClock, there: Listener
) -> None:
    address = f"http://{there.base}/ping/1b2c-uuid?create=1"
    settings = configured(tmp_path, there, channels=[], ping_url=address)
    await named(db, settings)
    ping = ping_for(db, settings, clock, Patience(0.0, 0.0, PATIENCE))
    assert ping
    await ping.once(asyncio.Event())
    [(path, said)] = there.heard
    assert path == "/ping/1b2c-uuid/fail?create=1"
    assert "FAIL worker: not running: no sign of life\n" in said
    for number, program in enumerate(settings.programs):
        await db.heartbeats.beat(program, f"here x {number}", number, clock.now, Vitals(), is_dead=None)
    await db.connection.write("INSERT INTO slot_days (date, read_at) VALUES ('2026-11-22', '2026-11-22T08:00:00.000Z')")
    await ping.once(asyncio.Event())
    assert there.heard[1] == ("/ping/1b2c-uuid?create=1", "")
    there.status = 503
    await ping.once(asyncio.Event())
    [state] = await db.alarms.channels()
    assert (state.name, state.error) == ("ping", "it answers 503")


async def test_a_ping_that_nobody_answers_says_so_without_its_address() -> None:
    async with listener() as gone:
        address = f"http://{gone.base}/T0pSecret"
    assert await send(address, "", well=True, seconds=2.0) == "ConnectError"
    assert failing("https://hc-ping.com/key/slug") == "https://hc-ping.com/key/slug/fail"


async def test_a_test_notice_goes_to_each_and_what_came_of_it_is_said(tmp_path: Path, there: Listener) -> None:
    alarms = {"channels": [f"json://{there.base}/a", "nonsense://what-is-this"], "ping_url": f"http://{there.base}/p"}
    said: list[str] = []
    assert not await channels.try_all(settings_of(tmp_path, alarms=alarms), said.append)
    assert [line[0] for line in said] == ["✓", "✓", "✗"]
    assert "Apprise does not understand this address of nonsense" in said[2]
    assert {path for path, _ in there.heard} == {"/p", "/a"}


@pytest.mark.parametrize(
    ("address", "hidden", "shown"),
    [
        ("https://hc-ping.com/4f5e6d7c-0000", "4f5e6d7c-0000", "hc-ping.com"),
        ("https://hc-ping.com/aB3kEy99/polimisport", "aB3kEy99", "polimisport"),
        ("mailto://user:pa%20ss@gmail.com", "pa ss", "gmail.com"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "TIiajkdnlazkcOXrIdevi7FQ", "slack"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544", "abcdefg_hijklmnop", "tgram"),
        ("ntfy://my-topic", "my-topic", "ntfy"),
    ],
)
def test_what_is_secret_in_an_address_is_known(address: str, hidden: str, shown: str) -> None:
    parts = set(secret_parts(address))
    assert address in parts
    assert any(hidden in part and len(part) < len(address) for part in parts)
    assert shown not in parts


def test_a_text_has_no_markup_and_what_was_escaped_is_as_it_was() -> None:
    shown = '🛑 <b>Ferma</b>\n<a href="https://x.example">qui</a>: 1 &lt; 2 &amp; 3'
    assert plain(shown) == "🛑 Ferma\nqui: 1 < 2 & 3"

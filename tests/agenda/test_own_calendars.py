"""A person's own calendar from the command to the warning: the real bot, the real executor, a server of the tests."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from agenda import Fetcher, Limits, Unread
from database import Database
from domain.own_calendars import CalendarTrouble, OwnCalendar
from periodic_executor import Executor
from tests.conftest import GIULIA
from tests.support import chats
from tests.support.chats import World, pilates
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of

EXAM = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:x\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20261101T000000Z\r
DTSTART;TZID=Europe/Rome:20261117T173000\r
DURATION:PT2H\r
RRULE:FREQ=WEEKLY\r
SUMMARY:Analisi 2 <esame>\r
END:VEVENT\r
END:VCALENDAR\r
"""
HOUR = timedelta(hours=1)


class Site:
    """A server of calendars, and what it was asked."""

    def __init__(self) -> None:
        self.text, self.status, self.headers = EXAM, 200, {"ETag": '"1"'}
        self.asked: list[str | None] = []  # the ETag that each request sent back
        application = web.Application()
        application.router.add_get("/{name}", self._answer)
        self.server = TestServer(application)

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.headers.get("If-None-Match"))
        if self.status == 200 and self.asked[-1] == self.headers.get("ETag", ""):
            return web.Response(status=304)
        return web.Response(status=self.status, text=self.text, headers=self.headers)

    @property
    def limits(self) -> Limits:
        return Limits(size=5000, open_to=frozenset({f"127.0.0.1:{self.server.port}"}))

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/secret-word.ics"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    here = Site()
    await here.server.start_server()
    yield here
    await here.server.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def reads(db: Database, clock: FakeClock, folder: Path, limits: Limits) -> None:
    """What the executor does at its next tick."""
    executor = Executor(db, settings_of(folder), clock, calendar_limits=limits)
    await executor.step()
    await executor.own_calendars.finish()


async def told(db: Database) -> int:
    return len(await db.connection.rows("SELECT 1 FROM notices WHERE kind = 'own_calendar'"))


async def trouble(limits: Limits, address: str) -> CalendarTrouble:
    with pytest.raises(Unread) as raised:
        await Fetcher(limits).fetch(address, None, None)
    assert address not in str(raised.value)
    return raised.value.trouble


@pytest.mark.process
async def test_a_lecture_is_told_before_the_booking_and_no_more_once_the_calendar_is_taken_away(
    world: World, site: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "httpx")  # as every program sets it: runtime/settings.py
    await world.owner.send("/calendario http://127.0.0.1/x.ics")
    await world.owner.wait_for(lambda message: "deve cominciare con https://" in message.text)
    await world.owner.send("webcal://calendar.example/secret-word.ics")
    await world.owner.wait_for(lambda message: "Leggo quello su calendar.example" in message.text)
    await world.db.connection.write("UPDATE own_calendars SET address = :a", {"a": site.address})

    await reads(world.db, world.clock, tmp_path, site.limits)
    await world.owner.wait_for(lambda message: "Ho letto il tuo calendario" in message.text)
    page = await pilates(world.owner)
    assert "⚠️ Hai «Analisi 2 <esame>» alle 17:30." in page.text
    assert "Conferma" in " ".join(page.labels)

    await world.owner.send("/calendario")
    shown = await world.owner.wait_for(
        lambda message: "Leggo quello su 127.0.0.1" in message.text and "impegni" in message.text
    )
    assert "secret-word" not in shown.html
    site.status = 503
    world.clock.now += 2 * HOUR
    await reads(world.db, world.clock, tmp_path, site.limits)
    await world.owner.send("/calendar")
    await world.owner.wait_for(
        lambda message: "non risponde: riprovo da solo.\nIntanto vale quello che" in message.text
    )
    await chats.tapped(world.owner, "Togli il calendario", "Tolto")
    assert "Analisi" not in (await pilates(world.owner)).text
    assert await world.db.connection.rows("SELECT 1 FROM own_events") == []
    assert not [record for record in caplog.records if record.name != "aiohttp.access" and "secret" in record.message]


@pytest.mark.process
async def test_it_is_read_once_an_hour_and_not_sent_again_when_it_has_not_changed(
    db: Database, clock: FakeClock, site: Site, tmp_path: Path
) -> None:
    await db.own_calendars.set(GIULIA, site.address)
    for pause in (timedelta(0), 59 * HOUR / 60, HOUR / 60, 8 * 24 * HOUR):
        clock.now += pause
        await reads(db, clock, tmp_path, site.limits)
    assert site.asked == [None, '"1"', None]  # after a week its dates are computed anew
    assert await told(db) == 1
    assert await db.own_calendars.count(GIULIA) == 10


@pytest.mark.process
async def test_a_trouble_is_told_once_and_so_is_its_end(
    db: Database, clock: FakeClock, site: Site, tmp_path: Path
) -> None:
    await db.own_calendars.set(GIULIA, site.address)
    counts = []
    for status in (200, *[503] * 7, 200):
        site.status = status
        await reads(db, clock, tmp_path, site.limits)
        counts.append(await told(db))
        clock.now += 25 * HOUR
    assert counts == [1, 1, 1, 1, 1, 1, 2, 2, 3]
    assert await db.own_calendars.count(GIULIA) > 0  # what was known is not forgotten for a bad day


@pytest.mark.parametrize("column", ["next_at", "read_at"])
async def test_a_row_that_somebody_mistyped_stops_nothing(
    db: Database, clock: FakeClock, tmp_path: Path, column: str
) -> None:
    await db.own_calendars.set(GIULIA, "https://localhost/x.ics")
    await db.connection.write(f"UPDATE own_calendars SET {column} = '1 gennaio'")  # noqa: S608 - a name of this file
    await reads(db, clock, tmp_path, Limits())
    assert (await db.due_dates.memory()).ticked_at == clock.now


async def test_what_is_taken_away_while_it_is_read_stays_away(db: Database, site: Site) -> None:
    await db.own_calendars.set(GIULIA, site.address)
    [calendar] = await db.own_calendars.due()
    await db.own_calendars.remove(GIULIA)
    await db.own_calendars.was_read(calendar, [], None, None)
    assert await db.own_calendars.find(GIULIA) is None


@pytest.mark.parametrize(
    ("status", "text", "headers", "expected"),
    [
        (404, "", {}, CalendarTrouble.REFUSED),
        (500, "", {}, CalendarTrouble.UNREACHABLE),
        (200, "x" * 6000, {}, CalendarTrouble.TOO_LARGE),
        (200, "x", {"Content-Encoding": "gzip"}, CalendarTrouble.NO_CALENDAR),
        (302, "", {"Location": "http://169.254.169.254/latest"}, CalendarTrouble.NOT_ALLOWED),
        (302, "", {"Location": "https://localhost/x"}, CalendarTrouble.NOT_ALLOWED),
        (302, "", {"Location": "file:///etc/passwd"}, CalendarTrouble.NOT_ALLOWED),
        (302, "", {"Location": "/again"}, CalendarTrouble.NOT_ALLOWED),  # round and round
        (302, "", {"Location": "https://[/x"}, CalendarTrouble.UNREACHABLE),
    ],
)
async def test_what_a_server_does_is_told_for_what_it_is(
    site: Site, status: int, text: str, headers: dict[str, str], expected: CalendarTrouble
) -> None:
    site.status, site.text, site.headers = status, text, headers
    assert await trouble(site.limits, site.address) is expected
    assert len(site.asked) <= 5


@pytest.mark.parametrize(
    "address", ["https://localhost/x", "https://127.0.0.1/x", "https://[::1]/x", "http://8.8.8.8/x"]
)
async def test_nothing_of_our_own_machine_is_ever_connected_to(site: Site, address: str) -> None:
    assert await trouble(Limits(), address) is CalendarTrouble.NOT_ALLOWED
    assert await trouble(Limits(), site.address) is CalendarTrouble.NOT_ALLOWED
    assert site.asked == []


@pytest.mark.process
async def test_what_the_child_can_not_read_is_no_calendar(
    db: Database, clock: FakeClock, site: Site, tmp_path: Path
) -> None:
    site.text = "<html>Log in</html>"
    await db.own_calendars.set(GIULIA, site.address)
    await reads(db, clock, tmp_path, site.limits)
    found = await db.own_calendars.find(GIULIA)
    assert found is not None
    assert found.trouble is CalendarTrouble.NO_CALENDAR


def test_the_address_is_not_printed() -> None:
    assert "secret" not in repr(OwnCalendar(1, "https://a/secret"))

"""Open pages are told of what changed: who is concerned, at once, and nobody else."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from dashboard.live import PACE
from dashboard.server import Patience
from domain.web import WebSession
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.pages import FRIEND, OWNER, Browser, Site
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Line:
    """What a page hears."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def event(self) -> dict[str, str]:
        """The next event, signs of life left out."""
        async with asyncio.timeout(PATIENCE):
            while True:
                block = (await self._response.content.readuntil(b"\n\n")).decode().strip()
                fields = dict(line.split(":", 1) for line in block.split("\n") if ":" in line)
                if "event" in fields:
                    return {name: value.strip() for name, value in fields.items()}

    async def is_silent(self) -> bool:
        """Whether nothing but signs of life has come by now."""
        try:
            async with asyncio.timeout(0.05):
                await self.event()
        except TimeoutError:
            return True
        return False

    async def ends(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._response.content.read()


@asynccontextmanager
async def listening(browser: Browser, about: str, **headers: str) -> AsyncIterator[Line]:
    async with browser.http.get(f"{browser.base}/live?{about}", cookies=browser.cookies, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        yield Line(response)


async def own(browser: Browser) -> str:
    """What the overview says of itself, as its script reads it."""
    found = re.search(r'data-own="(\w+)"', (await browser.get("/")).text)
    assert found
    return f"own={unescape(found[1])}"


days = (date(2027, 1, 1) + timedelta(days=each) for each in range(1000))


async def changed(site: Site, user_id: int = OWNER) -> None:
    """Something of that person changes."""
    day = next(days)
    await site.db.holidays.add(user_id, day, day)


async def test_a_page_is_told_within_a_moment_and_only_of_its_own_persons_changes(site: Site) -> None:
    mine, friends = await site.entered(), await site.entered(FRIEND)
    async with listening(mine, await own(mine)) as here, listening(friends, await own(friends)) as there:
        assert await here.is_silent()
        began = time.monotonic()
        await changed(site)
        told = await here.event()
        took = time.monotonic() - began
        assert told["event"] == "changed"
        assert took < PACE.beat  # it was woken; 0.2 on a machine that does nothing else: bench measures it
        assert await there.is_silent()
        await changed(site, FRIEND)
        await there.event()


async def test_what_changed_before_the_line_stood_is_told_at_once_and_a_broken_line_goes_on(site: Site) -> None:
    browser = await site.entered()
    before = await own(browser)
    await changed(site)
    async with listening(browser, before) as line:
        told = await line.event()
        assert told["id"] == await own(browser)
    async with listening(browser, before, **{"Last-Event-ID": told["id"]}) as line:
        assert await line.is_silent()


async def test_a_list_of_places_is_told_when_the_timetable_was_read(site: Site) -> None:
    browser = await site.entered()
    async with listening(browser, "places=older") as line:
        assert (await line.event())["event"] == "changed"


async def test_a_page_of_an_ended_session_is_not_told_any_more(site: Site) -> None:
    browser = await site.entered()
    [newest, *_] = await site.db.web_sessions.of(OWNER)
    async with listening(browser, await own(browser)) as line:
        await site.db.web_sessions.end(OWNER, newest.id)
        await line.ends()
    assert (await browser.get("/live?own=x")).status == 403


async def test_the_oldest_page_of_too_many_goes_on_without_being_told(site: Site) -> None:
    browser = await site.entered()
    about = await own(browser)
    async with listening(browser, about) as oldest:
        lines = [listening(browser, about) for _ in range(PACE.most_of_a_session)]
        for line in lines:
            await line.__aenter__()
        assert (await oldest.event())["event"] == "enough"
        await oldest.ends()
        for line in lines:
            await line.__aexit__(None, None, None)


async def test_an_open_page_keeps_the_program_from_stopping_for_no_moment(tmp_path: Path) -> None:
    clock, patience = FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC)), Patience(stop=10 * PATIENCE)
    async with asyncio.timeout(PATIENCE):
        async with pages.site(tmp_path, clock, patience) as site:
            owner = await site.entered()
            about = f"{site.base}/live?{await own(owner)}"
            answer = await site.http.get(about, cookies=owner.cookies)
            assert (await answer.content.readline()).startswith(b"retry")


async def test_an_end_that_comes_while_a_session_is_looked_up_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with pages.site(tmp_path, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))) as site:
        owner = await site.entered()
        about = f"{site.base}/live?{await own(owner)}"
        looked_up = site.db.web_sessions.of

        async def of(user_id: int) -> list[WebSession]:
            found = await looked_up(user_id)
            for end in site.dashboard.at_the_end:
                end()
            return found

        monkeypatch.setattr(site.db.web_sessions, "of", of)
        async with site.http.get(about, cookies=owner.cookies) as answer:
            assert await answer.text() == f"retry: {PACE.retry}\n\n"  # and it ends


async def test_a_page_that_shows_nothing_of_ours_is_refused(site: Site) -> None:
    browser = await site.entered()
    assert (await browser.get("/live")).status == 400
    assert (await site.browser().get("/live?own=x")).status == 403
    assert (await browser.ask("HEAD", "/live?own=x")).status == 200

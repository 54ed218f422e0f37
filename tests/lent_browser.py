"""Fixtures of tests that book and cancel on the simulated site: one browser for a whole file, lent to each portal.

A test file imports them by name, and runs in one loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

import booking
from demo.site import Site, SiteWorld
from model import Wish
from portal.session import Portal
from tests.sites import GIULIA, Clock, access, chromium, wish


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def engine() -> AsyncIterator[tuple[Playwright, Browser]]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium())
        yield driver, browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def portal(
    engine: tuple[Playwright, Browser], site: Site, tmp_path: Path, site_clock: Clock
) -> AsyncIterator[Portal]:
    """A portal with driver and browser lent to it."""
    async with Portal(access(site, tmp_path, site_clock)) as opened:
        opened._driver, opened._browser = engine
        yield opened
        for each in opened._sessions.values():
            await each.let_go()
        opened._driver = opened._browser = None


@pytest.fixture
def pilates(world: SiteWorld) -> Wish:
    return wish(world)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same number of looks at "my bookings", in a shorter time."""
    quick = tuple(wait / 20 for wait in booking.READ_BACK)
    monkeypatch.setattr(booking, "READ_BACK", quick)
    monkeypatch.setattr(booking, "READ_BACK_UNCLEAR", quick[:4])


def held(world: SiteWorld) -> list[tuple[str, date, str]]:
    return [(each.course, each.date, each.start) for each in world.bookings(GIULIA)]


def take(world: SiteWorld, day: date, course: str = "", start: str = "", activity: str = "") -> None:
    """Somebody books by hand, with another phone."""
    assert world.book(GIULIA, world.slot(day, course, start, activity).appointment_id) == "booked"

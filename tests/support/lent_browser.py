"""The one browser of a test run, lent to each portal, and the fixtures of tests that book and cancel with it.

A test file imports them by name (but `engine`, which is there by itself) and runs in the session's loop:

pytestmark = pytest.mark.asyncio(loop_scope="session")
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright

from demo.site import Site, SiteWorld
from domain.model import ClassRef
from portal.access import SiteAccess, SiteLimits
from portal.browser.engine import Engine
from portal.portal import Portal
from portal.read_back import ReadBack
from tests.support.clock import FakeClock
from tests.support.sites import GIULIA, access, wish

PATIENT = ReadBack()
IMPATIENT = ReadBack(
    accepted=tuple(wait / 20 for wait in PATIENT.accepted),
    unclear=tuple(wait / 20 for wait in PATIENT.unclear),
    ask_timetable_again=tuple(wait / 20 for wait in PATIENT.ask_timetable_again),
    gone=tuple(wait / 20 for wait in PATIENT.gone),
)
"""The same number of looks at "my bookings", in a shorter time."""


class LentBrowser(NamedTuple):
    """A launcher whose driver and browser run already, and go on when an engine is closed (conftest.py)."""

    driver: Playwright
    browser: Browser

    @property
    def unprotected(self) -> None:
        """Nobody has looked how it was started."""

    async def start_driver(self) -> Playwright:
        return self.driver

    async def stop_driver(self, driver: Playwright) -> None:
        """It is needed by the next test."""

    async def start_browser(self, driver: Playwright) -> Browser:
        return self.browser

    async def stop_browser(self, browser: Browser) -> None:
        """It is needed by the next test."""


def lent(engine: LentBrowser, to: SiteAccess, **more: Any) -> Portal:
    """A portal with that driver and browser."""
    return Portal(to, Engine(engine, to), **more)


@pytest_asyncio.fixture(loop_scope="session")
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def portal(
    engine: LentBrowser, site: Site, tmp_path: Path, site_clock: FakeClock, limits: SiteLimits
) -> AsyncIterator[Portal]:
    async with lent(engine, access(site, tmp_path, site_clock, read_back=IMPATIENT, limits=limits)) as opened:
        yield opened


@pytest.fixture
def pilates(world: SiteWorld) -> ClassRef:
    return wish(world)


def held(world: SiteWorld) -> list[tuple[str, date, str]]:
    return [(each.course, each.date, each.start) for each in world.bookings(GIULIA)]


def take(world: SiteWorld, day: date, course: str = "", start: str = "", activity: str = "") -> None:
    """Somebody books by hand, with another phone."""
    assert world.book(GIULIA, world.slot(day, course, start, activity).appointment_id) == "booked"

"""Fixtures of tests that book and cancel on the simulated site: the one browser of conftest.py, lent to each portal.

A test file imports them by name (but `engine`, which is there by itself) and runs in the session's loop:

pytestmark = pytest.mark.asyncio(loop_scope="session")
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright

from demo.site import Site, SiteWorld
from domain.model import ClassRef
from portal.access import SiteAccess
from portal.read_back import ReadBack
from portal.session import Portal
from tests.support.clock import FakeClock
from tests.support.sites import GIULIA, access, wish

Engine = tuple[Playwright, Browser]
PATIENT = ReadBack()
IMPATIENT = ReadBack(
    accepted=tuple(wait / 20 for wait in PATIENT.accepted), unclear=tuple(wait / 20 for wait in PATIENT.unclear)
)
"""The same number of looks at "my bookings", in a shorter time."""


@asynccontextmanager
async def lent(engine: Engine, to: SiteAccess) -> AsyncIterator[Portal]:
    """A portal with driver and browser lent to it (conftest.py)."""
    async with Portal(to) as opened:
        opened._driver, opened._browser = engine
        try:
            yield opened
        finally:
            for each in opened._sessions.values():
                await each.let_go()
            opened._driver = opened._browser = None


@pytest_asyncio.fixture(loop_scope="session")
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def portal(engine: Engine, site: Site, tmp_path: Path, site_clock: FakeClock) -> AsyncIterator[Portal]:
    async with lent(engine, access(site, tmp_path, site_clock, read_back=IMPATIENT)) as opened:
        yield opened


@pytest.fixture
def pilates(world: SiteWorld) -> ClassRef:
    return wish(world)


def held(world: SiteWorld) -> list[tuple[str, date, str]]:
    return [(each.course, each.date, each.start) for each in world.bookings(GIULIA)]


def take(world: SiteWorld, day: date, course: str = "", start: str = "", activity: str = "") -> None:
    """Somebody books by hand, with another phone."""
    assert world.book(GIULIA, world.slot(day, course, start, activity).appointment_id) == "booked"

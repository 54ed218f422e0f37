"""Fixtures every test may use: a clock one can set, a fresh database file, the people in it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings
from playwright.async_api import expect

from database import Database, PostgresqlAddress, open_database
from domain.model import Role
from domain.people import Person
from portal.browser.chromium import ARGUMENTS, start_driver
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser
from tests.support.postgresql import Server, programs, started
from tests.support.processes import lent_to_tests
from tests.support.running import PATIENCE
from tests.support.sites import chromium

os.environ["LC_ALL"] = "C.UTF-8"  # programs speak English at a terminal, whoever runs the tests
settings.register_profile("shared machine", deadline=None)  # a slow example is not a wrong one
settings.load_profile("shared machine")
expect.set_options(timeout=PATIENCE * 1000)  # where the product waits for a page it says itself how long

pytest_plugins = ["tests.support.fast", "tests.support.engines"]

GIULIA = 42
MARCO = 43


@pytest.fixture
def clock() -> FakeClock:
    """Sunday 22 November 2026, 10:00 UTC (11:00 in Rome)."""
    return FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server; skips the test where it is not installed."""
    try:
        programs()
    except FileNotFoundError as missing:
        pytest.skip(str(missing))
    with ExitStack() as stack:
        with lent_to_tests():
            server = stack.enter_context(started())
        yield server


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | PostgresqlAddress:
    """Where a fresh database is: a file; with the mark `both_engines` also, in a second run, one of PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return tmp_path / "polimisport.db"
    server: Server = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
async def db(place: Path | PostgresqlAddress, clock: FakeClock) -> AsyncIterator[Database]:
    """A fresh database with its owner Giulia and her friend Marco."""
    async with open_database(place, clock) as database:
        await database.people.set([Person(GIULIA, Role.OWNER, "g"), Person(MARCO, Role.FRIEND, "m")])
        yield database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LentBrowser]:
    """One driver and one browser for all tests of a worker that run in the session's loop; each opens its contexts.

    Both are started as the product starts them, but for the fonts: our own pages bring theirs.
    """
    with lent_to_tests():
        driver = await start_driver(tmp_path_factory.mktemp("driver"))
    arguments = [each for each in ARGUMENTS if each != "--disable-remote-fonts"]
    browser = await driver.chromium.launch(executable_path=chromium(), args=arguments)
    yield LentBrowser(driver, browser)
    await browser.close()
    await driver.stop()

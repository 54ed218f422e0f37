"""Driver and browser of a portal: started when needed, replaced when they die, gone when idle or when all is closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright

import booking
from actions import cancelling
from demo.site import Site, SiteWorld
from domain import errors
from domain.model import ClassRef
from portal.access import SiteAccess
from portal.browser.chromium import Chromium, start_driver
from portal.browser.engine import Engine
from portal.portal import Portal, open_portal
from portal.session.site_session import SiteSession
from tests.support.clock import FakeClock
from tests.support.processes import kill, name_of, our_children, our_processes
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, Steady, access, wish

pytest_plugins = ["tests.support.site_fixtures"]


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
async def portal(site: Site, tmp_path: Path, site_clock: FakeClock, steady: Steady) -> AsyncIterator[Portal]:
    async with open_portal(access(site, tmp_path, site_clock, steady=steady)) as opened:
        yield opened


class SlowBrowser(Chromium):
    """One that starts, and ends, only once it may."""

    def __init__(self, to: SiteAccess) -> None:
        super().__init__(to.executable_path, headless=True, cache=to.state_dir / "driver")
        self.begun, self.goes_on = asyncio.Event(), asyncio.Event()

    async def start_browser(self, driver: Playwright) -> Browser:
        await self._wait()
        return await super().start_browser(driver)

    async def stop_browser(self, browser: Browser) -> None:
        await self._wait()
        await super().stop_browser(browser)

    async def _wait(self) -> None:
        self.begun.set()
        await self.goes_on.wait()


@pytest.fixture
def pilates(world: SiteWorld) -> ClassRef:
    return wish(world)


async def until(true: Callable[[], bool]) -> None:
    """Waits, with a limit, for what another process does in its own time."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - a process that ends sets no event
            await asyncio.sleep(0.01)


async def test_nothing_runs_before_it_is_needed_and_nothing_after(
    site: Site, tmp_path: Path, site_clock: FakeClock, world: SiteWorld
) -> None:
    async with open_portal(access(site, tmp_path, site_clock)) as portal:
        await until(lambda: our_children() == [])
        async with portal.resources.pages.opened(None):
            assert any("chrom" in name for name in our_children())
    await until(lambda: our_children() == [])


async def test_the_driver_writes_nothing_down_whatever_the_environment_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    written = {
        "DEBUG": "*",
        "DEBUG_FILE": str(tmp_path / "debug"),
        "PWDEBUG": "1",
        "SSLKEYLOGFILE": str(tmp_path / "keys"),
    }
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    driver = await start_driver(tmp_path / "cache")
    await (await driver.request.new_context()).dispose()
    await driver.stop()
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == []
    assert written.keys() & os.environ.keys() == set()


async def test_the_browser_is_closed_before_the_driver_when_idle(
    session: SiteSession, portal: Portal, steady: Steady
) -> None:
    await booking.my_bookings(session)
    async with portal.resources.pages.opened(None):
        assert any("chrom" in name for name in our_children())
    steady.move(portal.access.browser_idle_seconds)
    await portal.engine.close_idle()
    await until(lambda: not any("chrom" in name for name in our_children()))
    assert our_children() != []
    steady.move(portal.access.idle_seconds)
    await portal.engine.close_idle()
    await until(lambda: our_children() == [])
    assert await booking.my_bookings(session) == ()


async def test_nobody_waits_while_somebody_elses_browser_starts_or_ends(
    site: Site, tmp_path: Path, site_clock: FakeClock, steady: Steady
) -> None:
    to = access(site, tmp_path, site_clock, steady=steady)
    slow = SlowBrowser(to)
    async with Portal(to, Engine(slow, to)) as portal:
        await portal.engine.get_ready()
        starting = asyncio.create_task(portal.engine.browser())
        await slow.begun.wait()
        await portal.engine.driver()
        await portal.engine.close_idle()
        slow.goes_on.set()
        await starting
        slow.begun.clear()
        slow.goes_on.clear()
        steady.move(to.browser_idle_seconds)
        await portal.engine.get_ready()
        await portal.engine.close_idle()
        await slow.begun.wait()
        await portal.engine.driver()
        slow.goes_on.set()


async def test_what_is_in_use_is_not_closed_for_being_idle(
    session: SiteSession, portal: Portal, steady: Steady
) -> None:
    async with session.operation("a long reading"):
        await booking.my_bookings(session)
        steady.move(portal.access.idle_seconds)
        await portal.engine.close_idle()
        assert our_children() != []
    steady.move(portal.access.idle_seconds)
    await portal.engine.close_idle()
    await until(lambda: our_children() == [])


async def test_a_driver_that_died_is_replaced(session: SiteSession) -> None:
    await booking.my_bookings(session)
    kill(our_processes())
    await until(lambda: our_children() == [])
    with pytest.raises(errors.SiteUnavailable):
        await booking.my_bookings(session)
    assert await booking.my_bookings(session) == ()


async def test_a_connection_closed_under_one_account_leaves_the_driver_to_the_others(
    session: SiteSession, portal: Portal, world: SiteWorld
) -> None:
    await booking.my_bookings(session)
    driver, asked = await portal.engine.driver(), len(world.log)
    world.faults.hang, world.faults.times["hang"] = True, 1
    waiting = asyncio.create_task(booking.my_bookings(session))
    await until(lambda: len(world.log) > asked)
    await session.close()
    with pytest.raises(errors.SiteUnavailable):
        await waiting
    assert await booking.my_bookings(session) == ()
    assert await portal.engine.driver() is driver


async def test_a_browser_that_died_is_replaced(
    session: SiteSession, portal: Portal, world: SiteWorld, pilates: ClassRef
) -> None:
    world.book(GIULIA, world.slot(pilates.day, pilates.course).appointment_id)
    async with portal.resources.pages.opened(None):
        pass
    kill(each for each in our_processes() if "chrom" in name_of(each))
    await until(lambda: not any("chrom" in name for name in our_children()))
    assert (await cancelling.cancel(session, pilates)).proven


async def test_who_waits_for_a_moment_keeps_the_driver(portal: Portal, session: SiteSession, steady: Steady) -> None:
    await portal.engine.get_ready()
    async with session.awake():
        steady.move(portal.access.idle_seconds)
        await portal.engine.close_idle()
        assert not portal.engine.is_asleep
    steady.move(portal.access.idle_seconds)
    await portal.engine.close_idle()
    assert portal.engine.is_asleep

"""Driver and browser of a portal: started when needed, replaced when they die, gone when idle or when all is closed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import booking
from actions import cancelling
from demo.site import Site, SiteWorld
from domain import errors
from domain.model import ClassRef
from portal.browser import start_driver
from portal.session import Portal, SiteSession
from tests.support.clock import FakeClock
from tests.support.processes import kill, name_of, our_children, our_processes
from tests.support.sites import GIULIA, access, credentials, wish

pytest_plugins = ["tests.support.site_fixtures"]


@pytest.fixture
def pilates(world: SiteWorld) -> ClassRef:
    return wish(world)


async def until(true: Callable[[], bool]) -> None:
    """Waits, with a limit, for what another process does in its own time."""
    async with asyncio.timeout(40):
        while not true():  # noqa: ASYNC110 - a process that ends sets no event
            await asyncio.sleep(0.01)


async def test_nothing_runs_before_it_is_needed_and_nothing_after(
    site: Site, tmp_path: Path, site_clock: FakeClock, world: SiteWorld
) -> None:
    async with Portal(access(site, tmp_path, site_clock)) as portal:
        session = portal.session(credentials())
        await until(lambda: our_children() == [])
        await booking.my_bookings(session)
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
    site: Site, tmp_path: Path, site_clock: FakeClock
) -> None:
    patient = replace(access(site, tmp_path, site_clock), browser_idle_seconds=0.0)
    async with Portal(patient) as portal:
        session = portal.session(credentials())
        await booking.my_bookings(session)
        await portal.close_idle()
        await until(lambda: not any("chrom" in name for name in our_children()))
        assert our_children() != []
        portal.access = replace(patient, idle_seconds=0.0)
        await portal.close_idle()
        await until(lambda: our_children() == [])
        assert await booking.my_bookings(session) == ()


async def test_what_is_in_use_is_not_closed_for_being_idle(session: SiteSession, portal: Portal) -> None:
    portal.access = replace(portal.access, idle_seconds=0.0, browser_idle_seconds=0.0)
    async with session.operation("a long reading"):
        await booking.my_bookings(session)
        await portal.close_idle()
        assert our_children() != []
    await portal.close_idle()
    await until(lambda: our_children() == [])


async def test_a_driver_that_died_is_replaced(session: SiteSession) -> None:
    await booking.my_bookings(session)
    kill(our_processes())
    await until(lambda: our_children() == [])
    with pytest.raises(errors.SiteUnavailable):
        await booking.my_bookings(session)
    assert await booking.my_bookings(session) == ()


async def test_a_connection_closed_under_one_account_leaves_the_driver_to_the_others(
    session: SiteSession, portal: Portal
) -> None:
    await booking.my_bookings(session)
    driver, held = portal._driver, session._held
    assert held
    await held.context.dispose()
    with pytest.raises(errors.SiteUnavailable):
        await booking.my_bookings(session)
    assert await booking.my_bookings(session) == ()
    assert portal._driver is driver


async def test_a_browser_that_died_is_replaced(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    world.book(GIULIA, world.slot(pilates.day, pilates.course).appointment_id)
    async with session._portal.page(None):
        pass
    kill(each for each in our_processes() if "chrom" in name_of(each))
    await until(lambda: not any("chrom" in name for name in our_children()))
    assert (await cancelling.cancel(session, pilates)).proven


async def test_who_waits_for_a_moment_keeps_the_driver(portal: Portal, session: SiteSession) -> None:
    portal.access = replace(portal.access, idle_seconds=0.0)
    await portal.get_ready()
    async with session.awake():
        await portal.close_idle()
        assert not portal.is_asleep
    await portal.close_idle()
    assert portal.is_asleep

"""Fixtures of the simulated site: a world, the running site, a portal, sessions. A test file uses them by saying

pytest_plugins = ["tests.support.site_fixtures"]
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.site import Site, SiteWorld
from portal.access import SiteLimits
from portal.portal import Portal, open_portal
from portal.session.site_session import SiteSession
from tests.support.clock import FakeClock
from tests.support.sites import access, credentials, enter, person, running_clock


@pytest.fixture
def site_clock() -> FakeClock:
    return running_clock()


@pytest.fixture
def world(site_clock: FakeClock) -> SiteWorld:
    return SiteWorld(clock=site_clock, people=[person()])


@pytest.fixture
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest.fixture
def limits() -> SiteLimits:
    """What the site is given; a test that wants it otherwise has a fixture, or a parameter, of this name."""
    return SiteLimits()


@pytest.fixture
async def portal(site: Site, tmp_path: Path, site_clock: FakeClock, limits: SiteLimits) -> AsyncIterator[Portal]:
    async with open_portal(access(site, tmp_path, site_clock, limits=limits)) as opened:
        yield opened


@pytest.fixture
def session(portal: Portal, site: Site) -> SiteSession:
    """Somebody whose session is stored: no login, and no browser until a page is needed."""
    entered = portal.session(credentials())
    enter(entered, site)
    return entered


@pytest.fixture
def newcomer(portal: Portal) -> SiteSession:
    """Somebody who has to log in first."""
    return portal.session(credentials())

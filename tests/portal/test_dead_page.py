"""A page whose process is killed, for its memory say, holds up nobody: what waits for it ends, the next one opens."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil  # type: ignore[import-untyped]
import pytest
from playwright.async_api import Page

from domain.errors import SiteUnavailable
from portal.access import SiteAccess
from portal.portal import open_portal
from portal.responses.playwright_errors import translated
from tests.support.processes import children_of, name_of
from tests.support.running import PATIENCE
from tests.support.sites import chromium

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its process is found in /proc")


def renderers() -> list[psutil.Process]:
    return [each for each in children_of(os.getpid()) if name_of(each) and "--type=renderer" in each.cmdline()]


async def ask_a_dead(page: Page) -> None:
    """Playwright gives this call no time-out, and ends it with the page's context alone."""
    session = await page.context.new_cdp_session(page)
    for each in renderers():
        each.kill()
    with translated("asking a page"):
        await session.send("Runtime.evaluate", {"expression": "new Promise(() => {})", "awaitPromise": True})


async def test_a_page_that_is_killed_ends_what_waits_for_it_and_the_next_one_opens(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    access = SiteAccess(
        base_url="http://127.0.0.1:9",
        login_hosts=("127.0.0.1:9",),
        state_dir=tmp_path / "state",
        timezone=ZoneInfo("Europe/Rome"),
        executable_path=chromium(),
    )
    async with asyncio.timeout(PATIENCE), open_portal(access) as portal:
        with pytest.raises(SiteUnavailable):
            async with portal.resources.pages.opened(None) as page:
                await page.set_content("<p>hello")
                await ask_a_dead(page)
        async with portal.resources.pages.opened(None) as page:
            await page.set_content("<p>hello")
            assert await page.inner_text("p") == "hello"
    assert "a page died" in caplog.text

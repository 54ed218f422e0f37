"""The owner's pages in a real browser: usable by everybody, at both widths, light and dark, by keyboard alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from domain.model import ActionStatus
from tests.dashboard.owner.busy import FOLDER, make_busy
from tests.dashboard.person.test_in_a_browser import serious
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = ("", "/queue", "/openings", "/accounts", "/evidence", f"/evidence/{FOLDER}", "/log", "/survey")


async def test_every_page_is_usable_by_everybody_and_a_request_is_withdrawn_by_the_keyboard(
    tmp_path: Path, engine: LentBrowser
) -> None:
    log = {"file": tmp_path / "polimisport.log"}
    async with pages.site(tmp_path, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC)), log=log) as site:
        await make_busy(site)
        browser = await engine.browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page = await browser.new_page()
        await page.goto(site.base + await site.link())
        await page.get_by_role("button", name="Entra").press("Enter")
        await page.get_by_role("link", name="Macchina").press("Enter")
        for path in PAGES:
            for width in (390, 1280):
                await page.set_viewport_size({"width": width, "height": 800})
                await page.goto(f"{site.base}/owner{path}")
                assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
            assert await serious(page) == [], path
            await page.emulate_media(color_scheme="light")
            assert await serious(page) == [], path
            await page.emulate_media(color_scheme="dark")

        await page.goto(f"{site.base}/owner/queue")
        card = page.get_by_role("listitem").filter(has_text="FUNCTIONAL TRAINING")
        await card.get_by_text("↩️ Ritira…").press("Enter")
        await card.get_by_role("button", name="Sì, ritira").press("Enter")
        await expect(page.get_by_role("status")).to_contain_text("✅ Ritirata")
        rows = await site.db.connection.rows("SELECT status FROM booking_actions WHERE course_name LIKE 'FUNC%'")
        assert [row["status"] for row in rows] == [ActionStatus.CANCELLED]
        await browser.close()

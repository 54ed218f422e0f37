"""A person's pages in a real browser: told of changes without losing the focus, and usable by everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from domain.model import ActionType
from domain.requests import NewAction
from tests.dashboard.person.conftest import GAG, OPENS, raced
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser
from tests.support.pages import OWNER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def serious(page: Page) -> list[str]:
    """What axe finds that keeps somebody from using the page."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found if each["impact"] in ("serious", "critical")]


async def enter(page: Page, site: Site) -> None:
    """By the keyboard alone."""
    await page.goto(site.base + await site.link())
    await page.get_by_role("button", name="Entra").press("Enter")
    await expect(page.get_by_role("heading", name="Prossimi appuntamenti")).to_be_visible()


async def test_a_page_follows_what_happens_keeps_the_focus_and_is_usable_by_everybody(
    tmp_path: Path, engine: LentBrowser
) -> None:
    async with pages.site(tmp_path, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))) as site:
        await raced(site.db)
        browser = await engine.browser.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark")
        page = await browser.new_page()
        await enter(page, site)
        cancel = page.get_by_role("link", name="❌ Annulla")
        await cancel.focus()
        await page.evaluate("window.isTheSame = true")

        waiting = await site.db.requests.add(NewAction(ActionType.BOOK, OWNER, GAG, opens_at=OPENS, run_at=OPENS))
        opening = page.get_by_role("region", name="Aperture in arrivo")
        await expect(opening.get_by_role("timer")).to_have_text("1 g 13:00:00")
        await expect(cancel).to_be_focused()
        await expect(page.get_by_role("status")).to_have_text("La pagina si è aggiornata.")

        await opening.get_by_role("button", name="↩️ Ritira").press("Enter")
        await expect(page.get_by_text("Ritirata")).to_be_visible()
        assert await site.db.requests.live(OWNER) == []
        await page.go_back()
        await expect(opening).to_be_hidden()

        for path in ("/", "/openings", "/history", "/statistics", f"/do/ticket:{waiting.id}"):
            for width in (390, 1280):
                await page.set_viewport_size({"width": width, "height": 800})
                await page.goto(site.base + path)
                assert await page.evaluate("document.documentElement.scrollWidth") <= width
            assert await serious(page) == []
            await page.emulate_media(color_scheme="light")
            assert await serious(page) == []
            await page.emulate_media(color_scheme="dark")
        await browser.close()

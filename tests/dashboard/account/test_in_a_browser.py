"""The account page in a real browser: live and without JavaScript, by the keyboard alone, usable by everybody."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from domain.model import ActionType
from domain.web import LinkPurpose
from tests.dashboard.account.test_one_time import KEY, picture_of
from tests.dashboard.account.test_page import SOFIA, TWO_ACCOUNTS
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser
from tests.support.pages import OWNER, Site

pytestmark = pytest.mark.asyncio(loop_scope="session")

LOOKS = ((390, "light"), (390, "dark"), (1280, "light"), (1280, "dark"))
MUCH_LATER = "2026-11-22T23:00:00.000Z"


async def fits_everybody(page: Page) -> None:
    """Nothing is cut off, and axe finds nothing that keeps somebody from using the page."""
    for width, scheme in LOOKS:
        await page.set_viewport_size({"width": width, "height": 800})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        if width == LOOKS[0][0]:
            found = (await Axe().run(page)).response["violations"]
            assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []


async def begun(page: Page, site: Site) -> None:
    """Sofia has come with an invitation, and opens her link."""
    await site.db.guests.welcome(await site.db.guests.invite(OWNER), SOFIA, "Sofia")
    await page.goto(f"{site.base}/account/{await site.db.web_links.make(SOFIA, LinkPurpose.ACCOUNT)}")


async def set_check(site: Site, columns: str) -> None:
    await site.db.connection.write(f"UPDATE booking_actions SET {columns} WHERE user_id = {SOFIA}", {})


async def test_the_way_from_the_link_to_the_first_login_fits_everybody_and_is_live(
    tmp_path: Path, engine: LentBrowser
) -> None:
    async with pages.site(tmp_path, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC), runs=True)) as site:
        browser = await engine.browser.new_context()
        page = await browser.new_page()
        await begun(page, site)
        await fits_everybody(page)
        await page.get_by_role("button", name="Comincia").click()
        await fits_everybody(page)

        await page.get_by_label("Codice Persona", exact=True).fill("sofia@mail.it")
        await page.get_by_role("button", name="Avanti").click()
        await expect(page.get_by_role("alert")).to_be_focused()
        await fits_everybody(page)
        await expect(page.get_by_label("Codice Persona", exact=True)).to_have_accessible_description(
            "Il numero di otto cifre sul tuo badge. Serve il Codice Persona, il numero sul badge: non il nome né "
            "l'indirizzo e-mail."
        )

        await page.get_by_label("Codice Persona", exact=True).fill("10000003")
        await page.get_by_label("Password", exact=True).fill("una-password-finta")
        qr_code = {"name": "qr.png", "mimeType": "image/png", "buffer": picture_of(TWO_ACCOUNTS)}
        await page.get_by_label("La foto del codice QR").set_input_files(qr_code)  # type: ignore[arg-type]
        await page.get_by_role("button", name="Avanti").click()
        await fits_everybody(page)
        await page.get_by_label("Polimi Giulia").check()
        await page.get_by_role("button", name="Avanti").click()
        await fits_everybody(page)

        shown = await page.locator(".digits").text_content()
        site.clock.go(seconds=30)
        await page.reload()
        await expect(page.locator(".digits")).not_to_have_text(shown or "")

        await page.get_by_role("button", name="Sì: salva e prova l'accesso").click()
        await expect(page.get_by_role("heading", name="Salvato e cifrato.")).to_be_visible()
        await set_check(site, f"status = 'processing', started_at = '{MUCH_LATER}', lease_until = '{MUCH_LATER}'")
        await expect(page.get_by_role("heading", name="Sto entrando nel sito")).to_be_visible()
        await fits_everybody(page)
        await site.db.connection.write(f"UPDATE accounts SET login_asked = 0 WHERE user_id = {SOFIA}", {})
        await set_check(site, f"status = 'completed', completed_at = '{MUCH_LATER}', lease_until = NULL")
        await expect(page.get_by_role("heading", name="Sono dentro: l'accesso funziona.")).to_be_visible()
        await fits_everybody(page)
        await browser.close()


async def test_without_javascript_and_by_the_keyboard_alone_it_is_the_same_way(
    tmp_path: Path, engine: LentBrowser
) -> None:
    async with pages.site(tmp_path, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))) as site:
        browser = await engine.browser.new_context(java_script_enabled=False)
        page = await browser.new_page()
        await begun(page, site)
        await page.get_by_role("button", name="Comincia").press("Enter")
        await page.get_by_label("Con Codice Persona e password").press("Tab")
        await page.keyboard.type("10000003")
        await page.keyboard.press("Tab")
        await page.keyboard.type("una-password-finta")
        for _ in range(3):  # past the kind of code and the picture
            await page.keyboard.press("Tab")
        await page.keyboard.type(KEY)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Il telefono mostra lo stesso codice?")).to_be_visible()
        await page.get_by_role("button", name="Sì: salva e prova l'accesso").press("Enter")
        await expect(page.get_by_role("heading", name="Salvato e cifrato.")).to_be_visible()
        assert await site.db.requests.newest_routine(ActionType.CHECK, SOFIA)
        await browser.close()

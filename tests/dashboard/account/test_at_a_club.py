"""The account page at another club: it asks for what that login needs, and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.web import LinkPurpose
from runtime.directory import Directory
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.pages import OWNER, Answer, Browser, Site

SOFIA = 77
MEMBER = "sofia@circolo.example"
CODES = ("codice", "matricola", "Codice Persona", "Politecnico")


@asynccontextmanager
async def at(folder: Path, login: str) -> AsyncIterator[tuple[Site, Browser, Answer]]:
    """Sofia has pressed the button of her link."""
    club = {"base_url": "https://ecomm.sportrick.com/circoloesempio", "login": login}
    async with pages.site(folder, FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC)), site=club) as site:
        await site.db.guests.welcome(await site.db.guests.invite(OWNER), SOFIA, "Sofia")
        link = f"/account/{await site.db.web_links.make(SOFIA, LinkPurpose.ACCOUNT)}"
        browser = site.browser()
        assert "nel sito del circolo" in (await browser.get(link)).words
        yield site, browser, await browser.post(link, {})


async def test_a_form_of_its_own_is_asked_about_by_user_name_and_password_alone(tmp_path: Path) -> None:
    async with at(tmp_path, "form") as (site, browser, page):
        assert "Con nome utente e password" in page.words
        assert not [word for word in CODES if word in page.words]
        sent = {"csrf": page.csrf, "username": MEMBER, "way": "password", "codes": "asked", "password": "una-finta"}
        page = await browser.post("/account/form", sent)
        assert "Nome utente" in page.words
        assert "password, senza codice" in page.words
        await browser.post("/account/store", {"csrf": page.csrf})
        directory = Directory(site.settings, site.db.guests)
        await directory.refresh()
        stored = directory[SOFIA]
        assert (stored.username, stored.password, stored.otp_url) == (MEMBER, "una-finta", "")


@pytest.mark.parametrize("way", ["password", "by_hand"])
async def test_where_all_log_in_by_hand_no_password_is_asked_for_or_taken(tmp_path: Path, way: str) -> None:
    async with at(tmp_path, "by_hand") as (site, browser, page):
        assert 'name="password"' not in page.text
        sent = {"csrf": page.csrf, "username": MEMBER, "way": way, "password": "una-finta"}
        page = await browser.post("/account/form", sent)
        assert "entri tu, a mano" in page.words
        await browser.post("/account/store", {"csrf": page.csrf})
        directory = Directory(site.settings, site.db.guests)
        await directory.refresh()
        assert (directory[SOFIA].by_hand, directory[SOFIA].password) == (True, "")

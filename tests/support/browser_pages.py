"""Every screen of the chat about the pages in the browser, with names from outside that mean harm."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot import screens
from bot.screens.browser import Link
from bot.screens.callbacks import ID
from bot.screens.page import Page
from bot.screens.when import When
from domain.model import Role
from domain.web import WebSession

NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
WHEN = When(NOON, ZoneInfo("Europe/Rome"))
SESSION = WebSession(ID, 1, Role.OWNER, "<b>&'" + "x" * 300, NOON, NOON, NOON)


def browser_pages() -> Iterator[Page]:
    yield screens.browser.off_page()
    for some in ([SESSION] * 2, [SESSION], []):
        yield screens.browser.browsers_page(some, WHEN, left=bool(some))
        for link in (Link("https://example.org/enter/x"), Link("http://127.0.0.1/enter/x", "ssh", is_running=False)):
            yield from (screens.browser.link_page(link, some, keeps=keeps) for keeps in (True, False))

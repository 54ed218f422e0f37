"""Opens pages in the browser, each in a context of its own, and a few at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import BrowserContext, Page
from playwright.async_api import Error as PlaywrightError

from portal.access import SiteAccess
from portal.browser.contexts import browser_context
from portal.browser.engine import Engine
from portal.browser.page_size import PageSize
from portal.observer import Observer
from portal.pages.base import dismiss_cookie_banner
from portal.responses.playwright_errors import in_time, translated

log = logging.getLogger(__name__)


async def _let_go(context: BrowserContext) -> None:
    """Closes what a dead page was in: whoever waits there goes on."""
    log.warning("a page died: was there too little memory?")
    await in_time(context.close())


class BrowserPages:
    """The pages of a process; at most `access.limits.pages_at_once` are open at a time."""

    def __init__(self, access: SiteAccess, engine: Engine, observer: Observer) -> None:
        self._access = access
        self._engine = engine
        self._observer = observer
        self._room = asyncio.Semaphore(access.limits.pages_at_once)

    @asynccontextmanager
    async def opened(self, state: Mapping[str, Any] | None) -> AsyncIterator[Page]:
        """A page in a context of its own with that storage state. The context is closed, whatever happens.

        A page whose process dies, killed for its memory say, ends what waits for it: SiteUnavailable. Playwright by
        itself would have some calls wait for ever.
        """
        async with self._room:
            with translated("opening a page"):
                context = await self._open_context(state)
            try:
                with translated("opening a page"):
                    page = await context.new_page()
                    page.on("crash", lambda _page: _let_go(context))
                    await PageSize(page, self._access.limits).watch()
                    await dismiss_cookie_banner(page)
                async with self._observer.page(page):
                    yield page
            finally:
                self._engine.note_browser_use()
                await in_time(context.close())

    async def _open_context(self, state: Any) -> BrowserContext:
        """A new context; made in a new browser when the one there was turns out to be dead."""
        browser = await self._engine.browser()
        try:
            return await browser_context(browser, self._access, state)
        except PlaywrightError:
            if browser.is_connected():
                raise
        return await browser_context(await self._engine.browser(), self._access, state)

"""Types into and clicks on a page of the login; where the page leads is checked right before each act."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from portal.access import SiteAccess
from portal.login.address_check import AddressCheck
from portal.login.page_kinds import CLICKED, Career, PageKind, RecognisedPage
from portal.login.snapshot import NUMBER
from portal.pages.base import AT_ONCE, MARK, RequestCount

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Dealt:
    """The page that was clicked or filled in last."""

    page: RecognisedPage
    at: float  # on the monotonic clock
    sent: int  # requests by then


class Acting:
    """Types and clicks in one login, and knows what was dealt with last."""

    def __init__(self, page: Page, access: SiteAccess, check: AddressCheck, typing: Callable[[], None]) -> None:
        """`typing` is called before anything is typed."""
        self._page = page
        self._check = check
        self._typing = typing
        self._click_seconds = min(access.limits.first_click, access.timeout_seconds)
        self._requests = RequestCount(page)
        self._repeated = False
        self._typed: tuple[float, int] | None = None  # the page, by when it was born, and the requests by then
        self.last: Dealt | None = None

    def may_be_heard(self, page: RecognisedPage) -> bool:
        """Whether that page's button was pressed, or a request has left since something was typed into it."""
        pressed = self.last is not None and self.last.page is page
        return pressed or self._typed not in (None, (page.snapshot.born, self._requests.sent))

    async def type(self, field: object, text: str, of: RecognisedPage) -> None:
        """Fills the very field that was looked at: of a page that came in its place meanwhile nothing is known."""
        element = await self._locate(field).element_handle(timeout=AT_ONCE)
        await self._check.field(element, self._locate(of.button))
        self._typing()
        self._typed = (of.snapshot.born, self._requests.sent)
        await element.fill(text)

    async def send(self, page: RecognisedPage) -> None:
        """Presses the button; checked once more, for the page may have changed its form while it was filled in."""
        await self._locate(page.field).evaluate(MARK, timeout=AT_ONCE)
        await self.click(page)

    async def click(self, page: RecognisedPage, row: Career | None = None) -> None:
        """Clicks the page's button, or that row of those to choose from."""
        button = self._locate(row or page.button)
        await self._check_click(page, button)
        await button.evaluate(MARK, timeout=AT_ONCE)
        self.last, self._repeated = Dealt(page, time.monotonic(), self._requests.sent), row is not None
        self._typed = None
        await button.click()

    async def repeat_once(self) -> None:
        """Clicks once more when a click changed nothing and sent nothing: buttons have been seen that wake up late."""
        last = self.last
        if last is None or self._repeated:
            return
        if self._requests.sent != last.sent or time.monotonic() - last.at < self._click_seconds:
            return
        self._repeated, self.last = True, Dealt(last.page, time.monotonic(), last.sent)
        button = self._locate(last.page.button)
        with suppress(PlaywrightTimeout):  # what was clicked has gone: that was the answer
            await self._check_click(last.page, button)
            if self._requests.sent == last.sent:
                log.info("a click of a login changed nothing: clicking once more")
                await button.click(timeout=AT_ONCE)

    async def _check_click(self, page: RecognisedPage, button: Locator) -> None:
        if page.field is not None:
            await self._check.field(await self._locate(page.field).element_handle(timeout=AT_ONCE), button)
        elif page.kind in CLICKED or page.kind is PageKind.MATRICOLA:
            await self._check.click(button)

    def _locate(self, element: object) -> Locator:
        return self._page.locator(f"[{NUMBER}='{getattr(element, 'number', 0)}']").first

"""The page `/Booking`: the list of bookings, and its buttons that cancel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, time

from playwright.async_api import Page

from domain.errors import SiteChanged
from portal.access import SiteAccess
from portal.browser.page_size import content
from portal.pages.base import MARK, TRIED, SitePage


class MyBookingsPage(SitePage):
    """`/Booking`: the list, and its buttons that cancel."""

    def __init__(self, page: Page, access: SiteAccess) -> None:
        super().__init__(page, access)
        self._repository = page.locator("#event-repository")
        self._blocks = self._repository.locator(".event-main-block")
        self._others = page.locator(f"#event-repository:not(:has([{TRIED}]))")
        self._yes = self._dialog_button("s[iì]'?")
        self._ok = self._dialog_button("ok")

    async def open(self) -> str:
        """The page's HTML, with what its scripts fill in: a list without blocks is waited for until nothing loads."""
        await self._open("/Booking")
        await self._attached(self._repository)
        if not await self._blocks.count():
            await self._page.wait_for_load_state("networkidle", timeout=self._timeout)
        return await content(self._page, self._limits)

    async def can_be_deleted(self, index: int) -> bool:
        """Whether a block of the list has its button, once nothing loads any more.

        Raises SiteChanged when it has another one, and none of the others has what we look for: the page may have a
        new button.
        """
        block, known = self._blocks.nth(index), "button.btn-delete:not([disabled])"
        if not await block.locator(known).count():
            await self._page.wait_for_load_state("networkidle", timeout=self._timeout)
        if await block.locator(known).count():
            return True
        others = await block.locator("button:not(.btn-delete), input, a[href], [role=button], [onclick]").count()
        if others and not await self._blocks.locator(known).count():
            raise SiteChanged("the bookings in the page have no button to cancel them that we know")
        return False

    async def delete(self, index: int, day: date, start: time, pressing: Callable[[], Awaitable[None]]) -> str:
        """Presses the button of that block and says yes. Returns what the site answered in its last dialog, if it did.

        `pressing` is awaited right before the yes: until then nothing is given back. Raises SiteChanged, before
        anything is pressed, when the block does not show that day and hour.
        """
        block = self._blocks.nth(index)

        async def prove() -> None:
            text = await block.inner_text()
            if f"{day:%d/%m/%Y}" not in text or f"{start:%H:%M}" not in text:
                raise SiteChanged("the bookings in the page changed while we looked")
            await block.evaluate(MARK)

        await self._click(block.locator("button.btn-delete"), self._yes, prove=prove)
        await self._click(self._yes, self._ok, self._others, prove=pressing)
        said = await self.dialog_text()
        if await self._ok.is_visible():
            await self._click(self._ok, self._others)
        return said

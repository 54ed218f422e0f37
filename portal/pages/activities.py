"""The page `/Booking/ChooseActivity`, for when its links do not say where they lead."""

from __future__ import annotations

import re

from playwright.async_api import Page

from portal.access import SiteAccess
from portal.browser.page_size import content
from portal.pages.base import SitePage


class ActivitiesPage(SitePage):
    """`/Booking/ChooseActivity`, for when its links do not say where they lead."""

    def __init__(self, page: Page, access: SiteAccess) -> None:
        super().__init__(page, access)
        self._links = page.locator(".list-group-item")
        self._calendar = page.locator("#booking-calendar")

    async def open(self) -> str:
        """The page's HTML."""
        await self._open("/Booking/ChooseActivity")
        await self._attached(self._links)
        return await content(self._page, self._limits)

    async def follow(self, name: str, number: int) -> str:
        """The address the link of that name leads to, whatever its place; `number` among those that are named alike."""
        await self.open()
        words = r"\s*".join(map(re.escape, name.split()))
        label = re.compile(rf"^\s*{words}\s*$")
        await self._click(self._links.filter(has_text=label).nth(number), self._calendar)
        return self._page.url

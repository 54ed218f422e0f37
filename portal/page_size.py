"""Closes a page that receives more than a page may weigh, before it fills the machine's memory. Used by session.py."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from playwright.async_api import CDPSession, Page

from domain.errors import SiteChanged
from portal.trouble import in_time

log = logging.getLogger(__name__)

MOST_PAGE = 8_000_000  # bytes of all answers of a page, unpacked; the site's pages have about one million
LENGTH = "document.documentElement.outerHTML.length"
MOST_VISIT = 40_000_000  # bytes of all pages of one visit: a calendar is turned day by day


async def content(page: Page) -> str:
    """The page's HTML. Raises SiteChanged when its scripts have made it larger than a page may be."""
    channel = await page.context.new_cdp_session(page)
    try:
        length = await _length(channel)
    finally:
        await in_time(channel.detach())
    if length > MOST_PAGE:
        raise SiteChanged("the page is too large to be read")
    return await page.content()


async def _length(channel: CDPSession) -> int:
    """Of the page's HTML, in characters; asked in a world of ours, where the page's scripts have changed nothing."""
    frame = (await channel.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await channel.send("Page.createIsolatedWorld", {"frameId": frame})
    question = {"expression": LENGTH, "contextId": world["executionContextId"], "returnByValue": True}
    return int((await channel.send("Runtime.evaluate", question))["result"]["value"])


class PageSize:
    """Counts what a page receives, as it comes: per answer, and in all."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._of: dict[str, int] = {}
        self._closing: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        """From now on the page's context is closed under whoever uses it once too much has come."""
        channel = await self._page.context.new_cdp_session(self._page)
        channel.on("Network.dataReceived", self._received)
        channel.on("Network.responseReceived", self._announced)
        await channel.send("Network.enable", {"maxTotalBufferSize": MOST_VISIT, "maxResourceBufferSize": MOST_PAGE})

    def _announced(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        announced = str(headers.get("content-length", ""))
        if len(announced) > len(str(MOST_PAGE)) or (announced.isdecimal() and int(announced) > MOST_PAGE):
            self._close()

    def _received(self, event: dict[str, Any]) -> None:
        name = str(event["requestId"])
        self._of[name] = self._of.get(name, 0) + int(event["dataLength"])
        if self._of[name] > MOST_PAGE or sum(self._of.values()) > MOST_VISIT:
            self._close()

    def _close(self) -> None:
        if self._closing is None:
            log.warning("a page is larger than %d million bytes: closed", MOST_PAGE // 1_000_000)
            self._closing = asyncio.create_task(self._close_context())

    async def _close_context(self) -> None:
        await in_time(self._page.context.close())

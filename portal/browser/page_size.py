"""Closes a page that receives more than a page may weigh, before it fills the machine's memory."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from playwright.async_api import CDPSession, Page

from domain.errors import SiteChanged
from portal.access import USUAL_LIMITS, SiteLimits
from portal.responses.playwright_errors import in_time

log = logging.getLogger(__name__)

LENGTH = "document.documentElement.outerHTML.length"


async def content(page: Page, limits: SiteLimits = USUAL_LIMITS) -> str:
    """The page's HTML. Raises SiteChanged when its scripts have made it larger than a page may be."""
    channel = await page.context.new_cdp_session(page)
    try:
        length = await _length(channel)
    finally:
        await in_time(channel.detach())
    if length > limits.page_bytes:
        raise SiteChanged("the page is too large to be read")
    return await page.content()


async def _length(channel: CDPSession) -> int:
    """Of the page's HTML, in characters; read in an isolated world, where the page's scripts have changed nothing."""
    frame = (await channel.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    world = await channel.send("Page.createIsolatedWorld", {"frameId": frame})
    question = {"expression": LENGTH, "contextId": world["executionContextId"], "returnByValue": True}
    return int((await channel.send("Runtime.evaluate", question))["result"]["value"])


class PageSize:
    """Counts what a page receives, as it comes: per answer, and in all."""

    def __init__(self, page: Page, limits: SiteLimits = USUAL_LIMITS) -> None:
        self._page = page
        self._limits = limits
        self._of: dict[str, int] = {}
        self._closing: asyncio.Task[None] | None = None

    async def watch(self) -> None:
        """From now on the page's context is closed, also while it is used, once the page has received too much."""
        channel = await self._page.context.new_cdp_session(self._page)
        channel.on("Network.dataReceived", self._received)
        channel.on("Network.responseReceived", self._announced)
        await channel.send(
            "Network.enable",
            {"maxTotalBufferSize": self._limits.visit_bytes, "maxResourceBufferSize": self._limits.page_bytes},
        )

    def _announced(self, event: dict[str, Any]) -> None:
        headers = {name.lower(): value for name, value in event["response"]["headers"].items()}
        announced = str(headers.get("content-length", ""))
        most = self._limits.page_bytes
        if len(announced) > len(str(most)) or (announced.isdecimal() and int(announced) > most):
            self._close()

    def _received(self, event: dict[str, Any]) -> None:
        name = str(event["requestId"])
        self._of[name] = self._of.get(name, 0) + int(event["dataLength"])
        if self._of[name] > self._limits.page_bytes or sum(self._of.values()) > self._limits.visit_bytes:
            self._close()

    def _close(self) -> None:
        if self._closing is None:
            log.warning("a page is larger than %d million bytes: closed", self._limits.page_bytes // 1_000_000)
            self._closing = asyncio.create_task(self._close_context())

    async def _close_context(self) -> None:
        await in_time(self._page.context.close())

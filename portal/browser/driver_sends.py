"""Has the driver send, in the browser's place, what a page asks the site to do, so that it can be taken back.

What Chromium has written to a connection is sent by the kernel also after page and browser are closed, and arrives once
the network is back. The driver resets the connection of a request that is given up (driver_given_up.cjs).
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress

from playwright.async_api import BrowserContext, Route
from playwright.async_api import Error as PlaywrightError

from portal.access import SiteAccess

READS = ("GET", "HEAD", "OPTIONS")

log = logging.getLogger(__name__)


async def have_driver_send(context: BrowserContext, access: SiteAccess) -> None:
    """From now on requests to the site that are no mere reading are sent by the driver, with the page's own cookies.

    One without an answer in time fails for the page as one whose connection was lost.
    """

    async def send(route: Route) -> None:
        """Raises nothing: Playwright would raise it in the next call to the driver, of any page."""
        with suppress(PlaywrightError):  # the page was closed meanwhile
            if route.request.method in READS:
                await route.continue_()
                return
            try:
                answer = await route.fetch(max_redirects=0, timeout=access.timeout_seconds * 1000)
            except PlaywrightError as error:
                log.info("a request of a page got no answer: %s", type(error).__name__)
                await route.abort("connectionfailed")
            else:
                await route.fulfill(response=answer)

    await context.route(re.compile(re.escape(access.root)), send)

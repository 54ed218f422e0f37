"""How we look to the site, and what its pages may do: contexts of the driver and of the browser. Used by session.py."""

from __future__ import annotations

from typing import Any

from playwright.async_api import APIRequestContext, Browser, BrowserContext, Playwright

from portal.access import SiteAccess

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"}


async def request_context(driver: Playwright, access: SiteAccess, state: Any) -> APIRequestContext:
    """A connection of its own, with those cookies."""
    return await driver.request.new_context(
        storage_state=state,
        user_agent=USER_AGENT,
        extra_http_headers=HEADERS,
        max_redirects=0,
        timeout=access.timeout_seconds * 1000,
    )


async def browser_context(browser: Browser, access: SiteAccess, state: Any) -> BrowserContext:
    """A place for pages of its own, with those cookies."""
    context = await browser.new_context(
        storage_state=state,
        user_agent=USER_AGENT,
        extra_http_headers=HEADERS,
        locale="it-IT",
        timezone_id=access.timezone.key,
        viewport={"width": 1280, "height": 900},
        reduced_motion="reduce",
        service_workers="block",  # one would answer in the site's place, out of sight
        accept_downloads=False,
    )
    context.set_default_timeout(access.timeout_seconds * 1000)
    return context

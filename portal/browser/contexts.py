"""How we look to the site, and what its pages may do: contexts of the driver and of the browser."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import APIRequestContext, Browser, BrowserContext, Playwright

from portal.access import SiteAccess

USER_AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
HEADERS = {"Accept-Language": "it-IT,it;q=0.9,en;q=0.5"}

Affinity = tuple[tuple[str, str], ...]
"""Names and values of the cookies by which a load balancer keeps a visitor with one application server."""

OF_A_BALANCER = re.compile(
    r"affinity|sticky|balanc|backend|upstream|application.?server|^(awsalb|awselb|bigip|nsc_|__cflb)"
    r"|(^|[^a-z])(server|srv|route|node|lb|farm|instance|pool|web)[_-]?(id|name|no)?($|[^a-z])",
    re.IGNORECASE,
)
OF_A_PERSON = re.compile(r"auth|sess|token|verif|user|login", re.IGNORECASE)


def affinity(state: Mapping[str, Any] | None, root: str) -> Affinity:
    """The cookies of a storage state that keep it with one of the site's servers, whose clock is what counts."""
    host = urlsplit(root).hostname or ""
    return tuple(
        sorted(
            (each["name"], each["value"])
            for each in (state or {}).get("cookies", ())
            if f".{host}".endswith(f".{each['domain'].lstrip('.')}")
            and OF_A_BALANCER.search(each["name"])
            and not OF_A_PERSON.search(each["name"])
        )
    )


def anonymous_state(kept_with: Affinity, root: str) -> dict[str, Any]:
    """The storage state of a visitor without a session whom those cookies keep with one server."""
    where = {"domain": urlsplit(root).hostname or "", "path": "/", "expires": -1}
    flags = {"httpOnly": False, "secure": False, "sameSite": "Lax"}
    return {"cookies": [{"name": name, "value": value, **where, **flags} for name, value in kept_with], "origins": []}


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

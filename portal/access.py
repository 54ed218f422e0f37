"""What the portal is configured with: where the site is, how to go there, how long and how much of it is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.model import Clock, utc_now
from domain.shared_logins import SharedLogins
from portal.read_back import ReadBack
from safety.addresses import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLimits:
    """How long the site is given, and how much of it is taken. Tests hand in shorter and smaller ones."""

    first_click: float = 2.0  # s a click has to take effect before it is repeated
    next_click: float = 1.0  # s each further click has
    unfold: float = 1.5  # s a click on a line of the calendar has to bring slots into sight, when it sends no request
    goes_on: float = 3.0  # s a page of the login is given that may go on by itself
    session_lags: tuple[float, ...] = (0.3, 0.7, 1.0, 1.5, 1.5, 2.0)
    """s between looks for a session that one server knows later than another."""
    page_bytes: int = 8_000_000  # of all answers of a page, unpacked; the site's pages have about one million
    visit_bytes: int = 40_000_000  # of all pages of one visit: a calendar is turned day by day
    pages_at_once: int = 3  # on a small machine more would only run into their time-outs side by side


USUAL_LIMITS = SiteLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccess:
    """Where the site is, and how to go there."""

    base_url: str
    login_hosts: tuple[
        str, ...
    ]  # `host` or `host:port`: where password and code may be typed; none: the site's own form
    state_dir: Path
    timezone: ZoneInfo
    executable_path: str | None = None  # None: Playwright's own Chromium
    headless: bool = True
    shared: SharedLogins | None = None  # what other machines know too; None: there is no other
    clock: Clock = utc_now
    steady: Callable[[], float] = time.monotonic  # counts seconds, and is never set
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep  # lets seconds of the clock pass, for a code or a server
    idle_seconds: float = 30.0  # unused for this long, the driver is closed
    browser_idle_seconds: float = 10.0  # the same for the browser
    timeout_seconds: float = 10.0  # for one answer, or one step on a page
    read_back: ReadBack = field(default_factory=ReadBack)  # how long a result is looked for after an act
    limits: SiteLimits = USUAL_LIMITS

    @property
    def root(self) -> str:
        """The base address without a slash at its end: paths begin with one."""
        return self.base_url.rstrip("/")

    @property
    def places(self) -> Places:
        """Where a login may go and type."""
        return Places(self.root, self.login_hosts)

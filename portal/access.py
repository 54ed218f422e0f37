"""Where the site is, and how to go there: what the portal needs of the configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.model import Clock, utc_now
from portal.read_back import ReadBack
from safety.addresses import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAccess:
    """Where the site is, and how to go there."""

    base_url: str
    login_hosts: tuple[str, ...]  # `host` or `host:port`: where password and code may be typed
    state_dir: Path
    timezone: ZoneInfo
    executable_path: str | None = None  # None: Playwright's own Chromium
    headless: bool = True
    clock: Clock = utc_now
    idle_seconds: float = 30.0  # unused for this long, the driver is closed
    browser_idle_seconds: float = 10.0  # the same for the browser
    timeout_seconds: float = 10.0  # for one answer, or one step on a page
    read_back: ReadBack = field(default_factory=ReadBack)  # how long a result is looked for after an act

    @property
    def root(self) -> str:
        """The base address without a slash at its end: paths begin with one."""
        return self.base_url.rstrip("/")

    @property
    def places(self) -> Places:
        """Where a login may go and type."""
        return Places(self.root, self.login_hosts)

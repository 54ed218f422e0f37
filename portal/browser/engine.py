"""Driver and browser of one process: started when needed, replaced when they die, closed when idle or for good."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol

from playwright.async_api import Browser, Playwright

from domain.errors import SiteError, SiteUnavailable
from portal.access import SiteAccess
from portal.browser.chromium import Chromium, Unprotected, answers
from portal.responses.playwright_errors import in_time, lost_the_driver

log = logging.getLogger(__name__)


class Launcher(Protocol):
    """Starts and stops the driver and the browser that an engine uses."""

    @property
    def unprotected(self) -> Unprotected | None:
        """Why the browser runs without its sandbox; None while it has one, or was not started yet."""

    async def start_driver(self) -> Playwright: ...

    async def stop_driver(self, driver: Playwright) -> None: ...

    async def start_browser(self, driver: Playwright) -> Browser: ...

    async def stop_browser(self, browser: Browser) -> None: ...


class Engine:
    """Driver and browser of a process. Starts nothing until it is needed; after `close` no process of it is left."""

    def __init__(self, launcher: Launcher, access: SiteAccess) -> None:
        """`access` says after how many seconds without use driver and browser are closed."""
        self.launcher = launcher
        self._access = access
        self._steady = access.steady
        self._lock = asyncio.Lock()  # held while the driver starts or ends; taken before the browser's
        self._browser_lock = asyncio.Lock()  # the same for the browser: no other account's request waits for that
        self._driver: Playwright | None = None
        self._browser: Browser | None = None
        self._release: list[Callable[[], Awaitable[None]]] = []
        self.browser_version = ""  # of the browser that was started last
        self.closed = False  # for good: nothing is started any more
        self.broken = False  # the driver died, and every connection and page with it
        self.users = 0  # calls that use driver or browser right now
        self._driver_used = self._browser_used = 0.0
        self._closing: asyncio.Task[None] | None = None  # ends a browser that was idle

    def before_driver_stops(self, release: Callable[[], Awaitable[None]]) -> None:
        """From now on `release` is awaited before the driver stops: it closes the connections made with that driver."""
        self._release.append(release)

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Within it neither driver nor browser are closed for being idle."""
        self.users += 1
        try:
            yield
        except SiteError as error:
            self.broken = self.broken or lost_the_driver(error.__cause__)
            raise
        finally:
            self.users -= 1
            self._driver_used = self._steady()

    async def driver(self) -> Playwright:
        """The driver, started if it is not there; a dead one is replaced. Raises SiteUnavailable once closed."""
        async with self._lock:
            if self.closed:
                raise SiteUnavailable("this program is stopping")
            if self.broken and self._driver and await answers(self._driver):
                self.broken = False  # only a closed connection was lost; the other accounts' are at work
            if self.broken:
                await self._stop_driver()
            if self._driver is None:
                started = time.monotonic()
                self._driver = await self.launcher.start_driver()
                log.info("driver started in %.2f s", time.monotonic() - started)
            return self._driver

    async def browser(self) -> Browser:
        """The browser, started if it is not there; a dead one is replaced."""
        driver = await self.driver()
        async with self._browser_lock:
            if self._browser is None or not self._browser.is_connected():
                started = time.monotonic()
                self._browser = await self.launcher.start_browser(driver)
                self.browser_version = self._browser.version
                log.info("browser started in %.2f s", time.monotonic() - started)
            self.note_browser_use()
            return self._browser

    def note_browser_use(self) -> None:
        """The browser was used just now: its idle time begins anew."""
        self._browser_used = self._steady()

    @property
    def is_asleep(self) -> bool:
        """Whether no driver runs."""
        return self._driver is None

    async def get_ready(self) -> None:
        """Starts the driver, or keeps it: it will be needed soon. A failure to start is logged here; the next call of
        `driver` raises it."""
        try:
            await self.driver()
        except Exception:
            log.warning("the driver does not start", exc_info=True)
        self._driver_used = self._steady()

    async def close_idle(self) -> None:
        """Closes the browser when it was not used for a while, and the driver after a longer while.

        Waits neither for what is starting nor for the end of the browser: its caller has others to serve meanwhile.
        """
        if not self.users and self._browser_is_idle() and not self._browser_lock.locked():
            self._closing = asyncio.create_task(self._close_idle_browser(), name="closing the browser")
        if not self.users and self._driver_is_idle() and not self._lock.locked():
            async with self._lock:
                await self._stop_driver()

    def _browser_is_idle(self) -> bool:
        return self._browser is not None and self._steady() - self._browser_used >= self._access.browser_idle_seconds

    def _driver_is_idle(self) -> bool:
        return self._driver is not None and self._steady() - self._driver_used >= self._access.idle_seconds

    async def _close_idle_browser(self) -> None:
        async with self._browser_lock:
            if self._browser_is_idle():  # still: nobody has begun to use it in this moment
                await self._stop_browser()

    async def close(self) -> None:
        """Closes driver and browser for good; calls under way end with SiteUnavailable."""
        self.closed = True
        async with self._lock:
            await self._stop_driver()

    async def _stop_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser:
            await in_time(self.launcher.stop_browser(browser))
            log.info("browser closed")

    async def _stop_driver(self) -> None:
        for release in self._release:
            await release()
        async with self._browser_lock:
            if not self.broken:
                await self._stop_browser()
            driver, self._driver, self._browser = self._driver, None, None
        if driver:
            await in_time(self.launcher.stop_driver(driver))
            log.info("driver closed")
        self.broken = False


def own_engine(access: SiteAccess) -> Engine:
    """An engine that starts a driver and a Chromium of its own."""
    chromium = Chromium(access.executable_path, headless=access.headless, cache=access.state_dir / "driver")
    return Engine(chromium, access)

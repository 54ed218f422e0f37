"""Why a login did not end on the dashboard, as an error that is told to its person. There is no picture of it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Page

from domain.errors import (
    Blocked,
    LoginBlocked,
    LoginDiverted,
    LoginFailed,
    LoginInterrupted,
    LoginUnavailable,
    SessionExpired,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    quote,
)
from portal.evidence.page_monitor import PageMonitor
from portal.evidence.redactor import AccountRedactor
from portal.evidence.sanitizer import bare_address
from portal.login.network_guard import BLANK, NetworkGuard, shown
from portal.resources import Resources
from portal.responses.page_errors import words_in_page
from portal.responses.playwright_errors import in_time

IN_A_CIRCLE = "ERR_TOO_MANY_REDIRECTS"
ERROR_PAGE = re.compile(
    r"si è verificato un errore|errore (?:interno|del server)|server error|an error (?:has )?occurred", re.IGNORECASE
)


class LoginFailure:
    """One login that failed, while its page is still there."""

    def __init__(
        self, resources: Resources, redactor: AccountRedactor, page: Page, monitor: PageMonitor, guard: NetworkGuard
    ) -> None:
        self._resources = resources
        self._redactor = redactor
        self._page = page
        self._monitor = monitor
        self._guard = guard

    async def explained(self, error: SiteError) -> SiteError:
        """The error as it is told, from what the page and its requests show.

        An error of the booking site itself blames no account: SiteUnavailable before typing, LoginInterrupted after it.
        """
        page, monitor, guard = self._page, self._monitor, self._guard
        self._redactor.note_cookies({"cookies": await in_time(page.context.cookies()) or ()})
        browser = page.context.browser
        ours = self._resources.engine.closed or not (browser and browser.is_connected())
        if type(error) is LoginBlocked and not ours:
            return await self._with_its_page(error)
        explained = await monitor.explained("login", error, self._resources.evidence, self._redactor)
        address = monitor.met_at or monitor.waits_for or page.url
        if isinstance(explained, LoginFailed) or ours:
            return explained
        place = await self._place(address)
        if isinstance(explained, Blocked) and self._is_elsewhere(address):
            return Blocked(
                f"{explained}, at {place}", status=explained.status, retry_after=explained.retry_after, at_login=True
            )
        if guard.window and not monitor.met_at and not monitor.waits_for:
            return self._in_another_window(guard.window)
        if guard.has_typed and not self._is_elsewhere(address) and self._is_nonsense(explained, place):
            return LoginInterrupted(f"the sign-on lets us in, and then there is no page ({explained}), at {place}")
        if isinstance(explained, SessionExpired | SiteChanged) or IN_A_CIRCLE in str(explained):
            why = f", for {error}," if isinstance(error, SiteChanged) else ""
            return LoginBlocked(f"the login stops{why} at {place}", explained.evidence)
        if isinstance(explained, SiteUnavailable) and self._is_elsewhere(address):
            return LoginUnavailable(f"the login breaks off ({explained}), at {place}")
        return explained

    async def _with_its_page(self, error: LoginBlocked) -> LoginBlocked:
        """The error of a login that ended itself, with the page that is on show then."""
        words = quote(self._redactor.words(await shown(self._page)))
        said = f"the login stops, for {error}, at {bare_address(self._page.url)}: {words}"
        html, _ = await self._monitor.capture()
        return LoginBlocked(said, await self._resources.evidence.keep("login", html, said, None, self._redactor))

    def _in_another_window(self, address: str) -> LoginFailed:
        said = f"the login goes on in another window, at {bare_address(address)}"
        harmless = address == BLANK or self._resources.access.places.may_visit(address)
        return LoginBlocked(said) if harmless else LoginDiverted(said)

    def _is_elsewhere(self, address: str) -> bool:
        """Whether that is another host than the booking site's."""
        return urlsplit(address).netloc != urlsplit(self._resources.access.root).netloc

    def _is_nonsense(self, explained: SiteError, place: str) -> bool:
        """Whether the booking site gave an error, silence or data for the page a login ends on, and no other page."""
        if isinstance(explained, SiteUnavailable):
            return IN_A_CIRCLE not in str(explained)
        return bool(self._monitor.met_at) or ERROR_PAGE.search(place) is not None

    async def _place(self, address: str) -> str:
        """Where a login ended, and what stands there; without its words when that page never came."""
        monitor, page = self._monitor, self._page
        words = words_in_page(monitor.met_page) if monitor.met_page else ""
        if not monitor.met_at and not monitor.waits_for and not page.is_closed():
            words = await shown(page)
        return bare_address(address) + (f": {quote(self._redactor.words(words))}" if words else "")

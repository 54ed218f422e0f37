"""Monitors the responses to a page's own requests, so that "the element is not there" can be told as its cause."""

from __future__ import annotations

import asyncio
import re
from typing import TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Page, Request, Response

from domain.errors import Blocked, BookingRefused, SessionExpired, SiteChanged, SiteError, SiteUnavailable
from portal.browser.page_size import content
from portal.evidence.folders import Evidence
from portal.evidence.redactor import AccountRedactor
from portal.evidence.sanitizer import bare_address
from portal.evidence.screenshot import clean_picture
from portal.responses.page_errors import LOGIN_PATH, error_on_page
from portal.responses.playwright_errors import in_time
from portal.responses.response_errors import REDIRECTS, captcha_behind, error_of_status

T = TypeVar("T")

SCREENSHOT_TIMEOUT = 15.0  # seconds until a page is blotted, judged, and taken
ASKS_TO_LOG_IN = re.compile(r"type\s{0,9}=\s{0,9}[\"']?password|(?:id|name)\s{0,9}=\s{0,9}[\"']?otp\b", re.IGNORECASE)
TELLING = ("document", "xhr", "fetch")  # kinds of requests whose failure is the site's, not a picture's


class PageMonitor:
    """Notes, from its making on, the errors among the site's responses to one page."""

    def __init__(self, page: Page, base_url: str, *, logging_in: bool = False) -> None:
        self._page = page
        self._logging_in = logging_in
        self._base_url = base_url
        self._pending: set[Request] = set()
        self._met: SiteError | None = None
        self.met_at = ""  # the address of the request that met it
        self.met_page = ""  # what the site showed there
        self._closing: asyncio.Future[None] | None = None
        self._looks: set[asyncio.Task[None]] = set()
        page.on("request", self._sent)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._failed)
        page.on("response", self._answered)

    def _is_telling(self, request: Request) -> bool:
        """The page itself, wherever it is (the single sign-on is another host), and the site's own requests."""
        if request.resource_type not in TELLING:
            return False
        return self._is_main(request) or request.url.startswith(self._base_url)

    def _is_main(self, request: Request) -> bool:
        return request.is_navigation_request() and request.frame == self._page.main_frame

    def _sent(self, request: Request) -> None:
        if self._is_telling(request):
            self._pending.add(request)

    def _ended(self, request: Request) -> None:
        self._pending.discard(request)

    def _failed(self, request: Request) -> None:
        self._pending.discard(request)
        aborted = "ERR_ABORTED" in (request.failure or "")  # by the page itself, when it goes elsewhere
        if self._is_telling(request) and not aborted:
            self._meet(SiteUnavailable(f"the site did not answer: {request.failure}"), request.url)

    def _meet(self, error: SiteError, address: str, page: str = "") -> None:
        """The first error counts, unless the site asks later for a proof that we are human."""
        if self._met is None or self._met is error or isinstance(error, Blocked):
            self._met, self.met_at, self.met_page = error, address, page

    def _answered(self, response: Response) -> None:
        """A page that is an error, or the login page, ends the visit at once: nothing that is waited for will come."""
        if not self._is_telling(response.request) or response.status == 404:
            return
        # even where that sends on again, to a page of another of the site's servers
        at_login = LOGIN_PATH.lower() in response.url.lower() and self._is_main(response.request)
        at_login = at_login and not self._logging_in
        if response.status in REDIRECTS and not at_login:
            return
        error = error_of_status(response.status, response.headers, self._base_url)
        if at_login:
            error = SessionExpired("the session is over: the page became the login page")
        if error:
            self._meet(error, response.url)
        if isinstance(error, SessionExpired) and not self._logging_in:
            self._end(response)
            return
        look = asyncio.create_task(self._look_into(response, error))
        self._looks.add(look)
        look.add_done_callback(self._looks.discard)

    async def _look_into(self, response: Response, error: SiteError | None) -> None:
        """A page that asks for a proof ends the visit whatever its status, and whoever of the page asked for it: its
        script might go on by itself."""
        kind, html = response.headers.get("content-type", ""), ""
        if "html" in kind or (self._logging_in and "json" in kind and self._is_main(response.request)):
            html = await in_time(response.text()) or ""
        if error is None and self._is_data_for_a_page(response, html):
            error = SiteUnavailable("the site answers with data where a page should be")
        path = urlsplit(response.url).path
        shown = await asyncio.to_thread(captcha_behind, error, html) if error else await _error_shown(html, path)
        if isinstance(shown, Blocked):
            self._meet(shown, response.url, html)
        elif error:
            self._meet(error, response.url, html)
        if error or isinstance(shown, Blocked):
            self._end(response)

    def _is_data_for_a_page(self, response: Response, text: str) -> bool:
        """Whether a page of a login is data ({"logout": 1}, half a JSON): the booking site shows a person none."""
        ours = response.url.startswith(self._base_url) and self._is_main(response.request)
        return self._logging_in and ours and text.lstrip().startswith(("{", "["))

    def _end(self, response: Response) -> None:
        """Closes the context, not the page: closing a page that is being loaded may never end."""
        if self._closing is None and (self._is_main(response.request) or isinstance(self._met, Blocked)):
            self._closing = asyncio.ensure_future(in_time(self._page.context.close()))

    async def _settled(self) -> None:
        """Waits until what has come was looked into."""
        if self._looks:
            await asyncio.wait(self._looks)
        if self._closing:
            await self._closing

    async def passed(self, result: T, *, strict: bool) -> T:
        """What the work on the page gave. When strict, raises what a request of the page met, if one failed."""
        if strict:
            await self._settled()
        if strict and self._met:
            raise self._met
        return result

    async def _cause(self, error: SiteError) -> SiteError:
        """What caused an error on this page: an error response, a page that stands for an error, a missing response."""
        await self._settled()
        if isinstance(error, BookingRefused) and isinstance(self._met, Blocked):
            return self._met  # its words are what the page makes of a request that was turned away
        if not isinstance(error, SiteChanged | SiteUnavailable):
            return error
        if self._met:
            return self._met
        if self._logging_in and self.waits_for:  # what is on show is the page before
            return SiteUnavailable("the site did not answer in time")
        html, _ = await self.capture()
        if cause := await _error_shown(html, urlsplit(self._page.url).path):
            return cause
        return SiteUnavailable("the site did not answer in time") if self._pending else error

    async def explained(self, what: str, error: SiteError, evidence: Evidence, redactor: AccountRedactor) -> SiteError:
        """The error that the page and its requests show to be behind this one; else this one, with evidence."""
        cause = await self._cause(error)
        if cause is not error:
            return cause
        if isinstance(error, SiteChanged) or type(error) is BookingRefused:
            html, shown = await self.capture(redactor)
            note = f"{what}: {error}\n{bare_address(self._page.url)}"
            error.evidence = await evidence.keep(what, html, note, shown, redactor)
        return error

    @property
    def waits_for(self) -> str:
        """The address of the page that was asked for and has not come; empty when none is awaited."""
        return next((each.url for each in self._pending if self._is_main(each)), "")

    async def capture(self, redactor: AccountRedactor | None = None) -> tuple[str, bytes | None]:
        """The page's HTML and, for whom it is cleaned if anybody, a picture; empty when the page is gone.

        There is no picture of a page of a login, nor of another site's, nor where a secret could be read on it.
        """
        html = await in_time(content(self._page)) or ""
        elsewhere = not self._page.url.startswith(self._base_url) or LOGIN_PATH.lower() in self._page.url.lower()
        if redactor is None or not html or self._logging_in or elsewhere or ASKS_TO_LOG_IN.search(html):
            return html, None
        return html, await in_time(clean_picture(self._page, redactor), SCREENSHOT_TIMEOUT)


async def _error_shown(html: str, path: str) -> SiteError | None:
    return await asyncio.to_thread(error_on_page, html, path) if html else None

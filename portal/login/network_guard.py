"""Keeps a login where it belongs: what its browser may visit, and what may leave in a request.

Two nets, because neither sees all. The driver's routing sees where a request begins: in which page, and whether before
or after something was typed. The browser's own interception sees every request on its way out, each hop of a redirect
with its body included, of every frame, popup and worker. What neither sees (sockets) is taken away from the pages.
"""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Coroutine, Iterator
from typing import Any, Self

from playwright.async_api import CDPSession, Page, Request, Route
from playwright.async_api import Error as PlaywrightError

from domain.errors import LoginDiverted, quote
from domain.model import Credentials
from portal.evidence.sanitizer import bare_address
from portal.login.secret_search import Word, carries, word
from portal.responses.playwright_errors import in_time, translated
from safety.addresses import Places

log = logging.getLogger(__name__)

NO_OTHER_WAY = """for (const name of ["WebSocket", "WebSocketStream", "WebTransport", "RTCPeerConnection",
  "webkitRTCPeerConnection", "Worker", "SharedWorker"]) delete window[name]"""
BLANK = "about:blank"
WENT = "a page was on its way to"
WINDOW = "another window was on its way to"
CARRIED = "a request with password or code was on its way to"
MUCH = 2000  # bytes: a longer request is read beside the event loop
MOST_SENT = 1_000_000  # bytes: a longer one is not read at all, and counts as one that carries; a login sends 20,000


class NetworkGuard:
    """Around one login, from before its page goes anywhere to its end, which it makes: it closes
    the page, as it does at once when it sees a diversion."""

    def __init__(self, page: Page, places: Places, credentials: Credentials) -> None:
        self._page = page
        self._places = places
        self._secret = word(credentials.password)
        self._name = word(credentials.username)
        self._frame = ""  # the browser's name of the page's main frame
        self._context = ""  # and of its context
        self.window = ""  # where another window would have gone, BLANK if nowhere yet; no window of a login is let live
        self._wire: CDPSession | None = None
        self._typed = False
        self._known: set[str] = set()  # what pages asked other hosts for before anything was typed: it can tell nothing
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending: asyncio.Task[None] | None = None
        self._diversion: LoginDiverted | None = None

    async def __aenter__(self) -> Self:
        with translated("guarding a login"):
            try:
                await self._cast()
            except PlaywrightError:
                await self._lift()
                raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Closes the pages first: as long as they live they may try to send what they know."""
        await self.verdict()
        await in_time(self._page.context.close())
        await self._lift()

    async def _lift(self) -> None:
        """Ends the interception: the browser outlives the login, and serves other accounts."""
        if self._wire:
            await in_time(self._wire.detach())

    async def verdict(self) -> LoginDiverted | None:
        """The diversion there was; when there was one the page is closed by now."""
        if self._ending:
            await self._ending
        return self._diversion

    async def _cast(self) -> None:
        context = self._page.context
        if context.browser is None:
            raise ValueError("a login needs a browser of its own to guard")
        own = await context.new_cdp_session(self._page)
        target = (await own.send("Target.getTargetInfo"))["targetInfo"]
        self._frame, self._context = target["targetId"], target["browserContextId"]
        await own.detach()
        self._wire = await context.browser.new_browser_cdp_session()
        self._wire.on("Fetch.requestPaused", lambda event: self._start(self._on_the_way(event)))
        await self._wire.send("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
        await context.route("**/*", self._begins)
        await context.add_init_script(NO_OTHER_WAY)
        context.on("page", lambda popup: self._start(self._close(popup)))

    @property
    def has_typed(self) -> bool:
        """Whether something was typed that must not leave."""
        return self._typed

    def typing(self) -> None:
        """From now on the pages may know what must not leave."""
        self._typed = True

    def watch_for(self, code: str) -> None:
        """A one-time code that goes to the login hosts only, from now on."""
        self._secret += word(code)

    # ----- where requests begin

    async def _begins(self, route: Route) -> None:
        request = route.request
        try:
            if not self._is_stray(request):
                await route.continue_()
                return
            log.debug("a request to %s is not let out of a login", bare_address(request.url))
            await route.abort("aborted")
        except PlaywrightError as error:  # the page was closed meanwhile, and the request with it
            log.debug("a request of a login has ended by itself: %s", error)
            return
        parts = [request.url.encode(), request.post_data_buffer or b""]
        if self._ending is None and sum(map(len, parts)) < MUCH and carries(parts, self._secret):
            self._divert(request.url, CARRIED)  # it went nowhere; but its person must hear what that page does

    def _is_stray(self, request: Request) -> bool:
        """A popup's, or one to a foreign host that begins, or differs, after something was typed."""
        if not self._is_of_the_page(request):
            self._note_window(request)
            return True
        own_way = request.is_navigation_request() and request.frame == self._page.main_frame  # is judged on its way
        if own_way or self._places.may_visit(request.url):
            return False
        if self._typed:
            return request.url not in self._known or request.method != "GET"
        self._known.add(request.url)
        return False

    def _is_of_the_page(self, request: Request) -> bool:
        try:
            return request.frame.page == self._page
        except PlaywrightError:  # a navigation of a page that is not there yet
            return False

    def _note_window(self, request: Request) -> None:
        """A form that is sent to another window is a diversion: what was typed was to go there, unseen by us."""
        if not request.is_navigation_request():
            return
        if self.window in ("", BLANK):
            self.window = request.url
        if self._typed and request.method != "GET":
            self._divert(request.url, WINDOW)

    async def _close(self, popup: Page) -> None:
        self.window = self.window or popup.url or BLANK
        await in_time(popup.close())

    # ----- every request on its way

    async def _on_the_way(self, event: dict[str, Any]) -> None:
        secured = await self._secured(event)
        diverted_to = None if secured else await self._diverted_to(event)
        if diverted_to is not None and await self._is_anothers(event):
            diverted_to = None
        if diverted_to:  # before the page hears of it: the login that waits for that page asks for the verdict then
            self._divert(diverted_to, WENT if event["resourceType"] == "Document" else CARRIED)
        try:
            if secured:
                headers = [{"name": "Location", "value": secured}]
                await self._settle("fulfillRequest", event, responseCode=307, responseHeaders=headers)
            elif diverted_to is None:
                await self._settle("continueRequest", event)
            else:
                await self._settle("failRequest", event, errorReason="Aborted")
        except PlaywrightError as error:  # its page was closed meanwhile, and the request with it
            log.debug("a request has ended by itself: %s", error)

    async def _secured(self, event: dict[str, Any]) -> str | None:
        """Where the page goes instead of a plain stop on its way to a place it may visit: the same address over https.

        So nothing travels in clear. What has a body stays refused: it was meant to go there.
        """
        request = event["request"]
        if not self._is_page(event) or request["method"] != "GET" or request.get("hasPostData"):
            return None
        secured = self._places.secured(str(request["url"]))
        return secured if secured and not await self._carries(self._secret, list(_parts(request))) else None

    def _is_page(self, event: dict[str, Any]) -> bool:
        return bool(event["resourceType"] == "Document" and event["frameId"] == self._frame)

    async def _diverted_to(self, event: dict[str, Any]) -> str | None:
        """The address of a request that must not go there; empty for one that is quietly dropped."""
        request = event["request"]
        url = str(request["url"])
        if self._is_page(event) and not self._places.may_visit(url):
            return url
        parts = list(_parts(request))
        in_address, in_parts = (
            await self._carries(self._secret, parts[:1]),
            await self._carries(self._secret, parts[1:]),
        )
        if in_address or (in_parts and not self._places.may_type(url)):
            return url
        if self._typed and hides_its_body(request) and not self._places.may_type(url):
            return url if event["resourceType"] == "Document" else ""
        if not self._places.may_visit(url) and await self._carries(self._name, parts):
            return ""
        return None

    async def _is_anothers(self, event: dict[str, Any]) -> bool:
        """Whether a page of another context asks, of another account: what is a secret here may be a word there."""
        if self._wire is None:
            return False
        targets = (await self._wire.send("Target.getTargets"))["targetInfos"]
        return any(
            each["targetId"] == event.get("frameId") and each.get("browserContextId") != self._context
            for each in targets
        )

    async def _carries(self, words: list[Word], parts: list[bytes]) -> bool:
        size = sum(map(len, parts))
        if size > MOST_SENT:
            return True
        if size < MUCH:
            return carries(parts, words)
        return await asyncio.to_thread(carries, parts, words)

    async def _settle(self, verb: str, event: dict[str, Any], **parameters: Any) -> None:
        if self._wire:
            await self._wire.send(f"Fetch.{verb}", {"requestId": event["requestId"], **parameters})

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _divert(self, url: str, what: str) -> None:
        if self._ending is None:
            self._ending = asyncio.ensure_future(self._end(url, what))

    async def _end(self, url: str, what: str) -> None:
        self._diversion = await diversion(self._page, url, what)
        await in_time(self._page.context.close())


async def diversion(page: Page, url: str, what: str) -> LoginDiverted:
    """The error, with the address (nothing of it that may be a secret) and what the page on show says."""
    return LoginDiverted(f"the login was led astray, {what} {bare_address(url)}: {quote(await shown(page))}")


async def shown(page: Page) -> str:
    """What a page calls itself and says, for a sentence in a chat: of a page of the login there is never a picture."""
    title = await in_time(page.title()) or ""
    title = bare_address(title) if "://" in title else title  # a page without a title is called by its address
    words = await in_time(page.locator("body").inner_text(timeout=1000)) or ""
    said = f"{title}: {words}" if title else words
    return " ".join(said.split())  # cleaned before it is cut: half a secret is not recognised


def hides_its_body(request: dict[str, Any]) -> bool:
    """Whether it has a body that is not shown, or not all of it: one that a script writes as it is sent, a file."""
    entries = request.get("postDataEntries", ())
    return bool(request.get("hasPostData")) and not (entries and all("bytes" in each for each in entries))


def _parts(request: dict[str, Any]) -> Iterator[bytes]:
    """What leaves with a request: its address first, then its headers and its body."""
    yield str(request["url"]).encode()
    yield "\n".join(f"{name}: {value}" for name, value in request["headers"].items()).encode()
    yield b"".join(base64.b64decode(each.get("bytes", "")) for each in request.get("postDataEntries", ()))
    yield str(request.get("postData", "")).encode()

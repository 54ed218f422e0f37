"""What all pages of the booking site share: opening, clicks that are heard, dialogs, and the cookie banner.

Verbs wait for outcomes, never for time. They let Playwright's errors out: `translated` around them says what those
mean. What a page says is returned as HTML or text; scraper.py reads it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, Request, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from portal.access import SiteAccess

log = logging.getLogger(__name__)

MOST_AGAIN = 4  # repetitions: the last comes five seconds after the first click
AT_ONCE = 1000  # milliseconds a button has to take another click: later, another page may be on show
PASSIVE = (
    "image",
    "stylesheet",
    "font",
    "media",
    "manifest",
    "texttrack",
    "ping",
)  # requests that no click sends to act
TRIED = "data-tried"  # our mark on what was there before a click: what lacks it is new
MODAL = "[role=dialog]:not([id*=iubenda]), dialog, [id^=srModal], .modal, .bootbox, .ui-dialog, .sweet-alert"
MARK = f"element => element.setAttribute('{TRIED}', '')"


async def _nothing() -> None:
    """Nothing has to be proved before a click."""


class RequestCount:
    """Counts the requests of a page, or of a window it opened, that may have done something on the site."""

    def __init__(self, page: Page) -> None:
        self.sent = 0
        page.context.on("request", self._count)

    def _count(self, request: Request) -> None:
        self.sent += request.resource_type not in PASSIVE


class SitePage:
    """What all pages share: a cookie banner that may lie over anything, and dialogs."""

    def __init__(self, page: Page, access: SiteAccess) -> None:
        self._page = page
        self._root = access.root
        self._timeout = access.timeout_seconds * 1000  # milliseconds, as Playwright counts
        self._limits = access.limits
        self._dialog = page.locator(MODAL).filter(visible=True)
        self._requests = RequestCount(page)

    async def _open(self, path: str) -> None:
        await self._page.goto(self._root + path, wait_until="domcontentloaded")

    async def _visible(self, *outcomes: Locator) -> None:
        """Waits until one of the outcomes is seen, whatever hidden ones come before it in the page."""
        await expect(either_seen(*outcomes)).to_be_visible(timeout=self._timeout)

    async def _attached(self, *outcomes: Locator) -> None:
        """Waits until one of the outcomes is in the page; an empty list has no size and is never `visible`."""
        await expect(either(*outcomes)).to_be_attached(timeout=self._timeout)

    async def _click(
        self, button: Locator, *outcomes: Locator, prove: Callable[[], Awaitable[None]] = _nothing
    ) -> None:
        """Clicks, and waits until one of the outcomes is in the page.

        A click that changed nothing is repeated: buttons have been seen that wake up late. Never when a request has
        left the page since: that click was heard, and its answer is slow. `prove` raises, before each click, when
        the button must not be pressed.
        """
        await prove()
        sent, looked = self._requests.sent, ""
        await button.click()
        if await self._comes(self._limits.first_click, *outcomes):
            return
        for _ in range(MOST_AGAIN):
            looks = await self._looks_unheard(button, sent)
            if not looks or looked not in ("", looks) or not await self._click_again(button, sent, prove):
                break
            looked = looks
            if await self._comes(self._limits.next_click, *outcomes):
                return
        await self._attached(*outcomes)

    async def _comes(self, seconds: float, *outcomes: Locator) -> bool:
        """Whether one of the outcomes is in the page, or gets there in so many seconds."""
        with suppress(AssertionError):
            await expect(either(*outcomes)).to_be_attached(timeout=min(seconds * 1000, self._timeout))
            return True
        return False

    async def _looks_unheard(self, button: Locator, sent: int) -> str:
        """The button's markup; empty when it has gone or sleeps, or a request has left: its click was heard."""
        with suppress(PlaywrightTimeout):
            if self._requests.sent == sent and await button.is_visible() and await button.is_enabled(timeout=AT_ONCE):
                return str(await button.evaluate("element => element.outerHTML", timeout=AT_ONCE))
        return ""

    async def _click_again(self, button: Locator, sent: int, prove: Callable[[], Awaitable[None]]) -> bool:
        """Whether it was clicked: not when it is covered by what an earlier click has led to."""
        with suppress(PlaywrightTimeout):
            await prove()
            if self._requests.sent == sent:
                log.info("a click changed nothing: clicking once more")
                await button.click(timeout=AT_ONCE)
                return True
        return False

    async def dialog_text(self) -> str:
        """What the dialog on show says, its buttons left out; empty when there is none."""
        texts = await self._dialog.locator(".modal-body, .bootbox-body").all_inner_texts()
        texts = texts or await self._dialog.all_inner_texts()
        return " ".join(" ".join(texts).split())

    def _dialog_button(self, name: str) -> Locator:
        """A button by its whole label, a regular expression: of a dialog, or of what we do not know for one."""
        label = re.compile(rf"^\s*{name}\s*$", re.IGNORECASE)
        buttons = self._page.get_by_role("button", name=label).or_(self._page.get_by_role("link", name=label))
        return buttons.filter(visible=True).first


def either(*outcomes: Locator) -> Locator:
    first, *others = outcomes
    for other in others:
        first = first.or_(other)
    return first.first


def either_seen(*candidates: Locator) -> Locator:
    """The first on show: a page may hold hidden forms that look alike."""
    return either(*(each.filter(visible=True) for each in candidates))


async def dismiss_cookie_banner(page: Page) -> None:
    """From now on the cookie banner is accepted, or closed, whenever it is in the way of something."""
    banner = either(
        page.locator(".iubenda-cs-accept-btn").filter(visible=True),
        page.get_by_role("button", name="Chiudi questa informativa"),
    )

    async def accept(button: Locator) -> None:
        """Raises nothing: Playwright would raise it in the next call to the driver, of any page."""
        try:
            await button.click()
        except PlaywrightError as error:  # the page was closed meanwhile; or the banner stays, and what it covers fails
            log.debug("the cookie banner was not closed: %s", error)

    await page.add_locator_handler(banner, accept, no_wait_after=True)

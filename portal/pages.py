"""The booking site's pages as objects: the selectors a browser uses, as locators and verbs. Used by booking.py; the
login's pages are in login.py.

Verbs wait for outcomes, never for time. They let Playwright's errors out: `trouble.translated` around them says what
those mean. What a page says is returned as HTML or text; scraper.py reads it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, time
from urllib.parse import urlencode

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Locator, Page, Request, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from domain.errors import SiteChanged
from portal.folded import ANY_HOUR, MOST_CLICKS, MOST_LINES, Folded, hours_of
from portal.page_size import content

log = logging.getLogger(__name__)

MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
FARTHEST = 21  # days the calendar is moved before giving up
FIRST_CLICK = 2000  # milliseconds a click has to take effect before it is repeated
NEXT_CLICK = 1000  # milliseconds each further one has
MOST_AGAIN = 4  # repetitions: the last comes five seconds after the first click
AT_ONCE = 1000  # milliseconds a button has to take another click; who waits longer may click on another page
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


class SitePage:
    """What all pages share: a cookie banner that may lie over anything, and dialogs."""

    def __init__(self, page: Page, base_url: str, timeout: float) -> None:
        self._page = page
        self._base_url = base_url
        self._timeout = timeout * 1000  # milliseconds, as Playwright counts
        self._dialog = page.locator(MODAL).filter(visible=True)
        self._sent = 0  # requests, of the page or of a window it opened, that may have done something
        page.context.on("request", self._count)

    def _count(self, request: Request) -> None:
        self._sent += request.resource_type not in PASSIVE

    async def _open(self, path: str) -> None:
        await self._page.goto(self._base_url + path, wait_until="domcontentloaded")

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
        sent, looked = self._sent, ""
        await button.click()
        if await self._comes(FIRST_CLICK, *outcomes):
            return
        for _ in range(MOST_AGAIN):
            looks = await self._looks_unheard(button, sent)
            if not looks or looked not in ("", looks) or not await self._click_again(button, sent, prove):
                break
            looked = looks
            if await self._comes(NEXT_CLICK, *outcomes):
                return
        await self._attached(*outcomes)

    async def _comes(self, patience: float, *outcomes: Locator) -> bool:
        """Whether one of the outcomes is in the page, or gets there in so many milliseconds."""
        with suppress(AssertionError):
            await expect(either(*outcomes)).to_be_attached(timeout=min(patience, self._timeout))
            return True
        return False

    async def _looks_unheard(self, button: Locator, sent: int) -> str:
        """The button's markup; empty when it has gone or sleeps, or a request has left: its click was heard."""
        with suppress(PlaywrightTimeout):
            if self._sent == sent and await button.is_visible() and await button.is_enabled(timeout=AT_ONCE):
                return str(await button.evaluate("element => element.outerHTML", timeout=AT_ONCE))
        return ""

    async def _click_again(self, button: Locator, sent: int, prove: Callable[[], Awaitable[None]]) -> bool:
        """Whether it was clicked: not when it is covered by what an earlier click has led to."""
        with suppress(PlaywrightTimeout):
            await prove()
            if self._sent == sent:
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


async def _never() -> bool:
    return False


async def _more(slots: Locator, before: int) -> bool:
    return await slots.count() > before


async def dismiss_cookie_banner(page: Page) -> None:
    """From now on the cookie banner is accepted, or closed, whenever it is in the way of something."""
    banner = either(
        page.locator(".iubenda-cs-accept-btn").filter(visible=True),
        page.get_by_role("button", name="Chiudi questa informativa"),
    )

    async def accept(button: Locator) -> None:
        """Raises nothing: whoever next asked anything of the driver would be told of it, on whatever page."""
        try:
            await button.click()
        except PlaywrightError as error:  # the page was closed meanwhile; or the banner stays, and what it covers fails
            log.debug("the cookie banner was not closed: %s", error)

    await page.add_locator_handler(banner, accept, no_wait_after=True)


class MyBookingsPage(SitePage):
    """`/Booking`: the list, and its buttons that cancel."""

    def __init__(self, page: Page, base_url: str, timeout: float) -> None:
        super().__init__(page, base_url, timeout)
        self._repository = page.locator("#event-repository")
        self._blocks = self._repository.locator(".event-main-block")
        self._others = page.locator(f"#event-repository:not(:has([{TRIED}]))")
        self._yes = self._dialog_button("s[iì]'?")
        self._ok = self._dialog_button("ok")

    async def open(self) -> str:
        """The page's HTML, with what its scripts fill in: a list without blocks is waited for until nothing loads."""
        await self._open("/Booking")
        await self._attached(self._repository)
        if not await self._blocks.count():
            await self._page.wait_for_load_state("networkidle", timeout=self._timeout)
        return await content(self._page)

    async def can_be_deleted(self, index: int) -> bool:
        """Whether a block of the list has its button, once nothing loads any more.

        Raises SiteChanged when it has another one, and none of the others has what we look for: the page may have a
        new button.
        """
        block, known = self._blocks.nth(index), "button.btn-delete:not([disabled])"
        if not await block.locator(known).count():
            await self._page.wait_for_load_state("networkidle", timeout=self._timeout)
        if await block.locator(known).count():
            return True
        others = await block.locator("button:not(.btn-delete), input, a[href], [role=button], [onclick]").count()
        if others and not await self._blocks.locator(known).count():
            raise SiteChanged("the bookings in the page have no button to cancel them that we know")
        return False

    async def delete(self, index: int, day: date, start: time, pressing: Callable[[], Awaitable[None]]) -> str:
        """Presses the button of that block and says yes. Returns what the site answered in its last dialog, if it did.

        `pressing` is awaited right before the yes: until then nothing is given back. Raises SiteChanged, before
        anything is pressed, when the block does not show that day and hour.
        """
        block = self._blocks.nth(index)

        async def prove() -> None:
            text = await block.inner_text()
            if f"{day:%d/%m/%Y}" not in text or f"{start:%H:%M}" not in text:
                raise SiteChanged("the bookings in the page changed while we looked")
            await block.evaluate(MARK)

        await self._click(block.locator("button.btn-delete"), self._yes, prove=prove)
        await self._click(self._yes, self._ok, self._others, prove=pressing)
        said = await self.dialog_text()
        if await self._ok.is_visible():
            await self._click(self._ok, self._others)
        return said


class ActivitiesPage(SitePage):
    """`/Booking/ChooseActivity`, for when its links do not say where they lead."""

    def __init__(self, page: Page, base_url: str, timeout: float) -> None:
        super().__init__(page, base_url, timeout)
        self._links = page.locator(".list-group-item")
        self._calendar = page.locator("#booking-calendar")

    async def open(self) -> str:
        """The page's HTML."""
        await self._open("/Booking/ChooseActivity")
        await self._attached(self._links)
        return await content(self._page)

    async def follow(self, name: str, number: int) -> str:
        """The address the link of that name leads to, whatever its place; `number` among those that are named alike."""
        await self.open()
        words = r"\s*".join(map(re.escape, name.split()))
        label = re.compile(rf"^\s*{words}\s*$")
        await self._click(self._links.filter(has_text=label).nth(number), self._calendar)
        return self._page.url


class CalendarPage(SitePage):
    """`/Booking/BookActivity`: the days, their slots, and booking one of them."""

    def __init__(self, page: Page, base_url: str, timeout: float) -> None:
        super().__init__(page, base_url, timeout)
        self._calendar = page.locator("#booking-calendar")
        self._days = page.locator("#day-schedule-container .day-schedule")
        self._labels = self._days.locator(".day-schedule-label")
        self._ahead = page.locator(
            "a.btn-move-date[data-date-target='+1'], a.btn-move-date[data-date-target='1']"
        ).first
        confirmation = page.locator("#booking-confirm-container")
        self._confirm = confirmation.locator("#btnConfirmAppointmentBooking")
        self._confirmation = confirmation
        self._refused = confirmation.locator(".alert, [role=alert]").filter(visible=True)
        self._no_more = (
            page.locator("#srModal_g_confirm_dialog").locator("[data-modalrole=cancel]").filter(visible=True)
        )
        self._ok = self._dialog_button("ok")
        self._my_bookings = page.locator("#event-repository")

    async def open(self, activity_id: str, flags: str) -> None:
        query = urlencode({"activityId": activity_id, "activityFlags": flags})
        await self._open(f"/Booking/BookActivity?{query}")
        await self._visible(self._calendar)
        await self._attached(self._labels)

    async def show(self, day: date) -> str:
        """Moves ahead until that day is on show; its column's HTML. Raises SiteChanged when it never comes."""
        column = self._column(day)
        for _ in range(FARTHEST):
            if await column.count():
                break
            first = await self._labels.first.inner_text()
            await self._click(self._ahead, self._labels.first.filter(has_not_text=first))
        else:
            raise SiteChanged(f"the calendar never came to {day:%d/%m/%Y}")
        line = column.get_by_text(ANY_HOUR)  # of a day all of whose slots are still to be asked for
        await self._attached(column.locator(".event-slot"), column.locator(".day-schedule-empty"), line)
        return await self._html(column)

    async def _html(self, column: Locator) -> str:
        return str(await column.evaluate("element => element.outerHTML"))

    async def unfold(self, day: date, start: time | None = None, course: str = "") -> str:
        """Opens the lines of that day which hold slots that are not in the page yet; its column's HTML.

        Of one class only, where one is meant.
        """
        column = self._column(day)
        slots = column.locator(".event-slot")
        before = await slots.count()
        if start is not None:
            await self._folded(column).open(hours_of(start), course, lambda: _more(slots, before), MOST_CLICKS)
        elif before == await slots.filter(visible=True).count():
            await self._folded(column).open(ANY_HOUR.pattern, "", _never, MOST_LINES)
        return await self._html(column)

    def _folded(self, column: Locator) -> Folded:
        return Folded(column, self._timeout, lambda: self._sent)

    def _column(self, day: date) -> Locator:
        """`Lunedì, 10 ott`: the heading has no year, and the calendar never reaches the next year's same day."""
        label = re.compile(rf"\b0?{day.day}\s+{MONTHS[day.month - 1]}", re.IGNORECASE)
        return self._days.filter(has=self._page.locator(".day-schedule-label", has_text=label)).first

    async def choose(self, day: date, index: int, start: time, course: str = "") -> str | None:
        """Clicks a slot of that day, after the line it is under; the confirmation's HTML.

        None when it was itself a line, and has opened. Raises SiteChanged when another slot is there now.
        """
        column = self._column(day)
        slots = column.locator(".event-slot")
        slot = slots.nth(index)

        async def prove() -> None:
            if f"{start:%H:%M}" not in await slot.locator(".time-start").inner_text():
                raise SiteChanged("the slots in the page changed while we looked")

        if not await slot.is_visible():
            await self._folded(column).open(hours_of(start), course, slot.is_visible, MOST_CLICKS)
        in_sight = slots.filter(visible=True)
        more = in_sight.nth(await in_sight.count())
        outcomes = (self._confirm, self._refused, self._dialog, self._confirmation.get_by_role("button"))
        await self._click(slot, either_seen(*outcomes), more, prove=prove)
        if await more.is_visible() and not await either_seen(*outcomes).is_visible():
            return None
        return await self._confirmation.inner_html()

    async def refusal(self) -> str:
        """What the site says in place of a confirmation; empty when there is something to confirm.

        Raises SiteChanged when there is neither a button to confirm nor a word.
        """
        if await self._confirm.is_visible():
            return ""
        texts = await self._refused.all_inner_texts() or [await self.dialog_text()]
        said = " ".join(" ".join(texts).split())
        if not said:
            raise SiteChanged("the site offers no confirmation, and says nothing")
        return said

    async def confirm(self) -> tuple[str, bool]:
        """Confirms and, asked whether to book another, says no. Returns the words of the site's dialog, and whether it
        asked: it does so when it took the booking."""
        await self._click(self._confirm, self._no_more, self._ok, self._my_bookings)
        said, asked = await self.dialog_text(), await self._no_more.is_visible()
        if asked:
            await self._click(self._no_more, self._my_bookings)
        return said, asked

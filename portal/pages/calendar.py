"""The page `/Booking/BookActivity`: the days of a calendar, their slots, and booking one of them."""

from __future__ import annotations

import re
from datetime import date, time
from urllib.parse import urlencode

from playwright.async_api import Locator, Page

from domain.errors import SiteChanged
from portal.access import SiteAccess
from portal.pages.base import SitePage, either_seen
from portal.pages.folded_lines import ANY_HOUR, MOST_CLICKS, MOST_LINES, FoldedLines, hours_of

MONTHS = ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic")
FARTHEST = 21  # days the calendar is moved before giving up


async def _never() -> bool:
    return False


async def _more(slots: Locator, before: int) -> bool:
    return await slots.count() > before


class CalendarPage(SitePage):
    """`/Booking/BookActivity`: the days, their slots, and booking one of them."""

    def __init__(self, page: Page, access: SiteAccess) -> None:
        super().__init__(page, access)
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

    def _folded(self, column: Locator) -> FoldedLines:
        return FoldedLines(column, self._timeout, self._limits, self._requests)

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

"""Reads "my bookings" from the site: in the HTML the server sends, or in the browser.

One reading that shows no booking proves little: the server may have sent an empty list, or the page's script may fill
it in. What the browser shows is the second witness.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import KW_ONLY, dataclass, replace
from typing import TypeVar

from playwright.async_api import Page

import scraper
from domain.errors import SiteChanged, SiteUnavailable
from domain.matching import find_matching, says_more_of_its_place
from domain.model import Booking, ClassRef, Slot
from portal import api
from portal.pages.my_bookings import MyBookingsPage
from portal.session.site_session import SiteSession
from portal.storage.list_way import ListWay

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BookingsList:
    """What "my bookings" showed at one reading."""

    bookings: tuple[Booking, ...]
    in_page: bool  # as a browser shows the page, after its scripts have run; else as the server sent it
    waiting: tuple[Booking, ...] = ()  # places on waiting lists, with the words that say so


def is_quick(session: SiteSession) -> bool:
    """Whether a reading takes one request, and no browser."""
    return not _way(session).needs_page()


async def read(session: SiteSession) -> BookingsList:
    """What the site says is held, in the way that shows it. Raises SiteChanged when the list can't be read."""
    way = _way(session)
    if not way.needs_page():
        return await _read_html(session)
    if not way.is_old():
        return await _read_page(session)
    sent, shown = await _read_html(session), await _read_page(session)
    if sent.bookings and len(sent.bookings) >= len(shown.bookings):
        log.info("the site sends the list of bookings again: the browser is not needed for it any more")
        way.forget()
    elif shown.bookings:
        way.note_page()
    return shown


async def read_again_in_page(session: SiteSession, first: BookingsList) -> BookingsList:
    """The second look, in the browser, at a list that lacks something; the first one when the page can't be read.

    When the server sends no booking at all where the page shows some, twice, the page is the way for this site.
    """
    if first.in_page:
        return await _read_page(session)
    try:
        shown = await _read_page(session)
    except (SiteUnavailable, SiteChanged) as error:
        log.warning("the bookings can't be read in the browser: %s", error)
        return first
    if shown.bookings and not first.bookings and not (await _read_html(session)).bookings:
        log.warning("the page's script fills in the list of bookings: it is read in the browser from now on")
        _way(session).note_page()
    return shown


async def _read_html(session: SiteSession) -> BookingsList:
    answer = await api.my_bookings(session)
    held, waiting = await session.read("my bookings", answer, scraper.listed)
    return BookingsList(held, in_page=False, waiting=waiting)


async def _read_page(session: SiteSession) -> BookingsList:
    async def look(page: Page) -> BookingsList:
        shown = MyBookingsPage(page, session.access)
        held, waiting = await session.parsed(await shown.open(), scraper.listed)
        return BookingsList(held, in_page=True, waiting=waiting)

    return await session.on_page("my bookings", look, strict=True)  # a list is not empty because its request failed


def _way(session: SiteSession) -> ListWay:
    return ListWay(session.access.state_dir, session.access.root, session.access.clock)


# ----- what a list shows


def as_held(beside: ClassRef | None) -> tuple[Booking, ...]:
    """The booking that another is asked for beside: at the same hour and place, the site may mean it by "already"."""
    if beside is None:
        return ()
    return (Booking(beside.course, beside.location, beside.day, beside.start, course_type=beside.course_type),)


@dataclass(frozen=True, slots=True)
class Sought:
    """A place that may have become ours, and what is known of it. One witness alone is no proof."""

    wish: ClassRef
    _: KW_ONLY
    slot: Slot | None = None
    before: Sequence[Booking] = ()  # what was held before
    all_before: bool = True  # whether `before` is complete
    accepted: bool = False  # the site said yes
    unsure: bool = False  # ... in words that may stand for a place on its waiting list: the timetable has to agree

    def among(self, mine: Sequence[Booking]) -> tuple[Booking | None, bool]:
        """The booking that it can be, and whether a second witness must say so.

        The site may show it under another name, and in unknown words, which may be those of a waiting list.
        """
        named = find_matching(mine, self.wish)
        if named is not None:
            return named, bool(named.unknown_words)
        there = self.slot.ref if self.slot else self.wish
        found = next((each for each in mine if self.is_new(each) and each.ref.is_then_and_there(there)), None)
        known_as_new = self.accepted and self.all_before
        return found, bool(found and (found.unknown_words or not known_as_new))

    def spelled_otherwise(self, mine: Sequence[Booking], places: Sequence[str]) -> tuple[Booking | None, bool]:
        """As `among`, where the list says more of the place than the timetable: what alone has come into the list.

        `places`: those of the timetable. What may be at another of them is not ours.
        """
        there = self.slot.ref if self.slot else self.wish
        new = [each for each in mine if self.is_new(each) and says_more_of_its_place(each.ref, there, places)]
        found = new[0] if len(new) == 1 else None
        known_as_new = self.accepted and self.all_before
        return found, bool(found and (found.unknown_words or not known_as_new))

    def elsewhere(self, mine: Sequence[Booking]) -> list[Booking]:
        """The bookings that it can be if its class was moved to another hour, those not held before first."""
        there = self.slot.ref if self.slot else self.wish
        others = [each for each in mine if (each.day, each.start) != (there.day, there.start)]
        same = [one for one in others if replace(one.ref, day=there.day, start=there.start).is_then_and_there(there)]
        return sorted(same, key=lambda each: not self.is_new(each))

    def is_new(self, booking: Booking) -> bool:
        """Whether it was not held before, as far as is known."""
        return find_matching(self.before, booking.ref) is None

    def moved_to(self, mine: Sequence[Booking], slot: Slot) -> Booking | None:
        """The booking at the hour to which the class was moved; under another name only if it was not held before."""
        then = (each for each in mine if self.all_before and self.is_new(each) and each.ref.is_then_and_there(slot.ref))
        return find_matching(mine, slot.ref) or next(then, None)

    def waits_among(self, waiting: Sequence[Booking]) -> Booking | None:
        """The place on a waiting list that it can be instead; rather the one that is named like it."""
        there = self.slot.ref if self.slot else self.wish
        then = (each for each in waiting if each.ref.is_then_and_there(there))
        return find_matching(waiting, self.wish) or next(then, None)


async def is_listed(session: SiteSession, wish: ClassRef) -> bool:
    """Whether a place is among ours. What the list lacks is looked for again in the browser: one list proves no loss.

    Raises SiteUnavailable or SiteChanged when the site does not show it.
    """
    first = await read(session)
    if find_matching(first.bookings, wish) is not None:
        return True
    again = await read_again_in_page(session, first)
    if not again.in_page:
        raise SiteUnavailable("the booking is not in the list, and the page can't be read to be sure")
    return find_matching(again.bookings, wish) is not None


async def is_gone(session: SiteSession, wish: ClassRef, waits: Sequence[float], *, told: bool) -> bool:
    """Whether "my bookings" shows, in one of those looks, that the place is no longer ours.

    `told`: the site's page said so; else what the list lacks is looked for again in the browser.
    """

    async def look() -> bool | None:
        first = await read(session)
        if find_matching(first.bookings, wish) is not None:
            return None
        return True if told or not await is_listed(session, wish) else None

    return bool(await look_until(look, waits))


async def look_until(look: Callable[[], Awaitable[T | None]], waits: Sequence[float]) -> T | None:
    """What the first successful look finds; None when none does. Only the last look lets SiteUnavailable out."""
    for number, wait in enumerate(waits, start=1):
        await asyncio.sleep(wait)
        try:
            found = await look()
        except SiteUnavailable:
            if number == len(waits):
                raise
            continue
        if found is not None:
            return found
    return None

"""Reads "my bookings" from the site: in the HTML the server sends, or in the browser. Used by booking.py.

One reading that shows no booking proves little: the server may have sent an empty list, or the page's script may fill
it in. What the browser shows is the second witness.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from playwright.async_api import Page

import scraper
from errors import SiteChanged, SiteUnavailable
from model import Booking
from portal import api
from portal.list_way import ListWay
from portal.pages import MyBookingsPage
from portal.session import SiteSession

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BookingsList:
    """What "my bookings" showed at one reading."""

    bookings: tuple[Booking, ...]
    in_page: bool  # as a browser shows the page, after its scripts have run; else as the server sent it


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
    return BookingsList(await session.read("my bookings", answer, scraper.bookings), in_page=False)


async def _read_page(session: SiteSession) -> BookingsList:
    async def look(page: Page) -> BookingsList:
        shown = MyBookingsPage(page, session.access.root, session.access.timeout_seconds)
        return BookingsList(await session.parsed(await shown.open(), scraper.bookings), in_page=True)

    return await session.on_page("my bookings", look, acts=True)  # a list is not empty because its request failed


def _way(session: SiteSession) -> ListWay:
    return ListWay(session.access.state_dir, session.access.root, session.access.clock)

"""Books through the site's pages, in a browser, as a person would: where the calendar's own requests do not hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from playwright.async_api import Page

import scraper
from domain.errors import SlotNotFound
from domain.model import Booking, ClassRef, Slot
from portal.obstacles import offers_only_a_list, refuse_if_overlapping, refuse_unless_clickable
from portal.pages.calendar import CalendarPage
from portal.schedules import likeliest, name_of, the_meant
from portal.session.site_session import SiteSession
from portal.timetable import read_column
from scraper import BookingAnswer, Calendar

_Shown = tuple[Calendar, Slot, int]
"""A slot on a page: of which calendar, and its place in the day's column."""


StillOurs = Callable[[], Awaitable[None]]
"""Raises when the booking is another worker's by now: what it was claimed for may have been done since, and undone."""


async def nobody_else() -> None:
    """Whoever books for nobody's action has nobody to ask."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be booked, and what is known of it before."""

    wish: ClassRef
    opens_at: datetime | None = None  # what can't be booked before it is NotOpenYet, after it SlotFull
    beside: ClassRef | None = None  # a booking of ours that it may overlap, as far as we are concerned
    mine: Sequence[Booking] = ()  # what is held before
    still_ours: StillOurs = nobody_else  # asked right before the place is asked for


async def choose(
    session: SiteSession, page: Page, calendars: Sequence[Calendar], wanted: Wanted
) -> tuple[Slot, BookingAnswer]:
    """Finds the slot in the calendars, confirms it, and gives what the site said."""
    shown = CalendarPage(page, session.access)
    wish, found = wanted.wish, list[_Shown]()
    for calendar in calendars:
        await shown.open(calendar.activity.id, calendar.flags)
        found += await _meant_in(session, shown, calendar, wish)
        if found and wish.course_type:
            break
    there, slot, index = _the_one(found, wish)
    refuse_if_overlapping(session, wanted.mine, slot, wanted.beside)
    refuse_unless_clickable(session, slot, wanted.opens_at)
    if there != calendar:
        await shown.open(there.activity.id, there.flags)
        await _meant_in(session, shown, there, wish)
    fragment = await shown.choose(slot.day, index, slot.start, slot.course)
    if fragment is None:  # it was the line over the slots
        inside = [each for each in await _meant_in(session, shown, there, wish) if each[2] != index]
        _, slot, index = _the_one(inside, wish)
        refuse_unless_clickable(session, slot, wanted.opens_at)
        fragment = await shown.choose(slot.day, index, slot.start, slot.course)
    return slot, await _confirm(session, shown, fragment or "", slot, wanted.still_ours)


async def _meant_in(session: SiteSession, shown: CalendarPage, calendar: Calendar, wish: ClassRef) -> list[_Shown]:
    """The slots of a calendar's day that fit the wish, with their places in the page; opened for it where need be."""
    column = await read_column(session, calendar, wish.day, await shown.show(wish.day))
    if not any(wish.matches(slot.ref) for slot in column):
        column = await read_column(session, calendar, wish.day, await shown.unfold(wish.day, wish.start, wish.course))
    return [(calendar, slot, index) for index, slot in enumerate(column) if wish.matches(slot.ref)]


def _the_one(found: Sequence[_Shown], wish: ClassRef) -> _Shown:
    meant = the_meant(likeliest(found, lambda each: each[1]), wish, lambda each: each[1].ref)
    if meant is None:
        raise SlotNotFound(f"the timetable has no {name_of(wish)}")
    return meant


async def _confirm(
    session: SiteSession, shown: CalendarPage, fragment: str, slot: Slot, still_ours: StillOurs
) -> BookingAnswer:
    if scraper.offers_waiting_list(fragment):
        raise offers_only_a_list(slot)
    if reason := await shown.refusal():
        raise scraper.refusal(reason, session.redactor.words)
    await still_ours()
    said, asked = await shown.confirm()
    return scraper.answer_in_words(said, session.redactor.words, accepted=asked, course=slot.course)

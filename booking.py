"""What we do on the site: book, list, read the timetable; actions/cancelling.py gives back. Each: check, act, check
again.

There are two ways to act, the calendar's own requests and the pages in a browser, and one referee: "my bookings", read
back. Nothing is called booked or cancelled before it was seen there, or seen gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from playwright.async_api import Page

import scraper
from domain.errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    BookingsClosed,
    ClassStarted,
    NotOpenYet,
    OnWaitingList,
    Overlap,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    quote,
)
from domain.model import Booking, ClassRef, Slot, SlotStatus, Timetable, starts_at
from portal import api, bookings_list, schedules
from portal.bookings_list import Sought as Sought
from portal.bookings_list import held_among as held_among
from portal.pages import CalendarPage
from portal.proof import proven, seen, standing, without_waiting
from portal.schedules import (
    Reader,
    asked_once,
    find,
    find_before_opening,
    known_calendars,
    likeliest,
    likely,
    read_calendars,
)
from portal.schedules import name_of as name_of
from portal.schedules import refuse_if_several as refuse_if_several
from portal.schedules import the_meant as the_meant
from portal.session import SiteSession
from portal.side_by_side import both, together
from scraper import BookingAnswer, Calendar

log = logging.getLogger(__name__)

READ_BACK = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 3.5)  # seconds before each look at "my bookings": about ten in all
READ_BACK_REFUSED = READ_BACK[:1]  # a clear no is believed after one look
READ_BACK_UNCLEAR = READ_BACK[:4]  # an answer nobody understands: look for a little, then take the other way
READ_BACK_BLOCKED = READ_BACK[:1]  # who is turned away looks once and tries no other way
AT_ONCE = 6  # requests side by side, as a browser sends them

Way = Literal["requests", "page", "already"]
_Shown = tuple[Calendar, Slot, int]  # a slot on a page: of which calendar, and its place in the day's column


@dataclass(frozen=True, slots=True)
class Booked:
    """A place that was seen in "my bookings"."""

    booking: Booking
    seen_at: datetime
    slot: Slot | None  # as it was before; None when it had not to be looked for
    way: Way
    detail: str  # the site's own words, if any


# ----- the verbs


async def my_bookings(session: SiteSession) -> tuple[Booking, ...]:
    """What the site says we hold. Raises SiteChanged rather than "nothing" when the page can't be read."""
    async with session.operation("my bookings"):
        return await proven(session, (await bookings_list.read(session)).bookings)


async def read_my_bookings(session: SiteSession) -> bookings_list.BookingsList:
    """All that the list shows, also in words nobody knows, with how it was read."""
    async with session.operation("my bookings"):
        return await bookings_list.read(session)


async def counted(session: SiteSession, listed: Sequence[Booking], known: Sequence[ClassRef]) -> tuple[Booking, ...]:
    """Of what a list shows, what is a place of ours, as far as the timetable can tell. What was known before counts."""
    async with session.operation("what my bookings prove"):
        return await without_waiting(session, await proven(session, listed, known), known)


async def read_again_in_page(session: SiteSession, first: bookings_list.BookingsList) -> bookings_list.BookingsList:
    """A second look in the browser at a list that lacks something; the first one when there is none to be had."""
    async with session.operation("my bookings, in the browser"):
        return await bookings_list.read_again_in_page(session, first)


async def timetable(
    session: SiteSession, dates: Sequence[date], progress: Callable[[str], None] | None = None
) -> Timetable:
    """Every slot of every activity the site lists, on those dates. Complete, or an error."""
    tell = progress or log.debug
    async with session.operation(f"timetable of {len(dates)} days"):
        calendars = await read_calendars(session)
        tell(f"{len(calendars)} activities: {', '.join(each.activity.name for each in calendars)}")
        polite = asyncio.Semaphore(AT_ONCE)
        parts = await together(*(_schedules(session, each, dates, polite, tell) for each in calendars))
        activities = tuple(each.activity for each in calendars)
        return Timetable(activities, tuple(dates), tuple(slot for part in parts for slot in part))


async def find_slot(session: SiteSession, wish: ClassRef, sharing: Callable[[Reader], Reader] | None = None) -> Slot:
    """The slot the wish means, in schedules that may be shared with others. Raises SlotNotFound when there is none."""
    async with session.operation(f"find {name_of(wish)}"):
        read = asked_once(session)
        return await find(session, wish, sharing(read) if sharing else read)


async def find_slots(session: SiteSession, wishes: Sequence[ClassRef]) -> list[Slot | BookingRefused]:
    """For each wish its slot before it opens, or why it has none. A schedule of several wishes is asked for once."""
    async with session.operation(f"find {len(wishes)} slots"):
        read = asked_once(session)
        return [await _find_or_refusal(session, wish, read) for wish in wishes]


async def book(
    session: SiteSession, wish: ClassRef, opens_at: datetime | None = None, beside: ClassRef | None = None
) -> Booked:
    """Takes a place. Returns once it was seen in "my bookings"; taken already, that counts as success.

    `opens_at` is when the slot should open: what can't be booked before it is NotOpenYet, after it SlotFull. `beside`
    is a booking of ours that it may overlap, as far as we are concerned: the site decides.
    Raises a BookingRefused when the site (or the timetable) says no, SiteUnavailable when nothing was booked and a
    repetition is safe, SiteChanged with evidence when nobody can say.
    """
    async with session.operation(f"book {name_of(wish)}"):
        try:
            return await _book(session, wish, opens_at, beside)
        except AlreadyBooked:
            # whoever booked it, the list may be slower than the timetable, and name it otherwise
            before = bookings_list.as_held(beside)
            sought = Sought(wish, before=before, all_before=False, accepted=True)
            held = await seen(session, sought, READ_BACK)
            if held is None:
                raise
            return Booked(held, _now(session), None, "already", "")


# ----- reading


async def _schedules(
    session: SiteSession,
    calendar: Calendar,
    dates: Sequence[date],
    polite: asyncio.Semaphore,
    tell: Callable[[str], None],
) -> list[Slot]:
    """The slots of one activity; read from its page when the requests do not hold."""

    async def one_day(day: date) -> tuple[Slot, ...]:
        async with polite:
            return await schedules.schedule(session, calendar, day)

    try:
        days = await together(*(one_day(day) for day in dates))
    except SiteChanged as error:
        log.warning("the schedule of %s can't be read (%s): reading its page", calendar.activity.name, error)
        days = await session.on_page("timetable", lambda page: _days_on_page(session, page, calendar, dates))
    slots = [slot for day in days for slot in day]
    tell(f"{calendar.activity.name}: {len(slots)} slots")
    return slots


async def _days_on_page(
    session: SiteSession, page: Page, calendar: Calendar, dates: Sequence[date]
) -> list[tuple[Slot, ...]]:
    shown = CalendarPage(page, session.access.root, session.access.timeout_seconds)
    await shown.open(calendar.activity.id, calendar.flags)
    days: list[tuple[Slot, ...]] = []
    for day in sorted(dates):
        await shown.show(day)
        days.append(tuple(await _column(session, calendar, day, await shown.unfold(day))))
    return days


async def _column(session: SiteSession, calendar: Calendar, day: date, html: str) -> list[Slot]:
    return await session.parsed(html, lambda text: scraper.slots_on_page(text, calendar.activity, day))


# ----- finding


async def _find_or_error(session: SiteSession, wish: ClassRef) -> Slot | SiteChanged | BookingRefused:
    """As `_find`, with what can still be answered otherwise (already ours, the page's way) given back."""
    try:
        return await find(session, wish)
    except (SiteChanged, BookingRefused) as error:
        return error


async def _find_or_refusal(session: SiteSession, wish: ClassRef, read: Reader) -> Slot | BookingRefused:
    try:
        return await find_before_opening(session, wish, read)
    except BookingRefused as refused:
        return refused


# ----- what forbids a booking


def refuse_if_begun(session: SiteSession, wish: ClassRef) -> None:
    """Raises ClassStarted when it is too late for anything about a class."""
    if starts_at(wish.day, wish.start, session.access.timezone) <= session.access.clock():
        raise ClassStarted(f"{name_of(wish)} has begun")


def refuse_if_overlapping(
    session: SiteSession, mine: Sequence[Booking], slot: Slot, beside: ClassRef | None = None
) -> None:
    """Raises Overlap when a slot meets what we hold; `beside` is the one that it may meet.

    Not where the site takes both: then it decides.
    """
    if session.may_overlap or slot.status is SlotStatus.BOOKED:
        return  # what is ours, by whatever name, would meet itself
    for other in mine:
        if beside is not None and beside.matches(other.ref):
            continue
        if other.overlaps(slot.day, slot.start, slot.end):
            raise Overlap(f"{name_of(slot.ref)} meets our {other.course} at {other.start:%H:%M}")


def _refuse_if_hopeless(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """Only what is clear stops us: before the opening, a waiting list, no places. The rest the site may decide."""
    if slot.status is SlotStatus.AVAILABLE:
        return
    if slot.status is SlotStatus.BOOKED:
        raise AlreadyBooked(f"the timetable shows {name_of(slot.ref)} as booked by us")
    if opens_at and session.access.clock() < opens_at:
        raise NotOpenYet(f"{name_of(slot.ref)} is not open yet")
    if slot.status is SlotStatus.WAITING:
        raise SlotFull(f"{name_of(slot.ref)} is full; the site offers its waiting list (lista d'attesa)")
    if slot.places == 0:
        raise SlotFull(f"{name_of(slot.ref)} is full")


# ----- booking


async def _book(session: SiteSession, wish: ClassRef, opens_at: datetime | None, beside: ClassRef | None) -> Booked:
    listed, slot = await both(bookings_list.read(session), _find_or_error(session, wish))
    status = slot.status if isinstance(slot, Slot) else SlotStatus.DISABLED
    if (held := await standing(session, listed, wish, status)) is not None:
        return Booked(held, _now(session), None, "already", "")
    mine = listed.bookings
    refuse_if_begun(session, wish)
    if isinstance(slot, SiteChanged):
        log.warning("the calendar's requests do not hold (%s): booking through the page", slot)
        return await _book_on_page(session, wish, mine, opens_at, beside)
    if isinstance(slot, BookingRefused):
        raise slot
    refuse_if_overlapping(session, mine, slot, beside)
    if not slot.appointment_id:
        return await _book_on_page(session, wish, mine, opens_at, beside)
    _refuse_if_hopeless(session, slot, opens_at)
    return await _book_by_request(session, wish, slot, mine, opens_at, beside)


# ----- booking by the calendar's own request


async def _book_by_request(
    session: SiteSession,
    wish: ClassRef,
    slot: Slot,
    mine: Sequence[Booking],
    opens_at: datetime | None,
    beside: ClassRef | None,
) -> Booked:
    if slot.status is not SlotStatus.AVAILABLE:
        await _refuse_waiting_list(session, slot)
    try:
        text = (await api.book_appointment(session, slot.appointment_id)).text
        lost = None
    except (SiteUnavailable, SiteChanged) as error:
        text, lost = "", error  # it may have been booked all the same: "my bookings" knows
    answer = scraper.booking_answer(text, session.door.words, slot.course)
    sought = Sought(wish, slot, mine, answer.accepted and not answer.waiting)
    booking = await seen(session, sought, _looks(answer, lost))
    if booking:
        return Booked(booking, _now(session), slot, "requests", answer.message)
    if isinstance(lost, SiteUnavailable):
        raise lost
    if not answer.understood:
        log.warning("the answer to the booking is not understood: booking through the page")
        return await _book_on_page(session, wish, mine, opens_at, beside)
    raise await _not_booked(session, answer, text)


async def _refuse_waiting_list(session: SiteSession, slot: Slot) -> None:
    """A slot that is not simply available may put us on its waiting list: its confirmation says so beforehand."""
    try:
        fragment = (await api.confirmation(session, slot.appointment_id)).text
    except (SiteUnavailable, SiteChanged) as error:
        log.info("the confirmation can't be read: %s", error)  # it is not needed to book
        return
    if scraper.offers_waiting_list(fragment):
        raise SlotFull(f"{name_of(slot.ref)} is full; the site offers its waiting list (lista d'attesa)")


def _looks(answer: BookingAnswer, lost: Exception | None) -> Sequence[float]:
    """How long to look for the booking: a no in words we know is believed soon, silence is looked into for long."""
    if isinstance(lost, SiteUnavailable) or answer.accepted:
        return READ_BACK
    if answer.message and answer.kind is not BookingRefused:
        return READ_BACK_REFUSED
    return READ_BACK_UNCLEAR


async def _not_booked(session: SiteSession, answer: BookingAnswer, text: str) -> Exception:
    """Why the slot is not ours, from what the site answered."""
    if answer.waiting:
        kind = OnWaitingList if answer.accepted else SlotFull
        return kind(f"full; waiting list: {quote(answer.message)}")
    if answer.accepted:
        changed = SiteChanged("the site answered OK, but the booking is not among ours")
        changed.evidence = await session.keep_evidence("book", text, str(changed))
        return changed
    refused = answer.refusal()
    if type(refused) is BookingRefused:
        refused.evidence = await session.keep_evidence("book", text, f"a refusal nobody knows: {refused}")
    return refused


# ----- booking through the page


async def _book_on_page(
    session: SiteSession, wish: ClassRef, mine: Sequence[Booking], opens_at: datetime | None, beside: ClassRef | None
) -> Booked:
    """The second way: as a person would, and with the same referee."""
    calendars = likely(known_calendars(session) or await read_calendars(session), wish)
    try:
        slot, answer = await session.on_page(
            "book", lambda page: _choose(session, page, calendars, wish, mine, opens_at, beside), acts=True
        )
    except (SiteUnavailable, SiteChanged, Blocked) as error:
        sought = Sought(wish, before=mine)
        looks = READ_BACK_BLOCKED if isinstance(error, Blocked) else READ_BACK_UNCLEAR
        booking = await seen(session, sought, looks)  # it may have failed after the click that counts
        if booking is None:
            raise
        return Booked(booking, _now(session), None, "page", "")
    sought = Sought(wish, slot, mine, answer.accepted and not answer.waiting)
    booking = await seen(session, sought, READ_BACK)
    if booking:
        return Booked(booking, _now(session), slot, "page", answer.message)
    raise await _not_booked(session, answer, answer.message)


async def _choose(
    session: SiteSession,
    page: Page,
    calendars: Sequence[Calendar],
    wish: ClassRef,
    mine: Sequence[Booking],
    opens_at: datetime | None,
    beside: ClassRef | None,
) -> tuple[Slot, BookingAnswer]:
    """Finds the slot in the calendars, confirms it, and gives what the site said."""
    shown = CalendarPage(page, session.access.root, session.access.timeout_seconds)
    found: list[_Shown] = []
    for calendar in calendars:
        await shown.open(calendar.activity.id, calendar.flags)
        found += await _meant_in(session, shown, calendar, wish)
        if found and wish.course_type:
            break
    there, slot, index = _the_one(found, wish)
    refuse_if_overlapping(session, mine, slot, beside)
    _refuse_unless_clickable(session, slot, opens_at)
    if there != calendar:
        await shown.open(there.activity.id, there.flags)
        await _meant_in(session, shown, there, wish)
    fragment = await shown.choose(slot.day, index, slot.start, slot.course)
    if fragment is None:  # it was the line over the slots
        inside = [each for each in await _meant_in(session, shown, there, wish) if each[2] != index]
        _, slot, index = _the_one(inside, wish)
        _refuse_unless_clickable(session, slot, opens_at)
        fragment = await shown.choose(slot.day, index, slot.start, slot.course)
    return slot, await _confirm(session, shown, fragment or "", slot)


async def _meant_in(session: SiteSession, shown: CalendarPage, calendar: Calendar, wish: ClassRef) -> list[_Shown]:
    """The slots of a calendar's day that fit the wish, with their places in the page; opened for it where need be."""
    column = await _column(session, calendar, wish.day, await shown.show(wish.day))
    if not any(wish.matches(slot.ref) for slot in column):
        column = await _column(session, calendar, wish.day, await shown.unfold(wish.day, wish.start, wish.course))
    return [(calendar, slot, index) for index, slot in enumerate(column) if wish.matches(slot.ref)]


def _the_one(found: Sequence[_Shown], wish: ClassRef) -> _Shown:
    meant = the_meant(likeliest(found, lambda each: each[1]), wish, lambda each: each[1].ref)
    if meant is None:
        raise SlotNotFound(f"the timetable has no {name_of(wish)}")
    return meant


def _refuse_unless_clickable(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """On the page only an available slot can be clicked; of the others it does not say why."""
    _refuse_if_hopeless(session, slot, opens_at)
    if slot.status is not SlotStatus.AVAILABLE:
        error = NotOpenYet if not opens_at else BookingsClosed if slot.places else SlotFull
        places = f" with {slot.places} free places" if slot.places else ""
        raise error(f"{name_of(slot.ref)} can't be booked: the page shows it{places} as closed, full or not open yet")


async def _confirm(session: SiteSession, shown: CalendarPage, fragment: str, slot: Slot) -> BookingAnswer:
    if scraper.offers_waiting_list(fragment):
        raise SlotFull(f"{name_of(slot.ref)} is full; the site offers its waiting list (lista d'attesa)")
    if reason := await shown.refusal():
        raise scraper.refusal(reason, session.door.words)
    said, asked = await shown.confirm()
    return scraper.answer_in_words(said, session.door.words, accepted=asked, course=slot.course)


# ----- small things


def _now(session: SiteSession) -> datetime:
    return session.access.clock()

"""What is done on the site: book, list, read the timetable. Each: check, act, check again.

There are two ways to act, the calendar's own requests and the pages in a browser, and one referee: "my bookings", read
back. Nothing is called booked or cancelled before it was seen there, or seen gone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

import scraper
from domain.errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    OnWaitingList,
    PlaceUnclear,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    YesWithoutPlace,
    quote,
    quoted,
)
from domain.matching import find_matching
from domain.model import Booking, ClassRef, Slot, SlotStatus, Timetable
from domain.readings import Before
from domain.waiting_list import UNMARKED, says_only_ok
from portal import api, bookings_list
from portal.booking_page import StillOurs, Wanted, choose, nobody_else
from portal.bookings_list import BookingsList, Sought
from portal.obstacles import offers_only_a_list, refuse_if_begun, refuse_if_hopeless, refuse_if_overlapping
from portal.proof import (
    proven,
    refuse_if_not_counted,
    refuse_unknown_words,
    seen,
    shows_as_ours,
    standing,
    without_waiting,
)
from portal.schedules import (
    Reader,
    asked_once,
    find,
    find_before_opening,
    find_by_id,
    known_calendars,
    likely,
    name_of,
    read_calendars,
)
from portal.session.site_session import SiteSession
from portal.side_by_side import both
from portal.timetable import read_timetable
from scraper import BookingAnswer

log = logging.getLogger(__name__)

Way = Literal["requests", "page", "already"]


@dataclass(frozen=True, slots=True)
class Booked:
    """A place that was seen in "my bookings"."""

    booking: Booking
    seen_at: datetime
    slot: Slot | None  # as it was before; None when it had not to be looked for
    way: Way
    detail: str  # the site's own words, if any


# ----- reading


async def my_bookings(session: SiteSession) -> tuple[Booking, ...]:
    """The bookings that the site says are held. Raises SiteChanged rather than "none" when the page can't be read."""
    async with session.operation("my bookings"):
        return await proven(session, (await bookings_list.read(session)).bookings)


async def read_my_bookings(session: SiteSession) -> BookingsList:
    """All that the list shows, also in words nobody knows, with how it was read."""
    async with session.operation("my bookings"):
        return await bookings_list.read(session)


async def counted(session: SiteSession, listed: Sequence[Booking], before: Before) -> tuple[Booking, ...]:
    """The bookings of a list that are places of ours, as far as the timetable can tell. Those held before count."""
    async with session.operation("what my bookings prove"):
        return await without_waiting(session, await proven(session, listed, before.held), before)


async def shown_as_ours(session: SiteSession, missing: Sequence[ClassRef]) -> tuple[ClassRef, ...]:
    """Of classes that the list lacks, those that the timetable shows as ours: a list can fail."""
    async with session.operation(f"whether {len(missing)} are gone"):
        return tuple([each for each in missing if await shows_as_ours(session, each)])


async def read_again_in_page(session: SiteSession, first: BookingsList) -> BookingsList:
    """A second look in the browser at a list that lacks something; the first one when there is none to be had."""
    async with session.operation("my bookings, in the browser"):
        return await bookings_list.read_again_in_page(session, first)


async def timetable(
    session: SiteSession, dates: Sequence[date], progress: Callable[[str], None] | None = None
) -> Timetable:
    """Every slot of every activity the site lists, on those dates. Complete, or an error."""
    async with session.operation(f"timetable of {len(dates)} days"):
        return await read_timetable(session, dates, progress or log.debug)


async def find_slot(session: SiteSession, wish: ClassRef, sharing: Callable[[Reader], Reader] | None = None) -> Slot:
    """The slot of the class that is meant, in schedules that may be shared with others.

    Raises SlotNotFound when there is none.
    """
    async with session.operation(f"find {name_of(wish)}"):
        read = asked_once(session)
        return await find(session, wish, sharing(read) if sharing else read)


async def find_slots(
    session: SiteSession, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
) -> list[Slot | BookingRefused]:
    """For each class its slot before it opens, or why it has none. A schedule of several classes is asked for once.

    A class that is not there by its name, or at its hour, is looked for by the id that its slot had `before`: one of
    these slots with ids.
    """
    async with session.operation(f"find {len(wishes)} slots"):
        read = asked_once(session)
        return [await _find_or_refusal(session, wish, read, find_matching(before, wish)) for wish in wishes]


async def _find_or_refusal(
    session: SiteSession, wish: ClassRef, read: Reader, before: Slot | None
) -> Slot | BookingRefused:
    try:
        try:
            return await find_before_opening(session, wish, read)
        except SlotNotFound:
            if before is None:
                raise
            return await find_by_id(session, before, read)
    except BookingRefused as refused:
        return refused


# ----- booking


def refuse_if_unsure(held: Booking) -> None:
    """Raises PlaceUnclear where my bookings say of a place what we don't know, whatever the timetable shows."""
    refuse_unknown_words(held)


async def refuse_unless_counted(session: SiteSession, held: Booking, before: Before) -> None:
    """Raises OnWaitingList or PlaceUnclear where what my bookings show, unasked, may be a place on a waiting list."""
    async with session.operation(f"whose {name_of(held.ref)} was"):
        await refuse_if_not_counted(session, held, before)


async def book(
    session: SiteSession,
    wish: ClassRef,
    opens_at: datetime | None = None,
    beside: ClassRef | None = None,
    *,
    still_ours: StillOurs = nobody_else,
) -> Booked:
    """Takes a place. Returns once it was seen in "my bookings"; taken already, that counts as success.

    `opens_at` is when the slot should open: what can't be booked before it is NotOpenYet, after it SlotFull. `beside`
    is a booking of ours that it may overlap, as far as we are concerned: the site decides. `still_ours` is awaited
    right before the site is asked for the place, and raises what keeps us from it.
    Raises a BookingRefused when the site (or the timetable) says no, SiteUnavailable when nothing was booked and a
    repetition is safe, SiteChanged with evidence when nobody can say.
    """
    async with session.operation(f"book {name_of(wish)}"):
        try:
            return await _book(session, Wanted(wish, opens_at, beside, still_ours=still_ours))
        except AlreadyBooked:
            # whoever booked it, the list may be slower than the timetable, and name it otherwise
            before = bookings_list.as_held(beside)
            sought = Sought(wish, before=before, all_before=False, accepted=True)
            held = await seen(session, sought, session.access.read_back.accepted)
            if held is None:
                raise
            return _already(session, held)


async def _book(session: SiteSession, wanted: Wanted) -> Booked:
    wish = wanted.wish
    listed, slot = await both(bookings_list.read(session), _find_or_error(session, wish))
    status = slot.status if isinstance(slot, Slot) else SlotStatus.DISABLED
    if (held := await standing(session, listed, wish, status)) is not None:
        return _already(session, held)
    wanted = replace(wanted, mine=listed.bookings)
    refuse_if_begun(session, wish)
    if isinstance(slot, SiteChanged):
        log.warning("the calendar's requests do not hold (%s): booking through the page", slot)
        return await _book_on_page(session, wanted)
    if isinstance(slot, BookingRefused):
        raise slot
    refuse_if_overlapping(session, wanted.mine, slot, wanted.beside)
    if not slot.appointment_id:
        return await _book_on_page(session, wanted)
    refuse_if_hopeless(session, slot, wanted.opens_at)
    return await _book_by_request(session, wanted, slot)


async def _find_or_error(session: SiteSession, wish: ClassRef) -> Slot | SiteChanged | BookingRefused:
    """The slot, or why it is not found: what is held already, or the page's way, may still be the answer."""
    try:
        return await find(session, wish)
    except (SiteChanged, BookingRefused) as error:
        return error


def _already(session: SiteSession, held: Booking) -> Booked:
    return Booked(held, session.access.clock(), None, "already", "")


# ----- on a waiting list


async def join_waiting_list(session: SiteSession, wish: ClassRef, *, still_ours: StillOurs = nobody_else) -> Booked:
    """Goes on the site's waiting list for a full class. Returns a place only where it was held before.

    Raises OnWaitingList once the site says yes or lists the class, however it lists it: what was asked for is a place
    on the list. `still_ours` as for book(). SlotFull where its confirmation offers none, and else what book() raises.
    """
    async with session.operation(f"waiting list of {name_of(wish)}"):
        refuse_if_begun(session, wish)
        listed, slot = await both(bookings_list.read(session), find(session, wish))
        if (held := await standing(session, listed, wish, slot.status)) is not None:
            return _already(session, held)
        refuse_if_overlapping(session, listed.bookings, slot)
        fragment = (await api.confirmation(session, slot.appointment_id)).text if slot.appointment_id else ""
        if not scraper.offers_waiting_list(fragment):
            raise SlotFull(f"{name_of(slot.ref)} is full, and the site offers no waiting list")
        try:
            asked = await _ask(session, Wanted(wish, mine=listed.bookings, still_ours=still_ours), slot)
        except PlaceUnclear as unclear:
            raise OnWaitingList(f"full; waiting list: {quote(quoted(str(unclear)))}") from unclear
        if asked.booked is not None:
            words = asked.booked.booking.unknown_words
            how = (
                f"waiting list: {quote(words)}" if words else f"waiting list: {quote(asked.answer.message)}; {UNMARKED}"
            )
            raise OnWaitingList(f"full; {how}")
        if asked.answer.accepted:
            raise OnWaitingList(f"full; waiting list: {quote(asked.answer.message)}")
        raise asked.lost or await _not_booked(session, asked.answer, asked.text)


# ----- by the calendar's own request


@dataclass(frozen=True, slots=True)
class _Asked:
    """What came of one request for a place."""

    text: str
    answer: BookingAnswer
    booked: Booked | None
    lost: SiteError | None  # why there was no answer


async def _ask(session: SiteSession, wanted: Wanted, slot: Slot) -> _Asked:
    """Asks for a place by the calendar's own request, and looks for it in "my bookings"."""
    lost: SiteError | None = None
    await wanted.still_ours()
    try:
        text = (await api.book_appointment(session, slot.appointment_id)).text
    except (SiteUnavailable, SiteChanged) as error:
        text, lost = "", error  # it may have been booked all the same: "my bookings" knows
    answer = scraper.booking_answer(text, session.redactor.words, slot.course)
    sought = Sought(
        wanted.wish, slot=slot, before=wanted.mine, accepted=answer.is_yes, unsure=says_only_ok(answer.message)
    )
    booking = await seen(session, sought, _looks(session, answer, lost))
    booked = Booked(booking, session.access.clock(), slot, "requests", answer.message) if booking else None
    return _Asked(text, answer, booked, lost)


async def _book_by_request(session: SiteSession, wanted: Wanted, slot: Slot) -> Booked:
    if slot.status is not SlotStatus.AVAILABLE:
        await _refuse_waiting_list(session, slot)
    asked = await _ask(session, wanted, slot)
    if asked.booked is not None:
        return asked.booked
    if isinstance(asked.lost, SiteUnavailable):
        raise asked.lost
    if not asked.answer.understood:
        log.warning("the answer to the booking is not understood: booking through the page")
        return await _book_on_page(session, wanted)
    raise await _not_booked(session, asked.answer, asked.text)


async def _refuse_waiting_list(session: SiteSession, slot: Slot) -> None:
    """A slot that is not simply available may put us on its waiting list: its confirmation says so beforehand."""
    try:
        fragment = (await api.confirmation(session, slot.appointment_id)).text
    except (SiteUnavailable, SiteChanged) as error:
        log.info("the confirmation can't be read: %s", error)  # it is not needed to book
        return
    if scraper.offers_waiting_list(fragment):
        raise offers_only_a_list(slot)


def _looks(session: SiteSession, answer: BookingAnswer, lost: Exception | None) -> Sequence[float]:
    """How long to look for the booking: a no in words we know is believed soon, silence is looked into for long."""
    read_back = session.access.read_back
    if isinstance(lost, SiteUnavailable) or answer.accepted:
        return read_back.accepted
    return read_back.refused if answer.message and answer.kind is not BookingRefused else read_back.unclear


async def _not_booked(session: SiteSession, answer: BookingAnswer, text: str) -> SiteError:
    """Why the slot is not ours, from what the site answered. What nobody can explain keeps the answer."""
    refused = answer.problem()
    if refused is None:
        changed = YesWithoutPlace("the site answered OK, but the booking is not among ours")
        changed.evidence = await session.keep_evidence("book", text, str(changed))
        return changed
    if type(refused) is BookingRefused:
        refused.evidence = await session.keep_evidence("book", text, f"a refusal nobody knows: {refused}")
    return refused


# ----- through the page


async def _book_on_page(session: SiteSession, wanted: Wanted) -> Booked:
    """The second way: as a person would, and with the same referee."""
    calendars = likely(known_calendars(session) or await read_calendars(session), wanted.wish)
    read_back = session.access.read_back
    try:
        slot, answer = await session.on_page("book", lambda page: choose(session, page, calendars, wanted), acts=True)
    except (SiteUnavailable, SiteChanged, Blocked) as error:
        looks = read_back.blocked if isinstance(error, Blocked) else read_back.unclear
        sought = Sought(wanted.wish, before=wanted.mine)
        booking = await seen(session, sought, looks)  # it may have failed after the click that counts
        if booking is None:
            raise
        return Booked(booking, session.access.clock(), None, "page", "")
    told_only = bool(answer.message and not answer.accepted)  # in place of the question about another booking
    unsure = told_only or says_only_ok(answer.message)
    sought = Sought(wanted.wish, slot=slot, before=wanted.mine, accepted=answer.is_yes, unsure=unsure)
    booking = await seen(session, sought, read_back.accepted)
    if booking:
        return Booked(booking, session.access.clock(), slot, "page", answer.message)
    raise await _not_booked(session, answer, answer.message)

"""What we do on the site: book, list, read the timetable; cancelling.py gives back. Each: check, act, check again.

There are two ways to act, the calendar's own requests and the pages in a browser, and one referee: "my bookings", read
back. Nothing is called booked or cancelled before it was seen there, or seen gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, TypeVar

from playwright.async_api import Page

import bookings_list
import scraper
from bookings_list import Sought as Sought
from bookings_list import held_among as held_among
from errors import (
    AlreadyBooked,
    Blocked,
    BookingRefused,
    ClassStarted,
    NotOpenYet,
    OnWaitingList,
    Overlap,
    PlaceUnclear,
    SeveralClasses,
    SiteChanged,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    quote,
)
from model import FIT_CENTER, Activity, Booking, Slot, SlotStatus, Timetable, Wish, same_course, starts_at
from names import plain, same_place
from portal import api
from portal.calendars import CalendarCache
from portal.pages import ActivitiesPage, CalendarPage
from portal.session import SiteSession
from scraper import BookingAnswer, Calendar
from side_by_side import both, together

log = logging.getLogger(__name__)

READ_BACK = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 3.5)  # seconds before each look at "my bookings": about ten in all
READ_BACK_REFUSED = READ_BACK[:1]  # a clear no is believed after one look
READ_BACK_UNCLEAR = READ_BACK[:4]  # an answer nobody understands: look for a little, then take the other way
READ_BACK_BLOCKED = READ_BACK[:1]  # who is turned away looks once and tries no other way
LOOK_IN_PAGE = 3  # which of these looks goes to the browser while the list shows no booking at all
WITNESSES = 2  # times the timetable is asked about one booking
AT_ONCE = 6  # requests side by side, as a browser sends them

T = TypeVar("T")
Way = Literal["requests", "page", "already"]
Reader = Callable[[Calendar, date], Awaitable[tuple[Slot, ...]]]


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
        return await proven(session, await _read_mine(session))


async def read_my_bookings(session: SiteSession) -> bookings_list.BookingsList:
    """All that the list shows, also in words nobody knows, with how it was read."""
    async with session.operation("my bookings"):
        return await bookings_list.read(session)


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
        calendars = await _read_calendars(session)
        tell(f"{len(calendars)} activities: {', '.join(each.activity.name for each in calendars)}")
        polite = asyncio.Semaphore(AT_ONCE)
        parts = await together(*(_schedules(session, each, dates, polite, tell) for each in calendars))
        activities = tuple(each.activity for each in calendars)
        return Timetable(activities, tuple(dates), tuple(slot for part in parts for slot in part))


async def find_slot(session: SiteSession, wish: Wish, sharing: Callable[[Reader], Reader] | None = None) -> Slot:
    """The slot the wish means, in schedules that may be shared with others. Raises SlotNotFound when there is none."""
    async with session.operation(f"find {name_of(wish)}"):
        read = _asked_once(session)
        return await _find(session, wish, sharing(read) if sharing else read)


async def find_slots(session: SiteSession, wishes: Sequence[Wish]) -> list[Slot | BookingRefused]:
    """For each wish its slot, or why it has none. A schedule that several wishes are in is asked for once."""
    async with session.operation(f"find {len(wishes)} slots"):
        read = _asked_once(session)
        return [await _find_or_refusal(session, wish, read) for wish in wishes]


async def book(
    session: SiteSession, wish: Wish, opens_at: datetime | None = None, beside: Wish | None = None
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
            held = await seen(session, Sought(wish, before=bookings_list.as_held(beside), accepted=True), READ_BACK)
            if held is None:
                raise
            return Booked(held, _now(session), None, "already", "")


# ----- reading


async def _read_mine(session: SiteSession) -> tuple[Booking, ...]:
    return (await bookings_list.read(session)).bookings


async def _read_calendars(session: SiteSession) -> tuple[Calendar, ...]:
    """The calendars the site lists now, kept for later bookings."""
    answer = await api.choose_activity(session)
    try:
        found = await session.parsed(answer.text, scraper.activities)
    except SiteChanged as error:
        log.warning("%s: following its links in the page", error)
        found = await session.on_page("choose activity", lambda page: _follow_links(session, page))
    _cache(session).save([(each.activity.id, each.activity.name, each.flags) for each in found])
    return found


async def _follow_links(session: SiteSession, page: Page) -> tuple[Calendar, ...]:
    choice = ActivitiesPage(page, session.access.root, session.access.timeout_seconds)
    names = await session.parsed(await choice.open(), scraper.activity_names)
    return tuple([scraper.calendar_at(await choice.follow(index), name) for index, name in enumerate(names)])


def _cache(session: SiteSession) -> CalendarCache:
    return CalendarCache(session.access.state_dir, session.access.clock)


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
            return await _schedule(session, calendar, day)

    try:
        days = await together(*(one_day(day) for day in dates))
    except SiteChanged as error:
        log.warning("the schedule of %s can't be read (%s): reading its page", calendar.activity.name, error)
        days = await session.on_page("timetable", lambda page: _days_on_page(session, page, calendar, dates))
    slots = [slot for day in days for slot in day]
    tell(f"{calendar.activity.name}: {len(slots)} slots")
    return slots


async def _schedule(session: SiteSession, calendar: Calendar, day: date, *, urgent: bool = False) -> tuple[Slot, ...]:
    activity, zone = calendar.activity, session.access.timezone
    answer = await api.schedule(session, activity.id, calendar.flags, day, urgent=urgent)
    return await session.read("schedule", answer, lambda text: scraper.slots(text, activity, day, zone))


async def _days_on_page(
    session: SiteSession, page: Page, calendar: Calendar, dates: Sequence[date]
) -> list[tuple[Slot, ...]]:
    shown = CalendarPage(page, session.access.root, session.access.timeout_seconds)
    await shown.open(calendar.activity.id, calendar.flags)
    ordered = sorted(dates)
    return [tuple(await _column(session, shown, calendar, day)) for day in ordered]


async def _column(session: SiteSession, shown: CalendarPage, calendar: Calendar, day: date) -> list[Slot]:
    html = await shown.show(day)
    return await session.parsed(html, lambda text: scraper.slots_on_page(text, calendar.activity, day))


# ----- finding


async def _find_or_error(session: SiteSession, wish: Wish) -> Slot | SiteChanged | BookingRefused:
    """As `_find`, with what can still be answered otherwise (already ours, the page's way) given back."""
    try:
        return await _find(session, wish)
    except (SiteChanged, BookingRefused) as error:
        return error


async def _find_or_refusal(session: SiteSession, wish: Wish, read: Reader) -> Slot | BookingRefused:
    try:
        return await _find(session, wish, read)
    except BookingRefused as refused:
        return refused


async def _find(session: SiteSession, wish: Wish, read: Reader | None = None) -> Slot:
    """Looks in the calendars known from before; only when that fails are they read again."""
    read = read or _asked_once(session)
    known = _known_calendars(session)
    if known:
        slot = await _look_in(read, likely(known, wish), wish)
        if slot:
            return slot
    fresh = await _read_calendars(session)
    slot = await _look_in(read, likely(fresh, wish), wish) or await _look_in(read, fresh, wish)
    if slot is None:
        raise SlotNotFound(f"the timetable has no {name_of(wish)}")
    return slot


def _known_calendars(session: SiteSession) -> tuple[Calendar, ...]:
    return tuple(Calendar(Activity(id_, name), flags) for id_, name, flags in _cache(session).load())


def _asked_once(session: SiteSession) -> Reader:
    """Reads schedules, each only once."""
    asked: dict[tuple[Calendar, date], asyncio.Future[tuple[Slot, ...]]] = {}

    def read(calendar: Calendar, day: date) -> Awaitable[tuple[Slot, ...]]:
        if (calendar, day) not in asked:
            asked[calendar, day] = asyncio.ensure_future(_schedule(session, calendar, day, urgent=True))
        return asked[calendar, day]

    return read


async def _look_in(read: Reader, calendars: Sequence[Calendar], wish: Wish) -> Slot | None:
    days = await together(*(read(each, wish.day) for each in calendars))
    return the_meant([slot for day in days for slot in day], wish, lambda slot: slot.wish)


def the_meant(candidates: Sequence[T], wish: Wish, wish_of: Callable[[T], Wish]) -> T | None:
    """What a wish means among them: what is named exactly so, else what alone fits; None when nothing does.

    Raises SeveralClasses, with their names, when the wish says too little to tell them apart.
    """
    fitting = [each for each in candidates if wish.meant_by(wish_of(each))]
    found = [each for each in fitting if plain(wish_of(each).full_name) == plain(wish.full_name)] or fitting
    refuse_if_several([wish_of(each) for each in found])
    return found[0] if found else None


def refuse_if_several(found: Sequence[Wish]) -> None:
    """Raises SeveralClasses, with their names, unless all of these are one class."""
    names = dict.fromkeys(each.full_name for each in found)
    if len(names) > 1:
        raise SeveralClasses(f"it may mean any of these: {quote(', '.join(names))}")


def likely(calendars: Sequence[Calendar], wish: Wish) -> Sequence[Calendar]:
    """The calendars that can hold the wish: of its place and kind, else of its place, else all of them."""

    def is_there(activity: Activity) -> bool:
        return same_place(activity.place, wish.location) or same_place(activity.name, wish.location)

    def is_its_kind(activity: Activity) -> bool:
        return (plain(FIT_CENTER) in plain(activity.name)) == same_course(wish.course, FIT_CENTER)

    there = [each for each in calendars if is_there(each.activity)]
    return [each for each in there if is_its_kind(each.activity)] or there or calendars


# ----- what forbids a booking


def refuse_if_begun(session: SiteSession, wish: Wish) -> None:
    """Raises ClassStarted when it is too late for anything about a class."""
    if starts_at(wish.day, wish.start, session.access.timezone) <= session.access.clock():
        raise ClassStarted(f"{name_of(wish)} has begun")


def refuse_if_overlapping(mine: Sequence[Booking], slot: Slot, beside: Wish | None = None) -> None:
    """Raises Overlap when a slot meets what we hold; `beside` is the one that it may meet."""
    if slot.status is SlotStatus.BOOKED:
        return  # what is ours, by whatever name, would meet itself
    for other in mine:
        if beside is not None and beside.meant_by(other.wish):
            continue
        if other.overlaps(slot.day, slot.start, slot.end):
            raise Overlap(f"{name_of(slot.wish)} meets our {other.course} at {other.start:%H:%M}")


def _refuse_if_hopeless(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """Only what is clear stops us: before the opening, a waiting list, no places. The rest the site may decide."""
    if slot.status is SlotStatus.AVAILABLE:
        return
    if slot.status is SlotStatus.BOOKED:
        raise AlreadyBooked(f"the timetable shows {name_of(slot.wish)} as booked by us")
    if opens_at and session.access.clock() < opens_at:
        raise NotOpenYet(f"{name_of(slot.wish)} is not open yet")
    if slot.status is SlotStatus.WAITING:
        raise SlotFull(f"{name_of(slot.wish)} is full; the site offers its waiting list (lista d'attesa)")
    if slot.places == 0:
        raise SlotFull(f"{name_of(slot.wish)} is full")


# ----- booking


async def _book(session: SiteSession, wish: Wish, opens_at: datetime | None, beside: Wish | None) -> Booked:
    mine, slot = await both(_read_mine(session), _find_or_error(session, wish))
    held = held_among(mine, wish)
    if held:
        if held.unknown_words and not (isinstance(slot, Slot) and slot.status is SlotStatus.BOOKED):
            raise PlaceUnclear(f"{name_of(wish)} is listed, but not simply as ours: {quote(held.unknown_words)}")
        return Booked(held, _now(session), None, "already", "")
    refuse_if_begun(session, wish)
    if isinstance(slot, SiteChanged):
        log.warning("the calendar's requests do not hold (%s): booking through the page", slot)
        return await _book_on_page(session, wish, mine, opens_at, beside)
    if isinstance(slot, BookingRefused):
        raise slot
    refuse_if_overlapping(mine, slot, beside)
    if not slot.appointment_id:
        return await _book_on_page(session, wish, mine, opens_at, beside)
    _refuse_if_hopeless(session, slot, opens_at)
    return await _book_by_request(session, wish, slot, mine, opens_at, beside)


# ----- booking by the calendar's own request


async def _book_by_request(
    session: SiteSession,
    wish: Wish,
    slot: Slot,
    mine: Sequence[Booking],
    opens_at: datetime | None,
    beside: Wish | None,
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
        raise SlotFull(f"{name_of(slot.wish)} is full; the site offers its waiting list (lista d'attesa)")


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


# ----- what proves that a place is ours


async def seen(session: SiteSession, sought: Sought, waits: Sequence[float]) -> Booking | None:
    """The booking, once "my bookings" shows it; None when it was not seen in all those looks.

    A list that stays empty is read once in the browser: the page's script may fill it in. Raises PlaceUnclear when what
    the list shows may be ours, and the timetable, asked at most WITNESSES times, does not say so.
    """
    looks = asked = 0
    unclear: Booking | None = None

    async def look() -> Booking | None:
        nonlocal looks, asked, unclear
        looks += 1
        listed = await bookings_list.read(session)
        if looks == LOOK_IN_PAGE and not listed.bookings:
            listed = await bookings_list.read_again_in_page(session, listed)
        found, in_doubt = sought.among(listed.bookings)
        if found is None or not in_doubt:
            return found
        unclear, asked = found, asked + 1
        return found if asked <= WITNESSES and await _is_shown_as_ours(session, sought.wish, sought.slot) else None

    found = await bookings_list.look_until(look, waits)
    if found is None and unclear is not None and unclear.unknown_words:
        raise PlaceUnclear(f"{name_of(sought.wish)} is listed, but not simply as ours: {quote(unclear.unknown_words)}")
    return found


async def proven(session: SiteSession, listed: Sequence[Booking], known: Sequence[Wish] = ()) -> tuple[Booking, ...]:
    """What a list proves: what it shows in words nobody knows counts if it was known, or the timetable agrees."""
    sure = []
    for each in listed:
        was_known = any(wish.meant_by(each.wish) for wish in known)
        if not each.unknown_words or was_known or await _is_shown_as_ours(session, each.wish, None):
            sure.append(each)
        else:
            log.warning(
                "%s is listed in words nobody knows, and not counted: %s", name_of(each.wish), each.unknown_words
            )
    return tuple(sure)


async def _is_shown_as_ours(session: SiteSession, wish: Wish, slot: Slot | None) -> bool:
    """The second witness: whether the timetable shows the slot as ours. When it can't be asked, it does not say so."""
    try:
        if slot is None:
            return (await _find(session, wish)).status is SlotStatus.BOOKED
        known = (each for each in _known_calendars(session) if each.activity.id == slot.activity.id)
        there = await _schedule(session, next(known, Calendar(slot.activity)), slot.day, urgent=True)
    except (SiteUnavailable, SiteChanged, SlotNotFound) as error:
        log.info("the timetable does not say whether it is ours: %s", error)
        return False
    return any(each.status is SlotStatus.BOOKED and slot.wish.meant_by(each.wish) for each in there)


# ----- booking through the page


async def _book_on_page(
    session: SiteSession, wish: Wish, mine: Sequence[Booking], opens_at: datetime | None, beside: Wish | None
) -> Booked:
    """The second way: as a person would, and with the same referee."""
    calendars = likely(_known_calendars(session) or await _read_calendars(session), wish)
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
    wish: Wish,
    mine: Sequence[Booking],
    opens_at: datetime | None,
    beside: Wish | None,
) -> tuple[Slot, BookingAnswer]:
    """Finds the slot in the calendars, confirms it, and gives what the site said."""
    shown = CalendarPage(page, session.access.root, session.access.timeout_seconds)
    found: list[tuple[Calendar, Slot, int]] = []
    for calendar in calendars:
        await shown.open(calendar.activity.id, calendar.flags)
        column = await _column(session, shown, calendar, wish.day)
        found += [(calendar, slot, index) for index, slot in enumerate(column) if wish.meant_by(slot.wish)]
        if found and wish.course_type:
            break
    meant = the_meant(found, wish, lambda each: each[1].wish)
    if meant is None:
        raise SlotNotFound(f"the timetable has no {name_of(wish)}")
    there, slot, index = meant
    refuse_if_overlapping(mine, slot, beside)
    _refuse_unless_clickable(session, slot, opens_at)
    if there != calendar:
        await shown.open(there.activity.id, there.flags)
        await _column(session, shown, there, wish.day)
    return slot, await _confirm(session, shown, slot, index)


def _refuse_unless_clickable(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """On the page only an available slot can be clicked; of the others it does not say why."""
    _refuse_if_hopeless(session, slot, opens_at)
    if slot.status is not SlotStatus.AVAILABLE:
        error = SlotFull if opens_at else NotOpenYet
        raise error(f"{name_of(slot.wish)} can't be booked: the page shows it as closed, full or not open yet")


async def _confirm(session: SiteSession, shown: CalendarPage, slot: Slot, index: int) -> BookingAnswer:
    fragment = await shown.choose(slot.day, index, slot.start)
    if scraper.offers_waiting_list(fragment):
        raise SlotFull(f"{name_of(slot.wish)} is full; the site offers its waiting list (lista d'attesa)")
    if reason := await shown.refusal():
        raise scraper.refusal(reason, session.door.words)
    said, asked = await shown.confirm()
    return scraper.answer_in_words(said, session.door.words, accepted=asked, course=slot.course)


# ----- small things


def _now(session: SiteSession) -> datetime:
    return session.access.clock()


def name_of(wish: Wish) -> str:
    """`PILATES MATWORK (Giuriati) on 24/11/2026 at 18:00`, for sentences of errors and the log."""
    place = f" ({wish.location})" if wish.location else ""
    return f"{wish.course or FIT_CENTER}{place} on {wish.day:%d/%m/%Y} at {wish.start:%H:%M}"

"""The timetable's requests: its calendars, the schedule of a day, and the slot that a class means.

The calendars are kept from reading to reading, and read again only when the one that is meant is not among them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from playwright.async_api import Page

import scraper
from domain.errors import SeveralClasses, SiteChanged, SiteError, SiteUnavailable, SlotNotFound, quote
from domain.model import FIT_CENTER, Activity, ClassRef, Slot, SlotStatus, same_course
from domain.names import plain, same_place
from portal import api
from portal.pages.activities import ActivitiesPage
from portal.session.site_session import SiteSession
from portal.side_by_side import together
from portal.storage.calendars import CalendarCache
from scraper import Calendar

log = logging.getLogger(__name__)

T = TypeVar("T")
Reader = Callable[[Calendar, date], Awaitable[tuple[Slot, ...]]]


async def read_calendars(session: SiteSession) -> tuple[Calendar, ...]:
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
    choice = ActivitiesPage(page, session.access)
    names = await session.parsed(await choice.open(), scraper.activity_names)
    alike = [names[:index].count(name) for index, name in enumerate(names)]
    return tuple(
        [scraper.calendar_at(await choice.follow(name, nth), name) for name, nth in zip(names, alike, strict=True)]
    )


def _cache(session: SiteSession) -> CalendarCache:
    return CalendarCache(session.access.state_dir, session.access.clock)


async def schedule(session: SiteSession, calendar: Calendar, day: date, *, urgent: bool = False) -> tuple[Slot, ...]:
    activity, zone = calendar.activity, session.access.timezone
    answer = await api.schedule(session, activity.id, calendar.flags, day, urgent=urgent)
    return await session.read("schedule", answer, lambda text: scraper.slots(text, activity, day, zone))


async def find(session: SiteSession, wish: ClassRef, read: Reader | None = None) -> Slot:
    """Looks in the calendars known from before; only when that fails are they read again."""
    read = read or asked_once(session)
    known = known_calendars(session)
    if known:
        slot = await _look_in(read, likely(known, wish), wish)
        if slot:
            return slot
    fresh = await read_calendars(session)
    slot = await _look_in(read, likely(fresh, wish), wish) or await _look_in(read, fresh, wish)
    if slot is None:
        raise SlotNotFound(f"the timetable has no {name_of(wish)}")
    return slot


async def find_before_opening(session: SiteSession, wish: ClassRef, read: Reader) -> Slot:
    """As `find`. A day of which the likely calendars show nothing at all is looked for in no other: the site may not
    show it before its opening."""
    calendars = known_calendars(session) or await read_calendars(session)
    days = await together(*(read(each, wish.day) for each in likely(calendars, wish)))
    if not any(days):
        raise SlotNotFound(f"the timetable has nothing yet on {wish.day:%d/%m/%Y}, so no {name_of(wish)}")
    return await find(session, wish, read)


def known_calendars(session: SiteSession) -> tuple[Calendar, ...]:
    return tuple(Calendar(Activity(id_, name), flags) for id_, name, flags in _cache(session).load())


def asked_once(session: SiteSession) -> Reader:
    """Reads schedules, each only once."""
    asked: dict[tuple[Calendar, date], asyncio.Future[tuple[Slot, ...]]] = {}

    def read(calendar: Calendar, day: date) -> Awaitable[tuple[Slot, ...]]:
        if (calendar, day) not in asked:
            asked[calendar, day] = asyncio.ensure_future(schedule(session, calendar, day, urgent=True))
        return asked[calendar, day]

    return read


async def _look_in(read: Reader, calendars: Sequence[Calendar], wish: ClassRef) -> Slot | None:
    days = await together(*(read(each, wish.day) for each in calendars))
    return the_meant(likeliest([slot for day in days for slot in day], lambda slot: slot), wish, lambda slot: slot.ref)


def likeliest(candidates: Iterable[T], slot_of: Callable[[T], Slot]) -> list[T]:
    """Of several slots of one class at one hour the one that is ours comes first, then one that can be booked."""
    ranks = {SlotStatus.BOOKED: 0, SlotStatus.AVAILABLE: 1}
    return sorted(candidates, key=lambda each: ranks.get(slot_of(each).status, 2))


def the_meant(candidates: Sequence[T], wish: ClassRef, wish_of: Callable[[T], ClassRef]) -> T | None:
    """What a wish means among them: what is named exactly so, else what alone fits; None when nothing does.

    Raises SeveralClasses, with their names, when the wish says too little to tell them apart.
    """
    fitting = [each for each in candidates if wish.matches(wish_of(each))]
    found = [each for each in fitting if plain(wish_of(each).full_name) == plain(wish.full_name)] or fitting
    refuse_if_several([wish_of(each) for each in found])
    return found[0] if found else None


def refuse_if_several(found: Sequence[ClassRef]) -> None:
    """Raises SeveralClasses, with their names, unless all of these are one class."""
    names = dict.fromkeys(each.full_name for each in found)
    if len(names) > 1:
        raise SeveralClasses(f"it may mean any of these: {quote(', '.join(names))}")


def likely(calendars: Sequence[Calendar], wish: ClassRef) -> Sequence[Calendar]:
    """The calendars that can hold the wish: of its place and kind, else of its place, else all of them."""

    def is_there(activity: Activity) -> bool:
        return same_place(activity.place, wish.location) or same_place(activity.name, wish.location)

    def is_its_kind(activity: Activity) -> bool:
        return (plain(FIT_CENTER) in plain(activity.name)) == same_course(wish.course, FIT_CENTER)

    there = [each for each in calendars if is_there(each.activity)]
    return [each for each in there if is_its_kind(each.activity)] or there or calendars


@dataclass(frozen=True, slots=True)
class Standing:
    """What the timetable shows of a class that was asked for."""

    status: SlotStatus | None = None  # at its hour; None when it can't be asked, or does not list it there
    moved: Slot | None = None  # the same appointment, where it stands at another hour now


async def status_of(session: SiteSession, wish: ClassRef, read: Reader | None = None) -> SlotStatus | None:
    """What the timetable shows of a class now; None when it can't be asked, or does not say it in a known word."""
    try:
        return (await find(session, wish, read)).said
    except SiteError as error:
        log.info("the timetable can't tell whose a place is: %s", error)
        return None


async def find_by_id(session: SiteSession, slot: Slot, read: Reader) -> Slot:
    """What a slot as it was before is now, by its id, whatever its name and hour.

    Raises SlotNotFound when its calendar can't be read, or lacks it that day. One that is missing beside others of its
    hour or later is gone: the site hides by the hour what has not opened.
    """
    try:
        there = await read(_calendar_of(session, slot), slot.day)
    except (SiteUnavailable, SiteChanged) as error:
        raise SlotNotFound(
            f"no day of {slot.activity.name} to look for {name_of(slot.ref)} by its id: {error}"
        ) from error
    if (same := next((each for each in there if each.appointment_id == slot.appointment_id), None)) is not None:
        return same
    missing = SlotNotFound(f"the timetable has no {name_of(slot.ref)}, nor its id")
    missing.is_gone = any(each.appointment_id and each.start >= slot.start for each in there)
    raise missing


def _calendar_of(session: SiteSession, slot: Slot) -> Calendar:
    known = (each for each in known_calendars(session) if each.activity.id == slot.activity.id)
    return next(known, Calendar(slot.activity))


async def standing_of(session: SiteSession, slot: Slot, day: date | None = None) -> Standing:
    """What the timetable shows of a slot as it was before, on its day or another one. One request."""
    try:
        there = await schedule(session, _calendar_of(session, slot), day or slot.day, urgent=True)
    except SiteError as error:
        log.info("the timetable can't tell whose a place is: %s", error)
        return Standing()
    fitting = likeliest((each for each in there if slot.ref.matches(each.ref)), lambda each: each)
    status = next((each.said for each in fitting), None)
    same = (each for each in there if slot.appointment_id and each.appointment_id == slot.appointment_id)
    moved = next((each for each in same if not each.ref.is_then_and_there(slot.ref)), None)
    return Standing(status, moved)


def name_of(wish: ClassRef) -> str:
    place = f" ({wish.location})" if wish.location else ""
    return f"{wish.course or FIT_CENTER}{place} on {wish.day:%d/%m/%Y} at {wish.start:%H:%M}"

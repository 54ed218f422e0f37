"""What proves that a place is ours: "my bookings" shows it, and the timetable does not say otherwise.

The list alone is one witness: on some sites a place on a waiting list looks in it just like a booking, or stands in it
in unknown words. A class may be moved to another hour between its look-up and its booking: then the list shows it
there, and the timetable says, by the appointment's id, that it is the same.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from domain.errors import OnWaitingList, PlaceUnclear, quote
from domain.matching import find_matching
from domain.model import Booking, ClassRef, Slot, SlotStatus
from domain.readings import Before
from domain.waiting_list import CONTRADICTED, UNMARKED
from portal import bookings_list, schedules
from portal.bookings_list import BookingsList, Sought
from portal.schedules import Standing, known_calendars, name_of, standing_of, status_of
from portal.session.site_session import SiteSession
from portal.side_by_side import noticed

log = logging.getLogger(__name__)

LOOK_IN_PAGE = 3  # which of the looks goes to the browser while the list shows no booking at all
WITNESSES = 2  # times that the list, or the timetable, says the same of one booking before it is told


async def seen(session: SiteSession, sought: Sought, waits: Sequence[float]) -> Booking | None:
    """The booking, once "my bookings" shows it; None when it was not seen in all those looks.

    A list that stays empty is read once in the browser: the page's script may fill it in. Raises OnWaitingList or
    PlaceUnclear as soon as it is clear that what stands there may not be ours.
    """
    looking = _Looking(session, sought)
    found = await bookings_list.look_until(looking.look, waits)
    if found is None:
        looking.tell_what_stands()
    return found


class _Looking:
    """Looks for one place that may have become ours. Each look reads the list once, and remembers what it showed."""

    def __init__(self, session: SiteSession, sought: Sought) -> None:
        self._session = session
        self._sought = sought
        self._looks = 0
        self._asked = 0  # the timetable, about a block that alone proves nothing
        self._beside: asyncio.Task[Standing] | None = None  # the timetable, as asked side by side with the first look
        self._moved: Slot | None = None  # where the timetable shows the same appointment, as ours, at another hour
        self._asked_where = False  # once more, after a place that may be it had come into the list
        self._waits: Booking | None = None  # on a waiting list, by the last look
        self._unclear: Booking | None = None

    async def look(self) -> Booking | None:
        self._looks += 1
        asked = self._ask_beside()
        self._beside = self._beside or asked
        listed = await bookings_list.read(self._session)
        if self._looks == LOOK_IN_PAGE and not listed.bookings:
            listed = await bookings_list.read_again_in_page(self._session, listed)
        found, in_doubt = self._sought.among(listed.bookings)
        if found is None:
            places = [each.activity.place for each in known_calendars(self._session)]
            found, in_doubt = self._sought.spelled_otherwise(listed.bookings, places)
        if found is None:
            self._note_waiting(self._sought.waits_among(listed.waiting))
            return await self._at_another_hour(listed.bookings)
        if in_doubt:
            return await self._second_witness(found, asked)
        await self._refuse_if_contradicted(found, asked)
        return found

    async def _at_another_hour(self, mine: Sequence[Booking]) -> Booking | None:
        """The booking of a class that was moved to another hour.

        The timetable must show the same appointment there, as ours: a second class of the course may be ours as well.
        """
        elsewhere = self._sought.elsewhere(mine)
        if elsewhere and self._moved is None:
            self._moved = await self._where_it_is(elsewhere[0])
        return self._sought.moved_to(elsewhere, self._moved) if self._moved else None

    async def _where_it_is(self, candidate: Booking) -> Slot | None:
        slot, asking = self._sought.slot, self._beside
        self._beside = None
        if asking is None and slot is not None and self._sought.is_new(candidate) and not self._asked_where:
            self._asked_where = True
            asking = noticed(standing_of(self._session, slot, candidate.day), "second witness")
        if asking is None:
            return None
        await asyncio.wait({asking}, timeout=self._session.access.read_back.longest_ask)
        moved = asking.result().moved if asking.done() else None
        return moved if moved is not None and moved.status is SlotStatus.BOOKED else None

    def _ask_beside(self) -> asyncio.Task[Standing] | None:
        """Asks the timetable side by side with the first look, if the site has said yes: the list shows it then."""
        expected = self._looks == 1 and self._sought.accepted and self._sought.slot is not None
        return self._ask_timetable() if expected else None

    def _ask_timetable(self) -> asyncio.Task[Standing]:
        return noticed(self._read_timetable(), "second witness")

    async def _read_timetable(self) -> Standing:
        if self._sought.slot is not None:
            return await standing_of(self._session, self._sought.slot)
        return Standing(await status_of(self._session, self._sought.wish))

    async def _refuse_if_contradicted(self, found: Booking, asked: asyncio.Task[Standing] | None) -> None:
        """As the function of that name. `asked`: the timetable, if it was asked already."""
        first = [asked] if asked else []

        async def ask() -> SlotStatus | None:
            asking = first.pop() if first else self._ask_timetable()
            await asyncio.wait({asking}, timeout=self._session.access.read_back.longest_ask)
            return asking.result().status if asking.done() else None

        await _refuse_if_contradicted(self._session, found, ask, unsure=self._sought.unsure)

    def _note_waiting(self, waits: Booking | None) -> None:
        """Raises OnWaitingList once two looks show it under the name of what was asked for."""
        before, self._waits = self._waits, waits
        if waits is not None and waits == before and self._sought.wish.matches(waits.ref):
            self.tell_what_stands()

    async def _second_witness(self, found: Booking, asked: asyncio.Task[Standing] | None) -> Booking | None:
        """The booking if the timetable shows the slot as ours. Raises PlaceUnclear once it has twice not done so.

        `asked`: the timetable, if it was asked already.
        """
        if self._asked >= WITNESSES:
            return None
        self._unclear, self._asked = found, self._asked + 1
        if (await (asked or self._ask_timetable())).status is SlotStatus.BOOKED:
            return found
        if self._asked >= WITNESSES:
            self.tell_what_stands()
        return None

    def tell_what_stands(self) -> None:
        """Raises OnWaitingList or PlaceUnclear if a block of the list may not be ours: no second booking is sent."""
        if self._waits is not None:
            raise OnWaitingList(f"full; waiting list: {quote(self._waits.unknown_words)}")
        if self._unclear is not None and self._unclear.unknown_words:
            raise PlaceUnclear(_unclear(self._sought.wish, self._unclear))


async def standing(
    session: SiteSession, listed: BookingsList, wish: ClassRef, status: SlotStatus | None = None
) -> Booking | None:
    """What is held of a class before anything is asked for. `status`: what the timetable shows, if it was asked.

    Raises PlaceUnclear or OnWaitingList when a block stands that may not be ours: to ask again might be a second place.
    A place on a waiting list is no reason not to take one that is free.
    """
    held, waits = find_matching(listed.bookings, wish), find_matching(listed.waiting, wish)
    if held is not None and not held.unknown_words:
        return held
    if held is None and waits is None:
        return None
    shown = status or await status_of(session, wish)
    if held is not None:
        if shown is SlotStatus.BOOKED:
            return held
        raise PlaceUnclear(_unclear(wish, held))
    if waits is not None and shown is not SlotStatus.AVAILABLE:
        raise OnWaitingList(f"full; waiting list: {quote(waits.unknown_words)}")
    return None


def refuse_unknown_words(held: Booking) -> None:
    """Raises PlaceUnclear when the list says of a place what we don't know."""
    if held.unknown_words:
        raise PlaceUnclear(_unclear(held.ref, held))


async def refuse_if_not_counted(session: SiteSession, held: Booking, before: Before) -> None:
    """Raises OnWaitingList or PlaceUnclear for what the list shows as ours without our having asked for it just now.

    What was known as ours before counts. A class for whose waiting list the site was asked, or that was unclear, has to
    be shown as ours by the timetable too.
    """
    if _is_known(before.held, held):
        return
    if _is_known(before.unmarked, held):
        raise OnWaitingList(f"full; waiting list: asked for before; {UNMARKED}")
    unsure = _is_known((*before.waited_for, *before.unclear), held)
    await _refuse_if_contradicted(session, held, lambda: status_of(session, held.ref), unsure=unsure)


async def _refuse_if_contradicted(
    session: SiteSession, held: Booking, ask: Callable[[], Awaitable[SlotStatus | None]], *, unsure: bool = False
) -> None:
    """Raises unless the timetable shows a place as ours that the list shows so, or says nothing of it.

    OnWaitingList once it says twice in a row that it is one on a waiting list; PlaceUnclear when, some seconds long, it
    shows a place that is free, or none: a slow server's timetable may be behind. One such word alone is no proof.
    `unsure`: the list alone does not count.
    """
    against: list[SlotStatus] = []
    for pause in (0.0, *session.access.read_back.ask_timetable_again):
        await asyncio.sleep(pause)
        shown = await ask()
        if shown is SlotStatus.BOOKED or (shown is None and not against and not unsure):
            return
        against += [shown] if shown else []
        if against[-WITNESSES:] == [SlotStatus.WAITING] * WITNESSES:
            raise OnWaitingList(f"the timetable shows {name_of(held.ref)} as full, and us on its waiting list")
    if unsure or len(against) >= WITNESSES:
        raise PlaceUnclear(f"{name_of(held.ref)} is listed: {CONTRADICTED}")


async def shows_as_ours(session: SiteSession, wish: ClassRef) -> bool:
    """Whether the timetable shows a class as ours; not when it can't be asked."""
    asking = noticed(status_of(session, wish), "second witness")
    await asyncio.wait({asking}, timeout=session.access.read_back.longest_ask)
    return asking.done() and asking.result() is SlotStatus.BOOKED


async def proven(
    session: SiteSession, listed: Sequence[Booking], known: Sequence[ClassRef] = ()
) -> tuple[Booking, ...]:
    """The bookings that a list proves: one in unknown words counts if it was known before, or the timetable agrees."""
    sure = []
    for each in listed:
        was_known = _is_known(known, each)
        if not each.unknown_words or was_known or await status_of(session, each.ref) is SlotStatus.BOOKED:
            sure.append(each)
        else:
            log.warning(
                "%s is listed in words nobody knows, and not counted: %s", name_of(each.ref), each.unknown_words
            )
    return tuple(sure)


async def without_waiting(session: SiteSession, listed: Sequence[Booking], before: Before) -> tuple[Booking, ...]:
    """Of what a list shows as booked, what the timetable does not contradict: it may be a place on a waiting list.

    A class for whose list the site was asked has to be shown as ours by both, and by none in words that we don't know;
    one that was unclear, by the timetable too. Only what was not known before is asked about, each calendar and day
    once, and once more where the timetable contradicts.
    """
    new = [each for each in listed if not _is_known(before.held, each)]
    waiting = [each for each in new if _is_known(before.unmarked, each)]
    doubtful = [each for each in new if each not in waiting]
    for number in range(WITNESSES):
        if doubtful:
            await asyncio.sleep(session.access.read_back.ask_timetable_again[0] if number else 0.0)
        read = schedules.asked_once(session)
        shown = [(each, await status_of(session, each.ref, read=read)) for each in doubtful]
        doubtful = [each for each, status in shown if not _is_place(each, before, status)]
    for each in (*waiting, *doubtful):
        log.warning("%s is listed, but it may be a place on a waiting list: not counted", name_of(each.ref))
    return tuple(each for each in listed if each not in waiting and each not in doubtful)


def _is_place(listed: Booking, before: Before, status: SlotStatus | None) -> bool:
    """Whether a block that was not known before is a place, by what the timetable shows, and not on a waiting list."""
    if _is_known(before.waited_for, listed):
        return status is SlotStatus.BOOKED and not listed.unknown_words
    if _is_known(before.unclear, listed):
        return status is SlotStatus.BOOKED
    return status in (None, SlotStatus.BOOKED)


def _is_known(known: Sequence[ClassRef], booking: Booking) -> bool:
    """Whether a booking is of a class that was known before."""
    return any(wish.matches(booking.ref) for wish in known)


def _unclear(wish: ClassRef, block: Booking) -> str:
    return f"{name_of(wish)} is listed, but not simply as ours: {quote(block.unknown_words)}"

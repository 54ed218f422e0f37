"""The database's side of a handler: what is read of an action before, and the journal that is kept of it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from actions.shared_readings import SHARED_FOR
from database import Database
from domain.house_rules import HouseRules
from domain.job import Job
from domain.model import PREPARE, Action, ActionType, Booking, ClassRef, Clock, HeldBooking, Slot, WatchMode
from domain.readings import Before

RACED_FROM = PREPARE + timedelta(minutes=1)  # before an opening
CLOCKS_APART = timedelta(hours=1)  # so long after an opening by our clock it may still be to come by the site's


class Recording:
    """The journal of one claimed action. See actions/journal.py."""

    def __init__(self, db: Database, action: Action, clock: Clock) -> None:
        self._db = db
        self._action = action
        self._clock = clock

    async def begin_to_act(self) -> None:
        await self._db.claims.begin_to_act(self._action)

    async def is_wanted(self) -> bool:
        return await self._db.claims.is_wanted(self._action)

    async def still_ours(self) -> None:
        await self._db.claims.refuse_if_lost(self._action)

    async def requests_sent(self) -> Mapping[int, int]:
        if self._action.opens_at is None:
            return {}
        return await self._db.openings.spent(self._action.user_id, self._action.opens_at)

    async def note_requests(self, more: int) -> None:
        await self._db.openings.note_spent(self._action.id, more)

    async def replaced(self) -> HeldBooking | None:
        if self._action.replaces_row_id is None:
            return None
        return await self._db.bookings.find(self._action.replaces_row_id, self._action.user_id)

    async def giving_up(self) -> None:
        await self._db.claims.giving_up(self._action)

    async def gave_up(self, class_ref: ClassRef) -> None:
        await self._db.claims.gave_up(self._action, class_ref)

    async def took_back(self, booking: Booking) -> None:
        await self._db.claims.took_back(self._action, booking)

    async def pressing(self) -> None:
        await self._db.claims.pressing(self._action)

    async def known(self) -> Before:
        return await self._db.readings.before(self._action.user_id, self._clock())

    async def read_mine_soon(self) -> None:
        await self._db.requests.read_bookings_soon(self._action.user_id)

    async def note_full(self, class_ref: ClassRef) -> None:
        await self._db.catalogue.note_full(class_ref, self._clock())

    async def note_free(self, slot: Slot) -> None:
        await self._db.catalogue.note_free(slot, self._clock() - SHARED_FOR)


async def read_job(db: Database, action: Action, rules: HouseRules, now: datetime) -> Job:
    """What the handler of an action has to know, all of it read before the site is asked."""
    if action.wish is None:
        named = tuple(await db.bookings.named(action.booking_id or "", action.user_id))
        return Job(action, rules, named=named)
    held = tuple(await db.bookings.held(action.user_id, action.wish.day))
    if action.type is ActionType.CANCEL:
        named = tuple(await db.bookings.named(action.booking_id or "", action.user_id))
        return Job(action, rules, held=held, named=named)
    alternatives = tuple(await db.choices.alternatives(action.id))
    opens = action.opens_at or rules.opening.opens_at(action.wish.day, action.wish.start)
    may_race = action.watch is not WatchMode.TELL and opens - RACED_FROM <= now < opens + CLOCKS_APART
    days = dict.fromkeys([action.wish.day, *(each.day for each in alternatives)]) if may_race else ()
    return Job(
        action,
        rules,
        alternatives,
        held,
        expected=tuple([slot for day in days for slot in await db.catalogue.expected_on(day)]),
        rank=await db.openings.rank(action.id, opens) if may_race else (0, 1),
        awaited=await db.catalogue.awaited(action.wish) if action.rehearse_at is not None else None,
        report=await db.openings.report(action.id),
    )

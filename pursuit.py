"""How a place is pursued: rehearsed, raced for at its opening, booked at once, or watched; with what else would do.

Used by perform.py for every book action. What is got is settled here; why not is raised.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import booking
from database import Database
from model import (
    PREPARE,
    Action,
    BookingRefused,
    ClassStarted,
    Clock,
    NotOpenYet,
    OpeningReport,
    OpeningRule,
    Overlap,
    SiteError,
    SlotFull,
    SlotNotFound,
    SlotStatus,
    WatchMode,
    Wish,
    starts_at,
)
from portal.session import SiteSession
from race import Race, ServerClock, Won

LOOK_EVERY = (60.0, 120.0)  # s between two looks of a watch: about as often as a person would reload, never in step
CLAIMED_EARLY = timedelta(seconds=1)  # a claim this much before its time is in time
ANOTHER_MAY_DO = (SlotFull, SlotNotFound, Overlap, ClassStarted)

log = logging.getLogger(__name__)


class Pursuit:
    """Pursues book actions; all of a process share the server's clock and take turns at logging in."""

    def __init__(self, db: Database, rule: OpeningRule, clock: Clock) -> None:
        self._db = db
        self._rule = rule
        self._clock = clock
        self._server = ServerClock(clock)
        self._logins = asyncio.Lock()
        self._racing = 0

    async def pursue(self, action: Action, session: SiteSession) -> None:
        """Does what is due for a book action now, and settles it unless it raises why it could not be done."""
        wish, now = action.wish, self._clock()
        opens = action.opens_at or self._rule.opens_at(wish.day)
        if now >= starts_at(wish.day, wish.start, self._rule.zone):
            raise ClassStarted("the class has begun")
        wishes = [wish, *await self._db.queue.alternatives(action.id)]
        if action.rehearse_at is not None and now < opens - PREPARE:
            await self._rehearse(action, session, wishes, opens)
        elif now < opens - PREPARE - CLAIMED_EARLY:
            await self._db.queue.postpone(action, opens - PREPARE, opens)
        elif now < opens:
            await self._race(action, session, wishes, opens)
        elif action.watch is not None:
            await self._watch(action, session, wish, action.watch)
        else:
            await self._book_now(action, session, wishes, opens)

    async def _rehearse(self, action: Action, session: SiteSession, wishes: Sequence[Wish], opens: datetime) -> None:
        """Everything but the booking: a real login with its one-time code, the slot, what we hold already."""
        try:
            async with self._logins:
                await session.renew()
            mine = await booking.my_bookings(session)
            if booking.held_among(mine, wishes[0]) is None:
                booking.refuse_if_overlapping(mine, await booking.find_slot(session, wishes[0]))
            outcome = "ok"
        except SiteError as error:
            log.warning("  rehearsal of %s: %s", action.id, error)
            outcome = error.kind
        await self._db.queue.rehearsed(action, opens - PREPARE, outcome)

    async def _race(self, action: Action, session: SiteSession, wishes: Sequence[Wish], opens: datetime) -> None:
        self._racing += 1
        try:
            race = Race(session, wishes, opens, self._server, lambda: self._racing)
            won = await race.run(self._logins)
        finally:
            self._racing -= 1
        await self._settle(action, won)

    async def _book_now(self, action: Action, session: SiteSession, wishes: Sequence[Wish], opens: datetime) -> None:
        """The wish, else the first of its alternatives that can be had. Raises why the wish could not."""
        refusals: list[BookingRefused] = []
        for choice, wish in enumerate(wishes):
            try:
                booked = await booking.book(session, wish, opens if choice == 0 else self._rule.opens_at(wish.day))
            except ANOTHER_MAY_DO as refused:
                refusals.append(refused)
                continue
            report = self._late_opening(action, opens)
            await self._settle(action, Won(booked, choice, report, "; ".join(map(str, refusals))))
            return
        raise refusals[0]

    def _late_opening(self, action: Action, opens: datetime) -> OpeningReport | None:
        """A slot that was "not open yet" past its time opened later than the rule says: worth keeping."""
        if action.error_kind != NotOpenYet.__name__:
            return None
        return OpeningReport(opens, seen=(self._clock() - opens).total_seconds())

    async def _watch(self, action: Action, session: SiteSession, wish: Wish, mode: WatchMode) -> None:
        """Looks whether a place has freed; books it, or tells. Raises SlotFull once the watch is over."""
        if action.watch_until is not None and self._clock() >= action.watch_until:
            raise SlotFull("nobody gave a place back in time")
        slot = await booking.find_slot(session, wish)
        if slot.status is not SlotStatus.AVAILABLE and not slot.places:
            await self._look_again(action)
        elif mode is WatchMode.TELL:
            await self._db.queue.complete_watch(action, "a place is free")
        else:
            try:
                booked = await booking.book(session, wish)
            except SlotFull:
                await self._look_again(action)  # somebody was quicker
                return
            await self._settle(action, Won(booked, 0, None))

    async def _look_again(self, action: Action) -> None:
        pause = random.uniform(*LOOK_EVERY)  # noqa: S311 - so that watches don't come in step
        await self._db.queue.look_again(action, self._clock() + timedelta(seconds=pause))

    async def _settle(self, action: Action, won: Won) -> None:
        booked = won.booked
        await self._db.queue.complete_book(
            action, booked.booking, f"seen in my bookings ({booked.way})", won.report, won.choice, won.why_not_first
        )

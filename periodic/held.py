"""The places that are held: those on trial are asked about, the others reminded of while they can be given back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.due_dates import HeldDate, was_awake
from domain.model import starts_at
from periodic.tick import Tick

JUST_TOLD = timedelta(minutes=15)  # who has just heard that it is booked need not be reminded of it yet

log = logging.getLogger(__name__)


class HeldPlaces:
    def __init__(self, tick: Tick) -> None:
        self._tick = tick
        self._db = tick.db
        self._clock = tick.clock
        self._recurrence = tick.recurrence

    async def ask(self) -> Iterable[datetime]:
        """Asks about the places that are held on trial. Returns when it asks about the others."""
        last = self._recurrence.last_held_day(self._clock())
        held = await self._db.due_dates.held_unasked(self._tick.first_day, last)
        return [self._recurrence.keep_asked_at(await self._keep(each)) for each in held]

    async def _keep(self, each: HeldDate) -> datetime:
        """Deals with one place that is held on trial; returns when its class begins."""
        now, booking = self._clock(), each.held.booking
        starts = starts_at(booking.day, booking.start, self._tick.zone)
        in_time = self._recurrence.keep_until(starts)
        if now < self._recurrence.keep_asked_at(starts) or await self._said_yes_late(each):
            return starts
        if now < starts:
            log.info("→ Periodic booking %s: the person is asked whether to keep %s", each.periodic.id, booking.day)
            await self._db.keeping.ask(each.periodic, each.held, starts, in_time if now < in_time else starts)
        elif not was_awake(self._tick.memory, starts):
            await self._db.keeping.miss(each.periodic, booking.day)
        return starts

    async def _said_yes_late(self, each: HeldDate) -> bool:
        """Whether the person was asked whether to book it when it was time to ask whether it is kept, and said yes."""
        starts = self._recurrence.starts(each.periodic, each.held.booking.day)
        return await self._db.confirmations.confirmed_since(
            each.periodic, each.held.booking.day, self._recurrence.keep_asked_at(starts)
        )

    async def remind(self) -> Iterable[datetime]:
        """Reminds of what is held while it can be given back. Returns when it reminds of the rest."""
        now = self._clock()
        later = []
        first, last = self._recurrence.day_of(now), self._tick.last_reminded_day
        for held in await self._db.reminders.due(first, last, told=now - JUST_TOLD):
            starts = starts_at(held.booking.day, held.booking.start, self._tick.zone)
            moment = self._tick.recurrence_of(held.user_id).remind_at(starts)
            later.append(moment)
            if moment <= now < self._recurrence.free_until(starts) and await self._db.reminders.remind(held, now):
                log.info("→ Booking %s: the person is reminded of %s", held.id, held.booking.day)
        return later

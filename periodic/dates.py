"""The dates of what recurs about which nothing was done yet: booked, asked about, or told as missed."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from domain.due_dates import DueDate, was_awake
from domain.errors import TooManyWaiting
from domain.model import starts_at
from periodic.tick import Tick

log = logging.getLogger(__name__)


class Dates:
    def __init__(self, tick: Tick) -> None:
        self._tick = tick
        self._db = tick.db
        self._clock = tick.clock
        self._recurrence = tick.recurrence

    async def act(self) -> None:
        """Books, asks or tells for each date that is due."""
        for due in await self._db.due_dates.due(self._recurrence, self._tick.first_day):
            now = self._clock()
            if now >= self._recurrence.last_chance(due.periodic, due.day):
                await self._too_late(due)
            elif not due.on_holiday and now >= self._recurrence.due_at(due.periodic, due.day):
                await self._act(due)

    async def _too_late(self, due: DueDate) -> None:
        """A date we could not act on. One from before it was made, resumed or changed is no loss; nor a day off."""
        periodic, day = due.periodic, due.day
        last_chance = self._recurrence.last_chance(periodic, day)
        if due.on_holiday:
            await self._db.occurrences.pass_over(periodic, day)
        elif last_chance > periodic.since and not was_awake(self._tick.memory, last_chance):
            log.warning("! Periodic booking %s: the executor woke too late for %s", periodic.id, day)
            await self._db.occurrences.miss(periodic, day)

    async def _act(self, due: DueDate) -> None:
        periodic, day, now = due.periodic, due.day, self._clock()
        until = self._recurrence.question_until(periodic, day, now)
        if until is not None:
            if await self._db.confirmations.ask(periodic, day, self._recurrence.starts(periodic, day), until):
                log.info("→ Periodic booking %s: the person is asked about %s", periodic.id, day)
            return
        choices = await self._db.series.alternatives(periodic.id)
        booking = self._recurrence.booking(periodic, day, choices, now)
        try:
            action = await self._db.occurrences.queue(periodic, day, booking)
        except TooManyWaiting as full:
            log.warning("! Periodic booking %s: %s is left out, and told: %s", periodic.id, day, full)
            await self._db.occurrences.leave_out(periodic, day)
            return
        if action:
            log.info("→ Periodic booking %s: %s is queued as action %s", periodic.id, day, action.id)

    async def later(self) -> Iterable[datetime]:
        """When the next question or opening comes, and the next deadline."""
        now = self._clock()
        moments = [self._recurrence.next_opening(now)]
        for lead in await self._db.due_dates.leads(self._recurrence):
            following = await self._db.due_dates.next_class(self._recurrence.asks_until(now, lead))
            if following:
                moments.append(starts_at(*following, self._tick.zone) - lead)
        deadline = await self._db.confirmations.next_deadline()
        return [*moments, deadline] if deadline else moments

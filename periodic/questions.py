"""The questions that are open: answered by hand, not answered in time, put in by hand, or over because of a pause."""

from __future__ import annotations

import logging

from domain.errors import TooManyWaiting
from domain.recurrence import Confirmation, ConfirmationPurpose
from periodic.tick import Tick

log = logging.getLogger(__name__)


class Questions:
    def __init__(self, tick: Tick) -> None:
        self._db = tick.db
        self._clock = tick.clock
        self._recurrence = tick.recurrence

    async def act(self) -> None:
        """Does what each open question asks for now. What was changed by hand counts as much as a tap."""
        await self._paused_by_hand()
        await self._confirmed_by_hand()
        await self._unanswered()
        await self._asked_by_hand()

    async def _paused_by_hand(self) -> None:
        for periodic_id in await self._db.due_dates.paused_by_hand():
            log.info("  Periodic booking %s was paused by hand: its waiting actions are withdrawn", periodic_id)
            await self._db.occurrences.withdraw(periodic_id)

    async def _confirmed_by_hand(self) -> None:
        for confirmation in await self._db.confirmations.confirmed_by_hand():
            periodic = await self._db.series.find(confirmation.periodic_booking_id)
            if confirmation.purpose is ConfirmationPurpose.KEEP:
                await self._db.keeping.keep(confirmation)
            elif periodic is not None:
                day = self._recurrence.day_of(confirmation.scheduled_for)
                choices = await self._db.series.alternatives(periodic.id)
                booking = self._recurrence.booking(periodic, day, choices, self._clock())
                try:
                    await self._db.confirmations.confirm(confirmation, day, booking)
                except TooManyWaiting as full:
                    log.warning("  Confirmation %s stays open: %s", confirmation.id, full)

    async def _asked_by_hand(self) -> None:
        for confirmation_id in await self._db.confirmations.ask_what_was_put_in_by_hand():
            log.info("→ Confirmation %s was put in by hand: the person is asked", confirmation_id)

    async def _unanswered(self) -> None:
        for confirmation in await self._db.confirmations.unanswered():
            day = self._recurrence.day_of(confirmation.scheduled_for)
            periodic = await self._db.series.find(confirmation.periodic_booking_id)
            if confirmation.purpose is ConfirmationPurpose.KEEP and periodic and not periodic.active:
                await self._db.keeping.close(periodic.id)  # paused by hand: what is held stays
            elif confirmation.purpose is ConfirmationPurpose.KEEP:
                await self._not_kept(confirmation)
            elif await self._db.confirmations.expire(confirmation, day):
                log.info("! Confirmation %s was not answered: its date is skipped", confirmation.id)

    async def _not_kept(self, confirmation: Confirmation) -> None:
        """A held place nobody wanted to keep: given back while that costs nothing; later the person decides."""
        starts, now = confirmation.scheduled_for, self._clock()
        day = self._recurrence.day_of(starts)
        if now >= starts:
            await self._db.keeping.close_too_late(confirmation, day, tell=not confirmation.silence_keeps)
        elif now >= self._recurrence.free_until(starts):
            log.warning(
                "! Confirmation %s: the executor woke too late to give the place back for free", confirmation.id
            )
            await self._db.keeping.leave_open(confirmation)
        else:
            action = await self._db.keeping.expire(confirmation, day, self._recurrence.free_until(starts))
            log.info(
                "! Confirmation %s was not answered: action %s gives the place back",
                confirmation.id,
                action and action.id,
            )

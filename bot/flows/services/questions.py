"""The questions of periodic bookings: what each is about, and whether it was withdrawn."""

from __future__ import annotations

from bot.flows.services.house import House
from database import Database
from domain.model import ClassRef, HeldBooking
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
    OccurrenceState,
    PeriodicBooking,
    PeriodicMode,
)


class Questions:
    def __init__(self, db: Database, house: House) -> None:
        self._db = db
        self._house = house

    async def asked_about(
        self, confirmation_id: int, user_id: int
    ) -> tuple[Confirmation, PeriodicBooking, ClassRef] | None:
        """A person's question, its periodic booking, and the class it is about; None when it is not theirs."""
        confirmation = await self._db.confirmations.find(confirmation_id, user_id)
        if confirmation is None:
            return None
        periodic = await self._db.series.find(confirmation.periodic_booking_id)
        if periodic is None:
            return None
        held = await self.held_place(confirmation)
        return confirmation, periodic, held.booking.ref if held else self._class_of(confirmation, periodic)

    def _class_of(self, confirmation: Confirmation, periodic: PeriodicBooking) -> ClassRef:
        day = self._house.recurrence.day_of(confirmation.scheduled_for)
        return periodic.on(day)

    async def held_place(self, confirmation: Confirmation) -> HeldBooking | None:
        if confirmation.booking_row_id is None:
            return None
        return await self._db.bookings.find(confirmation.booking_row_id, confirmation.user_id)

    def binds_unexpectedly(self, periodic: PeriodicBooking, ref: ClassRef) -> bool:
        """Whether a place could no longer be cancelled for free, though the mode does not say so from the start."""
        by_its_mode = periodic.mode is PeriodicMode.ASK_FIRST and self._asks_late(periodic)
        return not by_its_mode and self._house.now() >= self._house.free_until(ref)

    def _asks_late(self, periodic: PeriodicBooking) -> bool:
        return self._house.ask_times(periodic.day_of_week, periodic.start, periodic.lead).binding

    async def was_withdrawn(self, confirmation: Confirmation, ref: ClassRef) -> bool:
        """Whether a question was closed without an answer, because its date was freed to be planned anew."""
        if confirmation.purpose is ConfirmationPurpose.KEEP or confirmation.outcome is not ConfirmationOutcome.SKIPPED:
            return False
        state = await self._db.occurrences.state_of(confirmation.periodic_booking_id, ref.day)
        return state is not OccurrenceState.SKIPPED

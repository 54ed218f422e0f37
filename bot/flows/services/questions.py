"""The questions of periodic bookings: what each is about, and whether it was withdrawn."""

from __future__ import annotations

from bot.flows.services.house import House
from bot.flows.services.own_events import OwnEvents
from bot.flows.services.slots import Slots
from bot.screens.page import Page
from bot.screens.questions import question
from database import Database
from domain.model import ClassRef, HeldBooking
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
    OccurrenceState,
    PeriodicBooking,
)


class Questions:
    def __init__(self, db: Database, house: House, slots: Slots, own_events: OwnEvents) -> None:
        self._db = db
        self._house = house
        self._slots = slots
        self._own_events = own_events

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
        return confirmation, periodic, self.class_of(confirmation, periodic, await self.held_place(confirmation))

    def class_of(self, confirmation: Confirmation, periodic: PeriodicBooking, held: HeldBooking | None) -> ClassRef:
        """The class that a question is about; `held`: the place that it asks about, if there is one."""
        if held is not None:
            return held.booking.ref
        return periodic.on(self._house.recurrence.day_of(confirmation.scheduled_for))

    async def held_place(self, confirmation: Confirmation) -> HeldBooking | None:
        if confirmation.booking_row_id is None:
            return None
        return await self._db.bookings.find(confirmation.booking_row_id, confirmation.user_id)

    async def page(self, confirmation: Confirmation, periodic: PeriodicBooking, ref: ClassRef) -> Page:
        """A question with its answers as buttons, or how it was answered."""
        opens = self._house.opening.opens_at(ref.day, ref.start)
        binding = self.is_binding(ref)
        books = confirmation.purpose is ConfirmationPurpose.BOOK
        clash = await self._slots.clash_of(confirmation.user_id, ref) if books else None
        own_events = await self._own_events.at(confirmation.user_id, ref) if books else ()
        return question(
            confirmation, periodic, ref, opens, self._house.when(), binding=binding, clash=clash, own_events=own_events
        )

    def is_binding(self, ref: ClassRef) -> bool:
        """Whether a place in that class could no longer be cancelled for free."""
        return self._house.now() >= self._house.free_until(ref)

    async def was_withdrawn(self, confirmation: Confirmation, ref: ClassRef) -> bool:
        """Whether a question was closed without an answer, because its date was freed to be planned anew."""
        if confirmation.purpose is ConfirmationPurpose.KEEP or confirmation.outcome is not ConfirmationOutcome.SKIPPED:
            return False
        state = await self._db.occurrences.state_of(confirmation.periodic_booking_id, ref.day)
        return state is not OccurrenceState.SKIPPED

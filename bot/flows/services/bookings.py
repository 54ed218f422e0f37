"""What a person holds, as the last reading of the site left it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.flows.services.house import House
from bot.screens.calendar_file import calendar_file
from bot.screens.page import File
from database import Database
from domain.matching import find_matching
from domain.model import Action, ActionType, HeldBooking
from domain.results import TOLD_AS_LOST


class Bookings:
    def __init__(self, db: Database, house: House) -> None:
        self._db = db
        self._house = house

    async def held(self, user_id: int) -> list[HeldBooking]:
        """The person's bookings whose class is not over."""
        held = await self._db.bookings.held(user_id, self._house.when().today)
        return [one for one in held if self._house.now() < self._end(one)]

    def _end(self, held: HeldBooking) -> datetime:
        return self._house.starts(held.booking.ref) + timedelta(minutes=held.booking.minutes or 60)

    async def calendar_file(self, held: HeldBooking) -> File:
        """The calendar file of a booking: its event while it is held, else the event's cancellation."""
        row = find_matching(await self._db.catalogue.slots_on(held.booking.day), held.ref)
        slot = row.slot if row else None
        return calendar_file(
            held,
            slot,
            self._house.opening.zone,
            self._house.recurrence.free_cancel,
            self._house.now(),
            self._house.club,
        )

    async def got_by(self, action: Action) -> HeldBooking | None:
        """The booking that an action made, as it is now, under the name the action was about."""
        if action.type is not ActionType.BOOK or not action.booking_id:
            return None
        held = await self._db.bookings.by_booking_id(action.booking_id, action.user_id, action.subject)
        if held is None or action.subject is None:
            return held
        called = held.booking.ref.named_as(action.subject)
        return replace(held, booking=replace(held.booking, course=called.course, course_type=called.course_type))

    async def file_of_what_is_over(self, held: HeldBooking | None) -> File | None:
        """The file that removes a booking from the calendar; None while the booking is held."""
        return await self.calendar_file(held) if held and held.status in TOLD_AS_LOST else None

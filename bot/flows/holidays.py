"""What the buttons of holidays lead to: the list, a first and a last day chosen from months of buttons."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.holidays import LONGEST, MONTHS_AHEAD
from bot.screens.page import Page, Words, chunk
from domain.errors import TooManyHolidays
from languages import _


class HolidaysFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self.routes: Routes = {
            Verb.DAYS_OFF: self.days_off, Verb.OFF_FROM: self.first_day, Verb.OFF_TO: self.last_day,
            Verb.OFF_ADD: self.add, Verb.OFF_DROP: self.drop,
        }  # fmt: skip

    async def days_off(self, tap: Tap) -> Page:
        return await self._list(tap.user_id, tap.id)

    async def _list(self, user_id: int, page: int = 0, note: Words = "") -> Page:
        """The page of holidays that are not over; `note` is a sentence above it."""
        today = self._house.when().today
        ahead = [one for one in await self._db.holidays.of(user_id) if one.last >= today]
        return screens.holidays.holidays_page(chunk(ahead, page), note)

    async def first_day(self, tap: Tap) -> Page:
        return screens.holidays.first_day_page(min(tap.id, MONTHS_AHEAD), self._house.when().today)

    async def last_day(self, tap: Tap) -> Page:
        first, month, today = tap.call.day, min(tap.call.numbers[1], MONTHS_AHEAD), self._house.when().today
        if first < today:
            return screens.holidays.first_day_page(0, today)
        return screens.holidays.last_day_page(first, month, today)

    async def add(self, tap: Tap) -> Page:
        """Adds the holiday; adding the same days again changes nothing."""
        (first, last), today = tap.call.days, self._house.when().today
        if last < first or first < today or last - first > LONGEST:
            return await self._list(tap.user_id, note=_("Questi giorni non vanno bene: sceglili di nuovo."))
        try:
            holiday = await self._db.holidays.add(tap.user_id, first, last)
        except TooManyHolidays:
            return await self._list(tap.user_id, note=screens.holidays.FULL)
        return await self._list(tap.user_id, note=screens.holidays.added_note(holiday))

    async def drop(self, tap: Tap) -> Page:
        dropped = await self._db.holidays.delete(tap.id, tap.user_id)
        note = _("Queste ferie non le trovo tra le tue.")
        if dropped:
            note = _("Tolte: quei giorni tornano in programma.")
        return await self._list(tap.user_id, note=note)

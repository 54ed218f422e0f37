"""A person's own calendar: named by a command, shown, taken away. Only rows are written; the executor reads it."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from languages import _
from safety.public_addresses import check_calendar_address


class OwnCalendarFlow:
    def __init__(self, services: Services) -> None:
        self._calendars = services.db.own_calendars
        self._house = services.house
        self.routes: Routes = {Verb.OWN_CALENDAR: self.calendar, Verb.FORGET_CALENDAR: self.forget}

    async def calendar(self, tap: Tap, note: str = "") -> Page:
        calendar = await self._calendars.find(tap.user_id)
        events = await self._calendars.count(tap.user_id)
        return screens.own_calendar.calendar_page(calendar, events, self._house.when(), note)

    async def name(self, tap: Tap, address: str) -> Page:
        """/calendario with an address, as somebody types it."""
        try:
            checked = check_calendar_address(address)
        except ValueError:
            return await self.calendar(tap, str(screens.own_calendar.NO_ADDRESS))
        await self._calendars.set(tap.user_id, checked)
        return await self.calendar(tap)

    async def forget(self, tap: Tap) -> Page:
        await self._calendars.remove(tap.user_id)
        return await self.calendar(tap, _("✅ Tolto: ho dimenticato l'indirizzo e i suoi impegni."))

"""A person's own calendar: named by a command, shown, taken away. Only rows are written; the executor reads it."""

from __future__ import annotations

import secrets

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from domain.own_calendars import OwnCalendar
from languages import _
from safety.public_addresses import Fault, NoCalendarAddress, check_calendar_address

FAULTS = {
    Fault.NO_ADDRESS: screens.own_calendar.NO_ADDRESS,
    Fault.PASSWORD: screens.own_calendar.PASSWORD,
    Fault.PORT: screens.own_calendar.PORT,
    Fault.NOT_PUBLIC: screens.own_calendar.NOT_PUBLIC,
}
"""What is said of an address that can't be read; one that is saved already stays."""
HIGHEST = 10**9  # of the numbers of questions, which are drawn: a button from before a restart answers none


class OwnCalendarFlow:
    def __init__(self, services: Services) -> None:
        self._calendars = services.db.own_calendars
        self._house = services.house
        self._asked: dict[int, tuple[int, str]] = {}  # by person: the question's number, and the address it is about
        self.routes: Routes = {
            Verb.OWN_CALENDAR: self.calendar,
            Verb.FORGET_CALENDAR: self.forget,
            Verb.REPLACE_CALENDAR: self.replace,
        }

    async def calendar(self, tap: Tap, note: str = "") -> Page:
        calendar = await self._calendars.find(tap.user_id)
        events = await self._calendars.count(tap.user_id)
        return screens.own_calendar.calendar_page(calendar, events, self._house.when(), note)

    async def name(self, tap: Tap, address: str) -> Page:
        """An address, sent alone or with /calendario: where it would take another one's place, that is asked first."""
        try:
            checked = check_calendar_address(address)
        except NoCalendarAddress as error:
            return await self.calendar(tap, str(FAULTS[error.fault]))
        saved = await self._calendars.find(tap.user_id)
        if saved is None or saved.address == checked:
            return await self._set(tap, checked)
        number = secrets.randbelow(HIGHEST)
        self._asked[tap.user_id] = (number, checked)
        return screens.own_calendar.ask_replace_page(saved, OwnCalendar(tap.user_id, checked), number)

    async def replace(self, tap: Tap) -> Page:
        """Yes to that question. The address was kept in memory only: it is a secret, and no button carries it."""
        number, address = self._asked.get(tap.user_id, (None, ""))
        if number is None or (number,) != tap.call.numbers:
            return await self.calendar(tap, str(screens.own_calendar.PASTE_AGAIN))
        return await self._set(tap, address)

    async def _set(self, tap: Tap, checked: str) -> Page:
        self._asked.pop(tap.user_id, None)
        await self._calendars.set(tap.user_id, checked)
        return await self.calendar(tap)

    async def forget(self, tap: Tap) -> Page:
        await self._calendars.remove(tap.user_id)
        return await self.calendar(tap, _("✅ Tolto: ho dimenticato l'indirizzo e i suoi impegni."))

"""A class that is shared: the link that is made for it, and the page it opens for whoever taps it."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.living import LivingPages
from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.screens.callbacks import Call, Verb
from bot.screens.page import NewMessage
from domain.model import ClassRef


class SharingFlow:
    def __init__(self, services: Services, living: LivingPages) -> None:
        self._db = services.db
        self._house = services.house
        self._slots = services.slots
        self._living = living
        self.routes: Routes = {Verb.SHARE: self.slot, Verb.SHARE_HELD: self.held}

    async def slot(self, tap: Tap) -> Response:
        row = await self._db.catalogue.slot(tap.id)
        return await self._share(tap, row.ref) if row else screens.booking.gone_page()

    async def held(self, tap: Tap) -> Response:
        held = await self._db.bookings.find(tap.id, tap.user_id)
        return await self._share(tap, held.ref) if held else screens.held.gone_page()

    async def _share(self, tap: Tap, ref: ClassRef) -> Response:
        if self._house.has_begun(ref):
            return screens.sharing.begun(ref, self._house.when())
        number = await self._db.sharing.number_of(ref, self._house.starts(ref))
        link = screens.sharing.link_to(tap.bot_name, number)
        return NewMessage(screens.sharing.to_forward(ref, link, self._house.when()))

    async def opened(self, tap: Tap, number: str) -> Response | None:
        """The page of the class that a link is about, as things stand now for who tapped it; None for another link."""
        ref = await self._db.sharing.find(number)
        if ref is None:
            return None
        if self._house.has_begun(ref):
            return screens.sharing.begun(ref, self._house.when())
        rows = await self._slots.on_day(tap.user_id, ref.day)
        found = next((row for row in rows if row.slot.ref.matches(ref)), None)
        if found is None:
            return screens.sharing.vanished(ref, self._house.when())
        return await self._living.led_to(replace(tap, call=Call(Verb.SLOT, (found.id,))))

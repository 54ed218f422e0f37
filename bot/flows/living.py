"""Keeps lists of places alive: has old ones read again, quietly, and makes them anew once that is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.flows.services import Services
from bot.flows.tap import Response, Routes, Tap
from bot.screens.callbacks import Call, Forged, Verb, unpack
from bot.screens.living import Reading, aged, living
from bot.screens.page import Page

OLD = timedelta(minutes=2)  # places older than this are read again when somebody looks at them

OF_ALL_DAYS = (Verb.NEW, Verb.ALT_DAYS, Verb.SWAP_DAYS, Verb.HOURS)
OF_A_DAY = (
    Verb.DAY, Verb.SLOTS, Verb.ALT_DAY, Verb.ALT_SLOTS, Verb.SWAP_DAY, Verb.SWAP_SLOTS, Verb.HOURS_DAY,
)  # fmt: skip
OF_A_SLOT = (Verb.SLOT, Verb.SLOT_FROM, Verb.SWAP_SLOT)
LIVING = (Verb.COURSE, *OF_ALL_DAYS, *OF_A_DAY, *OF_A_SLOT)


class LivingPages:
    """`routes`: what makes the pages anew. A page is the answer to a tap, or stands in a message already."""

    def __init__(self, services: Services, routes: Routes) -> None:
        self._db = services.db
        self._notes = services.notes
        self._house = services.house
        self._routes = routes

    async def led_to(self, tap: Tap) -> Response:
        """What a tap leads to; a list of places with its age, and being read again if it is old or was asked to."""
        response = await self.plain(tap)
        if not isinstance(response, Page) or tap.call.verb not in LIVING or response.card_of is not None:
            return response
        read_at = await self._read_at(tap.call)
        if read_at is None:  # there is nothing yet that could be old: who shows that has it read
            return response
        begins = await self._begins(tap.call, read_at)
        just_read = tap.call.reread and begins is None
        return living(response, tap.call, Reading(read_at, begins, just_read), self._house.when())

    async def go(self, tap: Tap, verb: Verb, *numbers: int) -> Response:
        """The page that a button would have led to."""
        return await self.led_to(replace(tap, call=Call(verb, numbers)))

    async def plain(self, tap: Tap) -> Response:
        """What a tap leads to, to be shown as a part of something else."""
        return await self._routes[tap.call.verb](tap)

    async def of_words(self, page: Page) -> Page:
        """A list of places that a message led to: with its age. Old places are read again for whoever looks next."""
        read_at = await self._db.catalogue.read_at()
        if read_at is None:
            return page
        if self._house.now() - read_at > OLD:
            await self._notes.reading_begins()
        return aged(page, read_at, self._house.when())

    async def anew(self, user_id: int, message_id: int) -> Page | None:
        """What a message shows, as it is now; None when it does not show a list of places any more."""
        try:
            call = unpack(await self._notes.page_of(user_id, message_id))
        except Forged:  # none, or of another version
            return None
        if call.verb not in LIVING:
            return None
        response = await self.plain(Tap(user_id, "", call, message_id))
        if not isinstance(response, Page) or response.card_of is not None:
            return None
        begins = await self._db.quiet_readings.under_way()
        return living(response, call, Reading(await self._read_at(call), begins, begins is None), self._house.when())

    def shown(self, user_id: int, message_id: int, page: Page | None) -> None:
        """Notes what a message shows from now on, beside the answer."""
        self._notes.shown(user_id, message_id, page)

    async def _begins(self, call: Call, read_at: datetime) -> datetime | None:
        """From when on the places are read again, which is asked for beside the answer; None when they are not."""
        if not call.reread and self._house.now() - read_at <= OLD:
            return await self._db.quiet_readings.under_way()
        return await self._notes.reading_begins()

    async def _read_at(self, call: Call) -> datetime | None:
        """When the places that a page shows were read; None when they never were."""
        day: date | None = None
        if call.verb in OF_A_DAY:
            day = call.day
        elif call.verb in OF_A_SLOT:
            row = await self._db.catalogue.slot(call.numbers[0])
            day = row.slot.day if row else None
        known = {} if day is None else {one.day: one.read_at for one in await self._db.catalogue.days(day)}
        return known.get(day) if day in known else await self._db.catalogue.read_at()

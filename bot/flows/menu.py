"""The main menu, and the page of help."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.flows.usual import Usual
from bot.screens.callbacks import Verb
from bot.screens.menu import Overview
from bot.screens.page import Page
from runtime.version import FULL_NAME


class MenuFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._accounts = services.accounts
        self._bookings = services.bookings
        self._requests = services.requests
        self._notes = services.notes
        self._usual = Usual(services)
        self.routes: Routes = {Verb.HOME: self.home, Verb.HELP: self.help, Verb.LEAVE_ALL: self.leave_all}

    async def home(self, tap: Tap) -> Page:
        """The menu. If no timetable was ever read, its reading is queued."""
        known = await self._db.catalogue.read_at() is not None
        if not known:
            self._notes.want_reading()
        bookings, live = await self._bookings.held(tap.user_id), await self._requests.live_classes(tap.user_id)
        overview = Overview(
            name=tap.name,
            next_booking=bookings[0] if bookings else None,
            live=live,
            timetable_known=known,
            stop=await self._accounts.stop(tap.user_id),
            pause=await self._accounts.pause(tap.user_id),
            usual=await self._usual.cards(tap.user_id, bookings, live),
        )
        return screens.menu.home(overview, self._house.when())

    async def help(self, tap: Tap) -> Page:
        return screens.menu.help_page(FULL_NAME, keeper=self._house.is_kept_by(tap.user_id))

    async def leave_all(self, tap: Tap) -> Page:
        """Under a question about words that were not clear: nothing was to be done."""
        return screens.doubts.left_page()

"""/dimenticami: everything about a person goes, after they were asked."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.leaving import About
from bot.screens.page import Page
from domain.errors import StillActing


class LeavingFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._bookings = services.bookings
        self._directory = services.directory
        self._leaving = services.leaving
        self.routes: Routes = {Verb.ASK_FORGET: self.ask, Verb.FORGET: self.forget}

    async def ask(self, tap: Tap) -> Page:
        if self._house.is_kept_by(tap.user_id):
            return screens.leaving.owners()
        about = About(
            waiting=await self._db.guests.waiting(tap.user_id),
            held=len(await self._bookings.held(tap.user_id)),
            friends=len(await self._db.agreements.of(tap.user_id)),
            configured=self._directory.is_configured(tap.user_id),
            backups=await self._leaving.backups(),
        )
        return screens.leaving.ask(about)

    async def forget(self, tap: Tap) -> Page:
        """Forgets who taps. The owner stays, as long as the configuration names them."""
        if self._house.is_kept_by(tap.user_id):
            return screens.leaving.owners()
        configured = self._directory.is_configured(tap.user_id)
        try:
            gone = await self._leaving.forget(tap.user_id, by_themselves=True)
        except StillActing:
            return screens.menu.notice_page(screens.guests.acting())
        return screens.leaving.done(gone, configured=configured, backups=await self._leaving.backups())

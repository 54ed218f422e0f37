"""What the buttons of the week's picture lead to: the picture, light or dark."""

from __future__ import annotations

from dataclasses import replace

from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import NewMessage


class WeekFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._weeks = services.weeks
        self.routes: Routes = {Verb.WEEK: self.week, Verb.WEEK_LOOK: self.look}

    async def week(self, tap: Tap) -> NewMessage:
        return await self._weeks.message(tap.user_id)

    async def look(self, tap: Tap) -> NewMessage:
        prefers = await self._db.preferences.find(tap.user_id)
        await self._db.preferences.set(tap.user_id, replace(prefers, dark=bool(tap.id)))
        return await self._weeks.message(tap.user_id)

"""The taps on the rules of the house. Everybody may read the rules; only the owner changes them."""

from __future__ import annotations

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from languages import _


class RulesFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self.routes: Routes = {
            Verb.RULES: self.rules,
            Verb.SET_RULE: self.take_over,
            Verb.LEAVE_RULE: self.leave,
        }

    async def rules(self, tap: Tap) -> Page:
        return await self._page(tap)

    async def take_over(self, tap: Tap) -> Page:
        """Puts an observed rule in force for every program, until config.json changes or the owner reverts it."""
        return await self._answer(tap, take_over=True)

    async def leave(self, tap: Tap) -> Page:
        return await self._answer(tap, take_over=False)

    async def _answer(self, tap: Tap, *, take_over: bool) -> Page:
        if not self._house.is_kept_by(tap.user_id):
            return screens.rules.friends_page(self._house.rules)
        seen = await self._db.rules.answer(tap.id, self._house.configured, take_over=take_over)
        await self._house.learn_rules()
        if seen is None:
            return await self._page(tap)
        rule, value = screens.rules.NAMES[seen.rule], screens.rules.told(seen.rule, self._house.rules.value(seen.rule))
        note = _("Resta come dice config.json. {rule}: {value}.", rule=rule, value=value)
        if take_over:
            note = _("✅ Impostato. {rule}: {value}.", rule=rule, value=value)
        return await self._page(tap, note)

    async def _page(self, tap: Tap, note: str = "") -> Page:
        if not self._house.is_kept_by(tap.user_id):
            return screens.rules.friends_page(self._house.rules)
        return screens.rules.rules_page(self._house.rules, await self._db.rules.told(), note)

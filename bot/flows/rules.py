"""What the buttons of the rules of the house lead to. Everybody reads them; only the owner changes them."""

from __future__ import annotations

from bot.flows.desk import Desk, Handlers, Tap
from bot.screens import rules as screens_rules
from bot.screens.callbacks import Verb
from bot.screens.page import Page


class RulesAnswers:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.handlers: Handlers = {
            Verb.RULES: self.rules,
            Verb.SET_RULE: self.take_over,
            Verb.LEAVE_RULE: self.leave,
        }

    async def rules(self, tap: Tap) -> Page:
        return await self._page(tap)

    async def take_over(self, tap: Tap) -> Page:
        """From now on, for every program, until config.json says something else or it is taken back."""
        return await self._answer(tap, take_over=True)

    async def leave(self, tap: Tap) -> Page:
        return await self._answer(tap, take_over=False)

    async def _answer(self, tap: Tap, *, take_over: bool) -> Page:
        if not self._is_owner(tap):
            return screens_rules.friends_page(self._desk.house)
        seen = await self._desk.db.rules.answer(tap.id, self._desk.settings.house_rules, take_over=take_over)
        await self._desk.learn_rules()
        if seen is None:
            return await self._page(tap)
        now = screens_rules.told(seen.rule, self._desk.house.value(seen.rule))
        done = "✅ Impostato" if take_over else "Resta come dice config.json"
        return await self._page(tap, f"{done}. {screens_rules.NAMES[seen.rule]}: {now}.")

    async def _page(self, tap: Tap, note: str = "") -> Page:
        if not self._is_owner(tap):
            return screens_rules.friends_page(self._desk.house)
        return screens_rules.rules_page(self._desk.house, await self._desk.db.rules.told(), note)

    def _is_owner(self, tap: Tap) -> bool:
        return tap.user_id == self._desk.settings.telegram.allowed_user_id

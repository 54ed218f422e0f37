"""Who has come with an invitation and not entered yet what they log in with: a language, help, and the way in."""

from __future__ import annotations

from dataclasses import replace

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.callbacks import Call, Verb
from bot.screens.page import Page
from domain.web import LINK_LASTS, LinkPurpose
from languages import speaking
from runtime.version import FULL_NAME


class DoorFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._directory = services.directory
        self._readers = services.readers
        self._house = services.house
        self.routes: Routes = {Verb.ACCESS: self.access, Verb.DOOR_LANGUAGE: self.choose_language}

    async def come_in(self, secret: str, user_id: int, name: str) -> bool:
        """Lets somebody in who brings an invitation. False for one that is none: then nothing is said."""
        guest = await self._db.guests.welcome(secret, user_id, name)
        await self._directory.refresh()
        return guest is not None

    async def answer(self, tap: Tap) -> Page:
        """All that is answered before the secrets are entered, whatever was asked; and to who is suspended."""
        guest = self._directory.guest(tap.user_id)
        if guest is None or guest.is_suspended:
            return screens.guests.suspended()
        match tap.call.verb:
            case Verb.ACCESS:
                return await self.access(tap)
            case Verb.DOOR_LANGUAGE:
                return await self.choose_language(tap)
            case Verb.HELP:
                return screens.menu.help_page(FULL_NAME, keeper=False)
        return screens.door.welcome(tap.name, self._house.when().site)

    async def access(self, tap: Tap) -> Page:
        """The link of a page in which a guest enters what they log in with; a new one each time."""
        if self._directory.is_configured(tap.user_id):
            return screens.door.configured()
        if (pages := self._house.account_pages) is None:
            return screens.door.no_page(tap.user_id, self._house.when())
        secret = await self._db.web_links.make(tap.user_id, LinkPurpose.ACCOUNT)
        minutes = round(LINK_LASTS.total_seconds() / 60)
        again = tap.user_id in self._directory
        return screens.door.enter_page(f"{pages}/{secret}", minutes, again=again)

    async def choose_language(self, tap: Tap) -> Page:
        if tap.id >= len(screens.door.LANGUAGES):
            return screens.door.welcome(tap.name, self._house.when().site)
        with speaking(await self._readers.choose(tap.user_id, screens.door.LANGUAGES[tap.id])):
            return await self.answer(replace(tap, call=Call(Verb.HOME)))

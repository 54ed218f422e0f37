"""Which flow answers what a person writes in a chat. Knows nothing of Telegram."""

from __future__ import annotations

import re

from bot import screens
from bot.flows.plain_words import PlainWordsFlow
from bot.flows.preferences import LANGUAGES
from bot.flows.router import Router
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.page import Page
from bot.understanding.tongue import tongue_of
from languages import spoken
from safety.public_addresses import looks_like_calendar

OWN_LINK = re.compile(r"(?:https?://)?(?:t|telegram)\.me/(?P<bot>\w+)\?start=(?P<number>[0-9]{1,40})", re.IGNORECASE)
ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class Conversation(Router):
    """A router that is written to, too. The pages in the browser have buttons only: what understands words, and the
    memory that it takes, is loaded for chats alone."""

    def __init__(self, services: Services) -> None:
        super().__init__(services)
        self._plain_words = PlainWordsFlow(services, self._alternatives, self._making, self.living)

    async def said(self, tap: Tap, text: str) -> Response:
        """The response to a message in plain words, after which the site is likely to be asked something."""
        if looks_like_calendar(text):
            return await self.name_calendar(tap, text)
        link = OWN_LINK.fullmatch(text.strip())
        if link and tap.bot_name and link["bot"].lower() == tap.bot_name.lower():
            return await self.shared(tap, link["number"])
        if ADDRESS.fullmatch(text.strip()):
            return self._plain_words.address()
        self._expect(tap.user_id)
        await self._services.house.learn_rules()
        return await self._in_either_language(tap, text, await self._plain_words.answer(tap, text))

    async def _in_either_language(self, tap: Tap, text: str, response: Response) -> Response:
        """The response, which offers its reader the language they wrote in while they have chosen none."""
        written = tongue_of(text)
        if written is None or written is spoken() or not isinstance(response, Page):
            return response
        reader = await self._services.db.people.reader(tap.user_id)
        if reader is None or reader.chosen is not None:
            return response
        return screens.preferences.in_other_language(response, written, LANGUAGES.index(written))

    async def odd(self, tap: Tap) -> Page:
        """The response to what can't be read: a sticker, a picture."""
        return self._plain_words.odd()

    async def unknown_command(self, tap: Tap) -> Page:
        """The response to a command that is none of ours."""
        return self._plain_words.unknown_command()

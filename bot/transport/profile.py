"""What Telegram itself shows of the bot: the commands of its menu and its description, in every language."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable

from telegram import Bot, BotCommandScopeChat
from telegram.error import TelegramError

from bot.screens import texts
from bot.transport.chat import checked, reason
from domain.club import Club
from domain.people import Reader
from languages import Language, speaking

OTHERS = Language.ENGLISH  # what Telegram shows people of a language for which nothing is registered
PATIENCE = 2.0  # s to connect, and for the answer: whoever stops the bot does not wait for this

log = logging.getLogger(__name__)


class Profile:
    """Registers commands and descriptions. Nothing depends on it: what Telegram refuses is only logged."""

    def __init__(self, bot: Bot, club: Club) -> None:
        self._bot = bot
        self._club = club
        self._shown: dict[int, Language] = {}  # the commands of the chats that have some of their own

    async def register(self, readers: Iterable[Reader], stop: asyncio.Event) -> None:
        """Registers everything for everybody, and for each who chose another language than their Telegram's.

        Once `stop` is set nothing more is registered.
        """
        for language in Language:
            code = None if language is OTHERS else language.value
            for what, register in (
                ("commands", self._commands),
                ("description", self._description),
                ("short description", self._short_description),
            ):
                if not stop.is_set():
                    with speaking(language):
                        await _tried(what, register(code))
        for reader in readers:
            if reader.chosen is not None and not stop.is_set():
                await self.follow(reader.user_id, reader.telegram, Language(reader.chosen))

    def _commands(self, code: str | None) -> Awaitable[bool]:
        return self._bot.set_my_commands(
            _commands(), language_code=code, connect_timeout=PATIENCE, read_timeout=PATIENCE
        )

    def _description(self, code: str | None) -> Awaitable[bool]:
        return self._bot.set_my_description(
            texts.ABOUT.filled(club=self._club.name),
            language_code=code,
            connect_timeout=PATIENCE,
            read_timeout=PATIENCE,
        )

    def _short_description(self, code: str | None) -> Awaitable[bool]:
        return self._bot.set_my_short_description(
            texts.ABOUT_IN_SHORT.filled(club=self._club.name),
            language_code=code,
            connect_timeout=PATIENCE,
            read_timeout=PATIENCE,
        )

    async def follow(self, user_id: int, code: str | None, language: Language) -> None:
        """Has a person's own chat show the commands in that language, where it would show others.

        `code`: the language of their Telegram, which goes by what is registered for everybody.
        """
        if self._shown.get(user_id, Language.of(code) or OTHERS) is language:
            return
        self._shown[user_id] = language  # tried once: a refusal now would be one at the next tap too
        with speaking(language):
            call = self._bot.set_my_commands(
                _commands(), scope=BotCommandScopeChat(user_id), connect_timeout=PATIENCE, read_timeout=PATIENCE
            )
            await _tried(f"commands for user {user_id}", call)


def _commands() -> list[tuple[str, str]]:
    return [(str(name), str(what)) for name, what in texts.COMMANDS]


async def _tried(what: str, call: Awaitable[bool]) -> bool:
    try:
        return await checked(call)
    except TelegramError as error:
        log.warning("The bot's %s could not be registered: %s", what, reason(error))
        return False

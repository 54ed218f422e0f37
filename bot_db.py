"""The Telegram bot: turns taps into rows and rows into messages. It never opens the site and never waits for it.

    python bot_db.py [--config PATH]

The only process that talks to Telegram. Everything it knows is in the database: stopping it loses nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application

import program
from bot import screens_programs
from bot.answers import Answers
from bot.chat import ChatLocks, send
from bot.delivery import Delivery
from bot.handlers import AnyApplication, Handlers
from bot.notices import Composer
from bot.polling import Polling, unless_stopped
from bot.texts import COMMANDS
from database import Database, open_database, people_of
from errors import ConfigError
from heart import Heart
from model import Clock, utc_now
from settings import Settings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 15.0  # Telegram takes a while for files
FIRST_PAUSE = 1.0  # s between attempts to reach Telegram, doubled up to
LONGEST_PAUSE = 30.0  # s

TOO_LOUD = (
    "telegram.ext.AIORateLimiter",  # tells every flood wait with a traceback
    "telegram.ext.ExtBot",  # tells updates that can't be read with all that is in them
    "telegram.request.BaseRequest",  # the same of any answer that is no JSON
)
"""Loggers of the library whose news delivery.py, chat.py and polling.py tell themselves: in a line, without texts."""
SILENT = logging.CRITICAL + 1

log = logging.getLogger(__name__)


def build(settings: Settings) -> AnyApplication:
    """The application, ready for its handlers."""
    address = settings.telegram.api_base_url
    for library in TOO_LOUD:
        logging.getLogger(library).setLevel(SILENT)
    return (
        Application.builder()
        .token(settings.telegram.bot_token.get_secret_value())
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .rate_limiter(AIORateLimiter())
        .updater(None)
        .connect_timeout(CONNECT_SECONDS)
        .read_timeout(ANSWER_SECONDS)
        .write_timeout(ANSWER_SECONDS)
        .media_write_timeout(ANSWER_SECONDS)
        .get_updates_connect_timeout(CONNECT_SECONDS)
        .get_updates_read_timeout(CONNECT_SECONDS)
        .job_queue(None)
        .build()
    )


async def reach_telegram(application: AnyApplication, stop: asyncio.Event) -> bool:
    """Says hello to Telegram, however long the network takes. False when told to stop before it was there.

    Raises ConfigError when Telegram does not know the token.
    """
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            await unless_stopped(stop, application.initialize())
        except InvalidToken as error:
            raise ConfigError(
                "the key 'telegram.bot_token' is refused by Telegram: copy it again from @BotFather "
                "(and check 'telegram.api_base_url' if you have set it)"
            ) from error
        except TelegramError as error:
            log.warning("Telegram can't be reached, trying again in %.0f s: %s", pause, error)
            await program.wait(stop, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return not stop.is_set()
    return False


async def register_commands(bot: Bot) -> None:
    """Fills the chat's command menu. Nothing depends on it."""
    try:
        await bot.set_my_commands(COMMANDS)
    except TelegramError as error:
        log.warning("the commands could not be registered: %s", error)


async def tell_damage(bot: Bot, owner: int) -> None:
    """The last word before all programs stop: without its database the bot has no outbox to say it through."""
    try:
        await send(bot, owner, screens_programs.damaged())
    except TelegramError as error:
        log.warning("the owner could not be told that the database is damaged: %s", error)


async def serve(settings: Settings, db: Database, stop: asyncio.Event, clock: Clock = utc_now) -> None:
    """The bot, until stop is set. Raises ConfigError when Telegram does not know the token."""
    chats = ChatLocks()
    answers = Answers(db, settings, clock)
    application = build(settings)
    handlers = Handlers(answers, frozenset(person.user_id for person in settings.people))
    handlers.install(application)
    delivery = Delivery(application.bot, db, Composer(db, answers), chats)
    try:
        async with Heart(db, "bot", lambda: delivery.moved, clock=clock).beating():
            if not await reach_telegram(application, stop):
                return
            log.info("the bot is up: @%s", application.bot.username)
            polling = Polling(application, chats, handlers.too_many, delivery.try_again)
            await asyncio.gather(register_commands(application.bot), polling.run(stop), delivery.run(stop))
        if db.connection.damage is not None:
            await tell_damage(application.bot, settings.telegram.allowed_user_id)
    finally:
        await application.shutdown()
    log.info("the bot has stopped")


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    async with open_database(settings.database, stop=stop) as db:
        await db.people.set(people_of(settings))
        await serve(settings, db, stop)
    return program.DONE


if __name__ == "__main__":
    sys.exit(program.run("bot", program.options("The Telegram bot."), main))

"""The Telegram bot: turns taps into rows and rows into messages. It never opens the site and never waits for it.

    python bot_db.py [--config PATH]

The only process that talks to Telegram. Everything it knows is in the database: stopping it loses nothing.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import ssl
import sys
from functools import cache

import httpx
from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application
from telegram.request import HTTPXRequest

from bot.flows.notices import Composer
from bot.flows.router import Router
from bot.flows.services import Services
from bot.screens import programs
from bot.screens.italian import When
from bot.screens.texts import COMMANDS
from bot.transport.alarm import DiskAlarm
from bot.transport.chat import ChatLocks, reason, send, understood, unless
from bot.transport.delivery import Delivery
from bot.transport.handlers import AnyApplication, UpdateHandlers
from bot.transport.polling import Polling
from database import Database, open_database
from domain.errors import ConfigError
from domain.model import Clock, utc_now
from runtime import program
from runtime.configured import people_of
from runtime.heartbeat import HeartbeatLoop
from runtime.settings import Settings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0  # an answer that takes longer counts as lost
FILE_SECONDS = 15.0  # Telegram takes a while for files
CONNECTIONS = 256  # for whatever is sent at once; the library's own number
FIRST_PAUSE = 1.0  # s between attempts to reach Telegram, doubled up to
LONGEST_PAUSE = 5.0  # s: whoever writes when Telegram is back shall not wait for us
TOLD_AFTER = (1, 10)  # failures to reach Telegram, one after the other, that are told
REFUSALS = ("Not Found", "Unauthorized")  # Telegram's own words for a token it does not know

TOO_LOUD = (
    "telegram.ext.AIORateLimiter",  # tells every flood wait with a traceback
    "telegram.ext.ExtBot",  # tells updates that can't be read with all that is in them
    "telegram.request.BaseRequest",  # the same of any answer that is no JSON
)
"""Loggers of the library whose news delivery.py, chat.py and polling.py tell themselves: in a line, without texts."""
SILENT = logging.CRITICAL + 1

log = logging.getLogger(__name__)


@cache
def trusted() -> ssl.SSLContext:
    """The authorities whose word for Telegram's certificate is taken. Reading them is most of the time that building
    takes, so both connections share them."""
    return httpx.create_ssl_context()


def build(settings: Settings) -> AnyApplication:
    """The application, ready for its handlers."""
    address = settings.telegram.api_base_url
    for library in TOO_LOUD:
        logging.getLogger(library).setLevel(SILENT)
    calls = HTTPXRequest(
        connection_pool_size=CONNECTIONS,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=ANSWER_SECONDS,
        write_timeout=ANSWER_SECONDS,
        media_write_timeout=FILE_SECONDS,
        httpx_kwargs={"verify": trusted()},
    )
    updates = HTTPXRequest(
        connection_pool_size=1,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=CONNECT_SECONDS,
        httpx_kwargs={"verify": trusted()},
    )
    return (
        Application.builder()
        .token(settings.telegram.bot_token.get_secret_value())
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        .rate_limiter(AIORateLimiter())
        .updater(None)
        .request(calls)
        .get_updates_request(updates)
        .job_queue(None)
        .build()
    )


async def reach_telegram(application: AnyApplication, stop: asyncio.Event) -> bool:
    """Says hello to Telegram, however long the network takes. False when told to stop before it was there.

    Raises ConfigError when Telegram itself does not know the token. Whatever else answers in its place (a hotel's
    log-in page, another service) may be gone in a moment, and the other programs need no Telegram.
    """
    pause, failures = FIRST_PAUSE, 0
    while not stop.is_set():
        try:
            await unless(stop, understood(application.initialize()))
        except TelegramError as error:
            if isinstance(error, InvalidToken) and str(error.__cause__) in REFUSALS:
                raise ConfigError(
                    "the key 'telegram.bot_token' is refused by Telegram: copy it again from @BotFather "
                    "(and check 'telegram.api_base_url' if you have set it)"
                ) from error
            failures += 1
            _tell_failure(application, error, failures)
            await program.wait(stop, pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        else:
            return not stop.is_set()
    return False


def _tell_failure(application: AnyApplication, error: TelegramError, failures: int) -> None:
    level = logging.WARNING if failures in TOLD_AFTER else logging.DEBUG
    server = application.bot.base_url.partition("/bot")[0]
    what = "what answers there is not Telegram" if isinstance(error, InvalidToken) else reason(error)
    log.log(level, "Telegram can't be reached at %s, trying again until it can: %s", server, what)


async def register_commands(bot: Bot) -> None:
    """Fills the chat's command menu. Nothing depends on it."""
    try:
        await understood(bot.set_my_commands(COMMANDS))
    except TelegramError as error:
        log.warning("the commands could not be registered: %s", reason(error))


async def tell_damage(bot: Bot, owner: int, when: When) -> None:
    """The last word before all programs stop: without its database the bot has no outbox to say it through."""
    try:
        await send(bot, owner, programs.damaged(when))
    except TelegramError as error:
        log.warning("the owner could not be told that the database is damaged: %s", reason(error))


async def serve(settings: Settings, db: Database, stop: asyncio.Event, clock: Clock = utc_now) -> None:
    """The bot, until stop is set. Raises ConfigError when Telegram does not know the token."""
    chats = ChatLocks()
    services = Services(db, settings, clock)
    application = build(settings)
    delivery = Delivery(application.bot, db, Composer(services), chats)
    people = frozenset(person.user_id for person in settings.people)
    handlers = UpdateHandlers(Router(services), people, delivery.heard_from)
    handlers.install(application)
    try:
        async with HeartbeatLoop(db.heartbeats, "bot", lambda: delivery.last_progress, clock=clock).running():
            if not await reach_telegram(application, stop):
                return
            log.info("the bot is up: @%s", application.bot.username)
            polling = Polling(application, chats, handlers.too_many, delivery.try_again)
            alarm = DiskAlarm(application.bot, settings.telegram.allowed_user_id, db)
            await asyncio.gather(
                register_commands(application.bot), polling.run(stop), delivery.run(stop), alarm.run(stop)
            )
        if db.connection.damage is not None:
            await tell_damage(application.bot, settings.telegram.allowed_user_id, services.house.when())
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

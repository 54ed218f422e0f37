"""The connection to Telegram: builds the application and reaches the server."""

from __future__ import annotations

import asyncio
import logging
import ssl
from dataclasses import dataclass
from functools import cache

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, Application, Defaults
from telegram.request import HTTPXRequest

from bot.screens.page import Page
from bot.transport.chat import checked, reason, send, unless
from bot.transport.handlers import AnyApplication
from domain.errors import ConfigError
from runtime import program
from runtime.settings import Settings

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 10.0  # an answer that takes longer counts as lost
FILE_SECONDS = 15.0  # Telegram takes a while for files
CONNECTIONS = 256  # for whatever is sent at once; the library's own number
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


@dataclass(frozen=True, slots=True)
class Pauses:
    """How long the bot waits between attempts to reach Telegram, in seconds."""

    first: float = 1.0  # doubled up to
    longest: float = 5.0  # whoever writes when Telegram is back shall not wait for the bot


PAUSES = Pauses()


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
        .defaults(Defaults(link_preview_options=LinkPreviewOptions(is_disabled=True)))
        .updater(None)
        .request(calls)
        .get_updates_request(updates)
        .job_queue(None)
        .build()
    )


async def reach_telegram(application: AnyApplication, stop: asyncio.Event, pauses: Pauses = PAUSES) -> bool:
    """Connects to Telegram, however long the network takes. False when told to stop before it could be reached.

    Raises ConfigError when Telegram itself does not know the token. Whatever else answers in its place (a hotel's
    log-in page, another service) may be gone in a moment, and the other programs need no Telegram.
    """
    pause, failures = pauses.first, 0
    while not stop.is_set():
        try:
            await unless(stop, checked(application.initialize()))
        except TelegramError as error:
            if isinstance(error, InvalidToken) and str(error.__cause__) in REFUSALS:
                raise ConfigError(
                    "the key 'telegram.bot_token' is refused by Telegram: copy it again from @BotFather "
                    "(and check 'telegram.api_base_url' if you have set it)"
                ) from error
            failures += 1
            _log_failure(application, error, failures)
            await program.wait(stop, pause)
            pause = min(pause * 2, pauses.longest)
        else:
            return not stop.is_set()
    return False


def _log_failure(application: AnyApplication, error: TelegramError, failures: int) -> None:
    level = logging.WARNING if failures in TOLD_AFTER else logging.DEBUG
    server = application.bot.base_url.partition("/bot")[0]
    what = "what answers there is not Telegram" if isinstance(error, InvalidToken) else reason(error)
    log.log(level, "Telegram can't be reached at %s; trying again until it can: %s", server, what)


async def tell_damage(bot: Bot, owner: int, page: Page) -> None:
    """Tells the owner that the database is damaged, before all programs stop: the outbox can't be used then."""
    try:
        await send(bot, owner, page)
    except TelegramError as error:
        log.warning("The owner could not be told that the database is damaged: %s", reason(error))

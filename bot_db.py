"""The Telegram bot: turns taps into rows and rows into messages. It never opens the site and never waits for it.

    python bot_db.py [--config PATH]

The only process that talks to Telegram. Everything it knows is in the database: stopping it loses nothing.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import sys
from functools import partial

from bot.flows.conversation import Conversation
from bot.flows.notices import Composer
from bot.flows.plain_words import read_examples
from bot.flows.services import Services
from bot.pictures import statistics as statistics  # loaded now: no tap shall wait for it
from bot.pictures import week as week
from bot.screens import programs
from bot.transport.alarm import DiskAlarm
from bot.transport.application import build, reach_telegram, tell_damage
from bot.transport.chat import ChatLocks
from bot.transport.delivery import Delivery
from bot.transport.handlers import UpdateHandlers
from bot.transport.pauses import BOT_PAUSES, BotPauses
from bot.transport.polling import Polling
from bot.transport.profile import Profile
from database import Database, Duty, open_database
from domain.errors import DatabaseError
from domain.model import Clock, utc_now
from languages import speaking
from languages.terminal import _
from runtime import program
from runtime.configured import people_of
from runtime.heartbeat import HeartbeatLoop, waiting
from runtime.settings import Settings
from runtime.trusted_clock import clock_of

LAST_NOTES = 2.0  # s to finish, when the program stops, what is done beside the answers

log = logging.getLogger(__name__)


async def serve(
    settings: Settings, db: Database, stop: asyncio.Event, clock: Clock = utc_now, pauses: BotPauses = BOT_PAUSES
) -> None:
    """The bot, until stop is set. Raises ConfigError when Telegram does not know the token."""
    chats = ChatLocks()
    services = Services(db, settings, clock)
    application = build(settings)
    router = Conversation(services)
    directory = services.directory
    composer = Composer(services, router.living)
    delivery = Delivery(application.bot, db, composer, chats, pauses.delivery, directory.refresh)
    owner = settings.telegram.allowed_user_id
    profile = Profile(application.bot, settings.site.club)
    handlers = UpdateHandlers(
        router, directory, delivery.heard_from, profile, services.beside, pauses.retries, pauses.tap_within
    )
    handlers.install(application)
    await directory.refresh()
    try:
        async with HeartbeatLoop(db.heartbeats, "bot", lambda: delivery.last_progress, clock=clock).running():
            if not await reach_telegram(application, stop, pauses.connecting):
                return
            log.info("The bot is up: @%s", application.bot.username)
            services.beside.do(keep_name(db, application.bot.username))
            polling = Polling(application, chats, handlers.too_many, delivery.try_again, pauses.polling)
            alarm = DiskAlarm(
                application.bot, owner, db, settings.local_path.parent, services.readers.language, pauses.disk
            )
            readers = await services.readers.learn()
            runs = (run(stop) for run in (polling.run, delivery.run, alarm.run, read_examples))
            await asyncio.gather(profile.register(readers, stop), *runs)
        if db.connection.damage is not None:
            with speaking(services.readers.known(owner)):
                await tell_damage(application.bot, owner, programs.damaged(services.house.when()))
    finally:
        await services.beside.finish(LAST_NOTES)
        await application.shutdown()
        await application.bot.shutdown()  # the application leaves it open when it could not begin
    log.info("The bot has stopped")


async def keep_name(db: Database, username: str) -> None:
    """Keeps what the bot is called, for the links of the pages in the browser."""
    try:
        await db.bot_profile.learn(username)
    except DatabaseError as error:
        log.info("What the bot is called could not be written down; links of the pages need it: %s", error)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    clock = clock_of(settings)
    async with (
        open_database(settings.database, clock, stop, server_time=clock.server_time) as db,
        clock.kept(db.heartbeats.last_sign, stop),
    ):
        await db.people.set(people_of(settings))
        work = partial(serve, settings, db, clock=clock)
        await db.connection.on_duty(Duty.TELEGRAM, stop, work, waiting(db.heartbeats, "bot", clock))
    return program.DONE


if __name__ == "__main__":
    sys.exit(program.run("bot", lambda: program.options(_("The Telegram bot.")), main))

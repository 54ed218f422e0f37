"""Sends the alarms that are due, and ends: python -m alarms.deliver [--config PATH] [--now MOMENT].

Started by the executor, which tells it the time: the machine's clock may not be the one that is gone by.

A process of its own: Apprise and what makes the words are loaded only while there is something to send, and what hangs
can be killed. The rows say what was sent, so that it may be killed at any moment.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import logging
import os
import re
import sys

from alarms.apprise_channel import NotSent, send
from alarms.configured import channels_of
from bot.flows.living import LivingPages
from bot.flows.notices import Composer
from bot.flows.outgoing import NothingToTell
from bot.flows.services import Services
from bot.screens import programs
from bot.screens.page import Page
from database import Database, open_database
from domain.alarms import Alarm
from domain.errors import DatabaseError
from domain.model import Clock, Notice, NoticeKind, instant, utc_now
from domain.steady import going_on_from
from languages import _, speaking
from runtime import program
from runtime.settings import Settings

MOST = 50  # in one go
LOW = 10  # added to its niceness: whoever books comes first

log = logging.getLogger(__name__)


class Words:
    """What an alarm says: what the chat says, without its buttons."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._composer = Composer(services, LivingPages(services, {}))

    async def of(self, notice: Notice) -> tuple[str, str]:
        """Title and text. Raises NothingToTell."""
        page = await self._outage_of_the_bot(notice)
        if page is None:
            message = (await self._composer.compose(notice)).message
            if message is None:
                raise NothingToTell(f"notice {notice.id} says nothing new")
            page = message.page
        with speaking(await self._services.readers.language(notice.user_id)):
            in_chat = _("I pulsanti sono nella chat.")
        title, __, body = plain(page.text).partition("\n")
        return title, f"{body.strip()}\n\n{in_chat}".lstrip()

    async def _outage_of_the_bot(self, notice: Notice) -> Page | None:
        """The chat can't tell it: the program that writes there is the one that is down."""
        if notice.kind is not NoticeKind.PROGRAM_DOWN:
            return None
        outage = await self._services.db.heartbeats.outage(notice.outage_id or 0)
        if outage is None or outage.program != "bot" or outage.until is not None:
            return None
        with speaking(await self._services.readers.language(notice.user_id)):
            return programs.down(outage, self._services.house.when())


def plain(text: str) -> str:
    """The text of a page without its markup; what came from outside is escaped in it, so that every `<` is ours."""
    return html.unescape(re.sub(r"<[^<>]+>", "", text)).strip()


class Courier:
    def __init__(self, db: Database, settings: Settings, clock: Clock = utc_now) -> None:
        self._alarms = db.alarms
        self._words = Words(Services(db, settings, clock, only_looks=True))
        self._addresses = {each.channel.digest: each for each in channels_of(settings)}

    async def deliver(self) -> None:
        """Tries once each that is due; one that can't be made holds up no other."""
        for alarm in await self._alarms.due(MOST):
            try:
                await self._deliver(alarm)
            except DatabaseError:
                raise
            except Exception as error:
                log.exception("Unexpected error while alarm %s was sent", alarm.id)
                await self._alarms.failed(alarm, type(error).__name__)

    async def _deliver(self, alarm: Alarm) -> None:
        configured = self._addresses.get(alarm.digest)
        if configured is None:
            await self._alarms.dropped(alarm, "its channel is not in the configuration any more")
            return
        try:
            title, body = await self._words.of(alarm.notice)
        except NothingToTell as nothing:
            log.info("Alarm %s is not sent: %s", alarm.id, nothing)
            await self._alarms.dropped(alarm, str(nothing))
            return
        name = configured.channel.name
        try:
            await asyncio.to_thread(send, configured.address, title, body)
        except NotSent as why:
            log.warning("! Alarm %s could not be sent by %s: %s", alarm.id, name, why)
            await self._alarms.failed(alarm, str(why))
            return
        log.info("✓ Alarm %s is sent by %s: %s", alarm.id, name, alarm.notice.kind)
        await self._alarms.sent(alarm)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    os.nice(LOW)
    clock = going_on_from(arguments.now) if arguments.now else utc_now
    async with open_database(settings.database, clock, stop) as db:
        await Courier(db, settings, clock).deliver()
    return program.DONE


def options() -> argparse.ArgumentParser:
    """What may be asked of it at the terminal."""
    parser = program.options("Sends the alarms that are due.")
    parser.add_argument("--now", type=instant, metavar="MOMENT", help="the time, as the database writes it")
    return parser


if __name__ == "__main__":
    sys.exit(program.run("alarms", options, main))

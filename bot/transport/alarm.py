"""Tells the owner at once, past the outbox, that nothing can be written any more: a full or failing disk.

Run by bot_db.py beside polling and delivery. The outbox itself lies on that disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from pathlib import Path

from telegram import Bot
from telegram.error import TelegramError

from bot.screens import programs
from bot.screens.page import Page
from bot.transport.chat import reason, send
from database import Database
from runtime import program

LOOK_EVERY = 1.0  # s
LEAST_ROOM = 1024 * 1024  # bytes free; with less, the next transaction may not fit
CALM = 30.0  # s without trouble until it counts as over: a small write may fit now and then
LONGEST_PAUSE = 60.0  # s between tries to say it

log = logging.getLogger(__name__)


def room(folder: Path) -> int:
    """Bytes that this user may still write there."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


class DiskAlarm:
    """Looks until told to stop. Each trouble is told once, and once that it is over."""

    def __init__(self, bot: Bot, owner: int, db: Database) -> None:
        self._bot = bot
        self._owner = owner
        self._db = db
        self._told = False
        self._last_trouble = 0.0  # on the monotonic clock
        self._pause = LOOK_EVERY

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._look()
            await program.wait(stop, self._pause)

    async def _look(self) -> None:
        full, refused = await self._is_full(), self._db.connection.refused
        trouble = full or refused is not None
        if trouble:
            self._last_trouble = time.monotonic()
        over = self._told and not trouble and time.monotonic() - self._last_trouble > CALM
        if trouble and not self._told:
            log.error("nothing can be written: %s", refused or "the disk is full")
            self._told = await self._say(programs.disk_trouble(full=full or "full" in str(refused)))
        elif over:
            log.info("the disk can be written again")
            self._told = not await self._say(programs.disk_is_well())

    async def _is_full(self) -> bool:
        try:
            return await asyncio.to_thread(room, self._db.connection.path.parent) < LEAST_ROOM
        except OSError as error:
            log.debug("the room on the disk can't be told: %s", error)
            return False

    async def _say(self, page: Page) -> bool:
        """Whether Telegram took it; else it is said a little later."""
        try:
            await send(self._bot, self._owner, page)
        except TelegramError as error:
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            log.warning("the owner could not be told about the disk: %s", reason(error))
            return False
        self._pause = LOOK_EVERY
        return True

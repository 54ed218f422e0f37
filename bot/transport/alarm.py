"""Tells the owner directly, without the outbox, that the disk is full or can't be written.

Run by bot_db.py beside polling and delivery. The outbox itself lies on that disk.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from telegram import Bot
from telegram.error import TelegramError

from bot.screens import programs
from bot.screens.page import Page
from bot.transport.chat import reason, send
from database import Database
from languages import Language, speaking
from runtime import program

LEAST_SPACE = 1024 * 1024  # bytes free; with less, the next transaction may not fit

log = logging.getLogger(__name__)


def free_space(folder: Path) -> int:
    """Bytes that this user may still write there."""
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


@dataclass(frozen=True, slots=True)
class DiskCheck:
    """How the disk is checked; times in seconds."""

    poll_interval: float = 1.0
    calm: float = 30.0  # without a refused write until the alarm is over: a small write may fit now and then
    longest_pause: float = 60.0  # between tries to tell the owner
    free_space: Callable[[Path], int] = free_space


DISK_CHECK = DiskCheck()


class DiskAlarm:
    """Checks the disk until told to stop. Tells the owner once that it can't be written, and once that it can again."""

    def __init__(
        self,
        bot: Bot,
        owner: int,
        db: Database,
        folder: Path,
        language: Callable[[int], Awaitable[Language]],
        check: DiskCheck = DISK_CHECK,
    ) -> None:
        self._bot = bot
        self._owner = owner
        self._db = db
        self._folder = folder  # where the database is, or what is kept beside one on a server
        self._language = language
        self._check = check
        self._told = False
        self._last_trouble = 0.0  # on the monotonic clock
        self._pause = self._check.poll_interval

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self._look()
            await program.wait(stop, self._pause)

    async def _look(self) -> None:
        full, refused = await self._is_full(), self._db.connection.refused
        trouble = full or refused is not None
        if trouble:
            self._last_trouble = time.monotonic()
        over = self._told and not trouble and time.monotonic() - self._last_trouble > self._check.calm
        if trouble and not self._told:
            log.error("The database can't be written: %s", refused or "the disk is full")
            self._told = await self._say(partial(programs.disk_trouble, full=full or "full" in str(refused)))
        elif over:
            log.info("The disk can be written again")
            self._told = not await self._say(programs.disk_is_well)

    async def _is_full(self) -> bool:
        try:
            return await asyncio.to_thread(self._check.free_space, self._folder) < LEAST_SPACE
        except OSError as error:
            log.debug("The free space of the disk is not known: %s", error)
            return False

    async def _say(self, page: Callable[[], Page]) -> bool:
        """Whether Telegram took the message; if not, it is sent a little later."""
        try:
            with speaking(await self._language(self._owner)):
                await send(self._bot, self._owner, page())
        except TelegramError as error:
            self._pause = min(self._pause * 2, self._check.longest_pause)
            log.warning("The owner could not be told that the disk is in trouble: %s", reason(error))
            return False
        self._pause = self._check.poll_interval
        return True

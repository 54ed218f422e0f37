"""What messages show, and that places are to be read again: noted beside the answers, in order, and known at once."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from bot.flows.services.beside import Beside
from bot.screens.page import Page
from database import Database
from domain.errors import DatabaseError

AFTER_A_FAILURE = 1.0  # s until what could not be written is tried again

log = logging.getLogger(__name__)
Message = tuple[int, int]  # whose chat, and which message of it


class PageNotes:
    """One line of writes: a reading is queued before the pages that promise it are noted.

    What is not written yet is known here: of each message only the last thing shown counts.
    """

    def __init__(self, db: Database, beside: Beside) -> None:
        self._db = db
        self._beside = beside
        self._reading_wanted = False
        self._shown: dict[Message, Page | None] = {}
        self._is_writing = False

    async def reading_begins(self) -> datetime | None:
        """Has the timetable read again, quietly; from when on it is. None when nothing may be read."""
        begins = await self._db.quiet_readings.would_begin()
        if begins is not None:
            self.want_reading()
        return begins

    def want_reading(self) -> None:
        """Has the timetable read, quietly and once for all who want it."""
        self._reading_wanted = True
        self._write()

    def shown(self, user_id: int, message_id: int, page: Page | None) -> None:
        """Notes what a message shows from now on; None: nothing that is kept up to date."""
        message = (user_id, message_id)
        self._shown.pop(message, None)  # it comes last in the line
        self._shown[message] = page if page is not None and page.living is not None else None
        self._write()

    async def page_of(self, user_id: int, message_id: int) -> str | None:
        """What the message shows, as the callback data that leads to it; None when that is not kept up to date."""
        message = (user_id, message_id)
        if message not in self._shown:
            return await self._db.open_pages.page_of(user_id, message_id)
        page = self._shown[message]
        return page.living.data if page is not None and page.living is not None else None

    def _write(self) -> None:
        if not self._is_writing:
            self._is_writing = True
            self._beside.do(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._reading_wanted or self._shown:
                await self._try_to_write()
        finally:
            self._is_writing = False

    async def _try_to_write(self) -> None:
        try:
            if self._reading_wanted:
                await self._queue_reading()
            else:
                await self._note(next(iter(self._shown)))
        except DatabaseError as error:
            log.warning("What messages show can't be noted for now, they may not be kept up to date: %s", error)
            await asyncio.sleep(AFTER_A_FAILURE)

    async def _queue_reading(self) -> None:
        await self._db.quiet_readings.begin()
        self._reading_wanted = False

    async def _note(self, message: Message) -> None:
        page = self._shown[message]
        if page is None or page.living is None:
            await self._db.open_pages.forget(*message)
        else:
            await self._db.open_pages.keep(*message, page.living.data, waits=page.waits)
        if message in self._shown and self._shown[message] is page:
            del self._shown[message]


class NoNotes(PageNotes):
    """For who only looks: nothing is noted, and nothing read that is not being read anyway."""

    async def reading_begins(self) -> datetime | None:
        return await self._db.quiet_readings.under_way()

    def want_reading(self) -> None:
        """Nothing is read."""

    def shown(self, user_id: int, message_id: int, page: Page | None) -> None:
        """No message shows it."""

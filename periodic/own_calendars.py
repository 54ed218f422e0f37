"""People's own calendars, read once an hour beside the ticks: no date of a booking waits for somebody's server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda import Fetcher, Unread, read
from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from domain.own_calendars import OwnCalendar

log = logging.getLogger(__name__)


class OwnCalendarReadings:
    def __init__(self, db: Database, clock: Clock, zone: ZoneInfo, fetcher: Fetcher) -> None:
        self._db = db
        self._clock = clock
        self._zone = zone
        self._fetcher = fetcher
        self._task: asyncio.Task[None] | None = None

    async def act(self) -> Iterable[datetime]:
        """Begins to read what is due, unless readings are under way. Returns when the next is due."""
        if self._task is None or self._task.done():
            due = await self._db.own_calendars.due()
            self._task = asyncio.create_task(self._read_all(due), name="own calendars") if due else None
        next_at = await self._db.own_calendars.next_at()
        return [next_at] if next_at else []

    async def finish(self) -> None:
        """Waits for the readings that are under way."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Ends them: they are done again after the next start."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _read_all(self, due: list[OwnCalendar]) -> None:
        for calendar in due:
            try:
                await self._read(calendar)
            except DatabaseError as error:
                log.error("The calendar of user %s could not be stored: %s", calendar.user_id, error)
            except Exception:
                log.exception("Unexpected error while the calendar of user %s was read", calendar.user_id)

    async def _read(self, calendar: OwnCalendar) -> None:
        try:
            reading = await read(calendar, self._fetcher, self._clock(), self._zone)
        except Unread as error:
            log.info("The calendar of user %s could not be read: %s", calendar.user_id, error.trouble)
            await self._db.own_calendars.could_not_be_read(calendar, error.trouble)
            return
        await self._db.own_calendars.was_read(calendar, reading.events, reading.etag, reading.last_modified)
        log.info("✓ The calendar of user %s was read", calendar.user_id)

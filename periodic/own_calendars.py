"""People's own calendars, read once an hour beside the ticks: no date of a booking waits for somebody's server."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from agenda import Fetcher, Unread, read
from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from domain.own_calendars import OwnCalendar
from periodic.beside_ticks import BesideTicks

log = logging.getLogger(__name__)


class OwnCalendarReadings(BesideTicks):
    def __init__(self, db: Database, clock: Clock, zone: ZoneInfo, fetcher: Fetcher) -> None:
        super().__init__()
        self._db = db
        self._clock = clock
        self._zone = zone
        self._fetcher = fetcher

    async def act(self) -> Iterable[datetime]:
        """Begins to read what is due, unless readings are under way. Returns when the next is due."""
        if not self.is_under_way and (due := await self._db.own_calendars.due()):
            self.begin(self._read_all(due), "own calendars")
        next_at = await self._db.own_calendars.next_at()
        return [next_at] if next_at else []

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

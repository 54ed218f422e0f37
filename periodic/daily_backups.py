"""The daily backup, made beside the ticks at a quiet hour, looked at, and thinned out: no booking waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from datetime import datetime

from database import Database
from domain.backups import next_time, pause_of_backups
from domain.errors import DatabaseError
from domain.model import Clock
from periodic.beside_ticks import BesideTicks, held_up_until
from runtime.backups import make_backup, new_daily_backup, thin_out
from runtime.settings import Settings

log = logging.getLogger(__name__)


class DailyBackups(BesideTicks):
    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        super().__init__()
        self._db = db
        self._settings = settings
        self._clock = clock

    async def act(self) -> Iterable[datetime]:
        """Begins the backup if it is due and no opening is near. Returns when that is looked at again."""
        at = self._settings.backups.at
        if at is None or self.is_under_way:
            return []
        now, state = self._clock(), await self._db.daily_backups.state()
        due = state.due_at(now, at, self._settings.zone)
        if due != state.next_at:
            await self._db.daily_backups.plan(due)
        if due > now:
            return [due]
        if (again := await held_up_until(self._db)) is not None:
            return [again]
        self.begin(self._make(next_time(now, at, self._settings.zone)), "daily backup")
        return []

    async def _make(self, following: datetime) -> None:
        try:
            await self._make_or_note(following)
        except DatabaseError as error:
            log.error("What came of the daily backup could not be stored: %s", error)
        except Exception:
            log.exception("Unexpected error while the daily backup was made")

    async def _make_or_note(self, following: datetime) -> None:
        target = new_daily_backup(self._settings, self._clock)
        try:
            await make_backup(self._db.connection.backup, self._settings.local_path, target)
        except FileExistsError:
            log.info("The daily backup %s is there already", target)
        except (OSError, DatabaseError) as error:
            await self._failed((error.strerror if isinstance(error, OSError) else None) or str(error))
            return
        await self._db.daily_backups.made(following)
        log.info("✓ The daily backup %s is made, and sound", target)
        await self._thin_out()

    async def _failed(self, why: str) -> None:
        state = await self._db.daily_backups.state()
        again = self._clock() + pause_of_backups(state.failures + 1)
        log.warning("! The daily backup could not be made (%s): it is tried again at %s", why, again)
        await self._db.daily_backups.failed(why, again)

    async def _thin_out(self) -> None:
        try:
            gone = await asyncio.to_thread(thin_out, self._settings, self._clock())
        except OSError as error:
            log.warning("! An old backup could not be deleted: %s", error)
            return
        for path in gone:
            log.info("Deleted the old backup %s", path)

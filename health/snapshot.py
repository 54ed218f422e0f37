"""What the machine and everybody's rows look like at a moment."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from database import Database
from domain.backups import BackupState
from domain.errors import ConfigError
from domain.model import Clock, Role
from domain.oversight import AccountCounts, AwaitedOpening, OutboxState, QueueState
from domain.programs import Heartbeat, living
from domain.request_counts import RecentRequests
from runtime.backups import Copy, backups, files_like
from runtime.process_names import is_dead
from runtime.sealing_key import KeyRing
from runtime.settings import Settings

JUST_OPENED, TONIGHT = timedelta(hours=1), timedelta(hours=26)  # an opening of tomorrow at midnight is tonight's
MOST_OPENINGS = 1000
SURVEY_FILES = "survey-*.zip"  # those that were started from the page


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes, and what was made when."""

    free: int
    size: int
    database: int  # with its log; or on the server that it is on
    state: int  # sessions and evidence
    log: int | None  # None: there is no file
    backups: Sequence[Copy]
    surveys: Sequence[Copy]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Of everybody together; nothing in it is a secret."""

    now: datetime
    beats: Sequence[Heartbeat]
    living: Sequence[Heartbeat]  # those of processes that live
    queue: QueueState
    openings: Sequence[AwaitedOpening]  # whose classes open soon
    outbox: OutboxState
    accounts: AccountCounts
    requests: Sequence[RecentRequests]
    timetable_read_at: datetime | None
    executor_ticked_at: datetime | None
    writable: bool  # the last write was possible
    disk: Disk
    daily_backups: BackupState | None  # None: they are switched off
    owner_stopped: bool  # the owner may not be logged in: the timetable is not read then
    programs: tuple[str, ...]  # of which one process has to live
    sealed_logins: int  # of guests
    shut_logins: int  # of these, how many can't be opened


class Observatory:
    """Takes snapshots."""

    def __init__(self, db: Database, settings: Settings, clock: Clock) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock

    async def look(self) -> Snapshot:
        """The present state. Raises DatabaseError."""
        db, now = self._db, self._clock()
        beats = await db.heartbeats.all()
        sealed = [each.sealed for each in (await db.guests.changed_since(-1))[2] if each.sealed]
        return Snapshot(
            now=now,
            beats=beats,
            living=living(beats, now, is_dead),
            queue=await db.oversight.queue(),
            openings=await db.oversight.openings(JUST_OPENED, TONIGHT, MOST_OPENINGS),
            outbox=await db.oversight.outbox(),
            accounts=await db.oversight.account_counts(),
            requests=await db.request_counts.recent(),
            timetable_read_at=await db.catalogue.read_at(),
            executor_ticked_at=await db.oversight.executor_ticked_at(),
            writable=db.connection.refused is None,
            disk=await asyncio.to_thread(disk_of, self._settings, await db.connection.size()),
            owner_stopped=any(each.rejected for each in await db.people.all() if each.role is Role.OWNER),
            programs=self._settings.programs,
            sealed_logins=len(sealed),
            shut_logins=self._shut(sealed),
            daily_backups=await db.daily_backups.state() if self._settings.backups.at is not None else None,
        )

    def _shut(self, sealed: Sequence[bytes]) -> int:
        try:
            return KeyRing(self._settings.local_path).shut(sealed)
        except ConfigError:
            return len(sealed)


def disk_of(settings: Settings, database: int) -> Disk:
    """What there is on the disk, beside the database. It touches some hundred files: done beside the event loop."""
    usage = shutil.disk_usage(settings.local_path.parent)
    log_file = settings.log.file
    return Disk(
        free=usage.free,
        size=usage.total,
        database=database,
        state=sum(_size(path) for path in settings.state_dir.rglob("*")),
        log=_size(log_file) if log_file else None,
        backups=backups(settings),
        surveys=files_like(settings.survey_dir, SURVEY_FILES),
    )


def _size(path: Path) -> int:
    """Zero for what is gone meanwhile, and for folders."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0

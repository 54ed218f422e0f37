"""Tells the owner of a newer release, where they want that: a look at origin's tags once a day, beside the ticks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta

from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from domain.releases import number
from runtime.releases import NotKnown, Releases
from runtime.version import VERSION

LOOK_EVERY = timedelta(days=1)
BEFORE_OPENING, AFTER_OPENING = timedelta(minutes=15), timedelta(minutes=3)  # in which nothing is asked

log = logging.getLogger(__name__)


class NewReleases:
    """`releases`: None where the owner does not want to be told."""

    def __init__(self, db: Database, releases: Releases | None, clock: Clock) -> None:
        self._db = db
        self._releases = releases
        self._clock = clock
        self._task: asyncio.Task[None] | None = None

    async def act(self) -> Iterable[datetime]:
        """Begins a look if it is due and no opening is near. Returns when that is considered again."""
        if self._releases is None or (self._task is not None and not self._task.done()):
            return []
        now, next_at = self._clock(), (await self._db.release_watch.news()).next_at
        if next_at is not None and now < next_at <= now + LOOK_EVERY:
            return [next_at]
        near = await self._db.oversight.openings(AFTER_OPENING, BEFORE_OPENING, 1)
        if near:
            return [near[0].opens_at + AFTER_OPENING]
        await self._db.release_watch.plan(now + LOOK_EVERY)  # before: what never answers is not asked again and again
        self._task = asyncio.create_task(self._look(self._releases), name="look for a newer release")
        return [now + LOOK_EVERY]

    async def finish(self) -> None:
        """Waits for the look that is under way."""
        if self._task is not None:
            await self._task

    async def stop(self) -> None:
        """Leaves it: it is done tomorrow."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _look(self, releases: Releases) -> None:
        try:
            newest = await releases.newest()
            if newest is not None and number(newest) > number(VERSION):
                await self._db.release_watch.tell(newest, await releases.changes(newest))
                log.info("There is a newer release: %s", newest)
        except (NotKnown, OSError, DatabaseError) as error:
            log.info("Whether there is a newer release is not known (%s): it is looked for again tomorrow", error)
        except Exception:
            log.exception("Unexpected error while newer releases were looked for")

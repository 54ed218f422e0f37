"""Tells the owner of a newer release, where they want that: a look at origin's tags once a day, beside the ticks."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from domain.releases import number
from periodic.beside_ticks import BesideTicks, held_up_until
from runtime.releases import NotKnown, Releases
from runtime.version import VERSION

LOOK_EVERY = timedelta(days=1)

log = logging.getLogger(__name__)


class NewReleases(BesideTicks):
    """`releases`: None where the owner does not want to be told."""

    def __init__(self, db: Database, releases: Releases | None, clock: Clock) -> None:
        super().__init__()
        self._db = db
        self._releases = releases
        self._clock = clock

    async def act(self) -> Iterable[datetime]:
        """Begins a look if it is due and no opening is near. Returns when that is considered again."""
        if self._releases is None or self.is_under_way:
            return []
        now, next_at = self._clock(), (await self._db.release_watch.news()).next_at
        if next_at is not None and now < next_at <= now + LOOK_EVERY:
            return [next_at]
        if (again := await held_up_until(self._db)) is not None:
            return [again]
        await self._db.release_watch.plan(now + LOOK_EVERY)  # before: what never answers is not asked again and again
        self.begin(self._look(self._releases), "look for a newer release")
        return [now + LOOK_EVERY]

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

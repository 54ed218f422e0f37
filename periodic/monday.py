"""The picture of the week, on Monday mornings, for who wants it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, time, timedelta

from periodic.tick import Tick

SENT_AT, SENT_UNTIL = time(7, 30), time(12)  # later in the day it is no news any more
A_WEEK = timedelta(days=7)

log = logging.getLogger(__name__)


class MondayPictures:
    def __init__(self, tick: Tick) -> None:
        self._db = tick.db
        self._clock = tick.clock
        self._zone = tick.zone

    async def act(self) -> Iterable[datetime]:
        """Puts the pictures into the outbox when it is time. Returns when it is time next."""
        local = self._clock().astimezone(self._zone)
        monday = local.date() - timedelta(days=local.weekday())
        starts, ends = (datetime.combine(monday, at, self._zone) for at in (SENT_AT, SENT_UNTIL))
        if not starts <= local < ends:
            return [starts if local < starts else starts + A_WEEK]
        for user_id in await self._db.week_pictures.send(monday):
            log.info("→ User %s is sent the picture of the week", user_id)
        return [starts + A_WEEK]

"""release_news: when newer releases are looked for, and which one the owner was told of."""

from __future__ import annotations

import json
from datetime import datetime

from domain.model import Clock, NoticeKind, instant, stamp
from domain.releases import ReleaseNews
from store.connection import Connection, Transaction, in_transaction
from store.outbox import tell_owner


class ReleaseWatch:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def news(self) -> ReleaseNews:
        row = await self._db.row("SELECT * FROM release_news WHERE id = 1")
        if row is None:
            return ReleaseNews()
        next_at = instant(row["next_at"]) if row["next_at"] else None
        return ReleaseNews(next_at, row["version"], tuple(json.loads(row["changes"])))

    async def plan(self, next_at: datetime) -> None:
        """It is looked for then."""
        await self._db.write("UPDATE release_news SET next_at = :next WHERE id = 1", {"next": stamp(next_at)})

    @in_transaction
    def tell(self, tx: Transaction, version: str, changes: tuple[str, ...]) -> None:
        """Has the owner told of a version, once."""
        noted = tx.run(
            "UPDATE release_news SET version = :version, changes = :changes"
            " WHERE id = 1 AND coalesce(version, '') <> :version RETURNING id",
            {"version": version, "changes": json.dumps(changes)},
        )
        if noted:
            tell_owner(tx, NoticeKind.NEW_RELEASE)

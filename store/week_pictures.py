"""To whom the picture of the week is sent on Monday mornings. Columns of preferences."""

from __future__ import annotations

from datetime import date

from domain.model import Clock, NoticeKind
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice

WAITS = """week_mondays = 1 AND coalesce(week_sent, '') < :monday
    AND user_id IN (SELECT user_id FROM accounts WHERE active = 1)"""


class WeekPictures:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def send(self, monday: date) -> list[int]:
        """Puts the picture of that Monday's week into the outbox, once for each who wants it. Returns for whom.

        The write lock is taken only when there is somebody: this is asked at every tick of a Monday morning.
        """
        waits = await self._db.row(f"SELECT 1 FROM preferences WHERE {WAITS}", {"monday": monday.isoformat()})  # noqa: S608
        return await self._send(monday) if waits else []

    @in_transaction
    def _send(self, tx: Transaction, monday: date) -> list[int]:
        rows = tx.run(
            f"UPDATE preferences SET week_sent = :monday WHERE {WAITS} RETURNING user_id",  # noqa: S608 - a constant
            {"monday": monday.isoformat()},
        )
        for row in rows:
            add_notice(tx, row["user_id"], NoticeKind.WEEK)
        return [row["user_id"] for row in rows]

"""To whom the picture of the week is sent on Monday mornings. Columns of preferences."""

from __future__ import annotations

from datetime import date

from domain.model import Clock, NoticeKind
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice


class WeekPictures:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def send(self, tx: Transaction, monday: date) -> list[int]:
        """Puts the picture of that Monday's week into the outbox, once for each who wants it. Returns for whom."""
        rows = tx.run(
            """
            UPDATE preferences SET week_sent = :monday
            WHERE week_mondays = 1 AND coalesce(week_sent, '') < :monday
            AND user_id IN (SELECT user_id FROM accounts WHERE active = 1) RETURNING user_id
            """,
            {"monday": monday.isoformat()},
        )
        for row in rows:
            add_notice(tx, row["user_id"], NoticeKind.WEEK)
        return [row["user_id"] for row in rows]

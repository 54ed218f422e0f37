"""notices: what people should hear. Written beside the fact it tells, delivered by bot_db.py alone."""

from __future__ import annotations

import sqlite3

from model import Clock, Notice, NoticeKind, instant, stamp
from store.connection import Connection, Transaction


async def add_notice(
    tx: Transaction,
    user_id: int,
    kind: NoticeKind,
    *,
    action_id: int | None = None,
    booking_row_id: int | None = None,
    confirmation_id: int | None = None,
    occurrence_id: int | None = None,
    outage_id: int | None = None,
) -> None:
    """Puts a notice in the outbox, in the transaction of the fact it tells; none for who left the configuration."""
    await tx.run(
        """
        INSERT INTO notices (user_id, kind, action_id, booking_row_id, confirmation_id, occurrence_id, outage_id)
        SELECT :user_id, :kind, :action_id, :booking_row_id, :confirmation_id, :occurrence_id, :outage_id
        WHERE NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = :user_id AND active = 0)
        """,
        {
            "user_id": user_id,
            "kind": kind,
            "action_id": action_id,
            "booking_row_id": booking_row_id,
            "confirmation_id": confirmation_id,
            "occurrence_id": occurrence_id,
            "outage_id": outage_id,
        },
    )


def _notice(row: sqlite3.Row) -> Notice:
    return Notice(
        id=row["id"],
        user_id=row["user_id"],
        kind=NoticeKind(row["kind"]),
        action_id=row["action_id"],
        booking_row_id=row["booking_row_id"],
        confirmation_id=row["confirmation_id"],
        occurrence_id=row["occurrence_id"],
        created_at=instant(row["created_at"]),
        outage_id=row["outage_id"],
    )


class Outbox:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def next_of_each(self) -> list[Notice]:
        """The oldest unsent notice of every person: order holds within a chat, and no chat waits for another."""
        rows = await self._db.rows(
            """
            SELECT * FROM notices
            WHERE id IN (SELECT min(id) FROM notices WHERE sent_at IS NULL GROUP BY user_id)
            ORDER BY id
            """
        )
        for row in rows:
            if row["kind"] not in set(NoticeKind):
                await self.sent(row["id"], f"nobody knows a notice of kind {row['kind']}")
        return [_notice(row) for row in rows if row["kind"] in set(NoticeKind)]

    async def sent(self, notice_id: int, error: str | None = None) -> None:
        """Marks a notice delivered; with an error: given up for good (the person blocked the bot, the chat is gone)."""
        await self._db.write(
            "UPDATE notices SET sent_at = :now, attempts = attempts + 1, error = :error WHERE id = :id",
            {"now": stamp(self._clock()), "error": error, "id": notice_id},
        )

    async def failed(self, notice_id: int) -> int:
        """Counts a try that did not reach Telegram; the notice stays. Returns how many tries there were."""
        rows = await self._db.write(
            "UPDATE notices SET attempts = attempts + 1 WHERE id = :id RETURNING attempts", {"id": notice_id}
        )
        return int(rows[0]["attempts"]) if rows else 0

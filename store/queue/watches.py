"""booking_actions that watch a full class: what they do when a place frees, and when they look."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.model import Clock, NoticeKind, WatchMode, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice


class Watches:
    """Bookings that watch a full class."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def change(self, tx: Transaction, action_id: int, user_id: int, mode: WatchMode) -> bool:
        """Sets what the person's watch does when a place becomes free. False unless it is pending."""
        row = tx.row(
            """
            UPDATE booking_actions SET watch = :mode
            WHERE id = :id AND user_id = :user_id AND watch IS NOT NULL AND status = 'pending' RETURNING id
            """,
            {"id": action_id, "user_id": user_id, "mode": mode},
        )
        if row is not None:
            add_notice(tx, user_id, NoticeKind.PROGRESS, action_id=action_id)
        return row is not None

    async def set_notice(self, action_id: int, user_id: int, notice: timedelta | None, until: datetime) -> bool:
        """Sets how long before its class the person's watch ends, and when that is. False unless it is pending."""
        rows = await self._db.write(
            """
            UPDATE booking_actions SET notice_minutes = :notice, watch_until = :until
            WHERE id = :id AND user_id = :user_id AND watch IS NOT NULL AND status = 'pending' RETURNING id
            """,
            {
                "id": action_id,
                "user_id": user_id,
                "notice": round(notice / timedelta(minutes=1)) if notice else None,
                "until": stamp(until),
            },
        )
        return bool(rows)

    async def swap_for(self, action_id: int, user_id: int, row_id: int, free_until: datetime, until: datetime) -> bool:
        """Makes the person's watch book, and replace a booking that they hold. False unless it is pending.

        `free_until`: until when that one is given back without another question; `until`: when the watch ends.
        """
        rows = await self._db.write(
            """
            UPDATE booking_actions SET watch = 'book', replaces_row_id = :row, free_until = :free_until,
                watch_until = :until, took_back = 0
            WHERE id = :id AND user_id = :user_id AND watch IS NOT NULL AND status = 'pending' RETURNING id
            """,
            {"id": action_id, "user_id": user_id, "row": row_id}
            | {"free_until": stamp(free_until), "until": stamp(until)},
        )
        return bool(rows)

    async def end(self, action_id: int, user_id: int) -> bool:
        """Ends the person's watch after the check that a worker is making now."""
        rows = await self._db.write(
            """
            UPDATE booking_actions SET watch_until = :now
            WHERE id = :id AND user_id = :user_id AND watch IS NOT NULL AND status = 'processing' RETURNING id
            """,
            {"id": action_id, "user_id": user_id, "now": stamp(self._clock())},
        )
        return bool(rows)

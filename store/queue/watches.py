"""booking_actions that watch a full class: what they do when a place frees, and when they look."""

from __future__ import annotations

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

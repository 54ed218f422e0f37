"""backups: what is known of the daily ones; the owner hears when they fail, and when they work again."""

from __future__ import annotations

from datetime import datetime

from domain.backups import FAILURES_TOLD, BackupState
from domain.model import Clock, NoticeKind, instant, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import tell_owner


class DailyBackups:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def state(self) -> BackupState:
        row = await self._db.row("SELECT * FROM backups WHERE id = 1")
        if row is None:
            return BackupState()
        next_at, made_at, since = (
            instant(row[name]) if row[name] else None for name in ("next_at", "made_at", "failing_since")
        )
        return BackupState(next_at, made_at, row["failures"], since, row["error"])

    async def plan(self, next_at: datetime) -> None:
        """The next is due then."""
        await self._db.write("UPDATE backups SET next_at = :next WHERE id = 1", {"next": stamp(next_at)})

    @in_transaction
    def made(self, tx: Transaction, next_at: datetime) -> None:
        """One was made and is sound. Who was told that they fail is told that they work."""
        before = tx.row("SELECT failures FROM backups WHERE id = 1")
        tx.run(
            """
            UPDATE backups
            SET made_at = :now, next_at = :next, failures = 0, failing_since = NULL, error = NULL
            WHERE id = 1
            """,
            {"now": stamp(self._clock()), "next": stamp(next_at)},
        )
        if before and before["failures"] >= FAILURES_TOLD:
            tell_owner(tx, NoticeKind.BACKUPS_BACK)

    @in_transaction
    def failed(self, tx: Transaction, error: str, next_at: datetime) -> None:
        """One could not be made. The owner is told of the second failure running, and of no other."""
        [row] = tx.run(
            """
            UPDATE backups
            SET next_at = :next, failures = failures + 1, failing_since = coalesce(failing_since, :now), error = :error
            WHERE id = 1
            RETURNING failures
            """,
            {"now": stamp(self._clock()), "next": stamp(next_at), "error": error},
        )
        if row["failures"] == FAILURES_TOLD:
            tell_owner(tx, NoticeKind.BACKUPS_FAIL)

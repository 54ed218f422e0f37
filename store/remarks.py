"""login_remarks: what the pages of a login told. Part of store/people.py."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from domain.model import Clock, LoginRemark, NoticeKind, RemarkKind, instant, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice

NEWS_AGAIN = timedelta(days=30)  # what was not seen for so long is told again


class Remarks:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def note(self, tx: Transaction, user_id: int, remarks: Iterable[LoginRemark]) -> None:
        """Tells each that was not told before, or was not seen for long."""
        now = self._clock()
        for remark in remarks:
            values = {"user_id": user_id, "kind": remark.kind, "about": remark.about}
            known = tx.row(
                "SELECT seen_at FROM login_remarks WHERE user_id = :user_id AND kind = :kind AND about = :about",
                values,
            )
            (row,) = tx.run(
                """
                INSERT INTO login_remarks (user_id, kind, about, words, seen_at)
                VALUES (:user_id, :kind, :about, :words, :now)
                ON CONFLICT (user_id, kind, about) DO UPDATE SET words = :words, seen_at = :now RETURNING id
                """,
                values | {"words": remark.words, "now": stamp(now)},
            )
            if known is None or instant(known["seen_at"]) < now - NEWS_AGAIN:
                add_notice(tx, user_id, NoticeKind.LOGIN_REMARK, remark_id=row["id"])

    async def find(self, remark_id: int, user_id: int) -> LoginRemark | None:
        row = await self._db.row(
            "SELECT kind, words FROM login_remarks WHERE id = :id AND user_id = :user_id",
            {"id": remark_id, "user_id": user_id},
        )
        return LoginRemark(RemarkKind(row["kind"]), row["words"]) if row else None

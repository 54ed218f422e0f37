"""accounts whose person logs in by hand: when they last did, whom to tell that they have to, and what goes on once they
have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.errors import LoginNeeded
from domain.model import PREPARE, Clock, NoticeKind, instant, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice


@dataclass(frozen=True, slots=True)
class OpeningAhead:
    """When a class opens that the person has a queued booking for, and one such booking."""

    user_id: int
    action_id: int
    opens_at: datetime


class HandLogins:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def openings_ahead(self, user_id: int) -> list[OpeningAhead]:
        """The openings that the person's queued bookings wait for, the soonest first."""
        rows = await self._db.rows(
            """
            SELECT min(id) AS action_id, opens_at FROM booking_actions
            WHERE user_id = :user_id AND action_type = 'book' AND status IN ('pending', 'processing')
                AND opens_at > :now
            GROUP BY opens_at ORDER BY opens_at
            """,
            {"user_id": user_id, "now": stamp(self._clock())},
        )
        return [OpeningAhead(user_id, row["action_id"], instant(row["opens_at"])) for row in rows]

    @in_transaction
    def tell_login_due(self, tx: Transaction, opening: OpeningAhead, since: datetime) -> bool:
        """Tells a person who must log in by hand that an opening is near: once per opening, and not if told `since`."""
        values = {"action": opening.action_id, "user_id": opening.user_id, "opens_at": stamp(opening.opens_at),
                  "kind": NoticeKind.LOGIN_DUE, "since": stamp(since), "needed": LoginNeeded.__name__}  # fmt: skip
        due = tx.row(
            """
            SELECT 1 FROM accounts
            WHERE user_id = :user_id AND rejected = 1 AND rejected_kind = :needed
                AND coalesce(rejected_at, '') < :since
                AND NOT EXISTS (SELECT 1 FROM notices JOIN booking_actions ON booking_actions.id = action_id
                    WHERE notices.user_id = :user_id AND kind = :kind AND opens_at = :opens_at)
            """,
            values,
        )
        if due:
            add_notice(tx, opening.user_id, NoticeKind.LOGIN_DUE, action_id=opening.action_id)
        return due is not None


def note_entered(tx: Transaction, user_id: int, now: datetime, *, tell: bool) -> None:
    """Clears the rejection of an account whose person has logged in by hand, and resumes its actions.

    `tell`: whether the person hears of it. What was rehearsed in vain is rehearsed again.
    """
    values = {"user_id": user_id, "kind": LoginNeeded.__name__, "now": stamp(now), "prepared": stamp(now + PREPARE)}
    waited = tx.run(
        "UPDATE accounts SET rejected = 0 WHERE user_id = :user_id AND rejected = 1 AND rejected_kind = :kind"
        " RETURNING user_id",
        values,
    )
    if not waited:
        return
    if tell:
        add_notice(tx, user_id, NoticeKind.LOGIN_BACK)
    tx.run(
        """
        UPDATE booking_actions SET rehearsal = NULL, rehearse_at = :now, run_at = :now
        WHERE user_id = :user_id AND status = 'pending' AND status IN ('pending', 'processing')
            AND action_type = 'book' AND rehearsal = :kind AND opens_at > :prepared
        """,
        values,
    )
    tx.run(
        """
        UPDATE booking_actions SET run_at = :now
        WHERE user_id = :user_id AND status = 'pending' AND status IN ('pending', 'processing')
            AND error_kind = :kind AND run_at > :now AND (opens_at IS NULL OR opens_at <= :prepared)
        """,
        values,
    )

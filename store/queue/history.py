"""The routine work in booking_actions, checks and refreshes: when it was last done, how often it failed since, and
whether that was told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.model import Action, ActionType, stamp
from store.connection import Connection, Transaction
from store.row_reading import instant_or_none

A_DAY = timedelta(days=1)  # the site's date may be another than the one in UTC
SINCE_SUCCESS = """
    SELECT coalesce(max(completed_at), '') FROM booking_actions
    WHERE user_id = :user_id AND action_type IN ('check', 'refresh') AND status = 'completed'
"""
OF_ACCOUNT = "('OtpRejected', 'OtpError', 'Blocked')"  # whatever is tried next for this account meets the same
TURNED_AWAY = f"""
    SELECT count(*), max(completed_at) FROM booking_actions INDEXED BY routine_tries
    WHERE user_id = :user_id AND action_type IN ('check', 'refresh') AND created_at > ({SINCE_SUCCESS})
        AND status = 'failed' AND error_kind IN {OF_ACCOUNT}
"""  # noqa: S608 - constants of this file
LOOKED_THROUGH = 20  # a person's latest actions among which the failure that told the same may be
AN_HOUR = "1 / 24.0"  # in days, as julianday counts
TOLD_ALREADY = f"""
    SELECT 1 FROM booking_actions AS mine
    JOIN booking_actions AS other INDEXED BY routine_tries
        ON other.user_id = :user_id AND other.action_type IN ('check', 'refresh') AND other.id <> mine.id
        AND other.created_at > ({SINCE_SUCCESS} AND (action_type = mine.action_type OR mine.error_kind IN {OF_ACCOUNT}))
        AND other.status = 'failed' AND other.error_kind = mine.error_kind
        AND (other.action_type = mine.action_type OR mine.error_kind IN {OF_ACCOUNT})
    WHERE mine.id = :id AND mine.quiet = 1
    LIMIT 1
"""  # noqa: S608 - constants of this file

TOLD_BY_ANOTHER = f"""
    SELECT 1 FROM booking_actions AS mine
    JOIN (
        SELECT * FROM booking_actions WHERE user_id = :user_id AND quiet = 0 ORDER BY id DESC LIMIT {LOOKED_THROUGH}
    ) AS other ON other.status = 'failed' AND other.error_kind = mine.error_kind
        AND other.completed_at > ({SINCE_SUCCESS})
        AND julianday(mine.completed_at) - julianday(other.completed_at) < {AN_HOUR}
    WHERE mine.id = :id AND mine.quiet = 1
    LIMIT 1
"""  # noqa: S608 - constants of this file


class History:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def last_of(self, kind: ActionType, user_id: int) -> tuple[datetime | None, datetime | None]:
        """When a person's action of that kind was last completed, and when one was last put in the queue."""
        row = await self._db.row(
            """
            SELECT
                (SELECT max(completed_at) FROM booking_actions WHERE user_id = :user_id AND action_type = :type
                    AND action_type IN ('check', 'refresh') AND status = 'completed'),
                (SELECT max(created_at) FROM booking_actions WHERE user_id = :user_id AND action_type = :type
                    AND action_type IN ('check', 'refresh'))
            """,
            {"user_id": user_id, "type": kind},
        )
        done, tried = row or (None, None)
        return instant_or_none(done), instant_or_none(tried)

    async def last_change(self, user_id: int, now: datetime) -> datetime | None:
        """When a booking or a cancellation of a class to come was last completed for a person."""
        row = await self._db.row(
            """
            SELECT max(completed_at) FROM booking_actions INDEXED BY finished_by_class
            WHERE user_id = :user_id AND status = 'completed' AND status IN ('completed', 'failed', 'cancelled')
                AND action_type IN ('book', 'cancel') AND date IS NOT NULL AND date >= :today
            """,
            {"user_id": user_id, "today": (now - A_DAY).date().isoformat()},
        )
        return instant_or_none(row[0]) if row else None

    async def failures_of(self, kind: ActionType, user_id: int) -> int:
        """How often a person's action of that kind failed since it was last completed."""
        done, _ = await self.last_of(kind, user_id)
        row = await self._db.row(
            """
            SELECT count(*) FROM booking_actions INDEXED BY routine_tries
            WHERE user_id = :user_id AND action_type = :type AND action_type IN ('check', 'refresh')
                AND created_at > :done AND status = 'failed'
            """,
            {"user_id": user_id, "type": kind, "done": stamp(done) if done else ""},
        )
        return row[0] if row else 0

    async def turned_away(self, user_id: int) -> tuple[int, datetime | None]:
        """How often routine work failed for a reason of the account since the last success, and when it last did."""
        row = await self._db.row(TURNED_AWAY, {"user_id": user_id})
        times, last = row or (0, None)
        return times, instant_or_none(last)


def told_already(tx: Transaction, action: Action) -> bool:
    """Whether a failure of routine work need not be told: the same failure was told, and nothing has succeeded since.

    What a booking or cancelling failed with within the hour was told by that.
    """
    values = {"id": action.id, "user_id": action.user_id}
    return (tx.row(TOLD_ALREADY, values) or tx.row(TOLD_BY_ANOTHER, values)) is not None

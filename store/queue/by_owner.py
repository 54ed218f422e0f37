"""What the owner does with others' rows: withdraws, has tried now, lets an account rest. Each time its person is told.

The steps are those of the person's own taps; nothing is booked or cancelled for anybody who did not ask for it.
"""

from __future__ import annotations

from datetime import datetime

from domain.model import BY_OWNER, Action, ActionStatus, ActionType, Clock, NoticeKind, Pause, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.pauses import end_pause, let_wait
from store.queue.pairs import follow_up
from store.queue.rows import read_soon, to_action
from store.queue.withdrawing import withdraw
from store.row_reading import readable

ROUTINE = (ActionType.CHECK, ActionType.REFRESH)


class ByOwner:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def withdraw(self, tx: Transaction, action_id: int, owner_id: int) -> Action | None:
        """Withdraws anybody's action before it acts; None when it is not waiting any more. Its person is told."""
        user_id, now = _whose(tx, action_id), self._clock()
        row = withdraw(tx, action_id, user_id, now) if user_id is not None else None
        if row is None or user_id is None:
            return None
        follow_up(tx, [user_id], now)
        add_notice(tx, user_id, NoticeKind.PROGRESS, action_id=action_id)
        action = readable(to_action, row)
        if user_id != owner_id and action is not None and action.type not in ROUTINE:
            add_notice(tx, user_id, NoticeKind.OWNER_WITHDREW, action_id=action_id)
        return action

    @in_transaction
    def try_now(self, tx: Transaction, action_id: int) -> bool:
        """Makes an action due now that waits for another try; has a reading that failed done again.

        False for one that waits for its opening, is due already, or has ended: only its person can ask for that anew.
        """
        now = self._clock()
        waiting = tx.run(
            """
            UPDATE booking_actions SET run_at = :now
            WHERE id = :id AND status = 'pending' AND run_at > :now AND (opens_at IS NULL OR opens_at <= :now)
            RETURNING user_id
            """,
            {"id": action_id, "now": stamp(now)},
        )
        for row in waiting:
            add_notice(tx, row["user_id"], NoticeKind.PROGRESS, action_id=action_id)
        return bool(waiting) or _read_again(tx, action_id, now)

    @in_transaction
    def let_rest(self, tx: Transaction, user_id: int, until: datetime, owner_id: int) -> bool:
        """Has an account wait until then, except near an opening, unless it waits for longer already."""
        account = tx.row("SELECT * FROM accounts WHERE user_id = :user_id AND active = 1", {"user_id": user_id})
        if account is None or (account["paused_until"] or "") >= stamp(until):
            return False
        let_wait(tx, user_id, Pause(until, BY_OWNER, ""), self._clock())
        if user_id != owner_id:
            add_notice(tx, user_id, NoticeKind.ACCOUNT_WAITS)
        return True

    @in_transaction
    def end_rest(self, tx: Transaction, user_id: int, owner_id: int) -> bool:
        """Ends what an account waits for, whoever had it wait. A refused login stays refused: that is its person's."""
        now = self._clock()
        waits = tx.row(
            "SELECT 1 FROM accounts WHERE user_id = :user_id AND active = 1 AND paused_until > :now",
            {"user_id": user_id, "now": stamp(now)},
        )
        if waits is None:
            return False
        end_pause(tx, user_id, now)
        if user_id != owner_id:
            add_notice(tx, user_id, NoticeKind.OWNER_RESUMED)
        return True


def _whose(tx: Transaction, action_id: int) -> int | None:
    row = tx.row("SELECT user_id FROM booking_actions WHERE id = :id", {"id": action_id})
    return int(row["user_id"]) if row else None


def _read_again(tx: Transaction, action_id: int, now: datetime) -> bool:
    row = tx.row("SELECT * FROM booking_actions WHERE id = :id", {"id": action_id})
    action = readable(to_action, row)
    if action is None or action.type not in ROUTINE or action.status is not ActionStatus.FAILED:
        return False
    read_soon(tx, action.user_id, now, kind=action.type)
    return True

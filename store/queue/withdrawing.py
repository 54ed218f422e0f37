"""booking_actions: an action is withdrawn before it acts. A step of a transaction."""

from __future__ import annotations

from datetime import datetime

from domain.model import ActionType, stamp
from domain.unknown_outcome import leaves_unknown_outcome
from store.connection import Row, Transaction
from store.queue.choices import WAITS, last_call
from store.queue.rows import read_soon
from store.queue.swaps import ask_back


def withdraw(tx: Transaction, action_id: int, user_id: int, now: datetime) -> Row | None:
    """Withdraws the person's action before it acts; its row, or None when it is not theirs or not waiting any more.

    What waits for another try after one whose answer was lost may have been done: that is read next, and told.
    """
    row = tx.row(
        f"""
        UPDATE booking_actions SET status = 'cancelled', completed_at = :now, lease_until = NULL
        WHERE {WAITS} RETURNING *
        """,  # noqa: S608 - a constant
        {"id": action_id, "user_id": user_id, "now": stamp(now), "safe": last_call(now)},
    )
    about_a_class = row is not None and row["action_type"] in (ActionType.BOOK, ActionType.CANCEL)
    if row:
        ask_back(tx, action_id, now)
    if row and about_a_class and leaves_unknown_outcome(row["error_kind"], row["failures"]):
        read_soon(tx, user_id, now)
    return row

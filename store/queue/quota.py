"""How many bookings of a guest may wait at once: asked wherever one is put in the queue (rows.py)."""

from __future__ import annotations

from domain.errors import TooManyWaiting
from store.connection import Transaction

WAITING = """
    SELECT count(*) FROM booking_actions
    WHERE user_id = :user_id AND action_type = 'book' AND status IN ('pending', 'processing')
"""
FULL = f"SELECT most_waiting FROM guests WHERE user_id = :user_id AND most_waiting <= ({WAITING})"  # noqa: S608 - a constant


def refuse_too_many(tx: Transaction, user_id: int) -> None:
    """Raises TooManyWaiting when as many bookings and watches of the person wait as may. Only guests have a limit."""
    full = tx.row(FULL, {"user_id": user_id})
    if full is not None:
        raise TooManyWaiting(user_id, full["most_waiting"])

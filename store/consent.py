"""agreements: whether somebody may have places booked for somebody else now. A step of a transaction."""

from __future__ import annotations

from store.connection import Transaction

AGREED = """
    SELECT agreements.* FROM agreements JOIN accounts AS asker ON asker.user_id = asker_id AND asker.active = 1
    JOIN accounts AS friend ON friend.user_id = friend_id AND friend.active = 1
    WHERE accepted_at IS NOT NULL AND ended_by IS NULL
"""


def may_book_for(tx: Transaction, asker_id: int, friend_id: int) -> bool:
    """Whether the friend has agreed that this person books for them, and has not stopped it."""
    values = {"asker": asker_id, "friend": friend_id}
    return tx.row(f"{AGREED} AND asker_id = :asker AND friend_id = :friend", values) is not None  # noqa: S608 - a constant

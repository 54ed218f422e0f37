"""Takes a person out of every table. Steps of a transaction of store/guests.py."""

from __future__ import annotations

from datetime import datetime

from domain.errors import StillActing
from domain.guests import Forgotten
from domain.model import NoticeKind
from store.connection import Transaction
from store.departed import end_what_waits
from store.outbox import add_notice
from store.queue.pairs import UNDECIDED, follow_up

PEOPLE_COLUMNS = (
    "user_id", "asker_id", "friend_id", "winner_id", "withdrew_id", "ended_by", "about_user_id", "made_by",
)  # fmt: skip
"""Every column that holds a Telegram id has one of these names: tests/store/test_guests.py looks for others."""
ACTING = """
    SELECT 1 FROM booking_actions
    WHERE user_id = :user_id AND status = 'processing' AND action_type IN ('book', 'cancel')
"""
COUNTED = {
    "requests": "SELECT count(*) FROM booking_actions WHERE user_id = :user_id AND quiet = 0",
    "held": "SELECT count(*) FROM user_bookings WHERE user_id = :user_id",
    "recurring": "SELECT count(*) FROM periodic_bookings WHERE user_id = :user_id",
    "messages": "SELECT count(*) FROM notices WHERE user_id = :user_id",
}
FRIENDS = """
    SELECT CASE WHEN asker_id = :user_id THEN friend_id ELSE asker_id END AS id FROM agreements
    WHERE :user_id IN (asker_id, friend_id) AND accepted_at IS NOT NULL AND ended_by IS NULL
"""
SHARED = f"""
    SELECT CASE WHEN asker_id = :user_id THEN friend_id ELSE asker_id END AS id,
        CASE WHEN asker_id = :user_id THEN friend_action_id ELSE asker_action_id END AS action_id FROM pairs
    WHERE :user_id IN (asker_id, friend_id) AND {UNDECIDED}
"""  # noqa: S608 - a constant


def forget(tx: Transaction, user_id: int, now: datetime) -> Forgotten:
    """Ends what waits for the person, tells the friends they book with, and deletes every row that names them.

    Raises StillActing while a place is being booked or given back for them; then nothing has changed.
    """
    values = {"user_id": user_id}
    tx.overwrite_deleted()
    counts = {name: _number(tx, query, user_id) for name, query in COUNTED.items()}
    shared = {row["id"]: row["action_id"] for row in tx.run(SHARED, values)}
    friends = {row["id"]: None for row in tx.run(FRIENDS, values)} | shared
    tx.run("UPDATE accounts SET active = 0 WHERE user_id = :user_id", values)
    end_what_waits(tx, now)
    if tx.row(ACTING, values):
        raise StillActing(f"a place is being booked or given back for user {user_id} at this moment")
    follow_up(tx, [user_id], now)
    for friend, action in friends.items():
        add_notice(tx, friend, NoticeKind.FRIEND_LEFT, action_id=action)
    evidence = tx.run(
        "SELECT DISTINCT evidence FROM booking_actions WHERE user_id = :user_id AND evidence > ''", values
    )
    _delete_everywhere(tx, user_id)
    return Forgotten(**counts, evidence=tuple(row["evidence"] for row in evidence))


def _number(tx: Transaction, query: str, user_id: int) -> int:
    row = tx.row(query, {"user_id": user_id})
    return int(row[0]) if row else 0


def _delete_everywhere(tx: Transaction, user_id: int) -> None:
    """Deletes the rows of every table whose columns name the person: also of a table that was added yesterday."""
    for row in tx.columns():
        if row["column_name"] in PEOPLE_COLUMNS:
            query = f'DELETE FROM "{row["table_name"]}" WHERE "{row["column_name"]}" = :user_id'  # noqa: S608 - names of our own
            tx.run(query, {"user_id": user_id})

"""guests whose login has not succeeded yet with what they entered: who is told when it does."""

from __future__ import annotations

from datetime import datetime

from domain.model import NoticeKind, stamp
from store.connection import Transaction
from store.outbox import add_notice, tell_owner


def note_login(tx: Transaction, user_id: int, now: datetime) -> bool:
    """Tells a guest, once for each time they entered something, that it works; and the owner, the first time.

    A success proves nothing while a new login is still to be tried: it was made with the session from before.
    Returns whether the guest is told.
    """
    proved = tx.run(
        """
        UPDATE guests SET is_tried = 0
        WHERE user_id = :user_id AND is_tried = 1 AND suspended_at IS NULL
            AND EXISTS (SELECT 1 FROM accounts WHERE user_id = :user_id AND login_asked = 0)
        RETURNING entered_at
        """,
        {"user_id": user_id},
    )
    if not proved:
        return False
    add_notice(tx, user_id, NoticeKind.GUEST_ENTERED)
    if proved[0]["entered_at"] is None:
        tx.run("UPDATE guests SET entered_at = :now WHERE user_id = :user_id", {"user_id": user_id, "now": stamp(now)})
        tell_owner(tx, NoticeKind.GUEST, about=user_id)
    return True

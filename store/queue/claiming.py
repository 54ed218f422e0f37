"""booking_actions: which action is claimed next, in SQL: the fair order, who may have one more, and the claim itself.

Both engines go by the same pieces. SQLite claims with one statement, for nobody else writes meanwhile. PostgreSQL
claims beside those who write: a row that somebody holds is passed by, and a lock of the account keeps it to its limit.
What is claimed at the very same moment counts for the order only once it is committed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.model import OPENING_LASTS, stamp
from store.connection import Row, Transaction
from store.queue.next_due import NEAR_OPENING, OPENS_SOON

TAKE = """
    UPDATE booking_actions
    SET status = 'processing', attempts = attempts + 1, started_at = :now, lease_until = :lease, worker = :worker,
        crashes = CASE status WHEN 'processing' THEN crashes + 1 ELSE crashes END,
        acting = CASE status WHEN 'processing' THEN acting ELSE 0 END,
        absent_since = CASE status WHEN 'pending' THEN absent_since END
"""


NEAR = "(action_type = 'book' AND opens_at IS NOT NULL AND opens_at > :opened AND opens_at <= :opening)"
"""A booking near its opening: claimed whatever else its account does."""


NOT_PAUSED = f"""
    (user_id NOT IN (SELECT user_id FROM accounts WHERE paused_until > :now)
        OR {NEAR})
"""  # noqa: S608 - a constant of this file
"""An action whose account is not paused. Near its opening a booking is claimed anyway: a stored session may work."""


MOST_OF_ONE = 3
"""Actions of one account that are in hand at once, whoever works, besides quiet readings and those near their opening.

No other account waits for a slow login, a block or a flood of this one, as a worker has more hands; and what a person
asks for waits for no reading that nobody asked for.
"""


BUSY = f"""
    WITH busy AS (
        SELECT user_id, count(*) AS in_hand FROM booking_actions
        WHERE status = 'processing' AND lease_until > :now AND quiet = 0 AND NOT {NEAR}
        GROUP BY user_id)
"""  # noqa: S608 - a constant of this file
"""How many actions of an account are in hand, of those that count."""


HAS_A_HAND = f"""
    (user_id NOT IN (SELECT user_id FROM busy WHERE in_hand >= :most_of_one) OR {NEAR})
"""  # noqa: S608 - a constant of this file
"""An action whose account has not as many in hand as it may. Near its opening a booking is claimed whatever else is."""


FITS = f"""
    (:only_openings = 0 OR {NEAR})
"""
"""Any action, or, for a worker whose hands are full, only a booking near its opening."""


WAITING = f"status = 'pending' AND run_at <= :now AND {NOT_PAUSED} AND {HAS_A_HAND} AND {FITS}"
LEFT_BEHIND = f"status = 'processing' AND lease_until <= :now AND {FITS}"

ORDER = f"""
    ORDER BY CASE
            WHEN quiet = 1 AND action_type IN ('check', 'refresh') THEN 2
            WHEN action_type = 'book' AND opens_at BETWEEN :soon AND :opening THEN 1
            ELSE 0
        END,
        CASE WHEN {NEAR} THEN 0 ELSE coalesce(in_hand, 0) END,
        CASE action_type WHEN 'book' THEN 0 WHEN 'cancel' THEN 1 WHEN 'check' THEN 2 ELSE 3 END, run_at, id
"""
"""The most urgent first. Of those that are as urgent, first whose account has the fewest in hand: who asks for twenty
things at once waits for others, and they not for them."""


CANDIDATES = f"""
    SELECT id, due.user_id FROM (
        SELECT id, user_id, action_type, run_at, opens_at, quiet FROM booking_actions WHERE {WAITING}
        UNION ALL
        SELECT id, user_id, action_type, run_at, opens_at, quiet FROM booking_actions WHERE {LEFT_BEHIND}
    ) AS due LEFT JOIN busy ON busy.user_id = due.user_id
    {ORDER}
"""  # noqa: S608 - constants of this file


CLAIM = f"""
    {BUSY} {TAKE} WHERE id = (SELECT id FROM ({CANDIDATES} LIMIT 1) AS first)
    RETURNING *
"""  # noqa: S608 - constants of this file


FIND_FREE = f"""
    {BUSY} SELECT id, user_id, status, quiet, {NEAR} AS near FROM booking_actions AS due LEFT JOIN busy USING (user_id)
    WHERE status IN ('pending', 'processing') AND (({WAITING}) OR ({LEFT_BEHIND}))
        AND user_id NOT IN (SELECT value FROM json_each(:full))
    {ORDER} LIMIT 1 FOR NO KEY UPDATE OF due SKIP LOCKED
"""  # noqa: S608 - constants of this file
"""The same action, of those that nobody writes to at this moment; it is locked."""


FIRST = f"{BUSY} {CANDIDATES} LIMIT 1"
WAIT_FOR = "SELECT 1 FROM booking_actions WHERE id = :id FOR NO KEY UPDATE"
"""Waits until nobody writes to that action."""


ACCOUNT_LOCK = 0x506F4C6A  # "PoLj": with an account's number, the advisory lock of whoever claims an action of it
LOCK_ACCOUNT = f"SELECT pg_advisory_xact_lock({ACCOUNT_LOCK}, hashint8(:user_id))"
IS_FULL = f"{BUSY} SELECT 1 FROM busy WHERE user_id = :user_id AND in_hand >= :most_of_one"  # noqa: S608 - a constant


CLAIM_FOUND = f"{TAKE} WHERE id = :id RETURNING *"


CLAIM_ONE = f"""
    {TAKE} WHERE id = :id AND (status = 'pending' OR (status = 'processing' AND lease_until <= :now))
    RETURNING *
"""  # noqa: S608 - a constant of this file


DUE = f"""
    {BUSY} SELECT EXISTS (SELECT 1 FROM booking_actions WHERE {WAITING})
        OR EXISTS (SELECT 1 FROM booking_actions WHERE {LEFT_BEHIND})
"""  # noqa: S608 - constants of this file


def moments(now: datetime, *, only_openings: bool) -> dict[str, Any]:
    """The parameters that DUE and a claim share."""
    return {
        "only_openings": only_openings,
        "most_of_one": MOST_OF_ONE,
        "now": stamp(now),
        "opened": stamp(now - OPENING_LASTS),
        "opening": stamp(now + NEAR_OPENING),
        "soon": stamp(now + OPENS_SOON),
    }


def claim(tx: Transaction, values: Mapping[str, Any]) -> Row | None:
    """Claims the most urgent action that is due; None when there is none."""
    return _claim_beside_others(tx, values) if tx.has_others_beside else tx.row(CLAIM, values)


def _claim_beside_others(tx: Transaction, values: Mapping[str, Any]) -> Row | None:
    """Waits for others only when they are at all that is due, and holds nothing meanwhile."""
    while (claimed := _claim_free(tx, values)) is None and (first := tx.row(FIRST, values)) is not None:
        tx.run(WAIT_FOR, {"id": first["id"]})
        tx.end_part(undo=True)
    return claimed


def _claim_free(tx: Transaction, values: Mapping[str, Any]) -> Row | None:
    full: list[int] = []
    while (found := tx.row(FIND_FREE, {**values, "full": json.dumps(full)})) is not None:
        if _is_allowed(tx, found, values):
            return tx.row(CLAIM_FOUND, {**values, "id": found["id"]})
        tx.end_part(undo=True)  # its lock is free again
        full.append(found["user_id"])
    return None


def _is_allowed(tx: Transaction, found: Row, values: Mapping[str, Any]) -> bool:
    """Whether the account may have one more in hand, now that nobody else claims for it."""
    if found["status"] == "processing" or found["quiet"] or found["near"]:
        return True
    account = {**values, "user_id": found["user_id"]}
    tx.run(LOCK_ACCOUNT, account)
    return tx.row(IS_FULL, account) is None

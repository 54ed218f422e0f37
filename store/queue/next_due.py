"""When the queue has something to claim that nobody has to write first: a worker may sleep until then."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.model import PREPARE, instant, stamp
from store.connection import Transaction

NEAR_OPENING = PREPARE + timedelta(seconds=1)  # before it; from then on a booking is tried though its account waits

OPENS_SOON = timedelta(minutes=1)
"""A booking that is to be prepared for a later opening is claimed after all that somebody waits for now: it has time.

But before routine work, of which a thousand accounts may have so much that it would be prepared late.
"""

MOMENTS = """
    SELECT min(run_at) FROM booking_actions WHERE status = 'pending' AND run_at > :after
    UNION ALL SELECT min(lease_until) FROM booking_actions WHERE status = 'processing' AND lease_until > :after
    UNION ALL SELECT min(paused_until) FROM accounts WHERE paused_until > :after
"""
OPENING = """
    SELECT min(opens_at) FROM booking_actions
    WHERE status = 'pending' AND opens_at > :opening
        AND user_id IN (SELECT user_id FROM accounts WHERE paused_until > :after)
"""


def next_due(tx: Transaction, after: datetime) -> datetime | None:
    """The first such moment after that one; None when there is none."""
    moments = {"after": stamp(after), "opening": stamp(after + NEAR_OPENING)}
    due = [moment for row in tx.run(MOMENTS, moments) if (moment := _moment(row[0]))]
    opens = [moment - NEAR_OPENING for row in tx.run(OPENING, moments) if (moment := _moment(row[0]))]
    return min([*due, *opens], default=None)


def _moment(stored: str | None) -> datetime | None:
    """None also for what was typed by hand and is no moment: nothing can be waited for then."""
    try:
        return instant(stored) if stored else None
    except ValueError:
        return None

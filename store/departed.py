"""Ends what is pending for accounts that are no longer in the configuration. Steps of a transaction of store/people.py.

History, what is held, days off and the recurring bookings themselves (paused) stay; SECURITY.md says so.
"""

from __future__ import annotations

from datetime import datetime

from domain.model import stamp
from store.connection import Transaction
from store.queue.choices import STILL, last_call
from store.recurring.keeping import close_keeping
from store.recurring.occurrences import free

NO_LONGER_HERE = "this person is no longer in config.json"
PAUSE = """
    UPDATE periodic_bookings SET active = 0
    WHERE active = 1 AND user_id IN (SELECT user_id FROM accounts WHERE active = 0) RETURNING id
"""
WITHDRAW = f"""
    UPDATE booking_actions SET status = 'cancelled', completed_at = :now, lease_until = NULL
    WHERE user_id IN (SELECT user_id FROM accounts WHERE active = 0) AND {STILL} RETURNING id
"""  # noqa: S608 - a constant
CLOSE_QUESTIONS = """
    UPDATE pending_confirmations SET confirmed = CASE purpose WHEN 'keep' THEN 1 ELSE 0 END,
        outcome = CASE purpose WHEN 'keep' THEN 'confirmed' ELSE 'skipped' END
    WHERE outcome IS NULL AND user_id IN (SELECT user_id FROM accounts WHERE active = 0) RETURNING id
"""
FORGET_CALENDARS = "DELETE FROM own_calendars WHERE user_id IN (SELECT user_id FROM accounts WHERE active = 0)"
END_WEB_LINKS = """
    DELETE FROM web_links
    WHERE user_id IN (SELECT user_id FROM accounts WHERE active = 0)
        AND user_id NOT IN (SELECT user_id FROM guests WHERE sealed IS NULL AND suspended_at IS NULL)
"""  # a guest who has not entered anything yet needs theirs
END_WEB_SESSIONS = "DELETE FROM web_sessions WHERE user_id IN (SELECT user_id FROM accounts WHERE active = 0)"
FORGET_FEEDS = "DELETE FROM feeds WHERE user_id IN (SELECT user_id FROM accounts WHERE active = 0)"
CLOSE_NOTICES = """
    UPDATE notices SET sent_at = :now, error = :reason
    WHERE sent_at IS NULL AND user_id IN (SELECT user_id FROM accounts WHERE active = 0) RETURNING id
"""
END_AGREEMENTS = """
    DELETE FROM agreements
    WHERE asker_id IN (SELECT user_id FROM accounts WHERE active = 0)
        OR friend_id IN (SELECT user_id FROM accounts WHERE active = 0) RETURNING id
"""
EVIDENCE = """
    SELECT evidence FROM booking_actions
    WHERE evidence IS NOT NULL AND user_id IN (SELECT user_id FROM accounts WHERE active = 0)
"""
FORGET_EVIDENCE = """
    UPDATE booking_actions SET evidence = NULL
    WHERE evidence IS NOT NULL AND user_id IN (SELECT user_id FROM accounts WHERE active = 0)
"""


def end_what_waits(tx: Transaction, now: datetime) -> int:
    """Pauses recurring bookings, withdraws actions, closes questions and notices of removed accounts. Returns how many.

    What a worker is just doing on the site ends by itself, and is told to who was suspended, and to nobody else.
    """
    paused = tx.run(PAUSE)
    for periodic in paused:
        free(tx, periodic["id"], now)
        close_keeping(tx, periodic["id"])
    withdrawn = tx.run(WITHDRAW, {"now": stamp(now), "safe": last_call(now)})
    asked = tx.run(CLOSE_QUESTIONS)
    for forget in (FORGET_CALENDARS, END_WEB_LINKS, END_WEB_SESSIONS, FORGET_FEEDS):
        tx.run(forget)
    untold = tx.run(CLOSE_NOTICES, {"now": stamp(now), "reason": NO_LONGER_HERE})
    ended = tx.run(END_AGREEMENTS)
    return sum(map(len, (paused, withdrawn, asked, untold, ended)))


def take_evidence(tx: Transaction) -> list[str]:
    """The evidence folders of removed accounts; clears the columns that name them."""
    rows = tx.run(EVIDENCE)
    tx.run(FORGET_EVIDENCE)
    return [row["evidence"] for row in rows]

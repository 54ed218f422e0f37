"""A sign for all that a person is shown: another one as soon as any of it has changed. Read for many at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from store.connection import Connection, Transaction, in_snapshot

SHOWN = (
    """
    SELECT user_id, id, status, run_at, opens_at, acting, failures, error_kind, absent_since, watch_until, rehearse_at,
        rehearsal, notice_minutes, replaces_row_id, gave_up, quiet,
        (SELECT count(*) FROM alternatives WHERE action_id = booking_actions.id)
    FROM booking_actions WHERE user_id IN (SELECT value FROM json_each(:people)) AND status IN ('pending', 'processing')
        AND (quiet = 0 OR action_type IN ('book', 'cancel'))
    ORDER BY id
    """,
    """
    SELECT user_id, id, booking_id, status, updated_at, missing_since, kept_at FROM user_bookings
    WHERE user_id IN (SELECT value FROM json_each(:people)) AND booking_date >= :today ORDER BY id
    """,
    """
    SELECT user_id, id, name, course_name, location, course_type, day_of_week, time_slot, mode, requires_confirmation,
        active, lead_minutes, planned_from
    FROM periodic_bookings WHERE user_id IN (SELECT value FROM json_each(:people)) ORDER BY id
    """,
    """
    SELECT periodic_bookings.user_id, occurrences.id, occurrences.state, occurrences.action_id, actions.status
    FROM periodic_bookings
    JOIN occurrences ON occurrences.periodic_booking_id = periodic_bookings.id AND occurrences.date >= :today
    LEFT JOIN booking_actions AS actions ON actions.id = occurrences.action_id
    WHERE periodic_bookings.user_id IN (SELECT value FROM json_each(:people)) ORDER BY occurrences.id
    """,
    """
    SELECT periodic_bookings.user_id, pending_confirmations.id, pending_confirmations.expires_at
    FROM periodic_bookings
    JOIN pending_confirmations ON periodic_booking_id = periodic_bookings.id AND outcome IS NULL
    WHERE periodic_bookings.user_id IN (SELECT value FROM json_each(:people)) ORDER BY pending_confirmations.id
    """,
    """
    SELECT user_id, id, first_day, last_day FROM holidays
    WHERE user_id IN (SELECT value FROM json_each(:people)) ORDER BY id
    """,
    "SELECT user_id, id FROM web_sessions WHERE user_id IN (SELECT value FROM json_each(:people)) ORDER BY id",
    "SELECT user_id, since, kind FROM recurring_pauses WHERE user_id IN (SELECT value FROM json_each(:people))",
    """
    SELECT user_id, active, rejected, rejected_kind, paused_until, pause_kind, language,
        (SELECT max(completed_at) FROM booking_actions WHERE booking_actions.user_id = accounts.user_id
            AND action_type = 'check' AND status = 'completed' AND action_type IN ('check', 'refresh'))
    FROM accounts WHERE user_id IN (SELECT value FROM json_each(:people))
    """,
)  # fmt: skip
BYTES = 12


@dataclass(frozen=True, slots=True)
class SignsNow:
    own: Mapping[int, str]  # by person
    timetable: str  # when it was last read, or a class of it seen to be full or free


class Signs:
    """What a page shows is new when its person's sign is another one than when it was made."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @in_snapshot
    def now(self, tx: Transaction, people: Iterable[int], today: str) -> SignsNow:
        """The sign of each of these people, and of the timetable; `today`: at the site, as `2026-11-26`."""
        row = tx.row("SELECT max(read_at), (SELECT max(read_at) FROM slots) FROM slot_days")
        return SignsNow(signs_of(tx, people, today), "/".join(each or "" for each in row) if row else "")


def signs_of(tx: Transaction, people: Iterable[int], today: str) -> dict[int, str]:
    """The sign of each of these people, who may have nothing at all."""
    digests = {user_id: blake2b(digest_size=BYTES) for user_id in people}
    values = {"people": json.dumps(list(digests)), "today": today}
    for number, query in enumerate(SHOWN):
        for row in tx.run(query, values):
            digests[row[0]].update(repr((number, *row)).encode())
    return {user_id: digest.hexdigest() for user_id, digest in digests.items()}

"""booking_actions, as workers hold them: claimed by one at a time under a lease, and marked by it while it works.

How a claimed action ends, or waits again: store/queue/settlement.py. States and transitions: schema.sql.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from domain.errors import AlreadyQueued, LeaseLost
from domain.model import OPENING_LASTS, PREPARE, Action, ActionStatus, Booking, ClassRef, Clock, NoticeKind, stamp
from domain.requests import NewAction
from store.bookings import mark_cancelled, mark_confirmed
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.choices import last_call
from store.queue.rows import enqueue, read_soon, to_action
from store.queue.swaps import was_told_as_lost
from store.queue.transitions import FENCE, begin_to_act, lost, note_gave_up, note_pressed, note_took_back
from store.reading import readable

TAKE = """
    UPDATE booking_actions
    SET status = 'processing', attempts = attempts + 1, crashes = crashes + (status = 'processing'), started_at = :now,
        lease_until = :lease, worker = :worker, acting = acting AND status = 'processing',
        absent_since = CASE status WHEN 'pending' THEN absent_since END
"""


LET_ON = """
    (user_id NOT IN (SELECT user_id FROM accounts WHERE paused_until > :now)
        OR (action_type = 'book' AND opens_at > :opened AND opens_at <= :opening))
"""
"""Whose account does not wait; near its opening a booking is tried all the same, for a stored session may be good."""


CLAIM = f"""
    {TAKE} WHERE id = (
        SELECT id FROM (
            SELECT id, action_type, run_at FROM booking_actions
            WHERE status = 'pending' AND run_at <= :now AND {LET_ON}
            UNION ALL
            SELECT id, action_type, run_at FROM booking_actions WHERE status = 'processing' AND lease_until <= :now
        )
        ORDER BY CASE action_type WHEN 'book' THEN 0 WHEN 'cancel' THEN 1 WHEN 'check' THEN 2 ELSE 3 END, run_at, id
        LIMIT 1
    )
    RETURNING *
"""  # noqa: S608 - a constant of this file


CLAIM_ONE = f"""
    {TAKE} WHERE id = :id AND (status = 'pending' OR (status = 'processing' AND lease_until <= :now))
    RETURNING *
"""  # noqa: S608 - a constant of this file


DUE = f"""
    SELECT EXISTS (SELECT 1 FROM booking_actions WHERE status = 'pending' AND run_at <= :now AND {LET_ON})
        OR EXISTS (SELECT 1 FROM booking_actions WHERE status = 'processing' AND lease_until <= :now)
"""  # noqa: S608 - a constant of this file


GIVE_UP = """
    UPDATE booking_actions
    SET status = 'failed', completed_at = :now, lease_until = NULL, error = :error, error_kind = 'ValueError'
    WHERE id = :id
"""


log = logging.getLogger(__name__)


def _at(now: datetime) -> dict[str, Any]:
    """The moments that DUE and CLAIM ask for."""
    opening = now + PREPARE + timedelta(seconds=1)
    return {"now": stamp(now), "opened": stamp(now - OPENING_LASTS), "opening": stamp(opening)}


class Claims:
    """The leases, and what their holders write before the action is settled."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def due(self) -> bool:
        """Whether a claim would find something. Only reads: an idle worker may ask many times a second."""
        row = await self._db.row(DUE, _at(self._clock()))
        return bool(row and row[0])

    @in_transaction
    def claim(self, tx: Transaction, worker: str, lease_seconds: float) -> Action | None:
        """Takes the most urgent due action for this worker alone, or one whose worker let its lease run out.

        A row that can't be read, typed by hand as it must be, fails at once and stands in nobody's way.
        """
        now = self._clock()
        lease = stamp(now + timedelta(seconds=lease_seconds))
        while (row := tx.row(CLAIM, _at(now) | {"lease": lease, "worker": worker})) is not None:
            try:
                return to_action(row)
            except ValueError as error:
                log.error("action %s can't be read and is given up: %s", row["id"], error)
                told = f"this row can't be read: {error}"
                tx.run(GIVE_UP, {"id": row["id"], "now": stamp(now), "error": told})
        return None

    @in_transaction
    def add_claimed(self, tx: Transaction, new: NewAction, worker: str, lease_seconds: float) -> Action | None:
        """Puts an action in the queue already claimed by us, or claims the pending one that is about the same.

        None when another worker has that one in hand.
        """
        now = self._clock()
        try:
            action_id = (enqueue(tx, new, now)).id
        except AlreadyQueued as same:
            action_id = same.action_id
        row = tx.row(
            CLAIM_ONE,
            {
                "id": action_id,
                "now": stamp(now),
                "lease": stamp(now + timedelta(seconds=lease_seconds)),
                "worker": worker,
            },
        )
        return readable(to_action, row)

    @in_transaction
    def extend(self, tx: Transaction, action: Action, lease_seconds: float) -> None:
        """The heartbeat: moves the lease on. Raises LeaseLost when the action is not ours any more."""
        lease = stamp(self._clock() + timedelta(seconds=lease_seconds))  # counted from when we have the lock
        rows = tx.run(
            f"UPDATE booking_actions SET lease_until = :lease {FENCE}",  # noqa: S608 - a constant
            {"lease": lease, "id": action.id, "mine": action.attempts},
        )
        if not rows:
            raise lost(action)

    async def is_wanted(self, action: Action) -> bool:
        """Whether an action is still to be done, by whomever. Only reads: no lock holds it up."""
        row = await self._db.row("SELECT status FROM booking_actions WHERE id = :id", {"id": action.id})
        return row is not None and row["status"] in (ActionStatus.PENDING, ActionStatus.PROCESSING)

    async def holders(self) -> list[str]:
        """The workers that have something in hand."""
        rows = await self._db.rows("SELECT DISTINCT worker FROM booking_actions WHERE status = 'processing'")
        return [row["worker"] for row in rows if row["worker"]]

    async def end_leases_of(self, worker: str) -> None:
        """Ends the leases of a worker that is known to be dead: what it held can be claimed at once."""
        await self._db.write(
            "UPDATE booking_actions SET lease_until = :now WHERE status = 'processing' AND worker = :worker",
            {"now": stamp(self._clock()), "worker": worker},
        )

    @in_transaction
    def begin_to_act(self, tx: Transaction, action: Action) -> None:
        """From now on it may book: until now its person could still take it back.

        Raises TakenBack when they did, LeaseLost when somebody else has it in hand.
        """
        begin_to_act(tx, action)

    @in_transaction
    def giving_up(self, tx: Transaction, action: Action) -> None:
        """What an action replaces is about to be given back; whoever dies now leaves that behind. Raises LeaseLost."""
        note_gave_up(tx, action)

    @in_transaction
    def gave_up(self, tx: Transaction, action: Action, wish: ClassRef) -> None:
        """What an action replaces overlapped it, and was read back as given back. Raises LeaseLost."""
        note_gave_up(tx, action)
        mark_cancelled(tx, action.user_id, wish, self._clock())

    @in_transaction
    def took_back(self, tx: Transaction, action: Action, booking: Booking) -> None:
        """What an action gave up in vain is held again; told, when its loss was. Raises LeaseLost."""
        note_took_back(tx, action)
        told = action.gave_up and was_told_as_lost(tx, action)
        mark_confirmed(tx, action.user_id, booking, self._clock())
        if told:
            add_notice(tx, action.user_id, NoticeKind.BACK, booking_row_id=action.replaces_row_id)

    @in_transaction
    def pressing(self, tx: Transaction, action: Action) -> None:
        """A cancellation is about to be confirmed on the site. Raises LeaseLost when it is not ours any more."""
        note_pressed(tx, action)

    @in_transaction
    def note_unknown_outcome(self, tx: Transaction, action: Action, lost: LeaseLost) -> None:
        """For who has just learnt that a booking or cancellation was withdrawn, after it may have been done.

        "My bookings" are read next, and tell.
        """
        rows = tx.run(
            """
            UPDATE booking_actions SET error_kind = :kind
            WHERE id = :id AND status = 'cancelled' AND action_type IN ('book', 'cancel')
                AND (opens_at IS NULL OR opens_at <= :near) RETURNING user_id
            """,
            {"id": action.id, "kind": lost.kind, "near": last_call(self._clock())},
        )
        for row in rows:
            read_soon(tx, row["user_id"], self._clock())

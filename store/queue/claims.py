"""booking_actions: a worker claims an action under a lease, so that no other has it, and marks its progress.

How a claimed action ends, or waits again: store/queue/settlement.py. States and transitions: schema.sql.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from domain.errors import AlreadyQueued, LeaseLost
from domain.model import Action, ActionStatus, Booking, ClassRef, Clock, NoticeKind, stamp
from domain.requests import NewAction
from store.bookings import mark_cancelled, mark_confirmed
from store.connection import Connection, Row, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.choices import last_call
from store.queue.claiming import CLAIM_ONE, DUE, claim, moments
from store.queue.next_due import next_due
from store.queue.pairs import follow_up
from store.queue.rows import enqueue, read_soon, to_action
from store.queue.swaps import was_told_as_lost
from store.queue.transitions import begin_to_act, hold_anew, lost, note_gave_up, note_pressed, note_took_back
from store.row_reading import readable

OURS = "SELECT lease_until FROM booking_actions WHERE id = :id AND status = 'processing' AND attempts = :mine"
EXTEND = """
    UPDATE booking_actions SET lease_until = held.value ->> 2
    FROM json_each(:held) AS held
    WHERE booking_actions.id = CAST(held.value ->> 0 AS BIGINT) AND status = 'processing'
        AND attempts = CAST(held.value ->> 1 AS BIGINT)
"""
UNWRITTEN = """
    AND id IN (SELECT id FROM booking_actions
        WHERE id IN (SELECT CAST(each.value ->> 0 AS BIGINT) FROM json_each(:held) AS each)
        FOR NO KEY UPDATE SKIP LOCKED)
"""
"""Of these rows, those that nobody is writing to at this moment: they are waited for by nobody who holds another."""


FAIL_UNREADABLE = """
    UPDATE booking_actions
    SET status = 'failed', completed_at = :now, lease_until = NULL, error = :error, error_kind = 'ValueError'
    WHERE id = :id AND status = 'processing' AND attempts = :mine
"""


log = logging.getLogger(__name__)


class Claims:
    """Leases of actions, and what a worker notes about its action before it settles it."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def due(self, *, only_openings: bool = False) -> bool:
        """Whether a claim would return an action. Takes no write lock: a worker asks at each change of the database."""
        row = await self._db.row(DUE, moments(self._clock(), only_openings=only_openings))
        return bool(row and row[0])

    async def next_due(self, after: datetime) -> datetime | None:
        """When, after that moment, a claim may find something that nobody has to write first. None when never."""
        return await self._db.read(partial(next_due, after=after))

    async def claim(self, worker: str, lease_seconds: float, *, only_openings: bool = False) -> Action | None:
        """Claims the most urgent action that is due, or whose lease has run out. None when there is no such action.

        `only_openings`: of them only bookings near their opening. Waits for nobody who writes, where the engine can.
        A row that can't be read (somebody typed it) fails at once, so that it does not keep the others waiting.
        """

        def steps(tx: Transaction) -> Row | None:
            now = self._clock()
            values = moments(now, only_openings=only_openings)
            return claim(tx, {**values, "lease": stamp(now + timedelta(seconds=lease_seconds)), "worker": worker})

        while (row := await self._db.transact_beside(steps)) is not None:
            try:
                return to_action(row)
            except ValueError as error:
                await self._fail_unreadable(row, error)
        return None

    @in_transaction
    def _fail_unreadable(self, tx: Transaction, row: Row, error: ValueError) -> None:
        now = self._clock()
        log.error("The row of action %s can't be read; it fails: %s", row["id"], error)
        told = f"this row can't be read: {error}"
        tx.run(FAIL_UNREADABLE, {"id": row["id"], "mine": row["attempts"], "now": stamp(now), "error": told})
        read_soon(tx, row["user_id"], now)  # it may have been tried before somebody typed into it
        follow_up(tx, [row["user_id"]], now)

    @in_transaction
    def add_claimed(self, tx: Transaction, new: NewAction, worker: str, lease_seconds: float) -> Action | None:
        """Adds an action that this worker claims at once, or claims the pending action that is about the same.

        None when another worker has claimed that one.
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

    async def extend(self, leases: Sequence[tuple[Action, float]]) -> list[Action]:
        """The heartbeat: moves leases on by so many seconds. Gives the actions that are not ours any more.

        It waits for others who write, where the engine can do without, only with what they are writing to.
        """
        ours = await self._db.transact_beside(partial(self._extend, leases))
        rest = [each for each in leases if each[0].id not in ours]
        if rest:
            ours |= await self._db.transact(partial(self._extend, rest))
        return [action for action, _ in leases if action.id not in ours]

    def _extend(self, leases: Sequence[tuple[Action, float]], tx: Transaction) -> set[int]:
        now = self._clock()  # counted from when we may write
        held = [[each.id, each.attempts, stamp(now + timedelta(seconds=seconds))] for each, seconds in leases]
        extend = f"{EXTEND} {UNWRITTEN}" if tx.has_others_beside else EXTEND
        return {row["id"] for row in tx.run(f"{extend} RETURNING booking_actions.id", {"held": json.dumps(held)})}

    async def is_wanted(self, action: Action) -> bool:
        """Whether the action is still pending or processing, whichever worker holds it. Takes no write lock."""
        row = await self._db.row("SELECT status FROM booking_actions WHERE id = :id", {"id": action.id})
        return row is not None and row["status"] in (ActionStatus.PENDING, ActionStatus.PROCESSING)

    async def holders(self) -> list[str]:
        """The names of the workers that hold an action under a lease that has not run out."""
        rows = await self._db.rows(
            "SELECT DISTINCT worker FROM booking_actions WHERE status = 'processing' AND lease_until > :now",
            {"now": stamp(self._clock())},
        )
        return [row["worker"] for row in rows if row["worker"]]

    async def end_leases_of(self, worker: str) -> None:
        """Ends the leases of a worker that is known to be dead, so that other workers can claim its actions at once."""
        await self._db.write(
            "UPDATE booking_actions SET lease_until = :now WHERE status = 'processing' AND worker = :worker",
            {"now": stamp(self._clock()), "worker": worker},
        )

    async def refuse_if_lost(self, action: Action) -> None:
        """Raises LeaseLost when another worker has claimed the action since, or it has ended.

        Takes no write lock, unless the lease has run out: what nobody has claimed meanwhile is held anew, so
        that nobody claims it while we act.
        """
        row = await self._db.row(OURS, {"id": action.id, "mine": action.attempts})
        runs = row is not None and row["lease_until"] > stamp(self._clock())
        if row is None:
            raise lost(action)
        if not runs:
            await self._hold_anew(action)

    @in_transaction
    def _hold_anew(self, tx: Transaction, action: Action) -> None:
        hold_anew(tx, action, self._clock())

    @in_transaction
    def begin_to_act(self, tx: Transaction, action: Action) -> None:
        """Notes that the worker is about to book: until now the person could still withdraw the action.

        Raises TakenBack when they did, LeaseLost when somebody else has it in hand.
        """
        begin_to_act(tx, action)

    @in_transaction
    def giving_up(self, tx: Transaction, action: Action) -> None:
        """Notes that the worker is about to cancel the booking that the action replaces. Raises LeaseLost."""
        note_gave_up(tx, action, self._clock())

    @in_transaction
    def gave_up(self, tx: Transaction, action: Action, wish: ClassRef) -> None:
        """Notes that the booking that the action replaces was cancelled, and read back as gone. Raises LeaseLost."""
        note_gave_up(tx, action, self._clock())
        mark_cancelled(tx, action.user_id, wish, self._clock())

    @in_transaction
    def took_back(self, tx: Transaction, action: Action, booking: Booking) -> None:
        """Notes that the replaced booking is held again, and tells so if its loss was told. Raises LeaseLost."""
        note_took_back(tx, action)
        told = action.gave_up and was_told_as_lost(tx, action)
        mark_confirmed(tx, action.user_id, booking, self._clock())
        if told:
            add_notice(tx, action.user_id, NoticeKind.BACK, booking_row_id=action.replaces_row_id)

    @in_transaction
    def pressing(self, tx: Transaction, action: Action) -> None:
        """Notes that the worker is about to confirm a cancellation on the site. Raises LeaseLost."""
        note_pressed(tx, action, self._clock())

    @in_transaction
    def note_unknown_outcome(self, tx: Transaction, action: Action, lost: LeaseLost) -> None:
        """Notes that an action was withdrawn after the worker may have done it on the site; its outcome is unknown.

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

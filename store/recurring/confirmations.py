"""pending_confirmations: what is asked about a date, and what becomes of the answers. A part of series.py.

Every step acts once, however often it is called: an answer counts only while its question is open.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from domain.errors import AlreadyQueued
from domain.model import Action, ActionType, BookingStatus, Clock, HeldBooking, NoticeKind, instant, stamp
from domain.recurrence import Confirmation, ConfirmationOutcome, ConfirmationPurpose, OccurrenceState, PeriodicBooking
from store.bookings import find_held
from store.connection import Connection, Transaction
from store.outbox import add_notice
from store.queue.requests import NewAction, enqueue, to_action
from store.reading import all_readable
from store.recurring.occurrences import begin, enqueue_once, find_action, held_already, set_state


def _confirmation(row: sqlite3.Row) -> Confirmation:
    return Confirmation(
        id=row["id"],
        user_id=row["user_id"],
        periodic_booking_id=row["periodic_booking_id"],
        scheduled_for=instant(row["scheduled_for"]),
        expires_at=instant(row["expires_at"]),
        outcome=ConfirmationOutcome(row["outcome"]) if row["outcome"] else None,
        purpose=ConfirmationPurpose(row["purpose"]),
        booking_row_id=row["booking_row_id"],
    )


class Questions:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def confirmation(self, confirmation_id: int, user_id: int | None = None) -> Confirmation | None:
        """A confirmation; with user_id only if it is that person's."""
        row = await self._db.row(
            "SELECT * FROM pending_confirmations WHERE id = :id AND (:user_id IS NULL OR user_id = :user_id)",
            {"id": confirmation_id, "user_id": user_id},
        )
        return _confirmation(row) if row else None

    async def confirmed_by_hand(self) -> list[Confirmation]:
        """Open questions whose `confirmed` somebody set to 1 with sqlite3."""
        rows = await self._db.rows("SELECT * FROM pending_confirmations WHERE outcome IS NULL AND confirmed = 1")
        return [_confirmation(row) for row in rows]

    async def ask_what_was_put_in_by_hand(self) -> list[int]:
        """Tells of the open questions nobody was told of: those somebody made with sqlite3. Returns their ids."""
        async with self._db.transaction() as tx:
            rows = await tx.run(
                """
                SELECT id, user_id FROM pending_confirmations INDEXED BY open_confirmations
                WHERE outcome IS NULL AND coalesce(confirmed, 0) = 0 AND julianday(expires_at) > julianday(:now)
                    AND NOT EXISTS (
                        SELECT 1 FROM notices INDEXED BY notices_by_confirmation
                        WHERE confirmation_id = pending_confirmations.id AND kind = 'confirmation'
                    )
                ORDER BY id
                """,
                {"now": stamp(self._clock())},
            )
            for row in rows:
                await add_notice(tx, row["user_id"], NoticeKind.CONFIRMATION, confirmation_id=row["id"])
            return [row["id"] for row in rows]

    async def unanswered(self) -> list[Confirmation]:
        """Open questions whose deadline has passed. julianday also reads instants typed by hand."""
        rows = await self._db.rows(
            """
            SELECT * FROM pending_confirmations
            WHERE outcome IS NULL AND coalesce(confirmed, 0) = 0 AND julianday(expires_at) <= julianday(:now)
            """,
            {"now": stamp(self._clock())},
        )
        return [_confirmation(row) for row in rows]

    async def next_deadline(self) -> datetime | None:
        """When the next open question runs out."""
        row = await self._db.row(
            "SELECT min(expires_at) FROM pending_confirmations WHERE outcome IS NULL AND expires_at > :now",
            {"now": stamp(self._clock())},
        )
        return instant(row[0]) if row and row[0] else None

    # "Shall I book it?"

    async def ask(self, periodic: PeriodicBooking, day: date, starts: datetime, expires: datetime) -> bool:
        """Opens the question about a date: occurrence, confirmation and notice together.

        False when there is nothing to ask: the date was already dealt with, or the person holds the place already.
        """
        wish = periodic.on(day)
        async with self._db.transaction() as tx:
            if not await begin(tx, periodic.id, day, OccurrenceState.ASKED, self._clock()):
                return False
            if await held_already(tx, periodic.id, periodic.user_id, wish):
                return False
            return await self._open(tx, periodic, starts, expires, ConfirmationPurpose.BOOK)

    async def confirm(self, confirmation: Confirmation, day: date, new: NewAction) -> Action | None:
        """The answer yes: confirmation, occurrence and action together. None when it was already answered."""
        now = self._clock()
        async with self._db.transaction() as tx:
            if not await _answer(tx, confirmation.id, ConfirmationOutcome.CONFIRMED):
                return None
            await begin(tx, confirmation.periodic_booking_id, day, OccurrenceState.QUEUED, now)
            return await enqueue_once(tx, confirmation.periodic_booking_id, day, new, now)

    async def skip(self, confirmation: Confirmation, day: date) -> bool:
        """The answer no. False when it was already answered or expired."""
        return await self._close(confirmation, day, ConfirmationOutcome.SKIPPED, OccurrenceState.SKIPPED)

    async def expire(self, confirmation: Confirmation, day: date) -> bool:
        """No answer in time: skipped, and told. False when it was answered meanwhile."""
        return await self._close(confirmation, day, ConfirmationOutcome.EXPIRED, OccurrenceState.EXPIRED)

    async def _close(
        self, confirmation: Confirmation, day: date, outcome: ConfirmationOutcome, state: OccurrenceState
    ) -> bool:
        async with self._db.transaction() as tx:
            if not await _answer(tx, confirmation.id, outcome):
                return False
            await begin(tx, confirmation.periodic_booking_id, day, state, self._clock())
            await set_state(tx, confirmation.periodic_booking_id, day, state)
            if outcome is ConfirmationOutcome.EXPIRED:
                await add_notice(tx, confirmation.user_id, NoticeKind.EXPIRED, confirmation_id=confirmation.id)
            return True

    async def confirmed_since(self, periodic: PeriodicBooking, starts: datetime, since: datetime) -> bool:
        """Whether "shall I book it?" was asked about that class after that moment, and answered with yes."""
        row = await self._db.row(
            """
            SELECT 1 FROM pending_confirmations
            WHERE periodic_booking_id = :periodic AND scheduled_for = :starts AND purpose = 'book'
                AND outcome = 'confirmed' AND created_at >= :since
            """,
            {"periodic": periodic.id, "starts": stamp(starts), "since": stamp(since)},
        )
        return row is not None

    # "Will you keep it?"

    async def ask_to_keep(
        self, periodic: PeriodicBooking, held: HeldBooking, starts: datetime, expires: datetime
    ) -> bool:
        """Opens the question about a held place, once per class. False when it was asked before."""
        async with self._db.transaction() as tx:
            return await self._open(tx, periodic, starts, expires, ConfirmationPurpose.KEEP, held.id)

    async def keep(self, confirmation: Confirmation) -> bool:
        """The answer yes: the place stays ours. False when it was already answered.

        Nor does it count while nothing is held, or it is just being given back: the question then stays open.
        """
        async with self._db.transaction() as tx:
            if await _is_kept(tx, confirmation):
                return await _answer(tx, confirmation.id, ConfirmationOutcome.CONFIRMED)
            await tx.run(
                "UPDATE pending_confirmations SET confirmed = 0 WHERE id = :id AND outcome IS NULL",
                {"id": confirmation.id},
            )  # a yes by hand is not tried again and again
            return False

    async def give_back(
        self, confirmation: Confirmation, day: date, free_until: datetime | None = None
    ) -> Action | None:
        """The answer no: the cancelling of the held place is queued. When it was queued by hand, that ticket serves.

        `free_until`: until then it costs nothing, and later it is not done without another question.

        None when the question was already answered, or nothing is held any more.
        """
        return await self._give_back(confirmation, day, ConfirmationOutcome.SKIPPED, free_until)

    async def expire_to_keep(self, confirmation: Confirmation, day: date, free_until: datetime) -> Action | None:
        """No answer in time: like give_back, but only as long as that is free, and told.

        When nothing is held any more it closes without a word.
        """
        return await self._give_back(confirmation, day, ConfirmationOutcome.EXPIRED, free_until)

    async def _give_back(
        self, confirmation: Confirmation, day: date, outcome: ConfirmationOutcome, free_until: datetime | None
    ) -> Action | None:
        async with self._db.transaction() as tx:
            if not await _answer(tx, confirmation.id, outcome):
                return None
            held = await find_held(tx, confirmation.booking_row_id or 0, confirmation.user_id)
            if held is None or held.status is not BookingStatus.CONFIRMED or held.booking.day != day:
                return None
            if outcome is ConfirmationOutcome.EXPIRED:
                await add_notice(tx, confirmation.user_id, NoticeKind.EXPIRED, confirmation_id=confirmation.id)
            return await self._cancelling(tx, confirmation, held, free_until)

    async def _cancelling(
        self, tx: Transaction, confirmation: Confirmation, held: HeldBooking, free_until: datetime | None
    ) -> Action:
        new = NewAction(
            ActionType.CANCEL,
            confirmation.user_id,
            held.booking.ref,
            booking_id=held.booking_id,
            periodic_booking_id=confirmation.periodic_booking_id,
            free_until=free_until,
        )
        try:
            return await enqueue(tx, new, self._clock())
        except AlreadyQueued as same:
            return await find_action(tx, same.action_id)

    async def leave_open(self, confirmation: Confirmation) -> None:
        """Lets a question about a held place be answered until the class begins, and asks it again in those terms.

        For who woke too late to give the place back without penalty: that is for the person to decide.
        """
        async with self._db.transaction() as tx:
            rows = await tx.run(
                """
                UPDATE pending_confirmations SET expires_at = scheduled_for WHERE id = :id AND outcome IS NULL
                RETURNING id
                """,
                {"id": confirmation.id},
            )
            if rows:
                await add_notice(tx, confirmation.user_id, NoticeKind.CONFIRMATION, confirmation_id=confirmation.id)

    async def close_too_late(self, confirmation: Confirmation, day: date, *, tell: bool) -> None:
        """The class has begun with its question open: closed, and told as missed when the person had no chance."""
        async with self._db.transaction() as tx:
            if not await _answer(tx, confirmation.id, ConfirmationOutcome.EXPIRED) or not tell:
                return
            await miss_held(tx, confirmation.periodic_booking_id, confirmation.user_id, day)

    async def _open(
        self,
        tx: Transaction,
        periodic: PeriodicBooking,
        starts: datetime,
        expires: datetime,
        purpose: ConfirmationPurpose,
        booking_row_id: int | None = None,
    ) -> bool:
        """Asks, or asks again what was closed when its date was freed: the buttons already in the chat then work."""
        again = purpose is ConfirmationPurpose.BOOK
        row = await tx.row(
            """
            INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, created_at, expires_at,
                purpose, booking_row_id)
            VALUES (:user_id, :periodic, :starts, :now, :expires, :purpose, :booking)
            ON CONFLICT (periodic_booking_id, scheduled_for, purpose) DO UPDATE
                SET outcome = NULL, confirmed = 0, created_at = excluded.created_at, expires_at = excluded.expires_at
                WHERE outcome IS NOT NULL AND :again
            RETURNING id
            """,
            {
                "user_id": periodic.user_id,
                "periodic": periodic.id,
                "starts": stamp(starts),
                "now": stamp(self._clock()),
                "expires": stamp(expires),
                "purpose": purpose,
                "booking": booking_row_id,
                "again": again,
            },
        )
        if row:
            await add_notice(tx, periodic.user_id, NoticeKind.CONFIRMATION, confirmation_id=row["id"])
        return row is not None


async def miss_held(tx: Transaction, periodic_id: int, user_id: int, day: date) -> None:
    """Notes, and tells once, that a held place could not be asked about before its class."""
    row = await tx.row(
        """
        UPDATE occurrences SET state = 'missed'
        WHERE periodic_booking_id = :periodic AND date = :date AND state = 'queued' RETURNING id
        """,
        {"periodic": periodic_id, "date": day.isoformat()},
    )
    if row:
        await add_notice(tx, user_id, NoticeKind.MISSED, occurrence_id=row["id"])


async def close_keeping(tx: Transaction, periodic_id: int) -> None:
    """Held places stay: the periodic booking does not ask about them any more."""
    await tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
        WHERE periodic_booking_id = :periodic AND purpose = 'keep' AND outcome IS NULL
        """,
        {"periodic": periodic_id},
    )


async def _is_kept(tx: Transaction, confirmation: Confirmation) -> bool:
    """Whether the place a question is about is held, as far as we know, and nobody is giving it back."""
    held = await find_held(tx, confirmation.booking_row_id or 0, confirmation.user_id)
    if held is None or held.status is not BookingStatus.CONFIRMED:
        return False
    live = await tx.run(
        """
        SELECT * FROM booking_actions
        WHERE user_id = :user_id AND action_type = 'cancel' AND status IN ('pending', 'processing')
        """,
        {"user_id": confirmation.user_id},
    )
    return not any(action.is_about(held) for action in all_readable(to_action, live))


async def _answer(tx: Transaction, confirmation_id: int, outcome: ConfirmationOutcome) -> bool:
    rows = await tx.run(
        """
        UPDATE pending_confirmations SET outcome = :outcome, confirmed = :outcome = 'confirmed'
        WHERE id = :id AND outcome IS NULL RETURNING id
        """,
        {"outcome": outcome, "id": confirmation_id},
    )
    return bool(rows)

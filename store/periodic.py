"""periodic_bookings, occurrences, pending_confirmations: what recurs, date by date, and what was asked about it."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime

from model import (
    FIT_CENTER,
    Action,
    AlreadyQueued,
    Clock,
    Confirmation,
    ConfirmationOutcome,
    NoticeKind,
    Occurrence,
    OccurrenceState,
    PeriodicBooking,
    clock_time,
    instant,
    stamp,
)
from store.connection import Connection, Transaction
from store.outbox import add_notice
from store.queue import NewAction, enqueue


def _periodic(row: sqlite3.Row) -> PeriodicBooking:
    return PeriodicBooking(
        id=row["id"],
        user_id=row["user_id"],
        name=row["name"],
        course=row["course_name"] or FIT_CENTER,
        location=row["location"] or "",
        day_of_week=row["day_of_week"],
        start=clock_time(row["time_slot"]),
        requires_confirmation=bool(row["requires_confirmation"]),
        active=bool(row["active"]),
        created_at=instant(row["created_at"]),
    )


def _confirmation(row: sqlite3.Row) -> Confirmation:
    return Confirmation(
        id=row["id"],
        user_id=row["user_id"],
        periodic_booking_id=row["periodic_booking_id"],
        scheduled_for=instant(row["scheduled_for"]),
        expires_at=instant(row["expires_at"]),
        outcome=ConfirmationOutcome(row["outcome"]) if row["outcome"] else None,
    )


def _occurrence(row: sqlite3.Row) -> Occurrence:
    return Occurrence(
        id=row["id"],
        periodic_booking_id=row["periodic_booking_id"],
        day=date.fromisoformat(row["date"]),
        state=OccurrenceState(row["state"]),
        action_id=row["action_id"],
    )


class Periodic:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def of(self, user_id: int) -> list[PeriodicBooking]:
        """A person's periodic bookings, by weekday and time."""
        rows = await self._db.rows(
            "SELECT * FROM periodic_bookings WHERE user_id = :user_id ORDER BY day_of_week, time_slot, id",
            {"user_id": user_id},
        )
        return [_periodic(row) for row in rows]

    async def active(self) -> list[PeriodicBooking]:
        """Every periodic booking that is not paused, of people who may use the bot."""
        rows = await self._db.rows(
            """
            SELECT periodic_bookings.* FROM periodic_bookings
            JOIN accounts ON accounts.user_id = periodic_bookings.user_id AND accounts.active = 1
            WHERE periodic_bookings.active = 1 ORDER BY periodic_bookings.id
            """
        )
        return [_periodic(row) for row in rows]

    async def find(self, periodic_id: int, user_id: int | None = None) -> PeriodicBooking | None:
        """A periodic booking; with user_id only if it is that person's."""
        row = await self._db.row(
            "SELECT * FROM periodic_bookings WHERE id = :id AND (:user_id IS NULL OR user_id = :user_id)",
            {"id": periodic_id, "user_id": user_id},
        )
        return _periodic(row) if row else None

    async def set_active(self, periodic_id: int, user_id: int, active: bool) -> PeriodicBooking | None:
        """Pauses or resumes a person's own periodic booking; None when it is not theirs."""
        rows = await self._db.write(
            "UPDATE periodic_bookings SET active = :active WHERE id = :id AND user_id = :user_id RETURNING *",
            {"id": periodic_id, "user_id": user_id, "active": active},
        )
        return _periodic(rows[0]) if rows else None

    async def occurrences_since(self, day: date) -> list[Occurrence]:
        """What was already done about dates from that day on."""
        rows = await self._db.rows("SELECT * FROM occurrences WHERE date >= :date", {"date": day.isoformat()})
        return [_occurrence(row) for row in rows]

    async def occurrence(self, occurrence_id: int) -> Occurrence | None:
        row = await self._db.row("SELECT * FROM occurrences WHERE id = :id", {"id": occurrence_id})
        return _occurrence(row) if row else None

    # Each of these acts once per (periodic booking, date), however often it is called.

    async def queue(self, periodic: PeriodicBooking, day: date, new: NewAction) -> Action | None:
        """Books a date without asking: occurrence and action together. None when the date was already dealt with."""
        async with self._db.transaction() as tx:
            if not await _begin(tx, periodic.id, day, OccurrenceState.QUEUED):
                return None
            return await _enqueue_once(tx, periodic.id, day, new, self._clock())

    async def ask(self, periodic: PeriodicBooking, day: date, starts: datetime, expires: datetime) -> None:
        """Opens the question about a date: occurrence, confirmation and notice together."""
        async with self._db.transaction() as tx:
            if not await _begin(tx, periodic.id, day, OccurrenceState.ASKED):
                return
            row = await tx.row(
                """
                INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, created_at, expires_at)
                VALUES (:user_id, :periodic, :starts, :now, :expires) ON CONFLICT DO NOTHING RETURNING id
                """,
                {
                    "user_id": periodic.user_id,
                    "periodic": periodic.id,
                    "starts": stamp(starts),
                    "now": stamp(self._clock()),
                    "expires": stamp(expires),
                },
            )
            if row:
                await add_notice(tx, periodic.user_id, NoticeKind.CONFIRMATION, confirmation_id=row["id"])

    async def miss(self, periodic: PeriodicBooking, day: date) -> None:
        """Notes, and tells, that a date went by while nothing ran."""
        async with self._db.transaction() as tx:
            occurrence = await _begin(tx, periodic.id, day, OccurrenceState.MISSED)
            if occurrence:
                await add_notice(tx, periodic.user_id, NoticeKind.MISSED, occurrence_id=occurrence)

    # Confirmations

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

    async def confirm(self, confirmation: Confirmation, day: date, new: NewAction) -> Action | None:
        """The answer yes: confirmation, occurrence and action together. None when it was already answered."""
        async with self._db.transaction() as tx:
            if not await _answer(tx, confirmation.id, ConfirmationOutcome.CONFIRMED):
                return None
            await _begin(tx, confirmation.periodic_booking_id, day, OccurrenceState.QUEUED)
            return await _enqueue_once(tx, confirmation.periodic_booking_id, day, new, self._clock())

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
            await _begin(tx, confirmation.periodic_booking_id, day, state)
            await _set_state(tx, confirmation.periodic_booking_id, day, state)
            if outcome is ConfirmationOutcome.EXPIRED:
                await add_notice(tx, confirmation.user_id, NoticeKind.EXPIRED, confirmation_id=confirmation.id)
            return True


async def _begin(tx: Transaction, periodic_id: int, day: date, state: OccurrenceState) -> int | None:
    """Takes the date for us; None when it was already taken."""
    row = await tx.row(
        """
        INSERT INTO occurrences (periodic_booking_id, date, state) VALUES (:periodic, :date, :state)
        ON CONFLICT DO NOTHING RETURNING id
        """,
        {"periodic": periodic_id, "date": day.isoformat(), "state": state},
    )
    return row["id"] if row else None


async def _set_state(
    tx: Transaction, periodic_id: int, day: date, state: OccurrenceState, action_id: int | None = None
) -> None:
    await tx.run(
        """
        UPDATE occurrences SET state = :state, action_id = coalesce(:action, action_id)
        WHERE periodic_booking_id = :periodic AND date = :date
        """,
        {"state": state, "action": action_id, "periodic": periodic_id, "date": day.isoformat()},
    )


async def _answer(tx: Transaction, confirmation_id: int, outcome: ConfirmationOutcome) -> bool:
    rows = await tx.run(
        """
        UPDATE pending_confirmations SET outcome = :outcome, confirmed = :outcome = 'confirmed'
        WHERE id = :id AND outcome IS NULL RETURNING id
        """,
        {"outcome": outcome, "id": confirmation_id},
    )
    return bool(rows)


async def _enqueue_once(tx: Transaction, periodic_id: int, day: date, new: NewAction, now: datetime) -> Action | None:
    """Queues the booking of a date. When the person queued the same by hand, that ticket serves."""
    try:
        action = await enqueue(tx, new, now)
    except AlreadyQueued as same:
        await _set_state(tx, periodic_id, day, OccurrenceState.QUEUED, same.action_id)
        return None
    await _set_state(tx, periodic_id, day, OccurrenceState.QUEUED, action.id)
    return action

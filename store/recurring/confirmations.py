"""pending_confirmations: what is asked about a date, and the answers to "shall I book it?".

Every step acts once, however often it is called: an answer counts only while its question is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from domain.model import Action, Clock, NoticeKind, instant, stamp
from domain.recurrence import Confirmation, ConfirmationOutcome, ConfirmationPurpose, OccurrenceState, PeriodicBooking
from domain.requests import NewAction
from store.connection import Connection, Row, Transaction, in_transaction
from store.outbox import add_notice
from store.recurring.occurrences import begin, enqueue_once, held_already, occurrence_on, set_state


class Confirmations:
    """Questions about dates, and the answers to "shall I book it?"."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def find(self, confirmation_id: int, user_id: int | None = None) -> Confirmation | None:
        """The question with that id. With user_id, None when it is another person's."""
        row = await self._db.row(
            """
            SELECT * FROM pending_confirmations
            WHERE id = :id AND (CAST(:user_id AS BIGINT) IS NULL OR user_id = :user_id)
            """,
            {"id": confirmation_id, "user_id": user_id},
        )
        return to_confirmation(row) if row else None

    async def confirmed_by_hand(self) -> list[Confirmation]:
        """Open questions whose `confirmed` was set to 1 by hand."""
        rows = await self._db.rows("SELECT * FROM pending_confirmations WHERE outcome IS NULL AND confirmed = 1")
        return [to_confirmation(row) for row in rows]

    @in_transaction
    def ask_what_was_put_in_by_hand(self, tx: Transaction) -> list[int]:
        """Sends the open questions that were not sent yet: they were put in by hand. Returns their ids."""
        rows = tx.run(
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
            add_notice(tx, row["user_id"], NoticeKind.CONFIRMATION, confirmation_id=row["id"])
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
        return [to_confirmation(row) for row in rows]

    async def next_deadline(self) -> datetime | None:
        """When the next open question expires."""
        row = await self._db.row(
            "SELECT min(expires_at) FROM pending_confirmations WHERE outcome IS NULL AND expires_at > :now",
            {"now": stamp(self._clock())},
        )
        return instant(row[0]) if row and row[0] else None

    @in_transaction
    def ask(self, tx: Transaction, periodic: PeriodicBooking, day: date, starts: datetime, expires: datetime) -> bool:
        """Asks whether to book a date: creates occurrence, question and notice together.

        False when there is nothing to ask: the date was already dealt with, or the person holds the place already.
        """
        wish = periodic.on(day)
        occurrence_id = begin(tx, periodic.id, day, OccurrenceState.ASKED, self._clock())
        if occurrence_id is None or held_already(tx, occurrence_id, periodic.user_id, wish):
            return False
        question = Question(periodic, occurrence_id, starts, expires, ConfirmationPurpose.BOOK)
        return open_question(tx, question, self._clock())

    @in_transaction
    def confirm(self, tx: Transaction, confirmation: Confirmation, day: date, new: NewAction) -> Action | None:
        """Stores the answer yes and queues the booking. None when the question was answered before."""
        if not answer(tx, confirmation.id, ConfirmationOutcome.CONFIRMED):
            return None
        now = self._clock()
        occurrence_id = _take_date(tx, confirmation, day, OccurrenceState.QUEUED, now)
        return enqueue_once(tx, occurrence_id, new, now)

    async def skip(self, confirmation: Confirmation, day: date) -> bool:
        """Stores the answer no. False when the question was answered before, or has expired."""
        return await self._close(confirmation, day, ConfirmationOutcome.SKIPPED, OccurrenceState.SKIPPED)

    async def expire(self, confirmation: Confirmation, day: date) -> bool:
        """Closes a question that nobody answered in time, and tells so. False when it was answered meanwhile."""
        return await self._close(confirmation, day, ConfirmationOutcome.EXPIRED, OccurrenceState.EXPIRED)

    @in_transaction
    def _close(
        self,
        tx: Transaction,
        confirmation: Confirmation,
        day: date,
        outcome: ConfirmationOutcome,
        state: OccurrenceState,
    ) -> bool:
        if not answer(tx, confirmation.id, outcome):
            return False
        set_state(tx, _take_date(tx, confirmation, day, state, self._clock()), state)
        if outcome is ConfirmationOutcome.EXPIRED:
            add_notice(tx, confirmation.user_id, NoticeKind.EXPIRED, confirmation_id=confirmation.id)
        return True

    async def confirmed_since(self, periodic: PeriodicBooking, day: date, since: datetime) -> bool:
        """Whether "shall I book it?" was asked about that date after that moment, and answered with yes."""
        row = await self._db.row(
            """
            SELECT 1 FROM pending_confirmations JOIN occurrences ON occurrences.id = occurrence_id
            WHERE occurrences.periodic_booking_id = :periodic AND date = :day AND purpose = 'book'
                AND outcome = 'confirmed' AND pending_confirmations.created_at >= :since
            """,
            {"periodic": periodic.id, "day": day.isoformat(), "since": stamp(since)},
        )
        return row is not None


def to_confirmation(row: Row) -> Confirmation:
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


@dataclass(frozen=True, slots=True)
class Question:
    """A question to be asked."""

    periodic: PeriodicBooking
    occurrence_id: int | None  # None: nothing is known to have been done about that date
    starts: datetime  # when the class begins
    expires: datetime
    purpose: ConfirmationPurpose
    booking_row_id: int | None = None  # what is held


def open_question(tx: Transaction, question: Question, now: datetime) -> bool:
    """Opens a question, or reopens the one closed when its date was freed: its buttons in the chat work again."""
    row = tx.row(
        """
        INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, created_at, expires_at,
            purpose, booking_row_id, occurrence_id)
        VALUES (:user_id, :periodic, :starts, :now, :expires, :purpose, :booking, :occurrence)
        ON CONFLICT (periodic_booking_id, scheduled_for, purpose) DO UPDATE
            SET outcome = NULL, confirmed = 0, created_at = excluded.created_at, expires_at = excluded.expires_at,
                occurrence_id = excluded.occurrence_id
            WHERE pending_confirmations.outcome IS NOT NULL AND excluded.purpose = 'book'
        RETURNING id
        """,
        {
            "user_id": question.periodic.user_id,
            "periodic": question.periodic.id,
            "starts": stamp(question.starts),
            "now": stamp(now),
            "expires": stamp(question.expires),
            "purpose": question.purpose,
            "booking": question.booking_row_id,
            "occurrence": question.occurrence_id,
        },
    )
    if row:
        add_notice(tx, question.periodic.user_id, NoticeKind.CONFIRMATION, confirmation_id=row["id"])
    return row is not None


def occurrence_of(tx: Transaction, confirmation: Confirmation, day: date) -> int | None:
    """The occurrence that a question carries; for one put in by hand that of the day, if anything was done about it."""
    row = tx.row("SELECT occurrence_id FROM pending_confirmations WHERE id = :id", {"id": confirmation.id})
    carried = row["occurrence_id"] if row else None
    return carried or occurrence_on(tx, confirmation.periodic_booking_id, day)


def _take_date(
    tx: Transaction, confirmation: Confirmation, day: date, state: OccurrenceState, now: datetime
) -> int | None:
    """The occurrence of a question that is being answered. One put in by hand carries it from now on."""
    begin(tx, confirmation.periodic_booking_id, day, state, now)
    occurrence_id = occurrence_of(tx, confirmation, day)
    tx.run(
        "UPDATE pending_confirmations SET occurrence_id = :occurrence WHERE id = :id",
        {"occurrence": occurrence_id, "id": confirmation.id},
    )
    return occurrence_id


def answer(tx: Transaction, confirmation_id: int, outcome: ConfirmationOutcome) -> bool:
    rows = tx.run(
        """
        UPDATE pending_confirmations SET outcome = :outcome,
            confirmed = CASE :outcome WHEN 'confirmed' THEN 1 ELSE 0 END
        WHERE id = :id AND outcome IS NULL RETURNING id
        """,
        {"outcome": outcome, "id": confirmation_id},
    )
    return bool(rows)

"""pending_confirmations: the answers to "will you keep it?", about places that the mode `hold` holds.

Every step acts once, however often it is called: an answer counts only while its question is open.
"""

from __future__ import annotations

from datetime import date, datetime

from domain.errors import AlreadyQueued
from domain.model import Action, ActionType, BookingStatus, Clock, HeldBooking, NoticeKind
from domain.recurrence import Confirmation, ConfirmationOutcome, ConfirmationPurpose, PeriodicBooking
from domain.requests import NewAction
from store.bookings import find_held
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.rows import enqueue, to_action
from store.recurring.confirmations import Question, answer, occurrence_of, open_question
from store.recurring.occurrences import find_action, occurrence_on
from store.row_reading import all_readable


class Keeping:
    """Questions whether a held place is kept, and their answers."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def ask(
        self, tx: Transaction, periodic: PeriodicBooking, held: HeldBooking, starts: datetime, expires: datetime
    ) -> bool:
        """Asks whether a held place is kept, once per class. False when it was asked before."""
        occurrence_id = occurrence_on(tx, periodic.id, held.booking.day)
        question = Question(periodic, occurrence_id, starts, expires, ConfirmationPurpose.KEEP, held.id)
        return open_question(tx, question, self._clock())

    @in_transaction
    def keep(self, tx: Transaction, confirmation: Confirmation) -> bool:
        """Stores the answer yes: the place is kept. False when the question was answered before.

        Nor does it count while nothing is held, or it is just being given back: the question then stays open.
        """
        if _is_kept(tx, confirmation):
            return answer(tx, confirmation.id, ConfirmationOutcome.CONFIRMED)
        tx.run(
            "UPDATE pending_confirmations SET confirmed = 0 WHERE id = :id AND outcome IS NULL",
            {"id": confirmation.id},
        )  # a yes by hand is not tried again and again
        return False

    async def give_back(
        self, confirmation: Confirmation, day: date, free_until: datetime | None = None
    ) -> Action | None:
        """Stores the answer no and queues the cancellation, unless the person has queued it themselves.

        `free_until`: until then it costs nothing, and later it is not done without another question.

        None when the question was already answered, or nothing is held any more.
        """
        return await self._give_back(confirmation, day, ConfirmationOutcome.SKIPPED, free_until)

    async def expire(self, confirmation: Confirmation, day: date, free_until: datetime) -> Action | None:
        """Closes a question that nobody answered in time: like give_back, but only while that is free, and told.

        When nothing is held any more it closes without a word.
        """
        return await self._give_back(confirmation, day, ConfirmationOutcome.EXPIRED, free_until)

    @in_transaction
    def _give_back(
        self,
        tx: Transaction,
        confirmation: Confirmation,
        day: date,
        outcome: ConfirmationOutcome,
        free_until: datetime | None,
    ) -> Action | None:
        if not answer(tx, confirmation.id, outcome):
            return None
        held = find_held(tx, confirmation.booking_row_id or 0, confirmation.user_id)
        if held is None or held.status is not BookingStatus.CONFIRMED or held.booking.day != day:
            return None
        if outcome is ConfirmationOutcome.EXPIRED:
            add_notice(tx, confirmation.user_id, NoticeKind.EXPIRED, confirmation_id=confirmation.id)
        return self._cancelling(tx, confirmation, held, free_until)

    def _cancelling(
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
            return enqueue(tx, new, self._clock())
        except AlreadyQueued as same:
            return find_action(tx, same.action_id)

    @in_transaction
    def leave_open(self, tx: Transaction, confirmation: Confirmation) -> None:
        """Extends a question about a held place until the class begins, and asks it again saying so.

        For who woke too late to give the place back without penalty: that is for the person to decide.
        """
        rows = tx.run(
            """
            UPDATE pending_confirmations SET expires_at = scheduled_for WHERE id = :id AND outcome IS NULL
            RETURNING id
            """,
            {"id": confirmation.id},
        )
        if rows:
            add_notice(tx, confirmation.user_id, NoticeKind.CONFIRMATION, confirmation_id=confirmation.id)

    @in_transaction
    def close_too_late(self, tx: Transaction, confirmation: Confirmation, day: date, *, tell: bool) -> None:
        """Closes a question whose class has begun, and tells it as missed when the person had no chance to answer."""
        if not answer(tx, confirmation.id, ConfirmationOutcome.EXPIRED) or not tell:
            return
        _miss(tx, occurrence_of(tx, confirmation, day), confirmation.user_id)

    @in_transaction
    def close(self, tx: Transaction, periodic_id: int) -> None:
        """Closes the open questions about held places of a recurring booking: the places are kept."""
        close_keeping(tx, periodic_id)

    @in_transaction
    def miss(self, tx: Transaction, periodic: PeriodicBooking, day: date) -> None:
        """Stores and tells, once, that the question about a held place could not be asked before its class."""
        _miss(tx, occurrence_on(tx, periodic.id, day), periodic.user_id)


def _miss(tx: Transaction, occurrence_id: int | None, user_id: int) -> None:
    """Stores and tells, once, that the question about a held place could not be asked before its class."""
    row = tx.row(
        "UPDATE occurrences SET state = 'missed' WHERE id = :id AND state = 'queued' RETURNING id",
        {"id": occurrence_id},
    )
    if row:
        add_notice(tx, user_id, NoticeKind.MISSED, occurrence_id=row["id"])


def close_keeping(tx: Transaction, periodic_id: int) -> None:
    """Closes the open questions about held places of a recurring booking: the places are kept."""
    tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
        WHERE periodic_booking_id = :periodic AND purpose = 'keep' AND outcome IS NULL
        """,
        {"periodic": periodic_id},
    )


def _is_kept(tx: Transaction, confirmation: Confirmation) -> bool:
    """Whether the place of a question is held, as far as is known, and no cancellation of it is live."""
    held = find_held(tx, confirmation.booking_row_id or 0, confirmation.user_id)
    if held is None or held.status is not BookingStatus.CONFIRMED:
        return False
    live = tx.run(
        """
        SELECT * FROM booking_actions
        WHERE user_id = :user_id AND action_type = 'cancel' AND status IN ('pending', 'processing')
        """,
        {"user_id": confirmation.user_id},
    )
    return not any(action.is_about(held) for action in all_readable(to_action, live))

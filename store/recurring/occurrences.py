"""occurrences: what was done about each date of a recurring booking. One row per date, so that nothing is done twice.

Each method for the executor acts once per (recurring booking, date), however often it is called.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.errors import AlreadyQueued
from domain.model import LAST_CALL, Action, ActionType, ClassRef, Clock, NoticeKind, stamp
from domain.recurrence import Occurrence, OccurrenceState, PeriodicBooking
from domain.requests import NewAction
from domain.unknown_outcome import leaves_unknown_outcome
from store.bookings import is_held
from store.connection import Connection, Row, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.choices import STILL
from store.queue.pairs import follow_up
from store.queue.rows import enqueue, read_soon, to_action
from store.queue.swaps import ask_back
from store.recurring.rows import to_occurrence

WAITING = f"action_type = 'book' AND {STILL}"


DAWN, DUSK = date(1, 1, 1), date(9999, 12, 31)


class Occurrences:
    """What was done about each date of the recurring bookings."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def find(self, occurrence_id: int) -> Occurrence | None:
        row = await self._db.row("SELECT * FROM occurrences WHERE id = :id", {"id": occurrence_id})
        return to_occurrence(row) if row else None

    async def since(self, day: date) -> list[Occurrence]:
        """The occurrences from that day on, of everybody."""
        rows = await self._db.rows("SELECT * FROM occurrences WHERE date >= :date", {"date": day.isoformat()})
        return [to_occurrence(row) for row in rows]

    async def state_of(self, periodic_id: int, day: date) -> OccurrenceState | None:
        """The state of a date; None when nothing was done about it, or it was freed again."""
        row = await self._db.row(
            "SELECT state FROM occurrences WHERE periodic_booking_id = :id AND date = :date",
            {"id": periodic_id, "date": day.isoformat()},
        )
        return OccurrenceState(row["state"]) if row else None

    @in_transaction
    def skip(self, tx: Transaction, periodic_id: int, user_id: int, day: date) -> bool:
        """Skips one date, and withdraws its pending booking or open question. Skipping twice is the same as once.

        False when there is no such date of theirs, or it is past withdrawing: being booked, held, or over.
        """
        now = self._clock()
        mine = tx.row(
            "SELECT 1 FROM periodic_bookings WHERE id = :id AND user_id = :user_id AND day_of_week = :weekday",
            {"id": periodic_id, "user_id": user_id, "weekday": day.weekday()},
        )
        if mine is None:
            return False
        free(tx, periodic_id, now, day, day)
        begin(tx, periodic_id, day, OccurrenceState.SKIPPED, now)
        [row] = _rows_of_date(tx, periodic_id, day)
        return bool(row["state"] == OccurrenceState.SKIPPED)

    async def unskip(self, periodic_id: int, user_id: int, day: date) -> bool:
        """Undoes a skip, so that the date is planned again. False when it was not skipped, or is another person's."""
        rows = await self._db.write(
            """
            DELETE FROM occurrences WHERE periodic_booking_id = :id AND date = :date AND state = 'skipped'
                AND EXISTS (SELECT 1 FROM periodic_bookings WHERE id = :id AND user_id = :user_id)
            RETURNING id
            """,
            {"id": periodic_id, "user_id": user_id, "date": day.isoformat()},
        )
        return bool(rows)

    @in_transaction
    def queue(self, tx: Transaction, periodic: PeriodicBooking, day: date, new: NewAction) -> Action | None:
        """Queues the booking of a date without a question: creates occurrence and action together.

        None when the date was already dealt with, the place is already held, or a ticket made by hand serves.
        """
        now = self._clock()
        occurrence_id = begin(tx, periodic.id, day, OccurrenceState.QUEUED, now)
        if occurrence_id is None:
            return None
        if new.wish and held_already(tx, occurrence_id, periodic.user_id, new.wish):
            return None
        return enqueue_once(tx, occurrence_id, new, now)

    @in_transaction
    def queue_again(self, tx: Transaction, periodic_id: int, day: date, new: NewAction) -> Action | None:
        """Queues the booking of a date again after it was withdrawn. None when a live action is about the same."""
        return enqueue_once(tx, occurrence_on(tx, periodic_id, day), new, self._clock())

    @in_transaction
    def miss(self, tx: Transaction, periodic: PeriodicBooking, day: date) -> None:
        """Stores and tells that a date was missed because no program ran in time."""
        occurrence = begin(tx, periodic.id, day, OccurrenceState.MISSED, self._clock())
        if occurrence:
            add_notice(tx, periodic.user_id, NoticeKind.MISSED, occurrence_id=occurrence)

    @in_transaction
    def leave_out(self, tx: Transaction, periodic: PeriodicBooking, day: date) -> None:
        """Stores and tells that a date was not queued, because as many of the person's bookings wait as may."""
        occurrence = begin(tx, periodic.id, day, OccurrenceState.SKIPPED, self._clock())
        if occurrence:
            add_notice(tx, periodic.user_id, NoticeKind.TOO_MANY, occurrence_id=occurrence)

    @in_transaction
    def pass_over(self, tx: Transaction, periodic: PeriodicBooking, day: date) -> None:
        """Stores that a date passed on a day off, so that deleting the days off later does not plan it again."""
        begin(tx, periodic.id, day, OccurrenceState.SKIPPED, self._clock())

    @in_transaction
    def withdraw(self, tx: Transaction, periodic_id: int) -> None:
        """Withdraws the pending bookings and open questions of a recurring booking, and frees their dates."""
        free(tx, periodic_id, self._clock())


def begin(tx: Transaction, periodic_id: int, day: date, state: OccurrenceState, now: datetime) -> int | None:
    """Creates the occurrence of a date. None when it exists already."""
    row = tx.row(
        """
        INSERT INTO occurrences (periodic_booking_id, date, state, created_at) VALUES (:periodic, :date, :state, :now)
        ON CONFLICT DO NOTHING RETURNING id
        """,
        {"periodic": periodic_id, "date": day.isoformat(), "state": state, "now": stamp(now)},
    )
    return row["id"] if row else None


def occurrence_on(tx: Transaction, periodic_id: int, day: date) -> int | None:
    """The occurrence of a recurring booking on a day; None when nothing was done about that day."""
    row = tx.row(
        "SELECT id FROM occurrences WHERE periodic_booking_id = :periodic AND date = :date",
        {"periodic": periodic_id, "date": day.isoformat()},
    )
    return row["id"] if row else None


def set_state(tx: Transaction, occurrence_id: int | None, state: OccurrenceState, action_id: int | None = None) -> None:
    tx.run(
        "UPDATE occurrences SET state = :state, action_id = coalesce(:action, action_id) WHERE id = :id",
        {"state": state, "action": action_id, "id": occurrence_id},
    )


def held_already(tx: Transaction, occurrence_id: int, user_id: int, wish: ClassRef) -> bool:
    """Whether the person holds the class of a date already; then the occurrence is stored as queued."""
    if not is_held(tx, user_id, wish):
        return False
    set_state(tx, occurrence_id, OccurrenceState.QUEUED)
    return True


def enqueue_once(tx: Transaction, occurrence_id: int | None, new: NewAction, now: datetime) -> Action | None:
    """Queues the booking of a date. When the person has queued the same class themselves, that action is used.

    When they are just giving the same place back, the date is skipped.
    """
    try:
        action = enqueue(tx, new, now)
    except AlreadyQueued as same:
        live = find_action(tx, same.action_id)
        giving_back = live.type is ActionType.CANCEL
        state = OccurrenceState.SKIPPED if giving_back else OccurrenceState.QUEUED
        set_state(tx, occurrence_id, state, None if giving_back else live.id)
        return None
    set_state(tx, occurrence_id, OccurrenceState.QUEUED, action.id)
    return action


def find_action(tx: Transaction, action_id: int) -> Action:
    """The action with an id that is known to exist."""
    [row] = tx.run("SELECT * FROM booking_actions WHERE id = :id", {"id": action_id})
    return to_action(row)


def free(
    tx: Transaction,
    periodic_id: int,
    now: datetime,
    first: date = DAWN,
    last: date = DUSK,
    margin: timedelta = LAST_CALL,
) -> None:
    """Withdraws pending bookings and open questions of the dates from first to last, and deletes their occurrences.

    Waiting are open "shall I book it?" and bookings that are pending, or only prepared for an opening farther away
    than `margin`; what is held stays. `now` is read after the transaction has begun: who waited for its lock may be
    too late.
    """
    within = {"periodic": periodic_id, "first": first.isoformat(), "last": last.isoformat()}
    asked = tx.run(
        """
        SELECT id, date FROM occurrences
        WHERE periodic_booking_id = :periodic AND state = 'asked' AND date BETWEEN :first AND :last
        """,
        within,
    )
    for row in asked:
        _close_question(tx, periodic_id, row)
        tx.run("DELETE FROM occurrences WHERE id = :id", {"id": row["id"]})
    for action in _withdraw(tx, within, now, margin):
        tx.run("DELETE FROM occurrences WHERE periodic_booking_id = :periodic AND action_id = :action",
                     {"periodic": periodic_id, "action": action["id"]})  # fmt: skip
        ask_back(tx, action["id"], now)
        if leaves_unknown_outcome(action["error_kind"], action["failures"]):
            read_soon(tx, action["user_id"], now)
        if action["card_message_id"] is not None:
            add_notice(tx, action["user_id"], NoticeKind.PROGRESS, action_id=action["id"])
        follow_up(tx, [action["user_id"]], now)


def _withdraw(tx: Transaction, within: dict[str, object], now: datetime, margin: timedelta) -> list[Row]:
    """Withdraws the bookings. A worker that rehearses or prepares one finds that it has lost the lease."""
    return tx.run(
        f"""
        UPDATE booking_actions SET status = 'cancelled', completed_at = :now, lease_until = NULL
        WHERE periodic_booking_id = :periodic AND date BETWEEN :first AND :last AND {WAITING}
        RETURNING id, user_id, card_message_id, error_kind, failures
        """,  # noqa: S608 - a constant of this file
        within | {"now": stamp(now), "safe": stamp(now + margin)},
    )


def _close_question(tx: Transaction, periodic_id: int, occurrence: Row) -> None:
    """Closes the open "shall I book it?" of a date.

    One put in by hand says no date. Classes of a series lie a week apart: near that day there is no other.
    """
    tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'skipped', confirmed = 0
        WHERE periodic_booking_id = :periodic AND purpose = 'book' AND outcome IS NULL AND (occurrence_id = :id
            OR (occurrence_id IS NULL AND abs(julianday(:date, '+12 hours') - julianday(scheduled_for)) < 1.5))
        """,
        {"periodic": periodic_id, **dict(occurrence)},
    )


def _rows_of_date(tx: Transaction, periodic_id: int, day: date) -> list[Row]:
    return tx.run(
        "SELECT * FROM occurrences WHERE periodic_booking_id = :id AND date = :date",
        {"id": periodic_id, "date": day.isoformat()},
    )

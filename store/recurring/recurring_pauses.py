"""recurring_pauses: what recurs for a person waits, after a refusal that concerns their account, until they say so.

One begins with the refusal, in its transaction (store/queue/settlement.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from domain.errors import AccountLimit, AppError, MembershipProblem, quoted
from domain.model import Action, ActionType, Clock, instant, stamp
from domain.recurrence import OccurrenceState, PeriodicBooking
from domain.recurrence_rules import RecurrenceRules
from domain.recurring_pauses import MissedDate, RecurringPause
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.recurring.occurrences import begin, free, held_already
from store.recurring.rows import to_periodic
from store.row_reading import all_readable

OF_THE_ACCOUNT = (AccountLimit, MembershipProblem)
LONGEST_LOOK_BACK = timedelta(days=28)  # what was missed longer ago is not told one by one


def pause_recurring(tx: Transaction, action: Action, error: AppError, now: datetime) -> bool:
    """Pauses the person's recurring bookings after the site refused a booking for a reason of the account.

    True when that was told already, and this booking is one of those that recur: it is not told again.
    """
    if action.type is not ActionType.BOOK or not isinstance(error, OF_THE_ACCOUNT):
        return False
    who = {"user_id": action.user_id}
    if tx.row("SELECT 1 FROM recurring_pauses WHERE user_id = :user_id", who):
        return action.periodic_booking_id is not None
    mine = tx.run("SELECT id FROM periodic_bookings WHERE user_id = :user_id AND active = 1", who)
    if mine:
        tx.run(
            "INSERT INTO recurring_pauses (user_id, since, kind, words) VALUES (:user_id, :now, :kind, :words)",
            who | {"now": stamp(now), "kind": error.kind, "words": quoted(str(error))},
        )
    for row in mine:
        free(tx, row["id"], now)
    return False


class RecurringPauses:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_snapshot
    def find(self, tx: Transaction, user_id: int) -> RecurringPause | None:
        """Why the person's recurring bookings are paused; None when they are not."""
        return recurring_pause_of(tx, user_id)

    @in_transaction
    def end(self, tx: Transaction, user_id: int, recurrence: RecurrenceRules) -> list[MissedDate] | None:
        """Resumes the person's recurring bookings. Returns the dates missed meanwhile; None when they were not paused.

        They are kept as missed, so that the preview shows them; nothing is told of them but this.
        """
        who = {"user_id": user_id}
        rows = tx.run("DELETE FROM recurring_pauses WHERE user_id = :user_id RETURNING since", who)
        if not rows:
            return None
        found = tx.run("SELECT * FROM periodic_bookings WHERE user_id = :user_id AND active = 1", who)
        since = instant(rows[0]["since"])
        missed: list[MissedDate] = []
        for periodic in all_readable(to_periodic, found):
            missed += self._missed(tx, periodic, recurrence, since)
        return sorted(missed, key=lambda each: (each.day, each.periodic.start))

    def _missed(
        self, tx: Transaction, periodic: PeriodicBooking, recurrence: RecurrenceRules, since: datetime
    ) -> Sequence[MissedDate]:
        now = self._clock()
        first, last = recurrence.day_of(max(since, now - LONGEST_LOOK_BACK)), recurrence.day_of(now)
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        over = [day for day in days if day.weekday() == periodic.day_of_week
                and since < recurrence.last_chance(periodic, day) <= now]  # fmt: skip
        _plan_anew(tx, periodic, recurrence, now)
        return [MissedDate(periodic, day) for day in over if _is_missed(tx, periodic, day, now)]


def recurring_pause_of(tx: Transaction, user_id: int) -> RecurringPause | None:
    """Why the person's recurring bookings are paused; None when they are not."""
    row = tx.row("SELECT * FROM recurring_pauses WHERE user_id = :user_id", {"user_id": user_id})
    return RecurringPause(instant(row["since"]), row["kind"], row["words"]) if row else None


def _plan_anew(tx: Transaction, periodic: PeriodicBooking, recurrence: RecurrenceRules, now: datetime) -> None:
    """Frees future dates whose booking was refused for a reason of the account, so that they are planned again."""
    refused = tx.run(
        """
        SELECT occurrences.id, occurrences.date FROM occurrences
        JOIN booking_actions ON booking_actions.id = occurrences.action_id
        WHERE occurrences.periodic_booking_id = :id AND occurrences.date >= :today AND status = 'failed'
            AND error_kind IN ('AccountLimit', 'MembershipProblem')
        """,
        {"id": periodic.id, "today": recurrence.day_of(now).isoformat()},
    )
    for row in refused:
        if now < recurrence.last_chance(periodic, date.fromisoformat(row["date"])):
            tx.run("DELETE FROM occurrences WHERE id = :id", {"id": row["id"]})


def _is_missed(tx: Transaction, periodic: PeriodicBooking, day: date, now: datetime) -> bool:
    """Whether a date was missed: nothing was booked and it was no day off. Stores it as missed."""
    values = {"id": periodic.id, "user_id": periodic.user_id, "day": day.isoformat()}
    if tx.row("SELECT 1 FROM holidays WHERE user_id = :user_id AND :day BETWEEN first_day AND last_day", values):
        return False
    occurrence_id = begin(tx, periodic.id, day, OccurrenceState.MISSED, now)
    if occurrence_id is None:
        return bool(
            tx.row(
                """
                SELECT 1 FROM occurrences JOIN booking_actions ON booking_actions.id = occurrences.action_id
                WHERE occurrences.periodic_booking_id = :id AND occurrences.date = :day AND status = 'failed'
                """,
                values,
            )
        )
    return not held_already(tx, occurrence_id, periodic.user_id, periodic.on(day))

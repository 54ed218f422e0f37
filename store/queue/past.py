"""What became of everything a person wanted: their places, and the bookings that the site refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import SlotFull
from domain.history import Became, Entry, became_of, without_repeats
from domain.house_rules import HouseRules
from domain.model import FIT_CENTER, ClassRef, HeldBooking, instant, starts_at
from store.bookings import to_held
from store.connection import Connection, Row, Transaction, in_snapshot
from store.queue.choices import to_wish
from store.row_reading import all_readable, instant_or_none

PLACES = """
    SELECT held.*, action.id AS action_id, opening.action_id AS raced, opening.seen_ms,
        action.watch AS watched, action.won_choice,
        action.course_name AS asked_course, action.location AS asked_location, action.course_type AS asked_type,
        (SELECT min(min((sent_ms + answered_ms) / 2,
                CASE WHEN round_trip_ms > 0 THEN sent_ms + round_trip_ms / 2 ELSE (sent_ms + answered_ms) / 2 END))
            FROM shots WHERE shots.action_id = opening.action_id AND outcome = 'accepted') AS arrived_ms,
        (SELECT answered_ms FROM shots WHERE shots.action_id = opening.action_id AND outcome = 'accepted'
            ORDER BY sent_ms LIMIT 1) AS taken_ms,
        (SELECT max(created_at) FROM booking_actions AS given INDEXED BY finished_by_class
            WHERE given.user_id = held.user_id AND given.date = held.booking_date AND given.status = 'completed'
                AND given.status IN ('completed', 'failed', 'cancelled') AND given.action_type IN ('book', 'cancel')
                AND given.action_type = 'cancel' AND given.booking_id = held.booking_id) AS given_back_at,
        EXISTS (SELECT 1 FROM shots WHERE shots.action_id = opening.action_id AND choice = 0 AND outcome = 'full')
            AS lost_first
    FROM user_bookings AS held
    LEFT JOIN booking_actions AS action ON action.id = (
        SELECT max(id) FROM booking_actions WHERE won_row_id = held.id AND status = 'completed'
    )
    LEFT JOIN openings AS opening ON opening.action_id = action.id
    WHERE held.user_id = :user_id
"""
LOST_FIRST = "EXISTS (SELECT 1 FROM shots WHERE action_id = booking_actions.id AND choice = 0 AND outcome = 'full')"
REFUSED = f"""
    SELECT *, EXISTS (SELECT 1 FROM openings WHERE openings.action_id = booking_actions.id) AS raced,
        {LOST_FIRST} AS lost_first
    FROM booking_actions INDEXED BY finished_by_class
    WHERE user_id = :user_id AND status IN ('completed', 'failed', 'cancelled') AND action_type IN ('book', 'cancel')
        AND date IS NOT NULL AND action_type = 'book'
        AND (status = 'failed' OR status = 'completed' AND won_choice > 0 AND {LOST_FIRST})
"""  # noqa: S608 - a constant of this file


@dataclass(frozen=True, slots=True)
class _Judge:
    """Makes entries of rows: by these rules, at this moment."""

    rules: HouseRules
    now: datetime

    def place(self, row: Row) -> Entry:
        held, zone = to_held(row), self.rules.opening.zone
        ref = held.ref
        if row["action_id"] is not None:
            asked = replace(ref, course=row["asked_course"] or FIT_CENTER, location=row["asked_location"] or "")
            ref = ref.named_as(replace(asked, course_type=row["asked_type"] or ""))
        became = became_of(held, self.now, zone)
        in_time = self._in_time(row, held) if became is Became.GIVEN_BACK else None
        won = True if row["raced"] is not None and row["arrived_ms"] is not None else None
        if won is None and row["watched"] is not None and row["lost_first"] and not row["won_choice"]:
            won = False  # the watch found it after that
        return Entry(
            became, ref, held.updated_at, held, row["action_id"], row["arrived_ms"], row["taken_ms"], row["seen_ms"],
            in_time, won=won,
        )  # fmt: skip

    def _in_time(self, row: Row, held: HeldBooking) -> bool | None:
        """None when it was asked in time, and read back as gone only after it."""
        free_until = starts_at(held.booking.day, held.booking.start, self.rules.opening.zone) - self.rules.free_cancel
        if held.updated_at <= free_until:
            return True
        asked_at = instant_or_none(row["given_back_at"])
        return False if asked_at is not None and asked_at > free_until else None

    def refusal(self, row: Row) -> Entry:
        """What was not had; of an action that won an alternative: its first choice."""
        lost = row["status"] == "completed" or row["error_kind"] == SlotFull.__name__
        watched = row["watch"] is not None
        lost_there = row["lost_first"] if watched else lost and row["raced"]  # a watch may end in many ways
        wish: ClassRef = to_wish(row)
        ended = instant(row["completed_at"] or row["created_at"])
        return Entry(
            Became.LOST if lost else Became.FAILED, replace(wish, course=wish.course or FIT_CENTER), ended,
            action_id=row["id"], why_not=row["error_kind"] or SlotFull.__name__,
            won=False if lost_there else None,
        )  # fmt: skip


class Past:
    """A person's history, made anew of the rows each time."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @in_snapshot
    def of(self, tx: Transaction, user_id: int, rules: HouseRules, now: datetime) -> list[Entry]:
        """The person's history, the latest class first; each class once."""
        judge, person = _Judge(rules, now), {"user_id": user_id}
        places = all_readable(judge.place, tx.run(PLACES, person))
        refusals = all_readable(judge.refusal, tx.run(REFUSED, person))
        return without_repeats([*places, *refusals])

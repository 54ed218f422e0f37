"""What a person may still change about a pending booking: its alternatives, its swap, its start."""

from __future__ import annotations

from datetime import date, datetime

from domain.model import LAST_CALL, PREPARE, ClassRef, Clock, clock_time, stamp
from domain.requests import MOST_ALTERNATIVES, READ_BY
from store.connection import Connection, Row, Transaction, in_transaction

STILL = "(status = 'pending' OR (status = 'processing' AND action_type = 'book' AND acting = 0 AND opens_at > :safe))"
"""Pending, or claimed only to be rehearsed or prepared: its worker checks again before it books (begin_to_act).

`safe` is `last_call(now)`, of a now after the lock was taken.
"""
WAITS = f"id = :id AND user_id = :user_id AND {STILL}"
WAITING_BOOKING = f"{WAITS} AND action_type = 'book' AND watch IS NULL AND both_or_none = 0"


FIND = f"UPDATE booking_actions SET id = id WHERE {WAITING_BOOKING} RETURNING *"  # noqa: S608 - constants of this file
"""Written to, and so nobody claims it before what is changed beside it is committed."""


def last_call(now: datetime) -> str:
    """Bookings that open later than this may still be withdrawn while a worker prepares them."""
    return stamp(now + LAST_CALL)


def _still_to_be_read(action_id: int, user_id: int, now: datetime) -> dict[str, object]:
    """The parameters of FIND: an action whose alternatives its worker has not read yet."""
    return {"id": action_id, "user_id": user_id, "safe": stamp(now + READ_BY)}


def to_wish(row: Row) -> ClassRef:
    day = date.fromisoformat(row["date"])
    start = clock_time(row["time_slot"])
    return ClassRef(row["course_name"] or "", row["location"] or "", day, start, row["course_type"] or "")


def insert_alternative(tx: Transaction, action_id: int, position: int, wish: ClassRef) -> None:
    tx.run(
        """
        INSERT INTO alternatives (action_id, position, location, course_name, course_type, date, time_slot)
        VALUES (:action, :position, :location, :course, :course_type, :date, :time)
        """,
        {
            "action": action_id,
            "position": position,
            "location": wish.location,
            "course": wish.course,
            "course_type": wish.course_type or None,
            "date": wish.day.isoformat(),
            "time": f"{wish.start:%H:%M}",
        },
    )


class Choices:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def alternatives(self, action_id: int) -> list[ClassRef]:
        """The alternatives of an action, in the person's order."""
        rows = await self._db.rows(
            "SELECT * FROM alternatives WHERE action_id = :id ORDER BY position", {"id": action_id}
        )
        return [to_wish(row) for row in rows]

    @in_transaction
    def add_alternative(self, tx: Transaction, action_id: int, user_id: int, wish: ClassRef) -> bool:
        """Appends an alternative to the person's pending booking. Adding it twice is the same as once.

        False when it is not theirs or waits no more, is that class already, or has MOST_ALTERNATIVES.
        """
        first = tx.row(FIND, _still_to_be_read(action_id, user_id, self._clock()))
        if first is None or to_wish(first).matches(wish):
            return False
        others = choices_of(tx, action_id)
        if any(other.matches(wish) for other in others):
            return True
        if len(others) >= MOST_ALTERNATIVES:
            return False
        insert_alternative(tx, action_id, len(others) + 1, wish)
        return True

    @in_transaction
    def drop_alternative(self, tx: Transaction, action_id: int, user_id: int, wish: ClassRef) -> bool:
        """Removes an alternative; the later ones move up. False when the booking is not pending or has no such one."""
        if tx.row(FIND, _still_to_be_read(action_id, user_id, self._clock())) is None:
            return False
        others = choices_of(tx, action_id)
        if wish not in others:
            return False
        others.remove(wish)
        tx.run("DELETE FROM alternatives WHERE action_id = :id", {"id": action_id})
        for position, other in enumerate(others, start=1):
            insert_alternative(tx, action_id, position, other)
        return True

    async def swap_for(self, action_id: int, user_id: int, row_id: int, free_until: datetime | None) -> bool:
        """Makes the person's pending booking replace one that they hold. False when it can't be changed any more.

        `free_until`: until when that one is freed without another question.
        """
        rows = await self._db.write(
            f"""
            UPDATE booking_actions SET replaces_row_id = :row, free_until = :free_until, took_back = 0,
                rehearsal = nullif(rehearsal, 'Overlap')
            WHERE {WAITING_BOOKING} RETURNING id
            """,  # noqa: S608 - a constant of this file
            _still_to_be_read(action_id, user_id, self._clock())
            | {"row": row_id, "free_until": stamp(free_until) if free_until else None},
        )
        return bool(rows)

    async def start_now(self, action_id: int, user_id: int) -> bool:
        """Starts a booking that was delayed for adding alternatives. False when it is not pending or not open yet."""
        now = self._clock()
        rows = await self._db.write(
            """
            UPDATE booking_actions SET run_at = :now
            WHERE id = :id AND user_id = :user_id AND action_type = 'book' AND status = 'pending' AND watch IS NULL
                AND opens_at <= :soon
            RETURNING id
            """,
            {"id": action_id, "user_id": user_id, "now": stamp(now), "soon": stamp(now + PREPARE)},
        )
        return bool(rows)


def choices_of(tx: Transaction, action_id: int) -> list[ClassRef]:
    """The alternatives of an action, in the person's order."""
    rows = tx.run("SELECT * FROM alternatives WHERE action_id = :id ORDER BY position", {"id": action_id})
    return [to_wish(row) for row in rows]

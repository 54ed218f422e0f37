"""user_bookings: the places people hold, as last read from the site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from domain.model import (
    FIT_CENTER,
    Booking,
    BookingStatus,
    ClassRef,
    HeldBooking,
    NoticeKind,
    clock_time,
    instant,
    stamp,
)
from domain.results import TOLD_AS_LOST
from store.connection import Connection, Row, Transaction, in_snapshot, in_transaction
from store.outbox import add_notice
from store.row_reading import all_readable, instant_or_none, readable

LIVE = "status NOT IN ('cancelled', 'gone', 'past')"
CHANGES = """(status IN ('cancelled', 'gone') OR booking_id <> :booking_id OR coalesce(minutes <> :minutes, FALSE))"""
SEEN_AGAIN = f"""
    UPDATE user_bookings SET booking_id = :booking_id, course_name = :course, location = :location,
        course_type = coalesce(:course_type, course_type),
        minutes = coalesce(:minutes, minutes), status = 'confirmed', updated_at = :now, missing_since = NULL,
        calendar_id = coalesce(calendar_id, nullif(booking_id, '')),
        sequence = sequence + CASE WHEN {CHANGES} THEN 1 ELSE 0 END,
        changed_at = CASE WHEN {CHANGES} THEN :now ELSE changed_at END,
        reminded_at = CASE WHEN status NOT IN ('cancelled', 'gone', 'past') THEN reminded_at END,
        kept_at = CASE WHEN status NOT IN ('cancelled', 'gone', 'past') THEN kept_at END
    WHERE id = :id RETURNING id
"""  # noqa: S608 - a constant of this file
SEEN_FIRST = """
    INSERT INTO user_bookings (user_id, booking_id, course_name, location, course_type, booking_date,
        booking_time, status, created_at, updated_at, minutes, sequence)
    SELECT CAST(:user_id AS BIGINT), :booking_id, :course, :location, :course_type, :date,
        :time, 'confirmed', :now, :now, CAST(:minutes AS BIGINT), coalesce(max(sequence) + 1, 0)
    FROM user_bookings  -- of the same hour in another kind of class: in calendars it has the same name
    WHERE user_id = :user_id AND booking_date = :date AND coalesce(calendar_id, booking_id) = :booking_id
    RETURNING id
"""


def to_held(row: Row) -> HeldBooking:
    booking = Booking(
        course=row["course_name"] or FIT_CENTER,
        location=row["location"] or "",
        day=date.fromisoformat(row["booking_date"]),
        start=clock_time(row["booking_time"]),
        minutes=row["minutes"],
        course_type=row["course_type"] or "",
    )
    known = row["status"] in set(BookingStatus)
    return HeldBooking(
        id=row["id"],
        user_id=row["user_id"],
        booking=booking,
        booking_id=row["booking_id"] or booking.booking_id,
        status=BookingStatus(row["status"]) if known else BookingStatus.CONFIRMED,
        updated_at=instant(row["updated_at"]),
        missing_since=instant_or_none(row["missing_since"]),
        calendar_id=row["calendar_id"] or row["booking_id"] or booking.booking_id,
        sequence=row["sequence"],
        changed_at=instant(row["changed_at"] or row["created_at"]),
        was=replace(booking.ref, course=row["was_course"] or FIT_CENTER, start=clock_time(row["was_time"]))
        if row["was_time"]
        else None,
    )


def _rows_of(tx: Transaction, user_id: int, wish: ClassRef) -> list[HeldBooking]:
    return [held for held, _ in held_rows_of(tx, user_id, wish)]


def held_rows_of(tx: Transaction, user_id: int, wish: ClassRef) -> list[tuple[HeldBooking, Row]]:
    """The rows about a class, the oldest first: as they are read, and as they are stored."""
    rows = tx.run(
        """
        SELECT * FROM user_bookings INDEXED BY bookings_by_user
        WHERE user_id = :user_id AND booking_date = :date ORDER BY id
        """,  # of itself SQLite reads everybody's bookings of that day, which are a thousand after a large opening
        {"user_id": user_id, "date": wish.day.isoformat()},
    )
    read = [(readable(to_held, row), row) for row in rows]
    return [(held, row) for held, row in read if held is not None and held.booking.ref.matches(wish)]


def is_held(tx: Transaction, user_id: int, wish: ClassRef) -> bool:
    """Whether the person holds the class, as far as is known."""
    return any(held.status is BookingStatus.CONFIRMED for held in _rows_of(tx, user_id, wish))


def held_since(tx: Transaction, user_id: int, since: date) -> list[HeldBooking]:
    """What a person holds from that day on, the soonest first."""
    rows = tx.run(
        f"""
        SELECT * FROM user_bookings WHERE user_id = :user_id AND booking_date >= :since AND {LIVE}
        ORDER BY booking_date, booking_time, id
        """,  # noqa: S608 - a constant of this file
        {"user_id": user_id, "since": since.isoformat()},
    )
    return all_readable(to_held, rows)


def bookings_read_at(tx: Transaction, user_id: int) -> datetime | None:
    """When "my bookings" were last read from the site for this person."""
    row = tx.row(
        """
        SELECT max(completed_at) FROM booking_actions
        WHERE user_id = :user_id AND action_type = 'check' AND status = 'completed'
            AND action_type IN ('check', 'refresh')
        """,
        {"user_id": user_id},
    )
    return instant(row[0]) if row and row[0] else None


def find_held(tx: Transaction, row_id: int, user_id: int) -> HeldBooking | None:
    """A person's own booking by its row, inside a transaction."""
    row = tx.row(
        "SELECT * FROM user_bookings WHERE id = :id AND user_id = :user_id", {"id": row_id, "user_id": user_id}
    )
    return readable(to_held, row)


def mark_confirmed(tx: Transaction, user_id: int, booking: Booking, now: datetime) -> int:
    """Writes that a booking was seen on the site, in a new row or the row that already meant it: the row's id."""
    values = {
        "user_id": user_id,
        "booking_id": booking.booking_id,
        "course": booking.course,
        "location": booking.location,
        "course_type": booking.course_type or None,
        "date": booking.day.isoformat(),
        "time": f"{booking.start:%H:%M}",
        "minutes": booking.minutes,
        "now": stamp(now),
    }
    known = _rows_of(tx, user_id, booking.ref)
    [row] = tx.run(SEEN_AGAIN, values | {"id": known[-1].id}) if known else tx.run(SEEN_FIRST, values)
    return int(row["id"])


def keep_what_is_booked_anew(tx: Transaction, user_id: int, booking: Booking) -> None:
    """Closes the open question about a place that was lost or cancelled and is now booked again: the place is kept."""
    tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
        WHERE purpose = 'keep' AND outcome IS NULL AND booking_row_id IN (
            SELECT id FROM user_bookings
            WHERE user_id = :user_id AND booking_date = :date AND booking_id = :booking_id
                AND status IN ('cancelled', 'gone')
        )
        """,
        {"user_id": user_id, "date": booking.day.isoformat(), "booking_id": booking.booking_id},
    )


def mark_cancelled(tx: Transaction, user_id: int, wish: ClassRef, now: datetime) -> None:
    """Stores that a booking was cancelled by a worker and read back as gone, also one that no reading had shown before:
    else nobody would hear when the site undoes it."""
    if known := _rows_of(tx, user_id, wish):
        cancelled = [held.id for held in known]
    else:
        booking = Booking(wish.course, wish.location, wish.day, wish.start, course_type=wish.course_type)
        cancelled = [mark_confirmed(tx, user_id, booking, now)]
    for row_id in cancelled:
        set_status(tx, row_id, BookingStatus.CANCELLED, now)


def set_status(tx: Transaction, row_id: int, status: BookingStatus, now: datetime) -> None:
    tx.run(
        """
        UPDATE user_bookings SET status = :status, updated_at = :now, missing_since = NULL,
            sequence = sequence
                + CASE WHEN :status IN ('cancelled', 'gone') AND status NOT IN ('cancelled', 'gone') THEN 1 ELSE 0 END,
            changed_at = CASE WHEN :status IN ('cancelled', 'gone') AND status NOT IN ('cancelled', 'gone') THEN :now
                ELSE changed_at END
        WHERE id = :id
        """,
        {"status": status, "now": stamp(now), "id": row_id},
    )
    if status in TOLD_AS_LOST:
        edit_what_told_it(tx, row_id)


def edit_what_told_it(tx: Transaction, row_id: int) -> None:
    """The messages that say "booked" of a booking are edited: they must not go on saying so, nor keep their buttons."""
    rows = tx.run(
        """
        SELECT id, user_id, card_message_id FROM booking_actions
        WHERE won_row_id = :id AND card_message_id IS NOT NULL
        """,
        {"id": row_id},
    )
    for row in rows:
        card = row["card_message_id"]
        add_notice(tx, row["user_id"], NoticeKind.CARD, action_id=row["id"], message_id=card)


class Bookings:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @in_snapshot
    def held(self, tx: Transaction, user_id: int, since: date) -> list[HeldBooking]:
        """What a person holds from that day on, the soonest first."""
        return held_since(tx, user_id, since)

    async def in_calendar(self, user_id: int, since: datetime) -> list[HeldBooking]:
        """What a calendar shows: what was held from that day on, and what was cancelled or lost since then."""
        rows = await self._db.rows(
            """
            SELECT * FROM user_bookings
            WHERE user_id = :user_id AND CASE WHEN status IN ('cancelled', 'gone')
                THEN updated_at >= :since ELSE booking_date >= substr(:since, 1, 10) END
            ORDER BY booking_date, booking_time, id
            """,
            {"user_id": user_id, "since": stamp(since)},
        )
        return all_readable(to_held, rows)

    async def find(self, row_id: int, user_id: int) -> HeldBooking | None:
        """A person's own booking by its row; None when it is not theirs."""
        row = await self._db.row(
            "SELECT * FROM user_bookings WHERE id = :id AND user_id = :user_id", {"id": row_id, "user_id": user_id}
        )
        return readable(to_held, row)

    async def by_booking_id(self, booking_id: str, user_id: int, wish: ClassRef | None = None) -> HeldBooking | None:
        """A person's own booking by its booking_id, or by its row's id as somebody may type it by hand.

        Of several with that booking_id, for it does not tell the kind of class, the newest that is the `wish`.
        """
        found = await self.named(booking_id, user_id)
        meant = (held for held in found if wish is not None and held.booking.ref.matches(wish))
        return next(meant, found[0] if found else None)

    async def named(self, booking_id: str, user_id: int) -> list[HeldBooking]:
        """A person's bookings of that name, of whatever kind of class and however they stand; the newest first."""
        rows = await self._db.rows(
            """
            SELECT * FROM user_bookings
            WHERE user_id = :user_id AND :booking_id IN (booking_id, calendar_id, CAST(id AS TEXT))
            ORDER BY booking_id = :booking_id DESC, id DESC
            """,
            {"booking_id": booking_id, "user_id": user_id},
        )
        return all_readable(to_held, rows)

    @in_transaction
    def keep(self, tx: Transaction, row_id: int, user_id: int, now: datetime) -> None:
        """Stores that the person will go: no more questions about the place, and it is never cancelled for silence."""
        values = {"now": stamp(now), "id": row_id, "user_id": user_id}
        tx.run("UPDATE user_bookings SET kept_at = :now WHERE id = :id AND user_id = :user_id", values)
        tx.run(
            """
            UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
            WHERE booking_row_id = :id AND user_id = :user_id AND purpose = 'keep' AND outcome IS NULL
            """,
            values,
        )

    @in_snapshot
    def last_read(self, tx: Transaction, user_id: int) -> datetime | None:
        """When "my bookings" were last read from the site for this person."""
        return bookings_read_at(tx, user_id)

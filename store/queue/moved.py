"""user_bookings: a held class that the site moved to another hour, or renamed, stays one booking, told as changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from domain.model import HeldBooking, NoticeKind, stamp
from store.bookings import edit_what_told_it, to_held
from store.connection import Transaction
from store.outbox import add_notice
from store.row_reading import all_readable

IN_ITS_PLACE = """
    SELECT * FROM user_bookings
    WHERE user_id = :user_id AND booking_date = :date AND id <> :id AND status = 'confirmed'
        AND missing_since IS NULL AND created_at >= :since
        AND NOT EXISTS (SELECT 1 FROM booking_actions WHERE won_row_id = user_bookings.id)
        AND NOT EXISTS (SELECT 1 FROM pending_confirmations WHERE booking_row_id = user_bookings.id)
"""
"""What came into the list when, or after, the other left it, and was not booked by us."""


def follow_moved(tx: Transaction, missed: HeldBooking, now: datetime) -> bool:
    """Writes what a booking that readings miss has become, and tells it. False when nothing has come in its place.

    That is the only new booking of that day at the same place, of the same course or at the same hour. Of several,
    nobody knows which.
    """
    if missed.missing_since is None:
        return False
    values = {
        "user_id": missed.user_id,
        "date": missed.booking.day.isoformat(),
        "id": missed.id,
        "since": stamp(missed.missing_since),
    }
    found = [each for each in all_readable(to_held, tx.run(IN_ITS_PLACE, values)) if _may_be(missed, each)]
    if len(found) != 1:
        return False
    tx.run("DELETE FROM user_bookings WHERE id = :id", {"id": found[0].id})
    _become(tx, missed, found[0], now)
    edit_what_told_it(tx, missed.id)
    add_notice(tx, missed.user_id, NoticeKind.MOVED, booking_row_id=missed.id)
    return True


def _may_be(missed: HeldBooking, new: HeldBooking) -> bool:
    then = replace(new.ref, start=missed.ref.start)
    return new.ref.is_then_and_there(missed.ref) or then.matches(missed.ref)


def _become(tx: Transaction, held: HeldBooking, new: HeldBooking, now: datetime) -> None:
    """The row keeps its name in calendars, and whatever points at it; it is reminded of by its new hour."""
    booking = new.booking
    tx.run(
        """
        UPDATE user_bookings SET was_course = course_name, was_time = booking_time,
            calendar_id = coalesce(calendar_id, nullif(booking_id, '')), booking_id = :booking_id,
            course_name = :course, course_type = coalesce(:course_type, course_type),
            reminded_at = CASE WHEN booking_time = :time THEN reminded_at END, booking_time = :time,
            minutes = coalesce(:minutes, minutes), sequence = sequence + 1, missing_since = NULL, updated_at = :now,
            changed_at = :now
        WHERE id = :id
        """,
        {
            "id": held.id,
            "booking_id": new.booking_id,
            "course": booking.course,
            "course_type": booking.course_type or None,
            "time": f"{booking.start:%H:%M}",
            "minutes": booking.minutes,
            "now": stamp(now),
        },
    )

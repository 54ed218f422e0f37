"""periodic_bookings, occurrences: how their rows are read."""

from __future__ import annotations

from datetime import date, timedelta

from domain.model import FIT_CENTER, clock_time, instant
from domain.recurrence import Occurrence, OccurrenceState, PeriodicBooking, PeriodicMode
from store.connection import Row


def mode_of(row: Row) -> PeriodicMode:
    """The mode of a row, those with the given columns alone included."""
    if not row["requires_confirmation"]:
        return PeriodicMode.AUTOMATIC
    if row["mode"] in (PeriodicMode.ASK_OPENING, PeriodicMode.HOLD):
        return PeriodicMode(row["mode"])
    return PeriodicMode.ASK_FIRST


def to_periodic(row: Row) -> PeriodicBooking:
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
        mode=mode_of(row),
        planned_from=instant(row["planned_from"]) if row["planned_from"] else None,
        lead=timedelta(minutes=row["lead_minutes"]) if row["lead_minutes"] else None,
        course_type=row["course_type"] or "",
    )


def to_occurrence(row: Row) -> Occurrence:
    return Occurrence(
        id=row["id"],
        periodic_booking_id=row["periodic_booking_id"],
        day=date.fromisoformat(row["date"]),
        state=OccurrenceState(row["state"]),
        action_id=row["action_id"],
    )

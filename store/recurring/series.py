"""periodic_bookings: what people want every week, and what else would do.

Pausing or changing one withdraws what waits for it in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from domain.errors import DuplicatePeriodic
from domain.model import ClassRef, Clock, clock_time, stamp
from domain.recurrence import (
    Holiday,
    Occurrence,
    OccurrenceState,
    PeriodicBooking,
    PeriodicChoice,
    PeriodicMode,
    PlannedDate,
)
from domain.recurrence_rules import RecurrenceRules
from domain.requests import READ_BY, NewPeriodic, is_wish_of
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.recurring.holidays import holidays_of
from store.recurring.keeping import close_keeping
from store.recurring.occurrences import DAWN, begin, free
from store.recurring.rows import to_occurrence, to_periodic
from store.row_reading import all_readable, readable


class Series:
    """The recurring bookings of people."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_snapshot
    def of(self, tx: Transaction, user_id: int) -> list[PeriodicBooking]:
        """A person's periodic bookings, by weekday and time."""
        return series_of(tx, user_id)

    @in_snapshot
    def find(self, tx: Transaction, periodic_id: int, user_id: int | None = None) -> PeriodicBooking | None:
        """A periodic booking; with user_id only if it is that person's."""
        return _find(tx, periodic_id, user_id)

    @in_snapshot
    def alternatives(self, tx: Transaction, periodic_id: int) -> list[PeriodicChoice]:
        """What else would do, in the person's order."""
        return _choices(tx, periodic_id)

    @in_snapshot
    def preview(
        self,
        tx: Transaction,
        periodic_id: int,
        user_id: int,
        today: date,
        weeks: int = 4,
        recurrence: RecurrenceRules | None = None,
    ) -> list[PlannedDate]:
        """The next dates of a person's own periodic booking, one a week; empty when it is not theirs.

        `acts_at` is filled only with `recurrence`, and stays empty while it is paused.
        """
        periodic = _find(tx, periodic_id, user_id)
        if periodic is None:
            return []
        return planned_dates(tx, periodic, holidays_of(tx, user_id), today, weeks, recurrence, self._clock())

    @in_transaction
    def add(self, tx: Transaction, new: NewPeriodic) -> PeriodicBooking:
        """Makes a periodic booking. Raises DuplicatePeriodic when the person has the same one, and it is active."""
        values = {
            "user_id": new.user_id,
            "name": new.name,
            "course": new.course,
            "location": new.location,
            "course_type": new.course_type or None,
            "weekday": new.day_of_week,
            "time": f"{new.start:%H:%M}",
            "mode": new.mode,
            "now": stamp(self._clock()),
        }
        _refuse_duplicate(tx, values, None)
        [row] = tx.run(
            """
            INSERT INTO periodic_bookings (user_id, name, course_name, location, course_type, day_of_week,
                time_slot,
                mode, requires_confirmation, created_at)
            VALUES (:user_id, :name, :course, :location, :course_type, :weekday, :time,
                :mode, CASE :mode WHEN 'automatic' THEN 0 ELSE 1 END, :now)
            RETURNING *
            """,
            values,
        )
        _write_alternatives(tx, row["id"], new.alternatives)
        if new.left_out is not None:
            begin(tx, row["id"], new.left_out, OccurrenceState.SKIPPED, self._clock())
        return to_periodic(row)

    @in_transaction
    def change(
        self,
        tx: Transaction,
        periodic_id: int,
        user_id: int,
        *,
        mode: PeriodicMode | None = None,
        course: str | None = None,
        location: str | None = None,
        course_type: str | None = None,
        day_of_week: int | None = None,
        start: time | None = None,
        name: str | None = None,
        lead: timedelta | None = None,
    ) -> PeriodicBooking | None:
        """Changes what is given of a person's own periodic booking; None when it is not theirs.

        What waits for it is withdrawn with it, and the executor, which notices at once, plans its dates anew. An
        alternative that it becomes, or that is on the weekday that it leaves, is one no more. Raises DuplicatePeriodic
        when it would become the same as another.
        """
        given = {"mode": mode, "course": course, "location": location, "course_type": course_type,
                 "weekday": day_of_week, "time": f"{start:%H:%M}" if start else None, "name": name,
                 "lead": _minutes(lead)}  # fmt: skip
        old = tx.row(
            "SELECT * FROM periodic_bookings WHERE id = :id AND user_id = :user_id",
            {"id": periodic_id, "user_id": user_id},
        )
        if old is None:
            return None
        return self._change(tx, to_periodic(old), given)

    def _change(self, tx: Transaction, old: PeriodicBooking, given: Mapping[str, object]) -> PeriodicBooking:
        now = self._clock()
        kept = {"mode": old.mode, "course": old.course, "location": old.location, "course_type": old.course_type,
                "weekday": old.day_of_week, "time": f"{old.start:%H:%M}", "name": old.name,
                "lead": _minutes(old.lead)}  # fmt: skip
        values = kept | {key: value for key, value in given.items() if value is not None}
        identity = {"id": old.id, "user_id": old.user_id}
        anew = any(values[key] != kept[key] for key in kept if key != "name")
        if any(values[key] != kept[key] for key in ("course", "location", "course_type", "weekday", "time")):
            _refuse_duplicate(tx, values | identity, old.id)
        if anew:
            free(tx, old.id, now)
        if values["mode"] != PeriodicMode.HOLD:
            close_keeping(tx, old.id)
        [row] = tx.run(
            """
            UPDATE periodic_bookings SET name = :name, course_name = :course, location = :location,
                course_type = nullif(:course_type, ''),
                day_of_week = :weekday, time_slot = :time, mode = :mode,
                requires_confirmation = CASE :mode WHEN 'automatic' THEN 0 ELSE 1 END,
                lead_minutes = :lead, planned_from = CASE WHEN :anew = 1 THEN :now ELSE planned_from END
            WHERE id = :id RETURNING *
            """,
            values | identity | {"anew": anew, "now": stamp(now)},
        )
        changed = to_periodic(row)
        _keep_other_choices(tx, changed, moved=changed.day_of_week != old.day_of_week)
        return changed

    @in_transaction
    def set_alternatives(
        self, tx: Transaction, periodic_id: int, user_id: int, choices: Sequence[PeriodicChoice]
    ) -> bool:
        """What else would do, from now on; what waits is planned anew with it. False when it is not theirs.

        A booking that is being prepared for its opening stays as it is: there is no time to prepare it anew.
        """
        if not _touch(tx, periodic_id, user_id):
            return False
        _replace_alternatives(tx, periodic_id, choices)
        free(tx, periodic_id, self._clock(), margin=READ_BY)
        return True

    @in_transaction
    def set_active(self, tx: Transaction, periodic_id: int, user_id: int, active: bool) -> PeriodicBooking | None:
        """Pauses or resumes a person's own periodic booking; None when it is not theirs.

        Pausing withdraws what waits and frees its dates, so that resuming plans them again. What is held stays held.
        """
        now = self._clock()
        row = tx.row(
            """
            UPDATE periodic_bookings SET active = :active,
                planned_from = CASE WHEN :active = 1 AND active = 0 THEN :now ELSE planned_from END
            WHERE id = :id AND user_id = :user_id RETURNING *
            """,
            {"id": periodic_id, "user_id": user_id, "active": active, "now": stamp(now)},
        )
        if row and not active:
            free(tx, periodic_id, now)
            close_keeping(tx, periodic_id)
        return readable(to_periodic, row)

    @in_transaction
    def delete(self, tx: Transaction, periodic_id: int, user_id: int) -> bool:
        """Deletes a person's own periodic booking with what waits for it. What is held stays. False: not theirs."""
        if not _touch(tx, periodic_id, user_id):
            return False
        free(tx, periodic_id, self._clock())
        tx.run("DELETE FROM periodic_bookings WHERE id = :id", {"id": periodic_id})
        return True


def series_of(tx: Transaction, user_id: int) -> list[PeriodicBooking]:
    """A person's periodic bookings, by weekday and time."""
    rows = tx.run(
        "SELECT * FROM periodic_bookings WHERE user_id = :user_id ORDER BY day_of_week, time_slot, id",
        {"user_id": user_id},
    )
    return all_readable(to_periodic, rows)


def planned_dates(
    tx: Transaction,
    periodic: PeriodicBooking,
    holidays: Sequence[Holiday],
    today: date,
    weeks: int,
    recurrence: RecurrenceRules | None,
    now: datetime,
) -> list[PlannedDate]:
    """The next dates of a periodic booking, one a week; `holidays`: those of its person."""
    rows = tx.run(
        "SELECT * FROM occurrences WHERE periodic_booking_id = :id AND date >= :today",
        {"id": periodic.id, "today": today.isoformat()},
    )
    done = {occurrence.day: occurrence for occurrence in map(to_occurrence, rows)}
    first = today + timedelta(days=(periodic.day_of_week - today.weekday()) % 7)
    days = [first + timedelta(weeks=week) for week in range(weeks)]
    return [_planned(periodic, day, done.get(day), holidays, recurrence, now) for day in days]


def _find(tx: Transaction, periodic_id: int, user_id: int | None) -> PeriodicBooking | None:
    row = tx.row(
        "SELECT * FROM periodic_bookings WHERE id = :id AND (CAST(:user_id AS BIGINT) IS NULL OR user_id = :user_id)",
        {"id": periodic_id, "user_id": user_id},
    )
    return readable(to_periodic, row)


def _minutes(lead: timedelta | None) -> int | None:
    return round(lead.total_seconds() / 60) if lead else None


def _keep_other_choices(tx: Transaction, periodic: PeriodicBooking, *, moved: bool) -> None:
    """Drops the alternatives that are its own wish now; all of them when it `moved` to another weekday."""
    others = _choices(tx, periodic.id)
    kept = [] if moved else [one for one in others if not is_wish_of(one, periodic)]
    if len(kept) < len(others):
        _replace_alternatives(tx, periodic.id, kept)


def _touch(tx: Transaction, periodic_id: int, user_id: int) -> bool:
    """Whether it is that person's; the executor is told that it changes."""
    rows = tx.run(
        "UPDATE periodic_bookings SET active = active WHERE id = :id AND user_id = :user_id RETURNING id",
        {"id": periodic_id, "user_id": user_id},
    )
    return bool(rows)


def _refuse_duplicate(tx: Transaction, values: dict[str, object], except_id: int | None) -> None:
    rows = tx.run(
        """
        SELECT * FROM periodic_bookings
        WHERE user_id = :user_id AND active = 1 AND day_of_week = :weekday AND substr(time_slot, 1, 5) = :time
            AND (CAST(:except AS BIGINT) IS NULL OR id <> :except)
        """,
        values | {"except": except_id},
    )
    start, kind = clock_time(str(values["time"])), str(values["course_type"] or "")
    new = ClassRef(str(values["course"]), str(values["location"]), DAWN, start, kind)
    for other in map(to_periodic, rows):
        if other.on(DAWN).matches(new):
            raise DuplicatePeriodic(other.id)


def _choices(tx: Transaction, periodic_id: int) -> list[PeriodicChoice]:
    rows = tx.run(
        "SELECT * FROM periodic_alternatives WHERE periodic_booking_id = :id ORDER BY position", {"id": periodic_id}
    )
    return [
        PeriodicChoice(row["course_name"], row["location"], clock_time(row["time_slot"]), row["course_type"] or "")
        for row in rows
    ]


def _replace_alternatives(tx: Transaction, periodic_id: int, choices: Sequence[PeriodicChoice]) -> None:
    tx.run("DELETE FROM periodic_alternatives WHERE periodic_booking_id = :id", {"id": periodic_id})
    _write_alternatives(tx, periodic_id, choices)


def _write_alternatives(tx: Transaction, periodic_id: int, choices: Sequence[PeriodicChoice]) -> None:
    for position, choice in enumerate(choices, start=1):
        tx.run(
            """
            INSERT INTO periodic_alternatives (periodic_booking_id, position, location, course_name, course_type,
                time_slot)
            VALUES (:id, :position, :location, :course, :course_type, :time)
            """,
            {
                "id": periodic_id,
                "position": position,
                "location": choice.location,
                "course": choice.course,
                "course_type": choice.course_type or None,
                "time": f"{choice.start:%H:%M}",
            },
        )


def _planned(
    periodic: PeriodicBooking,
    day: date,
    occurrence: Occurrence | None,
    holidays: Sequence[Holiday],
    recurrence: RecurrenceRules | None,
    now: datetime,
) -> PlannedDate:
    off = any(holiday.first <= day <= holiday.last for holiday in holidays)
    acts = periodic.active and not (off and occurrence is None)
    return PlannedDate(
        day=day,
        state=occurrence.state if occurrence else None,
        holiday=off,
        action_id=occurrence.action_id if occurrence else None,
        acts_at=recurrence.acts_at(periodic, day, occurrence, now) if recurrence and acts else None,
    )

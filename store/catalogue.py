"""courses, slots, slot_days: the timetable as last read. Swapped whole, by a plausible one only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from domain.errors import SiteChanged
from domain.matching import find_matching
from domain.model import (
    BETWEEN_READINGS,
    FIT_CENTER,
    UNSEEN,
    Activity,
    CatalogueSlot,
    ClassRef,
    Course,
    DaySummary,
    Slot,
    SlotStatus,
    Timetable,
    clock_time,
    course_and_day,
    instant,
    stamp,
)
from domain.names import split_activity
from store.connection import Connection, Row, Transaction, in_transaction
from store.row_reading import all_readable, readable

OLDER = "(read_at < :began OR read_at > :now)"
DROP_OLDER = f"DELETE FROM slots WHERE date = :date AND activity_id = :activity AND {OLDER}"  # noqa: S608 - a constant
KNOWN_ACTIVITIES = """
    SELECT activity_id, max(missing_since) AS since FROM slots WHERE date = :date GROUP BY activity_id
"""
NOTE_MISSING = f"""
    UPDATE slots SET missing_since = :since WHERE date = :date AND activity_id = :activity AND {OLDER}
"""  # noqa: S608 - a constant
LEAST_SHARE = 0.5  # a timetable that lost more than half of its slots is taken for a broken page


def _slot(row: Row) -> CatalogueSlot:
    slot = Slot(
        activity=Activity(row["activity_id"], row["activity"]),
        appointment_id=row["appointment_id"],
        course=row["course_name"],
        day=date.fromisoformat(row["date"]),
        start=clock_time(row["time_start"]),
        end=clock_time(row["time_end"]),
        instructor=row["instructor"],
        places=row["places"],
        status=SlotStatus(row["status"]),
    )
    return CatalogueSlot(row["id"], slot, instant(row["read_at"]))


def _course(row: Row) -> Course:
    return Course(
        id=row["id"],
        name=row["name"],
        location=row["location"],
        day_of_week=row["day_of_week"],
        start=clock_time(row["time_start"]),
        end=clock_time(row["time_end"] or row["time_start"]),
        available_spots=row["available_spots"],
        total_spots=row["total_spots"],
        course_type=row["course_type"],
        instructor=row["instructor"] or "",
        last_updated=instant(row["last_updated"]),
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """When a timetable was read: what was read or changed later is not touched by it."""

    began: str  # before the site was asked
    now: str  # later than this is nothing: only a clock that has been set back since can have written it


def swap(tx: Transaction, timetable: Timetable, began_at: datetime, now: datetime) -> bool:
    """Swaps the catalogue for what was just read. Raises SiteChanged, and leaves the old one, when it is implausible.

    Weekdays that were read empty (a holiday) keep their weekly courses; days that were not read keep their slots. An
    activity's slots of a day that all vanished go only with a second reading: True when one is needed soon.
    """
    _refuse_implausible(tx, timetable)
    moment = Moment(stamp(began_at), stamp(now))
    days = [day.isoformat() for day in timetable.days]
    for day in days:
        tx.run(
            """
            INSERT INTO slot_days VALUES (:date, :began) ON CONFLICT (date) DO UPDATE SET read_at = excluded.read_at
            WHERE slot_days.read_at <= :began OR slot_days.read_at > :now
            """,
            {"date": day, "began": moment.began, "now": moment.now},
        )
    for slot in timetable.slots:
        _put_slot(tx, slot, moment)
    look_again = _drop_what_is_gone(tx, timetable, moment)
    tx.run("DELETE FROM slots WHERE date < :first", {"first": min(days)})
    tx.run("DELETE FROM slot_days WHERE date < :first", {"first": min(days)})
    _replace_courses(tx, timetable, moment)
    return look_again


def _drop_what_is_gone(tx: Transaction, timetable: Timetable, moment: Moment) -> bool:
    """Deletes the slots that a reading did not show. True when a second reading has to agree first.

    One slot that is missing beside others is gone. All of an activity's day may be an empty answer of the site's.
    """
    found = {(slot.activity.id, slot.day.isoformat()) for slot in timetable.slots}
    look_again = False
    for day in (day.isoformat() for day in timetable.days):
        for row in tx.run(KNOWN_ACTIVITIES, {"date": day}):
            values = {"date": day, "activity": row["activity_id"], "began": moment.began, "now": moment.now}
            since = row["since"] if row["since"] and row["since"] <= moment.began else None
            if (row["activity_id"], day) in found or (since and _far_apart(since, moment.began)):
                tx.run(DROP_OLDER, values)
            else:
                look_again = look_again or since is None
                tx.run(NOTE_MISSING, values | {"since": since or moment.began})
    return look_again


def _far_apart(earlier: str, later: str) -> bool:
    return instant(later) - instant(earlier) >= BETWEEN_READINGS


def _refuse_implausible(tx: Transaction, timetable: Timetable) -> None:
    if not timetable.slots:
        raise SiteChanged("the timetable came back empty: the old one stays")
    days = {day.isoformat() for day in timetable.days}
    rows = tx.run("SELECT activity, date FROM slots")
    known = Counter(row["activity"] for row in rows if row["date"] in days)
    found = Counter(slot.activity.name for slot in timetable.slots)
    if found.total() < LEAST_SHARE * known.total():
        raise SiteChanged(f"the timetable shrank from {known.total()} slots to {found.total()}: the old one stays")


def _put_slot(tx: Transaction, slot: Slot, moment: Moment) -> None:
    tx.run(
        """
        INSERT INTO slots (appointment_id, activity_id, activity, course_name, date, time_start, time_end,
            instructor, places, status, read_at)
        VALUES (:appointment_id, :activity_id, :activity, :course, :date, :start, :end,
            :instructor, :places, :status, :began)
        ON CONFLICT (activity_id, course_name, date, time_start) DO UPDATE SET
            appointment_id = excluded.appointment_id, activity = excluded.activity, time_end = excluded.time_end,
            instructor = excluded.instructor, places = excluded.places, status = excluded.status,
            read_at = excluded.read_at, missing_since = NULL
            WHERE slots.read_at <= :began OR slots.read_at > :now
        """,
        {
            "appointment_id": slot.appointment_id,
            "activity_id": slot.activity.id,
            "activity": slot.activity.name,
            "course": slot.course,
            "date": slot.day.isoformat(),
            "start": f"{slot.start:%H:%M}",
            "end": f"{slot.end:%H:%M}",
            "instructor": slot.instructor,
            "places": slot.places,
            "status": slot.status,
            "began": moment.began,
            "now": moment.now,
        },
    )


def _replace_courses(tx: Transaction, timetable: Timetable, moment: Moment) -> None:
    # A weekday's first date in the reading speaks for its availability: it is the next one.
    for slot in sorted(timetable.slots, key=lambda slot: slot.day, reverse=True):
        _put_course(tx, slot, moment)
    unproved = tx.run("SELECT DISTINCT activity, date FROM slots WHERE missing_since IS NOT NULL")
    kept = {(*split_activity(row["activity"]), date.fromisoformat(row["date"]).weekday()) for row in unproved}
    latest = _latest_starts(timetable)
    for weekday in {slot.day.weekday() for slot in timetable.slots}:
        for row in tx.run("SELECT * FROM courses WHERE day_of_week = :weekday", {"weekday": weekday}):
            older = not moment.began <= row["last_updated"] <= moment.now
            activity = (row["location"], row["course_type"], weekday)
            may_open_later = weekday != min(timetable.days).weekday() and row["time_start"] > latest.get(activity, "")
            if older and activity not in kept and not may_open_later:
                tx.run("DELETE FROM courses WHERE id = :id", {"id": row["id"]})


def _latest_starts(timetable: Timetable) -> dict[tuple[str, str, int], str]:
    """For each activity and weekday when its last class begins, of those that were shown.

    A site may show each class a fixed time before it begins: what is later in a day than all that it shows may appear.
    """
    latest: dict[tuple[str, str, int], str] = {}
    for slot in timetable.slots:
        key = (slot.activity.place, slot.activity.kind, slot.day.weekday())
        latest[key] = max(latest.get(key, ""), f"{slot.start:%H:%M}")
    return latest


def _put_course(tx: Transaction, slot: Slot, moment: Moment) -> None:
    """Stores a class of the week. What a later reading stored stays, unless it bears a time that is still to come."""
    tx.run(
        """
        INSERT INTO courses (name, location, day_of_week, time_start, time_end, available_spots, total_spots,
            course_type, instructor, last_updated)
        VALUES (:name, :location, :weekday, :start, :end, :places, :places, :type, :instructor, :began)
        ON CONFLICT (location, course_type, name, day_of_week, time_start) DO UPDATE SET
            time_end = excluded.time_end, available_spots = excluded.available_spots,
            total_spots = max(
                coalesce(courses.total_spots, excluded.total_spots), coalesce(excluded.total_spots, courses.total_spots)
            ),
            instructor = excluded.instructor, last_updated = excluded.last_updated
            WHERE courses.last_updated <= :began OR courses.last_updated > :now
        """,
        {
            "name": slot.course,
            "location": slot.activity.place,
            "weekday": slot.day.weekday(),
            "start": f"{slot.start:%H:%M}",
            "end": f"{slot.end:%H:%M}",
            "places": slot.places,
            "type": slot.activity.kind,
            "instructor": slot.instructor,
            "began": moment.began,
            "now": moment.now,
        },
    )


def _rules_out(listed: Sequence[Slot], expected: Slot) -> bool:
    """Whether what a day shows says that a class is there, or not to come."""
    return any(
        slot.ref.matches(expected.ref)
        or (slot.activity.name == expected.activity.name and slot.start >= expected.start)
        for slot in listed
    )


def mark_full(tx: Transaction, wish: ClassRef, now: datetime) -> None:
    """Notes that the site refused a place in a class as full: for everybody, and until it is read again."""
    rows = tx.run("SELECT * FROM slots WHERE date = :date", {"date": wish.day.isoformat()})
    for row in all_readable(_slot, rows):
        if row.slot.ref.matches(wish):
            tx.run(
                """
                UPDATE slots SET places = 0, status = 'disabled', read_at = :now
                WHERE id = :id AND status <> 'waiting'
                """,
                {"id": row.id, "now": stamp(now)},
            )


def mark_free(tx: Transaction, slot: Slot, read_since: datetime) -> None:
    """Notes that a reading showed free places where a refusal, or a reading, before it had told of none.

    `read_since`: it began no earlier. What was found out later than that stands.
    """
    rows = tx.run("SELECT * FROM slots WHERE date = :date", {"date": slot.day.isoformat()})
    for row in all_readable(_slot, rows):
        if row.slot.ref.matches(slot.ref):
            tx.run(
                """
                UPDATE slots SET places = :places, status = 'available', read_at = :read
                WHERE id = :id AND read_at <= :read AND (places = 0 OR status <> 'available')
                """,
                {"id": row.id, "places": slot.places, "read": stamp(read_since)},
            )


class Catalogue:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def days(self, since: date) -> list[DaySummary]:
        """The days that were read, from that one on, each with how many slots it has."""
        rows = await self._db.rows(
            """
            SELECT date, read_at, (SELECT count(*) FROM slots WHERE slots.date = slot_days.date) AS slots
            FROM slot_days WHERE date >= :since ORDER BY date
            """,
            {"since": since.isoformat()},
        )
        return [DaySummary(date.fromisoformat(row["date"]), row["slots"], instant(row["read_at"])) for row in rows]

    async def slots_on(self, day: date) -> list[CatalogueSlot]:
        """A day's slots by time, of every activity."""
        rows = await self._db.rows(
            "SELECT * FROM slots WHERE date = :date ORDER BY time_start, activity, course_name",
            {"date": day.isoformat()},
        )
        return all_readable(_slot, rows)

    async def slots_of(self, course: Course, since: date) -> list[CatalogueSlot]:
        """The slots of a course from that day on, by time, whatever its weekday and hour."""
        rows = await self._db.rows(
            """
            SELECT * FROM slots WHERE course_name IN (:name, :nameless) AND activity = :activity AND date >= :since
            ORDER BY date, time_start
            """,
            {
                "name": course.name, "nameless": "" if course.name == FIT_CENTER else course.name,
                "activity": course.activity.name, "since": since.isoformat(),
            },
        )  # fmt: skip
        return all_readable(_slot, rows)

    async def unseen_on(self, day: date) -> list[CatalogueSlot]:
        """The classes of the week that a day will have, and that the site does not show on it: it may not show them
        before they open. What is missing beside later classes of its activity is not to come."""
        listed = [row.slot for row in await self.slots_on(day)]
        unseen = [course.on(day) for course in await self.courses_on(day.weekday())]
        return [each for each in unseen if not _rules_out(listed, each.slot)]

    async def expected_on(self, day: date) -> list[Slot]:
        """What a day has, and what it will have: the latter without ids."""
        return [row.slot for row in (*await self.slots_on(day), *await self.unseen_on(day))]

    async def awaited(self, wish: ClassRef) -> Slot | None:
        """What a class will be that the site does not show yet; None when it shows it, or it is not to come."""
        row = find_matching(await self.unseen_on(wish.day), wish)
        return row.slot if row else None

    async def slot(self, slot_id: int) -> CatalogueSlot | None:
        """A slot by its row, None when the timetable no longer has it; by the row of its own once the site shows it."""
        if slot_id < UNSEEN:
            row = await self._db.row("SELECT * FROM slots WHERE id = :id", {"id": slot_id})
            return readable(_slot, row)
        if (meant := course_and_day(slot_id)) is None:
            return None
        course_id, day = meant
        if (course := await self.course(course_id)) is None or course.day_of_week != day.weekday():
            return None
        unseen = course.on(day)
        listed = [row for row in await self.slots_on(day) if row.slot.ref.matches(unseen.slot.ref)]
        return next(iter(listed), unseen)

    @in_transaction
    def note_full(self, tx: Transaction, wish: ClassRef, now: datetime) -> None:
        """Notes that the site refused a place in a class as full: for everybody, and until it is read again."""
        mark_full(tx, wish, now)

    @in_transaction
    def note_free(self, tx: Transaction, slot: Slot, read_since: datetime) -> None:
        """Notes that a reading showed free places where a refusal, or a reading, before it had told of none."""
        mark_free(tx, slot, read_since)

    async def courses_on(self, day_of_week: int) -> list[Course]:
        """The weekly timetable of a weekday (0 = Monday), by time."""
        rows = await self._db.rows(
            "SELECT * FROM courses WHERE day_of_week = :day ORDER BY time_start, location, name", {"day": day_of_week}
        )
        return all_readable(_course, rows)

    async def courses(self) -> list[Course]:
        """The whole weekly timetable, by weekday and time."""
        rows = await self._db.rows("SELECT * FROM courses ORDER BY day_of_week, time_start, location, name")
        return all_readable(_course, rows)

    async def course(self, course_id: int) -> Course | None:
        """A line of the weekly timetable, None when it is no longer there."""
        row = await self._db.row("SELECT * FROM courses WHERE id = :id", {"id": course_id})
        return readable(_course, row)

    async def read_at(self) -> datetime | None:
        """When the timetable was last read; None when it never was."""
        row = await self._db.row("SELECT max(read_at) FROM slot_days")
        return instant(row[0]) if row and row[0] else None

"""favourites: what a person has starred; and what is learnt from besides: the classes of their last weeks."""

from __future__ import annotations

from datetime import date, datetime, time

from domain.model import (
    FIT_CENTER,
    Activity,
    CatalogueSlot,
    ClassRef,
    Slot,
    SlotStatus,
    clock_time,
    instant,
    unseen_id,
)
from domain.usual import LOOK_BACK, CourseName, Wish
from store.connection import Connection, Row
from store.row_reading import all_readable

# What was got or asked for and not given back, as it was asked for: "my bookings" may name the kind only. Each at its
# weekday and hour, with what was starred there, and what the timetable has at that hour on the next such date; a class
# that the site does not show yet comes from the weekly timetable. What a weekly booking does is left out.
NEXT_CLASSES = """
    WITH had (course, location, kind, weekday, start, day) AS (
        SELECT course_name, location, course_type, (CAST(strftime('%w', date) AS INTEGER) + 6) % 7,
            substr(time_slot, 1, 5), date
        FROM booking_actions
        WHERE user_id = :user_id AND date >= :since AND action_type = 'book' AND status <> 'cancelled'
            AND status IN ('completed', 'failed', 'cancelled') AND action_type IN ('book', 'cancel')
            AND date IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM user_bookings AS got
                WHERE got.id = booking_actions.won_row_id AND got.status = 'cancelled')
        UNION ALL
        SELECT course_name, location, course_type, (CAST(strftime('%w', booking_date) AS INTEGER) + 6) % 7,
            substr(booking_time, 1, 5), booking_date
        FROM user_bookings
        WHERE user_id = :user_id AND booking_date >= :since AND status <> 'cancelled'
            AND NOT EXISTS (SELECT 1 FROM booking_actions AS by_us WHERE by_us.won_row_id = user_bookings.id)
    ),
    wish AS (
        SELECT course, location, kind, weekday, start, group_concat(DISTINCT day) AS days, 0 AS starred FROM had
        GROUP BY 1, 2, 3, 4, 5
        UNION ALL
        SELECT course_name, location, course_type, day_of_week, time_slot, '', 1 FROM favourites
        WHERE user_id = :user_id AND day_of_week IS NOT NULL
    ),
    dated AS MATERIALIZED (
        SELECT *, date(:today, '+' || (CASE WHEN weekday = :weekday AND start <= :hour THEN 7
            ELSE (weekday - :weekday + 7) % 7 END) || ' days') AS date
        FROM wish WHERE NOT EXISTS (
            SELECT 1 FROM periodic_bookings AS weekly
            WHERE weekly.user_id = :user_id AND weekly.active = 1 AND weekly.day_of_week = wish.weekday
                AND substr(weekly.time_slot, 1, 5) = wish.start
                AND lower(coalesce(nullif(weekly.course_name, ''), :gym))
                    = lower(coalesce(nullif(wish.course, ''), :gym)))
    )
    SELECT dated.*, 0 AS is_unseen, slots.id, activity_id, activity, appointment_id, course_name, time_start, time_end,
        instructor, places, status, read_at
    FROM dated CROSS JOIN slots ON slots.date = dated.date AND slots.time_start = dated.start
        AND lower(coalesce(nullif(slots.course_name, ''), :gym)) = lower(coalesce(nullif(dated.course, ''), :gym))
    UNION ALL
    SELECT dated.*, 1, courses.id, '', courses.location || ' - ' || courses.course_type, '', courses.name,
        courses.time_start, coalesce(courses.time_end, courses.time_start), coalesce(courses.instructor, ''), NULL,
        'disabled', courses.last_updated
    FROM dated CROSS JOIN courses ON courses.day_of_week = dated.weekday AND courses.time_start = dated.start
        AND lower(courses.name) = lower(coalesce(nullif(dated.course, ''), :gym))
    WHERE NOT EXISTS (
        SELECT 1 FROM slots WHERE slots.date = dated.date AND slots.time_start >= dated.start
            AND slots.activity = courses.location || ' - ' || courses.course_type)
"""


def _wish(row: Row) -> Wish:
    day = date.fromisoformat(row["date"])
    asked = ClassRef(
        row["course"] or FIT_CENTER, row["location"] or "", day, clock_time(row["start"]), row["kind"] or ""
    )
    slot = Slot(
        activity=Activity(row["activity_id"] or row["activity"], row["activity"]),
        appointment_id=row["appointment_id"],
        course=row["course_name"],
        day=day,
        start=clock_time(row["time_start"]),
        end=clock_time(row["time_end"]),
        instructor=row["instructor"],
        places=row["places"],
        status=SlotStatus(row["status"]),
    )
    row_id = unseen_id(row["id"], day) if row["is_unseen"] else row["id"]
    days = frozenset(date.fromisoformat(each) for each in row["days"].split(",") if each)
    return Wish(asked, CatalogueSlot(row_id, slot, instant(row["read_at"])), days, bool(row["starred"]))


class Favourites:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def next_classes(self, user_id: int, now: datetime) -> list[Wish]:
        """What the timetable has next at the hours of what a person starred, or had or asked for lately.

        `now`: in the site's zone; of what has begun by then the next week's is meant.
        """
        values = {
            "user_id": user_id, "since": (now.date() - LOOK_BACK).isoformat(), "today": now.date().isoformat(),
            "weekday": now.weekday(), "hour": f"{now:%H:%M}", "gym": FIT_CENTER,
        }  # fmt: skip
        return all_readable(_wish, await self._db.rows(NEXT_CLASSES, values))

    async def has_star(self, user_id: int, ref: ClassRef) -> bool:
        """Whether a person has starred the class of that weekday and hour."""
        row = await self._db.row(
            """
            SELECT 1 FROM favourites WHERE user_id = :user_id AND course_name = :course AND location = :location
                AND course_type = :kind AND day_of_week = :weekday AND time_slot = :start
            """,
            _of_class(user_id, ref),
        )
        return row is not None

    async def star(self, user_id: int, ref: ClassRef) -> None:
        """Stars the class of that weekday and hour; twice is once."""
        await self._db.write(
            """
            INSERT INTO favourites (user_id, course_name, location, course_type, day_of_week, time_slot)
            VALUES (:user_id, :course, :location, :kind, :weekday, :start) ON CONFLICT DO NOTHING
            """,
            _of_class(user_id, ref),
        )

    async def unstar(self, user_id: int, ref: ClassRef) -> None:
        await self._db.write(
            """
            DELETE FROM favourites WHERE user_id = :user_id AND course_name = :course AND location = :location
                AND course_type = :kind AND day_of_week = :weekday AND time_slot = :start
            """,
            _of_class(user_id, ref),
        )

    async def hours(self, user_id: int, course: CourseName) -> set[tuple[int, time]]:
        """The weekdays and hours of a course's classes that a person has starred."""
        rows = await self._db.rows(
            """
            SELECT day_of_week, time_slot FROM favourites WHERE user_id = :user_id AND course_name = :course
                AND location = :location AND course_type = :kind AND day_of_week IS NOT NULL
            """,
            _of_course(user_id, course),
        )
        return {(row["day_of_week"], clock_time(row["time_slot"])) for row in rows}

    async def has_course_star(self, user_id: int, course: CourseName) -> bool:
        """Whether a person has starred the course itself."""
        row = await self._db.row(
            """
            SELECT 1 FROM favourites WHERE user_id = :user_id AND course_name = :course AND location = :location
                AND course_type = :kind AND day_of_week IS NULL
            """,
            _of_course(user_id, course),
        )
        return row is not None

    async def star_course(self, user_id: int, course: CourseName) -> None:
        """Stars a course, whatever its days and hours; twice is once."""
        await self._db.write(
            """
            INSERT INTO favourites (user_id, course_name, location, course_type)
            VALUES (:user_id, :course, :location, :kind) ON CONFLICT DO NOTHING
            """,
            _of_course(user_id, course),
        )

    async def unstar_course(self, user_id: int, course: CourseName) -> None:
        await self._db.write(
            """
            DELETE FROM favourites WHERE user_id = :user_id AND course_name = :course AND location = :location
                AND course_type = :kind AND day_of_week IS NULL
            """,
            _of_course(user_id, course),
        )

    async def courses(self, user_id: int) -> list[CourseName]:
        """The courses that a person has starred, themselves or any class of theirs, by name."""
        rows = await self._db.rows(
            """
            SELECT DISTINCT course_name, location, course_type FROM favourites
            WHERE user_id = :user_id ORDER BY course_name, location, course_type
            """,
            {"user_id": user_id},
        )
        return [CourseName(row["course_name"], row["location"], row["course_type"]) for row in rows]


def _of_course(user_id: int, course: CourseName) -> dict[str, str | int]:
    return {"user_id": user_id, "course": course.name, "location": course.location, "kind": course.course_type}


def _of_class(user_id: int, ref: ClassRef) -> dict[str, str | int]:
    return {
        "user_id": user_id, "course": ref.course or FIT_CENTER, "location": ref.location, "kind": ref.course_type,
        "weekday": ref.day.weekday(), "start": f"{ref.start:%H:%M}",
    }  # fmt: skip

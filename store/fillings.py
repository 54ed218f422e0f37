"""fillings: what was seen of each class at its opening, from every reading and refusal. How fast they fill."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.filling import LATELY, Filling, Races
from domain.model import ClassRef, OpeningRule, Slot, SlotStatus, Timetable, instant, stamp
from store.connection import Connection, Row, Transaction
from store.row_reading import all_readable

LOOKED_FOR = timedelta(hours=6)  # after its opening; what is seen later tells nothing about how fast it filled
KEPT = timedelta(days=200)  # a term and the one before

NOTE = """
    INSERT INTO fillings (location, course_type, course_name, date, time_start, opens_at, free_s, full_s, asked, got)
    VALUES (:location, :course_type, :course, :date, :start, :opens, :free, :full, :asked, :got)
    ON CONFLICT (date, time_start, course_name, location, course_type) DO UPDATE SET
        free_s = max(coalesce(fillings.free_s, excluded.free_s), coalesce(excluded.free_s, fillings.free_s)),
        full_s = min(coalesce(fillings.full_s, excluded.full_s), coalesce(excluded.full_s, fillings.full_s)),
        asked = fillings.asked + excluded.asked, got = fillings.got + excluded.got
"""
OF_CLASS = """
    SELECT date AS id, * FROM fillings INDEXED BY fillings_by_class
    WHERE lower(course_name) = lower(:course) AND time_start = :start AND date < :date
        AND lower(location) = lower(:location) AND lower(course_type) = lower(:course_type)
        AND strftime('%w', date) = strftime('%w', :date)
    ORDER BY date DESC LIMIT :most
"""

OF_EACH_CLASS = """
    SELECT sum(asked) AS asked, sum(got) AS got FROM fillings INDEXED BY fillings_raced WHERE asked > 0
    GROUP BY lower(course_name), lower(location), lower(course_type), time_start,
        strftime('%w', date)
"""


class Fillings:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def of(self, wish: ClassRef) -> list[Filling]:
        """What was seen at the openings of a class, of that weekday and hour, the newest first."""
        values = _class_of(wish) | {"most": LATELY}
        return all_readable(_filling, await self._db.rows(OF_CLASS, values))

    async def everywhere(self) -> list[Races]:
        """The races of each class of the week."""
        return [Races(row["asked"], row["got"]) for row in await self._db.rows(OF_EACH_CLASS)]


def _filling(row: Row) -> Filling:
    races = Races(row["asked"], row["got"])
    return Filling(date.fromisoformat(row["date"]), instant(row["opens_at"]), row["free_s"], row["full_s"], races)


def _class_of(wish: ClassRef) -> dict[str, object]:
    return {
        "location": wish.location,
        "course_type": wish.course_type,
        "course": wish.course,
        "date": wish.day.isoformat(),
        "start": f"{wish.start:%H:%M}",
    }


def note_reading(tx: Transaction, timetable: Timetable, rule: OpeningRule, began_at: datetime, ended: datetime) -> None:
    """Notes which of the classes that have opened lately had places when they were read, and drops what is old.

    A reading asks for one day after the other: what has a place surely had it when it began, and what is full surely
    was when it ended.
    """
    for slot in timetable.slots:
        opens = rule.opens_at(slot.day, slot.start)
        if opens <= began_at <= opens + LOOKED_FOR and (is_full := _is_full(slot)) is not None:
            seen_at = ended if is_full else began_at
            note_seen(tx, slot.ref, opens, (seen_at - opens).total_seconds(), is_full=is_full)
    first = (min(timetable.days) - KEPT).isoformat()
    tx.run("DELETE FROM fillings WHERE date < :first", {"first": first})


def note_seen(tx: Transaction, wish: ClassRef, opens_at: datetime, seconds: float, *, is_full: bool) -> None:
    """Notes that a class was full, or had a place, so many seconds after its opening."""
    free, full = (None, seconds) if is_full else (seconds, None)
    tx.run(NOTE, _class_of(wish) | {"opens": stamp(opens_at), "free": free, "full": full, "asked": 0, "got": 0})


def note_race(tx: Transaction, wish: ClassRef, opens_at: datetime, *, won: bool) -> None:
    """Notes a request for a class at its opening, and whether it got the place."""
    tx.run(NOTE, _class_of(wish) | {"opens": stamp(opens_at), "free": None, "full": None, "asked": 1, "got": won})


def _is_full(slot: Slot) -> bool | None:
    """None when the site does not say: what can't be booked and shows no number may not have opened yet."""
    if slot.places == 0 or slot.status is SlotStatus.WAITING:
        return True
    return False if slot.status is SlotStatus.AVAILABLE else None

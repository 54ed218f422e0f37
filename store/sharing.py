"""shared_classes: the links that open a class's page for whoever uses the same bot."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta

from domain.model import ClassRef, Clock, clock_time, stamp
from store.connection import Connection, Row, Transaction, in_transaction
from store.row_reading import readable

KEPT = timedelta(days=30)  # after its class has begun: until then a link can say so
NUMBER_BITS = 128  # nobody comes upon such a number by trying


class Sharing:
    """A class has one link, whoever shares it: the link says nothing of who that was."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def find(self, number: str) -> ClassRef | None:
        """The class that a link is about; None when there is no such link, or its class is long over."""
        row = await self._db.row(
            "SELECT number AS id, * FROM shared_classes WHERE number = :number", {"number": number}
        )
        return readable(_to_class, row)

    async def number_of(self, ref: ClassRef, starts: datetime) -> str:
        """The number of a class's link, made at the first call."""
        rows = await self._db.rows(*_of_day(ref.day))
        return _number_in(rows, ref) or await self._make(ref, starts)

    @in_transaction
    def _make(self, tx: Transaction, ref: ClassRef, starts: datetime) -> str:
        tx.run("DELETE FROM shared_classes WHERE starts_at < :old", {"old": stamp(self._clock() - KEPT)})
        made_meanwhile = _number_in(tx.run(*_of_day(ref.day)), ref)
        if made_meanwhile is not None:
            return made_meanwhile
        number = str(secrets.randbits(NUMBER_BITS))
        tx.run(
            """
            INSERT INTO shared_classes (number, location, course_name, course_type, date, time_slot, starts_at)
            VALUES (:number, :location, :course, :course_type, :date, :time, :starts)
            """,
            {
                "number": number,
                "location": ref.location,
                "course": ref.course,
                "course_type": ref.course_type or None,
                "date": ref.day.isoformat(),
                "time": f"{ref.start:%H:%M}",
                "starts": stamp(starts),
            },
        )
        return number


def _of_day(day: date) -> tuple[str, dict[str, object]]:
    return "SELECT number AS id, * FROM shared_classes WHERE date = :date", {"date": day.isoformat()}


def _number_in(rows: list[Row], ref: ClassRef) -> str | None:
    known = zip(rows, (readable(_to_class, row) for row in rows), strict=True)
    return next((row["number"] for row, known_ref in known if known_ref is not None and known_ref.matches(ref)), None)


def _to_class(row: Row) -> ClassRef:
    day, start = date.fromisoformat(row["date"]), clock_time(row["time_slot"])
    return ClassRef(row["course_name"], row["location"], day, start, row["course_type"] or "")

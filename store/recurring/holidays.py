"""holidays: the days on which nothing recurring is booked or asked."""

from __future__ import annotations

from datetime import date, datetime

from domain.errors import TooManyHolidays
from domain.model import Clock
from domain.recurrence import Holiday
from domain.requests import MOST_HOLIDAYS
from store.connection import Connection, Row, Transaction, in_snapshot, in_transaction
from store.recurring.occurrences import free


class Holidays:
    """The days off of people."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_snapshot
    def of(self, tx: Transaction, user_id: int) -> list[Holiday]:
        """A person's days off, the soonest first."""
        return holidays_of(tx, user_id)

    @in_transaction
    def add(self, tx: Transaction, user_id: int, first: date, last: date) -> Holiday:
        """Days off, both included: what waits for them is withdrawn. The same days twice are one holiday.

        Raises TooManyHolidays when the person has MOST_HOLIDAYS already.
        """
        values = {"user_id": user_id, "first": first.isoformat(), "last": last.isoformat()}
        now = self._clock()
        [row] = tx.run(
            """
            INSERT INTO holidays (user_id, first_day, last_day) VALUES (:user_id, :first, :last)
            ON CONFLICT (user_id, first_day, last_day) DO UPDATE SET last_day = excluded.last_day RETURNING *
            """,
            values,
        )
        _refuse_too_many(tx, user_id, now)
        for mine in tx.run("SELECT id FROM periodic_bookings WHERE user_id = :user_id", values):
            free(tx, mine["id"], now, first, last)
        return to_holiday(row)

    async def delete(self, holiday_id: int, user_id: int) -> bool:
        """Ends a holiday: its dates are planned again. False when it is not theirs."""
        rows = await self._db.write(
            "DELETE FROM holidays WHERE id = :id AND user_id = :user_id RETURNING id",
            {"id": holiday_id, "user_id": user_id},
        )
        return bool(rows)


def _refuse_too_many(tx: Transaction, user_id: int, now: datetime) -> None:
    [row] = tx.run(
        "SELECT count(*) FROM holidays WHERE user_id = :user_id AND last_day >= :today",
        {"user_id": user_id, "today": now.date().isoformat()},
    )
    if row[0] > MOST_HOLIDAYS:
        raise TooManyHolidays(f"{user_id} has {MOST_HOLIDAYS} days off ahead already")


def to_holiday(row: Row) -> Holiday:
    return Holiday(
        id=row["id"],
        user_id=row["user_id"],
        first=date.fromisoformat(row["first_day"]),
        last=date.fromisoformat(row["last_day"]),
    )


def holidays_of(tx: Transaction, user_id: int) -> list[Holiday]:
    rows = tx.run("SELECT * FROM holidays WHERE user_id = :user_id ORDER BY first_day, last_day", {"user_id": user_id})
    return [to_holiday(row) for row in rows]

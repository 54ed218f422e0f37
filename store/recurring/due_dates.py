"""Due dates: what the executor may have to act on now. A few queries that load only what can be due."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta

from domain.due_dates import DueDate, HeldDate, Memory
from domain.model import Clock, clock_time, instant, stamp
from domain.recurrence_rules import QUEUE_AHEAD, RecurrenceRules
from store.bookings import to_held
from store.connection import Connection
from store.queue.choices import last_call
from store.recurring.occurrences import WAITING
from store.recurring.rows import to_periodic
from store.row_reading import readable

# mode_of() in SQL: requires_confirmation is the given column, and a mode that contradicts it does not count.
MODE = """
    CASE WHEN requires_confirmation = 0 THEN 'automatic'
        WHEN mode IN ('ask_opening', 'hold') THEN mode ELSE 'ask_first' END
"""
DUE = f"""
    WITH wanted AS (
        SELECT value ->> 'day' AS day, CAST(value ->> 'weekday' AS BIGINT) AS weekday,
            value ->> 'asks_until' AS asks_until, CAST(value ->> 'asks_opening' AS BIGINT) AS asks_opening,
            CAST(value ->> 'queues' AS BIGINT) AS queues
        FROM json_each(:days)
    )
    SELECT periodic_bookings.*, wanted.day AS due_day,
        EXISTS (
            SELECT 1 FROM holidays
            WHERE holidays.user_id = periodic_bookings.user_id AND wanted.day BETWEEN first_day AND last_day
        ) AS on_holiday
    FROM wanted
    CROSS JOIN periodic_bookings ON periodic_bookings.active = 1 AND day_of_week = wanted.weekday
    JOIN accounts ON accounts.user_id = periodic_bookings.user_id AND accounts.active = 1
    WHERE periodic_bookings.user_id NOT IN (SELECT user_id FROM recurring_pauses) AND CASE {MODE}
            WHEN 'ask_first' THEN substr(time_slot, 1, 5) <= wanted.asks_until
            WHEN 'ask_opening' THEN wanted.asks_opening = 1
            ELSE wanted.queues = 1
        END
        AND NOT EXISTS (
            SELECT 1 FROM occurrences WHERE periodic_booking_id = periodic_bookings.id AND date = wanted.day
        )
    ORDER BY wanted.day, periodic_bookings.id
"""  # noqa: S608 - constants of this file
HELD = """
    SELECT periodic_bookings.*, user_bookings.id AS held_id
    FROM occurrences
    CROSS JOIN periodic_bookings ON periodic_bookings.id = occurrences.periodic_booking_id AND mode = 'hold'
        AND requires_confirmation = 1 AND active = 1
    CROSS JOIN booking_actions ON booking_actions.id = occurrences.action_id AND booking_actions.status = 'completed'
        AND booking_actions.periodic_booking_id = occurrences.periodic_booking_id
    CROSS JOIN user_bookings ON user_bookings.id = booking_actions.won_row_id
        AND user_bookings.status NOT IN ('cancelled', 'gone', 'past') AND kept_at IS NULL
    WHERE occurrences.date BETWEEN :first AND :last AND occurrences.state = 'queued'
        AND NOT EXISTS (
            SELECT 1 FROM pending_confirmations WHERE booking_row_id = user_bookings.id AND purpose = 'keep'
        )
        AND NOT EXISTS (
            SELECT 1 FROM booking_actions AS later
            WHERE later.won_row_id = user_bookings.id AND later.id > booking_actions.id
        )
    ORDER BY occurrences.date, occurrences.id
"""
"""What the mode `hold` holds; a place that was swapped or booked anew by hand since is the person's, not on trial."""


class DueDates:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def memory(self) -> Memory:
        row = await self._db.row("SELECT plan_version, ticked_at FROM executor")
        if row is None:
            return Memory(0, None)
        return Memory(row["plan_version"], instant(row["ticked_at"]) if row["ticked_at"] else None)

    async def remember_tick(self) -> None:
        """Stores that everything due by now was done."""
        await self._db.write("UPDATE executor SET ticked_at = :now", {"now": stamp(self._clock())})

    async def leads(self, recurrence: RecurrenceRules) -> list[timedelta]:
        """How long before a class questions are asked: the configured time, and those of single recurring bookings."""
        rows = await self._db.rows(
            "SELECT DISTINCT lead_minutes FROM periodic_bookings WHERE active = 1 AND lead_minutes IS NOT NULL"
        )
        return [recurrence.lead, *(timedelta(minutes=row["lead_minutes"]) for row in rows)]

    async def due(self, recurrence: RecurrenceRules, first: date) -> list[DueDate]:
        """The dates from `first` on that can be due now, of active accounts, the soonest first."""
        now, longest = self._clock(), max(await self.leads(recurrence))
        last = recurrence.last_day(now, longest)
        days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
        wanted = json.dumps([_wanted(recurrence, day, now, longest) for day in days])
        return [
            DueDate(periodic, date.fromisoformat(row["due_day"]), bool(row["on_holiday"]))
            for row in await self._db.rows(DUE, {"days": wanted})
            if (periodic := readable(to_periodic, row)) is not None
        ]

    async def held_unasked(self, first: date, last: date) -> list[HeldDate]:
        """The places of mode `hold` on those days whose question was not asked yet."""
        found = []
        for row in await self._db.rows(HELD, {"first": first.isoformat(), "last": last.isoformat()}):
            held = readable(
                to_held, await self._db.row("SELECT * FROM user_bookings WHERE id = :id", {"id": row["held_id"]})
            )
            if held is not None and (periodic := readable(to_periodic, row)) is not None:
                found.append(HeldDate(periodic, held))
        return found

    async def paused_by_hand(self) -> list[int]:
        """Recurring bookings that were paused by hand while a booking of theirs is pending."""
        rows = await self._db.rows(
            f"""
            SELECT DISTINCT periodic_bookings.id FROM periodic_bookings
            CROSS JOIN booking_actions ON periodic_booking_id = periodic_bookings.id
                AND status IN ('pending', 'processing') AND {WAITING}
            WHERE active = 0
            """,  # noqa: S608 - a constant
            {"safe": last_call(self._clock())},
        )
        return [row["id"] for row in rows]

    async def next_class(self, after: datetime, days: int = 8) -> tuple[date, time] | None:
        """The first class of any active periodic booking after that wall-clock time (naive), within so many days."""
        wanted = [
            {
                "day": day.isoformat(),
                "weekday": day.weekday(),
                "after": f"{after:%H:%M}" if day == after.date() else "",
            }
            for day in (after.date() + timedelta(days=offset) for offset in range(days))
        ]
        row = await self._db.row(
            """
            SELECT day, start FROM (
                SELECT value ->> 'day' AS day, (
                    SELECT min(substr(time_slot, 1, 5)) FROM periodic_bookings
                    WHERE active = 1 AND day_of_week = CAST(value ->> 'weekday' AS BIGINT)
                        AND substr(time_slot, 1, 5) > value ->> 'after'
                ) AS start
                FROM json_each(:days)
            ) AS days WHERE start IS NOT NULL ORDER BY day LIMIT 1
            """,
            {"days": json.dumps(wanted)},
        )
        return (date.fromisoformat(row["day"]), clock_time(row["start"])) if row else None


def _wanted(recurrence: RecurrenceRules, day: date, now: datetime, longest: timedelta) -> dict[str, object]:
    """What can be due about a date now, by mode; `longest`: how long before its class any is asked about."""
    bound, opens = recurrence.asks_until(now, longest), recurrence.rule.opens_at(day)
    until = f"{bound:%H:%M}" if day == bound.date() else "24:00" if day < bound.date() else ""
    return {
        "day": day.isoformat(),
        "weekday": day.weekday(),
        "asks_until": until,
        "asks_opening": int(now >= opens - recurrence.lead),
        "queues": int(now >= opens - QUEUE_AHEAD),
    }

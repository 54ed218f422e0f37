"""own_calendars and own_events: what people have besides sport, to warn them before they book."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.model import Clock, NoticeKind, instant, stamp
from domain.own_calendars import CalendarTrouble, OwnCalendar, OwnEvent
from store.connection import Connection, Row, Transaction, in_transaction
from store.outbox import add_notice
from store.row_reading import all_readable, instant_or_none, readable

EVERY = timedelta(hours=1)  # a calendar is read at most so often
LONGEST = timedelta(days=1)  # between two tries of one that can't be read
TOLD_AFTER = 6  # failures, one after the other, of a calendar that could be read before: servers have bad hours
READ = "read"  # what was last told: that it is read, or its trouble


def _calendar(row: Row) -> OwnCalendar:
    return OwnCalendar(
        row["user_id"],
        row["address"],
        row["etag"],
        row["last_modified"],
        instant_or_none(row["read_at"]),
        instant_or_none(row["expanded_at"]),
        CalendarTrouble(row["trouble"]) if row["trouble"] else None,
        row["failures"],
    )


def _next_at(row: Row) -> datetime:
    return instant(row["next_at"])


class OwnCalendars:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def find(self, user_id: int) -> OwnCalendar | None:
        row = await self._db.row(
            "SELECT user_id AS id, * FROM own_calendars WHERE user_id = :user_id", {"user_id": user_id}
        )
        return readable(_calendar, row)

    @in_transaction
    def set(self, tx: Transaction, user_id: int, address: str) -> None:
        """From now on this one is read; the events of another are forgotten. The same again changes nothing."""
        values = {"user_id": user_id, "address": address, "now": stamp(self._clock())}
        tx.run("DELETE FROM own_calendars WHERE user_id = :user_id AND address <> :address", values)
        tx.run(
            """
            INSERT INTO own_calendars (user_id, address, next_at) VALUES (:user_id, :address, :now)
            ON CONFLICT (user_id) DO NOTHING
            """,
            values,
        )

    async def remove(self, user_id: int) -> None:
        """Forgets the address and its events."""
        await self._db.write("DELETE FROM own_calendars WHERE user_id = :user_id", {"user_id": user_id})

    async def due(self) -> list[OwnCalendar]:
        """The calendars that are to be read now."""
        rows = await self._db.rows(
            "SELECT user_id AS id, * FROM own_calendars WHERE next_at <= :now ORDER BY next_at",
            {"now": stamp(self._clock())},
        )
        return all_readable(_calendar, rows)

    async def next_at(self) -> datetime | None:
        """When a calendar is to be read next."""
        rows = await self._db.rows("SELECT user_id AS id, next_at FROM own_calendars")
        return min(all_readable(_next_at, rows), default=None)

    @in_transaction
    def was_read(
        self,
        tx: Transaction,
        calendar: OwnCalendar,
        events: Sequence[OwnEvent] | None,
        etag: str | None,
        last_modified: str | None,
    ) -> None:
        """Stores a reading; without events it has not changed. Told at the first reading, and after a told trouble.

        Writes nothing when the person has taken the address away meanwhile.
        """
        now = self._clock()
        values = {
            "user_id": calendar.user_id, "address": calendar.address, "etag": etag, "last_modified": last_modified,
            "now": stamp(now), "next": stamp(now + EVERY), "anew": events is not None,
        }  # fmt: skip
        told = tx.row("SELECT told FROM own_calendars WHERE user_id = :user_id AND address = :address", values)
        if told is None:
            return
        tx.run(
            """
            UPDATE own_calendars SET etag = :etag, last_modified = :last_modified, read_at = :now, next_at = :next,
                expanded_at = CASE WHEN :anew THEN :now ELSE expanded_at END, trouble = NULL, failures = 0,
                told = 'read'
            WHERE user_id = :user_id
            """,
            values,
        )
        if events is not None:
            _replace_events(tx, calendar.user_id, events)
        if told["told"] != READ:
            add_notice(tx, calendar.user_id, NoticeKind.OWN_CALENDAR)

    @in_transaction
    def could_not_be_read(self, tx: Transaction, calendar: OwnCalendar, trouble: CalendarTrouble) -> None:
        """Stores a failure. It is told once: at the first reading at once, later when it lasts."""
        failures, now = calendar.failures + 1, self._clock()
        pause = min(EVERY * 2.0 ** min(failures - 1, 10), LONGEST)
        values = {
            "user_id": calendar.user_id, "address": calendar.address, "trouble": trouble, "failures": failures,
            "next": stamp(now + pause),
        }  # fmt: skip
        told = tx.run(
            """
            UPDATE own_calendars SET trouble = :trouble, failures = :failures, next_at = :next
            WHERE user_id = :user_id AND address = :address RETURNING told
            """,
            values,
        )
        if told and (told[0]["told"] is None or (told[0]["told"] == READ and failures >= TOLD_AFTER)):
            tx.run("UPDATE own_calendars SET told = :trouble WHERE user_id = :user_id", values)
            add_notice(tx, calendar.user_id, NoticeKind.OWN_CALENDAR)

    async def between(self, user_id: int, starts: datetime, ends: datetime) -> list[OwnEvent]:
        """The person's events that meet these hours."""
        rows = await self._db.rows(
            """
            SELECT * FROM own_events WHERE user_id = :user_id AND starts_at < :ends AND ends_at > :starts
            ORDER BY starts_at, summary
            """,
            {"user_id": user_id, "starts": stamp(starts), "ends": stamp(ends)},
        )
        return [
            OwnEvent(row["summary"], instant(row["starts_at"]), instant(row["ends_at"]), bool(row["all_day"]))
            for row in rows
        ]

    async def count(self, user_id: int) -> int:
        """How many events are known from now on."""
        row = await self._db.row(
            "SELECT count(*) FROM own_events WHERE user_id = :user_id AND ends_at > :now",
            {"user_id": user_id, "now": stamp(self._clock())},
        )
        return int(row[0]) if row else 0


def _replace_events(tx: Transaction, user_id: int, events: Sequence[OwnEvent]) -> None:
    tx.run("DELETE FROM own_events WHERE user_id = :user_id", {"user_id": user_id})
    rows = [(each.summary, stamp(each.starts_at), stamp(each.ends_at), int(each.all_day)) for each in events]
    tx.run(
        """
        INSERT INTO own_events (user_id, summary, starts_at, ends_at, all_day)
        SELECT CAST(:user_id AS BIGINT), value ->> 0, value ->> 1, value ->> 2, CAST(value ->> 3 AS BIGINT)
        FROM json_each(:events)
        """,
        {"user_id": user_id, "events": json.dumps(rows)},
    )

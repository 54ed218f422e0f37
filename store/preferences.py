"""preferences: what each person prefers; a person without a row goes by the configuration."""

from __future__ import annotations

import json
from datetime import time, timedelta

from domain.preferences import NONE, Event, Preferences, QuietHours
from domain.recurrence import PeriodicMode
from store.connection import Connection, Row
from store.row_reading import readable

A_MINUTE = timedelta(minutes=1)


class PreferencesOf:
    """The preferences of everybody, each by their Telegram id."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def find(self, user_id: int) -> Preferences:
        row = await self._db.row(
            "SELECT user_id AS id, * FROM preferences WHERE user_id = :user_id", {"user_id": user_id}
        )
        return (readable(_preferences, row) if row else None) or NONE

    async def all(self) -> dict[int, Preferences]:
        rows = await self._db.rows("SELECT user_id AS id, * FROM preferences")
        return {row["user_id"]: readable(_preferences, row) or NONE for row in rows}

    async def set(self, user_id: int, preferences: Preferences) -> None:
        """Stores all that the person prefers."""
        await self._db.write(
            """
            INSERT INTO preferences (user_id, silent, quiet_from, quiet_until, reminder_minutes, mode,
                watch_notice_minutes, place, week_dark, week_mondays)
            VALUES (:user_id, :silent, :quiet_from, :quiet_until, :reminder, :mode, :notice, :place, :dark, :mondays)
            ON CONFLICT (user_id) DO UPDATE SET
                silent = excluded.silent, quiet_from = excluded.quiet_from, quiet_until = excluded.quiet_until,
                reminder_minutes = excluded.reminder_minutes, mode = excluded.mode,
                watch_notice_minutes = excluded.watch_notice_minutes, place = excluded.place,
                week_dark = excluded.week_dark, week_mondays = excluded.week_mondays
            """,
            {
                "user_id": user_id,
                "silent": json.dumps(sorted(preferences.silent)),
                "quiet_from": preferences.quiet and f"{preferences.quiet.begin:%H:%M}",
                "quiet_until": preferences.quiet and f"{preferences.quiet.end:%H:%M}",
                "reminder": _minutes(preferences.reminder),
                "mode": preferences.mode,
                "notice": _minutes(preferences.watch_notice),
                "place": preferences.place,
                "dark": int(preferences.dark),
                "mondays": int(preferences.mondays),
            },
        )


def _minutes(lead: timedelta | None) -> int | None:
    return None if lead is None else round(lead / A_MINUTE)


def _lead(minutes: int | None) -> timedelta | None:
    return None if minutes is None else minutes * A_MINUTE


def _preferences(row: Row) -> Preferences:
    """Raises ValueError for a row written by hand that makes no sense."""
    quiet = row["quiet_from"] and row["quiet_until"]
    return Preferences(
        silent=_events(row["silent"]),
        quiet=QuietHours(time.fromisoformat(row["quiet_from"]), time.fromisoformat(row["quiet_until"]))
        if quiet
        else None,
        reminder=_lead(row["reminder_minutes"]),
        mode=PeriodicMode(row["mode"]) if row["mode"] else None,
        watch_notice=_lead(row["watch_notice_minutes"]),
        place=row["place"],
        dark=bool(row["week_dark"]),
        mondays=bool(row["week_mondays"]),
    )


def _events(text: str) -> frozenset[Event]:
    """The events of a JSON list of them. Raises ValueError for anything else."""
    if not text.lstrip().startswith("["):
        raise ValueError(f"{text} is no list")
    return frozenset(Event(each) for each in json.loads(text))

"""Which class an action booked, as "my bookings" names it: perhaps an alternative, perhaps under another name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.model import FIT_CENTER, Action, ActionType, ClassRef, clock_time
from store.connection import Row, Transaction
from store.row_reading import readable

WHAT_THEY_GOT = """
    SELECT action.id,
        CASE WHEN held.id IS NULL THEN choice.course_name ELSE held.course_name END AS course,
        CASE WHEN held.id IS NULL THEN choice.location ELSE held.location END AS location,
        CASE WHEN held.id IS NULL THEN choice.course_type ELSE held.course_type END AS course_type,
        coalesce(held.booking_date, choice.date) AS date,
        coalesce(held.booking_time, choice.time_slot) AS time,
        CASE WHEN choice.action_id IS NULL THEN action.course_name ELSE choice.course_name END AS asked_course,
        CASE WHEN choice.action_id IS NULL THEN action.location ELSE choice.location END AS asked_location,
        CASE WHEN choice.action_id IS NULL THEN action.course_type ELSE choice.course_type END AS asked_type
    FROM booking_actions AS action
    LEFT JOIN user_bookings AS held ON held.id = action.won_row_id
    LEFT JOIN alternatives AS choice ON choice.action_id = action.id AND choice.position = action.won_choice
    WHERE action.id IN (SELECT value FROM json_each(:ids))
"""
"""A place's row may be deleted: then the alternative that was won is known by its number."""


def with_what_they_got(tx: Transaction, actions: Sequence[Action]) -> list[Action]:
    """The same actions, with the class that each of them booked. One query; none when no action has booked."""
    won = [one.id for one in actions if one.type is ActionType.BOOK and one.booking_id]
    if not won:
        return list(actions)
    rows = tx.run(WHAT_THEY_GOT, {"ids": json.dumps(won)})
    got = {row["id"]: readable(_got, row) for row in rows}
    return [replace(one, got=got.get(one.id)) for one in actions]


def note_won(tx: Transaction, action_id: int, row_id: int) -> None:
    """Stores which row of user_bookings an action booked."""
    tx.run("UPDATE booking_actions SET won_row_id = :row WHERE id = :id", {"row": row_id, "id": action_id})


def _got(row: Row) -> ClassRef | None:
    if row["date"] is None or row["time"] is None:
        return None
    day, start = date.fromisoformat(row["date"]), clock_time(row["time"])
    got = ClassRef(row["course"] or FIT_CENTER, row["location"] or "", day, start, row["course_type"] or "")
    asked_type = row["asked_type"] or ""
    return got.named_as(
        ClassRef(row["asked_course"] or FIT_CENTER, row["asked_location"] or "", day, start, asked_type)
    )

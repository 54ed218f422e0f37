"""One person with a row of everything, and the buttons by which another might get at them."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from bot.screens.callbacks import NUMBERS, Call, Largest, Verb
from database import Database
from domain.model import ActionType
from domain.requests import NewAction, NewPeriodic
from store.connection import Transaction
from tests.support import chats
from tests.support.chats import OWNER, TUESDAY

SECRET_COURSE = "CORSO SEGRETO DI GIULIA"
PRIVATE = (
    "booking_actions", "alternatives", "user_bookings", "periodic_bookings", "periodic_alternatives", "holidays",
    "pending_confirmations", "occurrences", "notices",
)  # fmt: skip
USUAL = {Largest.DAY: [20261124], Largest.PAGE: [0], Largest.WEEKDAY: [1], Largest.CHOICE: [0, 1], Largest.KEY: [1]}


async def give_giulia_a_life(db: Database, course: str = SECRET_COURSE) -> list[int]:
    """One row of everything a person can have; the numbers of all of them."""
    secret = chats.slot(course, TUESDAY, "10:00")
    waiting = await db.requests.add(NewAction(ActionType.BOOK, OWNER, secret.ref))
    assert await db.choices.add_alternative(waiting.id, OWNER, chats.PILATES.ref)
    failed = await db.requests.add(NewAction(ActionType.BOOK, OWNER, chats.slot(course, TUESDAY, "15:00").ref))

    def steps(tx: Transaction) -> None:
        tx.run(
            "UPDATE booking_actions SET status = 'failed', error_kind = 'SlotFull' WHERE id = :id", {"id": failed.id}
        )
        tx.run(
            "INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time)"
            " VALUES (:u, 'x', :c, 'Giuriati', '2026-11-24', '12:00')",
            {"u": OWNER, "c": course},
        )
        tx.run(
            "INSERT INTO holidays (user_id, first_day, last_day) VALUES (:u, '2026-12-24', '2026-12-31')", {"u": OWNER}
        )

    await db.connection.transact(steps)
    periodic = await db.series.add(NewPeriodic(OWNER, course, course, "Giuriati", 1, secret.start))
    starts = chats.NOON + timedelta(days=1)
    await db.confirmations.ask(periodic, TUESDAY, starts, starts - timedelta(minutes=5))
    ids = {0, 1, 2, 3}
    for table in ("booking_actions", "user_bookings", "periodic_bookings", "holidays", "pending_confirmations"):
        ids |= {row["id"] for row in await db.connection.rows(f"SELECT id FROM {table}")}
    return sorted(ids)


async def hers(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that is there before anybody forges anything."""
    return {
        table: [tuple(row) for row in await db.connection.rows(f"SELECT * FROM {table} ORDER BY 1, 2")]
        for table in PRIVATE
    }


def calls(verb: Verb, ids: list[int]) -> list[Call]:
    """The verb with every combination of those numbers where a number of a row goes."""
    choices = [USUAL.get(largest, ids) for largest in NUMBERS.get(verb, ())]
    return [Call(verb, numbers) for numbers in itertools.islice(itertools.product(*choices), 400)]

"""A tick of the periodic executor with 10,000 periodic bookings in all four modes, their near dates already dealt with.

Timed, in one process: `Executor.step`, which looks for questions to ask, openings to queue, answers that are overdue,
places to ask about or to be reminded of, and routine work, and says when it has to look again. Nothing is due; the
clock moves on a second from tick to tick.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.figures import Figure
from bench.programs import BenchError
from database import Database, open_database
from demo.world import write_configuration
from domain.model import Role
from domain.people import Person
from periodic_executor import Executor
from runtime.settings import Settings, load

ROUNDS = 100
BOOKINGS = 10_000
PEOPLE = 100
GOAL = 100.0  # ms
NIGHT = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)  # no class begins within hours
OWNER_ID = 1000

EVERY_WEEK = """
    WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < :last)
    INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot, requires_confirmation,
        created_at, mode)
    SELECT :owner + n % :people, 'mia', 'Giuriati', 'COURSE ' || n, (n / 4) % 7,
        printf('%02d:%02d', 7 + n % 15, 15 * (n % 4)), n % 4 <> 3, '2026-11-01T10:00:00.000Z',
        CASE n % 4 WHEN 0 THEN 'ask_first' WHEN 1 THEN 'ask_opening' WHEN 2 THEN 'hold' ELSE 'automatic' END
    FROM number
"""
DEALT_WITH = """
    WITH RECURSIVE day(date) AS (SELECT '2026-11-22' UNION ALL SELECT date(date, '+1 day') FROM day LIMIT 7)
    INSERT INTO occurrences (periodic_booking_id, date, state)
    SELECT id, date, 'queued' FROM day
    JOIN periodic_bookings ON day_of_week = (strftime('%w', date) + 6) % 7 AND mode <> 'ask_first'
"""


class Clock:
    """Stands still while a tick is timed."""

    def __init__(self) -> None:
        self.now = NIGHT

    def __call__(self) -> datetime:
        return self.now


async def measure(rounds: int | None, bookings: int = BOOKINGS) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-") as name:
        settings = _settings(Path(name))
        async with open_database(settings.database) as db:
            await db.people.set([Person(OWNER_ID + n, Role.FRIEND if n else Role.OWNER, "") for n in range(PEOPLE)])
        _fill(settings.local_path, bookings)
        clock = Clock()
        async with open_database(settings.database, clock) as db:
            return await _measure(db, Executor(db, settings, clock), clock, rounds or ROUNDS, bookings)


def _settings(folder: Path) -> Settings:
    values = {
        "username": "10000001",
        "password": "bench",
        "otpatu": "otpauth://totp/bench?secret=JBSWY3DPEHPK3PXP",
        "telegram": {"bot_token": "123456:bench", "allowed_user_id": OWNER_ID},
    }
    write_configuration(folder / "config.json", values)
    return load(folder / "config.json")


def _fill(file: Path, bookings: int) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(EVERY_WEEK, {"last": bookings - 1, "owner": OWNER_ID, "people": PEOPLE})
        connection.execute(DEALT_WITH)


async def _measure(db: Database, executor: Executor, clock: Clock, rounds: int, bookings: int) -> list[Figure]:
    await executor.step()  # queues the routine work, which is then out of the way
    before = await _written(db)
    ticks = []
    for _ in range(rounds):
        clock.now += timedelta(seconds=1)
        ticks.append(await _milliseconds(executor))
    if await _written(db) != before:
        raise BenchError("something was due: it is not the look that was timed")
    return [Figure(f"a tick among {bookings:,} periodic bookings", "ms", tuple(ticks), GOAL, "p95")]


async def _written(db: Database) -> tuple[int, ...]:
    """How much there is of what a tick writes."""
    row = await db.connection.row(
        "SELECT (SELECT count(*) FROM occurrences), (SELECT count(*) FROM booking_actions), count(*) FROM notices"
    )
    return tuple(row or ())


async def _milliseconds(executor: Executor) -> float:
    began = time.perf_counter()
    await executor.step()
    return (time.perf_counter() - began) * 1000

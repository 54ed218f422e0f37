"""A claim, and what /status reads, with a million finished rows in booking_actions.

Timed, in one process through database.py: `queue.claim` of a due action (the write to disk included), `queue.latest`
and `queue.find` as /status and /status <id> ask; and, without a goal, the other looks at that table which every tap and
every tick takes. All rows belong to one person: the worst case.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from actions.decide import handed_back
from bench.figures import Figure
from database import Database, open_database
from domain.errors import NotOpenYet
from domain.model import Action, ActionType, ClassRef, clock_time
from domain.requests import NewAction

ROUNDS = 200
FEW_ROUNDS = 10  # of what has no goal
ROWS = 1_000_000
GOAL = 2.0  # ms
USER_ID = 1001  # of every row
LATEST = 8  # lines on a page of /status
LEASE = 60.0  # s
WISH = ClassRef("YOGA", "Giuriati", date(2026, 11, 25), clock_time("18:30"))

FINISHED_ROWS = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :rows)
    INSERT INTO booking_actions (action_type, user_id, status, location, course_name, date, time_slot, created_at,
        started_at, completed_at, run_at, result, quiet, attempts)
    SELECT CASE n % 4 WHEN 0 THEN 'check' WHEN 1 THEN 'cancel' ELSE 'book' END, :user_id,
        CASE n % 10 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'completed' END, 'Giuriati', 'PILATES MATWORK',
        date('2020-01-01', (n % 2000) || ' days'), '18:00', :then, :then, :then, :then, 'seen in my bookings',
        n % 4 = 0, 1
    FROM number
"""


async def measure(rounds: int | None, rows: int = ROWS) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-") as name:
        file = Path(name) / "polimisport.db"
        async with open_database(file):
            pass
        _fill(file, rows)
        async with open_database(file) as db:
            return await _measure(db, rounds or ROUNDS, f"{rows:,} rows")


def _fill(file: Path, rows: int) -> None:
    """Writes the history as fast as the disk takes it; open_database() turns its safety on again."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(FINISHED_ROWS, {"rows": rows, "user_id": USER_ID, "then": "2026-01-01T00:00:00.000Z"})


async def _measure(db: Database, rounds: int, among: str) -> list[Figure]:
    claims = [await _claim(db) for _ in range(rounds)]
    lists = [await _milliseconds(db.requests.latest(USER_ID, LATEST)) for _ in range(rounds)]
    finds = [await _milliseconds(db.requests.find(number, USER_ID)) for number in range(1, rounds + 1)]
    return [
        Figure(f"a claim among {among}", "ms", tuple(claims), GOAL),
        Figure(f"/status among {among}", "ms", tuple(lists), GOAL),
        Figure(f"/status <id> among {among}", "ms", tuple(finds), GOAL),
        *await _other_looks(db, min(rounds, FEW_ROUNDS), among),
    ]


async def _other_looks(db: Database, rounds: int, among: str) -> list[Figure]:
    """Measures other reads of the same table: an idle worker's, a screen's, the executor's."""
    looks: dict[str, Callable[[], Awaitable[object]]] = {
        "an idle worker's look": db.claims.due,
        "the live actions of a person": lambda: db.requests.live(USER_ID),
        "the last routine work of a person": lambda: db.history.last_of(ActionType.CHECK, USER_ID),
    }
    return [
        Figure(f"{what} among {among}", "ms", tuple([await _milliseconds(look()) for _ in range(rounds)]))
        for what, look in looks.items()
    ]


async def _claim(db: Database) -> float:
    """Claims a fresh action, and ends it, so that the next round has its own. Milliseconds of the claim."""
    await db.requests.add(NewAction(ActionType.BOOK, USER_ID, WISH))
    began = time.perf_counter()
    action = await db.claims.claim("bench", LEASE)
    seconds = time.perf_counter() - began
    assert action is not None
    await _end(db, action)
    return seconds * 1000


async def _end(db: Database, action: Action) -> None:
    await db.settlement.settle(action, handed_back(NotOpenYet("nothing was sent")))
    await db.requests.withdraw(action.id, USER_ID)


async def _milliseconds(work: Awaitable[object]) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000

"""The queue by itself: rows put in, and rows claimed and settled, each written to the disk before its caller goes on.

Timed, in one process through database.py, with nothing else at work: a booking put in the queue; the same claimed and
settled as booked (the action, the place held, the notice). Milliseconds for each, over BATCH of them: 0.33 ms are 3,000
a second. First one after the other, where each waits for the disk by itself; then BATCH callers at once, as around an
opening, where those who wait together are committed together. The goals are of the latter.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

from bench.figures import Figure
from database import Database, open_database
from domain.model import ActionType, Booking, ClassRef, clock_time
from domain.requests import NewAction
from tests.support import outcomes

ROUNDS = 20
BATCH = 100
PUT_GOAL = 1000 / 3000  # ms
SETTLE_GOAL = 1000 / 1500  # ms
LEASE = 60.0  # s
DAY, START = date(2026, 11, 25), clock_time("18:30")
PILATES = ClassRef("PILATES MATWORK", "Giuriati", DAY, START)
BOOKED = Booking(PILATES.course, PILATES.location, DAY, START, 55)


async def measure(rounds: int | None) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-") as name:
        async with open_database(Path(name) / "polimisport.db") as db:
            batches = [await _batch(db, number * BATCH + 1) for number in range(rounds or ROUNDS)]
    puts, settlements, puts_at_once, settlements_at_once = zip(*batches, strict=True)
    return [
        Figure("a booking put in the queue", "ms", puts),
        Figure("the same claimed and settled", "ms", settlements),
        Figure(f"one of {BATCH} put in the queue at once", "ms", puts_at_once, PUT_GOAL),
        Figure(f"one of {BATCH} claimed and settled at once", "ms", settlements_at_once, SETTLE_GOAL),
    ]


async def _batch(db: Database, first_user: int) -> tuple[float, float, float, float]:
    """Milliseconds for each booking of two batches, every one of another person: to put it in, to claim and settle it.

    The bookings of the first batch one after the other, those of the second all at once.
    """
    began = time.perf_counter()
    for user_id in range(first_user, first_user + BATCH):
        await put(db, user_id)
    all_put = time.perf_counter()
    for _ in range(BATCH):
        await claim_and_settle(db)
    settled = time.perf_counter()
    await asyncio.gather(*(put(db, user_id) for user_id in range(-first_user - BATCH, -first_user)))
    put_at_once = time.perf_counter()
    await asyncio.gather(*(claim_and_settle(db) for _ in range(BATCH)))
    moments = (began, all_put, settled, put_at_once, time.perf_counter())
    one, two, three, four = (1000 * (after - before) / BATCH for before, after in pairwise(moments))
    return one, two, three, four


async def put(db: Database, user_id: int) -> None:
    await db.requests.add(NewAction(ActionType.BOOK, user_id, PILATES))


async def claim_and_settle(db: Database) -> None:
    action = await db.claims.claim("bench", LEASE)
    assert action is not None
    await db.settlement.settle(action, outcomes.booked(BOOKED, "seen in my bookings"))

"""The queue by itself: rows put in, and rows claimed and settled, one after the other, each written to the disk.

Timed, in one process through database.py, with nothing else at work: a booking put in the queue; the same claimed and
settled as booked (the action, the place held, the notice). Milliseconds for each, over BATCH at a time: 0.33 ms are
3,000 a second.
"""

from __future__ import annotations

import tempfile
import time
from datetime import date
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
    puts, settlements = zip(*batches, strict=True)
    return [
        Figure("a booking put in the queue", "ms", puts, PUT_GOAL),
        Figure("the same claimed and settled", "ms", settlements, SETTLE_GOAL),
    ]


async def _batch(db: Database, first_user: int) -> tuple[float, float]:
    """Milliseconds for each booking of a batch, every one of another person: to put it in, to claim and settle it."""
    began = time.perf_counter()
    for user_id in range(first_user, first_user + BATCH):
        await db.requests.add(NewAction(ActionType.BOOK, user_id, PILATES))
    put = time.perf_counter()
    for _ in range(BATCH):
        action = await db.claims.claim("bench", LEASE)
        assert action is not None
        await db.settlement.settle(action, outcomes.booked(BOOKED, "seen in my bookings"))
    settled = time.perf_counter()
    return (put - began) * 1000 / BATCH, (settled - put) * 1000 / BATCH

"""The sync of "my bookings", with a stored session.

Timed: `started_at` to `completed_at` of the row, by a worker that has its driver, and by one that was just started.
"""

from __future__ import annotations

from bench.figures import Figure
from bench.stage import logged_in_stage
from domain.model import ActionType

ROUNDS = 20
COLD_ROUNDS = 8  # a worker has to be started for each
GOAL = 0.3  # s


async def measure(rounds: int | None) -> list[Figure]:
    async with logged_in_stage() as stage:
        cold = [await stage.do_cold(ActionType.CHECK) for _ in range(rounds or COLD_ROUNDS)]
        async with stage.running("worker.py"):
            await stage.do(ActionType.CHECK)  # starts the driver
            warm = [await stage.do(ActionType.CHECK) for _ in range(rounds or ROUNDS)]
    return [
        Figure("sync of my bookings, driver running", "s", tuple(warm), GOAL),
        Figure("sync of my bookings, driver to start", "s", tuple(cold), GOAL),
    ]

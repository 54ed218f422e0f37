"""The catalogue refresh: every activity of the site, eight days, with a stored session.

Timed twice: by a worker that has its driver, from `started_at` to `completed_at` of the row, the swap of the whole
catalogue included; and as the command refresh_courses.py, from its start to its end.
"""

from __future__ import annotations

import time

from bench.figures import Figure
from bench.stage import Stage, logged_in_stage
from domain.model import ActionType

ROUNDS = 7  # 33 requests each: more would meet the request budget, which is not what is measured
GOAL = 1.5  # s


async def measure(rounds: int | None) -> list[Figure]:
    async with logged_in_stage() as stage:
        command = tuple([await _command(stage) for _ in range(rounds or ROUNDS)])
        async with stage.running("worker.py"):
            await stage.do(ActionType.CHECK)  # starts the driver
            worker = tuple([await stage.do(ActionType.REFRESH) for _ in range(min(rounds or ROUNDS, ROUNDS))])
    return [
        Figure("catalogue refresh by the worker, driver running", "s", worker, GOAL),
        Figure("catalogue refresh as a command, start to end", "s", command, GOAL),
    ]


async def _command(stage: Stage) -> float:
    began = time.perf_counter()
    await stage.finish("refresh_courses.py")
    return time.perf_counter() - began

"""Booking: from the claim of the action to its end, which is when the place was seen in "my bookings".

Timed: `started_at` to `completed_at` of the row, by the real worker against the simulated site in another process.
The session is stored, and no browser may be started: a round that starts one is an error.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable

from bench.figures import Figure
from bench.stage import Stage, logged_in_stage
from domain.model import ActionType, ClassRef

ROUNDS = 20
COLD_ROUNDS = 8  # a worker has to be started for each
GOAL = 0.5  # s

Do = Callable[[ActionType, ClassRef | None], Awaitable[float]]


async def measure(rounds: int | None) -> list[Figure]:
    async with logged_in_stage() as stage:
        cold = await _bookings(stage, stage.do_cold, rounds or COLD_ROUNDS)
        async with stage.running("worker.py"):
            await stage.do(ActionType.CHECK)  # starts the driver
            warm = await _bookings(stage, stage.do, rounds or ROUNDS)
    return [
        Figure("claimed -> booked and seen, driver running", "s", warm, GOAL),
        Figure("claimed -> booked and seen, driver to start", "s", cold, GOAL),
    ]


async def _bookings(stage: Stage, do: Do, rounds: int) -> tuple[float, ...]:
    """Seconds of so many bookings; each place is given back, so that "my bookings" is as long in every round."""
    browsers = stage.witness.starts
    samples = []
    for place in itertools.islice(itertools.cycle(stage.places), rounds):
        samples.append(await do(ActionType.BOOK, place.wish))
        await stage.site.cancel(place)
    if stage.witness.starts != browsers:
        raise stage.error("a browser was started for a booking with a stored session")
    return tuple(samples)

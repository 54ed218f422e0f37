"""Cancelling: from the claim of the action to its end, which is when the place was read back as gone.

Timed: `started_at` to `completed_at` of the row, by a worker that was just started: driver and browser included.
"""

from __future__ import annotations

from bench.figures import Figure
from bench.stage import logged_in_stage
from domain.model import ActionType

ROUNDS = 6
GOAL = 5.0  # s


async def measure(rounds: int | None) -> list[Figure]:
    samples = []
    async with logged_in_stage() as stage:
        place = stage.places[0]
        for _ in range(rounds or ROUNDS):
            await stage.site.book(place)
            samples.append(await stage.do_cold(ActionType.CANCEL, place.wish))
    return [Figure("cancel: claimed -> read back as gone, browser to start", "s", tuple(samples), GOAL)]

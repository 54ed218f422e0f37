"""Booking from nothing: browser start, login with password and one-time code, booking, and the place seen.

Timed: `started_at` to `completed_at` of the row, by a worker that was just started, in a folder without any state,
against a site that was just started. A round begins when a one-time code can be sent at once.
"""

from __future__ import annotations

from bench.figures import Figure
from bench.site import code_that_lives
from bench.stage import open_stage
from domain.model import ActionType

ROUNDS = 5
GOAL = 6.0  # s


async def measure(rounds: int | None) -> list[Figure]:
    samples = tuple([await _one_round() for _ in range(rounds or ROUNDS)])
    return [Figure("from nothing (browser, login, code) -> booked and seen", "s", samples, GOAL)]


async def _one_round() -> float:
    async with open_stage() as stage:
        await code_that_lives()
        seconds = await stage.do_cold(ActionType.BOOK, stage.places[0].wish)
        if stage.witness.starts != 1:
            raise stage.error(f"{stage.witness.starts} browsers were started for one login")
        return seconds

"""The races of one process: one login after the other, as long as there is time for that."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from opening.crowd import Crowd
from opening.policy import OpeningPolicy
from opening.server_clock import ServerClock
from opening.steady_time import SteadyTime
from opening.timeline import Timeline

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
POLICY = OpeningPolicy()


def timeline(seconds: float) -> Timeline:
    """So many seconds before an opening, by a clock that stands still."""
    server = ServerClock(lambda: NOW, SteadyTime(now=lambda: 0.0, poll_interval=0.001))
    return Timeline(NOW + timedelta(seconds=seconds), server, POLICY)


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


@pytest.mark.asyncio
async def test_until_the_turns_end_one_account_logs_in_after_the_other(crowd: Crowd) -> None:
    seen: list[str] = []

    async def log_in(name: str) -> None:
        async with crowd.my_turn(timeline(POLICY.turns_until + 1), POLICY.turns_until):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)  # whoever may begin beside it would
            seen.append(f"{name} ends")

    await asyncio.gather(*map(log_in, "abc"))
    assert sorted(seen[::2]) == ["a begins", "b begins", "c begins"]
    assert [each.replace("begins", "ends") for each in seen[::2]] == seen[1::2]


@pytest.mark.asyncio
async def test_near_the_opening_nobody_waits_for_a_turn(crowd: Crowd) -> None:
    async with crowd.turns, crowd.my_turn(timeline(POLICY.turns_until - 1), POLICY.turns_until):
        assert crowd.turns.locked()

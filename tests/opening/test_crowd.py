"""How the preparations of many races come apart: one login after the other, and no step of all at the same moment."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
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


def test_one_race_alone_waits_for_nobody_and_a_hundred_come_apart(crowd: Crowd) -> None:
    with crowd.racing():
        assert crowd.is_alone
        assert crowd.earlier(POLICY.spread_look_up) == 0.0
        with ExitStack() as others:
            for _ in range(99):
                others.enter_context(crowd.racing())
            assert crowd.size == 100
            steps = sorted(crowd.earlier(POLICY.spread_look_up) for _ in range(1000))
            longest = 99 * POLICY.spread_look_up
            assert 0.0 <= steps[0] < 0.1 * longest
            assert 0.9 * longest < steps[-1] <= longest
            assert 0.4 * longest < steps[500] < 0.6 * longest
    assert crowd.size == 0


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

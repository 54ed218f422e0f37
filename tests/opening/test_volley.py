"""When shots shall arrive: planned for uneven ways and clocks that are uncertain, judged by thousands of draws."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable

import pytest

from opening.budget import OpeningBudget
from opening.policy import SHOT_PLANS, OpeningPolicy

POLICY = OpeningPolicy()
DRAWS = 2000
REPEATED = 0.05  # s after the opening, about when the next shot arrives after a volley that was all too early

Way = tuple[Callable[[random.Random], float], float]
"""By how much one way differs from the usual, in seconds, and the deviation of that."""

EVEN: Way = (lambda chance: chance.uniform(-0.01, 0.01), 0.0058)  # 20 ms more or less of a round trip
SKEWED: Way = (lambda chance: chance.expovariate(100) - 0.0084, 0.009)
STEADY: Way = (lambda chance: chance.uniform(-0.0005, 0.0005), 0.0004)


def plan(shots: int, jitter: float, uncertainty: float) -> tuple[float, ...]:
    return POLICY.arrivals(SHOT_PLANS, shots, jitter, uncertainty)


def arrivals(way: Way, clock: float, shots: int) -> list[float]:
    """When the first shot that is not too early arrives, if the clock is known to that deviation; sorted."""
    chance = random.Random(1)  # noqa: S311 - no secret
    planned = plan(shots, way[1], 2.5 * clock)

    def first() -> float:
        mistake = chance.gauss(0.0, clock)
        late = (at + mistake + way[0](chance) + abs(chance.gauss(0.0, 0.0007)) for at in planned)
        return min((each for each in late if each >= 0.0), default=REPEATED)

    return sorted(first() for _ in range(DRAWS))


@pytest.mark.parametrize("way", [EVEN, SKEWED, STEADY], ids=["even", "skewed", "steady"])
@pytest.mark.parametrize("clock", [0.0005, 0.001, 0.002])
def test_of_three_shots_one_arrives_within_milliseconds_and_hardly_ever_are_all_too_early(
    way: Way, clock: float
) -> None:
    arrived = arrivals(way, clock, 3)
    assert statistics.median(arrived) <= 0.005
    assert arrived[int(0.95 * DRAWS)] <= 0.015
    assert sum(each > 0.02 for each in arrived) <= 0.02 * DRAWS
    assert sum(each >= REPEATED for each in arrived) <= 0.01 * DRAWS


@pytest.mark.parametrize("shots", [1, 2])
def test_fewer_shots_are_late_rather_than_too_early(shots: int) -> None:
    arrived = arrivals(EVEN, 0.001, shots)
    assert statistics.median(arrived) <= 0.013
    assert sum(each >= REPEATED for each in arrived) <= 0.01 * DRAWS


def test_a_clock_nobody_knows_widens_a_volley_only_so_far() -> None:
    assert plan(3, 0.005, float("inf")) == plan(3, 0.005, POLICY.widest)
    assert all(list(each) == sorted(each) for each in (plan(shots, 0.005, POLICY.widest) for shots in SHOT_PLANS))


def test_whatever_an_account_has_at_one_opening_it_sends_ten_requests() -> None:
    for bookings in (1, 2, 3):
        budget = OpeningBudget(POLICY)
        for number in range(bookings):
            budget.join(number)
        warming_up = budget.shots_together
        assert warming_up + sum(budget.left(number) for number in range(bookings)) <= POLICY.most_requests
        assert all(budget.left(number) > budget.shots_together for number in range(bookings))

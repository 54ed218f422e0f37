"""Preparations spread out: the site sees few requests at a time, and nobody prepares late or long before."""

from __future__ import annotations

import pytest

from bench.crowd import MOST_A_SECOND, most_a_second
from opening.policy import OpeningPolicy
from opening.spreading import Rank, Spread

POLICY = OpeningPolicy()
CLOCK_READINGS = 16  # of two workers, around two edges of a second that are hardly a second apart
A_CONNECTION_LIVES = 25.0  # s


def ranks(of: int) -> list[Rank]:
    return [Rank(number, of) for number in range(of)]


def steps(rank: Rank) -> list[float]:
    """When a booking takes each step of its preparation, in seconds before the opening: each is a request."""
    return [
        POLICY.prepare - POLICY.spread_prepare.later(rank),
        POLICY.look_up + POLICY.spread_look_up.earlier(rank),
        POLICY.prove_session + POLICY.spread_prove.earlier(rank),
        POLICY.warm + POLICY.spread_warm.earlier(rank),
    ]


@pytest.mark.parametrize("of", [2, 9, 100, 500, 1000])
def test_the_site_sees_few_requests_in_any_second(of: int) -> None:
    requests = (moment for rank in ranks(of) for moment in steps(rank))
    assert most_a_second(requests) + CLOCK_READINGS <= MOST_A_SECOND


def test_one_alone_takes_each_step_at_its_last_moment() -> None:
    assert steps(Rank()) == [POLICY.prepare, POLICY.look_up, POLICY.prove_session, POLICY.warm]


@pytest.mark.parametrize("of", [1, 2, 100, 1000, 5000])
def test_each_step_of_each_booking_follows_the_one_before(of: int) -> None:
    for rank in ranks(of):
        assert steps(rank) == sorted(steps(rank), reverse=True)
        assert steps(rank)[-1] >= POLICY.warm


@pytest.mark.parametrize("of", [100, 1000, 5000])
def test_no_connection_is_warmed_so_early_that_it_may_be_closed_again(of: int) -> None:
    assert max(steps(rank)[-1] for rank in ranks(of)) <= A_CONNECTION_LIVES


@pytest.mark.parametrize("spread", [POLICY.spread_prepare, POLICY.spread_look_up, POLICY.spread_warm])
def test_the_order_is_the_same_in_every_step(spread: Spread) -> None:
    moments = [spread.later(rank) for rank in ranks(1000)]
    assert moments == sorted(moments)
    assert spread.earlier(Rank(999, 1000)) == 0.0


def test_two_workers_that_share_the_bookings_share_every_second() -> None:
    even, odd = ([steps(rank)[-1] for rank in ranks(1000)[first::2]] for first in (0, 1))
    assert abs(most_a_second(even) - most_a_second(odd)) <= 1


def test_a_rank_that_was_counted_while_others_came_is_no_later_than_the_last() -> None:
    assert POLICY.spread_warm.earlier(Rank(12, 10)) == 0.0


def test_a_booking_that_was_not_counted_takes_no_step_late() -> None:
    assert steps(Rank(0, 0)) == steps(Rank())

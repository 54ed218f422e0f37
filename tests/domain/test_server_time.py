"""A server's time as its answers tell it: the quickest of them is believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain import server_time
from domain.server_time import ServerTime

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Steady:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    steady = Steady()
    monkeypatch.setattr(server_time, "steady", steady)
    return steady


def test_between_two_answers_it_goes_on(steady: Steady) -> None:
    time = ServerTime()
    time.tell(NOON)
    steady.seconds += 5
    assert time.now() == NOON + timedelta(seconds=5)


def test_an_answer_that_was_long_on_its_way_does_not_set_it_back(steady: Steady) -> None:
    time = ServerTime()
    time.tell(NOON)
    steady.seconds += 5
    time.tell(NOON + timedelta(seconds=3))
    assert time.now() == NOON + timedelta(seconds=5)


def test_a_quicker_answer_sets_it_right_at_once(steady: Steady) -> None:
    time = ServerTime()
    time.tell(NOON)
    time.tell(NOON + timedelta(seconds=1))
    assert time.now() == NOON + timedelta(seconds=1)


def test_a_server_that_was_set_back_is_followed_when_the_answers_of_before_are_old(steady: Steady) -> None:
    time = ServerTime()
    time.tell(NOON)
    steady.seconds += server_time.REMEMBERED + 1
    time.tell(NOON)
    assert time.now() == NOON


def test_before_any_answer_it_is_the_machines_time() -> None:
    assert abs(ServerTime().now() - datetime.now(UTC)) < timedelta(seconds=60)

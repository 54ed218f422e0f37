"""The server's clock: learnt to a few milliseconds from dates of whole seconds, over ways of uneven length."""

from __future__ import annotations

import asyncio
import logging
import math
import random
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import formatdate
from types import SimpleNamespace

import pytest

import server_clock
from errors import SiteUnavailable
from server_clock import READINGS, ServerClock, agreed

BEGAN = datetime(2026, 11, 22, 11, tzinfo=UTC).timestamp()


class Far:
    """A server some way off, and a time that passes only when somebody waits."""

    def __init__(self, ahead: float, jitter: float = 0.0, seed: int = 0) -> None:
        self.now = 1000.0
        self.ahead = ahead
        self.asked = 0
        self._jitter = jitter
        self._random = random.Random(seed)  # noqa: S311 - no secret

    def steady(self) -> float:
        return self.now

    def clock(self) -> datetime:
        return datetime.fromtimestamp(BEGAN + self.now, UTC)

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0) + 0.0005  # as late as a real one

    async def ask(self) -> Mapping[str, str]:
        self.asked += 1
        self.now += self._leg()
        date = math.floor(BEGAN + self.now + self.ahead)
        self.now += self._leg()
        return {"date": formatdate(date, usegmt=True)}

    def _leg(self) -> float:
        return (0.03 + self._random.uniform(-self._jitter, self._jitter)) / 2

    def wait_with(self, monkeypatch: pytest.MonkeyPatch) -> ServerClock:
        monkeypatch.setattr(server_clock, "steady", self.steady)
        monkeypatch.setattr(server_clock, "asyncio", SimpleNamespace(sleep=self.sleep, Lock=asyncio.Lock))
        return ServerClock(self.clock)


def never() -> bool:
    return False


@pytest.mark.parametrize("seed", range(40))
async def test_the_clock_is_learnt_to_a_few_milliseconds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = random.Random(seed).uniform(-2, 2)  # noqa: S311 - no secret
    far = Far(ahead, seed=seed)
    server = far.wait_with(monkeypatch)
    await server.learn(far.ask, never)
    assert abs(server.ahead - ahead) <= server.doubt <= server_clock.GOOD_ENOUGH
    assert far.asked <= READINGS


@pytest.mark.parametrize("seed", range(40))
async def test_uneven_ways_cost_little(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = random.Random(seed).uniform(-2, 2)  # noqa: S311 - no secret
    far = Far(ahead, jitter=0.02, seed=seed)
    server = far.wait_with(monkeypatch)
    await server.learn(far.ask, never)
    assert server.ahead == pytest.approx(ahead, abs=0.012)
    assert far.asked <= READINGS


async def test_twelve_seconds_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=-1.234)
    server = far.wait_with(monkeypatch)
    await server.learn(far.ask, lambda: far.now > 1012)
    assert server.doubt <= server_clock.GOOD_ENOUGH


async def test_a_server_that_lies_once_is_outvoted(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=0.5)
    server = far.wait_with(monkeypatch)
    await server.learn(far.ask, never)
    server.add(far.now, far.now + 0.03, {"date": formatdate(BEGAN + far.now + 7, usegmt=True)})
    assert server.ahead == pytest.approx(0.5, abs=0.004)


async def test_without_a_date_our_own_clock_counts_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    far = Far(ahead=1.0)
    server = far.wait_with(monkeypatch)

    async def ask() -> Mapping[str, str]:
        await far.ask()
        return {"date": "half past nine"} if far.asked % 2 else {}

    with caplog.at_level(logging.WARNING):
        await server.learn(ask, never)
    assert not server.known
    assert server.ahead == pytest.approx(0.0, abs=1e-6)
    assert far.asked <= READINGS
    assert "our own clock" in caplog.text


async def test_answers_that_do_not_come_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=1.0)
    server = far.wait_with(monkeypatch)

    async def ask() -> Mapping[str, str]:
        headers = await far.ask()
        if far.asked % 3 == 0:
            raise SiteUnavailable("cut")
        return headers

    await server.learn(ask, never)
    assert server.ahead == pytest.approx(1.0, abs=0.05)


async def test_what_was_learnt_is_not_asked_again_until_it_is_stale(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=1.0)
    server = far.wait_with(monkeypatch)
    await server.learn(far.ask, never)
    asked = far.asked
    await server.learn(far.ask, never)
    assert far.asked == asked
    far.now += server_clock.STALE
    far.ahead = -1.0
    await server.learn(far.ask, never)
    assert server.ahead == pytest.approx(-1.0, abs=0.004)


def test_setting_the_machines_clock_moves_nothing_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=0.25)
    server = far.wait_with(monkeypatch)
    server.add(far.now, far.now, {"date": formatdate(BEGAN + far.now, usegmt=True)})
    before = server.steady_at(datetime.fromtimestamp(BEGAN + 2000, UTC))
    monkeypatch.setattr(server, "_clock", lambda: datetime.fromtimestamp(0, UTC))
    assert server.steady_at(datetime.fromtimestamp(BEGAN + 2000, UTC)) == before


def test_what_most_intervals_share_is_agreed() -> None:
    assert agreed([(0, 10), (4, 12), (5, 6)]) == (5, 6)
    assert agreed([(0, 10), (4, 12), (50, 60)]) == (4, 10)
    assert agreed([]) == (float("-inf"), float("inf"))


async def test_a_sleeping_machine_ends_a_wait_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    far = Far(ahead=0.0)
    far.wait_with(monkeypatch)

    async def suspended(seconds: float) -> None:
        far.now += 3600.0

    monkeypatch.setattr("server_clock.asyncio.sleep", suspended)
    await server_clock.sleep_until(far.now + 50.0)
    assert far.now == 4600.0

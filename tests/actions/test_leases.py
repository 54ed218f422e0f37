"""Leases: what is in hand stays in hand, with one write for all of it; what hangs, and only that, loses its session.

What is under way on the site is given up with its lease, and no sooner.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from actions.leases import Leases, LeaseTimes
from database import Database
from domain.errors import DatabaseError, LeaseLost, SiteUnavailable
from domain.model import Action, ActionType, ClassRef, utc_now
from domain.requests import NewAction
from domain.steady import steady
from portal import acts
from tests.conftest import GIULIA, MARCO
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE

PILATES = ClassRef("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18, 0))
QUICK = LeaseTimes(usual=0.03, longest_action=0.1)


class Closed:
    """Whose session was closed."""

    def __init__(self) -> None:
        self.accounts: list[int] = []
        self.any = asyncio.Event()

    async def close(self, user_id: int) -> None:
        self.accounts.append(user_id)
        self.any.set()


class Beats:
    """What was extended together, each time."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch, enough: int) -> None:
        self.beats: list[list[int]] = []
        self.errors: list[Exception] = []  # what the first of them meet
        self.are_enough = asyncio.Event()
        self._extend, self._enough = db.claims.extend, enough
        monkeypatch.setattr(db.claims, "extend", self)

    async def __call__(self, leases: Sequence[tuple[Action, float]]) -> list[Action]:
        self.beats.append([action.id for action, _ in leases])
        if len(self.beats) >= self._enough:
            self.are_enough.set()
        if self.errors:
            raise self.errors.pop()
        return await self._extend(leases)


async def claimed(db: Database, user_id: int) -> Action:
    await db.requests.add(NewAction(ActionType.BOOK, user_id, PILATES))
    action = await db.claims.claim("w", 60)
    assert action
    return action


async def test_only_what_hangs_costs_its_person_the_session(db: Database) -> None:
    hanging, taken_over = await claimed(db, GIULIA), await claimed(db, MARCO)
    closed = Closed()
    leases = Leases(db, closed.close, QUICK)
    async with asyncio.timeout(PATIENCE):
        with leases.kept(replace(taken_over, attempts=0)), leases.kept(hanging):
            await closed.any.wait()
    assert closed.accounts == [GIULIA]


async def test_all_that_is_in_hand_is_extended_with_one_write(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    actions = [await claimed(db, user_id) for user_id in (GIULIA, MARCO)]
    beats, leases = (
        Beats(db, monkeypatch, enough=1),
        Leases(db, Closed().close, replace(QUICK, longest_action=10 * PATIENCE)),
    )
    async with asyncio.timeout(PATIENCE):
        with leases.kept(actions[0]), leases.kept(actions[1]):
            await beats.are_enough.wait()
    assert beats.beats[0] == [action.id for action in actions]


async def test_an_unexpected_error_ends_the_keeping_of_no_lease(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    beats = Beats(db, monkeypatch, enough=3)
    beats.errors = [ValueError("nobody thought of that")]
    leases = Leases(db, Closed().close, replace(QUICK, longest_action=10 * PATIENCE))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(await claimed(db, GIULIA)):
            await beats.are_enough.wait()


async def test_a_clock_that_is_set_forward_ends_no_action(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    hours, closed = itertools.count(), Closed()
    action = replace(await claimed(db, GIULIA), opens_at=utc_now())
    beats = Beats(db, monkeypatch, enough=4)
    times = LeaseTimes(usual=0.03, longest_action=10 * PATIENCE)
    leases = Leases(db, closed.close, times, lambda: utc_now() + timedelta(hours=next(hours)))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(action):
            await beats.are_enough.wait()
    assert closed.accounts == []


@pytest.mark.parametrize(
    ("seconds", "length"), [(-90, 60.0), (-60, 34.0), (-31, 5.0), (-29, 4.0), (29, 4.0), (31, 60.0)]
)
async def test_around_an_opening_a_lease_is_short(db: Database, clock: FakeClock, seconds: int, length: float) -> None:
    action = replace(await claimed(db, GIULIA), opens_at=clock() - timedelta(seconds=seconds))
    assert Leases(db, Closed().close, LeaseTimes(), clock).length(action) == length


async def test_behind_an_opening_no_short_lease_runs_out_because_the_next_is_long(
    db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    short, long, extend = asyncio.Event(), asyncio.Event(), db.claims.extend
    times = LeaseTimes(usual=10 * PATIENCE, at_opening=0.03, near=timedelta(seconds=30), longest_action=10 * PATIENCE)

    async def seen(leases: Sequence[tuple[Action, float]]) -> list[Action]:
        for _action, length in leases:
            (long if length == times.usual else short).set()
        return await extend(leases)

    monkeypatch.setattr(db.claims, "extend", seen)
    action = replace(await claimed(db, GIULIA), opens_at=clock.now)
    leases = Leases(db, Closed().close, times, clock)
    async with asyncio.timeout(PATIENCE):
        with leases.kept(action):
            leases._held[0].extended_at -= times.usual  # as if it had been claimed long before
            await short.wait()
            clock.now += timedelta(seconds=31)
            await long.wait()


async def test_with_many_in_hand_a_lease_around_an_opening_is_longer(db: Database, clock: FakeClock) -> None:
    action = replace(await claimed(db, GIULIA), opens_at=clock())
    leases = Leases(db, Closed().close, LeaseTimes(at_ease=2), clock)
    with leases.kept(action), leases.kept(action):
        assert leases.length(action) == 4.0
        with leases.kept(action), leases.kept(action):
            assert leases.length(action) == 8.0
    assert leases.length(action) == 4.0


class Asked:
    """A request that leaves, and is answered when the test says so."""

    def __init__(self) -> None:
        self.has_left, self.answer = asyncio.Event(), asyncio.Event()

    async def send(self) -> str:
        self.has_left.set()
        await self.answer.wait()
        return "OK"


class Away:
    """The lease's way to the database, and a steady clock: both as the test says."""

    def __init__(self, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_away, self.now = False, 1000.0
        self._extend = db.claims.extend
        self._asked = self._extended = 0
        monkeypatch.setattr(db.claims, "extend", self.extend)
        monkeypatch.setattr("actions.leases.steady", self.steady)

    def steady(self) -> float:
        self._asked += 1
        return self.now

    async def extend(self, leases: Sequence[tuple[Action, float]]) -> list[Action]:
        if self.is_away:
            raise DatabaseError("the cable is out")
        gone = await self._extend(leases)
        self._extended += 1
        return gone

    async def extended(self) -> None:
        before = self._extended
        while self._extended == before:  # noqa: ASYNC110 - a clock that is asked tells nobody
            await asyncio.sleep(0.001)

    async def looked_at(self) -> None:
        before = self._asked
        while self._asked < before + 20:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.001)


async def test_what_is_under_way_is_given_up_with_its_lease_and_no_sooner(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    away, asked = Away(db, monkeypatch), Asked()
    leases = Leases(db, Closed().close, LeaseTimes(at_opening=0.03, longest_action=10_000, brief=0.0))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(await claimed(db, GIULIA)):
            booking = asyncio.create_task(acts.do(asked.send))
            await asked.has_left.wait()
            away.now += 30
            await away.extended()
            away.now += 40  # the first lease would be over
            away.is_away = True
            await away.looked_at()
            assert not booking.done()
            away.now += 6
            with pytest.raises(SiteUnavailable):
                await booking


async def test_only_what_nobody_extended_is_given_up(db: Database) -> None:
    forgotten, held = Asked(), Asked()
    leases = Leases(db, Closed().close, LeaseTimes(at_opening=0.03, brief=0.0))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(await claimed(db, GIULIA)):
            booking = asyncio.create_task(acts.do(held.send))
            await held.has_left.wait()
            with leases.kept(await claimed(db, MARCO), claimed_at=steady() - 3600), pytest.raises(SiteUnavailable):
                await acts.do(forgotten.send)
            held.answer.set()
            assert await booking == "OK"


async def test_while_a_database_is_away_the_site_is_still_given_a_moment(db: Database) -> None:
    asked = Asked()
    leases = Leases(db, Closed().close, LeaseTimes(at_opening=0.03, brief=10 * PATIENCE))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(await claimed(db, GIULIA), claimed_at=steady() - 3600):
            booking = asyncio.create_task(acts.do(asked.send))
            await asked.has_left.wait()
            await asyncio.sleep(0.05)
            asked.answer.set()
            assert await booking == "OK"


async def test_nothing_is_asked_for_once_another_worker_is_known_to_hold_the_action(db: Database) -> None:
    asked = Asked()
    leases = Leases(db, Closed().close, LeaseTimes(usual=0.03, longest_action=10 * PATIENCE, brief=10 * PATIENCE))
    async with asyncio.timeout(PATIENCE):
        with leases.kept(replace(await claimed(db, GIULIA), attempts=0)):
            with pytest.raises(SiteUnavailable):
                await acts.do(asked.send)
            with pytest.raises(LeaseLost):
                await acts.do(asked.send)

"""Many hands claim at once: each action once, no account with more in hand than it may have, and nobody left over.

An opening has one worker that prepares it, and another in time when that one dies, on whatever machine.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from actions.leases import Leases
from database import Database, open_database
from domain.errors import LeaseLost, SlotFull
from domain.model import PREPARE, ActionType, ClassRef
from domain.requests import NewAction
from store.queue.claiming import MOST_OF_ONE
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.engines import Place
from tests.support.running import PATIENCE

PILATES = ClassRef("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18, 0))
BOOK = NewAction(ActionType.BOOK, GIULIA, PILATES)
ACCOUNTS, OF_ONE, PROGRAMS, HANDS_OF_ONE = 5, 6, 4, 5
pytestmark = pytest.mark.both_engines


class Hands:
    """Hands that claim and settle until everything is settled, and what they see meanwhile."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._in_hand: Counter[int] = Counter()
        self.most_in_hand = 0
        self.claimed: list[tuple[int, int]] = []

    async def work(self, db: Database, name: str) -> None:
        while len(self.claimed) < self._wanted:
            action = await db.claims.claim(name, 60)
            if action is None:
                await asyncio.sleep(0)
                continue
            self.claimed.append((action.id, action.attempts))
            self._in_hand[action.user_id] += 1
            self.most_in_hand = max(self.most_in_hand, self._in_hand[action.user_id])
            await asyncio.sleep(0)
            self._in_hand[action.user_id] -= 1
            await db.settlement.settle(action, outcomes.failed(SlotFull("full")))


async def test_whoever_claims_at_once_each_action_is_claimed_once_and_no_account_has_too_many_in_hand(
    db: Database, place: Place, clock: FakeClock
) -> None:
    wanted = [
        (await db.requests.add(replace(BOOK, user_id=account, wish=replace(PILATES, start=time(hour))))).id
        for account in range(1001, 1001 + ACCOUNTS)
        for hour in range(8, 8 + OF_ONE)
    ]
    hands = Hands(len(wanted))
    async with AsyncExitStack() as programs, asyncio.timeout(PATIENCE):
        others = [await programs.enter_async_context(open_database(place, clock)) for _ in range(PROGRAMS)]
        await asyncio.gather(*(hands.work(each, f"w{n}") for each in others for n in range(HANDS_OF_ONE)))
    assert sorted(hands.claimed) == [(number, 1) for number in wanted]
    assert hands.most_in_hand <= MOST_OF_ONE


async def test_whoever_claims_at_once_has_as_many_of_an_account_as_it_may_have_and_no_more(
    db: Database, place: Place, clock: FakeClock
) -> None:
    for hour in range(8, 8 + OF_ONE):
        await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(hour))))
    async with AsyncExitStack() as programs:
        others = [await programs.enter_async_context(open_database(place, clock)) for _ in range(PROGRAMS)]
        claims = await asyncio.gather(*(each.claims.claim(f"w{n}", 60) for n, each in enumerate(others * 3)))
    assert len({action.id for action in claims if action}) == MOST_OF_ONE
    assert sum(action is not None for action in claims) == MOST_OF_ONE


async def test_an_opening_has_one_worker_and_another_before_it_when_that_one_dies(
    db: Database, place: Place, clock: FakeClock
) -> None:
    opens = clock() + PREPARE
    wanted = await db.requests.add(replace(BOOK, opens_at=opens, run_at=clock()))
    async with open_database(place, clock) as elsewhere:
        claims = await asyncio.gather(*(each.claims.claim(f"w{n}", 60) for n, each in enumerate((db, elsewhere) * 2)))
        [first] = [action for action in claims if action]
        leases = Leases(db, nothing_open, clock=clock)
        while clock.now < opens - timedelta(seconds=40):  # its last sign
            clock.now += timedelta(seconds=leases.length(first) / 3)
            assert await db.claims.extend([(first, leases.length(first))]) == []
            assert await elsewhere.claims.claim("w9", 60) is None
        clock.now = opens - timedelta(seconds=20)
        second = await elsewhere.claims.claim("w9", 60)
        assert second
        assert (second.id, second.attempts, second.crashes) == (wanted.id, 2, 1)
        assert await db.claims.extend([(first, 60)]) == [first]
        with pytest.raises(LeaseLost):
            await db.claims.begin_to_act(first)
        await elsewhere.claims.begin_to_act(second)


async def nothing_open(_user_id: int) -> None: ...

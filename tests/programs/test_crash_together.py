"""The worker is killed, for real, in the middle of a booking for two: both end up as it says, and are told once."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bench.students import places_for
from bench.town import FIRST_USER, Commit, Town, open_town, phone_of
from domain.model import ActionType
from domain.requests import NewAction
from domain.together import Pair, PairState
from tests.support.running import PATIENCE

LOOK_AGAIN = 0.05  # s between looks at a row another process writes


async def asked_for_both(town: Town) -> Pair:
    """The first asks for the second too, who has agreed."""
    number = await town.db.agreements.invite(FIRST_USER, "Anna")
    asked = await town.db.agreements.open(number, FIRST_USER + 1, "Bea")
    assert asked
    agreed = await town.db.agreements.accept(asked.id, FIRST_USER + 1)
    assert agreed
    place = places_for(town, 1)[0]
    new = NewAction(ActionType.BOOK, FIRST_USER, place.wish)
    first = await town.db.pairs.book(agreed, new, town.site.clock() + timedelta(hours=3), both_or_none=True)
    assert first
    pair = await town.db.pairs.of_action(first.id)
    assert pair
    return pair


async def ended(town: Town, pair: Pair) -> PairState:
    """How it ended, once everybody was told."""
    async with asyncio.timeout(PATIENCE):
        while True:
            row = await town.db.pairs.find(pair.id, FIRST_USER)
            is_over = row is not None and row.state not in (PairState.OPEN, PairState.RETURNING)
            if row is not None and is_over and not await town.db.outbox.next_of_each():
                return row.state
            await asyncio.sleep(LOOK_AGAIN)


@pytest.mark.parametrize("commit", [1, 2])
async def test_a_worker_that_dies_within_a_booking_for_two_leaves_neither_with_half_of_it(commit: int) -> None:
    async with open_town(2) as town:
        phones = [phone_of(town, person) for person in town.site.people]
        await town.cast.start("bot")
        pair, dead, left = await asked_for_both(town), asyncio.Event(), commit

        def shoot(_commit: Commit) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                town.cast.kill("worker 1")
                dead.set()

        town.site.listeners.append(shoot)
        await town.cast.start("worker 1")
        async with asyncio.timeout(PATIENCE):
            await dead.wait()
        await town.cast.start("worker 1")
        assert await ended(town, pair) is PairState.BOTH
        appointment = places_for(town, 1)[0].appointment_id
        assert all(town.site.places.holds(person.username, appointment) for person in town.site.people)
        assert town.site.commits == {"book": 2}
        for phone in phones:
            assert len([one for one in phone.messages if "Tutti e due!" in one.text]) == 1

"""The real programs are killed, on purpose at the worst moments, and nothing is lost, doubled or untrue.

The short form of `python -m bench.crash`, in the same town: real processes, a site and a Telegram that outlive them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bench.aftermath import examine
from bench.crash import crash, report
from bench.site import Place
from bench.students import Ledger, places_for
from bench.town import FIRST_USER, Commit, Town, open_town, phone_of
from demo.telegram import Message
from domain.model import Action, ActionStatus, ActionType
from domain.requests import NewAction
from tests.support.running import PATIENCE

KILLS = 4  # at random; each costs a program's start
LOOK_AGAIN = 0.05  # s between looks at a row another process writes

in_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town() -> AsyncIterator[Town]:
    """One person, and a bot that runs all the while; no worker does."""
    async with open_town(1) as opened:
        phone_of(opened, opened.site.people[0])
        await opened.cast.start("bot")
        yield opened


async def queue(town: Town, kind: ActionType, place: Place) -> int:
    return (await town.db.requests.add(NewAction(kind, FIRST_USER, place.wish))).id


async def told_end(town: Town, action_id: int) -> Action:
    """The row, once it has ended and its owner was told."""
    async with asyncio.timeout(PATIENCE):
        while True:
            row = await town.db.requests.find(action_id)
            if row and row.completed_at and not await town.db.outbox.next_of_each():
                return row
            await asyncio.sleep(LOOK_AGAIN)


def shoot_at_the_commit(town: Town, role: str) -> asyncio.Event:
    """The program dies inside the site's next commit, before the answer can leave; the event tells when it did."""
    dead = asyncio.Event()

    def shoot(_commit: Commit) -> None:
        town.site.listeners.remove(shoot)
        town.cast.kill(role)
        dead.set()

    town.site.listeners.append(shoot)
    return dead


def told(town: Town, words: str) -> list[Message]:
    messages = phone_of(town, town.site.people[0]).messages
    return [message for message in messages if message.from_bot and words in message.text]


@in_one_loop
async def test_what_the_site_had_committed_when_the_worker_died_is_found_and_told_once(town: Town) -> None:
    place, username = places_for(town, 1)[0], town.site.people[0].username
    for kind, words in ((ActionType.BOOK, "Prenotata!"), (ActionType.CANCEL, "Annullata")):
        action_id, dead = await queue(town, kind, place), shoot_at_the_commit(town, "worker 1")
        await town.cast.start("worker 1")
        async with asyncio.timeout(PATIENCE):
            await dead.wait()
        assert (row := await town.db.requests.find(action_id))
        assert row.status is ActionStatus.PROCESSING
        assert town.site.places.holds(username, place.appointment_id) is (kind is ActionType.BOOK)
        await town.cast.start("worker 1")
        row = await told_end(town, action_id)
        assert (row.status, row.crashes) == (ActionStatus.COMPLETED, 1)
        assert town.site.places.holds(username, place.appointment_id) is (kind is ActionType.BOOK)
        assert len(told(town, words)) == 1
        assert town.cast.kill("worker 1")
    assert town.site.commits == {"book": 1, "cancel": 1}
    assert town.site.asked_twice == 0


@in_one_loop
async def test_a_bot_that_died_while_telling_tells_again(town: Town) -> None:
    place, calls = places_for(town, 1)[1], len(town.telegram.calls)
    town.telegram.faults.next("sendDocument", drop="after", delay=5.0)  # it waits for the answer when it is killed
    action_id = await queue(town, ActionType.BOOK, place)
    await town.cast.start("worker 2")
    await town.telegram.wait_for_call("sendDocument", PATIENCE, after=calls)
    assert town.cast.kill("bot")
    assert await town.db.outbox.next_of_each()
    await town.cast.start("bot")
    assert (await told_end(town, action_id)).status is ActionStatus.COMPLETED
    assert 1 <= len(told(town, "Prenotata!")) - 1 <= 2


@in_one_loop
async def test_what_nobody_was_told_of_does_not_go_unnoticed(town: Town) -> None:
    """The referee sees: a booking behind everybody's back, and a cancellation of what was called booked."""
    username, (booked, other) = town.site.people[0].username, places_for(town, 1)[1:3]
    town.site.book(username, other.appointment_id)
    town.site.cancel(username, booked.appointment_id)
    found = {finding.what: len(finding.cases) for finding in await examine(town, Ledger())}
    assert {what: count for what, count in found.items() if count} == {
        "held on the site, and not told": 1,
        "told, and not so on the site": 1,
    }


async def test_under_fire_nothing_is_lost_doubled_or_untrue() -> None:
    outcome = await crash(kills=KILLS, people=2, seed=7)
    assert outcome.clean, f"{report(outcome)}\n{outcome.log[-5000:]}"
    assert outcome.kills.total() >= KILLS
    assert outcome.ledger.settled["book"]

"""The real programs on a real PostgreSQL: a place is booked and told, also when a worker is killed over it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bench.students import places_for
from bench.town import FIRST_USER, Commit, Town, open_town, phone_of
from database import Database
from domain.model import Action, ActionStatus, ActionType, ClassRef, utc_now
from domain.requests import NewAction
from runtime.configured import people_of
from tests.support.postgresql import Server
from tests.support.running import OWNER, PATIENCE, ROOT, installation

SLACK = timedelta(seconds=5)  # a busy machine hears the server's time late, and is so much behind it
pytestmark = pytest.mark.process


async def until(happened: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await happened():  # noqa: ASYNC110 - another process writes the row
            await asyncio.sleep(0.05)


async def wished(db: Database, wish: ClassRef) -> Action:
    return await db.requests.add(NewAction(ActionType.BOOK, FIRST_USER, wish))


async def ended(db: Database, action: Action, *, told: bool) -> Action:
    async def is_over() -> bool:
        row = await db.requests.find(action.id)
        return bool(row and row.completed_at) and not (told and await db.outbox.next_of_each())

    await until(is_over)
    row = await db.requests.find(action.id)
    assert row
    return row


def told(town: Town) -> int:
    phone = phone_of(town, town.site.people[0])
    return len([each for each in phone.messages if each.from_bot and "Prenotata!" in each.text])


async def test_a_place_is_booked_and_told_and_a_worker_killed_over_another_costs_nothing(postgresql: Server) -> None:
    async with open_town(1, postgresql.database()) as town:
        phone_of(town, town.site.people[0])
        first, second = places_for(town, 1)[:2]
        for role in ("bot", "executor", "worker 1"):
            await town.cast.start(role)
        booked = await ended(town.db, await wished(town.db, first.wish), told=True)
        assert (booked.status, told(town)) == (ActionStatus.COMPLETED, 1)

        def kill(_commit: Commit) -> None:
            """The site has booked, and nobody has heard its answer."""
            town.cast.kill("worker 1")

        town.site.listeners.append(kill)
        action = await wished(town.db, second.wish)

        async def is_killed() -> bool:
            return "worker 1" not in town.cast.processes

        await until(is_killed)
        town.site.listeners.clear()
        await town.cast.start("worker 2")
        row = await ended(town.db, action, told=True)
        assert (row.status, row.attempts) == (ActionStatus.COMPLETED, 2)
        assert (town.site.commits, town.site.asked_twice, told(town)) == ({"book": 2}, 0, 2)
        programs = {beat.program for beat in await town.db.heartbeats.all()}
        assert programs >= {"bot", "executor", "worker"}
        town.cast.check()


@pytest.mark.parametrize("seconds", [-40, 40], ids=["behind", "ahead"])
async def test_a_worker_on_a_machine_with_a_wrong_clock_goes_by_the_servers(
    tmp_path: Path, postgresql: Server, seconds: int
) -> None:
    (tmp_path / "step").write_text(str(seconds))
    wrong = {"CLOCK_STEP": str(tmp_path / "step"), "PYTHONPATH": f"{ROOT / 'tests' / 'support' / 'set_clock'}:{ROOT}"}
    async with installation(tmp_path, database=postgresql.database().uri) as here, here.database() as db:
        await db.people.set(people_of(here.settings))
        began = utc_now() - SLACK
        action = await db.requests.add(NewAction(ActionType.CHECK, OWNER))
        worker = await here.start("worker", **wrong)
        row = await ended(db, action, told=False)
        [beat] = await db.heartbeats.all()
        now = utc_now() + SLACK
        await worker.stop()
    assert row.status is ActionStatus.COMPLETED, row.error
    for written in (row.completed_at, beat.at):
        assert written
        assert began <= written <= now

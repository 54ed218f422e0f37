"""A schedule that several look at is asked for once; an answer that hangs holds up nobody else."""

from __future__ import annotations

import asyncio
from datetime import date

from actions.shared_readings import SharedReadings
from domain.model import Activity, Slot
from scraper import Calendar
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE

CALENDAR = Calendar(Activity("1", "Giuriati - Fit Center"))
TUESDAY = date(2026, 11, 24)


async def test_an_answer_that_never_comes_is_waited_for_by_who_asked_and_by_nobody_else(
    clock: FakeClock,
) -> None:
    asked: list[int] = []

    async def read(_: Calendar, __: date) -> tuple[Slot, ...]:
        asked.append(1)
        if len(asked) == 1:
            await asyncio.Event().wait()
        return ()

    shared = SharedReadings(clock, longest_turn=0.02).around(read)
    hanging = asyncio.ensure_future(shared(CALENDAR, TUESDAY))
    await asyncio.sleep(0)
    others = [shared(CALENDAR, TUESDAY) for _ in range(3)]
    assert await asyncio.wait_for(asyncio.gather(*others), PATIENCE) == [(), (), ()]
    assert not hanging.done()
    hanging.cancel()


async def test_two_that_look_at_once_share_one_answer(clock: FakeClock) -> None:
    asked: list[int] = []

    async def read(_: Calendar, __: date) -> tuple[Slot, ...]:
        asked.append(1)
        await asyncio.sleep(0)
        return ()

    shared = SharedReadings(clock).around(read)
    await asyncio.gather(*(shared(CALENDAR, TUESDAY) for _ in range(3)))
    assert len(asked) == 1

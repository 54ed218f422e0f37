"""Openings on a site with its own ways, lived through from the choice in the chat to the place won and told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.site import Outcome, Switches
from model import Action, ActionStatus
from tests.journeys import PILATES, Journey, journey
from tests.lent_browser import Engine, impatient  # noqa: F401 - fixture
from tests.sites import GIULIA, ROME

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

SHORTLY = 5.0  # s before the opening the worker takes it up
DAYS = ("Gio 26 nov", "Ven 27 nov", "Sab 28 nov")  # in the chat, in the order in which they open
CLASSES = ((PILATES, "18:00"), ("TOTAL BODY", "18:00"), (PILATES, "10:00"))
FIRST = datetime.combine(date(2026, 11, 24), time(), ROME)  # the opening of the first


@asynccontextmanager
async def three_chosen(engine: Engine, folder: Path, **world: Any) -> AsyncIterator[tuple[Journey, list[Action]]]:
    """Three classes that open in the nights to come, chosen in the chat."""
    async with journey(engine, folder, **world) as here:
        await here.starts()
        rows = []
        for day, (course, start) in zip(DAYS, CLASSES, strict=True):
            await here.chooses(course, day, start)
            row, _ = await here.confirms("prenota all'apertura", "In attesa dell'apertura")
            rows.append(row)
        yield here, rows


async def wins(here: Journey, row: Action, nights: int) -> None:
    """The evening before, when all is tried but the booking; then the opening."""
    opens = (FIRST + timedelta(days=nights)).astimezone(UTC)
    here.goes_to(opens - timedelta(hours=4))
    await here.works()
    assert (await here.row(row)).rehearsal == "ok"
    here.goes_to(opens - timedelta(seconds=SHORTLY))
    before = here.mark
    await here.works()
    result = await here.reads("Prenotata!", "Si apriva", since=before)
    assert CLASSES[nights][0] in result.text
    assert (await here.row(row)).status is ActionStatus.COMPLETED
    assert here.held == [course for course, _ in CLASSES[: nights + 1]]
    assert [shot.outcome for shot in here.world.shots].count(Outcome.BOOKED) == nights + 1
    assert not [each for each in here.world.log if each.status == 429]


async def test_openings_on_two_servers_with_two_clocks_are_won_however_they_are_told_apart(
    engine: Engine, tmp_path: Path
) -> None:
    async with three_chosen(engine, tmp_path, round_trip=0.02) as (here, rows):
        for nights, (row, told) in enumerate(zip(rows, ("header", "cookie", "nothing"), strict=True)):
            here.set(servers=2, clock_spread=1.0, servers_told=told)
            await wins(here, row, nights)


async def test_openings_are_won_against_a_quick_crowd_in_a_rush_and_though_the_slot_is_absent_until_then(
    engine: Engine, tmp_path: Path
) -> None:
    quick = Switches(crowd_speed=2.0, refuse_floods=True)
    async with three_chosen(engine, tmp_path, round_trip=0.02, crowds=True, switches=quick) as (here, rows):
        await wins(here, rows[0], 0)
        here.set(rush_seconds=4.0)
        await wins(here, rows[1], 1)
        here.set(rush_seconds=0.0, hide_unopened=True)
        await wins(here, rows[2], 2)


async def test_a_session_that_the_other_server_does_not_know_yet_is_no_second_login(
    engine: Engine, tmp_path: Path
) -> None:
    async with journey(engine, tmp_path) as here:
        await here.starts()
        here.set(servers=2, session_lag=0.6)
        here.logs_out()
        await here.books("")
        here.clock.move(20)
        await here.works()
        await here.reads("Prenotata!")
        assert here.held == [PILATES]
        assert here.world.login_attempts[GIULIA] == 1

"""Openings on a site with its own ways, lived through from the choice in the chat to the place won and told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.site import Outcome, Switches
from domain.model import Action, ActionStatus
from tests.support.journeys import PILATES, Journey, journey
from tests.support.lent_browser import LentBrowser
from tests.support.sites import GIULIA, ROME

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

SHORTLY = 5.0  # s before the opening the worker takes it up
FIRST = datetime.combine(date(2026, 11, 24), time(), ROME)  # when the classes of Thursday open


async def wins(here: Journey, row: Action, opens: datetime) -> None:
    """The evening before, when all is tried but the booking; then the opening."""
    held = len(here.held)
    here.goes_to(opens - timedelta(hours=4))
    await here.works()
    assert (await here.row(row)).rehearsal == ("unseen" if here.world.switches.hide_unopened else "ok")
    here.goes_to(opens - timedelta(seconds=SHORTLY))
    await here.restarts()  # what was learnt of the site's clock before the leap is of no use after it
    before = here.mark
    await here.works()
    result = await here.reads("Prenotata!", "Si apriva", since=before)
    won = await here.row(row)
    assert won.status is ActionStatus.COMPLETED
    assert won.class_ref.course
    assert won.class_ref.course in result.text
    assert here.held[held:] == [won.class_ref.course]
    assert [shot.outcome for shot in here.world.shots].count(Outcome.BOOKED) == held + 1
    assert not [each for each in here.world.log if each.status == 429]


def night(number: int) -> datetime:
    return (FIRST + timedelta(days=number)).astimezone(UTC)


TWO = {"servers": 2, "clock_spread": 1.0}
OPENINGS: dict[str, dict[str, Any]] = {
    "two clocks, told by a header": {**TWO, "servers_told": "header"},
    "two clocks, told by a cookie": {**TWO, "servers_told": "cookie"},
    "two clocks, not told apart": {**TWO, "servers_told": "nothing"},
    "a crowd twice as quick, in a rush, and floods refused": {"rush_seconds": 4.0, "refuse_floods": True},
}


@pytest.mark.parametrize("switches", [pytest.param(each, id=name) for name, each in OPENINGS.items()])
async def test_a_class_chosen_in_the_chat_is_won_at_its_opening_and_told(
    engine: LentBrowser, tmp_path: Path, switches: dict[str, Any]
) -> None:
    rush = "rush_seconds" in switches
    quick = Switches(crowd_speed=2.0 if rush else 1.0)
    async with journey(engine, tmp_path, round_trip=0.02, crowds=rush, switches=quick) as here:
        await here.starts()
        await here.chooses(day="Gio 26 nov")
        row, _ = await here.confirms("prenota all'apertura", "In attesa dell'apertura")
        here.set(**switches)
        await wins(here, row, night(0))


async def test_a_session_that_the_other_server_does_not_know_yet_is_no_second_login(
    engine: LentBrowser, tmp_path: Path
) -> None:
    async with journey(engine, tmp_path) as here:
        await here.starts()
        here.set(servers=2, session_lag=1.5, known_go_home=True)
        here.logs_out()
        await here.books("")
        here.clock.go(seconds=20)
        await here.works()
        await here.reads("Prenotata!")
        assert here.held == [PILATES]
        assert here.world.accounts.login_attempts[GIULIA] == 1


async def test_a_date_the_site_does_not_show_is_chosen_by_the_week_and_won_when_it_appears(
    engine: LentBrowser, tmp_path: Path
) -> None:
    async with journey(engine, tmp_path, round_trip=0.02) as here:
        await here.starts()  # the site shows the whole week, for once
        here.set(hide_unopened=True)
        here.goes_to(here.clock() + timedelta(days=7))
        await here.reads_timetable()
        page = await here.chooses(day="Gio 3 dic")
        assert "La data non è ancora nel sito." in page.text
        row, _ = await here.confirms("prenota all'apertura", "In attesa dell'apertura")
        await wins(here, row, night(7))

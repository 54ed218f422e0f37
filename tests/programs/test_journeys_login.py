"""What may stand between password and site, lived through from a tap in the chat to the row, the site, and the chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.screens.failure_messages import FAILURE_MESSAGES, LOGIN_REMARKS
from domain.model import ActionStatus, RemarkKind
from tests.support.journeys import PILATES, Journey, journey
from tests.support.lent_browser import LentBrowser
from tests.support.sites import GIULIA

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

TURNS = (
    ("Domani 23", "07:00"),
    ("Domani 23", "16:00"),
    ("Domani 23", "20:30"),
    ("Mar 24 nov", "07:00"),
)  # of the gym, none meeting another


@pytest_asyncio.fixture(loop_scope="session")
async def here(engine: LentBrowser, tmp_path: Path) -> AsyncIterator[Journey]:
    """Nobody is logged in any more, once the timetable was read."""
    async with journey(engine, tmp_path) as opened:
        await opened.starts()
        opened.logs_out()
        yield opened


REMARKS = {
    "notice": RemarkKind.SITE_NOTICE,
    "expiring": RemarkKind.PASSWORD_EXPIRES,
    "matricola": RemarkKind.MATRICOLA_CHOSEN,
}
LOGINS: tuple[dict[str, Any], ...] = (
    {"login_pages": []},
    {"login_pages": ["expiring", "code", "notice"]},
    {"login_pages": ["code", "matricola", "extension"]},  # the last submits itself, with hidden password inputs
    {"chooser": True, "login_pages": ["notice", "code", "expiring", "matricola", "extension"]},
)


async def test_no_page_of_the_login_stops_a_booking_and_each_is_told_once(here: Journey) -> None:
    codes = 0
    for number, (switches, (day, turn)) in enumerate(zip(LOGINS, TURNS, strict=True), start=1):
        here.logs_out()
        await here.restarts()
        here.set(**switches)
        row, _ = await here.books("Prenotata!", course="Fit Center", day=day, start=turn)
        codes += "code" in switches["login_pages"]
        assert (row.status, len(here.held)) == (ActionStatus.COMPLETED, number), switches
        assert here.world.accounts.login_attempts[GIULIA] == number, switches
        assert len(here.world.accounts.codes_received[GIULIA]) == codes, switches
    for page, kind in REMARKS.items():
        words = str(LOGIN_REMARKS[kind].happened).partition(">")[2][:20]
        await here.reads(words)
        assert len([each for each in here.giulia.messages if each.from_bot and words in each.text]) == 1, page


async def test_the_configured_matricola_is_chosen_and_one_that_is_not_there_is_told_with_those_that_are(
    here: Journey,
) -> None:
    here.set(login_pages=["code", "matricola"])
    await here.restarts(matricola="900009")
    row, letter = await here.books(str(FAILURE_MESSAGES["MatricolaMissing"].happened))
    assert (row.status, row.error_kind, here.held) == (ActionStatus.FAILED, "MatricolaMissing", [])
    assert "900002" in letter.text
    await here.restarts(matricola="900002")
    row, _ = await here.confirms("Riprova l'accesso", "")
    await here.books("Prenotata!")
    assert here.held == [PILATES]
    assert [each.query.get("matricola") for each in here.world.log.about("SceltaMatricola") if each.query] == ["900002"]


async def test_who_signed_on_not_long_ago_needs_neither_password_nor_code(here: Journey) -> None:
    here.set(sign_on_minutes=60)
    logins = []
    for (day, turn), minutes in zip(TURNS[:3], (0, 30, 61), strict=True):
        here.clock.go(seconds=minutes * 60)
        here.logs_out()
        await here.restarts()
        await here.books("Prenotata!", course="Fit Center", day=day, start=turn)
        logins.append((here.world.accounts.login_attempts[GIULIA], len(here.world.accounts.codes_received[GIULIA])))
    assert logins == [(1, 1), (1, 1), (2, 2)]
    assert len(here.held) == len(logins)


async def test_a_refused_password_is_told_however_the_page_shows_it_and_sent_once(here: Journey) -> None:
    here.world.accounts.people[GIULIA].password = "changed meanwhile"
    happened = str(FAILURE_MESSAGES["LoginRejected"].happened)
    row, _ = await here.books(happened)
    for number, shown in enumerate(("own", "message", "alert"), start=1):
        assert (row.status, row.error_kind, here.held) == (ActionStatus.FAILED, "LoginRejected", []), shown
        assert "errati" in (row.error or ""), shown
        assert here.world.accounts.login_attempts[GIULIA] == number
        here.set(login_error=("message", "alert", "own")[number - 1])
        row, _ = await here.confirms("Riprova l'accesso", "")

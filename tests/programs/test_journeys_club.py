"""Another club of the platform, lived through from a tap in the chat to the site and back.

A login form of its own and no code, its own name in the address, places that open seven days ahead at noon, and a
waiting list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.screens.failure_messages import FAILURE_MESSAGES
from demo.site import Outcome
from demo.site.tenant import ANOTHER
from domain.model import ActionStatus
from tests.support.journeys import PILATES, Journey, journey
from tests.support.lent_browser import LentBrowser
from tests.support.sites import GIULIA, MARCO, ROME, TUESDAY

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

CLUB: dict[str, Any] = {
    "site": {"base_url": "https://ecomm.sportrick.com/circoloesempio", "login": "form"},
    "opening": {"days_ahead": 7, "at": "12:30"},
}
NEXT_TUESDAY = TUESDAY + timedelta(days=7)
OPENS = datetime.combine(TUESDAY, time(12, 30), ROME)  # the places of Tuesday in a week
SHORTLY = 5.0  # s before the opening the worker takes it up


@pytest_asyncio.fixture(loop_scope="session")
async def here(engine: LentBrowser, tmp_path: Path) -> AsyncIterator[Journey]:
    """The timetable was read, and nobody is logged in any more."""
    at_the_club: dict[str, Any] = {"tenant": ANOTHER, "opening_days": 7, "opening_at": "12:30", "round_trip": 0.02}
    async with journey(engine, tmp_path, CLUB, **at_the_club) as opened:
        opened.set(own_form=True)
        await opened.starts()
        opened.logs_out()
        await opened.restarts(otp_url="")
        yield opened


async def test_a_member_logs_in_by_the_clubs_form_books_and_gives_the_place_back(here: Journey) -> None:
    row, result = await here.books("Prenotata!")
    assert (row.status, here.held) == (ActionStatus.COMPLETED, [PILATES])
    row, _ = await here.cancels(result, "Annullata")
    assert (row.status, here.held) == (ActionStatus.COMPLETED, [])
    assert here.world.accounts.login_attempts[GIULIA] == 1
    assert here.world.accounts.codes_received[GIULIA] == []
    assert not [each for each in here.world.log if not each.path.startswith("/circoloesempio/")]


async def test_a_place_that_opens_seven_days_ahead_at_half_past_twelve_is_won_then(here: Journey) -> None:
    page = await here.chooses(day="Mar 1 dic")
    assert "12:30" in page.text
    row, _ = await here.confirms("prenota all'apertura", "In attesa dell'apertura")
    assert row.opens_at == OPENS
    here.goes_to(OPENS - timedelta(seconds=SHORTLY))
    await here.restarts(otp_url="")
    before = here.mark
    await here.works()
    await here.reads("Prenotata!", "Si apriva", since=before)
    assert ((await here.row(row)).status, here.held) == (ActionStatus.COMPLETED, [PILATES])
    assert [slot.date for slot in here.world.bookings(GIULIA)] == [NEXT_TUESDAY]
    assert [shot.outcome for shot in here.world.shots].count(Outcome.BOOKED) == 1


# ----- the waiting list


async def test_a_full_class_is_waited_for_on_the_sites_list_and_told_as_booked_once_the_site_has_moved_her_up(
    engine: LentBrowser, tmp_path: Path
) -> None:
    waiting = CLUB | {"rules": {"waiting_list": "always"}}
    async with journey(engine, tmp_path, waiting, tenant=ANOTHER, opening_days=7, opening_at="12:30") as here:
        here.set(own_form=True, waiting_courses=[PILATES], waiting_words="In lista d'attesa: numero {n}")
        slot = here.slot()
        await here.starts()
        here.world.fill(slot.appointment_id)
        here.world.book(MARCO, slot.appointment_id)
        row, letter = await here.books("sei in lista", "Il tuo numero è il 2.", "Non è ancora una prenotazione")
        assert "Prenotata!" not in letter.text
        assert (row.status, row.error_kind, here.held) == (ActionStatus.FAILED, "OnWaitingList", [])
        assert here.world.waiting(slot.appointment_id) == {GIULIA, MARCO}
        assert f"📋 In lista d'attesa: {PILATES}" in (await here.looks_at_hers()).text
        here.set(waiting_moves=True)
        here.world.free(slot.appointment_id)  # Marco's
        assert f"📋 In lista d'attesa: {PILATES}" in (await here.looks_at_hers()).text
        here.world.free(slot.appointment_id)
        before = here.mark
        here.clock.go(seconds=60)
        await here.looks_at_hers()
        await here.reads("Prenotata!", "Eri in lista d'attesa", since=before)
        assert ((await here.row(row)).status, here.held) == (ActionStatus.COMPLETED, [PILATES])


async def test_where_the_site_offers_no_list_or_nobody_wants_one_full_is_full(
    engine: LentBrowser, tmp_path: Path
) -> None:
    waiting = CLUB | {"rules": {"waiting_list": "always"}}
    async with journey(engine, tmp_path, waiting, tenant=ANOTHER, opening_days=7, opening_at="12:30") as here:
        await here.starts()
        here.world.fill(here.slot().appointment_id)
        row, _ = await here.books(str(FAILURE_MESSAGES["SlotFull"].happened))
        assert (row.error_kind, here.held) == ("SlotFull", [])


async def test_asked_first_she_goes_on_the_list_by_a_tap_and_by_a_second_one_no_more(
    engine: LentBrowser, tmp_path: Path
) -> None:
    asking = CLUB | {"rules": {"waiting_list": "ask"}}
    async with journey(engine, tmp_path, asking, tenant=ANOTHER, opening_days=7, opening_at="12:30") as here:
        here.set(own_form=True, waiting_courses=[PILATES], waiting_words="In lista d'attesa: numero {n}")
        slot = here.slot()
        await here.starts()
        here.world.fill(slot.appointment_id)
        row, letter = await here.books("Il sito ha una lista d'attesa: se vuoi, ti ci metto.")
        assert (row.error_kind, here.world.waiting(slot.appointment_id)) == ("SlotFull", set())
        asked, _ = await here.confirms("📋 Mettimi in lista d'attesa", "Il tuo numero è il 1.")
        assert (asked.status, asked.error_kind, here.held) == (ActionStatus.FAILED, "OnWaitingList", [])
        await here.giulia.tap("📋 Mettimi in lista d'attesa", message_id=letter.message_id)
        await here.works()
        assert (await here.newest()).id == asked.id
        assert here.world.waiting(slot.appointment_id) == {GIULIA}

"""The rules of the house and the words it has for them, lived through from a tap in the chat to the row and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

import schedules
from bot.texts import TROUBLES, WHILE_WAITING
from demo.site.accounts import AUTH_COOKIE
from demo.site.load import BOOKINGS
from demo.site.switches import LIMITS
from errors import SiteChanged
from model import ActionStatus
from tests.chats import tapped
from tests.journeys import PILATES, Journey, journey
from tests.lent_browser import Engine, impatient  # noqa: F401 - fixture
from tests.sites import GIULIA

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

DONE, FAILED, WAITS = ActionStatus.COMPLETED, ActionStatus.FAILED, ActionStatus.PENDING
WATCH = "Prenota se si libera"


@pytest_asyncio.fixture(loop_scope="session")
async def here(engine: Engine, tmp_path: Path) -> AsyncIterator[Journey]:
    async with journey(engine, tmp_path) as opened:
        await opened.starts()
        yield opened


# ----- overlaps and limits


@pytest.mark.parametrize("overlap", ["refused", "warned", "allowed"])
async def test_two_classes_at_one_hour_are_not_booked_unasked_but_swapped_in_one_tap(
    here: Journey, overlap: str
) -> None:
    """Also where the site takes both: whoever has a class at that hour is told, and says which they want."""
    here.set(overlap=overlap)
    here.takes(here.slot("Fit Center", start="17:30"))
    await here.looks_at_hers()
    await here.chooses()
    await tapped(here.giulia, "🔁 Scambia con", "Al posto di")
    row, _ = await here.confirms("🔁 Scambia", "Prenotata!")
    assert (row.status, here.held) == (DONE, [PILATES])


async def test_an_account_that_may_book_no_more_is_told_why_whatever_the_words(here: Journey) -> None:
    kinds = {"certificate": "MembershipProblem", "payment": "MembershipProblem", "profile": "MembershipProblem"}
    for limit in LIMITS:
        here.set(account_limit=limit)
        kind = kinds.get(limit, "AccountLimit")
        row, _ = await here.books(TROUBLES[kind].happened)
        assert (row.status, row.error_kind, here.held) == (FAILED, kind, []), limit
    here.set(account_limit="bookings", limit_words="Non puoi avere più di una prenotazione attiva.", most_bookings=1)
    await here.books("Prenotata!", course="Fit Center", start="07:00")
    row, _ = await here.books(TROUBLES["AccountLimit"].happened, "più di una prenotazione attiva")
    assert (row.error_kind, here.held) == ("AccountLimit", ["Fit Center"])


async def test_bookings_that_have_closed_are_told_as_such(here: Journey) -> None:
    here.set(closes_minutes=3 * 24 * 60)
    row, _ = await here.books(TROUBLES["BookingsClosed"].happened)
    assert (row.error_kind, here.held) == ("BookingsClosed", [])


async def test_a_reason_is_read_wherever_it_stands(here: Journey) -> None:
    for field in ("message", "error_message", "errorMessage", "error", "Message"):
        here.set(refusal_field=field, account_limit="certificate")
        row, _ = await here.books(TROUBLES["MembershipProblem"].happened, "certificato medico")
        assert (row.error_kind, here.held) == ("MembershipProblem", []), field


# ----- giving back


async def test_late_cancelling_is_refused_has_no_button_or_costs_a_point(here: Journey) -> None:
    here.set(late_cancel="refused", penalties=True)
    _, result = await here.books("Prenotata!")
    here.goes_to(here.slot().starts_at - timedelta(minutes=90))
    for way in ("refused", "no_button"):
        here.set(late_cancel=way)
        row, _ = await here.cancels(result, TROUBLES["CancelTooLate"].happened, late=True)
        assert (row.status, row.error_kind, here.held) == (FAILED, "CancelTooLate", [PILATES]), way
    here.set(late_cancel="allowed")
    row, _ = await here.cancels(result, "Annullata", late=True)
    assert (row.status, here.held) == (DONE, [])
    assert sum(each.points for each in here.world.penalties_of(GIULIA)) == 1


async def test_who_is_suspended_for_penalty_points_reads_until_when(here: Journey) -> None:
    here.set(penalties=True)
    here.world.penalties.give(GIULIA, here.clock(), 3, "Assenza")
    row, _ = await here.books(TROUBLES["AccountLimit"].happened, "29/11/2026")
    assert (row.status, row.error_kind, here.held) == (FAILED, "AccountLimit", [])


async def test_a_place_that_is_held_for_others_is_had_when_it_is_free_for_all(here: Journey) -> None:
    here.set(held_minutes=10)
    here.world.fill(here.slot().appointment_id)
    await here.books(TROUBLES["SlotFull"].happened)
    watch, _ = await here.confirms(WATCH, "")
    here.world.free(here.slot().appointment_id)
    here.clock.move(120)
    await here.works()
    row = await here.row(watch)
    assert (row.status, row.error_kind, here.held) == (WAITS, "HeldForOthers", [])
    here.clock.move(12 * 60)
    await here.works()
    await here.reads("Prenotata!")
    assert ((await here.row(watch)).status, here.held) == (DONE, [PILATES])


# ----- full slots and waiting lists


async def test_a_waiting_list_is_no_booking_until_the_site_has_moved_her_up(here: Journey) -> None:
    here.set(waiting_courses=[PILATES])
    slot = here.slot()
    here.world.fill(slot.appointment_id)
    row, _ = await here.books(TROUBLES["SlotFull"].happened)
    assert (row.error_kind, here.held, here.world.waiting(slot.appointment_id)) == ("SlotFull", [], set())
    assert here.world.book(GIULIA, slot.appointment_id) == "waiting"  # by hand, with another phone
    here.set(waiting_words="In lista d'attesa (posizione 1)", waiting_moves=True)
    assert PILATES not in (await here.looks_at_hers()).text
    here.world.free(slot.appointment_id)
    assert here.held == [PILATES]
    assert PILATES in (await here.looks_at_hers()).text


async def test_a_full_slot_that_is_left_out_of_the_timetable_is_had_when_a_place_frees(here: Journey) -> None:
    here.set(hide_full=True)
    await here.chooses()
    here.world.fill(here.slot().appointment_id)
    row, _ = await here.confirms("Conferma Prenotazione", WHILE_WAITING["SlotNotFound"])
    assert (row.status, row.error_kind, here.held) == (WAITS, "SlotNotFound", [])
    here.world.free(here.slot().appointment_id)
    here.clock.move(120)
    await here.works()
    await here.reads("Prenotata!")
    assert ((await here.row(row)).status, here.held) == (DONE, [PILATES])


# ----- the page, the session, the crowd of one


async def test_where_the_calendars_requests_fail_grouped_slots_and_a_button_that_wakes_late_are_clicked(
    here: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise SiteChanged("the site answers with a page where data is due")

    here.set(grouped=True, confirm_wakes_after=0.8)
    monkeypatch.setattr(schedules, "schedule", fails)
    row, _ = await here.books("Prenotata!")
    assert (row.status, here.held) == (DONE, [PILATES])
    assert row.result
    assert "page" in row.result


async def test_a_session_that_has_ended_meanwhile_is_opened_again_in_the_same_breath(here: Journey) -> None:
    turns = ("07:00", "16:00", "17:30", "20:30")
    for number, (told, turn) in enumerate(zip(("redirect", "401", "403", "json"), turns, strict=True), start=1):
        here.set(session_minutes=20, session_end=told)
        here.clock.move(21 * 60)
        await here.restarts()
        row, _ = await here.books("Prenotata!", course="Fit Center", start=turn)
        assert (row.status, row.failures, len(here.held)) == (DONE, 0, number), told
        assert here.world.login_attempts[GIULIA] == number, told


async def test_who_is_taken_for_a_flood_waits_and_then_has_the_place(here: Journey) -> None:
    """Not for our own requests: another tab of hers has sent them."""
    here.set(refuse_floods=True)
    form = {"appointmentID": here.slot("Fit Center", start="07:00").appointment_id}
    cookies = {AUTH_COOKIE: here.world.accounts.open_session(GIULIA)}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as tab:
        for _ in range(int(BOOKINGS.burst) + 1):
            async with tab.post(f"{here.site.base_url}/Booking/BookAppointment", data=form):
                pass
    row, _ = await here.books(TROUBLES["Blocked"].happened)
    assert (row.status, PILATES in here.held) == (WAITS, False)
    here.clock.move(60)
    await here.giulia.tap("Riprova l'accesso")
    await here.works()
    await here.reads("Prenotata!")
    assert PILATES in here.held

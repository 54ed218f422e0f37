"""The rules of the house and the words it has for them, lived through from a tap in the chat to the row and back."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import datetime, time, timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.screens.failure_messages import FAILURE_MESSAGES, NO_BUTTON, NOT_IN_TIMETABLE, WHILE_WAITING
from demo.site.accounts import AUTH_COOKIE
from demo.site.load import BOOKINGS
from demo.site.schedule import LIMIT_WORDS
from demo.site.switches import LIMITS
from domain.model import ActionStatus
from domain.recurrence import PeriodicMode
from domain.requests import NewPeriodic
from tests.support.chats import OWNER, tapped
from tests.support.journeys import PILATES, Journey, journey
from tests.support.lent_browser import LentBrowser
from tests.support.sites import GIULIA, ROME, only_pages_get_schedules

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

DONE, FAILED, WAITS = ActionStatus.COMPLETED, ActionStatus.FAILED, ActionStatus.PENDING
WATCH = "Prenota se si libera"


@pytest_asyncio.fixture(loop_scope="session")
async def here(engine: LentBrowser, tmp_path: Path) -> AsyncIterator[Journey]:
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
    row, _ = await here.confirms("🔁 Scambia con", "Prenotata!")
    assert (row.status, here.held) == (DONE, [PILATES])


async def test_an_account_that_may_book_no_more_is_told_why_whatever_the_words_and_wherever_they_stand(
    here: Journey,
) -> None:
    kinds = {"certificate": "MembershipProblem", "payment": "MembershipProblem", "profile": "MembershipProblem"}
    fields = itertools.cycle(("message", "error_message", "errorMessage", "error", "Message"))
    for limit, field in zip(LIMITS, fields, strict=False):
        here.set(account_limit=limit, refusal_field=field)
        kind = kinds.get(limit, "AccountLimit")
        row, _ = await here.books(
            str(FAILURE_MESSAGES[kind].happened), LIMIT_WORDS[limit].partition(":")[0].rstrip(".")
        )
        assert (row.status, row.error_kind, here.held) == (FAILED, kind, []), limit
    here.set(account_limit="bookings", limit_words="Non puoi avere più di una prenotazione attiva.", most_bookings=1)
    await here.books("Prenotata!", course="Fit Center", start="07:00")
    row, _ = await here.books(str(FAILURE_MESSAGES["AccountLimit"].happened), "più di una prenotazione attiva")
    assert (row.error_kind, here.held) == ("AccountLimit", ["Fit Center"])


async def test_bookings_that_have_closed_are_told_as_such(here: Journey) -> None:
    here.set(closes_minutes=3 * 24 * 60)
    row, _ = await here.books(str(FAILURE_MESSAGES["BookingsClosed"].happened))
    assert (row.error_kind, here.held) == ("BookingsClosed", [])


# ----- the rules of the house, learnt


async def test_an_overlap_that_the_site_took_is_asked_about_and_both_are_booked_once_the_rule_says_so(
    here: Journey,
) -> None:
    here.set(overlap="allowed")
    pilates, gym = here.slot(), here.slot("Fit Center", start="17:30")
    here.takes(gym)
    await here.looks_at_hers()
    assert await here.offers_a_swap()  # the rule says that the site refuses two
    here.takes(pilates)
    before = here.mark
    await here.looks_at_hers()
    asked = await here.reads("Pensavo: il sito rifiuta la seconda", "il sito le accetta", "Lo imposto?", since=before)
    await here.gives_back(pilates)
    assert await here.offers_a_swap()  # never changed silently

    await here.giulia.tap("✅ Impostalo", message_id=asked.message_id)
    await here.reads("✅ Impostato. Due prenotazioni alla stessa ora: il sito le accetta.")
    page = await here.chooses()
    assert "di solito il sito le accetta tutte e due" in page.text
    row, _ = await here.confirms("Conferma Prenotazione", "Prenotata!")
    assert (row.status, sorted(here.held)) == (DONE, ["Fit Center", PILATES])

    await here.gives_back(pilates)
    await here.opens_rules()
    await tapped(here.giulia, "↩️ Torna a config.json: Due", "Resta come dice config.json")
    page = await here.chooses()
    assert "🔁 Scambia con" in page.labels[0]
    assert "✅ Conferma Prenotazione" not in page.labels


async def test_a_limit_that_is_left_as_it_is_changes_nothing_until_its_owner_thinks_again(here: Journey) -> None:
    words = "Non puoi avere più di una prenotazione attiva."
    here.set(account_limit="bookings", limit_words=words, most_bookings=1)
    await here.books("Prenotata!", course="Fit Center", start="07:00")
    before = here.mark
    await here.books(str(FAILURE_MESSAGES["AccountLimit"].happened))
    asked = await here.reads("Prenotazioni al massimo", "Pensavo: non lo so", words[:-1], since=before)
    await here.giulia.tap("Lascia com'è", message_id=asked.message_id)
    await here.reads("Resta come dice config.json. Prenotazioni al massimo: non lo so.")
    before = here.mark
    assert "Ne hai già" not in (await here.chooses()).text
    await here.confirms("Conferma Prenotazione", str(FAILURE_MESSAGES["AccountLimit"].happened))
    assert not [each for each in here.giulia.messages if each.message_id > before and "Lo imposto?" in each.text]
    await here.opens_rules()
    await tapped(here.giulia, "✅ Prenotazioni al massimo: 1", "✅ Impostato")
    assert "Ne hai già 1" in (await here.chooses()).text


async def test_when_bookings_close_is_seen_in_the_timetable_of_two_evenings_and_asked_about(here: Journey) -> None:
    here.set(closes_minutes=60)
    for evening in (23, 24):  # that of 20:00 has closed, that of 20:30 has not
        assert not [each for each in here.giulia.messages if "Chiusura delle prenotazioni" in each.text]
        here.goes_to(datetime(2026, 11, evening, 19, 10, tzinfo=ROME))
        await here.reads_timetable()
    asked = await here.reads("Chiusura delle prenotazioni", "60 minuti prima della lezione", "Lo imposto?")
    await here.giulia.tap("✅ Impostalo", message_id=asked.message_id)
    await here.reads("✅ Impostato")
    page = await here.chooses("ZUMBA", "Oggi 24", "20:00")
    assert "chiude le prenotazioni 60 minuti prima" in page.text
    row, _ = await here.confirms("Conferma Prenotazione", str(FAILURE_MESSAGES["BookingsClosed"].happened))
    assert (row.status, here.held) == (FAILED, [])


async def test_what_recurs_waits_after_a_limit_with_one_message_and_goes_on_with_one_tap(here: Journey) -> None:
    for course, place in ((PILATES, "18:00"), ("ZUMBA", "20:00")):
        start = time.fromisoformat(place)
        await here.db.series.add(
            NewPeriodic(
                OWNER, course, course, "Giuriati", 1, start, PeriodicMode.AUTOMATIC, course_type="Corsi Platinum"
            )
        )
    here.set(account_limit="entries")
    before = here.mark
    await here.executes()
    await here.works()
    told = await here.reads("Ingressi terminati", "fermo le tue prenotazioni periodiche", since=before)
    await here.executes()
    await here.works()
    assert len([each for each in here.giulia.messages if each.message_id > before and "Ingressi" in each.text]) == 1
    assert (here.held, await here.db.requests.live(OWNER)) == ([], [])

    here.set(account_limit="")
    await here.giulia.tap("Riprendi le periodiche", message_id=told.message_id)
    await here.reads("Riprendo le prenotazioni periodiche", since=before)
    await here.executes()
    await here.works()
    await here.reads("Prenotata!", "ZUMBA", since=before)
    assert sorted(here.held) == [PILATES, "ZUMBA"]


# ----- giving back


async def test_late_cancelling_is_refused_has_no_button_or_costs_a_point(here: Journey) -> None:
    here.set(late_cancel="refused", penalties=True)
    _, result = await here.books("Prenotata!")
    here.goes_to(here.slot().starts_at - timedelta(minutes=90))
    for way, told in (("refused", FAILURE_MESSAGES["CancelTooLate"]), ("no_button", NO_BUTTON)):
        here.set(late_cancel=way)
        row, _ = await here.cancels(result, str(told.happened), late=True)
        assert (row.status, row.error_kind, here.held) == (FAILED, "CancelTooLate", [PILATES]), way
    here.set(late_cancel="allowed")
    row, _ = await here.cancels(result, "Annullata", late=True)
    assert (row.status, here.held) == (DONE, [])
    assert sum(each.points for each in here.world.penalties_of(GIULIA)) == 1


async def test_who_is_suspended_for_penalty_points_reads_until_when(here: Journey) -> None:
    here.set(penalties=True)
    here.world.penalties.give(GIULIA, here.clock(), 3, "Assenza")
    row, _ = await here.books(str(FAILURE_MESSAGES["AccountLimit"].happened), "29/11/2026")
    assert (row.status, row.error_kind, here.held) == (FAILED, "AccountLimit", [])


async def test_a_place_that_is_held_for_others_is_had_when_it_is_free_for_all(here: Journey) -> None:
    here.set(held_minutes=10)
    here.world.fill(here.slot().appointment_id)
    await here.books(str(FAILURE_MESSAGES["SlotFull"].happened))
    watch, _ = await here.confirms(WATCH, "")
    here.world.free(here.slot().appointment_id)
    here.clock.go(seconds=120)
    await here.works()
    row = await here.row(watch)
    assert (row.status, row.error_kind, here.held) == (WAITS, "HeldForOthers", [])
    here.clock.go(seconds=12 * 60)
    await here.works()
    await here.reads("Prenotata!")
    assert ((await here.row(watch)).status, here.held) == (DONE, [PILATES])


# ----- full slots and waiting lists


async def test_a_waiting_list_is_no_booking_until_the_site_has_moved_her_up(here: Journey) -> None:
    here.set(waiting_courses=[PILATES], waiting_shown="list")
    slot = here.slot()
    here.world.fill(slot.appointment_id)
    row, _ = await here.books(str(FAILURE_MESSAGES["SlotFull"].happened))
    assert (row.error_kind, here.held, here.world.waiting(slot.appointment_id)) == ("SlotFull", [], set())
    assert here.world.book(GIULIA, slot.appointment_id) == "waiting"  # by hand, with another phone
    here.set(waiting_words="In lista d'attesa (posizione 1)", waiting_moves=True)
    assert PILATES not in (await here.looks_at_hers()).text
    here.world.free(slot.appointment_id)
    assert here.held == [PILATES]
    assert PILATES in (await here.looks_at_hers()).text


async def test_a_place_on_a_list_that_looks_like_a_booking_is_unclear_until_the_timetable_shows_it_too(
    here: Journey,
) -> None:
    here.set(waiting_courses=[PILATES], waiting_words=" ", waiting_answer="Ok", waiting_shown="available")
    slot = here.slot()
    here.world.fill(slot.appointment_id)
    row, letter = await here.books(str(NOT_IN_TIMETABLE.happened))
    assert "Prenotata!" not in letter.text
    assert (row.error_kind, here.held, here.world.waiting(slot.appointment_id)) == ("PlaceUnclear", [], {GIULIA})
    here.set(waiting_shown="full", waiting_moves=True)
    assert PILATES not in (await here.looks_at_hers()).text
    here.world.free(slot.appointment_id)
    before = here.mark
    here.clock.go(seconds=60)
    await here.looks_at_hers()
    await here.reads("Prenotata!", since=before)
    assert ((await here.row(row)).status, here.held) == (DONE, [PILATES])


async def test_a_full_slot_that_is_left_out_of_the_timetable_is_had_when_a_place_frees(here: Journey) -> None:
    here.set(hide_full=True)
    await here.chooses()
    here.world.fill(here.slot().appointment_id)
    row, _ = await here.confirms("Conferma Prenotazione", str(WHILE_WAITING["SlotNotFound"]))
    assert (row.status, row.error_kind, here.held) == (WAITS, "SlotNotFound", [])
    here.world.free(here.slot().appointment_id)
    here.clock.go(seconds=120)
    await here.works()
    await here.reads("Prenotata!")
    assert ((await here.row(row)).status, here.held) == (DONE, [PILATES])


# ----- the page, the session, the crowd of one


async def test_where_the_calendars_requests_fail_grouped_slots_and_a_button_that_wakes_late_are_clicked(
    here: Journey,
) -> None:
    here.set(grouped=True, confirm_wakes_after=0.8)
    only_pages_get_schedules(here.world)
    row, _ = await here.books("Prenotata!")
    assert (row.status, here.held) == (DONE, [PILATES])
    assert row.result
    assert "page" in row.result


async def test_a_session_that_has_ended_meanwhile_is_opened_again_in_the_same_breath(here: Journey) -> None:
    turns = ("07:00", "16:00", "17:30", "20:30")
    for number, (told, turn) in enumerate(zip(("redirect", "401", "403", "json"), turns, strict=True), start=1):
        here.set(session_minutes=20, session_end=told)
        here.clock.go(seconds=21 * 60)
        await here.restarts()
        row, _ = await here.books("Prenotata!", course="Fit Center", start=turn)
        assert (row.status, row.failures, len(here.held)) == (DONE, 0, number), told
        assert here.world.accounts.login_attempts[GIULIA] == number, told


async def test_who_is_taken_for_a_flood_waits_and_then_has_the_place(here: Journey) -> None:
    """Not for our own requests: another tab of hers has sent them."""
    here.set(refuse_floods=True)
    form = {"appointmentID": here.slot("Fit Center", start="07:00").appointment_id}
    cookies = {AUTH_COOKIE: here.world.accounts.open_session(GIULIA)}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as tab:
        for _ in range(int(BOOKINGS.burst) + 1):
            async with tab.post(f"{here.site.base_url}/Booking/BookAppointment", data=form):
                pass
    row, _ = await here.books(str(FAILURE_MESSAGES["Blocked"].happened))
    assert (row.status, PILATES in here.held) == (WAITS, False)
    here.clock.go(seconds=60)
    await here.giulia.tap("Riprova l'accesso")
    await here.works()
    await here.reads("Prenotata!")
    assert PILATES in here.held

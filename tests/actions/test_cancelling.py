"""Cancelling, against the simulated site and its misbehaviours: never a false "cancelled", and no other booking."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

import booking
from actions import cancelling
from demo.site import SiteWorld
from domain import errors
from domain.errors import TooLateToCancel
from domain.model import ClassRef
from portal.session.site_session import SiteSession
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser, held, pilates, portal, site, take  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, ROME, TUESDAY

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent


async def test_a_booking_is_cancelled_and_no_other(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    take(world, TUESDAY, start="16:00", activity="Giuriati - Fit Center")
    take(world, TUESDAY, "PILATES MATWORK")
    take(world, TUESDAY, "ZUMBA")
    gone = await cancelling.cancel(session, pilates)
    assert gone.proven
    assert held(world) == [("", TUESDAY, "16:00"), ("ZUMBA", TUESDAY, "20:00")]
    assert not (await cancelling.cancel(session, pilates)).proven


async def test_a_list_that_is_empty_once_cancels_nothing_by_itself(
    session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.faults.empty_bookings, world.faults.times["empty_bookings"] = True, 1
    assert (await cancelling.cancel(session, pilates)).proven
    assert held(world) == []


@pytest.mark.parametrize("looks", [3, 1000])
async def test_a_yes_and_lists_that_lack_it_are_no_proof_while_the_timetable_shows_it_as_ours(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch, looks: int
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")

    def lie(*_: object) -> bool:
        world.faults.empty_bookings, world.faults.times["empty_bookings"] = True, looks  # the page's own is the first
        return True

    monkeypatch.setattr(world, "cancel", lie)
    if looks == 3:
        with pytest.raises(errors.SiteChanged, match="still there"):
            await cancelling.cancel(session, pilates)
    else:
        assert not (await cancelling.cancel(session, pilates)).proven


async def test_a_timetable_that_learns_of_a_cancellation_later_makes_no_doubt(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    shown = iter(["Booked", "Booked"])
    monkeypatch.setattr("demo.site.schedule._status", lambda *_: next(shown, "Available"))
    assert (await cancelling.cancel(session, pilates)).proven
    assert held(world) == []


async def test_a_list_that_is_empty_after_the_site_said_no_is_no_cancellation(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")

    def refuse(*_: object) -> bool:
        world.faults.empty_bookings, world.faults.times["empty_bookings"] = (
            True,
            2,
        )  # the page's own, and our first look
        return False

    monkeypatch.setattr(world, "cancel", refuse)
    with pytest.raises(errors.BookingRefused, match="Non è più possibile cancellare"):
        await cancelling.cancel(session, pilates)


async def test_a_list_that_the_pages_script_fills_in_is_read_in_the_browser(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, site_clock: FakeClock
) -> None:
    world.faults.bookings_by_script = True
    assert (await booking.book(session, pilates)).way == "requests"
    assert len(await booking.my_bookings(session)) == 1  # from now on the browser is the way, also for a cancellation
    world.faults.bookings_by_script = False
    site_clock.go(seconds=timedelta(days=1).total_seconds() + 1)
    for in_page in (True, False):  # looked at again after a day
        assert (await booking.read_my_bookings(session)).in_page is in_page
    world.faults.bookings_by_script = True
    assert (await cancelling.cancel(session, pilates)).proven
    assert held(world) == []


async def test_what_is_freed_unasked_stays_once_that_may_cost(
    session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    late = session.access.clock() - timedelta(seconds=1)
    with pytest.raises(TooLateToCancel):
        await cancelling.cancel(session, pilates, free_until=late)
    assert held(world) == [("PILATES MATWORK", TUESDAY, pilates.start.strftime("%H:%M"))]
    assert (await cancelling.cancel(session, pilates, free_until=late + timedelta(hours=1))).proven
    assert not (await cancelling.cancel(session, pilates, free_until=late)).proven  # an earlier try got through


async def test_the_last_booking_is_cancelled_too(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.faults.banner_over_button = True
    assert (await cancelling.cancel(session, pilates)).proven
    assert held(world) == []


async def test_a_cancellation_whose_answer_is_lost_is_not_proven_by_the_list_alone(
    engine: LentBrowser, session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.faults.lost_answer = True
    pressed: list[tuple[int, bool]] = []

    async def note() -> None:
        [page] = [page for context in engine.browser.contexts for page in context.pages]
        asks = await page.get_by_role("button", name="Sì").is_visible()
        pressed.append((len(world.bookings(GIULIA)), asks))

    assert not (await cancelling.cancel(session, pilates, pressing=note)).proven
    assert (pressed, held(world)) == ([(1, True)], [])  # while the place was still there, and only the yes was missing


@pytest.mark.parametrize("said", ["", "Vuoi davvero cancellare?", "Errore imprevisto, riprova", "Non è possibile"])
async def test_what_is_no_yes_is_no_proof(said: str) -> None:
    assert not cancelling._is_yes(said)
    assert cancelling._is_yes("Prenotazione cancellata.")


async def test_a_booking_the_site_keeps_is_not_called_cancelled(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    monkeypatch.setattr(world, "cancel", lambda *_: False)
    with pytest.raises(errors.BookingRefused, match="Non è più possibile cancellare"):
        await cancelling.cancel(session, pilates)


async def test_a_class_that_has_begun_left_the_list_and_was_not_cancelled(
    session: SiteSession, world: SiteWorld, site_clock: FakeClock, pilates: ClassRef
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    site_clock.go(seconds=timedelta(days=2, hours=8).total_seconds())
    with pytest.raises(errors.ClassStarted):
        await cancelling.cancel(session, pilates)


async def test_a_page_that_changed_before_cancelling_is_told_with_a_picture(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    read, world.faults.rename_classes = await booking.my_bookings(session), {"btn-delete": "btn-away"}
    assert len(read) == 1
    with pytest.raises(errors.SiteError) as caught:
        await cancelling.cancel(session, pilates)
    assert isinstance(caught.value, errors.SiteChanged)
    assert (Path(str(caught.value.evidence)) / "screenshot.png").stat().st_size > 1000
    assert held(world) == [("PILATES MATWORK", TUESDAY, "18:00")]


async def test_a_session_that_ends_while_cancelling_is_renewed_once(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.faults.session_ends, world.faults.where["session_ends"] = True, "DeleteEvent"
    world.faults.times["session_ends"] = 1
    assert (await cancelling.cancel(session, pilates)).proven
    assert held(world) == []


async def test_a_place_without_its_button_is_kept_and_told_so(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, site_clock: FakeClock
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.switches.late_cancel = "no_button"
    starts = datetime.combine(pilates.day, pilates.start, ROME)
    site_clock.go(seconds=(starts - site_clock()).total_seconds() - 600)
    with pytest.raises(errors.CancelTooLate, match="no button"):
        await cancelling.cancel(session, pilates)
    assert held(world) == [("PILATES MATWORK", TUESDAY, f"{pilates.start:%H:%M}")]


@pytest.mark.parametrize("told", ["401", "403", "json"])
async def test_a_call_by_script_that_finds_the_session_ended_logs_in_once(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, told: str
) -> None:
    await booking.my_bookings(session)
    world.switches.session_end = told
    world.faults.session_ends, world.faults.times["session_ends"] = True, 1
    world.faults.where["session_ends"] = "GetActivitySchedule"
    assert (await booking.find_slot(session, pilates)).course == pilates.course
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_who_is_forbidden_with_a_live_session_is_turned_away_and_sends_no_password(
    session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    await booking.my_bookings(session)
    world.faults.status_403, world.faults.where["status_403"] = True, "GetActivitySchedule"
    with pytest.raises(errors.Blocked):
        await booking.find_slot(session, pilates)
    assert not world.log.about("", host="sso")

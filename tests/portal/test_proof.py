"""After a yes: what my bookings show, what the timetable says of it, and what is never asked for again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

import booking
from demo.site import Outcome
from domain.errors import (
    Blocked,
    BookingRefused,
    OnWaitingList,
    Overlap,
    PlaceUnclear,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    quoted,
)
from domain.model import ActionStatus, ActionType, Booking, ClassRef, Slot
from domain.requests import NewAction
from opening.budget import OpeningBudget
from opening.site_calls import SiteCalls
from portal.bookings_list import BookingsList, Sought
from portal.read_back import ReadBack
from portal.responses.response_errors import SiteResponse
from tests.support.openings import IMPATIENT, MOST_REQUESTS, OPENS, Open, Opening
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, TUESDAY
from tests.support.stages import LONG_AFTER, OWNER, Set

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK, SCHEDULE = "BookAppointment", "GetActivitySchedule"
LIKE_A_BOOKING = " "  # words of a waiting list that nobody sees


HASTY = ReadBack(ask_timetable_again=0.05)


@pytest.fixture
def at(at: Open) -> Open:
    """The timetable is asked again sooner than usual."""
    return lambda **options: at(read_back=HASTY, **options)


@pytest.fixture
def staged(staged: Set) -> Set:
    """The same with a queue in front of it."""
    return lambda lead=0.3, **options: staged(lead, read_back=HASTY, **options)


@pytest.fixture
def tight_lipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site answers the same, whether it gave a place or one on its waiting list."""
    monkeypatch.setattr("demo.site.booking_routes.reason", lambda *_: "Operazione completata.")


def put_on_the_waiting_list(opened: Opening, words: str) -> None:
    """Whoever books Pilates gets a place on its waiting list, which my bookings show with those words."""
    opened.world.fill(opened.pilates_id)
    opened.world.faults.waiting_list = True
    opened.world.switches.waiting_words = words


async def met(opened: Opening, *, by_day: bool = False) -> SiteError:
    with pytest.raises(SiteError) as caught:
        await (booking.book(opened.session, opened.pilates) if by_day else opened.race())
    return caught.value


# ----- a place on a waiting list


@pytest.mark.usefixtures("tight_lipped")
async def test_a_yes_and_a_block_like_any_other_are_no_place_when_the_timetable_shows_a_waiting_list(at: Open) -> None:
    async with at() as opened:
        put_on_the_waiting_list(opened, LIKE_A_BOOKING)
        assert isinstance(await met(opened), OnWaitingList)
        assert len(opened.shots) <= 3
        assert opened.requests <= MOST_REQUESTS + 3


@pytest.mark.usefixtures("tight_lipped")
async def test_by_day_it_is_no_place_either(at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at(lead=LONG_AFTER) as opened:
        book = opened.world.book

        def too_late(username: str, appointment_id: str) -> Outcome:
            put_on_the_waiting_list(opened, LIKE_A_BOOKING)
            return book(username, appointment_id)

        monkeypatch.setattr(opened.world, "book", too_late)
        assert isinstance(await met(opened, by_day=True), OnWaitingList)
        assert len(opened.shots) == 1


async def test_what_my_bookings_show_counts_when_the_timetable_can_not_be_asked(at: Open) -> None:
    async with at() as opened:
        [slot] = await booking.find_slots(opened.session, [opened.pilates])
        opened.known = [slot]  # type: ignore[list-item]
        opened.world.faults.fail = {SCHEDULE: 503}
        assert (await opened.race()).booked.booking.course == "PILATES MATWORK"


@pytest.mark.usefixtures("tight_lipped")
async def test_words_of_a_waiting_list_are_told_at_once_and_nothing_is_sent_again(staged: Set) -> None:
    async with staged() as stage:
        put_on_the_waiting_list(stage.opened, "In attesa")
        await stage.add()
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.FAILED, "OnWaitingList")
        assert "In attesa" in quoted(str(stage.error))
        assert len(stage.opened.shots) <= 3
        stage.opened.clock.go(seconds=120)
        assert not await stage.db.claims.due() or (await stage.act()).type is ActionType.CHECK
        assert len(stage.opened.shots) <= 3


async def test_words_nobody_knows_are_told_at_once_and_nothing_is_sent_again(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(policy=replace(IMPATIENT, looks_accepted=(0.0, 0.05, 10 * PATIENCE))) as opened:
        monkeypatch.setattr("demo.site.schedule._status", lambda *_: "Available")
        opened.world.faults.booking_note = "Richiesta inviata"
        error = await asyncio.wait_for(met(opened), PATIENCE)
        assert isinstance(error, PlaceUnclear)
        assert "Richiesta inviata" in quoted(str(error))
        shots = len(opened.shots)
        assert isinstance(await met(opened), PlaceUnclear)  # by whoever takes over
        assert len(opened.shots) == shots


async def test_a_reading_does_not_count_a_place_on_a_waiting_list_that_looks_like_a_booking(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        put_on_the_waiting_list(stage.opened, LIKE_A_BOOKING)
        stage.opened.world.book(GIULIA, stage.opened.pilates_id)
        stage.opened.world.book(GIULIA, stage.id_of(stage.gym(0)))
        await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER))
        await stage.act()
        held = await stage.db.bookings.held(OWNER, TUESDAY)
        assert [each.booking.start for each in held] == [stage.gym(0).start]


# ----- what was there before


async def test_what_was_held_before_is_unknown_when_nobody_could_read_it() -> None:
    old = Booking("PILATES con ROSSI", "Giuriati", TUESDAY, datetime(2026, 11, 24, 18).time())  # noqa: DTZ001
    sought = Sought(replace(old.ref, course="YOGA"), accepted=True)
    assert sought.among([old]) == (old, False)
    assert replace(sought, all_before=False).among([old]) == (old, True)


async def test_a_list_that_was_silent_before_the_opening_is_no_empty_one(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Silent(SiteCalls):
        async def bookings(self) -> BookingsList:
            raise SiteUnavailable("HTTP 503")

    async with at() as opened:
        opened.calls = Silent
        monkeypatch.setattr("demo.site.schedule._status", lambda *_: "Available")
        opened.world.faults.booking_name = "YOGA con ROSSI"  # all that the list shows then and there
        assert isinstance(await met(opened), SiteChanged)


async def test_what_the_list_shows_in_odd_words_before_the_opening_keeps_nobody_from_shooting(at: Open) -> None:
    stands = itertools.cycle([OnWaitingList("«In attesa»"), PlaceUnclear("«Annullata dal centro»")])

    class Odd(SiteCalls):
        async def standing(self, listed: BookingsList, wish: ClassRef) -> Booking | None:
            raise next(stands)

    async with at(lead=1.5) as opened:
        opened.calls = Odd
        assert (await opened.race()).choice == 0
        with pytest.raises((OnWaitingList, PlaceUnclear)):  # whoever takes over afterwards asks for nothing more
            await opened.race()


# ----- an overlap


async def test_an_overlap_that_is_gone_shortly_before_the_opening_stops_nobody(at: Open) -> None:
    soon = replace(IMPATIENT, hurry=0.2, prove_session=3.5, last_call=0.6)

    async def one(*, gone: bool) -> None:
        async with at(lead=8.0, policy=soon) as opened:

            class ThenFree(SiteCalls):
                async def find_slots(self, wishes: Sequence[ClassRef]) -> list[Slot | BookingRefused]:
                    """Looks slots up; then whatever is held is given back, by hand."""
                    found = await super().find_slots(wishes)
                    opened.world.places.held[GIULIA] = {}
                    return found

            pilates = opened.world.slot(TUESDAY, "PILATES MATWORK")
            gym = opened.world.slots(TUESDAY, "Giuriati - Fit Center")
            meeting = next(slot for slot in gym if slot.overlaps(pilates))
            opened.world.places.held[GIULIA] = {meeting.appointment_id: "P1"}
            if gone:
                opened.calls = ThenFree
                assert (await opened.race()).choice == 0
            else:
                assert isinstance(await met(opened), Overlap)
                assert opened.shots == []

    await asyncio.gather(one(gone=True), one(gone=False))


# ----- answers without sense, and what is counted


async def nonsense(kind: str) -> SiteResponse:
    if kind == "a page":
        raise SiteChanged("the site answers with a page where data is due")
    if kind == "too many requests":
        raise Blocked("HTTP 429", status=429)
    if kind == "cut off":
        raise SiteUnavailable("reset")
    return SiteResponse(200, '{"status": "ERROR"}', {})


async def test_a_site_that_makes_no_sense_for_two_seconds_is_asked_again_when_it_has_come_to_itself(at: Open) -> None:
    async def one(kind: str) -> None:
        shots: list[None] = []

        class Odd(SiteCalls):
            async def book(
                self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
            ) -> SiteResponse:
                shots.append(None)
                if opened.clock() < OPENS + timedelta(seconds=2):
                    return await nonsense(kind)
                return await super().book(slot, sent_again)

        async with at() as opened:
            opened.calls = Odd
            won = await opened.race()
            assert won.report
            assert opened.arrivals(Outcome.BOOKED)[0] < 5.5  # the last try of the race would come at 6
            assert len(shots) <= 6

    await asyncio.gather(*map(one, ("a page", "too many requests", "cut off", "a no without a word")))


async def test_a_shot_that_is_sent_again_after_a_login_is_counted(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.update(
            {"session_ends": True, "where": {"session_ends": BOOK}, "times": {"session_ends": 1}}
        )
        shared = OpeningBudget(IMPATIENT)
        await opened.race(budget=shared)
        sent = len(opened.world.log.about(BOOK))
        assert sent > 3
        assert shared.spent[0] >= sent + 1

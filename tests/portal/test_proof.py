"""After a yes: what my bookings show, what the timetable says of it, and what is never asked for again."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

import booking
from demo.site import Outcome, SiteWorld, pages, slots
from demo.site.schedule import _status
from domain.errors import (
    AlreadyQueued,
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
from domain.house_rules import HouseRules, WaitingList
from domain.model import ActionStatus, ActionType, Booking, BookingStatus, ClassRef, Slot, clock_time
from domain.requests import NewAction
from domain.waiting_list import CONTRADICTED, UNMARKED
from opening.budget import OpeningBudget
from opening.site_calls import SiteCalls
from portal.bookings_list import BookingsList, Sought
from portal.read_back import ReadBack
from portal.responses.response_errors import SiteResponse
from tests.support.openings import IMPATIENT, MOST_REQUESTS, OPENS, Open, Opening
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, TUESDAY
from tests.support.stages import LONG_AFTER, OWNER, RULE, Set

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK, SCHEDULE = "BookAppointment", "GetActivitySchedule"
LIKE_A_BOOKING = " "  # words of a waiting list that nobody sees


HASTY = ReadBack(ask_timetable_again=(0.05, 0.05, 0.1), gone=(0.0, 0.05))


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


# ----- a list and a timetable that differ


def put_on_it_unasked(opened: Opening, shown: str) -> None:
    """The site puts whoever books Pilates on its waiting list, says "Ok", and lists it like a booking."""
    put_on_the_waiting_list(opened, LIKE_A_BOOKING)
    opened.world.switches.update({"waiting_answer": "Ok", "waiting_shown": shown})


def timetable_behind(monkeypatch: pytest.MonkeyPatch, asks: int) -> None:
    """The timetable shows what is held as free so many times."""
    left = itertools.repeat("Available", asks)

    def status(world: SiteWorld, username: str, slot: slots.Slot) -> str:
        shown = _status(world, username, slot)
        return next(left, shown) if shown == "Booked" else shown

    monkeypatch.setattr("demo.site.schedule._status", status)


@pytest.mark.parametrize("shown", ["full", "available"])
async def test_a_place_that_the_timetable_does_not_show_as_ours_is_not_told_as_booked(at: Open, shown: str) -> None:
    async with at() as opened:
        put_on_it_unasked(opened, shown)
        error = await met(opened)
        assert isinstance(error, PlaceUnclear)
        assert CONTRADICTED in str(error)
        assert len(opened.shots) <= 3
        assert opened.requests <= MOST_REQUESTS + 5


async def test_words_that_name_a_place_do_not_make_up_for_a_timetable_that_shows_none(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at(lead=LONG_AFTER) as opened:
        timetable_behind(monkeypatch, 1000)
        assert isinstance(await met(opened, by_day=True), PlaceUnclear)
        assert len(opened.shots) == 1


async def test_a_timetable_that_is_behind_for_a_while_makes_no_doubt(at: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    async with at() as opened:
        timetable_behind(monkeypatch, 3)
        assert (await opened.race()).booked.way == "requests"


async def test_a_word_of_the_timetable_that_nobody_knows_is_no_witness_against_a_place(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    def status(world: SiteWorld, username: str, slot: slots.Slot) -> str:
        shown = _status(world, username, slot)
        return "Acquistato" if shown == "Booked" else shown

    monkeypatch.setattr("demo.site.schedule._status", status)
    async with at() as opened:
        assert (await opened.race()).booked.way == "requests"
    async with at(lead=LONG_AFTER) as opened:
        assert (await booking.book(opened.session, opened.pilates)).way != "already"


async def test_a_bare_ok_is_a_place_once_the_timetable_agrees_and_none_while_it_is_silent(
    at: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.site.booking_routes.reason", lambda *_: "Ok")

    async def one(*, silent: bool) -> None:
        async with at() as opened:
            [slot] = await booking.find_slots(opened.session, [opened.pilates])
            opened.known = [slot]  # type: ignore[list-item]
            opened.world.faults.fail = {SCHEDULE: 503} if silent else {}
            if silent:
                assert isinstance(await met(opened), PlaceUnclear)
            else:
                assert (await opened.race()).booked.way == "requests"

    await asyncio.gather(one(silent=True), one(silent=False))


async def test_an_unclear_place_is_read_again_and_told_as_booked_once_both_show_it(staged: Set) -> None:
    async with staged() as stage:
        put_on_it_unasked(stage.opened, "available")
        await stage.add()
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.FAILED, "PlaceUnclear")
        assert (await stage.act()).type is ActionType.CHECK
        assert (await stage.row(action)).status is ActionStatus.FAILED
        assert not await stage.db.bookings.held(OWNER, TUESDAY)
        stage.opened.world.switches.waiting_moves = True
        stage.opened.world.free(stage.opened.pilates_id)
        stage.opened.clock.go(seconds=40)  # long before the next hour's reading
        assert (await stage.act()).type is ActionType.CHECK
        assert (await stage.row(action)).status is ActionStatus.COMPLETED
        assert len(stage.opened.shots) <= 3


async def test_what_stands_in_the_list_unasked_is_ours_only_if_the_timetable_does_not_contradict(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        put_on_it_unasked(stage.opened, "full")
        stage.opened.world.book(GIULIA, stage.opened.pilates_id)
        await stage.add()
        action = await stage.act()
        assert (action.error_kind, stage.opened.shots) == ("PlaceUnclear", [])
        stage.opened.world.switches.waiting_moves = True
        stage.opened.world.free(stage.opened.pilates_id)
        again = await stage.add()
        while (await stage.row(again)).status is ActionStatus.PENDING:
            stage.opened.clock.go(seconds=40)
            await stage.act()
        assert ((await stage.row(again)).status, stage.opened.shots) == (ActionStatus.COMPLETED, [])


async def test_a_list_gone_on_that_looks_like_a_booking_is_no_booking_for_who_asks_again(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER) as stage:
        put_on_the_waiting_list(stage.opened, LIKE_A_BOOKING)
        stage.hand_over(rules=replace(HouseRules(RULE), waiting_list=WaitingList.ALWAYS))
        monkeypatch.setattr(
            "demo.site.schedule._status", lambda world, *_: "Booked" if world.waits_for(GIULIA) else "Available"
        )
        for _ in range(2):
            await stage.add()
            action = await stage.act()
            assert (action.status, action.error_kind) == (ActionStatus.FAILED, "OnWaitingList")
            assert UNMARKED in (action.error or "")
        assert not await stage.db.bookings.held(OWNER, TUESDAY)


async def test_what_the_list_lacks_and_the_timetable_shows_as_ours_is_not_lost(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        await stage.add()
        assert (await stage.act()).status is ActionStatus.COMPLETED

        async def read_twice() -> BookingStatus:
            for _ in range(2):
                stage.opened.clock.go(seconds=40)
                with suppress(AlreadyQueued):
                    await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER))
                await stage.act()
            rows = await stage.db.connection.rows("SELECT status FROM user_bookings")
            return BookingStatus(rows[0]["status"])

        stage.opened.world.faults.empty_bookings = True
        assert await read_twice() is BookingStatus.CONFIRMED
        stage.opened.world.places.held[GIULIA] = {}
        assert await read_twice() is BookingStatus.GONE


async def test_a_cancellation_that_list_and_timetable_tell_differently_is_not_told_as_done(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER) as stage:
        await stage.add()
        booked = await stage.act()

        def lie(*_: object) -> bool:
            stage.opened.world.faults.empty_bookings = True
            return True

        monkeypatch.setattr(stage.opened.world, "cancel", lie)
        action = await stage.db.requests.add(NewAction(ActionType.CANCEL, OWNER, booked.wish))
        while (await stage.row(action)).status is ActionStatus.PENDING:
            stage.opened.clock.go(seconds=40)
            await stage.act()
        assert (await stage.row(action)).error_kind == "SiteChanged"
        [held] = await stage.db.bookings.held(OWNER, TUESDAY)
        assert held.status is BookingStatus.CONFIRMED


# ----- a place that the list spells otherwise than the timetable


def spell_the_place(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """From now on my bookings call it so."""
    block = pages._booking_block

    def otherwise(*args: Any) -> str:
        return block(*args).replace(">Giuriati - ", f">{place} - ")

    monkeypatch.setattr(pages, "_booking_block", otherwise)


@pytest.mark.parametrize("lost", [False, True])
@pytest.mark.parametrize("by_day", [False, True])
async def test_what_came_into_the_list_after_our_request_is_ours_however_its_place_is_spelled(
    at: Open, monkeypatch: pytest.MonkeyPatch, lost: bool, by_day: bool
) -> None:
    spell_the_place(monkeypatch, "Centro Giuriati")
    async with at(**({"lead": LONG_AFTER} if by_day else {})) as opened:
        opened.world.faults.lost_answer = lost
        booked = await booking.book(opened.session, opened.pilates) if by_day else (await opened.race()).booked
        assert (booked.booking.course, booked.booking.location) == ("PILATES MATWORK", "Centro Giuriati")
        assert opened.shots.count(Outcome.BOOKED) == 1


async def test_what_was_in_the_list_before_is_not_ours_however_its_place_is_spelled() -> None:
    listed = Booking("YOGA", "Centro Giuriati", TUESDAY, clock_time("18:00"))
    sought = Sought(replace(listed.ref, location="Giuriati"), accepted=True)
    there = ["Giuriati", "Bovisa"]
    assert sought.spelled_otherwise([listed], there) == (listed, False)
    assert replace(sought, accepted=False).spelled_otherwise([listed], there) == (listed, True)
    assert replace(sought, before=[listed]).spelled_otherwise([listed], there) == (None, False)


@pytest.mark.parametrize(("place", "known"), [
    ("Centro Bovisa", ["Giuriati", "Bovisa"]),
    ("Lecco", ["Giuriati"]),
    ("Lecco", []),
    ("Centro Giuriati", []),
    ("Centro Giuriati", ["Giuriati", "Centro Giuriati"]),
    ("Giuriati Bovisa", ["Giuriati", "Bovisa"]),
    ("Giuriati 2 (nuovo)", ["Giuriati", "Giuriati 2"]),
])  # fmt: skip
async def test_what_may_be_at_another_place_is_not_ours(place: str, known: list[str]) -> None:
    listed = Booking("YOGA", place, TUESDAY, clock_time("18:00"))
    sought = Sought(replace(listed.ref, location="Giuriati"), accepted=True)
    assert sought.spelled_otherwise([listed], known) == (None, False)


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
                async def find_slots(
                    self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
                ) -> list[Slot | BookingRefused]:
                    """Looks slots up; then whatever is held is given back, by hand."""
                    found = await super().find_slots(wishes, before)
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

"""The race at an opening, against the simulated site: won in time, within its requests, honest about how it went."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

import booking
from demo.site import Outcome, Switches
from domain.errors import (
    AccountLimit,
    AppError,
    Blocked,
    BookingRefused,
    DatabaseBusy,
    LeaseLost,
    NotOpenYet,
    OnWaitingList,
    Overlap,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotFull,
    SlotNotFound,
    TakenBack,
)
from domain.model import FIT_CENTER, ClassRef, Slot, clock_time
from domain.opening_report import ShotOutcome
from opening.budget import OpeningBudget
from opening.last_call import NobodyWithdraws
from opening.site_calls import SiteCalls
from portal.responses.response_errors import SiteResponse
from tests.support.openings import IMPATIENT, MOST_REQUESTS, OPENS, Open, Opening, Row
from tests.support.sites import GIULIA, TUESDAY

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK, SCHEDULE, MINE = "BookAppointment", "GetActivitySchedule", "/Booking"
PREPARING = 3  # requests: my bookings, the calendars, a day of one
WITNESS = 1  # request: the timetable, after a yes


def of(opened: Opening, course: str = "", start: str = "", activity: str = "") -> ClassRef:
    slot = opened.world.slot(TUESDAY, course, start, activity)
    return ClassRef(slot.course or FIT_CENTER, "Giuriati", TUESDAY, clock_time(slot.start))


def apart(opened: Opening) -> list[ClassRef]:
    """Three gym turns of the day, none meeting another."""
    gym = opened.world.slots(TUESDAY, "Giuriati - Fit Center")
    return [ClassRef(FIT_CENTER, "Giuriati", TUESDAY, clock_time(slot.start)) for slot in gym[:3]]


async def lost(opened: Opening, *wishes: ClassRef) -> SiteError:
    with pytest.raises(SiteError) as caught:
        await opened.race(*wishes)
    return caught.value


# ----- in time


async def test_servers_whose_clocks_are_off_are_met_in_time_with_ten_requests(at: Open) -> None:
    async def one(ahead: float) -> tuple[float, int]:
        async with at(lead=6.0, ahead=ahead, knows=False, round_trip=0.03) as opened:
            await booking.find_slots(opened.session, [opened.pilates])  # the calendars are known from the day before
            before = opened.requests
            report = (await opened.race()).report
            assert report
            assert abs(report.offset - ahead) < max(0.5, report.uncertainty)
            assert report.shots[0].planned < 1.5  # however late a busy machine sends it
            return opened.arrivals(Outcome.BOOKED)[0], opened.requests - before

    for arrival, requests in await asyncio.gather(*map(one, (-1.9, -0.4, 0.7, 2.0))):
        assert arrival > -0.01  # it is noted a little before it is judged
        assert requests <= MOST_REQUESTS


async def test_the_shot_of_a_crowd_is_built_before_and_arrives_after_the_opening(at: Open) -> None:
    built: list[float] = []

    class Noted(SiteCalls):
        async def book(
            self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
        ) -> SiteResponse:
            built.append((leaves_at or 0.0) - time.monotonic())
            return await super().book(slot, sent_again, leaves_at)

    async with at(lead=2.5) as opened:
        opened.others_racing, opened.calls = 20, Noted
        await opened.race()
        assert opened.shots == [Outcome.BOOKED]
        assert opened.arrivals(Outcome.BOOKED)[0] > -0.01  # it is noted a little before it is judged
    [before] = built
    assert before > 0


async def test_a_built_shot_whose_connection_the_server_closed_goes_out_on_another(at: Open) -> None:
    class Closed(SiteCalls):
        async def book(
            self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
        ) -> SiteResponse:
            if leaves_at is not None:
                raise SiteUnavailable("the connection was closed")
            return await super().book(slot, sent_again)

    async with at(lead=2.5) as opened:
        opened.others_racing, opened.calls = 20, Closed
        await opened.race()
        assert opened.shots == [Outcome.BOOKED]
        assert -0.01 < opened.arrivals(Outcome.BOOKED)[0] < 3.0


async def test_an_opening_is_won_while_the_site_is_slow_and_out_of_breath(at: Open) -> None:
    async with at(switches=Switches(rush_seconds=4.0)) as opened:
        opened.world.rush(opened.pilates_id, within=8.0)
        opened.world.faults.fail = {BOOK: 503}  # the first of them meets it for certain
        opened.world.faults.times = {"fail": 1}
        await opened.race()
        assert opened.shots.count(Outcome.BOOKED) == 1
        assert opened.requests <= MOST_REQUESTS + PREPARING + WITNESS


async def test_the_driver_is_not_closed_for_being_idle_while_the_opening_is_awaited(at: Open) -> None:
    async with at(ahead=0.0, lead=2.5) as opened:
        waiting: list[int] = []
        watched = asyncio.Event()

        async def seen_waiting(*_: object) -> None:
            waiting.append(opened.portal.engine.users)
            watched.set()

        opened.server.learn = seen_waiting  # type: ignore[method-assign,assignment]
        await opened.race()
        assert watched.is_set()
        assert min(waiting) > 0


async def test_a_database_that_is_locked_at_the_last_call_makes_nobody_late(at: Open) -> None:
    for met in (DatabaseBusy("locked"), None):
        async with at(lead=1.0) as opened:
            opened.last_call = Row(met)
            opened.world.rival(opened.pilates_id, after=6.0)
            await opened.race()
            assert opened.arrivals(Outcome.BOOKED)[0] < 6.0


async def test_what_was_taken_back_before_the_last_call_is_not_shot_at(at: Open) -> None:
    for early in (0.0, -3600.0):  # also when the slot looks open before its time, and would be tried at once
        async with at(lead=25.0 if early else 1.0) as opened:
            opened.last_call = Row(TakenBack("by its person"))
            opened.world.faults.opening_shift = early
            with pytest.raises(TakenBack):
                await opened.race()
            assert opened.shots == []


@pytest.mark.parametrize("met", [None, DatabaseBusy("locked")])
@pytest.mark.parametrize("lead", [1.0, -0.2])
async def test_who_comes_too_late_for_the_last_call_reads_whether_it_is_wanted(
    at: Open, met: AppError | None, lead: float
) -> None:
    async with at(lead=lead) as opened:
        opened.last_call = Row(met, wanted=False)
        with pytest.raises(TakenBack):
            await opened.race()
        assert opened.shots == []


async def test_what_looks_open_early_is_tried_only_when_it_is_sure_to_be_wanted(
    at: Open,
) -> None:
    async with at(lead=25.0, policy=replace(IMPATIENT, last_call=24.0)) as opened:
        opened.last_call = Row(DatabaseBusy("locked"), wanted=False)
        opened.world.faults.opening_shift = -3600.0
        with pytest.raises(TakenBack):  # not booked early, and at the call that follows it turns out as not wanted
            await opened.race()
        assert opened.shots == []


async def test_in_the_last_seconds_whoever_is_ready_shoots_though_another_has_taken_over(at: Open) -> None:
    async with at(lead=1.0) as opened:
        opened.last_call = Row(LeaseLost("another has it"))
        await opened.race()
        assert Outcome.BOOKED in opened.shots


async def test_a_race_that_another_took_over_in_time_is_left_to_it(at: Open) -> None:
    async with at(lead=13.0) as opened:
        opened.last_call = Row(LeaseLost("another has it"))
        with pytest.raises(LeaseLost):
            await opened.race()
        assert opened.shots == []


async def test_a_crowd_that_takes_the_last_place_right_after_the_opening_is_too_late(at: Open) -> None:
    async with at(ahead=1.3, lead=3.3, round_trip=0.03) as opened:
        opened.world.rival(opened.pilates_id, after=4.0)
        won = await opened.race()
        assert won.choice == 0
        assert [slot.course for slot in opened.world.bookings(GIULIA)] == ["PILATES MATWORK"]


async def test_the_report_tells_how_it_went(at: Open) -> None:
    async with at(ahead=-1.0, round_trip=0.03) as opened:
        won = await opened.race()
        report = won.report
        assert report
        assert report.opens_at == OPENS
        assert report.offset == pytest.approx(-1.0, abs=0.01)
        assert 0 < report.uncertainty < 0.01
        assert report.seen
        assert report.hit
        assert -0.05 < report.hit.arrived < report.seen
        assert len(report.shots) == len(opened.shots)
        assert report.hit.message == "Prenotazione effettuata con successo."


async def test_when_many_race_each_sends_one_shot(at: Open) -> None:
    async with at() as opened:
        opened.others_racing = 19
        await opened.race()
        assert opened.shots[0] in (Outcome.BOOKED, Outcome.NOT_OPEN)
        assert len(opened.shots) <= 2


# ----- too early


async def test_what_opens_a_little_later_is_tried_again_at_once(at: Open) -> None:
    async with at(round_trip=0.03) as opened:
        opened.world.faults.opening_shift = 1.0
        won = await opened.race()
        assert opened.shots.count(Outcome.NOT_OPEN) >= 3
        assert won.report
        assert [shot.outcome for shot in won.report.shots[:3]] == [ShotOutcome.EARLY] * 3
        assert opened.requests <= MOST_REQUESTS + PREPARING + WITNESS


async def test_the_bookings_of_one_account_share_its_requests_and_all_win_what_opens_late(at: Open) -> None:
    for number in (2, 3):
        async with at(round_trip=0.03) as opened:
            opened.world.faults.opening_shift = 0.25
            shared, wishes = OpeningBudget(IMPATIENT), apart(opened)[:number]
            races = (opened.race(wish, budget=shared, number=at) for at, wish in enumerate(wishes))
            assert all(won.report for won in await asyncio.gather(*races))
            preparing, looks = 2 * number, 2 * number
            assert opened.requests <= MOST_REQUESTS + preparing + looks + number * WITNESS
            assert len(opened.world.bookings(GIULIA)) == number


async def test_a_race_that_ends_leaves_its_successor_the_share(at: Open) -> None:
    async with at() as opened:
        shared = OpeningBudget(IMPATIENT)
        shared.join(7)  # an earlier race of the same booking, claimed anew meanwhile
        shared.join(7)
        shared.leave(7)
        assert (await opened.race(budget=shared, number=7)).report
        shared.leave(7)
        assert shared.spent[7] > 0


async def test_a_site_that_fails_for_a_second_at_the_opening_is_asked_again(at: Open) -> None:
    fails = iter([True] * 3)

    class Failing(SiteCalls):
        async def book(
            self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
        ) -> SiteResponse:
            if next(fails, False):
                raise SiteUnavailable("HTTP 503")
            return await super().book(slot, sent_again)

    async with at() as opened:
        opened.calls = Failing
        won = await opened.race()
        assert won.report
        assert [shot.outcome for shot in won.report.shots] == [ShotOutcome.LOST] * 3 + [ShotOutcome.ACCEPTED]


async def test_who_takes_over_after_the_opening_sends_one_shot_at_a_time(at: Open) -> None:
    async with at(lead=-0.5) as opened:
        await opened.race()
        assert opened.shots == [Outcome.BOOKED]


async def test_what_stays_closed_is_left_to_the_queue_with_its_report(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.opening_shift = 60.0
        error = await lost(opened)
        assert isinstance(error, NotOpenYet)
        assert error.opening
        assert {shot.outcome for shot in error.opening.shots} == {ShotOutcome.EARLY}
        assert len(opened.shots) <= MOST_REQUESTS - 3


@pytest.mark.parametrize("said", ["Torna più avanti.", "Le prenotazioni sono chiuse."])
async def test_words_nobody_knows_and_closed_may_mean_too_early(at: Open, said: str) -> None:
    async with at() as opened:
        opened.world.faults.unknown_refusal = said
        opened.world.faults.times["unknown_refusal"] = 4
        assert (await opened.race()).choice == 0


async def test_words_nobody_knows_are_kept(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.unknown_refusal = "La luna non è favorevole."
        error = await lost(opened)
        assert type(error) is BookingRefused
        assert "La luna" in str(error)
        assert error.evidence


async def test_what_looks_open_before_its_time_is_booked_before_its_time(at: Open) -> None:
    async with at(lead=30.0) as opened:
        opened.world.faults.opening_shift = -3600.0
        won = await opened.race()
        assert won.report
        assert won.report.opened_early
        assert len(opened.shots) == 1


# ----- too late


async def test_who_starts_after_the_opening_shoots_at_once(at: Open) -> None:
    async with at(lead=-3.0, knows=False) as opened:
        won = await opened.race()
        assert won.report
        assert opened.shots[0] is Outcome.BOOKED
        assert all(entry.user for entry in opened.world.log)  # no stranger asked for the time


async def test_late_by_our_clock_is_early_by_a_server_that_is_behind(at: Open) -> None:
    async with at(lead=-0.2, ahead=-1.5, knows=False, round_trip=0.03) as opened:
        opened.world.rival(opened.pilates_id, after=3.0)
        won = await opened.race()
        assert won.report
        assert -0.01 < opened.arrivals(Outcome.BOOKED)[0] < 3.0
        assert won.report.offset == pytest.approx(-1.5, abs=0.6)


@pytest.mark.parametrize("lead", [2.0, 0.4, 0.05, -0.1])
async def test_whoever_comes_late_skips_preparations_but_not_the_shot(at: Open, lead: float) -> None:
    async with at(lead=lead, knows=False, round_trip=0.03) as opened:
        opened.world.rival(opened.pilates_id, after=3.0)
        assert (await opened.race()).choice == 0


async def test_a_session_that_dies_at_the_opening_is_renewed_and_shoots(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.session_ends = True
        opened.world.faults.where["session_ends"] = BOOK
        opened.world.faults.times["session_ends"] = 1
        assert (await opened.race()).choice == 0
        assert opened.world.accounts.login_attempts[GIULIA] == 1


# ----- alternatives, and what is ours already


async def test_alternatives_are_tried_in_order_when_the_wish_is_full(at: Open) -> None:
    async with at() as opened:
        first, second, third = apart(opened)
        for wish in (first, second):
            opened.world.fill(opened.world.slot(TUESDAY, start=f"{wish.start:%H:%M}").appointment_id)
        won = await opened.race(first, second, third)
        assert won.choice == 2
        assert won.why_not_first.count("Posti esauriti") == 2
        assert [f"{third.start:%H:%M}"] == [slot.start for slot in opened.world.bookings(GIULIA)]
        assert opened.requests <= MOST_REQUESTS + PREPARING + WITNESS


async def test_when_nothing_is_left_the_first_refusal_is_told(at: Open) -> None:
    async with at() as opened:
        wishes = apart(opened)
        for wish in wishes:
            opened.world.fill(opened.world.slot(TUESDAY, start=f"{wish.start:%H:%M}").appointment_id)
        error = await lost(opened, *wishes)
        assert isinstance(error, SlotFull)
        assert error.opening
        assert {shot.choice for shot in error.opening.shots} == {0, 1, 2}


async def test_what_concerns_the_account_stops_the_alternatives(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.unknown_refusal = "Ingressi terminati."
        error = await lost(opened, *apart(opened))
        assert type(error) is AccountLimit
        assert error.opening
        assert {shot.choice for shot in error.opening.shots} == {0}


async def test_a_waiting_list_is_no_place(at: Open) -> None:
    async with at() as opened:
        opened.world.fill(opened.pilates_id)
        opened.world.faults.waiting_list = True
        assert isinstance(await lost(opened, opened.pilates, apart(opened)[0]), OnWaitingList)
        assert opened.world.bookings(GIULIA) == []  # an alternative might become a second place


async def test_what_is_ours_already_is_not_shot_at(at: Open) -> None:
    async with at(lead=-60.0) as opened:
        opened.world.book(GIULIA, opened.pilates_id)
        won = await opened.race()
        assert (won.booked.way, won.report) == ("already", None)
        assert opened.shots == []


async def test_an_alternative_somebody_won_before_dying_is_ours_and_nothing_more_is_booked(at: Open) -> None:
    async with at(lead=-1.0) as opened:
        first, second, _ = apart(opened)
        opened.world.book(GIULIA, opened.world.slot(TUESDAY, start=f"{second.start:%H:%M}").appointment_id)
        won = await opened.race(first, second)
        assert (won.choice, opened.shots) == (1, [])


async def test_what_meets_another_booking_gives_way_to_an_alternative(at: Open) -> None:
    async with at() as opened:
        gym = opened.world.slots(TUESDAY, "Giuriati - Fit Center")
        pilates = opened.world.slot(TUESDAY, "PILATES MATWORK")
        meeting = next(slot for slot in gym if slot.overlaps(pilates))
        other = next(slot for slot in gym if not slot.overlaps(pilates) and not slot.overlaps(meeting))
        opened.world.places.held[GIULIA] = {meeting.appointment_id: "P1"}
        assert isinstance(await lost(opened, opened.pilates), Overlap)
        assert opened.shots == []
        won = await opened.race(opened.pilates, of(opened, start=other.start, activity=other.activity))
        assert won.choice == 1
        assert "meets our" in won.why_not_first


async def test_a_slot_that_vanished_is_not_shot_at(at: Open) -> None:
    async with at() as opened:
        gone = ClassRef("PILATES MATWORK", "Giuriati", TUESDAY, clock_time("04:04"))
        assert isinstance(await lost(opened, gone), SlotNotFound)
        won = await opened.race(gone, opened.pilates)
        assert won.choice == 1
        assert "the timetable has no PILATES MATWORK" in won.why_not_first


# ----- answers that do not come, or make no sense


async def test_a_lost_answer_is_read_back_and_nothing_is_booked_twice(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.lost_answer = True
        opened.world.faults.where["lost_answer"] = BOOK
        won = await opened.race()
        assert won.report
        assert len(opened.world.bookings(GIULIA)) == 1


@pytest.mark.parametrize("fault", ["html_for_json", "empty_answer"])
async def test_answers_that_make_no_sense_are_settled_by_reading(at: Open, fault: str) -> None:
    async with at() as opened:
        setattr(opened.world.faults, fault, True)
        opened.world.faults.where[fault] = BOOK
        assert (await opened.race()).choice == 0


async def test_a_site_that_never_answers_leaves_a_report_and_another_try(at: Open) -> None:
    async with at(timeout=3.0) as opened:
        opened.world.faults.hang = True
        opened.world.faults.where["hang"] = BOOK
        error = await lost(opened)
        assert isinstance(error, SiteUnavailable)
        assert error.opening
        assert {shot.outcome for shot in error.opening.shots} == {ShotOutcome.LOST}
        assert opened.requests <= MOST_REQUESTS + PREPARING + WITNESS


@pytest.mark.parametrize("full", [False, True])
async def test_while_a_shot_may_have_booked_no_alternative_is_taken(at: Open, full: bool) -> None:
    """Whether all of the last answers are lost, or one of them, with others that say full."""
    lose = iter([True] if full else [True] * 100)

    class Losing(SiteCalls):
        async def book(
            self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
        ) -> SiteResponse:
            answer = await super().book(slot, sent_again)
            if next(lose, False):
                raise SiteUnavailable("the answer was lost")
            return answer

    async with at(policy=replace(IMPATIENT, soonest=0.006)) as opened:  # none of the shots is too early
        opened.calls = Losing
        first, second, _ = apart(opened)
        opened.world.fill(opened.world.slot(TUESDAY, start=f"{first.start:%H:%M}").appointment_id)
        error = await lost(opened, first, second)
        assert isinstance(error, SiteUnavailable)
        assert error.opening
        assert {shot.choice for shot in error.opening.shots} == {0}


async def test_an_alternative_for_which_no_requests_are_left_is_tried_later(at: Open) -> None:
    async with at(policy=replace(IMPATIENT, most_requests=6)) as opened:
        first, second, _ = apart(opened)
        opened.world.fill(opened.world.slot(TUESDAY, start=f"{first.start:%H:%M}").appointment_id)
        error = await lost(opened, first, second)
        assert isinstance(error, SiteUnavailable)
        assert error.opening
        assert {shot.choice for shot in error.opening.shots} == {0}


async def test_a_slow_site_is_waited_for(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.slow = 0.7
        opened.world.faults.where["slow"] = BOOK
        won = await opened.race()
        assert won.report
        assert won.report.seen
        assert won.report.seen > 0.6


async def test_a_timetable_that_fails_is_replaced_by_what_was_read_before(at: Open) -> None:
    async with at() as opened:
        opened.known = list(await booking.find_slots(opened.session, [opened.pilates]))  # type: ignore[arg-type]
        opened.world.faults.fail = {SCHEDULE: 503}
        assert (await opened.race()).choice == 0
        opened.known = []
        assert isinstance(await lost(opened), SiteUnavailable)


async def test_not_knowing_what_we_hold_keeps_nobody_from_shooting(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.status_503 = True
        opened.world.faults.where["status_503"] = MINE
        opened.world.faults.times["status_503"] = 1
        opened.known = list(await _known(opened))
        assert (await opened.race()).choice == 0


async def _known(opened: Opening) -> list[Any]:
    opened.world.faults.times["status_503"] = 0
    found = await booking.find_slots(opened.session, [opened.pilates])
    opened.world.faults.times["status_503"] = 1
    return list(found)


async def test_a_yes_without_a_booking_is_not_believed(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.lying_success = True
        error = await lost(opened)
        assert isinstance(error, SiteChanged)
        assert error.evidence


async def test_a_block_stops_us_and_is_told(at: Open) -> None:
    async with at() as opened:
        opened.world.faults.fail = {BOOK: 429}
        error = await lost(opened)
        assert isinstance(error, Blocked)
        assert error.opening
        assert len(opened.shots) <= 3


async def test_without_the_servers_time_ours_is_good_enough(at: Open, caplog: pytest.LogCaptureFixture) -> None:
    class Silent(SiteCalls):
        async def clock(self) -> Mapping[str, str]:
            return {}

    async with at(knows=False, lead=2.0) as opened:
        opened.calls = Silent
        with caplog.at_level(logging.WARNING):
            won = await opened.race()
        assert won.choice == 0
        assert "our own clock" in caplog.text


async def test_who_comes_late_and_has_the_lease_books_all_the_same(at: Open) -> None:
    async with at(lead=-70.0) as opened:
        opened.last_call = NobodyWithdraws()
        await opened.race()
        assert Outcome.BOOKED in opened.shots


@pytest.mark.parametrize("met", [LeaseLost("another has it"), DatabaseBusy("locked")])
async def test_who_was_still_at_the_opening_books_later_only_what_it_surely_has_the_lease_of(
    at: Open, met: AppError
) -> None:
    class Unsure(NobodyWithdraws):
        async def still_ours(self) -> None:
            raise met

    async with at(lead=-70.0) as opened:
        opened.last_call = Unsure()
        with pytest.raises(type(met)):
            await opened.race()
        assert opened.shots == []

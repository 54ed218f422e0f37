"""The handler of bookings: rehearsed the evening before, raced for, booked late, watched, swapped; and what is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from actions.decide import STILL_OPENING
from demo.site import Outcome, Switches
from domain.errors import LeaseLost, LoginNeeded, SiteUnavailable
from domain.model import FIT_CENTER, PREPARE, ActionStatus, ActionType, Booking, ClassRef, NoticeKind, WatchMode, stamp
from domain.opening_plan import plan_booking
from domain.opening_report import ShotOutcome
from domain.requests import NewAction
from tests.support import outcomes
from tests.support.openings import IMPATIENT, MOST_REQUESTS, OPENS
from tests.support.sites import GIULIA, TUESDAY, credentials
from tests.support.stages import LONG_AFTER, OWNER, RULE, Set, Stage

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

EVENING = 16 * 3600.0  # s before an opening at noon, its rehearsal at 20:00


def evening(now: datetime) -> dict[str, Any]:
    """A booking planned now, whose rehearsal is due."""
    return {"run_at": now, "rehearse_at": now}


# ----- the rehearsal


async def test_the_rehearsal_logs_in_for_real_books_nothing_and_tells(staged: Set) -> None:
    async with staged(EVENING) as stage:
        await stage.add(**evening(stage.opened.clock()))
        action = await stage.act()
        assert (action.status, action.rehearsal, action.rehearse_at) == (ActionStatus.PENDING, "ok", None)
        assert action.run_at == OPENS - PREPARE
        assert stage.opened.world.accounts.login_attempts[GIULIA] == 1
        assert len(stage.opened.world.accounts.codes_received[GIULIA]) == 1
        assert stage.opened.shots == []
        assert await stage.told() == [NoticeKind.REHEARSAL]


async def test_two_bookings_of_an_evening_are_rehearsed_with_one_login(staged: Set) -> None:
    async with staged(EVENING) as stage:
        for number in (0, 1):
            await stage.add(stage.gym(number), **evening(stage.opened.clock()))
        rows = [await stage.act(), await stage.act()]
        assert [row.rehearsal for row in rows] == ["ok", "ok"]
        assert stage.opened.world.accounts.login_attempts[GIULIA] == 1


async def test_a_password_that_is_refused_in_the_evening_is_not_sent_again_at_night(staged: Set) -> None:
    async with staged(EVENING) as stage:
        stage.hand_over(replace(credentials(OWNER), password="not-this-one"))
        await stage.add(**evening(stage.opened.clock()))
        action = await stage.act()
        assert (action.status, action.rehearsal) == (ActionStatus.PENDING, "LoginRejected")
        stage.opened.clock.go(seconds=EVENING)
        assert (await stage.act()).error_kind == "LoginRejected"
        assert stage.opened.world.accounts.login_attempts[GIULIA] == 1
        assert await stage.told() == [NoticeKind.REHEARSAL, NoticeKind.RESULT]


async def test_the_rehearsal_finds_what_would_fail(staged: Set) -> None:
    async with staged(EVENING) as stage:
        stage.has_logged_in()
        pilates = stage.opened.world.slot(TUESDAY, "PILATES MATWORK")
        gym = stage.opened.world.slots(TUESDAY, "Giuriati - Fit Center")
        meeting = next(slot for slot in gym if slot.overlaps(pilates))
        stage.opened.world.places.held[GIULIA] = {meeting.appointment_id: "P1"}
        await stage.add(**evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "Overlap"
        await stage.add(ClassRef("ACQUAGYM", "Giuriati", TUESDAY, time(4)), **evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "SlotNotFound"
        stage.opened.world.faults.status_503 = True
        await stage.add(stage.gym(0), **evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "SiteUnavailable"


async def test_what_is_open_in_the_evening_already_is_booked_then(staged: Set) -> None:
    async with staged(EVENING) as stage:
        stage.has_logged_in()
        stage.opened.world.faults.opening_shift = -86_400.0
        await stage.add(**evening(stage.opened.clock()))
        action = await stage.act()
        report = await stage.db.openings.report(action.id)
        assert action.status is ActionStatus.COMPLETED
        assert report
        assert report.opened_early


async def test_what_was_taken_back_during_its_rehearsal_is_not_booked(staged: Set) -> None:
    async with staged(EVENING) as stage:
        stage.has_logged_in()
        stage.opened.world.faults.opening_shift = -86_400.0
        await stage.add(**evening(stage.opened.clock()))
        action = await stage.db.claims.claim("somebody", 60)
        assert action
        assert await stage.db.requests.withdraw(action.id, OWNER)
        with pytest.raises(LeaseLost):
            await stage.runner.run(action)
        assert stage.opened.shots == []


async def test_what_is_held_already_needs_no_opening(staged: Set) -> None:
    async with staged(EVENING) as stage:
        stage.has_logged_in()
        pilates = stage.opened.world.slot(TUESDAY, "PILATES MATWORK")
        stage.opened.world.places.held[GIULIA] = {pilates.appointment_id: "P1"}
        await stage.add(**evening(stage.opened.clock()))
        action = await stage.act()
        assert (action.status, action.result) == (ActionStatus.COMPLETED, "seen in my bookings (already)")
        assert await stage.db.openings.report(action.id) is None


# ----- the opening


async def test_what_was_taken_back_while_it_was_prepared_is_not_shot_at(
    staged: Set,
) -> None:
    async with staged(20.0, policy=replace(IMPATIENT, last_call=19.0)) as stage:
        await stage.add(run_at=stage.opened.clock())
        action = await stage.db.claims.claim("somebody", 60)
        assert action
        assert await stage.db.requests.withdraw(action.id, OWNER)
        with pytest.raises(LeaseLost):
            await stage.runner.run(action)
        assert stage.opened.shots == []
        assert await stage.told() == []


async def test_what_is_claimed_too_early_goes_back_until_five_minutes_before(staged: Set) -> None:
    async with staged(3600.0) as stage:
        await stage.add()
        action = await stage.act()
        assert (action.status, action.run_at) == (ActionStatus.PENDING, OPENS - PREPARE)
        assert stage.opened.world.log == []


async def test_what_only_looked_open_waits_for_the_opening_that_the_rule_says(staged: Set) -> None:
    async with staged(3600.0) as stage:
        now = stage.opened.clock()
        await stage.db.requests.add(
            NewAction(ActionType.BOOK, OWNER, stage.opened.pilates, opens_at=now - timedelta(minutes=1))
        )
        action = await stage.act()
        assert (action.status, action.run_at, action.opens_at) == (ActionStatus.PENDING, OPENS - PREPARE, OPENS)


async def test_a_race_won_is_written_down_with_its_shots(staged: Set) -> None:
    async with staged() as stage:
        await stage.add()
        action = await stage.act()
        report = await stage.db.openings.report(action.id)
        assert (action.status, action.won_choice, action.why_not_first) == (ActionStatus.COMPLETED, 0, None)
        assert report
        assert ShotOutcome.ACCEPTED in [shot.outcome for shot in report.shots]
        assert report.seen
        assert len(await stage.db.bookings.held(OWNER, TUESDAY)) == 1


async def test_an_alternative_that_was_won_says_why_not_the_first(staged: Set) -> None:
    async with staged() as stage:
        first, second = stage.gym(0), stage.gym(1)
        stage.opened.world.fill(stage.id_of(first))
        await stage.add(first, alternatives=(second,))
        action = await stage.act()
        assert (action.status, action.won_choice) == (ActionStatus.COMPLETED, 1)
        assert action.why_not_first
        assert "Posti esauriti" in action.why_not_first


@pytest.mark.parametrize("lead", [0.3, LONG_AFTER])
async def test_a_slot_that_is_refused_as_full_is_full_for_everybody(staged: Set, lead: float) -> None:
    async with staged(lead) as stage:
        first, second = stage.gym(0), stage.gym(1)
        await stage.db.requests.add(NewAction(ActionType.REFRESH, OWNER, run_at=stage.opened.clock()))
        await stage.act()
        before = await stage.listed()
        stage.opened.world.fill(stage.id_of(first))
        await stage.add(first, alternatives=(second,))
        assert (await stage.act()).won_choice == 1
        after = await stage.listed()
        assert after[first].slot.places == 0
        assert after[first].read_at > before[first].read_at
        assert [wish for wish, row in after.items() if row.slot.places == 0 != before[wish].slot.places] == [first]


async def test_what_one_holds_anyway_is_no_alternative(staged: Set) -> None:
    async with staged() as stage:
        first, second = stage.gym(0), stage.gym(1)
        stage.opened.world.places.held[GIULIA] = {stage.id_of(second): "P1"}
        await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER, run_at=stage.opened.clock()))
        await stage.act()
        await stage.add(first, alternatives=(second,))
        action = await stage.act()
        assert (action.status, action.won_choice) == (ActionStatus.COMPLETED, 0)
        assert stage.held == [FIT_CENTER, FIT_CENTER]


@pytest.mark.parametrize("lead", [0.3, LONG_AFTER])
async def test_an_alternative_keeps_its_number_when_the_one_before_it_is_held(staged: Set, lead: float) -> None:
    async with staged(lead) as stage:
        first, second, third = (stage.gym(number) for number in range(3))
        stage.opened.world.places.held[GIULIA] = {stage.id_of(second): "P1"}
        await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER, run_at=stage.opened.clock()))
        await stage.act()
        stage.opened.world.fill(stage.id_of(first))
        await stage.add(first, alternatives=(second, third))
        action = await stage.act()
        assert (action.status, action.won_choice) == (ActionStatus.COMPLETED, 2)
        report = await stage.db.openings.report(action.id)
        assert report is None or {shot.choice for shot in report.shots} == {0, 2}


@pytest.mark.parametrize("another_worker", [False, True])
async def test_however_often_and_by_whom_an_opening_is_raced_for_its_requests_are_ten(
    staged: Set, another_worker: bool
) -> None:
    async with staged(1.5) as stage:
        stage.opened.world.faults.opening_shift = 12.0  # long after the last request, however slow the machine
        await stage.add()
        action = await stage.act()
        assert action.error_kind == "NotOpenYet"
        sent = stage.opened.requests
        if another_worker:
            stage.hand_over()
        stage.opened.clock.go(seconds=(action.run_at - stage.opened.clock()).total_seconds() + 0.1)
        action = await stage.act()
        assert (action.status, action.run_at) == (ActionStatus.PENDING, OPENS + STILL_OPENING)
        assert stage.opened.requests == sent
        stage.opened.clock.go(seconds=(OPENS - stage.opened.clock()).total_seconds() + 15)
        assert (await stage.act()).status is ActionStatus.COMPLETED


async def test_bookings_of_one_account_share_its_requests_whoever_races_for_them(staged: Set) -> None:
    async with staged() as stage:
        stage.opened.world.faults.opening_shift = 60.0
        await stage.add(stage.gym(0))
        await stage.add(stage.gym(2))
        first, second = [await stage.db.claims.claim(name, 60) for name in ("somebody", "another")]
        assert first
        assert second
        one = stage.runner
        stage.hand_over()
        preparing = 3  # my bookings, the calendars and a day of one
        await asyncio.gather(one.run(first), stage.runner.run(second))
        assert len(stage.opened.shots) <= 6
        assert stage.opened.requests <= MOST_REQUESTS + 2 * preparing


async def test_a_race_lost_is_told_with_its_shots(staged: Set) -> None:
    async with staged() as stage:
        stage.opened.world.fill(stage.opened.pilates_id)
        await stage.add()
        action = await stage.act()
        report = await stage.db.openings.report(action.id)
        assert (action.status, action.error_kind) == (ActionStatus.FAILED, "SlotFull")
        assert report
        assert ShotOutcome.FULL in {shot.outcome for shot in report.shots}


async def test_what_opens_a_minute_late_is_won_all_the_same_and_the_report_says_so(staged: Set) -> None:
    async with staged() as stage:
        stage.opened.world.faults.opening_shift = 60.0
        await stage.add()
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.PENDING, "NotOpenYet")
        assert action.run_at - stage.opened.clock() <= timedelta(seconds=2)
        stage.opened.clock.go(seconds=61)
        action = await stage.act()
        report = await stage.db.openings.report(action.id)
        assert action.status is ActionStatus.COMPLETED
        assert report
        assert report.seen
        assert report.seen > 60
        assert report.shots


async def test_a_slot_that_vanished_is_looked_for_once_more_at_the_opening(staged: Set) -> None:
    async with staged(1.0) as stage:
        await stage.add(ClassRef("ACQUAGYM", "Giuriati", TUESDAY, time(14, 4)))
        action = await stage.act()
        assert action.status is ActionStatus.PENDING
        assert OPENS < action.run_at < OPENS + STILL_OPENING
        stage.opened.clock.go(seconds=10)
        assert (await stage.act()).error_kind == "SlotNotFound"


async def test_a_site_silent_at_the_opening_is_asked_again_and_its_report_kept(staged: Set) -> None:
    async with staged(timeout=3.0) as stage:
        stage.opened.world.faults.hang = True
        stage.opened.world.faults.where["hang"] = "BookAppointment"
        await stage.add()
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.PENDING, "SiteUnavailable")
        stage.opened.world.faults.clear()
        stage.opened.clock.go(seconds=60)
        action = await stage.act()
        report = await stage.db.openings.report(action.id)
        assert action.status is ActionStatus.COMPLETED
        assert report
        assert {shot.outcome for shot in report.shots} == {ShotOutcome.LOST}


# ----- any time after


async def test_long_after_the_opening_the_first_choice_that_can_be_had_is_booked(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        first, second, third = (stage.gym(number) for number in range(3))
        for wish in (first, second):
            stage.opened.world.fill(stage.id_of(wish))
        await stage.add(first, alternatives=(second, third))
        action = await stage.act()
        assert (action.status, action.won_choice) == (ActionStatus.COMPLETED, 2)


async def test_an_alternative_booked_by_a_worker_that_died_is_found_and_no_more_is_booked(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        first, second = stage.gym(0), stage.gym(1)
        stage.opened.world.book(GIULIA, stage.id_of(second))
        await stage.add(first, alternatives=(second,))
        action = await stage.act()
        assert (action.status, action.won_choice) == (ActionStatus.COMPLETED, 1)
        assert stage.opened.shots == []


async def test_when_the_class_has_begun_nothing_is_tried(staged: Set) -> None:
    async with staged(-3 * 86_400.0) as stage:
        await stage.add(ClassRef("PILATES MATWORK", "Giuriati", TUESDAY, time(18)))
        assert (await stage.act()).error_kind == "ClassStarted"
        assert stage.opened.world.log == []


# ----- the watch


async def test_a_race_lost_with_a_watch_goes_on_watching(staged: Set) -> None:
    async with staged() as stage:
        stage.opened.world.fill(stage.opened.pilates_id)
        await stage.add(watch=WatchMode.BOOK)
        action = await stage.act()
        assert action.status is ActionStatus.PENDING
        assert timedelta(seconds=50) < action.run_at - stage.opened.clock() <= timedelta(seconds=120)
        assert await stage.db.openings.report(action.id)
        assert await stage.told() == [NoticeKind.PROGRESS]


async def test_a_watch_looks_patiently_and_books_what_frees(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.fill(stage.opened.pilates_id)
        await stage.add(watch=WatchMode.BOOK)
        for number in range(10):
            stage.opened.world.faults.status_503 = number == 5  # the site rests: no reason to end the watch
            action = await stage.act()
            assert (action.status, action.crashes, action.failures) == (ActionStatus.PENDING, 0, number == 5)
            stage.opened.clock.go(seconds=121)
        stage.opened.world.free(stage.opened.pilates_id)
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert stage.held == ["PILATES MATWORK"]
        assert await stage.told() == [NoticeKind.RESULT]
        assert len(stage.opened.world.log) < 40


async def test_a_watch_survives_hidden_slots_an_empty_timetable_and_a_no_in_unknown_words_and_tells_once(
    staged: Set,
) -> None:
    async with staged(LONG_AFTER) as stage:
        world, slot = stage.opened.world, stage.id_of(stage.opened.pilates)
        world.switches.hide_full = True
        world.fill(slot)
        await stage.add(watch=WatchMode.BOOK)
        for look in range(13):
            world.faults.status_500 = look == 4
            world.faults.empty_timetable = look == 5
            if look == 9:
                world.free(slot)
                world.faults.unknown_refusal = "Il computer dice di no."
            action = await stage.act()
            assert (action.status, action.watch) == (ActionStatus.PENDING, WatchMode.BOOK)
            assert (await stage.told()).count(NoticeKind.STRUGGLING) == (look >= 11)
            stage.opened.clock.go(seconds=(action.run_at - stage.opened.clock()).total_seconds() + 1)
        world.faults.unknown_refusal = ""
        assert (await stage.act()).status is ActionStatus.COMPLETED


async def test_a_watch_waits_as_long_as_a_place_is_held_for_others(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        await stage.add(watch=WatchMode.BOOK)
        stage.opened.world.faults.unknown_refusal = "Posto appena liberato: potrai prenotare tra 10 minuti"
        action = await stage.act()
        assert (action.status, action.failures) == (ActionStatus.PENDING, 0)
        assert action.run_at - stage.opened.clock() > timedelta(minutes=9)
        stage.opened.world.faults.unknown_refusal = ""
        stage.opened.clock.go(seconds=605)
        assert (await stage.act()).status is ActionStatus.COMPLETED


async def test_what_another_account_has_just_read_says_nothing_of_this_ones_session(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.fill(stage.opened.pilates_id)
        await stage.add(watch=WatchMode.TELL)
        action = await stage.act()  # which leaves a reading for whoever looks within seconds
        for later, told in ((0, 0), (121, 1)):
            await outcomes.reject(stage.db, OWNER, LoginNeeded("it has ended"), stage.opened.clock(), tell=False)
            stage.opened.clock.go(seconds=later)
            await stage.db.connection.write(
                "UPDATE booking_actions SET run_at = :now WHERE id = :id",
                {"now": stamp(stage.opened.clock()), "id": action.id},
            )
            assert (await stage.act()).status is ActionStatus.PENDING
            assert (await stage.told()).count(NoticeKind.LOGIN_BACK) == told


async def test_a_watch_that_only_tells_books_nothing(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        await stage.add(watch=WatchMode.TELL)
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert stage.opened.shots == []
        assert await stage.told() == [NoticeKind.RESULT]


async def test_a_watch_ends_at_its_limit(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        await stage.add(watch=WatchMode.BOOK, watch_until=stage.opened.clock() - timedelta(seconds=1))
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.FAILED, "SlotFull")
        assert stage.opened.world.log == []


async def test_a_place_taken_by_somebody_quicker_is_watched_on(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.faults.unknown_refusal = "Posti esauriti per questa attività."
        await stage.add(watch=WatchMode.BOOK)
        action = await stage.act()
        assert action.status is ActionStatus.PENDING
        assert stage.opened.shots == [Outcome.REFUSED]


# ----- the upgrade


async def with_something_held(stage: Stage, wish: ClassRef) -> int:
    stage.opened.world.book(GIULIA, stage.id_of(wish))
    await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER))
    await stage.act()
    [held] = await stage.db.bookings.held(OWNER, TUESDAY)
    assert Booking(wish.course, wish.location, wish.day, wish.start).ref.matches(held.booking.ref)
    return held.id


async def test_a_watch_whose_answer_was_lost_finds_what_it_booked(staged: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(LONG_AFTER) as stage:
        action = await stage.add(watch=WatchMode.BOOK)
        claimed = await stage.db.claims.claim("somebody", 60)
        assert claimed
        await stage.db.settlement.settle(
            claimed, outcomes.looks_again(stage.opened.clock(), SiteUnavailable("the answer was lost"))
        )
        stage.opened.world.book(GIULIA, stage.opened.pilates_id)
        row = await stage.act()
        assert (row.id, row.status, row.result) == (action.id, ActionStatus.COMPLETED, "seen in my bookings (already)")


async def test_an_upgrade_books_the_better_one_and_then_frees_the_other(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        row_id = await with_something_held(stage, stage.gym(0))
        await stage.add(stage.gym(1), replaces_row_id=row_id)
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert len(stage.held) == 2
        [cancel] = await stage.db.requests.live(OWNER)
        assert (cancel.type, cancel.class_ref.start) == (ActionType.CANCEL, stage.gym(0).start)
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert [slot.start for slot in stage.opened.world.bookings(GIULIA)] == [f"{stage.gym(1).start:%H:%M}"]


async def test_an_upgrade_that_fails_keeps_what_is_held(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        row_id = await with_something_held(stage, stage.gym(0))
        stage.opened.world.fill(stage.id_of(stage.gym(1)))
        await stage.add(stage.gym(1), replaces_row_id=row_id)
        assert (await stage.act()).status is ActionStatus.FAILED
        assert await stage.db.requests.live(OWNER) == []
        assert len(stage.held) == 1


async def test_a_plan_made_in_the_evening_is_rehearsed_at_once(staged: Set) -> None:
    now = OPENS - timedelta(hours=1)
    plan = plan_booking(RULE, TUESDAY, now, time(20))
    assert (plan.run_at, plan.rehearse_at, plan.opens_at) == (now, now, OPENS)


# ----- what no timetable shows before it opens


async def test_the_rehearsal_is_calm_about_a_class_of_the_week_that_the_site_does_not_show_yet(staged: Set) -> None:
    async with staged(EVENING, switches=Switches(hide_unopened=True)) as stage:
        stage.has_logged_in()
        await stage.add(ClassRef("ACQUAGYM", "Giuriati", TUESDAY, time(4)), **evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "SlotNotFound"  # the week has none either, as far as we know
        await stage.knows_the_week()
        await stage.add(**evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "unseen"
        await stage.add(ClassRef("ACQUAGYM", "Giuriati", TUESDAY, time(5)), **evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "SlotNotFound"


async def test_the_rehearsal_sees_what_an_absent_class_will_meet(staged: Set) -> None:
    async with staged(EVENING, switches=Switches(hide_unopened=True)) as stage:
        stage.has_logged_in()
        await stage.knows_the_week()
        pilates = stage.opened.world.slot(TUESDAY, "PILATES MATWORK")
        gym = stage.opened.world.slots(TUESDAY, "Giuriati - Fit Center")
        meeting = next(slot for slot in gym if slot.overlaps(pilates))
        stage.opened.world.places.held[GIULIA] = {meeting.appointment_id: "P1"}
        await stage.add(**evening(stage.opened.clock()))
        assert (await stage.act()).rehearsal == "Overlap"


async def test_a_booking_after_the_opening_by_our_clock_waits_for_the_opening_by_a_clock_that_is_late(
    staged: Set,
) -> None:
    late = 60.0
    async with staged(1.5 - late, ahead=-late, knows=False, switches=Switches(hide_unopened=True)) as stage:
        action = await stage.add()
        assert action.opens_at is not None
        assert action.opens_at + timedelta(seconds=50) < stage.opened.clock()
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert stage.held == ["PILATES MATWORK"]


async def test_a_watch_that_only_tells_waits_for_the_opening_and_never_races(staged: Set) -> None:
    async with staged(60.0) as stage:
        await stage.add(watch=WatchMode.TELL)
        action = await stage.act()
        assert (action.status, action.run_at, stage.opened.world.shots) == (ActionStatus.PENDING, OPENS, [])

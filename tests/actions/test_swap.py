"""A class swapped for one that overlaps it, on the simulated site: nothing is given up that need not be."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from actions import cancelling
from actions.decide import handed_back
from bot import screens
from bot.screens.results import GAVE_UP_IN_VAIN
from bot.screens.when import When
from domain.errors import LoginRejected, SiteUnavailable
from domain.house_rules import HouseRules
from domain.model import Action, ActionStatus, ActionType, BookingStatus, ClassRef, NoticeKind, WatchMode
from domain.requests import NewAction
from portal.read_back import ReadBack
from tests.support import outcomes
from tests.support.sites import GIULIA, ROME, TUESDAY
from tests.support.stages import LONG_AFTER, OWNER, RULE, Set, Stage

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def hold_what_overlaps(stage: Stage) -> tuple[ClassRef, int]:
    """Giulia holds a gym slot at the hours of Pilates: its wish, and its row."""
    world = stage.opened.world
    pilates = world.slot(TUESDAY, "PILATES MATWORK")
    meeting = next(slot for slot in world.slots(TUESDAY, "Giuriati - Fit Center") if slot.overlaps(pilates))
    world.places.held[GIULIA] = {meeting.appointment_id: "P1"}
    await stage.db.requests.add(NewAction(ActionType.CHECK, OWNER, run_at=stage.opened.clock()))
    await stage.act()
    [held] = await stage.db.bookings.held(OWNER, TUESDAY)
    return held.booking.ref, held.id


async def swapped(stage: Stage, row: int, **more: Any) -> Action:
    await stage.add(replaces_row_id=row, **more)
    return await stage.act()


async def status(stage: Stage, row: int) -> BookingStatus | None:
    held = await stage.db.bookings.find(row, OWNER)
    return held.status if held else None


async def test_where_the_site_takes_both_the_old_place_is_freed_only_afterwards(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.switches.update({"overlap": "allowed"})
        _, row = await hold_what_overlaps(stage)
        action = await swapped(stage, row)
        assert (action.status, action.gave_up) == (ActionStatus.COMPLETED, False)
        assert await status(stage, row) is BookingStatus.CONFIRMED
        assert (await stage.act()).type is ActionType.CANCEL


@pytest.mark.parametrize(("status_shown", "note"), [("Available", ""), ("", "In coda, 3° posto")])
async def test_for_a_place_that_may_be_one_on_a_waiting_list_nothing_is_given_back(
    staged: Set, monkeypatch: pytest.MonkeyPatch, status_shown: str, note: str
) -> None:
    async with staged(LONG_AFTER, read_back=ReadBack(ask_timetable_again=(0.05, 0.05))) as stage:
        stage.opened.world.switches.update({"overlap": "allowed"})
        _, row = await hold_what_overlaps(stage)
        if status_shown:
            monkeypatch.setattr("demo.site.schedule._status", lambda *_: status_shown)
        stage.opened.world.faults.booking_note = note
        action = await swapped(stage, row)
        assert (action.error_kind, action.gave_up) == ("PlaceUnclear", False)
        assert await status(stage, row) is BookingStatus.CONFIRMED
        assert ActionType.CANCEL not in {each.type for each in await stage.db.requests.latest(OWNER, 9)}


async def test_where_the_site_takes_one_the_old_place_is_given_up_for_the_new(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        _, row = await hold_what_overlaps(stage)
        action = await swapped(stage, row)
        assert (action.status, action.gave_up) == (ActionStatus.COMPLETED, True)
        assert await status(stage, row) is BookingStatus.CANCELLED
        assert stage.held == ["PILATES MATWORK"]


async def test_what_is_full_costs_nobody_the_place_they_have(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        stage.opened.world.fill(stage.id_of(stage.opened.pilates))
        action = await swapped(stage, row)
        assert (action.error_kind, action.gave_up) == ("SlotFull", False)
        assert (stage.held, await status(stage, row)) == ([old.course], BookingStatus.CONFIRMED)


async def test_what_was_given_up_in_vain_is_taken_back(staged: Set, monkeypatch: pytest.MonkeyPatch) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        world = stage.opened.world
        free = world.cancel

        def somebody_is_quicker(*arguments: Any) -> Any:
            world.fill(stage.id_of(stage.opened.pilates))
            return free(*arguments)

        monkeypatch.setattr(world, "cancel", somebody_is_quicker)
        action = await swapped(stage, row)
        assert (action.error_kind, action.gave_up) == ("SlotFull", False)
        assert (stage.held, await status(stage, row)) == ([old.course], BookingStatus.CONFIRMED)


async def test_for_another_booking_that_it_meets_nothing_is_given_up(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        old, _ = await hold_what_overlaps(stage)
        await stage.db.connection.write(
            "INSERT INTO user_bookings (user_id, booking_id, course_name, location, booking_date, booking_time)"
            " VALUES (1, 'x', 'NUOTO', 'Giuriati', :day, '07:00')",
            {"day": TUESDAY.isoformat()},
        )
        [other] = [each for each in await stage.db.bookings.held(OWNER, TUESDAY) if each.booking.course == "NUOTO"]
        action = await swapped(stage, other.id)
        assert (action.error_kind, action.gave_up) == ("Overlap", False)
        assert stage.held == [old.course]


async def test_a_watch_that_loses_the_old_place_as_well_says_so_at_once(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER) as stage:
        _, row = await hold_what_overlaps(stage)
        world = stage.opened.world
        free, [old_id] = world.cancel, world.places.held[GIULIA]

        def others_are_quicker(*arguments: Any) -> Any:
            freed = free(*arguments)
            for each in (stage.id_of(stage.opened.pilates), old_id):
                world.fill(each)
            return freed

        monkeypatch.setattr(world, "cancel", others_are_quicker)
        action = await swapped(stage, row, watch=WatchMode.BOOK)
        assert (action.status, action.gave_up, stage.held) == (ActionStatus.PENDING, True, [])
        assert (await stage.told())[-1] is NoticeKind.STRUGGLING
        assert str(GAVE_UP_IN_VAIN) in screens.results.struggling(action, When(stage.opened.clock(), ROME)).text


async def test_a_watch_that_had_the_old_place_again_gives_it_up_no_second_time(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        world, freed = stage.opened.world, []
        free, pilates = world.cancel, stage.id_of(stage.opened.pilates)

        def for_nobody(*arguments: Any) -> Any:
            freed.append(arguments)
            world.fill(pilates)
            return free(*arguments)

        monkeypatch.setattr(world, "cancel", for_nobody)
        action = await swapped(stage, row, watch=WatchMode.BOOK)
        assert (action.status, action.took_back, stage.held) == (ActionStatus.PENDING, True, [old.course])
        world.free(pilates)
        stage.opened.clock.go(seconds=121)
        action = await stage.act()
        assert (action.status, action.error_kind) == (ActionStatus.FAILED, "Overlap")  # with the way to swap once more
        assert (len(freed), stage.held, await status(stage, row)) == (1, [old.course], BookingStatus.CONFIRMED)


async def lost_between_the_two(stage: Stage, row: int, *, pressed: bool = True) -> None:
    """A worker died after it had given the old place up, or just before, and before it had the new one."""
    await stage.add(replaces_row_id=row)
    action = await stage.db.claims.claim("dead", 60)
    assert action
    await stage.db.claims.giving_up(action)
    [old_id] = stage.opened.world.places.held[GIULIA]
    if pressed:
        stage.opened.world.cancel(GIULIA, old_id)
    stage.opened.clock.go(seconds=61)


@pytest.mark.parametrize("pressed", [True, False])
async def test_of_what_was_given_up_and_had_again_nobody_hears_who_never_knew(staged: Set, pressed: bool) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        await lost_between_the_two(stage, row, pressed=pressed)
        stage.opened.world.fill(stage.id_of(stage.opened.pilates))
        action = await stage.act()
        assert (action.error_kind, action.took_back, stage.held) == ("SlotFull", True, [old.course])
        assert NoticeKind.BACK not in await stage.told()


@pytest.mark.parametrize("can_be_had", [True, False])
async def test_what_a_worker_that_died_had_given_up_is_asked_back(staged: Set, can_be_had: bool) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        [old_id] = stage.opened.world.places.held[GIULIA]
        await lost_between_the_two(stage, row)
        stage.opened.world.fill(stage.id_of(stage.opened.pilates))
        if not can_be_had:
            stage.opened.world.fill(old_id)
        action = await stage.act()
        assert (action.error_kind, action.gave_up, stage.held) == (
            "SlotFull",
            not can_be_had,
            [old.course] if can_be_had else [],
        )
        live = await stage.db.requests.live(OWNER)
        assert [each.class_ref.course for each in live] == (
            [] if can_be_had else [old.course]
        )  # asked for once more, and told


@pytest.mark.parametrize("end", ["withdrawn", "refused login"])
async def test_however_it_ends_what_was_given_up_in_vain_is_asked_back(staged: Set, end: str) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)
        await lost_between_the_two(stage, row)
        if end == "withdrawn":
            action = await stage.db.claims.claim("somebody", 60)
            assert action
            await stage.db.settlement.settle(action, handed_back(SiteUnavailable("the worker stopped")))
            assert await stage.db.requests.withdraw(action.id, OWNER)
        else:
            await outcomes.reject(stage.db, OWNER, LoginRejected("no"), stage.opened.clock(), tell=False)
            assert (await stage.act()).error_kind == "LoginRejected"
            await stage.db.pauses.end(OWNER)
        live = [each for each in await stage.db.requests.live(OWNER) if each.type is ActionType.BOOK]
        assert [each.class_ref.course for each in live] == [old.course]
        assert (await stage.act()).status is ActionStatus.COMPLETED
        assert (stage.held, await status(stage, row)) == ([old.course], BookingStatus.CONFIRMED)


async def test_after_an_answer_without_sense_the_old_place_is_had_again_and_that_is_told(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER, read_back=ReadBack(accepted=(0.0,))) as stage:
        old, row = await hold_what_overlaps(stage)
        world = stage.opened.world
        free = world.cancel

        def the_site_breaks(*arguments: Any) -> Any:
            world.faults.status_503, world.faults.where["status_503"] = True, "BookAppointment"
            return free(*arguments)

        monkeypatch.setattr(world, "cancel", the_site_breaks)
        action = await swapped(stage, row)
        assert (action.status, action.gave_up, stage.held) == (ActionStatus.PENDING, True, [])
        world.faults.clear()
        world.fill(stage.id_of(stage.opened.pilates))
        stage.opened.clock.go(seconds=3)
        action = await stage.act()
        assert (action.error_kind, action.gave_up, stage.held) == ("SlotFull", False, [old.course])
        assert await status(stage, row) is BookingStatus.CONFIRMED
        assert NoticeKind.BACK in await stage.told()


async def test_what_the_list_lacks_without_our_doing_does_not_count_as_given_up(
    staged: Set, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staged(LONG_AFTER) as stage:
        old, row = await hold_what_overlaps(stage)

        async def absent(*_: Any, **__: Any) -> cancelling.Cancelled:
            return cancelling.Cancelled(stage.opened.clock(), proven=False)

        monkeypatch.setattr(cancelling, "cancel", absent)
        action = await swapped(stage, row)
        assert (action.status, action.error_kind, action.gave_up) == (ActionStatus.PENDING, "SiteUnavailable", False)
        assert (stage.held, await status(stage, row)) == ([old.course], BookingStatus.CONFIRMED)
        assert await stage.db.requests.live_routine(ActionType.CHECK, OWNER)


@pytest.mark.parametrize("overlap", ["allowed", "refused"])
async def test_at_an_opening_the_old_place_is_kept_until_the_new_one_is_won_or_let_go_just_then(
    staged: Set, overlap: str
) -> None:
    async with staged(1.0) as stage:
        old, row = await hold_what_overlaps(stage)
        stage.opened.world.switches.update({"overlap": overlap})
        action = await swapped(stage, row)
        assert (action.status, action.gave_up) == (ActionStatus.COMPLETED, overlap == "refused")
        both = [old.course, "PILATES MATWORK"]
        assert sorted(stage.held) == sorted(both if overlap == "allowed" else both[1:])
        assert await stage.db.openings.report(action.id)


async def test_an_answer_that_is_lost_at_an_opening_hides_no_refusal_for_the_place_that_is_swapped(
    staged: Set,
) -> None:
    async with staged(1.0) as stage:
        old, row = await hold_what_overlaps(stage)
        world = stage.opened.world
        world.switches.update({"overlap": "refused"})
        world.faults.status_503, world.faults.where["status_503"] = True, "BookAppointment"
        world.faults.times["status_503"] = 1
        action = await swapped(stage, row)
        assert (action.status, action.gave_up, stage.held) == (ActionStatus.COMPLETED, True, ["PILATES MATWORK"])


async def test_an_alternative_past_its_own_free_limit_is_not_booked_unasked(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        first, second = stage.gym(2), stage.gym(0)
        begins = datetime.combine(TUESDAY, second.start, ROME)
        stage.hand_over(rules=HouseRules(RULE, free_cancel=begins - stage.opened.clock()))
        stage.opened.world.fill(stage.id_of(first))
        await stage.add(first, alternatives=(second,))
        assert (await stage.act()).error_kind == "SlotFull"
        assert stage.held == []

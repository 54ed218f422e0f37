"""A class that the site moves to another hour, or renames, before its booking: known by its appointment's id."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from demo.site import Outcome
from demo.site.slots import Slot as SitesSlot
from domain.errors import BookingRefused, ClassMoved, SiteChanged
from domain.model import FIT_CENTER, ActionStatus, Activity, ClassRef, Slot, Timetable, clock_time
from opening.appearance import Appearance, Sightings
from opening.site_calls import SiteCalls
from opening.steady_time import SteadyTime
from portal.responses.response_errors import SiteResponse
from store.catalogue import swap
from tests.support.openings import MOST_REQUESTS, Open, Opening
from tests.support.sites import GIULIA, TUESDAY
from tests.support.stages import Set, Stage

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

AROUND = 4  # requests besides the race's own: what is held, the calendars, a day of one, and the timetable after a yes
EIGHT = clock_time("20:00")


def moves_what_was_looked_up(opened: Opening) -> None:
    class Moves(SiteCalls):
        async def find_slots(
            self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
        ) -> list[Slot | BookingRefused]:
            found = await super().find_slots(wishes, before)
            opened.world.timetable.known(opened.pilates_id).move_to("20:00")
            return found

    opened.calls = Moves


@pytest.mark.parametrize("lost", [False, True])
async def test_a_class_that_was_moved_is_found_at_its_new_hour(at: Open, lost: bool) -> None:
    async with at() as opened:
        moves_what_was_looked_up(opened)
        opened.world.faults.lost_answer = lost
        won = await opened.race(opened.pilates)
        assert (won.booked.booking.course, won.booked.booking.start) == ("PILATES MATWORK", EIGHT)
        assert won.booked.slot
        assert won.booked.slot.start == clock_time("18:00")
        assert opened.shots.count(Outcome.BOOKED) == 1
        assert opened.requests <= MOST_REQUESTS + AROUND


async def test_what_was_booked_by_who_died_before_its_proof_is_found_at_its_new_hour(at: Open) -> None:
    async with at(lead=-1.0) as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        opened.known = await before_it_moves(opened, wish)
        opened.world.places.take(GIULIA, slot)
        slot.move_to("20:00")
        won = await opened.race(wish)
        assert won.booked.booking.start == EIGHT
        assert opened.shots == []


@pytest.mark.parametrize(("course", "start"), [("PILATES MATWORK (sala 2)", "18:00"), ("PILATES MATWORK", "18:10")])
async def test_what_was_renamed_or_moved_a_little_before_its_opening_is_booked_by_its_id(
    at: Open, course: str, start: str
) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        opened.known = await before_it_moves(opened, wish)
        slot.course = course
        slot.move_to(start)
        won = await opened.race(wish)
        assert (won.choice, won.booked.booking.course) == (0, course)
        assert won.booked.booking.start == clock_time(start)
        assert opened.shots.count(Outcome.BOOKED) == 1


async def test_what_was_looked_up_minutes_before_is_found_by_its_id_once_it_is_renamed(at: Open) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        appearance = Appearance(SiteCalls(opened.session), [(0, wish)], [], Sightings(), SteadyTime())
        await appearance.remember()
        slot.course = "PILATES (sala 2)"
        [found] = await appearance.look_up()
        assert isinstance(found, Slot)
        assert (found.course, found.appointment_id) == (slot.course, slot.appointment_id)


async def test_what_was_moved_by_more_than_a_little_is_told_and_its_alternative_booked(at: Open) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        opened.known = await before_it_moves(opened, wish)
        slot.move_to("18:20")
        with pytest.raises(ClassMoved, match="«PILATES MATWORK, 18:20»"):
            await opened.race(wish)
        assert opened.shots == []
        gym = opened.world.slots(TUESDAY, "Giuriati - Fit Center")[0]
        won = await opened.race(wish, ClassRef(FIT_CENTER, "Giuriati", TUESDAY, clock_time(gym.start)))
        assert won.choice == 1
        assert "was moved" in won.why_not_first


async def test_what_the_site_once_showed_at_another_hour_is_not_asked_for_when_it_falls_silent_then(at: Open) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        known = await before_it_moves(opened, wish)
        appearance = Appearance(SiteCalls(opened.session), [(0, wish)], known, Sightings(), SteadyTime())
        assert appearance.remembered() == known
        slot.move_to("20:00")
        moved = await appearance.look_up()
        assert appearance.remembered() == moved
        assert appearance.choices(moved)[0] == []


async def test_what_two_looks_miss_beside_later_classes_is_not_asked_for_by_the_id_that_it_had(at: Open) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        known = await before_it_moves(opened, wish)
        appearance = Appearance(SiteCalls(opened.session), [(0, wish)], known, Sightings(), SteadyTime())
        day = opened.world.timetable.day(TUESDAY, TUESDAY)
        day.remove(slot)
        [choice] = appearance.choices(await appearance.look_up())[0]
        assert choice.is_listed  # one page may lack it
        [choice] = appearance.choices(await appearance.look_up())[0]
        assert not choice.is_listed
        day.append(slot)
        assert appearance.choices(await appearance.look_up())[0][0].is_listed


async def test_what_an_earlier_try_booked_is_known_by_the_name_that_it_has_now(at: Open) -> None:
    async with at() as opened:
        wish, slot = opened.pilates, opened.world.timetable.known(opened.pilates_id)
        opened.known = await before_it_moves(opened, wish)
        opened.world.places.take(GIULIA, slot)
        slot.course = "PILATES (sala 2)"
        won = await opened.race(wish)
        assert (won.booked.booking.course, opened.shots) == (slot.course, [])


async def before_it_moves(opened: Opening, wish: ClassRef) -> list[Slot]:
    found = await SiteCalls(opened.session).find_slots([wish])
    return [each for each in found if isinstance(each, Slot)]


async def test_another_booking_of_the_same_course_is_not_taken_for_the_one_that_was_asked_for(at: Open) -> None:
    async with at() as opened:
        gym = opened.world.slots(TUESDAY, "Giuriati - Fit Center")
        wish = ClassRef(FIT_CENTER, "Giuriati", TUESDAY, clock_time(gym[0].start))
        opened.calls = booking_by_hand(opened, gym[1])
        opened.world.faults.lying_success = True
        with pytest.raises(SiteChanged):
            await opened.race(wish)
        assert opened.requests <= MOST_REQUESTS + AROUND


def booking_by_hand(opened: Opening, other: SitesSlot) -> Callable[..., SiteCalls]:
    """While the site says yes to what was asked for, and books nothing, the person books another hour of the gym."""

    class Meanwhile(SiteCalls):
        async def book(
            self, slot: Slot, sent_again: Callable[[], None], leaves_at: float | None = None
        ) -> SiteResponse:
            answer = await super().book(slot, sent_again, leaves_at)
            opened.world.places.take(GIULIA, other)
            return answer

    return Meanwhile


async def test_a_class_that_a_reading_found_at_another_hour_is_not_asked_for_there_when_the_site_falls_silent(
    staged: Set,
) -> None:
    async with staged() as stage:
        action, slot = await stage.add(), stage.opened.world.timetable.known(stage.opened.pilates_id)
        for hour in ("18:00", "20:00"):
            slot.move_to(hour)
            await read(stage, slot)
        stage.opened.world.faults.fail = {"/Booking/GetActivitySchedule": 503}
        action = await stage.act()
        assert (action.status, stage.held, stage.opened.shots) == (ActionStatus.PENDING, [], [])


async def read(stage: Stage, slot: SitesSlot) -> None:
    """The timetable was read, and shows that slot."""
    activity, now = Activity(slot.activity_id, slot.activity), stage.opened.clock()
    shown = Slot(activity, slot.appointment_id, slot.course, TUESDAY, clock_time(slot.start), clock_time(slot.end))
    found = Timetable((activity,), (TUESDAY,), (shown,))
    await stage.db.connection.transact(lambda tx: swap(tx, found, now, now))

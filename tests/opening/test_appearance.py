"""Slots that the timetable does not show before they open: seen to appear at the opening, and won."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

import pytest

from demo.site import Outcome, Switches
from domain.errors import BookingRefused, SiteUnavailable, SlotNotFound
from domain.model import FIT_CENTER, Activity, ClassRef, Slot
from opening.appearance import Sightings
from opening.site_calls import SiteCalls
from tests.support.openings import MOST_REQUESTS, OPENS, Open, Opening, readings
from tests.support.sites import GIULIA, TUESDAY

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

SCHEDULE = "GetActivitySchedule"
GYM = ClassRef(FIT_CENTER, "Giuriati", TUESDAY, time(7))


def hidden() -> Switches:
    return Switches(hide_unopened=True)


def asked(opened: Opening) -> int:
    return len([entry for entry in opened.world.log if entry.path.endswith(SCHEDULE)])


async def test_a_slot_that_is_absent_until_it_opens_is_asked_for_and_booked_in_the_same_breath(at: Open) -> None:
    async with at(lead=2.5, round_trip=0.03, switches=hidden()) as opened:
        opened.world.rival(opened.pilates_id, after=4.0)
        won = await opened.race()
        assert won.booked.slot is not None
        assert won.booked.slot.appointment_id == opened.pilates_id
        assert Outcome.NOT_OPEN not in opened.shots  # none before the site showed what to book
        assert 0 < opened.arrivals(Outcome.BOOKED)[0] < 4.0
        assert opened.requests <= MOST_REQUESTS + 1  # the list of calendars is known on other days


async def test_what_appears_a_little_later_is_looked_for_again(at: Open) -> None:
    async with at(switches=hidden()) as opened:
        opened.world.faults.opening_shift = 0.4
        opened.world.rival(opened.pilates_id, after=3.0)
        assert (await opened.race()).choice == 0
        assert opened.requests <= MOST_REQUESTS + 3  # my bookings, the calendars and the day, before it


async def test_what_does_not_appear_is_asked_for_a_few_times_and_left_to_the_queue(at: Open) -> None:
    async with at(switches=hidden()) as opened:
        opened.world.faults.opening_shift = 3600.0
        with pytest.raises(SlotNotFound):
            await opened.race()
        assert opened.shots == []
        assert 3 < asked(opened) <= 1 + 5 + 1


async def test_an_absent_wish_that_does_not_appear_costs_its_listed_alternative_a_moment_only(at: Open) -> None:
    async with at(switches=hidden()) as opened:
        [first, second] = opened.world.slots(TUESDAY, "Giuriati - Fit Center")[:2]
        first.opens_at = second.opens_at = opened.clock()  # these two are shown already
        opened.world.fill(first.appointment_id)
        gone = replace(opened.pilates, start=time(4, 4))
        other = replace(GYM, start=time.fromisoformat(second.start))
        won = await opened.race(gone, replace(GYM, start=time.fromisoformat(first.start)), other)
        assert won.choice == 2
        assert "the timetable has no PILATES MATWORK" in won.why_not_first


async def test_alternatives_that_are_absent_too_are_seen_in_the_same_answers(at: Open) -> None:
    async with at(switches=hidden()) as opened:
        platinum = opened.world.slots(TUESDAY, "Giuriati - Corsi Platinum")
        other = next(slot for slot in platinum if slot.course != opened.pilates.course)
        gone = replace(opened.pilates, start=time(4, 4))
        alternative = ClassRef(other.course, "Giuriati", TUESDAY, time.fromisoformat(other.start))
        won = await opened.race(gone, alternative)
        assert won.choice == 1
        assert asked(opened) <= 4


async def test_when_an_absent_wish_is_full_its_absent_alternative_is_booked(at: Open) -> None:
    async with at(switches=hidden()) as opened:
        opened.world.fill(opened.pilates_id)
        other = opened.world.slots(TUESDAY, "Giuriati - Fit Center")[0]
        won = await opened.race(opened.pilates, replace(GYM, start=time.fromisoformat(other.start)))
        assert won.choice == 1
        assert opened.shots.count(Outcome.BOOKED) == 1
        assert opened.requests <= MOST_REQUESTS + 3  # two schedules to look up, and one more to ask for


async def test_a_slot_whose_id_is_known_from_before_is_shot_at_as_ever(at: Open) -> None:
    async with at(lead=3.0, switches=hidden()) as opened:
        slot = opened.world.slot(TUESDAY, "PILATES MATWORK")
        activity = Activity(slot.activity_id, slot.activity)
        start, end = (time.fromisoformat(each) for each in (slot.start, slot.end))
        opened.known = [Slot(activity, slot.appointment_id, slot.course, slot.starts_at.date(), start, end)]
        before = asked(opened)
        await opened.race()
        assert opened.shots  # three of them, or fewer where the first is answered before the last is sent
        assert asked(opened) - before <= 1 + 1  # to look it up, and what proves the place


async def test_an_opening_at_which_no_schedule_can_be_read_ends_with_that(at: Open) -> None:
    async with at(switches=hidden()) as opened:

        class ThenNoMore(SiteCalls):
            async def find_slots(
                self, wishes: Sequence[ClassRef], before: Sequence[Slot] = ()
            ) -> list[Slot | BookingRefused]:
                found = await super().find_slots(wishes, before)
                opened.world.faults.fail = {SCHEDULE: 503}
                return found

        opened.calls = ThenNoMore
        with pytest.raises(SiteUnavailable):
            await opened.race()
        assert opened.world.bookings(GIULIA) == []


# ----- several servers


async def test_of_two_servers_the_one_that_opens_first_shows_what_is_absent(at: Open) -> None:
    """They answer in turn: whichever is asked first, the next request meets the other."""
    apart = 3.0
    switches = Switches(hide_unopened=True, servers=2, clock_spread=apart)
    async with at(lead=apart + 1.5, round_trip=0.03, switches=switches) as opened:
        opened.server.take(readings(opened.clock, apart))
        won = await opened.race()
        assert won.choice == 0
        assert opened.clock() < OPENS  # before the other one opened
        assert opened.requests <= MOST_REQUESTS + 3  # my bookings, the calendars and the day, before it


async def test_a_server_that_opens_later_is_asked_at_its_opening_too(at: Open) -> None:
    """Another's clock is known, but that one never answers us."""
    async with at(lead=2.5, round_trip=0.03, switches=hidden()) as opened:
        opened.server.take(readings(opened.clock, 1.2))
        opened.world.rival(opened.pilates_id, after=4.0)
        assert (await opened.race()).choice == 0
        assert 0 < opened.arrivals(Outcome.BOOKED)[0] < 4.0
        assert opened.requests <= MOST_REQUESTS + 3 + 1  # the timetable, about what the last of the ten showed


# ----- several accounts


async def test_accounts_that_wait_for_the_same_schedule_share_the_asking_and_the_answer() -> None:
    sightings, planned = Sightings(), (0.004, 0.006, 0.008)
    pilates = ClassRef("PILATES MATWORK", "Giuriati", TUESDAY, time(18), "Corsi Platinum")
    yoga = replace(pilates, course="YOGA", start=time(19))
    activity = Activity("7", "Giuriati - Corsi Platinum")
    with sightings.awaiting([pilates]) as [one], sightings.awaiting([pilates, yoga]) as [two, three]:
        assert [sightings.share_of(each) for each in (one, two, three)] == [(0, 3), (1, 3), (2, 3)]
        assert sightings.starts == {time(18), time(19)}
        assert len(planned) == 3
        listed = Slot(activity, "", pilates.course, TUESDAY, time(18), time(19))
        sightings.tell([listed])
        assert not one.seen.done()  # without an id there is nothing to ask for
        sightings.tell([replace(listed, appointment_id="1")])
        assert one.seen.done()
        assert two.seen.done()
        assert not three.seen.done()
    assert sightings.starts == frozenset()

"""A reading of the site has a moment, and one reading proves no loss: what changes meanwhile, goes, and comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.cancel import looked_for_again
from database import Database
from domain.errors import NothingToCancel, SiteUnavailable
from domain.model import Action, ActionType, Activity, Booking, BookingStatus, Slot, SlotStatus, Timetable
from domain.requests import NewAction
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

ROME = ZoneInfo("Europe/Rome")
TUESDAY = date(2026, 11, 24)
PILATES = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
YOGA = Booking("YOGA", "Giuriati", TUESDAY, time(20), 85)
GOLD = Activity("7", "Giuriati - Corsi Gold")
SLOT = Slot(GOLD, "a1", "YOGA", TUESDAY, time(20), time(21), places=3, status=SlotStatus.AVAILABLE)


async def claimed(db: Database, kind: ActionType, booking: Booking | None = None) -> Action:
    new = NewAction(kind, GIULIA, booking.ref if booking else None, quiet=booking is None)
    action = await db.claims.add_claimed(new, "w", 60)
    assert action
    return action


async def read(db: Database, *bookings: Booking, in_page: bool = False) -> None:
    action = await claimed(db, ActionType.CHECK)
    await outcomes.sync(db, action, bookings, ROME, in_page=in_page)


async def book(db: Database, booking: Booking) -> None:
    await db.settlement.settle(await claimed(db, ActionType.BOOK, booking), outcomes.booked(booking, "seen"))


async def cancel(db: Database, booking: Booking) -> None:
    await db.settlement.settle(await claimed(db, ActionType.CANCEL, booking), outcomes.cancelled(booking.ref, "gone"))


async def statuses(db: Database) -> list[str]:
    return [row["status"] for row in await db.connection.rows("SELECT status FROM user_bookings ORDER BY id")]


async def told(db: Database) -> list[str]:
    rows = await db.connection.rows("SELECT kind FROM notices WHERE kind IN ('gone', 'back', 'moved') ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.mark.parametrize("clock_goes", [3, -2400], ids=["on", "back"])
async def test_what_is_settled_while_a_reading_is_under_way_is_not_touched_by_it(
    db: Database, clock: FakeClock, clock_goes: float
) -> None:
    await read(db, PILATES)
    reading, before = await claimed(db, ActionType.CHECK), await db.readings.before(GIULIA, clock())
    clock.go(seconds=clock_goes)
    await book(db, YOGA)
    await cancel(db, PILATES)
    await outcomes.sync(db, reading, [PILATES], ROME, before, in_page=True)
    [held] = await db.bookings.held(GIULIA, TUESDAY)
    assert (held.booking, held.missing_since) == (YOGA, None)
    assert await statuses(db) == [BookingStatus.CANCELLED, BookingStatus.CONFIRMED]
    assert await told(db) == []


async def test_what_was_booked_and_cancelled_while_a_reading_was_under_way_stays_cancelled(
    db: Database, clock: FakeClock
) -> None:
    reading, before = await claimed(db, ActionType.CHECK), await db.readings.before(GIULIA, clock())
    await book(db, YOGA)
    await cancel(db, YOGA)
    await outcomes.sync(db, reading, [YOGA], ROME, before)
    assert await statuses(db) == [BookingStatus.CANCELLED]


async def test_a_cancelled_booking_that_a_slower_server_still_shows_is_looked_at_again(
    db: Database, clock: FakeClock
) -> None:
    await read(db, YOGA)
    await cancel(db, YOGA)
    clock.go(seconds=1)
    await read(db, YOGA)
    assert await statuses(db) == [BookingStatus.CANCELLED]
    clock.go(seconds=31)
    await read(db)
    assert (await statuses(db), await told(db)) == ([BookingStatus.CANCELLED], [])


async def test_what_was_told_as_cancelled_and_is_there_all_the_same_is_told(db: Database, clock: FakeClock) -> None:
    await read(db, YOGA)
    await cancel(db, YOGA)
    clock.go(minutes=2)
    await read(db, YOGA)
    assert (await statuses(db), await told(db)) == ([BookingStatus.CONFIRMED], ["back"])


@pytest.mark.parametrize(
    ("seconds", "in_page"), [(29, True), (600, False)], ids=["too soon after the first", "in the same way"]
)
async def test_a_second_reading_that_is_no_second_witness_loses_nothing(
    db: Database, clock: FakeClock, seconds: float, in_page: bool
) -> None:
    await read(db, PILATES, YOGA)
    await read(db, YOGA)
    clock.go(seconds=seconds)
    await read(db, YOGA, in_page=in_page)
    held = await db.bookings.held(GIULIA, TUESDAY)
    assert [each.missing_since is not None for each in held] == [True, False]
    assert await told(db) == []


async def test_a_booking_missing_from_one_list_is_read_again_within_a_minute_and_comes_back_unnoticed(
    db: Database, clock: FakeClock
) -> None:
    await read(db, PILATES, YOGA)
    await read(db, YOGA)
    assert not await db.claims.due()
    clock.go(seconds=31)
    assert await db.claims.due()
    assert (await db.readings.before(GIULIA, clock())).long_missing == (PILATES.ref,)
    await read(db, PILATES, YOGA, in_page=True)
    assert [each.missing_since for each in await db.bookings.held(GIULIA, TUESDAY)] == [None, None]
    assert await told(db) == []


async def test_a_loss_that_was_told_and_is_there_again_is_told_once(db: Database, clock: FakeClock) -> None:
    await read(db, PILATES)
    await read(db)
    clock.go(seconds=31)
    await read(db, in_page=True)
    await read(db, PILATES)
    await read(db, PILATES)
    assert await told(db) == ["gone", "back"]


async def test_a_clock_that_was_set_back_between_two_readings_makes_the_second_a_first(
    db: Database, clock: FakeClock
) -> None:
    await read(db, PILATES)
    await read(db)
    clock.go(minutes=-40)
    await read(db, in_page=True)
    assert await told(db) == []
    clock.go(seconds=31)
    await read(db, in_page=True)
    assert await told(db) == ["gone"]


async def test_what_a_worker_is_just_cancelling_is_nobodys_loss(db: Database, clock: FakeClock) -> None:
    await read(db, PILATES)
    await read(db)
    clock.go(seconds=31)
    await claimed(db, ActionType.CANCEL, PILATES)
    await read(db, in_page=True)
    assert (await statuses(db), await told(db)) == ([BookingStatus.CONFIRMED], [])


async def test_a_cancellation_that_found_nothing_has_the_list_read(db: Database) -> None:
    await read(db, PILATES)
    await db.settlement.settle(
        await claimed(db, ActionType.CANCEL, PILATES), outcomes.failed(NothingToCancel("not there"))
    )
    assert await statuses(db) == [BookingStatus.CONFIRMED]
    assert await db.claims.due()


async def test_who_asks_for_a_reading_does_not_wait_for_the_second_look(db: Database) -> None:
    await read(db, PILATES)
    await read(db)
    live = await db.requests.live_routine(ActionType.CHECK, GIULIA)
    assert live
    assert not await db.claims.due()
    assert await db.requests.adopt(live.id, GIULIA, 77)
    assert await db.claims.due()


# ----- the timetable


async def swap(db: Database, clock: FakeClock, *slots: Slot, began: timedelta = timedelta(0)) -> None:
    action = await claimed(db, ActionType.REFRESH)
    activities = tuple({each.activity.id: each.activity for each in slots}.values())
    await outcomes.refresh(db, action, Timetable(activities, (TUESDAY,), slots), clock() - began)


async def test_a_timetable_that_was_under_way_for_long_does_not_undo_a_newer_one(
    db: Database, clock: FakeClock
) -> None:
    full = Slot(GOLD, "a1", "YOGA", TUESDAY, time(20), time(21), places=0, status=SlotStatus.DISABLED)
    late = Slot(GOLD, "a2", "GAG", TUESDAY, time(21), time(22))
    await swap(db, clock, full, late)
    clock.go(seconds=5)
    await swap(db, clock, SLOT, began=timedelta(seconds=9))
    assert [each.slot.places for each in await db.catalogue.slots_on(TUESDAY)] == [0, None]
    clock.go(minutes=-40)  # a clock that was set back does not keep the old one for as long
    await swap(db, clock, SLOT)
    assert [each.slot.places for each in await db.catalogue.slots_on(TUESDAY)] == [3]


async def test_an_activity_that_is_missing_once_keeps_its_slots_until_a_second_reading_agrees(
    db: Database, clock: FakeClock
) -> None:
    other = Slot(Activity("8", "Bovisa - Corsi Fitness"), "b1", "TRX", TUESDAY, time(9), time(10))
    known = []
    for slots in ((SLOT, other), (other,), (SLOT, other), (other,), (other,)):
        await swap(db, clock, *slots)
        known.append([each.slot.course for each in await db.catalogue.slots_on(TUESDAY)])
        clock.go(seconds=31)
    assert known == [["TRX", "YOGA"], ["TRX", "YOGA"], ["TRX", "YOGA"], ["TRX", "YOGA"], ["TRX"]]
    assert [each.name for each in await db.catalogue.courses_on(1)] == ["TRX"]


async def test_the_card_of_a_booking_whose_name_on_the_site_changed_does_not_go_on_saying_booked(
    db: Database, clock: FakeClock
) -> None:
    action = await claimed(db, ActionType.BOOK, PILATES)
    await db.settlement.settle(action, outcomes.booked(PILATES, "seen"))
    await db.requests.set_card(action.id, 7)
    renamed = replace(PILATES, location="Giuriati - Corsi Platinum")
    await read(db, renamed)
    await cancel(db, renamed)
    rows = await db.connection.rows("SELECT action_id, message_id FROM notices WHERE kind = 'card'")
    assert [tuple(row) for row in rows] == [(action.id, 7)]


async def test_what_a_cancellation_looks_for_once_more_is_told_by_it_and_not_as_a_loss(
    db: Database, clock: FakeClock
) -> None:
    await read(db, PILATES)
    action = await claimed(db, ActionType.CANCEL, PILATES)
    await db.claims.pressing(action)
    await db.settlement.settle(action, looked_for_again(action, clock()))
    for seconds in (1, 32):
        clock.go(seconds=seconds)
        await read(db, in_page=True)
    assert (await statuses(db), await told(db)) == ([BookingStatus.CONFIRMED], [])
    again = await db.claims.claim("w", 60)
    assert again
    assert (again.id, again.pressed, again.absent_since is None) == (action.id, True, False)


async def test_a_reading_that_failed_in_between_does_not_count_among_the_two(db: Database, clock: FakeClock) -> None:
    async def next_claim() -> Action:
        clock.go(seconds=61)
        action = await db.claims.claim("w", 60)
        assert action
        return action

    first = await claimed(db, ActionType.CANCEL, PILATES)
    await db.settlement.settle(first, looked_for_again(first, clock()))
    second = await next_claim()
    assert second.absent_since
    await db.settlement.settle(second, outcomes.tried_again(clock(), SiteUnavailable("503")))
    third = await next_claim()
    assert third.absent_since is None
    await db.settlement.settle(third, looked_for_again(third, clock()))
    assert (await next_claim()).absent_since  # and its worker dies
    assert (await next_claim()).absent_since is None


MOVED = replace(PILATES, start=time(19, 30))
RENAMED = replace(PILATES, course="PILATES REFORMER")


@pytest.mark.parametrize("new", [MOVED, RENAMED])
async def test_a_held_class_that_the_site_changes_stays_one_booking_and_is_told_as_changed(
    db: Database, clock: FakeClock, new: Booking
) -> None:
    action = await claimed(db, ActionType.BOOK, PILATES)
    await db.settlement.settle(action, outcomes.booked(PILATES, "seen"))
    await db.requests.set_card(action.id, 7)
    await read(db, YOGA, PILATES)
    before = (await db.bookings.held(GIULIA, TUESDAY))[0]
    await read(db, YOGA, new)
    clock.go(seconds=31)
    await read(db, YOGA, new, in_page=True)
    first, second = await db.bookings.held(GIULIA, TUESDAY)
    assert (first.id, first.booking, second.booking) == (before.id, new, YOGA)
    assert (first.was, first.calendar_id, first.sequence) == (PILATES.ref, before.calendar_id, before.sequence + 1)
    assert await told(db) == ["moved"]
    assert len(await db.connection.rows("SELECT 1 FROM notices WHERE kind = 'card'")) == 1
    assert await statuses(db) == ["confirmed", "confirmed"]


async def test_what_was_booked_by_us_or_held_before_is_not_what_a_lost_class_became(
    db: Database, clock: FakeClock
) -> None:
    await read(db, PILATES)
    await book(db, MOVED)
    await read(db, MOVED)
    clock.go(seconds=31)
    await read(db, MOVED, in_page=True)
    assert await told(db) == ["gone"]
    assert await statuses(db) == ["gone", "confirmed"]


async def test_of_two_new_classes_nobody_knows_which_one_a_lost_class_became(db: Database, clock: FakeClock) -> None:
    later = replace(PILATES, start=time(21))
    await read(db, PILATES)
    await read(db, MOVED, later)
    clock.go(seconds=31)
    await read(db, MOVED, later, in_page=True)
    assert await told(db) == ["gone"]

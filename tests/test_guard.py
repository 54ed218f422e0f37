"""The guard: what is held is reminded of once, while it can still be given back without penalty."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database
from domain.model import ActionType, NoticeKind
from domain.recurrence import PeriodicMode
from domain.requests import NewAction
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from tests.support.recurring import SUNDAY, TUESDAY, Life, rome, settings_of

REMINDED = [NoticeKind.REMINDER]


@pytest.fixture
def life(db: Database, tmp_path: Path, clock: FakeClock) -> Life:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return Life(db, settings_of(tmp_path), clock)


async def test_a_held_place_is_reminded_of_once_three_hours_before(life: Life) -> None:
    held = await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 14, 59)) == []
    assert await life.at(rome(TUESDAY, 15)) == REMINDED
    assert await life.at(rome(TUESDAY, 15, 30)) == []
    row = await life.db.connection.row("SELECT booking_row_id, user_id FROM notices WHERE kind = 'reminder'")
    assert row
    assert tuple(row) == (held.id, GIULIA)


async def test_who_wakes_late_reminds_late_while_the_place_can_be_given_back(life: Life) -> None:
    await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 15, 59)) == REMINDED


async def test_who_wakes_too_late_for_giving_back_does_not_remind(life: Life) -> None:
    await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 16)) == []
    assert await life.at(rome(TUESDAY, 18, 30)) == []


async def test_what_is_given_back_is_not_reminded_of(life: Life) -> None:
    held = await life.hold(TUESDAY)
    await life.db.requests.add(NewAction(ActionType.CANCEL, GIULIA, held.booking.ref, booking_id=held.booking_id))
    assert await life.at(rome(TUESDAY, 15)) == []


@pytest.mark.parametrize("status", ["cancelled", "gone", "past"])
async def test_what_is_not_held_any_more_is_not_reminded_of(life: Life, status: str) -> None:
    await life.hold(TUESDAY)
    await life.db.connection.write("UPDATE user_bookings SET status = :status", {"status": status})
    assert await life.at(rome(TUESDAY, 15)) == []


async def test_what_is_booked_again_is_reminded_of_again(life: Life) -> None:
    await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 15)) == REMINDED
    await life.db.connection.write("UPDATE user_bookings SET status = 'cancelled'")
    await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 15, 30)) == [NoticeKind.BACK, *REMINDED]


async def test_a_row_typed_by_hand_is_reminded_of_too(life: Life) -> None:
    await life.db.connection.write(
        "INSERT INTO user_bookings (user_id, booking_date, booking_time, status)"
        " VALUES (42, '2026-11-24', '18:00-18:55', 'booked')"
    )
    assert await life.at(rome(TUESDAY, 15)) == REMINDED


async def test_who_may_no_longer_use_the_bot_hears_nothing(life: Life) -> None:
    await life.hold(TUESDAY)
    await life.db.connection.write("UPDATE accounts SET active = 0")
    assert await life.at(rome(TUESDAY, 15)) == []


async def test_an_automatic_booking_is_reminded_of(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SUNDAY, 9))
    await life.book()
    assert await life.at(rome(TUESDAY, 15)) == REMINDED


async def test_who_was_just_told_of_a_booking_is_reminded_of_it_only_later(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(TUESDAY, 15, 20))
    await life.book()
    assert await life.at(rome(TUESDAY, 15, 30)) == []
    assert await life.at(rome(TUESDAY, 15, 36)) == REMINDED


async def test_what_was_confirmed_late_is_not_asked_about_again(life: Life) -> None:
    periodic = await life.make(PeriodicMode.HOLD)
    await life.at(rome(TUESDAY, 16, 30))  # woke when a place could not be given back any more: asks before it books
    booking = life.recurrence.booking(periodic, TUESDAY, (), life.clock())
    assert await life.db.confirmations.confirm(await life.question(), TUESDAY, booking)
    await life.book()
    assert await life.at(rome(TUESDAY, 16, 40)) == []
    assert await life.at(rome(TUESDAY, 17, 30)) == []


async def test_a_class_early_in_the_morning_is_reminded_of_the_evening_before(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    life = Life(db, settings_of(tmp_path, reminder_hours=12), clock)
    await life.hold(TUESDAY, time(7))
    assert await life.at(rome(TUESDAY - timedelta(days=1), 18, 59)) == []
    assert await life.at(rome(TUESDAY - timedelta(days=1), 19)) == REMINDED


async def test_a_reminder_set_too_late_comes_while_the_place_can_be_given_back(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    life = Life(db, settings_of(tmp_path, reminder_hours=1, free_cancel_hours=4), clock)
    await life.hold(TUESDAY)
    assert await life.at(rome(TUESDAY, 12, 59)) == []
    assert await life.at(rome(TUESDAY, 13)) == REMINDED


async def test_people_are_reminded_each_of_their_own(life: Life) -> None:
    await life.hold(TUESDAY)
    await life.hold(TUESDAY, time(18, 30), "YOGA")
    await life.at(rome(TUESDAY, 15, 30))
    rows = await life.db.connection.rows("SELECT booking_row_id FROM notices WHERE kind = 'reminder' ORDER BY id")
    assert [row[0] for row in rows] == [1, 2]

"""The mode `hold` next to a place the person booked by hand: it is never asked about, and never given back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database
from domain.model import ActionType, Booking, NoticeKind
from domain.recurrence import PeriodicChoice, PeriodicMode
from domain.requests import NewAction
from store.bookings import mark_confirmed
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.recurring import SUNDAY, TUESDAY, Life, rome, settings_of

LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
BY_HAND = Booking("YOGA", "Giuriati", TUESDAY, time(19, 30), 60)


async def test_a_place_booked_by_hand_is_not_taken_for_the_one_that_is_held(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    life = Life(db, settings_of(tmp_path), clock)
    await life.make(PeriodicMode.HOLD, 1, time(18), LATER)
    await life.at(rome(SUNDAY - timedelta(days=1), 23))
    await life.book()
    await db.connection.transact(lambda tx: mark_confirmed(tx, GIULIA, BY_HAND, clock()))
    await db.connection.write("UPDATE booking_actions SET won_choice = 1")  # counted in a shortened list, once
    assert await life.at(rome(TUESDAY, 15)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).scheduled_for == rome(TUESDAY, 18)
    assert await life.at(rome(TUESDAY, 15, 55)) == [NoticeKind.EXPIRED]
    assert await life.at(rome(TUESDAY, 16, 30)) == [NoticeKind.REMINDER]  # of the one booked by hand
    [cancelling] = await life.actions(ActionType.CANCEL)
    assert cancelling.class_ref.start == time(18)


@pytest.mark.parametrize("told_apart", [True, False], ids=["another kind", "the site does not say the kind"])
async def test_a_held_place_that_was_swapped_by_hand_for_another_at_the_same_hour_is_not_on_trial(
    db: Database, tmp_path: Path, clock: FakeClock, told_apart: bool
) -> None:
    """The booking_id of both is the same: it does not tell the kind of class."""
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    life = Life(db, settings_of(tmp_path), clock)
    await life.make(PeriodicMode.HOLD)
    await life.at(rome(SUNDAY - timedelta(days=1), 23))
    held = await life.book()
    if told_apart:
        await db.connection.write("UPDATE user_bookings SET course_type = 'Corsi Platinum'")
        await db.connection.write("UPDATE booking_actions SET course_type = 'Corsi Platinum'")
    gold = Booking(held.booking.course, "Giuriati", TUESDAY, time(18), 55, "Corsi Gold" if told_apart else "")
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, gold.ref, replaces_row_id=held.id))
    swap = await db.claims.claim("w", 60)
    assert swap
    await db.claims.gave_up(swap, held.booking.ref)
    await db.settlement.settle(swap, outcomes.booked(gold, "seen"))
    assert len(await db.bookings.held(GIULIA, TUESDAY)) == 1
    assert NoticeKind.CONFIRMATION not in await life.at(rome(TUESDAY, 15))
    assert await life.at(rome(TUESDAY, 15, 56)) == []
    assert await life.actions(ActionType.CANCEL) == []

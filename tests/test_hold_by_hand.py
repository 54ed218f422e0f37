"""The mode `hold` next to a place the person booked by hand: it is never asked about, and never given back."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from database import Database
from model import ActionType, Booking, NoticeKind, PeriodicChoice, PeriodicMode
from store.bookings import mark_confirmed
from tests.conftest import GIULIA, Time
from tests.recurring import SUNDAY, TUESDAY, Life, rome, settings_of

LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
BY_HAND = Booking("YOGA", "Giuriati", TUESDAY, time(19, 30), 60)


async def test_a_place_booked_by_hand_is_not_taken_for_the_one_that_is_held(
    db: Database, tmp_path: Path, clock: Time
) -> None:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    life = Life(db, settings_of(tmp_path), clock)
    await life.make(PeriodicMode.HOLD, 1, time(18), LATER)
    await life.at(rome(SUNDAY - timedelta(days=1), 23))
    await life.book()
    async with db.connection.transaction() as tx:
        await mark_confirmed(tx, GIULIA, BY_HAND, clock())
    await db.connection.write("UPDATE booking_actions SET won_choice = 1")  # counted in a shortened list, once
    assert await life.at(rome(TUESDAY, 15)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).scheduled_for == rome(TUESDAY, 18)
    assert await life.at(rome(TUESDAY, 15, 55)) == [NoticeKind.EXPIRED]
    assert await life.at(rome(TUESDAY, 16, 30)) == [NoticeKind.REMINDER]  # of the one booked by hand
    [cancelling] = await life.actions(ActionType.CANCEL)
    assert cancelling.start == time(18)

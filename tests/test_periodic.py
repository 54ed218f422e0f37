"""Recurring bookings: each date is dealt with once, asked in time, and never booked unasked."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from database import Database
from domain.errors import AppError, Blocked, ConfigError, OtpError, OtpRejected, SiteChanged
from domain.model import Action, ActionStatus, ActionType, Booking, ClassRef, NoticeKind
from domain.recurrence import ConfirmationOutcome
from domain.requests import NewAction
from periodic_executor import Executor
from runtime.settings import Settings
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of

TUESDAY = date(2026, 11, 24)
PLACE = Booking("PILATES", "Giuriati", TUESDAY, time(18), 55)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture
def executor(db: Database, settings: Settings, clock: FakeClock) -> Executor:
    return Executor(db, settings, clock)


def by_hand(tmp_path: Path, asks: int) -> None:
    """A row with the given columns alone: pilates on Tuesdays at 18:00."""
    with sqlite3.connect(tmp_path / "polimisport.db") as shell:
        shell.execute(
            "INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot,"
            " requires_confirmation, active, created_at) VALUES (42, 'mia', 'Giuriati', 'PILATES', 1, '18:00', ?, 1,"
            " '2026-11-01 10:00:00')",
            (asks,),
        )
    shell.close()


async def bookings(db: Database) -> list[Action]:
    return [action for action in await db.requests.latest(GIULIA, 10) if action.type is ActionType.BOOK]


async def kinds(db: Database) -> list[str]:
    return [row["kind"] for row in await db.connection.rows("SELECT kind FROM notices ORDER BY id")]


async def test_an_automatic_one_waits_in_the_queue_for_its_opening(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=0)
    clock.now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # the morning before Tuesday's opening
    await executor.step()
    await executor.step()
    [action] = await bookings(db)
    assert action.wish == ClassRef("PILATES", "Giuriati", TUESDAY, time(18))
    assert action.opens_at == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert action.run_at == action.rehearse_at == datetime(2026, 11, 21, 19, 0, tzinfo=UTC)  # 20:00 in Rome


async def test_an_automatic_one_after_its_opening_is_booked_at_once(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=0)
    await executor.step()
    [action] = await bookings(db)
    assert action.run_at == clock()


async def test_the_question_is_sent_one_hour_before_and_once(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=1)
    clock.now = datetime(2026, 11, 24, 15, 59, tzinfo=UTC)
    await executor.step()
    assert await kinds(db) == []
    clock.go(minutes=1)
    await executor.step()
    await executor.step()
    assert await kinds(db) == [NoticeKind.CONFIRMATION]
    assert await bookings(db) == []


async def test_what_is_not_confirmed_is_skipped_and_told(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=1)
    clock.now = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    await executor.step()
    clock.go(minutes=55)
    await executor.step()
    await executor.step()
    assert await kinds(db) == [NoticeKind.CONFIRMATION, NoticeKind.EXPIRED]
    assert await bookings(db) == []


async def test_what_is_confirmed_by_hand_is_queued(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=1)
    clock.now = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    await executor.step()
    await db.connection.write("UPDATE pending_confirmations SET confirmed = 1")
    clock.go(minutes=58)
    await executor.step()
    [action] = await bookings(db)
    confirmation = await db.confirmations.find(1)
    assert (action.status, action.run_at) == (ActionStatus.PENDING, clock())
    assert confirmation
    assert confirmation.outcome is ConfirmationOutcome.CONFIRMED


async def test_a_date_slept_through_is_told_and_not_booked(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=1)
    clock.now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    await executor.step()
    await executor.step()
    assert await kinds(db) == [NoticeKind.MISSED]
    assert await bookings(db) == []


async def test_a_paused_one_does_nothing(db: Database, executor: Executor, clock: FakeClock, tmp_path: Path) -> None:
    by_hand(tmp_path, asks=0)
    assert await db.series.set_active(1, GIULIA, active=False)
    await executor.step()
    assert await bookings(db) == []


async def test_a_booking_queued_by_hand_serves_for_the_periodic_one(
    db: Database, executor: Executor, clock: FakeClock, tmp_path: Path
) -> None:
    by_hand(tmp_path, asks=0)
    await executor.step()
    [action] = await bookings(db)
    await db.connection.write("DELETE FROM occurrences")
    await executor.step()
    [occurrence] = await db.occurrences.since(TUESDAY)
    assert occurrence.action_id == action.id


def test_a_question_that_nobody_could_answer_in_time_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"confirmation\.deadline_minutes"):
        settings_of(tmp_path, confirmation={"lead_minutes": 5, "deadline_minutes": 5})


async def test_routine_work_is_queued_once_and_again_when_it_is_due(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await executor.step()
    await executor.step()
    rows = await db.connection.rows("SELECT action_type, user_id FROM booking_actions ORDER BY id")
    assert [(row["action_type"], row["user_id"]) for row in rows] == [("refresh", 42), ("check", 42), ("check", 43)]
    await db.connection.write(
        "UPDATE booking_actions SET status = 'completed', completed_at = created_at WHERE action_type <> ''"
    )
    clock.go(minutes=59)
    await executor.step()
    assert len(await db.connection.rows("SELECT 1 FROM booking_actions")) == 3
    clock.go(minutes=1)
    await executor.step()
    assert len(await db.connection.rows("SELECT 1 FROM booking_actions")) == 5


async def checks(db: Database) -> int:
    rows = await db.connection.rows("SELECT 1 FROM booking_actions WHERE action_type = 'check' AND user_id = 42")
    return len(rows)


async def test_what_was_booked_is_read_once_more_a_minute_later_in_case_the_site_undoes_it(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await executor.step()
    await db.connection.write("UPDATE booking_actions SET status = 'completed', completed_at = created_at")
    clock.go(minutes=5)
    booking = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, PLACE.ref), "w", 60)
    assert booking
    await db.settlement.settle(booking, outcomes.booked(PLACE))

    clock.go(seconds=59)
    await executor.step()
    assert await checks(db) == 1
    clock.go(seconds=1)
    due = await executor.step()
    assert await checks(db) == 2
    assert due
    await db.connection.write("UPDATE booking_actions SET status = 'completed', completed_at = created_at")
    clock.go(minutes=10)
    await executor.step()
    assert await checks(db) == 2


async def six_hours(db: Database, executor: Executor, clock: FakeClock, error: AppError) -> int:
    """Executor and a worker for whom the site always answers the same. Returns how often it was asked."""
    asked, end = 0, clock() + timedelta(hours=6)
    while clock() < end:
        await executor.step()
        while (action := await db.claims.claim("w", 60)) is not None:
            await db.settlement.settle(action, outcomes.failed(error))
            asked += 1
        clock.go(minutes=1)
    return asked


@pytest.mark.parametrize("error", [OtpRejected("refused twice"), OtpError("no secret"), Blocked("captcha")])
async def test_an_account_that_is_turned_away_is_told_once_and_left_in_peace(
    db: Database, executor: Executor, clock: FakeClock, error: AppError
) -> None:
    await db.connection.write("UPDATE accounts SET active = 0 WHERE user_id <> 42")
    assert await six_hours(db, executor, clock, error) <= 6
    assert await kinds(db) == ["result"]


async def test_a_changed_site_is_told_once_for_each_kind_of_work_and_asked_ever_more_seldom(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await db.connection.write("UPDATE accounts SET active = 0 WHERE user_id <> 42")
    assert await six_hours(db, executor, clock, SiteChanged("another page")) <= 12
    assert await kinds(db) == ["result", "result"]


async def test_after_a_success_the_same_trouble_is_told_again(db: Database, clock: FakeClock) -> None:
    for succeeds in (False, False, True, False):
        clock.go(hours=1)
        await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
        action = await db.claims.claim("w", 60)
        assert action
        if succeeds:
            await outcomes.sync(db, action, [], ZoneInfo("Europe/Rome"))
        else:
            await db.settlement.settle(action, outcomes.failed(Blocked("captcha")))
    assert await kinds(db) == ["result", "result"]


async def test_what_a_person_asked_for_is_told_each_time_it_fails(db: Database, clock: FakeClock) -> None:
    for _ in range(2):
        await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
        action = await db.claims.claim("w", 60)
        assert action
        await db.settlement.settle(action, outcomes.failed(Blocked("captcha")))
    assert await kinds(db) == ["result", "result"]


async def test_what_a_booking_failed_with_is_not_told_again_by_the_reading_after_it(
    db: Database, clock: FakeClock
) -> None:
    wish = ClassRef("PILATES", "Giuriati", date(2026, 11, 24), time(18))
    booking = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, wish), "w", 60)
    assert booking
    await db.settlement.settle(booking, outcomes.failed(SiteChanged("another page")))
    for minutes in (1, 90):
        clock.go(minutes=minutes)
        reading = await db.claims.add_claimed(NewAction(ActionType.CHECK, GIULIA, quiet=True), "w", 60)
        assert reading
        await db.settlement.settle(reading, outcomes.failed(SiteChanged("another page")))
    assert await kinds(db) == ["result"]

"""Who logs in by hand is looked after: their session is used each hour, and its end is told while there is time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database
from domain.errors import LoginNeeded
from domain.model import PREPARE, ActionType, ClassRef, Role
from domain.people import Person
from domain.requests import NewAction
from periodic.routine import CHECK_EVERY, LOOK_BEFORE_OPENING
from periodic_executor import Executor
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of
from tests.support.sites import ROME

OWNER = 42


async def kinds(db: Database) -> list[str]:
    rows = await db.connection.rows("SELECT kind FROM notices ORDER BY id")
    return [row["kind"] for row in rows]


@pytest.fixture
def executor(db: Database, tmp_path: Path, clock: FakeClock) -> Executor:
    return Executor(db, settings_of(tmp_path, login="by_hand", password=None, otpatu=None), clock)


async def outcome(db: Database, clock: FakeClock, error: LoginNeeded | None) -> list[datetime]:
    """Ends every look that waits, as the worker does; when they began."""
    ended = []
    while action := await db.claims.claim("test", 60):
        ended.append(action.created_at)
        if error is None:
            await outcomes.sync(db, action, [], ROME)
        else:
            await outcomes.reject(db, OWNER, error, clock(), tell=action.quiet)
            await db.settlement.settle(action, outcomes.failed(error))
    return ended


async def test_a_session_is_used_each_hour_day_and_night_whatever_fails(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await db.people.set([Person(OWNER, Role.OWNER, "g")])
    looks: list[datetime] = []
    for quarter in range(24 * 4):
        await executor.step()
        ended = LoginNeeded("it has ended") if 20 < quarter < 50 else None
        looks += await outcome(db, clock, ended)
        clock.go(minutes=15)
    gaps = [after - before for before, after in zip(looks, looks[1:], strict=False) if after > before]
    assert max(gaps) <= CHECK_EVERY + timedelta(minutes=15)


async def test_before_each_opening_it_is_told_again_while_there_is_time(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await db.people.set([Person(OWNER, Role.OWNER, "g")])
    opens = clock() + timedelta(hours=10)
    for hour in (18, 19):  # two classes that open together
        wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(hour))
        await db.requests.add(NewAction(ActionType.BOOK, OWNER, wish, run_at=opens - PREPARE, opens_at=opens))
    told: list[datetime] = []
    while clock() < opens - PREPARE:
        await executor.step()
        before = len(await kinds(db))
        await outcome(db, clock, LoginNeeded("it has ended"))
        await executor.step()
        told += [clock()] * (len(await kinds(db)) - before)
        clock.go(minutes=10)
    assert await kinds(db) == ["login_rejected", "login_due"]
    assert opens - told[1] >= timedelta(hours=3)
    assert opens - told[1] <= LOOK_BEFORE_OPENING


async def test_a_session_that_ends_hours_before_an_opening_is_told_once_not_twice(
    db: Database, executor: Executor, clock: FakeClock
) -> None:
    await db.people.set([Person(OWNER, Role.OWNER, "g")])
    opens = clock() + LOOK_BEFORE_OPENING + timedelta(minutes=30)
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, wish, run_at=opens - PREPARE, opens_at=opens))
    await executor.step()
    await outcome(db, clock, None)
    clock.go(minutes=31)  # before the hour is over: the look is for the opening
    for _ in range(6):
        await executor.step()
        await outcome(db, clock, LoginNeeded("it has ended"))
        clock.go(minutes=10)
    assert await kinds(db) == ["login_rejected"]


async def test_whose_session_lives_hears_nothing(db: Database, executor: Executor, clock: FakeClock) -> None:
    await db.people.set([Person(OWNER, Role.OWNER, "g")])
    opens = clock() + timedelta(hours=6)
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, wish, run_at=opens - PREPARE, opens_at=opens))
    while clock() < opens - PREPARE:
        await executor.step()
        await outcome(db, clock, None)
        clock.go(minutes=20)
    assert await kinds(db) == []

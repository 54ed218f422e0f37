"""Until when a worker may sleep: exactly until a claim would find something, unless somebody writes before."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from database import Database
from domain.errors import LoginBlocked
from domain.model import PREPARE, ActionType, ClassRef
from domain.requests import NewAction
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

YOGA = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
A_MOMENT = timedelta(milliseconds=1)
STUCK = LoginBlocked("the login stops at a page")


async def is_due_then_and_not_before(db: Database, clock: FakeClock) -> bool:
    """Whether what next_due says is the first moment at which a claim finds something."""
    moment = await db.claims.next_due(clock())
    assert moment is not None
    clock.now = moment - A_MOMENT
    before = await db.claims.due()
    clock.now = moment
    return await db.claims.due() and not before


async def test_an_empty_queue_is_never_due(db: Database, clock: FakeClock) -> None:
    assert await db.claims.next_due(clock()) is None


async def test_an_action_for_later_is_due_at_its_time(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, run_at=clock() + timedelta(minutes=5)))
    await db.requests.add(NewAction(ActionType.CHECK, MARCO, run_at=clock() + timedelta(minutes=3)))
    assert await is_due_then_and_not_before(db, clock)
    assert await db.claims.next_due(clock()) == clock() + timedelta(minutes=2)


async def test_a_held_action_is_due_when_its_lease_runs_out(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await db.claims.claim("somebody", 60)
    assert await is_due_then_and_not_before(db, clock)


async def test_an_action_of_an_account_that_waits_is_due_with_the_account(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await outcomes.pause(db, GIULIA, STUCK, lambda _: timedelta(minutes=10), clock())
    assert await is_due_then_and_not_before(db, clock)


async def test_a_booking_is_due_near_its_opening_though_its_account_waits(db: Database, clock: FakeClock) -> None:
    opens = clock() + PREPARE + timedelta(minutes=5)
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, YOGA, run_at=clock(), opens_at=opens))
    await outcomes.pause(db, GIULIA, STUCK, lambda _: timedelta(hours=1), clock())
    assert await is_due_then_and_not_before(db, clock)


async def test_a_time_typed_by_hand_that_is_none_is_waited_for_by_nobody(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await db.connection.write("UPDATE booking_actions SET run_at = 'tomorrow'")
    assert await db.claims.next_due(clock()) is None

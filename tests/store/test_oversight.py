"""What whoever keeps the machine sees of everybody's rows, and what they may do with them."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from database import Database
from domain.errors import LoginBlocked, SiteUnavailable
from domain.model import BY_OWNER, ActionStatus, ActionType, ClassRef, NoticeKind
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.oversight import STUCK
from domain.requests import NewAction
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

YOGA = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
BOOK, CHECK = ActionType.BOOK, ActionType.CHECK
PENDING, PROCESSING = ActionStatus.PENDING, ActionStatus.PROCESSING


async def told(db: Database, user_id: int) -> list[str]:
    rows = await db.connection.rows("SELECT kind FROM notices WHERE user_id = :user ORDER BY id", {"user": user_id})
    return [row["kind"] for row in rows]


async def test_what_nobody_takes_up_is_stuck_after_five_minutes(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(CHECK, GIULIA))
    asked = clock()
    clock.now += STUCK
    queue = await db.oversight.queue()
    assert (queue.size, queue.due, queue.oldest_due) == (1, 1, asked)
    assert not queue.is_stuck(clock())
    clock.go(seconds=1)
    assert queue.is_stuck(clock())


async def test_what_waits_with_its_account_is_held_up_and_not_stuck(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(CHECK, GIULIA))
    await outcomes.pause(db, GIULIA, LoginBlocked("a page"), lambda _: timedelta(hours=1), clock())
    clock.go(minutes=10)
    queue = await db.oversight.queue()
    assert (queue.due, queue.held_up, queue.oldest_due) == (0, 1, None)
    assert not queue.is_stuck(clock())


async def test_a_lease_that_ran_out_is_counted(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(CHECK, GIULIA))
    assert await db.claims.claim("worker", 60)
    clock.go(seconds=61)
    queue = await db.oversight.queue()
    assert queue.lost_leases == 1
    assert queue.live == {(CHECK, PROCESSING): 1}


async def test_everybodys_openings_of_tonight_come_the_soonest_first(db: Database, clock: FakeClock) -> None:
    tonight = clock() + timedelta(hours=12)
    later = await db.requests.add(NewAction(BOOK, GIULIA, YOGA, opens_at=tonight + timedelta(minutes=5)))
    first = await db.requests.add(NewAction(BOOK, MARCO, YOGA, opens_at=tonight))
    await db.requests.add(NewAction(BOOK, MARCO, ClassRef("ZUMBA", "Bovisa", YOGA.day, YOGA.start)))
    found = await db.oversight.openings(timedelta(hours=1), timedelta(days=1), 10)
    assert [each.action.id for each in found] == [first.id, later.id]


async def test_an_opening_tells_when_it_was_read_back_and_how_its_shots_went(db: Database, clock: FakeClock) -> None:
    action = await db.requests.add(NewAction(BOOK, GIULIA, YOGA))
    claimed = await db.claims.claim("worker", 60)
    assert claimed
    shots = tuple(Shot(0, 0.0, 0.0, 0.1, each) for each in (ShotOutcome.EARLY, ShotOutcome.FULL, ShotOutcome.FULL))
    error = SiteUnavailable("gone")
    error.opening = OpeningReport(clock(), shots=shots, seen=0.25)
    await db.settlement.settle(claimed, outcomes.failed(error))
    [raced] = await db.oversight.raced(clock() - timedelta(hours=1), 10)
    assert (raced.action.id, raced.read_back) == (action.id, 0.25)
    assert raced.shots == {ShotOutcome.EARLY: 1, ShotOutcome.FULL: 2}
    [finished] = await db.oversight.finished(clock() - timedelta(hours=1))
    assert (finished.id, finished.status, finished.read_back) == (action.id, ActionStatus.FAILED, 0.25)
    assert await db.oversight.finished_counts(clock() - timedelta(hours=1)) == {(BOOK, ActionStatus.FAILED): 1}


async def test_messages_that_wait_are_counted_by_person_without_those_nobody_can_take(
    db: Database, clock: FakeClock
) -> None:
    await db.people.tell_rejected(MARCO)
    await db.people.unreachable(MARCO, tell=True)
    outbox = await db.oversight.outbox()
    assert outbox.waiting == {NoticeKind.LOGIN_REJECTED: 1, NoticeKind.UNREACHABLE: 1}
    people = {each.user_id: each for each in await db.oversight.waiting_notices(10)}
    assert people[MARCO].unreachable_since == clock()
    assert outbox.oldest == people[GIULIA].oldest


async def test_accounts_in_trouble_come_first(db: Database, clock: FakeClock) -> None:
    assert [each.account.user_id for each in await db.oversight.accounts(10)] == [GIULIA, MARCO]
    await outcomes.pause(db, MARCO, LoginBlocked("a page"), lambda _: timedelta(hours=1), clock())
    assert [each.account.user_id for each in await db.oversight.accounts(10)] == [MARCO, GIULIA]
    counts = await db.oversight.account_counts()
    assert (counts.active, counts.paused, counts.rejected) == (2, 1, 0)


async def test_who_did_not_withdraw_their_booking_is_told_who_did(db: Database) -> None:
    action = await db.requests.add(NewAction(BOOK, MARCO, YOGA))
    withdrawn = await db.by_owner.withdraw(action.id, GIULIA)
    assert withdrawn
    assert withdrawn.status is ActionStatus.CANCELLED
    assert await told(db, MARCO) == [NoticeKind.PROGRESS, NoticeKind.OWNER_WITHDREW]
    assert await db.by_owner.withdraw(action.id, GIULIA) is None


async def test_a_try_that_waits_is_made_now_but_no_opening_is_hurried(db: Database, clock: FakeClock) -> None:
    waits = await db.requests.add(NewAction(CHECK, MARCO, run_at=clock() + timedelta(hours=1)))
    opens = clock() + timedelta(hours=12)
    opening = await db.requests.add(NewAction(BOOK, MARCO, YOGA, opens_at=opens, run_at=opens))
    assert await db.by_owner.try_now(waits.id)
    assert not await db.by_owner.try_now(opening.id)
    assert (await db.oversight.queue()).due == 1


async def test_a_reading_that_failed_is_done_again_but_no_booking_is_asked_for_anew(db: Database) -> None:
    for new in (NewAction(CHECK, MARCO), NewAction(BOOK, MARCO, YOGA)):
        action = await db.requests.add(new)
        claimed = await db.claims.claim("worker", 60)
        assert claimed
        await db.settlement.settle(claimed, outcomes.failed(SiteUnavailable("gone")))
        assert await db.by_owner.try_now(action.id) is (new.type is CHECK)
        if live := await db.requests.live_routine(CHECK, MARCO):
            await db.requests.withdraw(live.id, MARCO)


async def test_an_account_rests_until_the_owner_or_its_person_has_it_go_on(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(CHECK, MARCO))
    until = clock() + timedelta(hours=2)
    assert await db.by_owner.let_rest(MARCO, until, GIULIA)
    assert not await db.by_owner.let_rest(MARCO, clock() + timedelta(hours=1), GIULIA)
    assert await db.claims.claim("worker", 60) is None
    account = await db.people.find(MARCO)
    assert account
    assert account.pause
    assert (account.pause.kind, account.pause.until) == (BY_OWNER, until)
    assert NoticeKind.ACCOUNT_WAITS in await told(db, MARCO)
    assert await db.by_owner.end_rest(MARCO, GIULIA)
    assert (await told(db, MARCO))[-1] == NoticeKind.OWNER_RESUMED
    assert await db.claims.claim("worker", 60)
    assert not await db.by_owner.end_rest(MARCO, GIULIA)

"""Accounts that wait after a trouble of their own: claims leave them alone, they tell once, and go on by themselves."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.decide import is_near_opening
from database import Database
from domain.errors import Blocked, LoginBlocked
from domain.model import (
    PREPARE,
    ActionType,
    Booking,
    ClassRef,
    NoticeKind,
    OpeningRule,
    Role,
    WatchMode,
    stamp,
    utc_now,
)
from domain.people import Person
from domain.requests import NewAction
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

A_MINUTE = timedelta(minutes=1)
STUCK, FORBIDDEN = LoginBlocked("the login stops at a page"), Blocked("HTTP 403", status=403)


def a_minute(rests: int) -> timedelta:
    return A_MINUTE * (rests + 1)


async def test_what_belongs_to_an_account_that_waits_is_claimed_by_nobody(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    until = await outcomes.pause(db, GIULIA, STUCK, a_minute, clock())
    assert not await db.claims.due()
    assert await db.claims.claim("somebody", 60) is None
    others = await db.requests.add(NewAction(ActionType.CHECK, MARCO))
    claimed = await db.claims.claim("somebody", 60)
    assert claimed
    assert claimed.id == others.id
    clock.now = until
    assert await db.claims.due()


async def test_near_its_opening_a_booking_is_claimed_though_its_account_waits(db: Database, clock: FakeClock) -> None:
    await outcomes.pause(db, GIULIA, STUCK, lambda _: timedelta(hours=1), clock())
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, opens_at=clock.now + PREPARE))
    claimed = await db.claims.claim("somebody", 60)
    assert claimed
    assert claimed.id == action.id
    await db.settlement.settle(claimed, outcomes.tried_again(clock.now, STUCK))
    clock.go(minutes=10)
    assert not await db.claims.due()


async def test_an_account_waits_longer_each_time_and_tells_once_until_something_succeeds(
    db: Database, clock: FakeClock
) -> None:
    for minutes in (1, 2, 3):
        assert await outcomes.pause(db, GIULIA, STUCK, a_minute, clock()) == clock.now + minutes * A_MINUTE
        assert (
            await outcomes.pause(db, GIULIA, STUCK, a_minute, clock()) == clock.now + minutes * A_MINUTE
        )  # met by another action
        clock.go(minutes=minutes)
    assert [notice.kind for notice in await db.outbox.next_of_each()] == [NoticeKind.ACCOUNT_WAITS]
    action = await db.claims.add_claimed(NewAction(ActionType.CHECK, GIULIA), "somebody", 60)
    assert action
    await outcomes.pause(db, GIULIA, STUCK, a_minute, clock())
    await db.settlement.settle(action, outcomes.place_free("something succeeded"))
    account = await db.people.find(GIULIA)
    assert account
    assert account.pause is None
    assert await outcomes.pause(db, GIULIA, STUCK, a_minute, clock()) == clock.now + A_MINUTE
    rows = await db.connection.rows("SELECT count(*) FROM notices WHERE kind = 'account_waits'")
    assert rows[0][0] == 2


async def test_a_site_that_forbids_itself_to_two_accounts_is_left_alone_by_all(db: Database, clock: FakeClock) -> None:
    people = [Person(GIULIA, Role.OWNER, "g"), Person(MARCO, Role.FRIEND, "m"), Person(44, Role.FRIEND, "a")]
    await db.people.set(people)
    for_an_hour = await outcomes.pause(db, 44, STUCK, lambda _: timedelta(hours=1), clock())
    await outcomes.pause(db, GIULIA, FORBIDDEN, a_minute, clock())
    assert [bool(each.waits_until(clock.now)) for each in await db.people.all()] == [True, False, True]
    await outcomes.pause(db, MARCO, FORBIDDEN, a_minute, clock())
    waits = {each.user_id: each.waits_until(clock.now) for each in await db.people.all()}
    assert waits == {GIULIA: clock.now + A_MINUTE, MARCO: clock.now + A_MINUTE, 44: for_an_hour}


async def test_a_booking_made_while_all_wait_ends_the_waiting_of_its_account_alone(
    db: Database, clock: FakeClock
) -> None:
    people = [Person(GIULIA, Role.OWNER, "g"), Person(MARCO, Role.FRIEND, "m"), Person(44, Role.FRIEND, "a")]
    await db.people.set(people)
    wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(18))
    action = await db.claims.add_claimed(NewAction(ActionType.BOOK, 44, wish), "somebody", 60)
    assert action
    for user_id in (GIULIA, MARCO):
        await outcomes.pause(db, user_id, FORBIDDEN, a_minute, clock())
    assert all([each.waits_until(clock.now) for each in await db.people.all()])
    await db.settlement.settle(action, outcomes.booked(Booking("YOGA", "Giuriati", wish.day, time(18)), "booked"))
    assert [each.user_id for each in await db.people.all() if not each.waits_until(clock.now)] == [44]


async def test_a_booking_put_in_by_hand_is_let_on_near_its_opening_though_its_account_waits(
    db: Database, clock: FakeClock
) -> None:
    rule = OpeningRule(2, time(0), ZoneInfo("UTC"))
    clock.now = rule.opens_at(date(2026, 11, 24)) - A_MINUTE
    await db.connection.write(
        "INSERT INTO booking_actions (action_type, user_id, location, course_name, date, time_slot, created_at, run_at)"
        " VALUES ('book', :who, 'Giuriati', 'YOGA', :day, '18:00', :now, :now)",
        {"who": GIULIA, "day": "2026-11-24", "now": stamp(clock.now)},
    )
    await outcomes.pause(db, GIULIA, FORBIDDEN, lambda _: timedelta(hours=1), clock())
    assert not await db.claims.due()
    await db.openings.fill_in(rule)
    claimed = await db.claims.claim("somebody", 60)
    assert claimed
    assert claimed.opens_at == clock.now + A_MINUTE
    assert is_near_opening(claimed, clock.now)


@pytest.mark.parametrize("how", ["asked", "new credentials"])
async def test_who_asks_or_has_new_credentials_goes_on_at_once(db: Database, how: str) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await outcomes.pause(db, GIULIA, STUCK, a_minute, utc_now())
    if how == "asked":
        await db.pauses.end(GIULIA)
    else:
        await db.people.set([Person(GIULIA, Role.OWNER, "other"), Person(MARCO, Role.FRIEND, "m")])
    assert await db.claims.due()


async def test_what_was_due_during_a_pause_that_its_person_ends_is_late_only_from_then_on(
    db: Database, clock: FakeClock
) -> None:
    waits = await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    others = await db.requests.add(NewAction(ActionType.CHECK, MARCO))
    await outcomes.pause(db, GIULIA, STUCK, lambda _: timedelta(hours=1), clock())
    clock.go(minutes=10)

    await db.pauses.end(GIULIA, log_in=True)

    found = [await db.requests.find(each.id) for each in (waits, others)]
    assert [each.run_at for each in found if each] == [clock.now, others.run_at]


async def test_the_watches_of_an_account_that_waits_come_back_one_after_the_other(db: Database) -> None:
    for hour in range(8, 18):
        wish = ClassRef("YOGA", "Giuriati", date(2026, 11, 24), time(hour))
        await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, watch=WatchMode.BOOK))
    until = await outcomes.pause(db, GIULIA, STUCK, a_minute, utc_now())
    moments = {action.run_at for action in await db.requests.live(GIULIA)}
    assert len(moments) > 1
    assert min(moments) >= until

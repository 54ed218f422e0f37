"""What a person's first page is made of, and the sign by which it is known that something of it has changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from database import Database
from domain.errors import SlotFull
from domain.model import Action, ActionType, Booking, ClassRef, OpeningRule, WatchMode
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.recurrence import PeriodicMode
from domain.recurrence_rules import RecurrenceRules
from domain.requests import NewAction, NewPeriodic
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

TUESDAY = date(2026, 11, 24)
SUNDAY = "2026-11-22"
PILATES = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
YOGA = ClassRef("YOGA", "Giuriati", TUESDAY + timedelta(days=3), time(20))
HOUR = timedelta(hours=1)
RULES = RecurrenceRules(
    OpeningRule(2, time(0), ZoneInfo("Europe/Rome")), HOUR, timedelta(minutes=15), 4 * HOUR, 3 * HOUR, time(20)
)
OPENS = datetime(2026, 11, 21, 23, tzinfo=UTC)
WON = OpeningReport(OPENS, 0.8, 0.002, 0.03, 0.4, shots=(Shot(0, 0.006, -0.009, 0.021, ShotOutcome.ACCEPTED),))


async def booked(db: Database) -> Action:
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, PILATES.ref, opens_at=OPENS))
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.booked(PILATES, report=WON))
    return action


async def sign_of(db: Database, user_id: int = GIULIA) -> str:
    return (await db.signs.now([GIULIA, MARCO], SUNDAY)).own[user_id]


async def test_one_look_holds_what_is_held_under_way_and_planned_and_nothing_of_anybody_else(db: Database) -> None:
    raced = await booked(db)
    others = (ClassRef("GAG", "Giuriati", YOGA.day, time(19)),)
    waiting = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, YOGA, alternatives=others))
    await db.requests.add(NewAction(ActionType.BOOK, MARCO, YOGA))
    weekly = await db.series.add(NewPeriodic(GIULIA, "Zumba", "ZUMBA", "Giuriati", 3, time(19), PeriodicMode.AUTOMATIC))

    seen = await db.overviews.of(GIULIA, RULES)
    assert [held.booking for held in seen.held] == [PILATES]
    assert [action.id for action in seen.live] == [waiting.id]
    assert seen.alternatives == {waiting.id: others}
    assert [each.periodic for each in seen.series] == [weekly]
    assert [each.planned.day for each in seen.series[0].dates] == [date(2026, 11, 26), date(2026, 12, 3)]
    assert seen.last_opening
    assert (seen.last_opening.action.id, seen.last_opening.report) == (raced.id, WON)
    assert seen.sign == await sign_of(db)

    friends = await db.overviews.of(MARCO, RULES)
    assert (friends.held, friends.series, friends.last_opening) == ((), (), None)
    assert [one.report for one in await db.overviews.openings(GIULIA, 5)] == [WON]
    assert await db.overviews.openings(MARCO, 5) == []


async def test_a_question_is_seen_while_it_can_be_answered(db: Database, clock: FakeClock) -> None:
    weekly = await db.series.add(NewPeriodic(GIULIA, "Zumba", "ZUMBA", "Giuriati", 6, time(19), PeriodicMode.ASK_FIRST))
    starts = datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert await db.confirmations.ask(weekly, date(2026, 11, 22), starts, starts - timedelta(minutes=15))
    assert [each.planned.state for each in (await db.overviews.of(GIULIA, RULES)).series[0].dates][0] == "asked"
    [(asked, about)] = (await db.overviews.of(GIULIA, RULES)).questions
    assert about == weekly
    clock.now = asked.expires_at
    assert (await db.overviews.of(GIULIA, RULES)).questions == ()


async def test_a_date_tells_the_place_that_it_got(db: Database) -> None:
    weekly = await db.series.add(
        NewPeriodic(GIULIA, "", PILATES.course, "Giuriati", 1, time(18), PeriodicMode.AUTOMATIC)
    )
    assert await db.occurrences.queue(weekly, TUESDAY, RULES.booking(weekly, TUESDAY, [], OPENS))
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.booked(PILATES))
    first = (await db.overviews.of(GIULIA, RULES)).series[0].dates[0]
    assert first.is_held
    assert first.action
    assert first.action.id == action.id


async def test_the_sign_changes_with_what_the_person_is_shown_and_with_nothing_else(db: Database) -> None:
    signs = [await sign_of(db)]
    friends = await sign_of(db, MARCO)

    async def has_changed() -> None:
        signs.append(await sign_of(db))
        assert signs[-1] != signs[-2]

    await booked(db)
    await has_changed()
    action = await db.requests.add(NewAction(ActionType.BOOK, GIULIA, YOGA, watch=WatchMode.TELL))
    await has_changed()
    await db.claims.claim("w", 60)
    await has_changed()
    await db.settlement.settle(await _claimed(db, action.id), outcomes.failed(SlotFull("full")))
    await has_changed()
    weekly = await db.series.add(NewPeriodic(GIULIA, "", "ZUMBA", "Giuriati", 3, time(19), PeriodicMode.AUTOMATIC))
    await has_changed()
    await db.series.set_active(weekly.id, GIULIA, False)
    await has_changed()
    await db.holidays.add(GIULIA, TUESDAY, TUESDAY)
    await has_changed()
    assert await sign_of(db, MARCO) == friends
    await db.people.expect(GIULIA)
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    assert await sign_of(db) == signs[-1]


async def _claimed(db: Database, action_id: int) -> Action:
    found = await db.requests.find(action_id)
    assert found
    return found

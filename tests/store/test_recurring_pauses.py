"""What concerns the account: what recurs for its person waits until they say so, and nothing is lost without a word."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import AccountLimit, AppError, MembershipProblem, SlotFull, quote
from domain.model import Action, ActionStatus, ActionType
from domain.recurrence import PeriodicMode
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.recurring import SATURDAY, TUESDAY, Life, life, rome  # noqa: F401 - a fixture

pytestmark = pytest.mark.both_engines

A_WEEK = timedelta(weeks=1)
SPENT = AccountLimit(quote("Ingressi terminati"))


async def refuse(life: Life, error: AppError) -> Action:
    """The site refuses the first booking that waits."""
    await life.db.connection.write("UPDATE booking_actions SET run_at = '2000-01-01' WHERE status = 'pending'")
    action = await life.db.claims.claim("w", 60)
    assert action
    await life.db.settlement.settle(action, outcomes.failed(error))
    await life._listen()
    return action


async def test_a_refusal_about_the_account_stops_what_recurs_with_one_message(life: Life) -> None:
    for weekday in (1, 2, 3):
        await life.make(PeriodicMode.AUTOMATIC, weekday)
    await life.at(rome(SATURDAY, 23))
    await life.at(rome(SATURDAY + timedelta(days=1), 23))
    assert len(await life.db.requests.live(GIULIA)) == 3
    await refuse(life, SPENT)
    assert await life.db.requests.live(GIULIA) == []
    assert await life.at(rome(TUESDAY + A_WEEK, 12)) == []
    assert [kind for _, kind in life.told] == ["result"]
    pause = await life.db.recurring_pauses.find(GIULIA)
    assert pause
    assert (pause.kind, pause.words) == ("AccountLimit", "Ingressi terminati")


async def test_what_was_missed_meanwhile_is_told_when_it_goes_on_and_the_rest_is_planned_again(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23))
    await refuse(life, MembershipProblem(quote("Abbonamento scaduto")))
    life.clock.now = rome(TUESDAY + A_WEEK, 20)
    missed = await life.db.recurring_pauses.end(GIULIA, life.recurrence)
    assert missed is not None
    assert [each.day for each in missed] == [TUESDAY, TUESDAY + A_WEEK]
    assert await life.db.recurring_pauses.end(GIULIA, life.recurrence) is None
    await life.at(rome(SATURDAY + 2 * A_WEEK, 23))
    [live] = await life.db.requests.live(GIULIA)
    assert (live.class_ref.day, live.periodic_booking_id) == (TUESDAY + 2 * A_WEEK, mine.id)


async def test_a_date_that_was_refused_is_tried_again_when_its_person_mends_it_in_time(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23))
    await refuse(life, SPENT)
    life.clock.now = rome(TUESDAY, 9)
    assert await life.db.recurring_pauses.end(GIULIA, life.recurrence) == []
    await life.at(rome(TUESDAY, 9, 1))
    assert [each.class_ref.day for each in await life.db.requests.live(GIULIA)] == [TUESDAY]


@pytest.mark.parametrize("error", [SlotFull("full"), AppError("odd")])
async def test_a_refusal_about_the_slot_stops_nothing_else(life: Life, error: AppError) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23))
    await refuse(life, error)
    assert await life.db.recurring_pauses.find(GIULIA) is None


async def test_who_has_nothing_that_recurs_is_only_told_and_may_always_book_by_hand(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23))
    await refuse(life, SPENT)
    await life.db.connection.write(
        "INSERT INTO booking_actions (action_type, user_id, course_name, date, time_slot)"
        " VALUES ('book', :user, 'YOGA', '2026-11-26', '19:00')",
        {"user": GIULIA},
    )
    action = await refuse(life, SPENT)
    assert action.type is ActionType.BOOK
    assert [kind for _, kind in life.told] == ["result", "result"]
    row = await life.db.requests.find(action.id)
    assert row
    assert row.status is ActionStatus.FAILED

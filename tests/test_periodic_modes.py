"""The modes of a periodic booking that ask or book, rows by hand, and the preview: each date dealt with once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from domain.model import ActionStatus, ActionType, ClassRef, NoticeKind
from domain.recurrence import OccurrenceState, PeriodicChoice, PeriodicMode
from domain.requests import NewAction
from tests.conftest import GIULIA
from tests.support.recurring import SATURDAY, SUNDAY, TUESDAY, Life, held, life, rome, states  # noqa: F401 - a fixture

OPENING = rome(SUNDAY, 0)
CLASS = rome(TUESDAY, 18)
LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
PILATES = ClassRef("PILATES", "Giuriati", TUESDAY, time(18))


# --- ask first


async def test_what_is_confirmed_is_queued_at_once_with_its_alternatives(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST, 1, time(18), LATER)
    assert await life.at(rome(TUESDAY, 17)) == [NoticeKind.CONFIRMATION]
    choices = await life.db.series.alternatives(mine.id)
    booking = life.recurrence.booking(mine, TUESDAY, choices, life.clock())
    action = await life.db.confirmations.confirm(await life.question(), TUESDAY, booking)
    assert action
    assert (action.wish, action.run_at, action.rehearse_at) == (PILATES, life.clock(), None)
    assert await life.db.choices.alternatives(action.id) == [ClassRef("YOGA", "Giuriati", TUESDAY, time(19, 30))]


async def test_a_second_answer_changes_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17))
    question = await life.question()
    assert await life.db.confirmations.skip(question, TUESDAY)
    assert not await life.db.confirmations.skip(question, TUESDAY)
    assert (
        await life.db.confirmations.confirm(question, TUESDAY, life.recurrence.booking(mine, TUESDAY, [], CLASS))
        is None
    )
    assert await life.actions() == []
    assert await states(life) == {TUESDAY: OccurrenceState.SKIPPED}


async def test_nobody_is_asked_about_a_place_they_hold(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.hold(TUESDAY)
    assert NoticeKind.CONFIRMATION not in await life.at(rome(TUESDAY, 17))


# --- ask before the opening


async def test_before_the_opening_it_asks_and_then_waits_for_it(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_OPENING)
    assert await life.at(rome(SATURDAY, 22, 59)) == []
    assert await life.at(rome(SATURDAY, 23)) == [NoticeKind.CONFIRMATION]
    question = await life.question()
    assert question.expires_at == rome(SATURDAY, 23, 55)
    action = await life.db.confirmations.confirm(
        question, TUESDAY, life.recurrence.booking(mine, TUESDAY, [], life.clock())
    )
    assert action
    assert (action.opens_at, action.run_at < OPENING) == (OPENING, True)


async def test_before_the_opening_silence_is_no(life: Life) -> None:
    await life.make(PeriodicMode.ASK_OPENING)
    await life.at(rome(SATURDAY, 23))
    assert await life.at(rome(SATURDAY, 23, 55)) == [NoticeKind.EXPIRED]
    assert await life.at(rome(TUESDAY, 17)) == []
    assert await life.actions() == []


async def test_who_wakes_after_the_opening_asks_about_what_is_left(life: Life) -> None:
    await life.make(PeriodicMode.ASK_OPENING)
    assert await life.at(rome(SUNDAY, 9)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).expires_at == rome(TUESDAY, 17, 55)


# --- automatic


async def test_automatic_waits_for_the_opening_with_a_rehearsal_the_evening_before(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC, 1, time(18), LATER)
    await life.at(rome(SATURDAY, 12))
    [action] = await life.actions()
    assert (action.opens_at, action.rehearse_at) == (OPENING, rome(SATURDAY, 20))
    assert len(await life.db.choices.alternatives(action.id)) == 1


async def test_automatic_does_not_book_what_is_held(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.hold(TUESDAY)
    await life.at(rome(SUNDAY, 9))
    assert await life.actions() == []


async def test_a_place_that_is_just_being_given_back_is_not_booked_again(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.db.requests.add(NewAction(ActionType.CANCEL, GIULIA, PILATES))
    await life.at(rome(SUNDAY, 9))
    assert await life.actions() == []
    assert await states(life) == {TUESDAY: OccurrenceState.SKIPPED}


# --- rows by hand


@pytest.mark.parametrize(
    ("mode", "asks", "meant"),
    [
        (None, 1, PeriodicMode.ASK_FIRST),
        (None, 0, PeriodicMode.AUTOMATIC),
        ("hold", 1, PeriodicMode.HOLD),
        ("hold", 0, PeriodicMode.AUTOMATIC),
        ("automatic", 1, PeriodicMode.ASK_FIRST),
        ("ask_opening", 1, PeriodicMode.ASK_OPENING),
    ],
)
async def test_the_given_column_decides_where_the_mode_contradicts_it(
    life: Life, mode: str | None, asks: int, meant: PeriodicMode
) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.db.connection.write(
        "UPDATE periodic_bookings SET mode = :mode, requires_confirmation = :asks", {"mode": mode, "asks": asks}
    )
    found = await life.db.series.find(mine.id)
    assert found
    assert found.mode is meant
    await life.at(rome(SATURDAY, 12))
    booked_unasked = meant in (PeriodicMode.HOLD, PeriodicMode.AUTOMATIC)
    assert bool(await life.actions()) is booked_unasked


async def test_a_row_that_cannot_be_read_keeps_nobody_waiting(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.AUTOMATIC, 1, time(9))
    await life.db.connection.write("UPDATE periodic_bookings SET created_at = 'yesterday' WHERE id = 1")
    await life.at(rome(SATURDAY, 12))
    assert [action.class_ref.start for action in await life.actions()] == [time(9)]


async def test_nothing_is_booked_for_who_may_no_longer_use_the_bot(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.db.connection.write("UPDATE accounts SET active = 0")
    await life.at(rome(SATURDAY, 12))
    assert await life.actions() == []


async def test_what_is_paused_by_hand_is_withdrawn(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    await life.db.connection.write("UPDATE periodic_bookings SET active = 0")
    await life.at(rome(SATURDAY, 12, 1))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]


# --- the preview


async def test_the_preview_says_what_happens_to_the_next_four_dates(life: Life) -> None:
    mine = await life.make(PeriodicMode.HOLD)
    await life.at(rome(SATURDAY, 12))
    [action] = await life.actions()
    weeks = [TUESDAY + timedelta(weeks=week) for week in range(4)]
    await life.db.occurrences.skip(mine.id, GIULIA, weeks[1])
    await life.db.holidays.add(GIULIA, weeks[2], weeks[2])
    planned = await life.db.series.preview(mine.id, GIULIA, SATURDAY, recurrence=life.recurrence)
    assert [each.day for each in planned] == weeks
    assert [each.state for each in planned] == [OccurrenceState.QUEUED, OccurrenceState.SKIPPED, None, None]
    assert [each.holiday for each in planned] == [False, False, True, False]
    assert [each.action_id for each in planned] == [action.id, None, None, None]
    assert [each.acts_at for each in planned] == [OPENING, None, None, rome(date(2026, 12, 13), 0)]


async def test_the_preview_of_what_asks_says_when(life: Life) -> None:
    first = await life.make(PeriodicMode.ASK_FIRST)
    opening = await life.make(PeriodicMode.ASK_OPENING, 1, time(9))
    for mine, moment in ((first, rome(TUESDAY, 17)), (opening, rome(SATURDAY, 23))):
        planned = await life.db.series.preview(mine.id, GIULIA, SATURDAY, 1, life.recurrence)
        assert [each.acts_at for each in planned] == [moment]


async def test_the_preview_of_what_is_held_says_when_it_is_asked_about(life: Life) -> None:
    mine = await held(life)
    life.clock.now = rome(SUNDAY, 9)
    [planned] = await life.db.series.preview(mine.id, GIULIA, SUNDAY, 1, life.recurrence)
    assert planned.acts_at == rome(TUESDAY, 15)


@pytest.mark.parametrize("mode", [PeriodicMode.AUTOMATIC, PeriodicMode.HOLD])
async def test_who_wakes_after_the_free_limit_asks_whatever_the_mode(life: Life, mode: PeriodicMode) -> None:
    await life.make(mode)
    await life.at(rome(TUESDAY, 16, 12))  # 1 h 48 before the class
    assert await life.actions() == []
    assert (await life.question()).expires_at == rome(TUESDAY, 17, 55)

"""What a person changes about what recurs: made, changed, deleted, paused, skipped, left out for holidays."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from domain.errors import DuplicatePeriodic, LeaseLost, TooManyHolidays
from domain.model import ActionStatus, ActionType, ClassRef, NoticeKind
from domain.recurrence import ConfirmationOutcome, OccurrenceState, PeriodicChoice, PeriodicMode
from domain.requests import MOST_HOLIDAYS, NewPeriodic
from tests.conftest import GIULIA, MARCO
from tests.support.recurring import SATURDAY, SUNDAY, TUESDAY, Life, held, life, rome, states  # noqa: F401 - a fixture

OPENING = rome(SUNDAY, 0)
CLASS = rome(TUESDAY, 18)
LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
PILATES = ClassRef("PILATES", "Giuriati", TUESDAY, time(18))


# --- making, changing, deleting


async def test_the_same_periodic_booking_is_not_made_twice(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    with pytest.raises(DuplicatePeriodic) as refused:
        await life.db.series.add(NewPeriodic(GIULIA, "", "Pilates", "Giuriati - Corsi Platinum", 1, time(18)))
    assert refused.value.periodic_id == mine.id
    await life.db.series.add(NewPeriodic(MARCO, "", "PILATES", "Giuriati", 1, time(18)))
    await life.make(PeriodicMode.ASK_FIRST, 2)
    with pytest.raises(DuplicatePeriodic):
        await life.db.series.change(mine.id, GIULIA, day_of_week=2)


async def test_the_given_column_follows_the_mode(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    assert not mine.requires_confirmation
    changed = await life.db.series.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert changed
    assert (changed.mode, changed.requires_confirmation) == (PeriodicMode.HOLD, True)


async def test_a_change_withdraws_what_waits_and_it_is_planned_anew(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.series.change(mine.id, GIULIA, start=time(19), course="YOGA")
    await life.at(rome(SATURDAY, 12, 1))
    assert [(action.status, action.class_ref.course) for action in await life.actions()] == [
        (ActionStatus.CANCELLED, "PILATES"),
        (ActionStatus.PENDING, "YOGA"),
    ]


async def test_a_new_name_withdraws_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.series.change(mine.id, GIULIA, name="il mio pilates")
    assert [action.status for action in await life.actions()] == [ActionStatus.PENDING]


async def test_new_alternatives_go_with_what_waits(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.series.set_alternatives(mine.id, GIULIA, [LATER])
    await life.at(rome(SATURDAY, 12, 1))
    assert await life.db.series.alternatives(mine.id) == [LATER]
    assert len(await life.db.choices.alternatives((await life.actions())[-1].id)) == 1


async def test_leaving_the_mode_hold_keeps_what_is_held(life: Life) -> None:
    mine = await held(life)
    await life.at(rome(TUESDAY, 15))
    await life.db.series.change(mine.id, GIULIA, mode=PeriodicMode.AUTOMATIC)
    assert NoticeKind.EXPIRED not in await life.at(rome(TUESDAY, 15, 56))
    assert await life.actions(ActionType.CANCEL) == []


async def test_taking_up_the_mode_hold_after_the_class_misses_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SUNDAY, 9))
    await life.book()
    await life.at(rome(TUESDAY, 18, 5))
    await life.db.series.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert await life.at(rome(TUESDAY, 18, 6)) == []


async def test_taking_up_the_mode_hold_asks_about_what_is_held(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SUNDAY, 9))
    await life.book()
    await life.db.series.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert await life.at(rome(TUESDAY, 15)) == [NoticeKind.CONFIRMATION]


async def test_deleting_withdraws_what_waits_and_leaves_what_is_held(life: Life) -> None:
    mine = await held(life)
    other = await life.make(PeriodicMode.AUTOMATIC, 1, time(9))
    await life.at(rome(SATURDAY, 23, 30))
    assert await life.db.series.delete(mine.id, GIULIA)
    assert await life.db.series.delete(other.id, GIULIA)
    assert [action.status for action in await life.actions()] == [ActionStatus.COMPLETED, ActionStatus.CANCELLED]
    assert len(await life.db.bookings.held(GIULIA, SUNDAY)) == 1


@pytest.mark.parametrize(
    ("part", "verb"),
    [
        ("series", "change"),
        ("series", "delete"),
        ("series", "set_active"),
        ("series", "set_alternatives"),
        ("occurrences", "skip"),
        ("occurrences", "unskip"),
    ],
)
async def test_nobody_touches_what_is_somebody_elses(life: Life, part: str, verb: str) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    more = {"set_active": (False,), "set_alternatives": ([],), "skip": (TUESDAY,), "unskip": (TUESDAY,)}
    assert not await getattr(getattr(life.db, part), verb)(mine.id, MARCO, *more.get(verb, ()))
    assert [action.status for action in await life.actions()] == [ActionStatus.PENDING]
    assert await life.db.series.preview(mine.id, MARCO, SUNDAY) == []


# --- pausing, skipping, holidays


async def test_pausing_withdraws_what_waits_and_resuming_plans_it_again(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    await life.at(rome(SATURDAY, 12, 1))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    await life.db.series.set_active(mine.id, GIULIA, active=True)
    await life.at(rome(SATURDAY, 12, 2))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED, ActionStatus.PENDING]


async def test_an_open_question_is_closed_by_a_pause_and_opened_again_after_it(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17))
    asked = await life.question()
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    assert (await life.question()).outcome is ConfirmationOutcome.SKIPPED
    assert await life.at(rome(TUESDAY, 17, 10)) == []
    await life.db.series.set_active(mine.id, GIULIA, active=True)
    assert await life.at(rome(TUESDAY, 17, 20)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).id == asked.id
    assert (await life.question()).outcome is None


async def test_what_passed_during_a_pause_is_not_told_as_missed(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(SATURDAY, 12))
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    life.clock.now = rome(TUESDAY, 20)
    await life.db.series.set_active(mine.id, GIULIA, active=True)
    assert await life.at(rome(TUESDAY, 20, 1)) == []


async def test_a_rehearsal_that_runs_does_not_survive_a_pause(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    life.clock.now = rome(SATURDAY, 20)
    rehearsing = await life.db.claims.claim("w", 60)
    assert rehearsing
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]


@pytest.mark.parametrize("seconds", [240, 60, 13])
async def test_a_pause_withdraws_what_a_worker_prepares_for_its_opening(life: Life, seconds: int) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING - timedelta(seconds=seconds)
    preparing = await life.db.claims.claim("w", 60)
    assert preparing
    await life.db.series.set_active(mine.id, GIULIA, active=False)
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    with pytest.raises(LeaseLost):
        await life.db.claims.begin_to_act(preparing)


async def test_in_the_last_seconds_before_its_opening_a_booking_goes_its_way(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING - timedelta(seconds=11)
    assert await life.db.claims.claim("w", 60)
    await life.db.series.delete(mine.id, GIULIA)
    assert [action.status for action in await life.actions()] == [ActionStatus.PROCESSING]


async def test_what_is_being_booked_is_not_taken_back(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING
    assert await life.db.claims.claim("w", 60)
    assert not await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY)
    assert [action.status for action in await life.actions()] == [ActionStatus.PROCESSING]


async def test_a_withdrawn_booking_with_a_card_has_its_card_changed(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    [action] = await life.actions()
    await life.db.requests.set_card(action.id, 7)
    await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY)
    assert await life.at(rome(SATURDAY, 12, 1)) == [NoticeKind.PROGRESS]


async def test_a_skipped_date_is_left_out_and_can_be_taken_back(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY)
    assert await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY)
    await life.at(rome(SATURDAY, 12, 1))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    assert await life.db.occurrences.unskip(mine.id, GIULIA, TUESDAY)
    assert not await life.db.occurrences.unskip(mine.id, GIULIA, TUESDAY)
    await life.at(rome(SATURDAY, 12, 2))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED, ActionStatus.PENDING]


async def test_a_date_of_another_weekday_cannot_be_skipped(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    assert not await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY + timedelta(days=1))


async def test_a_date_skipped_ahead_is_neither_asked_nor_missed(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    assert await life.db.occurrences.skip(mine.id, GIULIA, TUESDAY)
    assert await life.at(rome(TUESDAY, 17)) == []
    assert await life.at(rome(TUESDAY, 20)) == []


async def test_a_person_has_fifty_holidays_ahead_at_most_and_the_same_days_again_are_none_more(life: Life) -> None:
    days = [SUNDAY + timedelta(days=offset) for offset in range(MOST_HOLIDAYS)]
    for day in days:
        await life.db.holidays.add(GIULIA, day, day)
    with pytest.raises(TooManyHolidays):
        await life.db.holidays.add(GIULIA, SUNDAY, TUESDAY)
    await life.db.holidays.add(GIULIA, SUNDAY, SUNDAY)
    await life.db.holidays.add(MARCO, SUNDAY, TUESDAY)
    assert len(await life.db.holidays.of(GIULIA)) == MOST_HOLIDAYS
    life.clock.now += timedelta(days=7)
    await life.db.holidays.add(GIULIA, days[-1], days[-1] + timedelta(days=1))


async def test_a_holiday_withdraws_what_waits_and_nothing_is_asked_in_it(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.ASK_FIRST, 1, time(9))
    await life.at(rome(SATURDAY, 12))
    holiday = await life.db.holidays.add(GIULIA, SUNDAY, TUESDAY)
    assert await life.db.holidays.add(GIULIA, SUNDAY, TUESDAY) == holiday
    assert await life.db.holidays.of(GIULIA) == [holiday]
    assert await life.at(rome(TUESDAY, 8)) == []
    assert await life.at(rome(TUESDAY, 20)) == []
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]


async def test_a_holiday_ended_early_brings_its_dates_back_but_not_those_that_passed(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.AUTOMATIC, 0)
    await life.at(rome(SATURDAY - timedelta(days=2), 9))
    holiday = await life.db.holidays.add(GIULIA, SUNDAY, TUESDAY)
    await life.at(rome(TUESDAY, 9))
    assert not await life.db.holidays.delete(holiday.id, MARCO)
    assert await life.db.holidays.delete(holiday.id, GIULIA)
    assert await life.at(rome(TUESDAY, 10)) == []
    assert [action.class_ref.day for action in await life.actions()] == [TUESDAY]
    assert (await states(life))[TUESDAY - timedelta(days=1)] is OccurrenceState.SKIPPED


async def test_a_holiday_of_one_person_is_not_anothers(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.db.holidays.add(MARCO, SUNDAY, TUESDAY)
    await life.at(rome(SATURDAY, 12))
    assert len(await life.actions()) == 1

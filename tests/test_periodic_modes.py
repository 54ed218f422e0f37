"""The four modes of a periodic booking, and what a person can take back: each date is dealt with once and honestly."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from database import Database, NewAction
from errors import DuplicatePeriodic, LeaseLost, TooManyHolidays
from model import (
    ActionStatus,
    ActionType,
    ConfirmationOutcome,
    ConfirmationPurpose,
    NoticeKind,
    OccurrenceState,
    PeriodicBooking,
    PeriodicChoice,
    PeriodicMode,
    Wish,
)
from store.periodic import MOST_HOLIDAYS, NewPeriodic
from tests.conftest import GIULIA, MARCO, Time
from tests.recurring import SUNDAY, TUESDAY, Life, rome, settings_of

SATURDAY = SUNDAY - timedelta(days=1)
OPENING = rome(SUNDAY, 0)
CLASS = rome(TUESDAY, 18)
LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
PILATES = Wish("PILATES", "Giuriati", TUESDAY, time(18))


@pytest.fixture
def life(db: Database, tmp_path: Path, clock: Time) -> Life:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return Life(db, settings_of(tmp_path), clock)


async def states(life: Life) -> dict[date, OccurrenceState]:
    return {each.day: each.state for each in await life.db.periodic.occurrences_since(date(2000, 1, 1))}


# --- ask first


async def test_what_is_confirmed_is_queued_at_once_with_its_alternatives(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST, 1, time(18), LATER)
    assert await life.at(rome(TUESDAY, 17)) == [NoticeKind.CONFIRMATION]
    choices = await life.db.periodic.alternatives(mine.id)
    booking = life.timing.booking(mine, TUESDAY, choices, life.clock())
    action = await life.db.periodic.confirm(await life.question(), TUESDAY, booking)
    assert action
    assert (action.wish, action.run_at, action.rehearse_at) == (PILATES, life.clock(), None)
    assert await life.db.queue.alternatives(action.id) == [Wish("YOGA", "Giuriati", TUESDAY, time(19, 30))]


async def test_a_second_answer_changes_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17))
    question = await life.question()
    assert await life.db.periodic.skip(question, TUESDAY)
    assert not await life.db.periodic.skip(question, TUESDAY)
    assert await life.db.periodic.confirm(question, TUESDAY, life.timing.booking(mine, TUESDAY, [], CLASS)) is None
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
    action = await life.db.periodic.confirm(question, TUESDAY, life.timing.booking(mine, TUESDAY, [], life.clock()))
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
    assert len(await life.db.queue.alternatives(action.id)) == 1


async def test_automatic_does_not_book_what_is_held(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.hold(TUESDAY)
    await life.at(rome(SUNDAY, 9))
    assert await life.actions() == []


async def test_a_place_that_is_just_being_given_back_is_not_booked_again(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.db.queue.add(NewAction(ActionType.CANCEL, GIULIA, PILATES))
    await life.at(rome(SUNDAY, 9))
    assert await life.actions() == []
    assert await states(life) == {TUESDAY: OccurrenceState.SKIPPED}


# --- hold


async def held(life: Life, won_choice: int = 0, *alternatives: PeriodicChoice) -> PeriodicBooking:
    mine = await life.make(PeriodicMode.HOLD, 1, time(18), *alternatives)
    await life.at(rome(SATURDAY, 23))
    await life.book(won_choice)
    return mine


async def test_a_held_place_is_asked_about_while_it_can_be_given_back(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 14, 59))
    assert await life.at(rome(TUESDAY, 15)) == [NoticeKind.CONFIRMATION]  # an hour before 16:00, two before the class
    question = await life.question()
    assert question.purpose is ConfirmationPurpose.KEEP
    assert (question.scheduled_for, question.expires_at) == (CLASS, rome(TUESDAY, 15, 55))
    assert not question.silence_keeps


async def test_a_kept_place_stays_and_is_not_reminded_of(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    assert await life.db.periodic.keep(await life.question())
    assert not await life.db.periodic.keep(await life.question())
    assert await life.at(rome(TUESDAY, 15, 58)) == []
    assert await life.actions(ActionType.CANCEL) == []


async def test_who_says_that_they_go_when_already_asked_keeps_the_place(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    [place] = await life.db.bookings.held(GIULIA, TUESDAY)
    await life.db.bookings.keep(place.id, GIULIA, life.clock())
    assert await life.at(rome(TUESDAY, 15, 56)) == []
    assert await life.actions(ActionType.CANCEL) == []


async def test_who_said_that_they_go_is_not_asked_and_keeps_the_place(life: Life) -> None:
    await held(life)
    [place] = await life.db.bookings.held(GIULIA, TUESDAY)
    await life.db.bookings.keep(place.id, GIULIA, life.clock())
    assert await life.at(rome(TUESDAY, 15)) == []
    assert await life.at(rome(TUESDAY, 15, 58)) == []
    assert await life.actions(ActionType.CANCEL) == []


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("by_hand", [False, True])
async def test_what_is_held_stays_when_its_series_is_paused(life: Life, asked: bool, by_hand: bool) -> None:
    mine = await held(life)
    if asked:
        await life.at(rome(TUESDAY, 15))
    if by_hand:
        await life.db.connection.write("UPDATE periodic_bookings SET active = 0")
    else:
        await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    await life.at(rome(TUESDAY, 15, 10))
    await life.at(rome(TUESDAY, 15, 56))
    await life.at(rome(TUESDAY, 17))
    assert await life.actions(ActionType.CANCEL) == []


async def test_a_class_at_dawn_is_asked_about_the_evening_before(life: Life) -> None:
    await life.make(PeriodicMode.HOLD, start=time(7))
    await life.at(rome(SATURDAY, 23))
    await life.book()
    assert await life.at(rome(TUESDAY - timedelta(days=1), 20, 59)) == []
    assert await life.at(rome(TUESDAY - timedelta(days=1), 21)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).expires_at == rome(TUESDAY, 4, 55)


async def test_a_place_that_is_gone_or_being_given_back_is_not_called_kept(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    question = await life.question()
    cancelling = await life.db.queue.add(NewAction(ActionType.CANCEL, GIULIA, PILATES))
    assert not await life.db.periodic.keep(question)
    await life.db.queue.withdraw(cancelling.id, GIULIA)
    await life.db.connection.write("UPDATE user_bookings SET status = 'gone'")
    await life.db.connection.write("UPDATE pending_confirmations SET confirmed = 1")  # a yes by hand
    assert await life.at(rome(TUESDAY, 15, 10)) == []
    assert await life.db.periodic.confirmed_by_hand() == []
    await life.db.connection.write("UPDATE user_bookings SET status = 'confirmed'")
    assert await life.db.periodic.keep(question)


async def test_a_question_put_in_by_hand_is_asked_once(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.db.connection.write(
        """
        INSERT INTO pending_confirmations (user_id, periodic_booking_id, scheduled_for, expires_at)
        VALUES (:user, :periodic, '2026-12-01 17:00:00', '2026-12-01 16:00:00')
        """,
        {"user": GIULIA, "periodic": mine.id},
    )
    assert await life.at(rome(SUNDAY, 9)) == [NoticeKind.CONFIRMATION]
    assert await life.at(rome(SUNDAY, 10)) == []


async def test_a_place_given_back_is_cancelled_on_the_site(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    action = await life.db.periodic.give_back(await life.question(), TUESDAY)
    assert action
    assert (action.type, action.wish, action.status) == (ActionType.CANCEL, PILATES, ActionStatus.PENDING)
    assert await life.db.periodic.give_back(await life.question(), TUESDAY) is None
    assert await life.at(rome(TUESDAY, 15, 58)) == []


async def test_a_place_nobody_wants_to_keep_is_given_back_and_that_is_told(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    assert await life.at(rome(TUESDAY, 15, 55)) == [NoticeKind.EXPIRED]
    [cancelling] = await life.actions(ActionType.CANCEL)
    assert (cancelling.wish, cancelling.free_until) == (PILATES, rome(TUESDAY, 16))


async def test_an_alternative_is_asked_about_by_its_own_time(life: Life) -> None:
    await held(life, 1, LATER)
    await life.at(rome(TUESDAY, 16, 29))
    assert await life.at(rome(TUESDAY, 16, 30)) == [NoticeKind.CONFIRMATION]
    action = await life.db.periodic.give_back(await life.question(), TUESDAY)
    assert action
    assert action.wish == Wish("YOGA", "Giuriati", TUESDAY, time(19, 30))


async def test_a_place_the_person_gave_back_is_not_asked_about(life: Life) -> None:
    await held(life)
    await life.db.connection.write("UPDATE user_bookings SET status = 'cancelled'")
    assert await life.at(rome(TUESDAY, 15)) == []


async def test_a_place_that_is_gone_by_the_deadline_closes_its_question_without_a_word(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    await life.db.connection.write("UPDATE user_bookings SET status = 'cancelled'")
    assert await life.at(rome(TUESDAY, 15, 55)) == []
    assert await life.actions(ActionType.CANCEL) == []


async def test_who_slept_past_the_deadline_leaves_a_costly_decision_to_the_person(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    assert await life.at(rome(TUESDAY, 16, 30)) == [NoticeKind.CONFIRMATION]
    question = await life.question()
    assert (question.expires_at, question.silence_keeps) == (CLASS, True)
    assert await life.at(CLASS) == []
    assert (await life.question()).outcome is ConfirmationOutcome.EXPIRED
    assert await life.actions(ActionType.CANCEL) == []


async def test_who_slept_through_the_question_asks_it_until_the_class(life: Life) -> None:
    await held(life)
    assert await life.at(rome(TUESDAY, 16, 30)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).silence_keeps


async def test_who_slept_through_question_and_class_says_so_once(life: Life) -> None:
    await held(life)
    assert await life.at(rome(TUESDAY, 20)) == [NoticeKind.MISSED]
    assert await life.at(rome(TUESDAY, 21)) == []


async def test_who_slept_between_question_and_class_says_so_once(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    assert await life.at(rome(TUESDAY, 20)) == [NoticeKind.MISSED]
    assert await life.at(rome(TUESDAY, 21)) == []


async def test_what_could_not_be_given_back_any_more_is_not_held_without_asking(life: Life) -> None:
    await life.make(PeriodicMode.HOLD)
    assert await life.at(rome(TUESDAY, 16)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).purpose is ConfirmationPurpose.BOOK
    assert await life.actions() == []


async def test_a_question_about_a_held_place_answered_by_hand_keeps_it(life: Life) -> None:
    await held(life)
    await life.at(rome(TUESDAY, 15))
    await life.db.connection.write("UPDATE pending_confirmations SET confirmed = 1")
    assert await life.at(rome(TUESDAY, 15, 57)) == []
    assert (await life.question()).outcome is ConfirmationOutcome.CONFIRMED


async def test_a_booking_made_by_hand_is_not_on_trial(life: Life) -> None:
    await life.make(PeriodicMode.HOLD)
    await life.db.queue.add(NewAction(ActionType.BOOK, GIULIA, PILATES))
    await life.at(rome(SUNDAY, 9))
    await life.book()
    assert NoticeKind.CONFIRMATION not in await life.at(rome(TUESDAY, 15))


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
    found = await life.db.periodic.find(mine.id)
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
    assert [action.wish.start for action in await life.actions()] == [time(9)]


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


# --- making, changing, deleting


async def test_the_same_periodic_booking_is_not_made_twice(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    with pytest.raises(DuplicatePeriodic) as refused:
        await life.db.periodic.add(NewPeriodic(GIULIA, "", "Pilates", "Giuriati - Corsi Platinum", 1, time(18)))
    assert refused.value.periodic_id == mine.id
    await life.db.periodic.add(NewPeriodic(MARCO, "", "PILATES", "Giuriati", 1, time(18)))
    await life.make(PeriodicMode.ASK_FIRST, 2)
    with pytest.raises(DuplicatePeriodic):
        await life.db.periodic.change(mine.id, GIULIA, day_of_week=2)


async def test_the_given_column_follows_the_mode(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    assert not mine.requires_confirmation
    changed = await life.db.periodic.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert changed
    assert (changed.mode, changed.requires_confirmation) == (PeriodicMode.HOLD, True)


async def test_a_change_withdraws_what_waits_and_it_is_planned_anew(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.periodic.change(mine.id, GIULIA, start=time(19), course="YOGA")
    await life.at(rome(SATURDAY, 12, 1))
    assert [(action.status, action.course) for action in await life.actions()] == [
        (ActionStatus.CANCELLED, "PILATES"),
        (ActionStatus.PENDING, "YOGA"),
    ]


async def test_a_new_name_withdraws_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.periodic.change(mine.id, GIULIA, name="il mio pilates")
    assert [action.status for action in await life.actions()] == [ActionStatus.PENDING]


async def test_new_alternatives_go_with_what_waits(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.periodic.set_alternatives(mine.id, GIULIA, [LATER])
    await life.at(rome(SATURDAY, 12, 1))
    assert await life.db.periodic.alternatives(mine.id) == [LATER]
    assert len(await life.db.queue.alternatives((await life.actions())[-1].id)) == 1


async def test_leaving_the_mode_hold_keeps_what_is_held(life: Life) -> None:
    mine = await held(life)
    await life.at(rome(TUESDAY, 15))
    await life.db.periodic.change(mine.id, GIULIA, mode=PeriodicMode.AUTOMATIC)
    assert NoticeKind.EXPIRED not in await life.at(rome(TUESDAY, 15, 56))
    assert await life.actions(ActionType.CANCEL) == []


async def test_taking_up_the_mode_hold_after_the_class_misses_nothing(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SUNDAY, 9))
    await life.book()
    await life.at(rome(TUESDAY, 18, 5))
    await life.db.periodic.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert await life.at(rome(TUESDAY, 18, 6)) == []


async def test_taking_up_the_mode_hold_asks_about_what_is_held(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SUNDAY, 9))
    await life.book()
    await life.db.periodic.change(mine.id, GIULIA, mode=PeriodicMode.HOLD)
    assert await life.at(rome(TUESDAY, 15)) == [NoticeKind.CONFIRMATION]


async def test_deleting_withdraws_what_waits_and_leaves_what_is_held(life: Life) -> None:
    mine = await held(life)
    other = await life.make(PeriodicMode.AUTOMATIC, 1, time(9))
    await life.at(rome(SATURDAY, 23, 30))
    assert await life.db.periodic.delete(mine.id, GIULIA)
    assert await life.db.periodic.delete(other.id, GIULIA)
    assert [action.status for action in await life.actions()] == [ActionStatus.COMPLETED, ActionStatus.CANCELLED]
    assert len(await life.db.bookings.held(GIULIA, SUNDAY)) == 1


@pytest.mark.parametrize("verb", ["change", "delete", "set_active", "set_alternatives", "skip_date", "unskip_date"])
async def test_nobody_touches_what_is_somebody_elses(life: Life, verb: str) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    more = {"set_active": (False,), "set_alternatives": ([],), "skip_date": (TUESDAY,), "unskip_date": (TUESDAY,)}
    assert not await getattr(life.db.periodic, verb)(mine.id, MARCO, *more.get(verb, ()))
    assert [action.status for action in await life.actions()] == [ActionStatus.PENDING]
    assert await life.db.periodic.preview(mine.id, MARCO, SUNDAY) == []


# --- pausing, skipping, holidays


async def test_pausing_withdraws_what_waits_and_resuming_plans_it_again(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    await life.at(rome(SATURDAY, 12, 1))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    await life.db.periodic.set_active(mine.id, GIULIA, active=True)
    await life.at(rome(SATURDAY, 12, 2))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED, ActionStatus.PENDING]


async def test_an_open_question_is_closed_by_a_pause_and_opened_again_after_it(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY, 17))
    asked = await life.question()
    await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    assert (await life.question()).outcome is ConfirmationOutcome.SKIPPED
    assert await life.at(rome(TUESDAY, 17, 10)) == []
    await life.db.periodic.set_active(mine.id, GIULIA, active=True)
    assert await life.at(rome(TUESDAY, 17, 20)) == [NoticeKind.CONFIRMATION]
    assert (await life.question()).id == asked.id
    assert (await life.question()).outcome is None


async def test_what_passed_during_a_pause_is_not_told_as_missed(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(SATURDAY, 12))
    await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    life.clock.now = rome(TUESDAY, 20)
    await life.db.periodic.set_active(mine.id, GIULIA, active=True)
    assert await life.at(rome(TUESDAY, 20, 1)) == []


async def test_a_rehearsal_that_runs_does_not_survive_a_pause(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    life.clock.now = rome(SATURDAY, 20)
    rehearsing = await life.db.queue.claim("w", 60)
    assert rehearsing
    await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]


@pytest.mark.parametrize("seconds", [240, 60, 13])
async def test_a_pause_withdraws_what_a_worker_prepares_for_its_opening(life: Life, seconds: int) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING - timedelta(seconds=seconds)
    preparing = await life.db.queue.claim("w", 60)
    assert preparing
    await life.db.periodic.set_active(mine.id, GIULIA, active=False)
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    with pytest.raises(LeaseLost):
        await life.db.queue.begin_to_act(preparing)


async def test_in_the_last_seconds_before_its_opening_a_booking_goes_its_way(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING - timedelta(seconds=11)
    assert await life.db.queue.claim("w", 60)
    await life.db.periodic.delete(mine.id, GIULIA)
    assert [action.status for action in await life.actions()] == [ActionStatus.PROCESSING]


async def test_what_is_being_booked_is_not_taken_back(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 23, 40))
    life.clock.now = OPENING
    assert await life.db.queue.claim("w", 60)
    assert not await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY)
    assert [action.status for action in await life.actions()] == [ActionStatus.PROCESSING]


async def test_a_withdrawn_booking_with_a_card_has_its_card_changed(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    [action] = await life.actions()
    await life.db.queue.set_card(action.id, 7)
    await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY)
    assert await life.at(rome(SATURDAY, 12, 1)) == [NoticeKind.PROGRESS]


async def test_a_skipped_date_is_left_out_and_can_be_taken_back(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(SATURDAY, 12))
    assert await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY)
    assert await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY)
    await life.at(rome(SATURDAY, 12, 1))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]
    assert await life.db.periodic.unskip_date(mine.id, GIULIA, TUESDAY)
    assert not await life.db.periodic.unskip_date(mine.id, GIULIA, TUESDAY)
    await life.at(rome(SATURDAY, 12, 2))
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED, ActionStatus.PENDING]


async def test_a_date_of_another_weekday_cannot_be_skipped(life: Life) -> None:
    mine = await life.make(PeriodicMode.AUTOMATIC)
    assert not await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY + timedelta(days=1))


async def test_a_date_skipped_ahead_is_neither_asked_nor_missed(life: Life) -> None:
    mine = await life.make(PeriodicMode.ASK_FIRST)
    assert await life.db.periodic.skip_date(mine.id, GIULIA, TUESDAY)
    assert await life.at(rome(TUESDAY, 17)) == []
    assert await life.at(rome(TUESDAY, 20)) == []


async def test_a_person_has_fifty_holidays_ahead_at_most_and_the_same_days_again_are_none_more(life: Life) -> None:
    days = [SUNDAY + timedelta(days=offset) for offset in range(MOST_HOLIDAYS)]
    for day in days:
        await life.db.periodic.add_holiday(GIULIA, day, day)
    with pytest.raises(TooManyHolidays):
        await life.db.periodic.add_holiday(GIULIA, SUNDAY, TUESDAY)
    await life.db.periodic.add_holiday(GIULIA, SUNDAY, SUNDAY)
    await life.db.periodic.add_holiday(MARCO, SUNDAY, TUESDAY)
    assert len(await life.db.periodic.holidays(GIULIA)) == MOST_HOLIDAYS
    life.clock.now += timedelta(days=7)
    await life.db.periodic.add_holiday(GIULIA, days[-1], days[-1] + timedelta(days=1))


async def test_a_holiday_withdraws_what_waits_and_nothing_is_asked_in_it(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.ASK_FIRST, 1, time(9))
    await life.at(rome(SATURDAY, 12))
    holiday = await life.db.periodic.add_holiday(GIULIA, SUNDAY, TUESDAY)
    assert await life.db.periodic.add_holiday(GIULIA, SUNDAY, TUESDAY) == holiday
    assert await life.db.periodic.holidays(GIULIA) == [holiday]
    assert await life.at(rome(TUESDAY, 8)) == []
    assert await life.at(rome(TUESDAY, 20)) == []
    assert [action.status for action in await life.actions()] == [ActionStatus.CANCELLED]


async def test_a_holiday_ended_early_brings_its_dates_back_but_not_those_that_passed(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.AUTOMATIC, 0)
    await life.at(rome(SATURDAY - timedelta(days=2), 9))
    holiday = await life.db.periodic.add_holiday(GIULIA, SUNDAY, TUESDAY)
    await life.at(rome(TUESDAY, 9))
    assert not await life.db.periodic.delete_holiday(holiday.id, MARCO)
    assert await life.db.periodic.delete_holiday(holiday.id, GIULIA)
    assert await life.at(rome(TUESDAY, 10)) == []
    assert [action.wish.day for action in await life.actions()] == [TUESDAY]
    assert (await states(life))[TUESDAY - timedelta(days=1)] is OccurrenceState.SKIPPED


async def test_a_holiday_of_one_person_is_not_anothers(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.db.periodic.add_holiday(MARCO, SUNDAY, TUESDAY)
    await life.at(rome(SATURDAY, 12))
    assert len(await life.actions()) == 1


# --- the preview


async def test_the_preview_says_what_happens_to_the_next_four_dates(life: Life) -> None:
    mine = await life.make(PeriodicMode.HOLD)
    await life.at(rome(SATURDAY, 12))
    [action] = await life.actions()
    weeks = [TUESDAY + timedelta(weeks=week) for week in range(4)]
    await life.db.periodic.skip_date(mine.id, GIULIA, weeks[1])
    await life.db.periodic.add_holiday(GIULIA, weeks[2], weeks[2])
    planned = await life.db.periodic.preview(mine.id, GIULIA, SATURDAY, timing=life.timing)
    assert [each.day for each in planned] == weeks
    assert [each.state for each in planned] == [OccurrenceState.QUEUED, OccurrenceState.SKIPPED, None, None]
    assert [each.holiday for each in planned] == [False, False, True, False]
    assert [each.action_id for each in planned] == [action.id, None, None, None]
    assert [each.acts_at for each in planned] == [OPENING, None, None, rome(date(2026, 12, 13), 0)]


async def test_the_preview_of_what_asks_says_when(life: Life) -> None:
    first = await life.make(PeriodicMode.ASK_FIRST)
    opening = await life.make(PeriodicMode.ASK_OPENING, 1, time(9))
    for mine, moment in ((first, rome(TUESDAY, 17)), (opening, rome(SATURDAY, 23))):
        planned = await life.db.periodic.preview(mine.id, GIULIA, SATURDAY, 1, life.timing)
        assert [each.acts_at for each in planned] == [moment]


async def test_the_preview_of_what_is_held_says_when_it_is_asked_about(life: Life) -> None:
    mine = await held(life)
    life.clock.now = rome(SUNDAY, 9)
    [planned] = await life.db.periodic.preview(mine.id, GIULIA, SUNDAY, 1, life.timing)
    assert planned.acts_at == rome(TUESDAY, 15)


@pytest.mark.parametrize("mode", [PeriodicMode.AUTOMATIC, PeriodicMode.HOLD])
async def test_who_wakes_after_the_free_limit_asks_whatever_the_mode(life: Life, mode: PeriodicMode) -> None:
    await life.make(mode)
    await life.at(rome(TUESDAY, 16, 12))  # 1 h 48 before the class
    assert await life.actions() == []
    assert (await life.question()).expires_at == rome(TUESDAY, 17, 55)

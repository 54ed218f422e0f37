"""The mode that books, then asks: a held place is kept, given back in time, or left to its person; never lost."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from domain.model import ActionStatus, ActionType, ClassRef, NoticeKind
from domain.recurrence import ConfirmationOutcome, ConfirmationPurpose, PeriodicChoice, PeriodicMode
from domain.requests import NewAction
from tests.conftest import GIULIA
from tests.support.recurring import SATURDAY, SUNDAY, TUESDAY, Life, held, life, rome  # noqa: F401 - a fixture

OPENING = rome(SUNDAY, 0)
CLASS = rome(TUESDAY, 18)
LATER = PeriodicChoice("YOGA", "Giuriati", time(19, 30))
PILATES = ClassRef("PILATES", "Giuriati", TUESDAY, time(18))


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
    assert await life.db.keeping.keep(await life.question())
    assert not await life.db.keeping.keep(await life.question())
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
        await life.db.series.set_active(mine.id, GIULIA, active=False)
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
    cancelling = await life.db.requests.add(NewAction(ActionType.CANCEL, GIULIA, PILATES))
    assert not await life.db.keeping.keep(question)
    await life.db.requests.withdraw(cancelling.id, GIULIA)
    await life.db.connection.write("UPDATE user_bookings SET status = 'gone'")
    await life.db.connection.write("UPDATE pending_confirmations SET confirmed = 1")  # a yes by hand
    assert await life.at(rome(TUESDAY, 15, 10)) == []
    assert await life.db.confirmations.confirmed_by_hand() == []
    await life.db.connection.write("UPDATE user_bookings SET status = 'confirmed'")
    assert await life.db.keeping.keep(question)


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
    action = await life.db.keeping.give_back(await life.question(), TUESDAY)
    assert action
    assert (action.type, action.wish, action.status) == (ActionType.CANCEL, PILATES, ActionStatus.PENDING)
    assert await life.db.keeping.give_back(await life.question(), TUESDAY) is None
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
    action = await life.db.keeping.give_back(await life.question(), TUESDAY)
    assert action
    assert action.wish == ClassRef("YOGA", "Giuriati", TUESDAY, time(19, 30))


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
    await life.db.requests.add(NewAction(ActionType.BOOK, GIULIA, PILATES))
    await life.at(rome(SUNDAY, 9))
    await life.book()
    assert NoticeKind.CONFIRMATION not in await life.at(rome(TUESDAY, 15))

"""Bookings for two: what follows for the one from how it goes with the other, as rows of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from database import Database
from domain.errors import AppError, LoginBlocked, SiteUnavailable, SlotFull, TooLateToCancel
from domain.model import Action, ActionStatus, ActionType, Booking, ClassRef, NoticeKind, Role, WatchMode
from domain.people import Person
from domain.recurrence import PeriodicMode
from domain.requests import NewAction, NewPeriodic
from domain.together import Agreement, Pair, PairState
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines

PILATES = ClassRef("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18))
HELD = Booking("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18), 55)
FREE_UNTIL = datetime(2026, 11, 24, 15, tzinfo=UTC)
ROME = ZoneInfo("Europe/Rome")
FULL = SlotFull("full")


async def agreed(db: Database) -> Agreement:
    number = await db.agreements.invite(GIULIA, "Giulia")
    asked = await db.agreements.open(number, MARCO, "Marco")
    assert asked
    assert await db.agreements.accept(asked.id, MARCO)
    return asked


async def pair(db: Database, *, both_or_none: bool = True) -> tuple[Action, Pair]:
    """Giulia asks for herself and for Marco."""
    new = NewAction(ActionType.BOOK, GIULIA, PILATES, free_until=FREE_UNTIL - timedelta(minutes=15))
    first = await db.pairs.book(await agreed(db), new, FREE_UNTIL, both_or_none=both_or_none)
    assert first
    found = await db.pairs.of_action(first.id)
    assert found
    return first, found


async def stands(db: Database) -> Pair:
    found = await db.pairs.find(1, GIULIA)
    assert found
    return found


async def claimed(db: Database, user_id: int, kind: ActionType = ActionType.BOOK) -> Action:
    """A worker takes the person's action."""
    while (action := await db.claims.claim("w", 60)) is not None:
        if (action.user_id, action.type) == (user_id, kind):
            return action
    raise AssertionError(f"nothing to {kind} for {user_id}")


async def both_claimed(db: Database) -> tuple[Action, Action]:
    one, other = await db.claims.claim("w", 60), await db.claims.claim("w", 60)
    assert one
    assert other
    assert {one.user_id, other.user_id} == {GIULIA, MARCO}
    return (one, other) if one.user_id == GIULIA else (other, one)


async def won(db: Database, action: Action) -> None:
    await db.settlement.settle(action, outcomes.booked(HELD))


async def lost(db: Database, action: Action, error: AppError = FULL) -> None:
    await db.settlement.settle(action, outcomes.failed(error))


async def lost_twice(db: Database, action: Action) -> None:
    """The class is full for the person, also when they are booked for once more."""
    await lost(db, action)
    await lost(db, await claimed(db, action.user_id))


async def told(db: Database) -> list[int]:
    """Who is told of the pair, in order."""
    rows = await db.connection.rows(
        "SELECT user_id FROM notices WHERE kind = :kind ORDER BY id", {"kind": NoticeKind.TOGETHER}
    )
    return [row["user_id"] for row in rows]


async def cancelling(db: Database) -> list[tuple[int, str]]:
    rows = await db.connection.rows(
        "SELECT user_id, status FROM booking_actions WHERE action_type = 'cancel' ORDER BY id"
    )
    return [(row["user_id"], row["status"]) for row in rows]


async def test_each_books_by_an_action_of_their_own_and_the_friend_is_told(db: Database) -> None:
    first, made = await pair(db)

    second = await db.requests.find(made.friend_action_id or 0, MARCO)

    assert second
    assert (second.wish, second.run_at, second.free_until) == (first.wish, first.run_at, first.free_until)
    assert await told(db) == [MARCO]


async def test_nothing_is_booked_for_who_has_stopped_it(db: Database) -> None:
    asked = await agreed(db)
    await db.agreements.end(asked.id, MARCO)

    assert await db.pairs.book(asked, NewAction(ActionType.BOOK, GIULIA, PILATES), None, both_or_none=False) is None

    assert await db.requests.latest(GIULIA, 10) == []
    assert await db.requests.latest(MARCO, 10) == []


async def test_both_won(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    assert (await stands(db)).state is PairState.OPEN

    await won(db, marcos)

    assert (await stands(db)).state is PairState.BOTH
    assert await told(db) == [MARCO, GIULIA, MARCO]
    assert await cancelling(db) == []


@pytest.mark.parametrize("winner", [GIULIA, MARCO])
async def test_the_place_of_the_one_is_given_back_when_the_other_has_none(db: Database, winner: int) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    mine, others = (giulias, marcos) if winner == GIULIA else (marcos, giulias)
    await won(db, mine)

    await lost_twice(db, others)

    assert (await stands(db)).state is PairState.RETURNING
    cancel = await claimed(db, winner, ActionType.CANCEL)
    assert (cancel.wish, cancel.free_until) == (PILATES, FREE_UNTIL)
    once_more = [GIULIA, MARCO]
    assert await told(db) == [MARCO, *once_more], "nothing is said of the end before it is read back"
    await db.settlement.settle(cancel, outcomes.cancelled(PILATES))
    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.RETURNED, winner)
    assert await told(db) == [MARCO, *once_more, GIULIA, MARCO]


@pytest.mark.parametrize("winner", [GIULIA, MARCO])
async def test_who_is_told_full_once_is_booked_for_once_more_before_a_real_place_is_given_back(
    db: Database, clock: FakeClock, winner: int
) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    mine, others = (giulias, marcos) if winner == GIULIA else (marcos, giulias)
    await won(db, mine)
    clock.go(minutes=1)

    await lost(db, others)

    assert (await stands(db)).state is PairState.OPEN
    assert await cancelling(db) == []
    again = await claimed(db, others.user_id)
    assert (again.wish, again.both_or_none, again.free_until) == (PILATES, True, others.free_until)
    assert (again.run_at, (await stands(db)).action_of(others.user_id)) == (clock.now, again.id)
    await won(db, again)
    assert (await stands(db)).state is PairState.BOTH


async def test_who_is_told_full_so_late_that_nothing_could_be_given_back_after_is_not_booked_for_again(
    db: Database, clock: FakeClock
) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    clock.now = FREE_UNTIL - timedelta(minutes=15)

    await lost(db, marcos)

    assert await cancelling(db) == [(GIULIA, "pending")]


async def test_who_fails_first_is_followed_by_the_other_once_that_has_won(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await lost(db, giulias)  # Marco's is under way, and can't be withdrawn any more
    assert (await stands(db)).state is PairState.OPEN

    await won(db, marcos)
    await lost(db, await claimed(db, GIULIA))  # once more

    assert await cancelling(db) == [(MARCO, "pending")]


async def test_what_still_waits_is_withdrawn_when_the_other_has_given_up(db: Database) -> None:
    first, made = await pair(db)

    await db.requests.withdraw(made.friend_action_id or 0, MARCO)

    withdrawn = await db.requests.find(first.id)
    assert withdrawn
    assert withdrawn.status is ActionStatus.CANCELLED
    ended = await stands(db)
    assert (ended.state, ended.withdrew_id) == (PairState.NONE, MARCO)


async def test_what_still_waits_is_withdrawn_only_after_a_second_full_of_the_other(db: Database) -> None:
    first, _ = await pair(db)
    await db.connection.write(f"UPDATE accounts SET paused_until = '2030-01-01T00:00:00.000Z' WHERE user_id = {GIULIA}")
    await lost(db, await claimed(db, MARCO))
    assert [one.status for one in await db.requests.latest(GIULIA, 9)] == [ActionStatus.PENDING]

    await lost(db, await claimed(db, MARCO))

    assert [(one.id, one.status) for one in await db.requests.latest(GIULIA, 9)] == [(first.id, ActionStatus.CANCELLED)]
    assert (await stands(db)).state is PairState.NONE


async def test_who_wants_a_place_alone_too_keeps_it(db: Database) -> None:
    await pair(db, both_or_none=False)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)

    await lost(db, marcos)

    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.APART, GIULIA)
    assert await cancelling(db) == []


@pytest.mark.parametrize("trouble", [SiteUnavailable("down"), LoginBlocked("too many")])
async def test_nothing_is_given_back_while_the_other_is_tried_again_or_paused(db: Database, trouble: AppError) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)

    await db.settlement.settle(marcos, outcomes.tried_again(marcos.run_at + timedelta(minutes=5), trouble))

    assert (await stands(db)).state is PairState.OPEN
    assert await cancelling(db) == []


async def test_what_is_not_free_any_more_is_kept_and_told(db: Database, clock: FakeClock) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    clock.now = FREE_UNTIL

    await lost(db, marcos)

    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.APART, GIULIA)
    assert await told(db) == [MARCO, GIULIA, MARCO]


async def test_a_place_that_could_not_be_given_back_in_time_is_kept_and_told(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    await lost_twice(db, marcos)

    await lost(db, await claimed(db, GIULIA, ActionType.CANCEL), TooLateToCancel("not free any more"))

    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.APART, GIULIA)


async def sync(db: Database, user_id: int, held: Sequence[Booking], clock: FakeClock) -> None:
    clock.go(minutes=1)
    await db.requests.read_bookings_soon(user_id)
    await outcomes.sync(db, await claimed(db, user_id, ActionType.CHECK), held, ROME, in_page=True)


@pytest.mark.parametrize(("held", "state"), [([HELD], PairState.BOTH), ([], PairState.RETURNING)])
async def test_an_answer_that_was_lost_is_read_back_before_anything_is_given_back(
    db: Database, clock: FakeClock, held: list[Booking], state: PairState
) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    await lost(db, replace(marcos, failures=7), SiteUnavailable("no answer"))
    assert (await stands(db)).state is PairState.OPEN

    await sync(db, MARCO, held, clock)
    if not held:
        assert (await stands(db)).state is PairState.OPEN, "one page can be wrong"
        clock.go(seconds=32)
        second = await claimed(db, MARCO, ActionType.CHECK)  # queued by the first
        await outcomes.sync(db, second, held, ROME, in_page=True)

    assert (await stands(db)).state is state


async def test_a_place_that_is_read_before_its_booking_has_ended_is_given_back_once_it_has(
    db: Database, clock: FakeClock
) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await db.requests.read_bookings_soon(GIULIA)
    reading = await claimed(db, GIULIA, ActionType.CHECK)
    clock.go(seconds=5)
    await outcomes.sync(db, reading, [HELD], ROME, in_page=True)  # the answer to her booking is on its way

    await lost(db, marcos)
    assert (await stands(db)).state is PairState.OPEN
    await won(db, giulias)
    await lost(db, await claimed(db, MARCO))  # once more

    assert (await stands(db)).state is PairState.RETURNING


@pytest.mark.parametrize(("held", "state"), [([HELD], PairState.APART), ([], PairState.NONE)])
async def test_a_cancellation_whose_answer_was_lost_is_read_back_before_anything_is_told(
    db: Database, clock: FakeClock, held: list[Booking], state: PairState
) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    await lost_twice(db, marcos)
    cancel = await claimed(db, GIULIA, ActionType.CANCEL)
    await lost(db, replace(cancel, failures=7), SiteUnavailable("no answer"))
    assert (await stands(db)).state is PairState.RETURNING

    await sync(db, GIULIA, held, clock)
    assert (await stands(db)).state is PairState.RETURNING, "one page can be wrong, or late"
    await sync(db, GIULIA, held, clock)

    assert (await stands(db)).state is state


async def test_a_watch_of_the_one_that_has_lost_counts(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await lost_twice(db, marcos)
    await db.requests.add(
        NewAction(
            ActionType.BOOK, MARCO, PILATES, watch=WatchMode.BOOK, watch_until=FREE_UNTIL, opens_at=giulias.run_at
        )
    )
    await won(db, giulias)
    assert (await stands(db)).state is PairState.OPEN, "the watch may still win"

    await won(db, await claimed(db, MARCO))

    assert (await stands(db)).state is PairState.BOTH


async def test_who_wins_after_all_takes_the_waiting_cancellation_back(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    await lost_twice(db, marcos)
    assert await cancelling(db) == [(GIULIA, "pending")]
    again = await db.claims.add_claimed(NewAction(ActionType.BOOK, MARCO, PILATES), "w", 60)
    assert again

    await won(db, again)

    assert (await stands(db)).state is PairState.BOTH
    assert await cancelling(db) == [(GIULIA, "cancelled")]


async def test_what_the_friend_held_before_counts_and_is_never_given_back(db: Database, clock: FakeClock) -> None:
    await sync(db, MARCO, [HELD], clock)
    _, made = await pair(db)
    assert (made.friend_action_id, made.friends_own) == (None, True)

    await lost(db, await claimed(db, GIULIA))

    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.APART, MARCO)
    assert await cancelling(db) == []


async def test_a_weekly_booking_that_its_friend_ends_takes_the_other_back_at_once(db: Database) -> None:
    weekly = await db.series.add(
        NewPeriodic(MARCO, "mia", PILATES.course, PILATES.location, 1, PILATES.start, PeriodicMode.AUTOMATIC)
    )
    await db.requests.add(NewAction(ActionType.BOOK, MARCO, PILATES, periodic_booking_id=weekly.id))
    _, made = await pair(db)
    assert made.friends_own

    await db.series.set_active(weekly.id, MARCO, active=False)

    assert (await stands(db)).state is PairState.NONE


async def test_what_the_friend_has_every_week_is_never_given_back(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    weekly = await db.series.add(
        NewPeriodic(MARCO, "mia", PILATES.course, PILATES.location, 1, PILATES.start, PeriodicMode.AUTOMATIC)
    )
    await db.connection.write(
        "INSERT INTO occurrences (periodic_booking_id, date, state, action_id) VALUES (:weekly, :day, 'queued', :id)",
        {"weekly": weekly.id, "day": PILATES.day.isoformat(), "id": marcos.id},
    )
    await won(db, marcos)

    await lost(db, giulias)

    ended = await stands(db)
    assert (ended.state, ended.winner_id) == (PairState.APART, MARCO)
    assert await cancelling(db) == []


async def test_what_the_friend_gets_is_their_own_once_they_have_stopped_the_agreement(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await db.agreements.end(1, MARCO)
    await won(db, marcos)

    await lost(db, giulias)

    ended = await stands(db)
    assert (ended.state, ended.winner_id, ended.friends_own) == (PairState.APART, MARCO, True)
    assert await cancelling(db) == []


async def test_a_cancellation_that_waits_is_taken_back_when_its_friend_stops_the_agreement(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, marcos)
    await lost_twice(db, giulias)
    assert await cancelling(db) == [(MARCO, "pending")]

    await db.agreements.end(1, MARCO)

    assert await cancelling(db) == [(MARCO, "cancelled")]
    assert (await stands(db)).state is PairState.APART


async def test_who_has_stopped_the_agreement_is_not_booked_for_again(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await db.agreements.end(1, MARCO)
    await won(db, giulias)

    await lost(db, marcos)

    assert await cancelling(db) == [(GIULIA, "pending")]


async def test_nothing_is_sent_any_more_for_a_friend_who_left(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, marcos)
    await db.people.set([Person(GIULIA, Role.OWNER, "g")])

    await lost(db, giulias)

    assert (await stands(db)).state is PairState.APART
    assert await cancelling(db) == []


async def test_a_pair_of_both_or_none_takes_no_alternatives_and_a_word_becomes_a_booking(db: Database) -> None:
    watch = NewAction(ActionType.BOOK, MARCO, PILATES, watch=WatchMode.TELL, watch_until=FREE_UNTIL)
    told_only = await db.requests.add(watch)
    first, made = await pair(db)

    assert not made.friends_own
    assert made.friend_action_id != told_only.id
    assert not await db.choices.add_alternative(first.id, GIULIA, replace(PILATES, start=time(20)))
    assert not await db.choices.swap_for(first.id, GIULIA, 1, None)


async def test_what_else_is_under_way_for_the_class_comes_before_its_giving_back(db: Database) -> None:
    await pair(db)
    giulias, marcos = await both_claimed(db)
    await won(db, giulias)
    again = await db.claims.add_claimed(NewAction(ActionType.BOOK, GIULIA, PILATES), "w", 60)
    assert again

    await lost_twice(db, marcos)

    assert (await stands(db)).state is PairState.OPEN
    await won(db, again)
    assert await cancelling(db) == [(GIULIA, "pending")]


async def test_a_pair_that_somebody_spoilt_by_hand_keeps_nobody_from_settling(db: Database) -> None:
    await pair(db)
    giulias, _ = await both_claimed(db)
    await db.connection.write("UPDATE pairs SET free_until = 'soon'")

    await won(db, giulias)

    settled = await db.requests.find(giulias.id)
    assert settled
    assert settled.status is ActionStatus.COMPLETED


@pytest.mark.parametrize("broken", ["asker_action_id", "friend_action_id"])
async def test_a_row_that_can_not_be_read_any_more_leaves_no_pair_undecided(
    db: Database, clock: FakeClock, broken: str
) -> None:
    _, shared = await pair(db, both_or_none=False)
    number = getattr(shared, broken)
    other = MARCO if broken == "asker_action_id" else GIULIA
    await db.connection.write("UPDATE booking_actions SET opens_at = 'domani' WHERE id = :id", {"id": number})
    await won(db, await claimed(db, other))
    for _ in range(2):
        reading = await claimed(db, GIULIA if other == MARCO else MARCO, ActionType.CHECK)
        await outcomes.sync(db, reading, [], ROME)
        clock.go(seconds=40)
    assert (await stands(db)).state is PairState.APART

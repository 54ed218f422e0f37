"""The queue: one live action per slot, one holder per action, nothing lost, nothing done twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from actions.decide import handed_back
from database import Database, open_database
from domain.errors import AlreadyQueued, AppError, LeaseLost, SiteUnavailable, SlotFull
from domain.model import ActionStatus, ActionType, Booking, ClassRef, NoticeKind
from domain.requests import NewAction
from store.connection import Connection, Parameters, Row
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.engines import REFUSED, Place, another_writes

PILATES = ClassRef("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18, 0))
HELD = Booking("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18, 0), 55)
BOOK = NewAction(ActionType.BOOK, GIULIA, PILATES)
pytestmark = pytest.mark.both_engines


async def test_the_second_tap_meets_the_first_ticket(db: Database) -> None:
    first = await db.requests.add(BOOK)
    with pytest.raises(AlreadyQueued) as same:
        await db.requests.add(replace(BOOK, wish=replace(PILATES, course="Pilates Matwork")))
    assert same.value.action_id == first.id


async def test_two_taps_at_once_make_one_action(db: Database) -> None:
    results = await asyncio.gather(*(db.requests.add(BOOK) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, AlreadyQueued) for result in results) == 9


async def test_another_person_may_want_the_same_slot(db: Database) -> None:
    await db.requests.add(BOOK)
    assert (await db.requests.add(replace(BOOK, user_id=MARCO))).user_id == MARCO


async def test_a_finished_action_does_not_stand_in_the_way_of_a_new_one(db: Database) -> None:
    await db.requests.add(BOOK)
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.failed(SlotFull("full")))
    assert (await db.requests.add(BOOK)).id != action.id


async def test_many_workers_claim_each_action_once(db: Database, place: Place, clock: FakeClock) -> None:
    wanted = [
        await db.requests.add(replace(BOOK, user_id=1000 + hour, wish=replace(PILATES, start=time(hour, minute))))
        for hour in range(8, 18)
        for minute in (0, 30)
    ]
    async with open_database(place, clock) as other:
        claims = await asyncio.gather(*(d.claims.claim(f"w{n}", 60) for n in range(15) for d in (db, other)))
    assert sorted(action.id for action in claims if action) == [action.id for action in wanted]


async def test_an_account_has_three_in_hand_at_once_so_that_nobody_waits_for_another(
    db: Database, clock: FakeClock
) -> None:
    hers = [
        await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(hour)))) for hour in (8, 10, 12, 14, 16)
    ]
    his = await db.requests.add(replace(BOOK, user_id=MARCO))
    claimed = [await db.claims.claim("w", 60) for _ in range(5)]
    assert sorted(action.id for action in claimed if action) == [*(action.id for action in hers[:3]), his.id]
    assert not await db.claims.due()
    assert claimed[0]
    await db.settlement.settle(claimed[0], outcomes.failed(SlotFull("full")))
    fourth = await db.claims.claim("w", 60)
    assert fourth
    assert fourth.id == hers[3].id


async def test_who_asks_for_much_at_once_waits_for_others_with_all_but_the_first(db: Database) -> None:
    hers = [await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(hour)))) for hour in (8, 10, 12)]
    his = await db.requests.add(NewAction(ActionType.CHECK, MARCO))
    claimed = [await db.claims.claim("w", 60) for _ in range(4)]
    assert [action.id for action in claimed if action] == [hers[0].id, his.id, hers[1].id, hers[2].id]


async def test_nobody_is_put_before_a_booking_whose_opening_is_near(db: Database, clock: FakeClock) -> None:
    for hour in (8, 10):
        await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(hour))))
        assert await db.claims.claim("w", 60)
    soon = replace(BOOK, opens_at=clock() + timedelta(seconds=30), run_at=clock())
    opening = [await db.requests.add(replace(soon, wish=replace(PILATES, start=time(hour)))) for hour in (12, 14)]
    await db.requests.add(NewAction(ActionType.CHECK, MARCO))
    claimed = [await db.claims.claim("w", 60) for _ in range(2)]
    assert [action.id for action in claimed if action] == [each.id for each in opening]


async def test_what_a_person_asks_for_waits_for_no_quiet_reading_of_theirs(db: Database) -> None:
    readings = [NewAction(ActionType.CHECK, GIULIA, quiet=True), NewAction(ActionType.REFRESH, GIULIA, quiet=True)]
    for reading in readings:
        await db.requests.add(reading)
        assert await db.claims.claim("w", 60)
    for hour in (8, 10, 12):
        await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(hour))))
        assert await db.claims.claim("w", 60)


async def test_near_an_opening_an_account_has_as_many_in_hand_as_it_waits_for(db: Database, clock: FakeClock) -> None:
    opens = clock() + timedelta(minutes=1)
    for hour in (8, 10, 12, 14, 16):
        wish = replace(PILATES, start=time(hour))
        await db.requests.add(replace(BOOK, wish=wish, opens_at=opens, run_at=clock()))
    assert len([one for _ in range(6) if (one := await db.claims.claim("w", 60))]) == 5
    await db.requests.add(replace(BOOK, wish=replace(PILATES, start=time(20))))
    assert await db.claims.claim("w", 60), "what waits for an opening takes no hand of what can be done now"


async def test_an_action_is_not_claimed_before_its_time(db: Database, clock: FakeClock) -> None:
    await db.requests.add(replace(BOOK, run_at=clock() + timedelta(hours=1)))
    assert not await db.claims.due()
    assert await db.claims.claim("w", 60) is None
    clock.go(hours=1)
    assert await db.claims.due()
    assert await db.claims.claim("w", 60)


async def test_bookings_go_before_routine_work(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.REFRESH, GIULIA))
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    clock.go(seconds=5)
    booking = await db.requests.add(BOOK)
    claimed = [await db.claims.claim("w", 60) for _ in range(3)]
    assert claimed[0]
    assert claimed[0].id == booking.id


async def test_what_waits_for_its_opening_can_be_withdrawn_until_its_worker_begins_to_act(
    db: Database, clock: FakeClock
) -> None:
    action = await db.requests.add(replace(BOOK, opens_at=clock() + timedelta(minutes=4)))
    mine = await db.claims.claim("w", 60)
    assert mine
    await db.claims.begin_to_act(mine)
    assert await db.requests.withdraw(action.id, GIULIA) is None
    clock.go(seconds=61)
    again = await db.claims.claim("another", 60)  # the first died: it may have shot before
    assert again
    assert again.acting
    assert await db.requests.withdraw(action.id, GIULIA) is None
    await db.settlement.settle(again, handed_back(AppError("stopped")))
    assert await db.requests.withdraw(action.id, GIULIA)
    with pytest.raises(LeaseLost):
        await db.claims.begin_to_act(again)


async def test_who_waited_for_the_lock_past_the_last_call_withdraws_nothing(
    db: Database, place: Place, clock: FakeClock
) -> None:
    action = await db.requests.add(replace(BOOK, opens_at=clock() + timedelta(minutes=4)))
    assert await db.claims.claim("w", 60)
    with another_writes(place):
        withdrawing = asyncio.create_task(db.requests.withdraw(action.id, GIULIA))
        await asyncio.sleep(0)
        clock.go(seconds=235)
    assert await withdrawing is None


async def test_a_dead_workers_action_is_claimed_again(db: Database, clock: FakeClock) -> None:
    await db.requests.add(BOOK)
    dead = await db.claims.claim("dead", 60)
    clock.go(seconds=59)
    assert await db.claims.claim("w", 60) is None
    clock.go(seconds=1)
    again = await db.claims.claim("w", 60)
    assert dead
    assert again
    assert (again.id, again.attempts) == (dead.id, 2)


async def test_no_routine_work_delays_the_preparation_for_an_opening(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, MARCO, quiet=True))
    clock.go(seconds=2)
    await db.requests.add(replace(BOOK, opens_at=clock() + timedelta(minutes=4), run_at=clock()))
    first = await db.claims.claim("w", 60)
    assert first
    assert first.type is ActionType.BOOK


async def test_what_waits_for_a_later_opening_is_claimed_after_all_that_can_be_done_now(
    db: Database, clock: FakeClock
) -> None:
    opens = clock() + timedelta(minutes=4)
    for start in (time(8), time(9)):
        await db.requests.add(replace(BOOK, wish=replace(PILATES, start=start), opens_at=opens, run_at=clock()))
    clock.go(seconds=2)
    now = await db.requests.add(NewAction(ActionType.CHECK, MARCO))
    first = await db.claims.claim("w", 60)
    assert first
    assert first.id == now.id
    clock.go(minutes=3, seconds=10)
    await db.requests.add(NewAction(ActionType.REFRESH, MARCO))
    near = await db.claims.claim("w", 60)
    assert near
    assert near.type is ActionType.BOOK


async def test_a_heartbeat_keeps_an_action_from_others(db: Database, clock: FakeClock) -> None:
    await db.requests.add(BOOK)
    mine = await db.claims.claim("w", 60)
    assert mine
    clock.go(seconds=50)
    await db.claims.refuse_if_lost(mine)
    assert await db.claims.extend([(mine, 60)]) == []
    clock.go(seconds=50)
    assert await db.claims.claim("other", 60) is None


@pytest.mark.parametrize("about_to_act", ["refuse_if_lost", "pressing", "giving_up"])
async def test_who_acts_under_a_lease_that_ran_out_holds_it_anew(
    db: Database, clock: FakeClock, about_to_act: str
) -> None:
    await db.requests.add(BOOK)
    mine = await db.claims.claim("w", 60)
    assert mine
    clock.go(seconds=61)
    await getattr(db.claims, about_to_act)(mine)
    assert await db.claims.claim("other", 60) is None


async def test_a_lease_that_was_extended_meanwhile_is_not_shortened_by_who_is_about_to_act(
    db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await db.requests.add(BOOK)
    mine = await db.claims.claim("w", 60)
    assert mine
    clock.go(seconds=61)
    read = type(db.connection).row

    async def row(connection: Connection, statement: str, values: Parameters | None = None) -> Row | None:
        found = await read(connection, statement, values)
        if statement.startswith("SELECT lease_until"):
            assert await db.claims.extend([(mine, 60)]) == []  # the heartbeat, right after it was read
        return found

    monkeypatch.setattr(type(db.connection), "row", row)
    await db.claims.refuse_if_lost(mine)
    clock.go(seconds=50)
    assert await db.claims.claim("other", 60) is None


async def test_who_lost_the_lease_can_settle_nothing(db: Database, clock: FakeClock) -> None:
    await db.requests.add(BOOK)
    late = await db.claims.claim("late", 60)
    assert late
    clock.go(seconds=61)
    await db.claims.claim("w", 60)
    with pytest.raises(LeaseLost):
        await db.claims.refuse_if_lost(late)
    with pytest.raises(LeaseLost):
        await db.settlement.settle(late, outcomes.booked(HELD, "seen"))
    assert await db.claims.extend([(late, 60)]) == [late]
    assert await db.bookings.held(GIULIA, date(2026, 11, 22)) == []
    assert await db.outbox.next_of_each() == []


async def test_a_booking_its_row_and_its_notice_come_together(db: Database) -> None:
    await db.requests.add(BOOK)
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.booked(HELD, "seen"))
    done = await db.requests.find(action.id)
    [held] = await db.bookings.held(GIULIA, date(2026, 11, 22))
    [notice] = await db.outbox.next_of_each()
    assert done
    assert done.status is ActionStatus.COMPLETED
    assert done.booking_id == held.booking_id == "20261124-1800-pilates-matwork-giuriati"
    assert (notice.kind, notice.action_id) == (NoticeKind.RESULT, action.id)


async def test_a_retry_waits_and_counts(db: Database, clock: FakeClock) -> None:
    await db.requests.add(BOOK)
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.tried_again(clock() + timedelta(seconds=4), SiteUnavailable("503")))
    assert await db.claims.claim("w", 60) is None
    clock.go(seconds=4)
    again = await db.claims.claim("w", 60)
    assert again
    assert (again.failures, again.attempts, again.error_kind) == (1, 2, "SiteUnavailable")


async def test_a_released_action_is_claimed_at_once_and_has_not_failed(db: Database) -> None:
    await db.requests.add(BOOK)
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, handed_back(AppError("stopped")))
    again = await db.claims.claim("w", 60)
    assert again
    assert again.failures == 0
    assert await db.outbox.next_of_each() == []


async def test_only_its_owner_withdraws_an_action_and_only_while_it_waits(db: Database) -> None:
    action = await db.requests.add(BOOK)
    assert await db.requests.withdraw(action.id, MARCO) is None
    withdrawn = await db.requests.withdraw(action.id, GIULIA)
    assert withdrawn
    assert withdrawn.status is ActionStatus.CANCELLED
    running = await db.requests.add(BOOK)
    await db.claims.claim("w", 60)
    assert await db.requests.withdraw(running.id, GIULIA) is None


async def test_somebody_elses_ticket_is_not_found(db: Database) -> None:
    action = await db.requests.add(BOOK)
    assert await db.requests.find(action.id, MARCO) is None
    assert await db.requests.find(action.id, GIULIA)


async def test_a_row_typed_by_hand_with_the_given_columns_alone_is_claimed(db: Database) -> None:
    await db.connection.write(
        "INSERT INTO booking_actions (action_type, user_id, status, location, course_name, date, time_slot)"
        " VALUES ('book', 42, 'pending', 'Giuriati', 'YOGA', '2026-11-25', '18:00-18:55')"
    )
    # The row's run_at is the machine's now, which the standing clock of this test has not reached.
    row = await db.connection.write("UPDATE booking_actions SET run_at = '2026-01-01T00:00:00.000Z' RETURNING id")
    action = await db.claims.claim("w", 60)
    assert action
    assert (action.id, action.wish) == (row[0]["id"], ClassRef("YOGA", "Giuriati", date(2026, 11, 25), time(18, 0)))


@pytest.mark.parametrize(
    ("column", "value"),
    [("status", "lost"), ("action_type", "steal"), ("date", "24/11/2026"), ("time_slot", "six"), ("user_id", "me")],
)
async def test_the_database_refuses_what_the_queue_could_not_read(db: Database, column: str, value: str) -> None:
    row = {"action_type": "book", "user_id": 42, "date": "2026-11-24", "time_slot": "18:00"} | {column: value}
    names = ", ".join(f":{name}" for name in row)
    with pytest.raises(REFUSED):
        await db.connection.write(f"INSERT INTO booking_actions ({', '.join(row)}) VALUES ({names})", row)


async def test_a_script_takes_a_waiting_routine_action_but_not_one_in_hand(db: Database) -> None:
    new = NewAction(ActionType.REFRESH, GIULIA, quiet=True)
    waiting = await db.requests.add(new)
    mine = await db.claims.add_claimed(new, "script", 60)
    assert mine
    assert (mine.id, mine.attempts) == (waiting.id, 1)
    assert await db.claims.add_claimed(new, "another script", 60) is None


async def test_routine_work_is_not_among_the_latest_actions(db: Database) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, GIULIA, quiet=True))
    mine = await db.requests.add(BOOK)
    assert [action.id for action in await db.requests.latest(GIULIA, 10)] == [mine.id]


@pytest.mark.sqlite
async def test_a_claim_walks_past_finished_rows_without_reading_them(db: Database) -> None:
    plan = await db.connection.rows(
        "EXPLAIN QUERY PLAN SELECT id FROM booking_actions WHERE status = 'pending' AND run_at <= '2026' "
        "UNION ALL SELECT id FROM booking_actions WHERE status = 'processing' AND lease_until <= '2026'"
    )
    scans = [row["detail"] for row in plan if "booking_actions" in row["detail"]]
    assert len(scans) == 2
    assert all("INDEX pending_actions" in scan or "INDEX leased_actions" in scan for scan in scans)


@pytest.mark.sqlite
async def test_every_look_at_live_and_routine_actions_goes_through_an_index_of_its_own(db: Database) -> None:
    live = "user_id = 42 AND status IN ('pending', 'processing')"
    routine = "user_id = 42 AND action_type = 'check' AND action_type IN ('check', 'refresh')"
    for query, index in [
        (f"SELECT * FROM booking_actions WHERE {live} AND action_type IN ('book', 'cancel')", "live_actions"),
        (f"SELECT max(completed_at) FROM booking_actions WHERE {routine} AND status = 'completed'", "routine_done"),
        (f"SELECT max(created_at) FROM booking_actions WHERE {routine}", "routine_tries"),
    ]:
        plan = await db.connection.rows(f"EXPLAIN QUERY PLAN {query}")
        assert any(index in row["detail"] for row in plan)


async def test_a_row_that_can_not_be_read_fails_alone_and_keeps_nobody_waiting(db: Database, clock: FakeClock) -> None:
    broken, good = await db.requests.add(BOOK), await db.requests.add(NewAction(ActionType.CHECK, GIULIA))
    await db.connection.write("UPDATE booking_actions SET opens_at = 'domani' WHERE id = :id", {"id": broken.id})
    claimed = await db.claims.claim("w", 60)
    assert claimed
    assert claimed.id == good.id
    [row] = await db.connection.rows("SELECT status, error FROM booking_actions WHERE id = :id", {"id": broken.id})
    assert row["status"] == ActionStatus.FAILED
    assert "can't be read" in row["error"]
    assert await db.requests.find(broken.id) is None
    assert [action.id for action in await db.requests.latest(GIULIA, 10)] == [good.id]
    assert await db.requests.live(GIULIA) == []


async def test_what_is_held_can_be_listed_beside_a_row_that_can_not_be_read(db: Database, clock: FakeClock) -> None:
    action = await db.claims.add_claimed(NewAction(ActionType.CHECK, GIULIA), "w", 60)
    assert action
    await outcomes.sync(db, action, [HELD, replace(HELD, day=date(2026, 11, 25))], ZoneInfo("Europe/Rome"))
    await db.connection.write("UPDATE user_bookings SET updated_at = 'ieri' WHERE booking_date = '2026-11-24'")
    assert len(await db.bookings.held(GIULIA, clock().date())) == 1
    assert len(await db.reminders.due(clock().date(), date(2026, 11, 30), clock())) == 1


@pytest.mark.parametrize(
    ("day", "start"),
    [("2026-11-31", "18:00"), ("2026-13-01", "18:00"), ("now", "18:00"), ("2026-11-24", "29:00")],
)
async def test_a_date_or_time_that_does_not_exist_is_refused(db: Database, day: str, start: str) -> None:
    values = {"day": day, "start": start}
    for insert in (
        "INSERT INTO booking_actions (action_type, user_id, date, time_slot) VALUES ('book', 42, :day, :start)",
        "INSERT INTO user_bookings (user_id, booking_date, booking_time) VALUES (42, :day, :start)",
    ):
        with pytest.raises(REFUSED):
            await db.connection.write(insert, values)

"""The worker: what is queued is done on the site, settled with the right words, and survives whoever dies."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from actions.runner import ActionRunner
from database import Database, open_database
from demo.site import Site, SiteWorld
from domain.errors import Blocked, LoginRejected
from domain.model import PREPARE, Action, ActionStatus, ActionType, BookingStatus, ClassRef, Role, utc_now
from domain.people import Person
from domain.requests import NewAction
from portal.portal import Portal
from runtime import process_names
from runtime.changes import Pace
from runtime.settings import Settings, load
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.lent_browser import pilates, portal, site  # noqa: F401 - fixtures
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, OTP_URL, PASSWORD, ROME, TUESDAY, credentials, enter
from worker import LIMITS, Limits, Worker

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

OWNER = 1
THURSDAY = date(2026, 11, 26)
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)

MakeWorker = Callable[[Limits], Worker]


@pytest_asyncio.fixture(loop_scope="session")
async def db(tmp_path: Path, site_clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "polimisport.db", site_clock) as database:
        await database.people.set([Person(OWNER, Role.OWNER, "x")])
        yield database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    path = tmp_path / "config.json"
    keys = {"username": GIULIA, "password": PASSWORD, "otpatu": OTP_URL}
    path.touch(mode=0o600)
    path.write_text(json.dumps(keys | {"telegram": {"bot_token": "123456:token", "allowed_user_id": OWNER}}))
    return load(path)


@pytest.fixture
def runner(db: Database, portal: Portal, settings: Settings, site_clock: FakeClock) -> ActionRunner:
    return ActionRunner(db, portal, {OWNER: credentials(OWNER)}, settings.opening_rule, site_clock)


@pytest.fixture
def worker(db: Database, portal: Portal, runner: ActionRunner, settings: Settings, site: Site) -> Worker:
    enter(portal.session(credentials(OWNER)), site)
    return Worker(db, portal, runner, settings)


@pytest.fixture
def limited(db: Database, portal: Portal, runner: ActionRunner, settings: Settings, worker: Worker) -> MakeWorker:
    """Makes a worker with limits of its own."""
    return lambda limits: Worker(db, portal, runner, settings, limits=limits)


async def done(db: Database, worker: Worker, new: NewAction) -> Action:
    action = await db.requests.add(new)
    await worker.burst()
    row = await db.requests.find(action.id)
    assert row
    return row


async def test_a_queued_booking_is_made_and_written_down(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    [held] = await db.bookings.held(OWNER, TUESDAY)
    assert action.status is ActionStatus.COMPLETED
    assert pilates.matches(held.booking.ref)
    assert len(world.bookings(GIULIA)) == 1


async def test_a_queued_cancellation_frees_the_place(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    booked = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    action = await done(db, worker, NewAction(ActionType.CANCEL, OWNER, booking_id=booked.booking_id))
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert action.status is ActionStatus.COMPLETED
    assert row["status"] == BookingStatus.CANCELLED
    assert world.bookings(GIULIA) == []


def by_hand(pilates: ClassRef, **more: object) -> dict[str, object]:
    """The columns of a cancellation that somebody typed: when, and not what."""
    return {"user_id": OWNER, "date": str(pilates.day), "time": f"{pilates.start:%H:%M}", "booking_id": None, **more}


async def cancel_by_hand(db: Database, worker: Worker, columns: dict[str, object]) -> Action:
    [row] = await db.connection.write(
        """
        INSERT INTO booking_actions (action_type, user_id, date, time_slot, booking_id, run_at)
        VALUES ('cancel', :user_id, :date, :time, :booking_id, '2026-11-22T00:00:00.000Z') RETURNING id
        """,
        columns,
    )
    await worker.burst()
    action = await db.requests.find(row["id"])
    assert action
    return action


@pytest.mark.parametrize("booking_id", ["1", None])
async def test_a_cancellation_typed_without_a_course_frees_what_is_held_then(
    db: Database, worker: Worker, world: SiteWorld, pilates: ClassRef, booking_id: str | None
) -> None:
    await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    action = await cancel_by_hand(db, worker, by_hand(pilates, booking_id=booking_id))
    [row] = await db.connection.rows("SELECT status FROM user_bookings")
    assert (action.status, action.error) == (ActionStatus.COMPLETED, None)
    assert action.class_ref.matches(pilates)  # and so it is told
    assert row["status"] == BookingStatus.CANCELLED
    assert world.bookings(GIULIA) == []


async def half_a_minute_later(db: Database, worker: Worker, site_clock: FakeClock, action: Action) -> Action:
    """The second look; until then nothing was told."""
    assert (action.status, action.absent_since is None) == (ActionStatus.PENDING, False)
    site_clock.go(seconds=5)  # on a busy machine some more have passed
    await worker.burst()
    assert await db.requests.find(action.id) == action
    site_clock.go(seconds=26)
    await worker.burst()
    row = await db.requests.find(action.id)
    assert row
    return row


async def test_a_cancellation_of_what_is_not_held_is_not_called_done(
    db: Database, worker: Worker, site_clock: FakeClock, pilates: ClassRef
) -> None:
    action = await cancel_by_hand(db, worker, by_hand(pilates))
    action = await half_a_minute_later(db, worker, site_clock, action)
    assert (action.status, action.error_kind) == (ActionStatus.FAILED, "NothingToCancel")


async def test_a_cancellation_of_what_was_held_and_is_gone_by_itself_is_not_called_done(
    db: Database, worker: Worker, world: SiteWorld, site_clock: FakeClock, pilates: ClassRef
) -> None:
    """Nothing was pressed; the list is read again, and whether it is lost is told by two readings."""
    await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    world.cancel(GIULIA, world.slot(TUESDAY, course=pilates.course).appointment_id)
    action = await done(db, worker, NewAction(ActionType.CANCEL, OWNER, pilates))
    action = await half_a_minute_later(db, worker, site_clock, action)
    assert (action.status, action.error_kind) == (ActionStatus.FAILED, "NothingToCancel")
    [held] = await db.bookings.held(OWNER, TUESDAY)
    assert held.missing_since is not None


async def test_a_cancellation_whose_answer_is_lost_is_called_ours_after_a_second_reading(
    db: Database, worker: Worker, world: SiteWorld, site_clock: FakeClock, pilates: ClassRef
) -> None:
    await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    world.faults.lost_answer = True
    action = await done(db, worker, NewAction(ActionType.CANCEL, OWNER, pilates))
    assert (action.pressed, world.bookings(GIULIA)) == (True, [])
    world.faults.clear()
    action = await half_a_minute_later(db, worker, site_clock, action)
    assert (action.status, action.result) == (ActionStatus.COMPLETED, "gone since an earlier try")


async def test_a_list_that_was_empty_for_a_moment_does_not_make_a_cancellation(
    db: Database, worker: Worker, world: SiteWorld, site_clock: FakeClock, pilates: ClassRef
) -> None:
    """An earlier try was lost before it pressed anything, and the site shows an empty list at the next one."""
    await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    world.faults.empty_bookings = True
    action = await done(db, worker, NewAction(ActionType.CANCEL, OWNER, pilates))
    assert not action.pressed
    world.faults.clear()
    action = await half_a_minute_later(db, worker, site_clock, action)
    assert (action.status, action.result, world.bookings(GIULIA)) == (ActionStatus.COMPLETED, "read back as gone", [])


@pytest.mark.parametrize("is_booked", [False, True])
async def test_what_comes_to_be_booked_after_the_free_limit_is_asked_about_and_not_booked(
    db: Database, worker: Worker, world: SiteWorld, pilates: ClassRef, is_booked: bool
) -> None:
    """The machine was off; an earlier try that got through counts all the same."""
    if is_booked:
        world.book(GIULIA, world.slot(TUESDAY, course=pilates.course).appointment_id)
    late = NewAction(ActionType.BOOK, OWNER, pilates, free_until=NOW - timedelta(minutes=1))
    action = await done(db, worker, late)
    expected = (ActionStatus.COMPLETED, None) if is_booked else (ActionStatus.FAILED, "TooLateToAsk")
    assert (action.status, action.error_kind) == expected
    assert world.shots == []


async def test_a_full_slot_fails_with_its_reason(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    world.fill(world.slot(TUESDAY, course=pilates.course).appointment_id)
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    assert (action.status, action.error_kind) == (ActionStatus.FAILED, "SlotFull")


async def test_a_slot_that_opens_later_goes_back_to_wait_for_its_opening(
    db: Database,
    worker: Worker,
    world: SiteWorld,
) -> None:
    slot = world.slots(THURSDAY)[0]
    later = ClassRef(slot.course, "Giuriati", THURSDAY, time.fromisoformat(slot.start))
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, later))
    assert action.status is ActionStatus.PENDING
    assert action.opens_at == datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert action.run_at == action.opens_at - PREPARE
    assert world.shots == []


async def test_a_timetable_and_the_bookings_are_read(db: Database, worker: Worker, world: SiteWorld) -> None:
    world.book(GIULIA, world.slot(TUESDAY, course="PILATES MATWORK").appointment_id)
    refresh = await done(db, worker, NewAction(ActionType.REFRESH, OWNER, quiet=True))
    check = await done(db, worker, NewAction(ActionType.CHECK, OWNER, quiet=True))
    assert (refresh.status, check.status) == (ActionStatus.COMPLETED, ActionStatus.COMPLETED)
    assert len(await db.catalogue.days(NOW.date())) == 8
    assert {"PILATES MATWORK", "Fit Center"} <= {course.name for course in await db.catalogue.courses_on(1)}
    assert len(await db.bookings.held(OWNER, TUESDAY)) == 1
    assert await db.outbox.next_of_each() == []


async def test_a_broken_timetable_leaves_the_old_one(db: Database, worker: Worker, world: SiteWorld) -> None:
    await done(db, worker, NewAction(ActionType.REFRESH, OWNER, quiet=True))
    before = await db.catalogue.slots_on(TUESDAY)
    world.faults.empty_timetable = True
    action = await done(db, worker, NewAction(ActionType.REFRESH, OWNER, quiet=True))
    assert (action.status, action.error_kind, action.failures) == (ActionStatus.PENDING, "SiteChanged", 1)
    assert await db.catalogue.slots_on(TUESDAY) == before


async def test_a_site_that_is_down_is_tried_again_later(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    world.faults.status_503 = True
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    assert (action.status, action.failures, action.error_kind) == (ActionStatus.PENDING, 1, "SiteUnavailable")


async def test_a_booking_put_in_by_hand_learns_when_it_opens_though_its_account_waits(
    db: Database, worker: Worker, settings: Settings
) -> None:
    [row] = await db.connection.write(
        "INSERT INTO booking_actions (action_type, user_id, location, course_name, date, time_slot)"
        " VALUES ('book', :who, 'Giuriati', 'YOGA', '2099-11-24', '18:00') RETURNING id",
        {"who": OWNER},
    )
    await outcomes.pause(db, OWNER, Blocked("HTTP 403", status=403), lambda _: timedelta(days=36500), utc_now())
    assert not await worker.step()
    action = await db.requests.find(row["id"])
    assert action
    assert action.opens_at == settings.opening_rule.opens_at(date(2099, 11, 24))


async def test_a_stranger_in_the_queue_is_refused_and_never_reaches_the_site(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    action = await done(db, worker, NewAction(ActionType.BOOK, 999, pilates))
    assert (action.status, action.error_kind) == (ActionStatus.FAILED, "ConfigError")
    assert world.log == []


async def test_after_a_refused_password_nothing_is_tried(
    db: Database,
    portal: Portal,
    settings: Settings,
    world: SiteWorld,
    site_clock: FakeClock,
    pilates: ClassRef,
) -> None:
    wrong = replace(credentials(OWNER), password="not-this-one")
    worker = Worker(db, portal, ActionRunner(db, portal, {OWNER: wrong}, settings.opening_rule, site_clock), settings)
    first = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    second = await done(db, worker, NewAction(ActionType.CHECK, OWNER))
    assert (first.error_kind, second.error_kind) == ("LoginRejected", "LoginRejected")
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_a_dead_workers_booking_is_found_and_not_made_twice(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    site_clock: FakeClock,
    pilates: ClassRef,
) -> None:
    """The worker died between the site's commit and ours."""
    action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    await db.claims.claim("dead", 60)
    world.book(GIULIA, world.slot(TUESDAY, course=pilates.course).appointment_id)
    site_clock.go(seconds=61)
    await worker.burst()
    row = await db.requests.find(action.id)
    assert row
    assert row.status is ActionStatus.COMPLETED
    assert len(world.bookings(GIULIA)) == 1
    assert [shot for shot in world.shots if shot.user] == []


async def test_an_action_that_kills_its_workers_is_given_up(
    db: Database,
    worker: Worker,
    world: SiteWorld,
    site_clock: FakeClock,
    pilates: ClassRef,
) -> None:
    action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    for _ in range(LIMITS.crashes):
        await db.claims.claim("dead", 60)
        site_clock.go(seconds=61)
    await worker.burst()
    row = await db.requests.find(action.id)
    assert row
    assert row.status is ActionStatus.FAILED
    assert world.shots == []


async def test_a_stop_gives_back_what_is_in_hand(
    db: Database, limited: MakeWorker, world: SiteWorld, pilates: ClassRef
) -> None:
    worker = limited(Limits(grace=0.1))
    world.faults.hang = True
    action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    await worker.step()
    stop = asyncio.Event()
    stop.set()
    await worker.run(stop)
    row = await db.requests.find(action.id)
    assert row
    assert (row.status, row.failures, row.attempts) == (ActionStatus.PENDING, 0, 1)


async def test_an_action_that_hangs_loses_its_session_and_is_tried_again(
    db: Database, limited: MakeWorker, world: SiteWorld, pilates: ClassRef
) -> None:
    worker = limited(Limits(longest_action=0.0))
    world.faults.hang = True
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, pilates))
    assert (action.status, action.error_kind) == (ActionStatus.PENDING, "SiteUnavailable")


@pytest.mark.process
async def test_what_a_dead_process_of_this_machine_held_is_taken_over_at_once(
    db: Database, worker: Worker, world: SiteWorld, pilates: ClassRef
) -> None:
    died = await asyncio.create_subprocess_exec("true")
    await died.wait()
    action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    await db.claims.claim(process_names.name_of(died.pid), 60)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    async with asyncio.timeout(PATIENCE):
        while (row := await db.requests.find(action.id)) and row.status is not ActionStatus.COMPLETED:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    stop.set()
    await running
    assert len(world.bookings(GIULIA)) == 1


async def test_a_worker_whose_hands_are_full_ends_the_leases_of_a_dead_one_once(
    db: Database, limited: MakeWorker, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    died = await asyncio.create_subprocess_exec("true")
    await died.wait()
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    await db.claims.claim(process_names.name_of(died.pid), 60)
    ended: list[str] = []
    end_leases_of = db.claims.end_leases_of

    async def counted(holder: str) -> None:
        ended.append(holder)
        await end_leases_of(holder)

    monkeypatch.setattr(db.claims, "end_leases_of", counted)
    stop = asyncio.Event()
    running = asyncio.create_task(limited(Limits(at_once=0)).run(stop))
    async with asyncio.timeout(PATIENCE):
        while not ended:  # noqa: ASYNC110 - the worker tells nobody
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)  # each write wakes the worker again
    stop.set()
    await running
    assert len(ended) == 1


async def test_hands_full_of_slow_actions_take_a_booking_whose_opening_is_near(
    db: Database, limited: MakeWorker, pilates: ClassRef, site_clock: FakeClock
) -> None:
    now = site_clock()
    soon = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates, run_at=now, opens_at=now + PREPARE / 2))
    await db.requests.add(NewAction(ActionType.CHECK, OWNER))
    full = limited(Limits(at_once=0))
    assert await full.step()
    assert not await full.step()
    statuses = {row["id"]: row["status"] for row in await db.connection.rows("SELECT id, status FROM booking_actions")}
    assert statuses.pop(soon.id) == ActionStatus.PROCESSING
    assert set(statuses.values()) == {ActionStatus.PENDING}
    stop = asyncio.Event()
    stop.set()
    await full.run(stop)  # hands back what it holds


@pytest.mark.parametrize("later", [timedelta(0), timedelta(seconds=0.5)], ids=["now", "in a moment"])
async def test_what_is_put_in_is_claimed_at_its_time_without_a_look(
    db: Database,
    worker: Worker,
    pilates: ClassRef,
    site_clock: FakeClock,
    later: timedelta,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "_pace", Pace(look=10 * PATIENCE, anyway=10 * PATIENCE))
    monkeypatch.setattr(worker, "_clock", site_clock)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    action = await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates, run_at=site_clock() + later))
    async with asyncio.timeout(PATIENCE):
        while (row := await db.requests.find(action.id)) and row.started_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await running


async def test_a_worker_that_claims_one_after_the_other_for_long_makes_progress(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    async def claimed() -> bool:
        seen.append(worker.last_progress)
        await asyncio.sleep(0.01)
        return len(seen) < 3

    monkeypatch.setattr(worker, "step", claimed)
    await worker._look(asyncio.Event())
    assert seen[0] < seen[1] < seen[2]


async def test_what_lives_or_is_elsewhere_is_not_taken_for_dead() -> None:
    here = process_names.name_of(os.getpid())
    assert not process_names.is_dead(here)
    assert not process_names.is_dead(here.replace(here.split()[0], "another-machine"))
    assert not process_names.is_dead("by hand")


async def test_a_worker_makes_itself_ready_while_somebody_is_choosing(
    db: Database, worker: Worker, portal: Portal
) -> None:
    await db.people.expect(OWNER)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))
    async with asyncio.timeout(PATIENCE):
        while portal.engine.is_asleep:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    stop.set()
    await running
    assert portal.engine.is_asleep


async def test_a_failing_look_at_the_queue_does_not_end_the_worker(
    db: Database, limited: MakeWorker, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("nobody thought of this")

    stop, failed, claim = asyncio.Event(), asyncio.Event(), db.claims.claim

    async def claim_once_broken(name: str, lease: float, **more: bool) -> Action | None:
        if not failed.is_set():
            failed.set()
            fail()
        stop.set()
        return await claim(name, lease, **more)

    worker = limited(Limits(pause_after_error=0.01))
    monkeypatch.setattr(db.claims, "claim", claim_once_broken)
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, pilates))
    async with asyncio.timeout(PATIENCE):
        await worker.run(stop)
    assert failed.is_set()


@pytest.mark.parametrize("told", [True, False], ids=["its opening known", "typed by hand"])
async def test_what_waits_for_its_opening_outlives_a_refused_password(
    db: Database, worker: Worker, site_clock: FakeClock, pilates: ClassRef, told: bool
) -> None:
    later = replace(pilates, day=pilates.day + timedelta(days=30))
    opens = datetime.combine(later.day - timedelta(days=2), time(0), ROME)
    await outcomes.reject(db, OWNER, LoginRejected("no"), utc_now(), tell=False)
    action = await done(db, worker, NewAction(ActionType.BOOK, OWNER, later, opens_at=opens if told else None))
    assert (action.status, action.rehearsal) == (ActionStatus.PENDING, "LoginRejected")
    assert action.run_at == opens - PREPARE

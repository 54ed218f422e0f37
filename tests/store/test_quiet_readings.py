"""The reading of the timetable that is one for all people: when it begins, and when it does not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest

from database import Database, open_database
from domain.errors import LoginRejected, Overlap, SiteUnavailable, SlotFull
from domain.model import Action, ActionType, ClassRef, Role, Timetable, WatchMode
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.outcome import Done, Outcome, PlaceFree
from domain.people import Person
from domain.requests import NewAction
from store.queue.quiet_readings import MOST_AN_HOUR
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, MINE, OWNER, THURSDAY, TODAY, TUESDAY
from tests.support.clock import FakeClock
from tests.support.engines import Place

pytestmark = pytest.mark.both_engines

OPENS = datetime(2026, 11, 23, 23, tzinfo=UTC)
GAG = ClassRef("GAG", "Giuriati", THURSDAY, time(18), "Corsi Platinum")
ZUMBA = ClassRef("ZUMBA", "Giuriati", TUESDAY, time(19), "Corsi Platinum")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(chats.NOON)


@pytest.fixture
async def db(place: Place, clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(place, clock) as database:
        await database.people.set([Person(OWNER, Role.OWNER, "o"), Person(FRIEND, Role.FRIEND, "f")])
        yield database


async def queued(db: Database) -> list[tuple[int, int, str]]:
    rows = await db.connection.rows("SELECT * FROM booking_actions WHERE action_type = 'refresh'")
    return [(row["user_id"], row["quiet"], row["status"]) for row in rows]


async def test_it_is_one_for_all_and_of_the_owner(db: Database, clock: FakeClock) -> None:
    assert await db.quiet_readings.begin() == clock.now
    assert await db.quiet_readings.begin() == clock.now
    assert await queued(db) == [(OWNER, 1, "pending")]


async def test_while_the_owners_account_waits_another_is_asked(db: Database, clock: FakeClock) -> None:
    await outcomes.reject(db, OWNER, LoginRejected("no"), clock.now, tell=False)
    await db.quiet_readings.begin()
    assert await queued(db) == [(FRIEND, 1, "pending")]


async def test_no_reading_begins_while_an_opening_is_near_but_once_it_is_over(db: Database, clock: FakeClock) -> None:
    for minutes in (0, 7):  # the second is near when the first is over
        opens = OPENS + timedelta(minutes=minutes)
        await db.requests.add(
            NewAction(ActionType.BOOK, OWNER, ClassRef("GAG", "x", THURSDAY, time(18, minutes)), opens_at=opens)
        )
    clock.now = OPENS - timedelta(minutes=5)
    over = OPENS + timedelta(minutes=9)
    assert await db.quiet_readings.begin() == over
    assert await db.quiet_readings.under_way() == over
    clock.now = over
    assert await db.quiet_readings.begin() == over


async def test_a_watch_that_will_race_at_an_opening_is_not_disturbed_either(db: Database, clock: FakeClock) -> None:
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, GAG, watch=WatchMode.BOOK, opens_at=OPENS))
    clock.now = OPENS - timedelta(minutes=2)
    assert await db.quiet_readings.begin() == OPENS + timedelta(minutes=2)


async def test_a_reading_that_failed_is_not_tried_again_while_an_opening_is_near(
    db: Database, clock: FakeClock
) -> None:
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, GAG, run_at=OPENS, opens_at=OPENS))
    clock.now = OPENS - timedelta(minutes=15)
    await db.quiet_readings.begin()
    reading = await db.claims.claim("test", 60)
    assert reading
    again = OPENS - timedelta(minutes=3)
    await db.settlement.settle(reading, outcomes.tried_again(again, SiteUnavailable("down")))
    assert await db.quiet_readings.under_way() == OPENS + timedelta(minutes=2)


async def ended(db: Database, error: str | None = None) -> None:
    action = await db.claims.claim("test", 60)
    assert action
    if error:
        await db.settlement.settle(action, outcomes.failed(SiteUnavailable(error)))
    else:
        await db.settlement.settle(action, Done(PlaceFree(), "as if it was read"))


async def test_the_readings_of_an_hour_are_counted_and_none_follows_at_once(db: Database, clock: FakeClock) -> None:
    for _ in range(MOST_AN_HOUR):
        assert await db.quiet_readings.begin() is not None
        await ended(db)
        assert await db.quiet_readings.begin() is None
        clock.go(seconds=31)
    assert await db.quiet_readings.begin() is None
    clock.go(hours=1)
    assert await db.quiet_readings.begin() is not None


async def test_a_site_in_trouble_is_not_asked_at_each_tap(db: Database, clock: FakeClock) -> None:
    await db.quiet_readings.begin()
    await ended(db, "down")
    clock.go(minutes=4)
    assert await db.quiet_readings.begin() is None
    clock.go(minutes=2)
    assert await db.quiet_readings.begin() is not None


def full_at_the_opening(*choices: int) -> OpeningReport:
    return OpeningReport(OPENS, shots=tuple(Shot(each, 0, 0, 0.1, ShotOutcome.FULL) for each in choices))


async def booking(db: Database, clock: FakeClock, watch: WatchMode | None = None) -> Action:
    reading = await db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert reading
    days, activities = (TODAY, TUESDAY, THURSDAY), (chats.PLATINUM, chats.FITNESS)
    await outcomes.refresh(db, reading, Timetable(activities, days, chats.WEEK))
    clock.go(minutes=1)
    new = NewAction(ActionType.BOOK, OWNER, MINE.ref, watch=watch, alternatives=() if watch else (ZUMBA,))
    await db.requests.add(new)
    action = await db.claims.claim("test", 60)
    assert action
    return action


def overlap_of(report: OpeningReport) -> Overlap:
    error = Overlap("you are elsewhere")
    error.opening = report
    return error


@pytest.mark.parametrize(
    ("outcome", "full"),
    [
        (outcomes.failed(SlotFull("full")), ["PILATES MATWORK", "ZUMBA"]),  # Zumba was full before
        (outcomes.failed(overlap_of(full_at_the_opening(0))), ["PILATES MATWORK", "ZUMBA"]),
        (outcomes.booked(MINE, report=full_at_the_opening(0), choice=1), ["PILATES MATWORK", "ZUMBA"]),
        (outcomes.failed(SiteUnavailable("down")), ["ZUMBA"]),
    ],
    ids=["refused", "refused at the opening", "another was won", "not refused"],
)
async def test_what_is_refused_as_full_is_full_for_all_once_that_is_written(
    db: Database, clock: FakeClock, outcome: Outcome, full: list[str]
) -> None:
    action = await booking(db, clock)
    await db.settlement.settle(action, outcome)
    slots = [row.slot for row in await db.catalogue.slots_on(TUESDAY)]
    assert [slot.course for slot in slots if slot.places == 0] == full


async def test_a_watch_that_ends_has_read_nothing_and_says_nothing(db: Database, clock: FakeClock) -> None:
    action = await booking(db, clock, WatchMode.BOOK)
    await db.settlement.settle(action, outcomes.failed(SlotFull("nobody gave a place back in time")))
    assert all(row.read_at == chats.NOON for row in await db.catalogue.slots_on(TUESDAY))


@pytest.mark.parametrize(("minutes", "readings"), [(1, 1), (60, 0)], ids=["near its opening", "long after"])
async def test_a_refusal_near_an_opening_is_looked_into_by_one_reading_for_all(
    db: Database, clock: FakeClock, minutes: int, readings: int
) -> None:
    for user in (OWNER, FRIEND):
        await db.requests.add(NewAction(ActionType.BOOK, user, MINE.ref, opens_at=OPENS))
    clock.now = OPENS + timedelta(minutes=minutes)
    for _ in range(2):
        action = await db.claims.claim("test", 60)
        assert action
        await db.settlement.settle(action, outcomes.failed(SlotFull("full")))
    assert len(await queued(db)) == readings
    if readings:
        begins = await db.quiet_readings.under_way()
        assert begins
        assert begins - clock.now <= timedelta(minutes=2)


async def test_what_a_booking_saw_free_beside_its_own_place_is_not_full_any_more(
    db: Database, clock: FakeClock
) -> None:
    action = await booking(db, clock)
    await db.catalogue.note_full(MINE.ref, clock.now - timedelta(seconds=5))
    await db.settlement.settle(action, outcomes.booked(MINE, slot=chats.PILATES))
    [slot] = [row.slot for row in await db.catalogue.slots_on(TUESDAY) if row.slot.ref == chats.PILATES.ref]
    assert (slot.places, slot.status) == (6, chats.PILATES.status)

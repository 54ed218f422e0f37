"""What is noted of a class at its opening: by readings, refusals and races, whoever they were for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from database import Database, open_database
from domain.errors import SlotFull
from domain.filling import Filling, Races
from domain.model import Action, ActionType, OpeningRule, Role, Slot, Timetable, WatchMode
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.outcome import Done, Outcome, Refreshed, Waits
from domain.people import Person
from domain.requests import NewAction
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, PILATES, TUESDAY
from tests.support.clock import FakeClock
from tests.support.engines import Place

pytestmark = pytest.mark.both_engines

FULL = ShotOutcome.FULL
RULE = OpeningRule(2, time(0), ZoneInfo("Europe/Rome"))
OPENS = RULE.opens_at(TUESDAY)
NEXT_WEEK = replace(PILATES, day=TUESDAY + timedelta(weeks=1))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(OPENS)


@pytest.fixture
async def db(place: Place, clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(place, clock) as database:
        await database.people.set([Person(OWNER, Role.OWNER, "o")])
        yield database


async def seen(db: Database) -> list[Filling]:
    """What next week's class is told by."""
    return await db.fillings.of(NEXT_WEEK.ref)


async def read(db: Database, clock: FakeClock, at: datetime, places: int | None) -> None:
    """Reads the timetable from then on, for ten seconds."""
    clock.now = at + timedelta(seconds=10)
    action = await db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert action
    slots: tuple[Slot, ...] = (replace(PILATES, places=places), chats.fit_center(TUESDAY, "09:00"))
    days: tuple[date, ...] = (TUESDAY,)
    timetable = Timetable((chats.PLATINUM, chats.FITNESS), days, slots)
    await db.settlement.settle(action, Done(Refreshed(timetable, at, RULE), "read"))


async def test_readings_narrow_down_when_a_class_was_full(db: Database, clock: FakeClock) -> None:
    for seconds, places in ((-30, 0), (20, 5), (90, 0), (45, 3), (120, 0), (7 * 3600, 0)):
        await read(db, clock, OPENS + timedelta(seconds=seconds), places)
    assert await seen(db) == [Filling(TUESDAY, OPENS, free=45, full=100)]


def at_the_opening(outcome: ShotOutcome, arrived: float) -> OpeningReport:
    shot = Shot(0, arrived, arrived - 0.02, arrived + 0.02, outcome)
    return OpeningReport(OPENS, round_trip=0.04, seen=0.9, shots=(shot,))


def full(report: OpeningReport | None = None) -> Outcome:
    error = SlotFull("full")
    error.opening = report
    return outcomes.failed(error)


async def booking(db: Database) -> Action:
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref, opens_at=OPENS))
    action = await db.claims.claim("test", 60)
    assert action
    return action


@pytest.mark.parametrize(
    ("outcome", "noted"),
    [
        (
            outcomes.booked(MINE, report=at_the_opening(ShotOutcome.ACCEPTED, 0.067)),
            Filling(TUESDAY, OPENS, free=0.067, races=Races(1, 1)),
        ),
        (full(at_the_opening(ShotOutcome.FULL, 0.15)), Filling(TUESDAY, OPENS, full=0.15, races=Races(1, 0))),
        (full(), Filling(TUESDAY, OPENS, full=40.0, races=Races(1, 0))),
    ],
    ids=["won", "lost", "refused later"],
)
async def test_a_race_and_a_refusal_are_noted(db: Database, clock: FakeClock, outcome: Outcome, noted: Filling) -> None:
    action = await booking(db)
    clock.go(seconds=40)
    await db.settlement.settle(action, outcome)
    [found] = await seen(db)
    assert (found.day, found.opens_at, found.races) == (noted.day, noted.opens_at, noted.races)
    assert found.free == pytest.approx(noted.free)
    assert found.full == pytest.approx(noted.full)
    assert await db.fillings.everywhere() == ([noted.races] if noted.races.asked else [])


async def test_a_refusal_of_what_was_shown_as_open_before_its_time_tells_nothing(
    db: Database, clock: FakeClock
) -> None:
    made_up = clock() - timedelta(minutes=1)
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref, opens_at=made_up))
    action = await db.claims.claim("test", 60)
    assert action
    await db.settlement.settle(action, full())
    assert await seen(db) == []


def lost_answer_and_full() -> OpeningReport:
    lost, refused = (Shot(0, at, at, at + 0.02, outcome) for at, outcome in ((0.0, ShotOutcome.LOST), (0.1, FULL)))
    return OpeningReport(OPENS, round_trip=0.04, seen=None, shots=(lost, refused))


@pytest.mark.parametrize(
    ("ending", "after", "races"),
    [
        (outcomes.booked(MINE), 90, Races(1, 1)),
        (full(), 90, Races(1, 0)),
        (full(lost_answer_and_full()), 90, Races(1, 0)),
        (outcomes.booked(MINE), 7 * 3600, Races()),
    ],
    ids=["proved later", "full after all", "full in both", "too late to tell"],
)
async def test_a_booking_counts_once_when_it_ends(
    db: Database, clock: FakeClock, ending: Outcome, after: int, races: Races
) -> None:
    action = await booking(db)
    clock.go(seconds=40)
    met = SlotFull("full")
    met.opening = lost_answer_and_full()
    await db.settlement.settle(action, Waits(run_at=clock(), error=met, counts=True))
    assert [each.races for each in await seen(db)] == [Races()]
    clock.now = OPENS + timedelta(seconds=after)
    again = await db.claims.claim("test", 60)
    assert again
    await db.settlement.settle(again, ending)
    assert [each.races for each in await seen(db)] == [races]


@pytest.mark.parametrize(("ending", "after"), [(outcomes.booked(MINE), 600), (full(), 20 * 3600)])
async def test_what_a_watch_found_or_not_after_its_opening_was_lost_there(
    db: Database, clock: FakeClock, ending: Outcome, after: int
) -> None:
    watched = NewAction(ActionType.BOOK, OWNER, PILATES.ref, opens_at=OPENS, watch=WatchMode.BOOK)
    await db.requests.add(watched)
    action = await db.claims.claim("test", 60)
    assert action
    await db.settlement.settle(action, Waits(run_at=clock(), report=at_the_opening(FULL, 0.15)))
    clock.go(seconds=after)
    again = await db.claims.claim("test", 60)
    assert again
    await db.settlement.settle(again, ending)
    assert [each.races for each in await seen(db)] == [Races(1, 0)]


async def test_what_was_asked_for_after_its_opening_is_no_race(db: Database, clock: FakeClock) -> None:
    clock.go(seconds=40)
    await db.settlement.settle(await booking(db), full())
    assert await seen(db) == []


async def test_another_class_and_another_weekday_tell_nothing_of_it(db: Database, clock: FakeClock) -> None:
    await read(db, clock, OPENS + timedelta(seconds=20), 0)
    assert len(await seen(db)) == 1
    for other in ({"course": "YOGA"}, {"day": TUESDAY + timedelta(days=6)}, {"start": time(19)}):
        assert await db.fillings.of(replace(NEXT_WEEK, **other).ref) == []


async def test_what_is_too_old_is_forgotten(db: Database, clock: FakeClock) -> None:
    await read(db, clock, OPENS + timedelta(seconds=20), 0)
    action = await db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert action
    later = replace(PILATES, day=TUESDAY + timedelta(days=300))
    timetable = Timetable((chats.PLATINUM,), (later.day,), (later,))
    await db.settlement.settle(action, Done(Refreshed(timetable, OPENS, RULE), "read"))
    assert await db.connection.rows("SELECT * FROM fillings") == []

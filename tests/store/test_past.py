"""A person's history as it is made of the rows: what was won and lost at openings, and what was given back in time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from database import Database, open_database
from domain.errors import SlotFull
from domain.history import Became, Entry
from domain.house_rules import HouseRules
from domain.model import ActionType, Booking, ClassRef, OpeningRule, WatchMode
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.outcome import Outcome, Waits
from domain.requests import NewAction
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.engines import Place

pytestmark = pytest.mark.both_engines

RULES = HouseRules(OpeningRule(2, time(0), ZoneInfo("Europe/Rome")))
TUESDAY = date(2026, 11, 24)
PILATES = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
YOGA = Booking("YOGA", "Giuriati", TUESDAY, time(20), 85)
OPENS = RULES.opening.opens_at(TUESDAY, time(18))
FREE_UNTIL = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(OPENS)


@pytest.fixture
async def db(place: Place, clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(place, clock) as database:
        yield database


async def done(db: Database, outcome: Outcome, *choices: ClassRef) -> None:
    wish, *others = choices
    await db.requests.add(NewAction(ActionType.BOOK, GIULIA, wish, alternatives=tuple(others), opens_at=OPENS))
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcome)


async def past(db: Database, at: datetime = OPENS) -> list[Entry]:
    return await db.past.of(GIULIA, RULES, at)


def race(*shots: tuple[int, ShotOutcome]) -> OpeningReport:
    fired = tuple(Shot(choice, 0.0, 0.047, 0.087, outcome) for choice, outcome in shots)
    return OpeningReport(OPENS, round_trip=0.04, seen=0.9, shots=fired)


async def test_a_first_choice_that_was_full_is_lost_though_an_alternative_was_won(db: Database) -> None:
    report = race((0, ShotOutcome.FULL), (1, ShotOutcome.ACCEPTED))
    won = outcomes.booked(YOGA, report=report, choice=1, why_not_first="full")
    await done(db, won, PILATES.ref, YOGA.ref)
    yoga, pilates = await past(db)
    assert (yoga.became, yoga.won) == (Became.AHEAD, True)
    assert yoga.arrived_ms == pytest.approx(67)
    assert yoga.taken_ms == pytest.approx(87)
    assert (pilates.became, pilates.won, pilates.ref.course) == (Became.LOST, False, "PILATES MATWORK")


async def test_what_was_lost_at_its_opening_stays_so_when_a_place_came_free_later(db: Database) -> None:
    error = SlotFull("full")
    error.opening = race((0, ShotOutcome.FULL))
    await done(db, outcomes.failed(error), PILATES.ref)
    await done(db, outcomes.booked(PILATES), PILATES.ref)
    [entry] = await past(db, datetime(2026, 11, 25, tzinfo=UTC))
    assert (entry.became, entry.won, entry.arrived_ms) == (Became.HAD, False, None)


@pytest.mark.parametrize(
    ("ending", "became"),
    [(outcomes.failed(SlotFull("full")), Became.LOST), (outcomes.booked(PILATES), Became.HAD)],
    ids=["never got", "found by the watch"],
)
async def test_a_booking_with_a_watch_that_loses_at_its_opening_has_lost_there(
    db: Database, ending: Outcome, became: Became
) -> None:
    wanted = NewAction(ActionType.BOOK, GIULIA, PILATES.ref, opens_at=OPENS, watch=WatchMode.BOOK)
    await db.requests.add(wanted)
    for outcome in (Waits(run_at=OPENS, report=race((0, ShotOutcome.FULL))), ending):
        action = await db.claims.claim("w", 60)
        assert action
        await db.settlement.settle(action, outcome)
    [entry] = await past(db, datetime(2026, 11, 25, tzinfo=UTC))
    assert (entry.became, entry.won) == (became, False)


@pytest.mark.parametrize(
    ("asked", "seen_gone", "in_time"),
    [(-60, -30, True), (-5, 10, None), (5, 20, False)],
    ids=["in time", "asked in time and seen after it", "late"],
)
async def test_a_place_is_said_to_be_given_back_in_time_or_late_only_when_that_was_seen(
    db: Database, clock: FakeClock, asked: int, seen_gone: int, in_time: bool | None
) -> None:
    await done(db, outcomes.booked(PILATES), PILATES.ref)
    clock.now = FREE_UNTIL + timedelta(seconds=asked)
    await db.requests.add(NewAction(ActionType.CANCEL, GIULIA, PILATES.ref, booking_id=PILATES.booking_id))
    action = await db.claims.claim("w", 60)
    assert action
    clock.now = FREE_UNTIL + timedelta(seconds=seen_gone)
    await db.settlement.settle(action, outcomes.cancelled(PILATES.ref))
    [entry] = await past(db)
    assert (entry.became, entry.in_time) == (Became.GIVEN_BACK, in_time)

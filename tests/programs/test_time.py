"""Time as it really passes: clock changes, year ends, sleeps, clocks that are set, machines elsewhere; weeks at once.

Every moment is written by the clock on the wall in Rome. On 25 October 2026 the hour from 2 to 3 comes twice there, on
28 March 2027 it does not come at all.
"""

from __future__ import annotations

import asyncio
import os
import time as machine
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from database import Database
from domain.errors import LoginRejected
from domain.model import ActionStatus, ActionType, NoticeKind, OpeningRule, utc_now
from domain.opening_plan import plan_booking
from domain.recurrence import OccurrenceState, PeriodicMode
from periodic_executor import Rhythm
from runtime.changes import Pace
from runtime.configured import recurrence_rules_of
from tests.conftest import GIULIA, MARCO
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.recurring import ROME, TUESDAY, Life, rome, settings_of
from tests.support.running import PATIENCE

AUTUMN = date(2026, 10, 25)  # a Sunday
SPRING = date(2027, 3, 28)  # a Sunday
DAY = timedelta(days=1)
ASKED, EXPIRED, MISSED = [NoticeKind.CONFIRMATION], [NoticeKind.EXPIRED], [NoticeKind.MISSED]
LATER = 10 * PATIENCE  # s; what wakes only then has not been woken


@pytest.fixture
def life(db: Database, tmp_path: Path, clock: FakeClock) -> Life:
    return Life(db, settings_of(tmp_path), clock)


@pytest.fixture(params=["Asia/Tokyo", "America/Los_Angeles"])
def elsewhere(request: pytest.FixtureRequest) -> Iterator[str]:
    """The machine is in another zone."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    machine.tzset()
    yield request.param
    os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
    machine.tzset()


async def states(life: Life) -> list[tuple[date, OccurrenceState]]:
    found = await life.db.occurrences.since(date(2000, 1, 1))
    return sorted((each.day, each.state) for each in found)


# --- clock changes and year ends


@pytest.mark.parametrize("change", [AUTUMN, SPRING])
@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_an_opening_near_a_clock_change_is_at_midnight_on_its_own_date(
    life: Life, change: date, after: int
) -> None:
    day = change + after * DAY
    life.clock.now = rome(day - 4 * DAY, 9)
    await life.make(PeriodicMode.AUTOMATIC, day.weekday())
    await life.at(rome(day - 3 * DAY, 12))
    [action] = await life.actions()
    assert action.opens_at == rome(day - 2 * DAY, 0)
    assert action.rehearse_at == rome(day - 3 * DAY, 20)


@pytest.mark.parametrize(("change", "hours"), [(AUTUMN, 25), (SPRING, 23)])
async def test_a_question_on_the_day_of_a_clock_change_comes_one_real_hour_before(
    life: Life, change: date, hours: int
) -> None:
    assert rome(change + DAY, 0) - rome(change, 0) == timedelta(hours=hours)
    life.clock.now = rome(change - DAY, 9)
    await life.make(PeriodicMode.ASK_FIRST, 6, time(9))
    assert await life.at(rome(change, 7, 59)) == []
    assert await life.at(rome(change, 8)) == ASKED
    assert await life.at(rome(change, 8, 55)) == EXPIRED


@pytest.mark.parametrize("start", [time(2), time(2, 30), time(3), time(3, 30)])
@pytest.mark.parametrize("change", [AUTUMN, SPRING])
async def test_a_class_in_the_night_of_a_clock_change_is_asked_about_once(
    life: Life, change: date, start: time
) -> None:
    """The time that comes twice is meant the first time; the one that does not come, as if the clock had not moved."""
    begins = datetime.combine(change, start, ROME).astimezone(UTC)
    life.clock.now = rome(change - DAY, 9)
    await life.make(PeriodicMode.ASK_FIRST, 6, start)
    assert await life.at(begins - timedelta(minutes=61)) == []
    assert await life.at(begins - timedelta(minutes=60)) == ASKED
    assert await life.at(begins - timedelta(minutes=5)) == EXPIRED
    assert await life.at(begins + timedelta(hours=2)) == []


async def test_a_class_after_the_night_of_a_clock_change_is_asked_about_in_the_hour_that_comes_twice(
    life: Life,
) -> None:
    life.clock.now = rome(AUTUMN - DAY, 9)
    await life.make(PeriodicMode.ASK_FIRST, 6, time(3))
    assert await life.at(rome(AUTUMN, 2, 0, fold=0)) == []
    assert await life.at(rome(AUTUMN, 2, 0, fold=1)) == ASKED


async def test_an_opening_in_the_hour_that_comes_twice_is_the_first_of_them(
    db: Database, tmp_path: Path, clock: FakeClock
) -> None:
    life = Life(db, settings_of(tmp_path, opening={"at": "02:30"}), clock)
    life.clock.now = rome(AUTUMN - DAY, 9)
    await life.make(PeriodicMode.AUTOMATIC, 1)
    await life.at(rome(AUTUMN - DAY, 12))
    assert (await life.actions())[0].opens_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


async def test_a_held_place_on_the_day_of_a_clock_change_is_asked_about_in_real_hours(life: Life) -> None:
    life.clock.now = rome(SPRING - 3 * DAY, 9)
    await life.make(PeriodicMode.HOLD, 6, time(4))
    await life.at(rome(SPRING - 2 * DAY, 9))
    await life.book()
    assert await life.at(rome(SPRING - DAY, 20, 59)) == []
    assert await life.at(rome(SPRING - DAY, 21)) == ASKED  # nobody answers by night
    assert (await life.question()).expires_at == rome(SPRING, 0, 55)  # 4:00 is three real hours after midnight


async def test_the_year_ends_between_opening_and_class(life: Life) -> None:
    await _without_routine(life)
    new_year = date(2027, 1, 1)  # a Friday
    life.clock.now = rome(new_year - 4 * DAY, 9)
    await life.make(PeriodicMode.AUTOMATIC, 4)
    await life.pass_until(rome(new_year, 16))
    [held] = await life.db.bookings.held(GIULIA, new_year)
    assert held.booking.day == new_year
    assert [action.opens_at for action in await life.actions()] == [rome(date(2026, 12, 30), 0)]


async def test_a_question_about_a_class_after_midnight_comes_in_the_old_year(life: Life) -> None:
    life.clock.now = rome(date(2026, 12, 30), 9)
    await life.make(PeriodicMode.ASK_FIRST, 4, time(0, 30))
    assert await life.at(rome(date(2026, 12, 31), 23, 30)) == ASKED
    assert await life.at(rome(date(2027, 1, 1), 0, 25)) == EXPIRED


@pytest.mark.usefixtures("elsewhere")
async def test_a_machine_in_another_zone_does_everything_at_the_same_instants(life: Life) -> None:
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.ASK_FIRST, 1, time(9))
    life.clock.now = rome(TUESDAY - 4 * DAY, 9)
    await life.at(rome(TUESDAY - 3 * DAY, 12))
    assert [action.opens_at for action in await life.actions()] == [rome(TUESDAY - 2 * DAY, 0)]
    assert await life.at(rome(TUESDAY, 7, 59)) == []
    assert await life.at(rome(TUESDAY, 8)) == ASKED


# --- sleeps


async def test_hours_of_sleep_over_an_opening_book_at_once_on_waking(life: Life) -> None:
    life.clock.now = rome(TUESDAY - 4 * DAY, 9)
    await life.make(PeriodicMode.AUTOMATIC)
    await life.at(rome(TUESDAY - 4 * DAY, 9, 1))
    await life.at(rome(TUESDAY - 2 * DAY, 7))
    [action] = await life.actions()
    assert (action.run_at, action.rehearse_at) == (life.clock(), None)


async def test_a_short_sleep_into_the_hour_of_the_question_asks_late(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    assert await life.at(rome(TUESDAY, 17, 40)) == ASKED
    assert (await life.question()).expires_at == rome(TUESDAY, 17, 55)


@pytest.mark.parametrize("mode", list(PeriodicMode))
async def test_a_sleep_past_the_class_is_told_the_next_day_once(life: Life, mode: PeriodicMode) -> None:
    await life.at(rome(TUESDAY - 7 * DAY, 20))
    await life.make(mode)
    await life.at(rome(TUESDAY - 5 * DAY, 12))
    assert await life.at(rome(TUESDAY + DAY, 12)) == MISSED
    assert await life.at(rome(TUESDAY + DAY, 13)) == []
    assert (TUESDAY, OccurrenceState.MISSED) in await states(life)


async def test_a_sleep_of_weeks_is_told_for_its_last_week_only(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY - 2 * DAY, 12))
    assert await life.at(rome(TUESDAY + 22 * DAY, 12)) == MISSED
    assert await states(life) == [(TUESDAY + 21 * DAY, OccurrenceState.MISSED)]


async def test_days_off_slept_through_are_not_told(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY - 2 * DAY, 12))
    await life.db.holidays.add(GIULIA, TUESDAY - DAY, TUESDAY + DAY)
    assert await life.at(rome(TUESDAY + 2 * DAY, 12)) == []


async def test_dates_before_the_first_start_are_no_loss(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.db.connection.write("UPDATE periodic_bookings SET created_at = '2026-01-01 10:00:00'")
    assert await life.at(rome(TUESDAY + DAY, 12)) == []


async def test_a_periodic_booking_made_after_its_class_has_lost_nothing(life: Life) -> None:
    await life.at(rome(TUESDAY, 12))
    life.clock.now = rome(TUESDAY, 17, 57)
    await life.make(PeriodicMode.ASK_FIRST)
    assert await life.at(rome(TUESDAY, 17, 58)) == []
    assert await life.at(rome(TUESDAY + DAY, 9)) == []


async def test_a_row_typed_by_hand_after_its_class_has_lost_nothing_whatever_date_it_bears(life: Life) -> None:
    await life.at(rome(TUESDAY, 19))
    await life.make(PeriodicMode.ASK_FIRST)
    await life.db.connection.write("UPDATE periodic_bookings SET created_at = '2026-01-01 10:00:00'")
    assert await life.at(rome(TUESDAY, 19, 1)) == []


# --- a clock that is set


async def test_a_clock_set_back_does_nothing_twice(life: Life) -> None:
    life.clock.now = rome(TUESDAY - 4 * DAY, 9)
    await life.make(PeriodicMode.AUTOMATIC)
    await life.make(PeriodicMode.ASK_FIRST, 1, time(9))
    assert await life.at(rome(TUESDAY, 8, 0)) == ASKED
    assert await life.at(rome(TUESDAY, 7, 0)) == []
    assert await life.at(rome(TUESDAY, 8, 1)) == []
    assert len(await life.actions()) == 1


async def test_a_clock_set_back_over_days_still_tells_what_is_missed_after(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    await life.at(rome(TUESDAY + 30 * DAY, 9))
    await life.at(rome(TUESDAY - DAY, 9))
    assert await life.at(rome(TUESDAY + DAY, 9)) == MISSED


async def test_a_clock_set_forward_by_minutes_asks_in_what_is_left(life: Life) -> None:
    await life.make(PeriodicMode.ASK_FIRST)
    assert await life.at(rome(TUESDAY, 16, 59)) == []
    assert await life.at(rome(TUESDAY, 17, 7)) == ASKED


# --- when it wakes


async def test_a_tick_says_when_something_is_due_next(life: Life) -> None:
    await _without_routine(life)
    await life.make(PeriodicMode.ASK_FIRST, 1, time(9))
    life.clock.now = rome(TUESDAY, 6)
    assert await life.executor.step() == rome(TUESDAY, 8)
    life.clock.now = rome(TUESDAY, 8)
    assert await life.executor.step() == rome(TUESDAY, 8, 55)


async def test_what_a_person_makes_is_noticed_at_once(life: Life) -> None:
    life.rest(Rhythm(tick=LATER, pace=Pace(look=LATER, anyway=LATER)))
    async with _running(life):
        await life.make(PeriodicMode.AUTOMATIC)
        await _until(life.actions, lambda actions: len(actions) == 1)


async def test_a_clock_that_jumps_while_it_rests_wakes_it(life: Life) -> None:
    life.rest(Rhythm(tick=LATER, pace=Pace(look=0.01, anyway=LATER)))
    await life.make(PeriodicMode.ASK_FIRST)
    async with _running(life):
        life.clock.now = rome(TUESDAY, 17)
        await _until(lambda: life.db.occurrences.since(TUESDAY), lambda found: len(found) == 1)


async def test_a_tick_that_fails_does_not_stop_the_executor(
    life: Life, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    life.rest(Rhythm(tick=0.01))
    stop = asyncio.Event()
    ticks = Counter[str]()

    async def step() -> None:
        ticks["step"] += 1
        if ticks["step"] == 3:
            stop.set()
        raise ZeroDivisionError

    monkeypatch.setattr(life.executor, "step", step)
    async with asyncio.timeout(PATIENCE):
        await life.executor.run(stop)
    assert ticks["step"] == 3
    assert "ZeroDivisionError" in caplog.text


@asynccontextmanager
async def _running(life: Life) -> AsyncIterator[None]:
    """The executor runs, and has had its first tick."""
    stop = asyncio.Event()
    running = asyncio.create_task(life.executor.run(stop))
    try:
        await _until(life.db.due_dates.memory, lambda memory: memory.ticked_at is not None)
        yield
    finally:
        stop.set()
        await running


async def _until(ask: Callable[[], Awaitable[Any]], done: Callable[[Any], bool]) -> None:
    """Looks until the executor, which runs beside us and tells nobody when it writes, has done it."""
    async with asyncio.timeout(PATIENCE):
        while not done(await ask()):  # noqa: ASYNC110 - rows tell nobody that they are there
            await asyncio.sleep(0.005)


# --- weeks


@pytest.mark.parametrize("change", [AUTUMN, SPRING])
async def test_six_weeks_around_a_clock_change_book_every_class_once_at_its_opening(life: Life, change: date) -> None:
    await _without_routine(life)
    life.clock.now = rome(change - 21 * DAY, 12)
    for weekday in range(7):
        await life.make(PeriodicMode.AUTOMATIC, weekday)
    await life.pass_until(rome(change + 21 * DAY, 12))
    actions = [action for action in await life.actions() if action.status is ActionStatus.COMPLETED]
    days = [action.class_ref.day for action in actions]
    assert days == sorted(set(days))
    assert [action.completed_at for action in actions[3:]] == [rome(day - 2 * DAY, 0) for day in days[3:]]
    assert len(days) == 45  # today's, tomorrow's and the day after's at once, then one a night


async def test_a_month_of_a_person_who_answers_every_other_question(life: Life) -> None:
    await _without_routine(life)
    life.clock.now = rome(AUTUMN - 14 * DAY, 12)
    await life.make(PeriodicMode.ASK_FIRST)
    await life.make(PeriodicMode.HOLD, 3)
    answered: set[int] = set()

    async def person() -> None:
        for row in await life.db.connection.rows("SELECT id FROM pending_confirmations WHERE outcome IS NULL"):
            question = await life.db.confirmations.find(row["id"])
            assert question
            if question.id % 2 or question.id in answered:
                continue
            answered.add(question.id)
            if question.purpose == "keep":
                await life.db.keeping.keep(question)
            else:
                mine = await life.db.series.find(question.periodic_booking_id)
                assert mine
                day = life.recurrence.day_of(question.scheduled_for)
                await life.db.confirmations.confirm(
                    question, day, life.recurrence.booking(mine, day, [], life.clock())
                )  # fmt: skip

    told = Counter(kind for _, kind in await life.pass_until(rome(AUTUMN + 14 * DAY, 12), person))
    cancelled = await life.actions(ActionType.CANCEL)
    assert told[NoticeKind.CONFIRMATION] == 8  # four Tuesdays, four Thursdays
    assert told[NoticeKind.EXPIRED] == 4
    assert told[NoticeKind.MISSED] == told[NoticeKind.REMINDER] == 0
    assert all(action.status is ActionStatus.COMPLETED for action in [*cancelled, *await life.actions()])


async def _without_routine(life: Life) -> None:
    """Nobody's routine work is queued for who can't log in; it would only make the weeks longer."""
    for user_id in (GIULIA, MARCO):
        await outcomes.reject(life.db, user_id, LoginRejected("no"), utc_now(), tell=False)


# --- the rules themselves


def test_the_plan_of_a_booking_never_lies_in_the_past() -> None:
    rule = OpeningRule(2, time(0), ROME)
    for hours in range(0, 24 * 8):
        now = rome(AUTUMN - 5 * DAY, 0) + timedelta(hours=hours)
        plan = plan_booking(rule, AUTUMN, now, time(20))
        assert plan.run_at >= now
        assert plan.rehearse_at is None or now <= plan.rehearse_at < plan.opens_at


@pytest.mark.parametrize("change", [AUTUMN, SPRING])
def test_no_class_that_is_due_lies_outside_what_is_looked_at(change: date, tmp_path: Path) -> None:
    recurrence = recurrence_rules_of(settings_of(tmp_path))
    for minute in range(0, 24 * 60, 10):
        now = rome(change, 0) + timedelta(minutes=minute)
        bound = recurrence.asks_until(now)
        for start in range(0, 24 * 60, 30):
            wall = datetime.combine(change, time(start // 60, start % 60))
            due = wall.replace(tzinfo=ROME).astimezone(UTC) - recurrence.lead <= now
            assert not due or wall <= bound

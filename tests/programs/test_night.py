"""A whole night: the executor, the worker and three accounts, from the evening's rehearsal to the places won.

The clock jumps from one moment at which something is due to the next, and runs at its own pace only around the
opening; the site's clock is over a second off ours. Also over both clock changes and a year's end.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from actions.runner import ActionRunner
from database import Database, open_database
from demo.site import Outcome, Site, SiteWorld
from domain.model import FIT_CENTER, PREPARE, Action, ActionStatus, ActionType, ClassRef, NoticeKind, Role, clock_time
from domain.opening_plan import plan_booking
from domain.people import Person
from domain.recurrence import PeriodicMode
from domain.requests import NewAction, NewPeriodic
from opening.openings import Openings
from opening.steady_time import SteadyTime
from periodic_executor import Executor
from runtime.settings import Settings, load
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser, lent
from tests.support.running import PATIENCE
from tests.support.sites import OTP_URL, PASSWORD, ROME, access, cookie, credentials, files_of, person, running_clock
from worker import Worker

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE = {1: "10000001", 2: "10000002", 3: "10000003"}
AHEAD = 1.3  # s the site's clock is ahead of ours
RIVALS_AFTER = 30.0  # s after the opening nothing is left: a busy machine shoots late
ON_STAGE = 4.5  # s before the opening the clock runs at its own pace
EVENING = time(20)


@dataclass
class Night:
    """Everything that runs in it."""

    clock: FakeClock
    world: SiteWorld
    db: Database
    executor: Executor
    worker: Worker
    settings: Settings
    class_day: date

    @property
    def opens_at(self) -> datetime:
        return self.settings.opening_rule.opens_at(self.class_day)

    def jump(self, to: datetime) -> None:
        assert to >= self.clock(), "time does not go back"
        self.clock.go(seconds=(to - self.clock()).total_seconds())

    async def wake(self) -> None:
        """Executor and worker do what is due now; what waits for the opening goes on waiting."""
        await self.executor.step()
        while await self.worker.step():
            pass

    async def idle(self) -> None:
        """Nothing is in hand any more."""
        async with asyncio.timeout(PATIENCE):
            while self.worker._in_hand:
                await asyncio.wait(self.worker._in_hand)

    async def seen(self, what: Callable[[], bool]) -> None:
        """The site has met what was to come."""
        async with asyncio.timeout(PATIENCE):
            while not what():  # noqa: ASYNC110 - what is waited for happens on the site
                await asyncio.sleep(0.02)

    def asked(self, path: str) -> int:
        return len({entry.user for entry in self.world.log.about(path) if entry.user})

    def wish(self, number: int) -> ClassRef:
        slot = self.world.slots(self.class_day, "Giuriati - Fit Center")[number]
        return ClassRef(FIT_CENTER, "Giuriati", self.class_day, clock_time(slot.start))

    async def book(self, user_id: int, wish: ClassRef, *others: ClassRef) -> Action:
        plan = plan_booking(self.settings.opening_rule, wish.day, self.clock(), EVENING)
        new = NewAction(
            ActionType.BOOK, user_id, wish, run_at=plan.run_at, opens_at=plan.opens_at,
            rehearse_at=plan.rehearse_at, alternatives=others,
        )  # fmt: skip
        return await self.db.requests.add(new)

    async def bookings(self) -> dict[int, Action]:
        rows = await self.db.connection.rows("SELECT id, user_id FROM booking_actions WHERE action_type = 'book'")
        found = {row["user_id"]: await self.db.requests.find(row["id"]) for row in rows}
        return {user_id: action for user_id, action in found.items() if action}

    async def told(self, kind: NoticeKind) -> list[int]:
        rows = await self.db.connection.rows(
            """
            SELECT notices.user_id FROM notices JOIN booking_actions ON booking_actions.id = action_id
            WHERE kind = :kind AND action_type = 'book' ORDER BY notices.user_id
            """,
            {"kind": kind},
        )
        return [row["user_id"] for row in rows]


def settings_for(folder: Path) -> Settings:
    file = folder / "config.json"
    file.touch(mode=0o600)
    keys = {"username": PEOPLE[1], "password": PASSWORD, "otpatu": OTP_URL, "worker": {"lease_seconds": 86_400}}
    file.write_text(json.dumps(keys | {"telegram": {"bot_token": "123456:token", "allowed_user_id": 1}}))
    return load(file)


@pytest.fixture
def clock() -> FakeClock:
    """One clock for all: what counts seconds counts them by it, so that a jump is a jump for everybody."""
    return running_clock()


@pytest_asyncio.fixture(loop_scope="session")
async def night(
    engine: LentBrowser, tmp_path: Path, clock: FakeClock, request: pytest.FixtureRequest
) -> AsyncIterator[Night]:
    """Half past seven in the evening before the opening, within an hour of which a login need not be proved again."""
    class_day: date = request.param
    settings = settings_for(tmp_path)
    opens_at = settings.opening_rule.opens_at(class_day)
    clock.go(seconds=(opens_at - timedelta(hours=4.5) - clock()).total_seconds())
    world = SiteWorld(
        clock=lambda: clock() + timedelta(seconds=AHEAD),
        people=[person(who) for who in PEOPLE.values()],
        round_trip=0.02,
    )
    async with (
        Site(world) as site,
        lent(engine, access(site, tmp_path, clock, sleep=asyncio.sleep)) as portal,
        open_database(tmp_path / "polimisport.db", clock) as db,
    ):
        await db.people.set([Person(each, Role.OWNER if each == 1 else Role.FRIEND, "x") for each in PEOPLE])
        people = {each: credentials(each, who) for each, who in PEOPLE.items()}
        for each, who in PEOPLE.items():
            state = {"cookies": [cookie(site, who)], "origins": []}
            files_of(portal.session(people[each])).save(state)
        openings = Openings(clock, time=SteadyTime(now=lambda: clock().timestamp()))
        runner = ActionRunner(db, portal, people, settings.opening_rule, clock, openings=openings)
        for friend in (2, 3):  # one real login a night is enough
            runner.bookings.logins.note(friend)
        worker = Worker(db, portal, runner, settings, clock)
        yield Night(clock, world, db, Executor(db, settings, clock), worker, settings, class_day)


NIGHTS = [
    pytest.param(date(2026, 11, 24), id="an ordinary night"),
    pytest.param(date(2026, 10, 27), id="the night the clocks go back"),
    pytest.param(date(2027, 3, 30), id="the night the clocks go on"),
    pytest.param(date(2027, 1, 3), id="the year's last night"),
]


@pytest.mark.parametrize("night", NIGHTS, indirect=True)
async def test_three_people_sleep_through_an_opening_and_have_their_places(night: Night) -> None:
    first, second, third = (night.wish(number) for number in range(3))
    crowded = night.world.slots(night.class_day, "Giuriati - Fit Center")[1]
    for slot in night.world.slots(night.class_day):
        night.world.rival(slot.appointment_id, after=RIVALS_AFTER)
    night.world.fill(crowded.appointment_id)
    await night.db.series.add(
        NewPeriodic(1, "", FIT_CENTER, "Giuriati", night.class_day.weekday(), first.start, PeriodicMode.AUTOMATIC)
    )
    await night.book(2, second, third)
    await night.book(3, third)

    await the_evening(night)
    await midnight(night)
    await the_morning_after(night, first, third)


async def the_evening(night: Night) -> None:
    """20:00: everything is tried but the booking, and told."""
    await night.wake()
    await night.idle()
    assert night.clock().astimezone(ROME).time() < EVENING
    night.jump(datetime.combine(night.clock().astimezone(ROME).date(), EVENING, ROME).astimezone(UTC))
    await night.wake()
    await night.idle()
    actions = await night.bookings()
    assert {user_id: action.rehearsal for user_id, action in actions.items()} == dict.fromkeys(PEOPLE, "ok")
    assert {action.run_at for action in actions.values()} == {night.opens_at - PREPARE}
    assert await night.told(NoticeKind.REHEARSAL) == [1, 2, 3]
    assert night.world.accounts.login_attempts == {PEOPLE[1]: 1}


async def midnight(night: Night) -> None:
    """From five minutes before, three race side by side."""
    night.world.log.clear()
    night.jump(night.opens_at - PREPARE)
    await night.wake()
    await night.seen(lambda: night.asked("/Booking") == 3)
    assert night.opens_at.astimezone(ROME).time() == time(0)
    night.jump(night.opens_at - timedelta(seconds=59))
    await night.seen(lambda: night.asked("GetActivitySchedule") == 3)
    assert night.world.shots == []
    night.jump(night.opens_at - timedelta(seconds=ON_STAGE))
    await night.idle()


async def the_morning_after(night: Night, first: ClassRef, third: ClassRef) -> None:
    actions = await night.bookings()
    assert {action.status for action in actions.values()} == {ActionStatus.COMPLETED}
    assert {user_id: action.won_choice for user_id, action in actions.items()} == {1: 0, 2: 1, 3: 0}
    for who, wish in ((1, first), (2, third), (3, third)):
        [slot] = night.world.bookings(PEOPLE[who])
        assert (slot.date, slot.start) == (wish.day, f"{wish.start:%H:%M}")
    won = [shot.t - night.opens_at for shot in night.world.shots if shot.outcome is Outcome.BOOKED]
    assert all(timedelta(milliseconds=-10) < after < timedelta(seconds=RIVALS_AFTER) for after in won)
    assert await night.told(NoticeKind.RESULT) == [1, 2, 3]
    reports = [await night.db.openings.report(action.id) for action in actions.values()]
    assert all(each and each.seen and abs(each.offset - AHEAD) < max(0.6, each.uncertainty) for each in reports)

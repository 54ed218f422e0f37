"""What tests of recurring bookings share: an executor, a person, a worker, and weeks that pass in a second."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from database import Database
from domain.errors import AppError
from domain.model import Action, ActionType, Booking, ClassRef, HeldBooking, instant
from domain.recurrence import Confirmation, OccurrenceState, PeriodicBooking, PeriodicChoice, PeriodicMode
from domain.requests import NewAction, NewPeriodic
from periodic_executor import Executor, Rhythm
from runtime.configured import recurrence_rules_of
from runtime.settings import Settings, load
from tests.conftest import GIULIA
from tests.support import outcomes
from tests.support.clock import FakeClock

ROME = ZoneInfo("Europe/Rome")
TUESDAY = date(2026, 11, 24)  # its slots open on Sunday the 22nd at 00:00
SUNDAY = date(2026, 11, 22)
SATURDAY = SUNDAY - timedelta(days=1)
Told = tuple[datetime, str]


def rome(day: date, hour: int, minute: int = 0, fold: int = 0) -> datetime:
    """An instant by the clock on the wall in Rome."""
    return datetime.combine(day, time(hour, minute, fold=fold), ROME).astimezone(UTC)


def settings_of(folder: Path, **more: Any) -> Settings:
    """A configuration with everything it must have, and what is given."""
    required = {
        "username": "10000001",
        "password": "correct horse",
        "otpatu": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
        "telegram": {"bot_token": "123456:token", "allowed_user_id": GIULIA},
    }
    path = folder / "config.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(required | more))
    return load(path)


class Life:
    """The executor, a person, and a worker for whom the site always says yes; the clock stands still between them."""

    def __init__(self, db: Database, settings: Settings, clock: FakeClock) -> None:
        self.db = db
        self.clock = clock
        self.recurrence = recurrence_rules_of(settings)
        self.executor = Executor(db, settings, clock)
        self.told: list[Told] = []
        self._last_notice = 0
        self._settings = settings

    def rest(self, rhythm: Rhythm) -> None:
        """From now on the executor rests like that between its ticks."""
        self.executor = Executor(self.db, self._settings, self.clock, rhythm)

    async def make(
        self, mode: PeriodicMode, weekday: int = 1, start: time = time(18), *alternatives: PeriodicChoice
    ) -> PeriodicBooking:
        """Pilates every week, on Tuesday at 18:00 unless told otherwise."""
        return await self.db.series.add(
            NewPeriodic(GIULIA, "mia", "PILATES", "Giuriati", weekday, start, mode, alternatives)
        )

    async def at(self, moment: datetime) -> list[str]:
        """It becomes that time and the executor wakes, twice. Returns what is told for that."""
        self.clock.now = moment
        before = len(self.told)
        await self.executor.step()
        await self.executor.step()
        await self._listen()
        return [kind for _, kind in self.told[before:]]

    async def _listen(self) -> None:
        rows = await self.db.connection.rows(
            "SELECT id, kind FROM notices WHERE id > :last ORDER BY id", {"last": self._last_notice}
        )
        for row in rows:
            self.told.append((self.clock(), row["kind"]))
            self._last_notice = row["id"]

    async def actions(self, kind: ActionType = ActionType.BOOK) -> list[Action]:
        """A person's actions of that kind, the first first."""
        return [action for action in reversed(await self.db.requests.latest(GIULIA, 100)) if action.type is kind]

    async def question(self) -> Confirmation:
        """The last question."""
        row = await self.db.connection.row("SELECT max(id) FROM pending_confirmations")
        found = await self.db.confirmations.find(row[0]) if row and row[0] else None
        assert found
        return found

    async def hold(self, day: date, start: time = time(18), course: str = "PILATES") -> HeldBooking:
        """A place that the person booked on the site, as read by a sync."""
        today = self.recurrence.day_of(self.clock())
        booking = Booking(course, "Giuriati", day, start, 55)
        already = [held.booking for held in await self.db.bookings.held(GIULIA, today)]
        check = await self._claim_check()
        await outcomes.sync(self.db, check, [*already, booking], self.recurrence.rule.zone)
        return (await self.db.bookings.held(GIULIA, day))[-1]

    async def _claim_check(self) -> Action:
        check = await self.db.claims.add_claimed(NewAction(ActionType.CHECK, GIULIA, quiet=True), "w", 60)
        assert check
        return check

    async def book(self, won_choice: int = 0) -> HeldBooking:
        """The worker books the first that waits, its alternative when told."""
        [action] = [action for action in await self.db.requests.live(GIULIA) if action.type is ActionType.BOOK][:1]
        await self._book(action, won_choice)
        await self._listen()
        return (await self.db.bookings.held(GIULIA, date(2000, 1, 1)))[-1]

    async def _book(self, action: Action, won_choice: int = 0) -> None:
        """Claims an action as an opening does, and completes it."""
        await self.db.connection.write(
            "UPDATE booking_actions SET status = 'processing', lease_until = '2099-01-01' WHERE id = :id",
            {"id": action.id},
        )
        claimed = await self.db.requests.find(action.id)
        assert claimed
        wish: ClassRef = [claimed.class_ref, *await self.db.choices.alternatives(action.id)][won_choice]
        booking = Booking(wish.course, wish.location, wish.day, wish.start, 55)
        await self.db.settlement.settle(claimed, outcomes.booked(booking, "seen", choice=won_choice))

    async def pass_until(self, end: datetime, person: Callable[[], Awaitable[None]] | None = None) -> list[Told]:
        """Lets time pass: executor, worker and person each act at every instant at which something is due."""
        while self.clock() < end:
            due = await self.executor.step()
            await self._listen()
            if person:
                await person()
            await self._work()
            await self._listen()
            moments = [moment for moment in (due, await self._next_run(), end) if moment and moment > self.clock()]
            self.clock.now = min(moments)
        return self.told

    async def _work(self) -> None:
        """A worker: rehearses, books from the opening on, cancels."""
        while (action := await self.db.claims.claim("w", 60)) is not None:
            if action.type is ActionType.CANCEL:
                await self.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "read back as gone"))
            elif action.type is not ActionType.BOOK:
                await self.db.settlement.settle(action, outcomes.failed(AppError("not in this test")))
            elif action.opens_at and self.clock() < action.opens_at:
                await self.db.settlement.settle(action, outcomes.rehearsed(action.opens_at))
            else:
                booking = Booking(
                    action.class_ref.course, action.class_ref.location, action.class_ref.day, action.class_ref.start, 55
                )
                await self.db.settlement.settle(action, outcomes.booked(booking, "seen"))

    async def _next_run(self) -> datetime | None:
        row = await self.db.connection.row("SELECT min(run_at) FROM booking_actions WHERE status = 'pending'")
        return instant(row[0]) if row and row[0] else None


@pytest.fixture
def life(db: Database, tmp_path: Path, clock: FakeClock) -> Life:
    clock.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
    return Life(db, settings_of(tmp_path), clock)


async def held(life: Life, won_choice: int = 0, *alternatives: PeriodicChoice) -> PeriodicBooking:
    mine = await life.make(PeriodicMode.HOLD, 1, time(18), *alternatives)
    await life.at(rome(SATURDAY, 23))
    await life.book(won_choice)
    return mine


async def states(life: Life) -> dict[date, OccurrenceState]:
    return {each.day: each.state for each in await life.db.occurrences.since(date(2000, 1, 1))}

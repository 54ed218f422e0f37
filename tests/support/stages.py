"""An opening with a queue in front of it, for the tests of what becomes of a booking's row."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any, Protocol

from actions.runner import ActionRunner
from database import Database
from domain.errors import AppError
from domain.house_rules import HouseRules
from domain.model import (
    FIT_CENTER,
    Action,
    ActionType,
    Activity,
    CatalogueSlot,
    ClassRef,
    Credentials,
    NoticeKind,
    OpeningRule,
    Slot,
    Timetable,
    clock_time,
    stamp,
)
from domain.requests import NewAction
from opening.openings import Openings
from store.catalogue import swap
from tests.support.openings import OPENS, Opening
from tests.support.sites import GIULIA, ROME, TUESDAY, credentials

OWNER = 1
RULE = OpeningRule(2, time(12), ROME)
LONG_AFTER = -3600.0


def a_runner(
    opened: Opening, db: Database, person: Credentials | None = None, rules: HouseRules | None = None
) -> ActionRunner:
    """The runner of one worker: it knows nothing but the site's clock, and what the rows say."""
    openings = Openings(opened.clock, opened.policy, calls=opened.calls)
    openings.knows((), opened.server)
    people = {OWNER: person or credentials(OWNER)}
    return ActionRunner(db, opened.portal, people, RULE, opened.clock, rules=rules, openings=openings)


@dataclass
class Stage:
    """An opening with a queue in front of it."""

    opened: Opening
    db: Database
    runner: ActionRunner
    error: AppError | None = None

    async def add(self, wish: ClassRef | None = None, **more: Any) -> Action:
        """Put in at the moment that the test has set, however long a busy machine takes to: what is put in before its
        opening is raced for, and what is put in after it is not."""
        new = NewAction(ActionType.BOOK, OWNER, wish or self.opened.pilates, opens_at=OPENS, **more)
        action = await self.db.requests.add(new)
        await self.db.connection.write(
            "UPDATE booking_actions SET created_at = min(created_at, :set_to) WHERE id = :id",
            {"set_to": stamp(self.opened.clock.set_to), "id": action.id},
        )
        return await self.row(action)

    async def act(self) -> Action:
        """Whatever is due next, done; the row as it is afterwards."""
        action = await self.db.claims.claim("somebody", 60)
        assert action, "nothing is due"
        self.error = await self.runner.run(action)
        return await self.row(action)

    async def row(self, action: Action) -> Action:
        row = await self.db.requests.find(action.id)
        assert row
        return row

    async def told(self) -> list[NoticeKind]:
        rows = await self.db.connection.rows("SELECT kind FROM notices ORDER BY id")
        return [NoticeKind(row["kind"]) for row in rows]

    def hand_over(self, person: Credentials | None = None, rules: HouseRules | None = None) -> None:
        """From now on another worker claims what is due: it knows nothing but its configuration and the rows."""
        self.runner = a_runner(self.opened, self.db, person, rules)

    def has_logged_in(self) -> None:
        """As after another rehearsal of the same evening."""
        self.runner.bookings.logins.note(OWNER)

    async def knows_the_week(self) -> None:
        """As after a reading of the week before."""
        slot = self.opened.world.slot(TUESDAY, "PILATES MATWORK")
        start, end = clock_time(slot.start), clock_time(slot.end)
        activity = Activity(slot.activity_id, slot.activity)
        seen = Slot(activity, "1", slot.course, TUESDAY - timedelta(days=7), start, end)
        now = self.opened.clock()
        await self.db.connection.transact(lambda tx: swap(tx, Timetable((activity,), (seen.day,), (seen,)), now, now))

    def gym(self, number: int) -> ClassRef:
        slot = self.opened.world.slots(TUESDAY, "Giuriati - Fit Center")[number]
        return ClassRef(FIT_CENTER, "Giuriati", TUESDAY, clock_time(slot.start))

    async def listed(self) -> dict[ClassRef, CatalogueSlot]:
        """The timetable of the day, by class of whatever calendar."""
        return {replace(row.slot.ref, course_type=""): row for row in await self.db.catalogue.slots_on(TUESDAY)}

    def id_of(self, wish: ClassRef) -> str:
        course = "" if wish.course == FIT_CENTER else wish.course
        activity = "Giuriati - Fit Center" if not course else ""
        return self.opened.world.slot(TUESDAY, course, f"{wish.start:%H:%M}", activity).appointment_id

    @property
    def held(self) -> list[str]:
        return [slot.course or FIT_CENTER for slot in self.opened.world.bookings(GIULIA)]


class Set(Protocol):
    def __call__(self, lead: float = ..., **options: Any) -> AbstractAsyncContextManager[Stage]: ...

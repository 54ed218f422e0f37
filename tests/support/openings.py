"""Openings at noon of a Sunday, for the tests of races: our clock is set shortly before, the site's own may be off."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from demo.site import Outcome, Site, SiteWorld
from domain.errors import AppError, LeaseLost
from domain.model import ClassRef, Slot
from domain.steady import steady
from opening.budget import OpeningBudget
from opening.clock_estimate import Reading
from opening.crowd import Crowd
from opening.last_call import LastCall
from opening.policy import OpeningPolicy
from opening.race import Race, Target, Won
from opening.server_clock import ServerClock
from opening.site_calls import SiteCalls
from opening.spreading import Rank
from portal.login.attempt import LoginAttempt
from portal.portal import Portal
from portal.read_back import ReadBack
from portal.resources import NewLogin
from portal.session.site_session import SiteSession
from tests.support.clock import FakeClock
from tests.support.lent_browser import LentBrowser, lent
from tests.support.sites import (
    GIULIA,
    NOON,
    PATIENT,
    access,
    cookie,
    credentials,
    files_of,
    person,
    running_clock,
    wish,
)

OPENS = NOON  # 12:00 in Rome, for the classes of Tuesday
SOON = 1.4  # s before the opening: enough for who knows the server's clock, also on a busy machine
IMPATIENT = OpeningPolicy(looks_accepted=(0.0, 0.05, 0.05, 0.1), looks_lost=(0.0, 0.05, 0.05))
"""As many looks for a booking as ever, in a shorter time."""
MOST_REQUESTS = IMPATIENT.most_requests


@dataclass
class Row:
    """The row behind a race: what its last call meets (None: it is never answered), whether it is wanted, and ours."""

    met: AppError | None
    wanted: bool = True
    ours: bool = True

    async def begin(self) -> None:
        if self.met is None:
            await asyncio.Event().wait()
        else:
            raise self.met

    async def is_wanted(self) -> bool:
        return self.wanted

    async def still_ours(self) -> None:
        if not self.ours:
            raise LeaseLost("another worker has it")


class Open(Protocol):
    def __call__(self, **options: Any) -> AbstractAsyncContextManager[Opening]: ...


@dataclass
class Opening:
    """One account at one opening, on a site of its own."""

    world: SiteWorld
    portal: Portal
    session: SiteSession
    clock: FakeClock
    server: ServerClock
    policy: OpeningPolicy = IMPATIENT
    calls: Callable[[SiteSession], SiteCalls] = SiteCalls
    others_racing: int = 0
    known: list[Slot] = field(default_factory=list)
    last_call: LastCall | None = None
    rank: Rank = Rank()

    async def race(self, *wishes: ClassRef, budget: OpeningBudget | None = None, number: int = 0) -> Won:
        wanted: Sequence[ClassRef] = wishes or [self.pilates]
        crowd = Crowd()
        race = Race(
            self.calls(self.session),
            Target(list(enumerate(wanted)), OPENS, self.known, number, rank=self.rank),
            self.server,
            self.policy,
            budget=budget,
            last_call=self.last_call,
            crowd=crowd,
        )
        with ExitStack() as others:
            for _ in range(self.others_racing):
                others.enter_context(crowd.racing())
            return await race.run()

    @property
    def pilates(self) -> ClassRef:
        return wish(self.world)

    @property
    def pilates_id(self) -> str:
        return self.world.slot("2026-11-24", "PILATES MATWORK").appointment_id

    @property
    def shots(self) -> list[Outcome]:
        return [shot.outcome for shot in self.world.shots]

    def arrivals(self, *outcomes: Outcome) -> list[float]:
        """When shots arrived by the site's own clock, in seconds after the opening."""
        return [(shot.t - OPENS).total_seconds() for shot in self.world.shots if shot.outcome in outcomes]

    @property
    def requests(self) -> int:
        """How many the account sent, everything counted."""
        return len([entry for entry in self.world.log if entry.user == GIULIA])


def knowing(clock: FakeClock, ahead: float) -> ServerClock:
    """A server's clock that was learnt before, to the millisecond."""
    server = ServerClock(clock)
    server.take(readings(clock, ahead))
    return server


def readings(clock: FakeClock, ahead: float) -> list[Reading]:
    """What was read of a server whose clock is so many seconds ahead."""
    now = steady()
    exact = clock().timestamp() + ahead - now
    second = math.floor(now + exact)
    edges = ((second - 0.0001, second - 1), (second + 0.0001, second))
    return [Reading(edge - exact, edge - exact, date) for edge, date in edges * 4]


@asynccontextmanager
async def opening(
    engine: LentBrowser,
    folder: Path,
    *,
    lead: float = SOON,
    ahead: float = 0.0,
    knows: bool = True,
    timeout: float = PATIENT,
    policy: OpeningPolicy = IMPATIENT,
    read_back: ReadBack | None = None,
    new_login: NewLogin = LoginAttempt,
    **world_options: Any,
) -> AsyncIterator[Opening]:
    """`lead` seconds before the opening by our clock; the site's is `ahead` of it. Driver and browser are lent."""
    clock = running_clock()
    clock.go(seconds=(OPENS - clock()).total_seconds() - lead)
    world = SiteWorld(
        clock=lambda: clock() + timedelta(seconds=ahead), people=[person()], opening_at="12:00", **world_options
    )
    real = {"sleep": asyncio.sleep}  # an opening is near: no login may move the clock
    async with (
        Site(world) as site,
        lent(engine, access(site, folder, clock, timeout, read_back, **real), new_login=new_login) as portal,
    ):
        session = portal.session(credentials())
        files_of(session).save({"cookies": [cookie(site)], "origins": []})
        clock.go(seconds=(OPENS - clock()).total_seconds() - lead)
        server = knowing(clock, ahead) if knows else ServerClock(clock)
        yield Opening(world, portal, session, clock, server, policy)

"""What the races of one process share: the site's clocks, the turn at logging in, what appears, the requests left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from domain.model import Clock, utc_now
from opening.appearance import Sightings
from opening.budget import OpeningBudget
from opening.crowd import Crowd
from opening.last_call import LastCall
from opening.policy import OpeningPolicy
from opening.race import Race, Target
from opening.server_clock import ServerClock
from opening.site_calls import SiteCalls
from opening.steady_time import SteadyTime
from portal.browser.contexts import Affinity
from portal.session.site_session import SiteSession


class Openings:
    """Puts races together. One per process; a test hands in its own policy, time and calls to the site."""

    def __init__(
        self,
        clock: Clock = utc_now,
        policy: OpeningPolicy | None = None,
        time: SteadyTime | None = None,
        calls: Callable[[SiteSession], SiteCalls] = SiteCalls,
    ) -> None:
        self.policy = policy or OpeningPolicy()
        self.crowd = Crowd()
        self._clock = clock
        self._time = time or SteadyTime()
        self._calls = calls
        self._servers: dict[Affinity, ServerClock] = {}
        self._sightings = Sightings()
        self._budgets: dict[tuple[int, datetime], OpeningBudget] = {}  # by account and opening

    def server(self, affinity: Affinity) -> ServerClock:
        """The clock of the server that some cookies keep a session with; without any, of all there are."""
        if affinity not in self._servers:
            self._servers[affinity] = ServerClock(self._clock, self._time)
        return self._servers[affinity]

    def knows(self, affinity: Affinity, server: ServerClock) -> None:
        """Takes over a server's clock that was learnt before."""
        self._servers[affinity] = server

    async def is_ahead(self, session: SiteSession, opens_at: datetime) -> bool:
        """Whether an opening that is past by our clock is still to come by the site's, or by one of them."""
        server = self.server(session.affinity)
        if self._clock() < opens_at + timedelta(seconds=self.policy.latest_clock):
            await server.glance(self._calls(session).clock)
        return server.known and server.moments(opens_at)[-1][0] > self._time.now()

    def budget(self, user_id: int, opens_at: datetime) -> OpeningBudget:
        """The account's requests around that opening, however often it is raced for."""
        kept = timedelta(seconds=self.policy.budget_kept)
        for key in [key for key in self._budgets if key[1] + kept < self._clock()]:
            del self._budgets[key]
        if (user_id, opens_at) not in self._budgets:
            self._budgets[user_id, opens_at] = OpeningBudget(self.policy)
        return self._budgets[user_id, opens_at]

    def race(
        self,
        session: SiteSession,
        target: Target,
        *,
        budget: OpeningBudget | None = None,
        last_call: LastCall | None = None,
    ) -> Race:
        """The race of one booking; `budget` and `last_call` when a row of the queue stands behind it."""
        return Race(
            self._calls(session),
            target,
            self.server(session.affinity),
            self.policy,
            budget=budget,
            last_call=last_call,
            crowd=self.crowd,
            sightings=self._sightings,
        )

"""One booking at one opening, with T the opening by the server's clock: the order of what happens.

    T-5 min   the session is fresh; what is held is known                             preparation.py, holdings.py
    T-60 s    the slots of the wish and its alternatives, whatever their status says  preparation.py, appearance.py
    T-40 s    the server's clock, from the second edges of its `Date` header          server_clock.py
              (shared by everybody in this process)
    T-25 s    the session once more: one that has ended meanwhile is renewed          preparation.py
    T-10 s    the last call: until then the person could take the booking back        last_call.py
    T-2 s     as many connections as there will be shots at once, warm                preparation.py
    T         shots that arrive within some 10 ms after T; then on what they answer.  shooting.py, shooter.py
              What the timetable did not show: its schedule in their place, and a     appearance.py
              shot the moment it shows the slot

A race that begins later skips what there is no time for, but never the shot. The numbers are in policy.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from booking import Booked
from domain.errors import BookingRefused, LeaseLost, OnWaitingList, SiteChanged, SiteError, SiteUnavailable
from domain.model import ClassRef, Slot, SlotStatus
from domain.opening_report import OpeningReport
from opening.appearance import Appearance, Choice, Sightings, Wishes
from opening.budget import OpeningBudget, Share
from opening.crowd import Crowd
from opening.holdings import Holdings
from opening.last_call import Call, LastCall, NobodyWithdraws
from opening.parts import RaceParts
from opening.policy import OpeningPolicy
from opening.preparation import Preparation
from opening.record import RaceRecord
from opening.server_clock import ServerClock
from opening.shooting import Shooting
from opening.site_calls import SiteCalls
from opening.spreading import Rank
from opening.timeline import Timeline
from portal.side_by_side import noticed

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Won:
    """A place, and how it was got."""

    booked: Booked
    choice: int  # 0: the wish itself
    report: OpeningReport | None
    why_not_first: str = ""  # the site's words about the choices before


@dataclass(frozen=True, slots=True)
class Target:
    """What is raced for."""

    wishes: Wishes  # the class, and the alternatives that would do as well
    opens_at: datetime
    known: Sequence[Slot] = ()  # slots from earlier readings, and those the weekly timetable leads to expect
    number: int = 0  # of the booking, among those of its account
    beside: ClassRef | None = None  # a booking of ours that the wish may overlap, as far as we are concerned
    rank: Rank = Rank()  # among all bookings that wait for this opening


class Race:
    """One booking at one opening, from its preparation to its proof. `Openings` makes races."""

    def __init__(
        self,
        site: SiteCalls,
        target: Target,
        server: ServerClock,
        policy: OpeningPolicy,
        *,
        budget: OpeningBudget | None = None,
        last_call: LastCall | None = None,
        crowd: Crowd | None = None,
        sightings: Sightings | None = None,
    ) -> None:
        self._site = site
        self._server = server
        self._policy = policy
        self._crowd = crowd or Crowd()
        self._timeline = Timeline(target.opens_at, server, policy)
        self._share = Share(budget or OpeningBudget(policy), target.number)
        self._record = RaceRecord(target.opens_at)
        self._call = Call(last_call or NobodyWithdraws(), self._timeline, policy)
        parts = RaceParts(
            site, server, self._timeline, self._crowd, self._share, self._record, policy, target.rank, self._call
        )
        self._appearance = Appearance(site, target.wishes, target.known, sightings or Sightings(), server.time)
        self._holdings = Holdings(parts, target.wishes, target.beside)
        self._preparation = Preparation(parts, self._holdings, self._appearance)
        self._shooting = Shooting(parts, self._holdings, self._appearance)

    async def run(self) -> Won:
        """Prepares, shoots at the opening, and reads back.

        Raises why the first choice could not be booked, with the report, or what stops the race before: TakenBack when
        its person did not want it any more.
        """
        with self._crowd.racing(), self._share.held():
            if self._crowd.is_alone:
                self._server.hold()
            try:
                return await self._run()
            except SiteError as error:
                error.opening = self._record.report if self._record.has_shots else None
                raise
            finally:
                self._timeline.end()

    async def _run(self) -> Won:
        choices = await self._preparation.find_choices()
        if (won := await self._won_already()) is not None:
            return won
        if not choices:
            raise self._record.refusals[0]
        async with self._site.awake():
            return await self._try_early(choices) or await self._last_minute(choices)

    async def _won_already(self) -> Won | None:
        """A choice that is held before this race has asked for anything."""
        held = await self._holdings.won_already(self._appearance.ours)
        return Won(self._site.already_booked(held[1]), held[0], None) if held else None

    async def _try_early(self, choices: Sequence[Choice]) -> Won | None:
        """Tries at once what is shown as available before its time: the rule may be wrong, or have changed."""
        choice, policy = choices[0], self._policy
        looks_open = choice.slot.status is SlotStatus.AVAILABLE
        if not looks_open or self._timeline.is_past(policy.try_early_until) or self._holdings.overlap(choice.slot):
            return None
        calling = self._call.begin()
        error = await self._call.answer_of(calling, policy.try_early_until)
        if isinstance(error, LeaseLost):
            raise error
        if error is not None or not calling.done():
            return None  # nobody is sure that it was not taken back: the opening is soon enough
        self._share.spend()
        trying = noticed(self._site.book_early(choice.ref), "early")
        await self._timeline.leave_time_for(policy.hurry + policy.leave_early, trying)
        if not trying.done():
            return None  # it goes on by itself; if it books, the site says so at the opening
        try:
            booked = trying.result()
        except OnWaitingList:
            raise
        except (BookingRefused, SiteUnavailable, SiteChanged) as error:
            log.info("  the slot looks open before its time, but can't be booked: %s", error)
            return None
        return Won(booked, choice.number, replace(self._record.report, opened_early=True), self._record.why)

    async def _last_minute(self, choices: Sequence[Choice]) -> Won:
        """Learns the clock and proves the session side by side; then the last call, and the shots."""
        timeline, policy = self._timeline, self._policy
        proving = noticed(self._preparation.prove_session(choices), "session")
        await timeline.until(policy.learn_clock)
        enough = policy.learn_clock_until_late if timeline.hurries else policy.learn_clock_until
        learning = noticed(timeline.learn_clock(self._site.clock, enough), "server's clock")
        await timeline.leave_time_for(policy.last_call, proving)
        if proving.done():
            proving.result()
            if (won := await self._won_already()) is not None:
                return won
        choices = self._holdings.possible(choices)
        with self._appearance.awaited(choices):
            await self._last_seconds(choices, learning, min(enough, policy.warm))
            choice, found = await self._shooting.shoot(choices)
        report = self._record.report
        booked = self._site.booked(found, choice.slot, report.hit.message if report.hit else "")
        return Won(booked, choice.number, report, self._record.why)

    async def _last_seconds(self, choices: Sequence[Choice], learning: asyncio.Task[None], enough: float) -> None:
        """The last call, and warm connections. Raises what the call says.

        Where many need that time, connections are opened before the call, which does not wait for a site that is slow.
        """
        timeline, policy = self._timeline, self._policy
        warming: asyncio.Task[None] | None = None
        if self._preparation.warms_from > policy.last_call:
            warming = noticed(self._preparation.warm(self._shooting.requests_at_once(choices)), "connections")
            await timeline.leave_time_for(policy.last_call, warming)
            if warming.done():
                warming.result()
        await timeline.until(policy.last_call)
        calling = self._call.begin()
        await timeline.leave_time_for(policy.warm, calling)
        if calling.done():  # what was taken back must not cost the account the requests of another race
            await self._call.heed(calling, hurry=timeline.hurries)
        await timeline.leave_time_for(enough, learning)
        await (warming or self._preparation.warm(self._shooting.requests_at_once(choices)))
        await self._call.heed(calling, hurry=timeline.hurries)

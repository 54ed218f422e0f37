"""What a race gets ready before its opening: the login, the slots, the server's clock, warm connections."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from domain.errors import ClassMoved, OtpRejected, SiteChanged, SiteUnavailable, SlotNotFound
from domain.model import Slot
from opening.appearance import Appearance, Choice, Found
from opening.holdings import Holdings
from opening.parts import RaceParts
from opening.timeline import PASSING
from portal.side_by_side import both, noticed

STILL_SHOOT = (*PASSING, OtpRejected)
"""What stops no race shortly before its opening. A login whose code was refused is not repeated every few seconds, as
each one sends the password."""

log = logging.getLogger(__name__)


class Preparation:
    """The steps of one race before its opening, each at its time; what there is no time for is skipped."""

    def __init__(self, parts: RaceParts, holdings: Holdings, appearance: Appearance) -> None:
        self._site = parts.site
        self._server = parts.server
        self._timeline = parts.timeline
        self._crowd = parts.crowd
        self._share = parts.share
        self._record = parts.record
        self._policy = parts.policy
        self._rank = parts.rank
        self._holdings = holdings
        self._appearance = appearance

    # ----- what is held, and the slots of the choices

    async def find_choices(self) -> list[Choice]:
        """The choices that can be shot at, in order; none when one of them is held already."""
        return await (self._find_at_once() if self._timeline.hurries else self._find_in_time())

    async def _find_in_time(self) -> list[Choice]:
        self._crowd.set_memory_aside()
        noticed(self._server.glance(self._site.clock), "server's clock, roughly")
        await self._timeline.until(self._policy.prepare - self._policy.spread_prepare.later(self._rank))
        async with self._crowd.my_turn(self._timeline, self._policy.turns_until):
            await self._holdings.read()
        if await self._holdings.won_already() is not None:
            return []
        if not self._timeline.is_past(self._policy.turns_until):
            with suppress(*STILL_SHOOT):
                await self._appearance.remember()
        await self._timeline.until(self._policy.look_up + self._policy.spread_look_up.earlier(self._rank))
        return await self._look_up()

    async def _find_at_once(self) -> list[Choice]:
        _, choices = await both(self._holdings.read(), self._look_up())
        if not self._holdings.all_are_possible(choices):
            await self._holdings.read()  # one reading is no reason not to ask for a place
        return choices

    async def _look_up(self) -> list[Choice]:
        """The choices, in order; one that is not listed is looked for again shortly before the opening."""
        found = await self._find()
        missing = any(isinstance(each, SlotNotFound | ClassMoved) for each in found)
        if missing and not self._timeline.is_past(self._policy.look_again * 1.5):
            await self._timeline.until(self._policy.look_again)
            found = await self._find()
        choices, refusals = self._appearance.choices(found)
        self._record.refusals += refusals
        return choices

    async def _find(self) -> Found:
        """What the site lists now; when it can't tell, what it listed before."""
        remembered = self._appearance.remembered()
        if not any(isinstance(each, Slot) for each in remembered):
            return await self._timeline.while_there_is_time("the timetable", self._appearance.look_up)
        try:
            return await self._appearance.look_up()
        except STILL_SHOOT as error:
            log.warning("  the timetable can't be read (%s): going by an earlier reading", error)
            return remembered

    # ----- the last minute

    async def prove_session(self, choices: Sequence[Choice]) -> None:
        """Reads what is held once more: a session that has ended since the look-up is renewed by that.

        What met another booking then may not do so any more.
        """
        if self._timeline.is_past(self._policy.prove_session):
            return
        await self._timeline.until(self._policy.prove_session + self._policy.spread_prove.earlier(self._rank))
        with suppress(*STILL_SHOOT):
            if self._site.bookings_are_quick() or not self._is_possible(choices):
                await self._holdings.read()
            else:
                await self._timeline.while_there_is_time("the page of my bookings", self._site.prove_session)

    def _is_possible(self, choices: Sequence[Choice]) -> bool:
        """Whether the list was read, and some choice does not meet it."""
        return self._holdings.are_known and any(self._holdings.overlap(each.slot) is None for each in choices)

    @property
    def warms_from(self) -> float:
        """How many seconds before the opening it is the turn of this booking to open its connections."""
        return self._policy.warm + self._policy.spread_warm.earlier(self._rank)

    async def warm(self, connections: int) -> None:
        """Opens as many connections as will be needed at once; one of them proves the session.

        Once for all bookings of the account: they share the connections. What is not answered in time is left alone.
        """
        await self._timeline.until(self.warms_from)
        time_left = self._timeline.time_to_answer()
        if self._share.is_warm or time_left < self._timeline.one_way:
            return
        self._share.pay_for_warming(max(connections, 1))
        proof = noticed(self._site.prove_session(), "session")
        more = [noticed(self._site.warm_connection(), "connection") for _ in range(1, connections)]
        done, _ = await asyncio.wait({proof, *more}, timeout=time_left)
        for problem in (each.exception() for each in done):
            if isinstance(problem, SiteUnavailable | SiteChanged):
                log.warning("  a connection could not be opened before the shots: %s", problem)
            elif problem is not None:
                raise problem

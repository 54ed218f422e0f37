"""Sends booking requests so that each arrives at the site when planned, and reads what the site answers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence

from domain.errors import (
    AlreadyBooked,
    NotOpenYet,
    OnWaitingList,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotFull,
)
from domain.model import Slot
from domain.opening_report import Shot, ShotOutcome
from opening.appearance import Choice
from opening.parts import RaceParts
from opening.volley import Volley

OUTCOMES: dict[type[SiteError], ShotOutcome] = {
    NotOpenYet: ShotOutcome.EARLY,
    SlotFull: ShotOutcome.FULL,
    OnWaitingList: ShotOutcome.FULL,
    AlreadyBooked: ShotOutcome.ALREADY,
}

log = logging.getLogger(__name__)


class Shooter:
    """The shots of one race."""

    def __init__(self, parts: RaceParts) -> None:
        self._site = parts.site
        self._server = parts.server
        self._timeline = parts.timeline
        self._crowd = parts.crowd
        self._share = parts.share
        self._record = parts.record
        self._policy = parts.policy
        self._call = parts.call

    def plan(self) -> Sequence[float]:
        """When the first shots shall arrive, in seconds after the opening."""
        if self.is_late:
            return (self._timeline.now,)  # one shot says as much as three at once
        shots = 1 if self._crowd.size > self._policy.most_volleys else self._share.shots_together
        timeline, policy = self._timeline, self._policy
        return policy.arrivals(policy.shot_plans, shots, timeline.jitter, timeline.uncertainty)

    @property
    def is_late(self) -> bool:
        """Whether the opening is past, so that nothing is gained by requests side by side."""
        return self._timeline.is_past(-self._policy.late)

    async def fire(self, choice: Choice, planned: Sequence[float]) -> Volley:
        """One shot for each of those moments, in seconds after the opening, and what they came to."""
        self._share.spend(len(planned))
        fired = await asyncio.gather(*(self._shot(choice, at) for at in planned))
        for shot, error in fired:  # not sooner: what is written while others are to be sent makes them late
            log.info("  shot at %+.3f s: %s %s", shot.arrived, shot.outcome, shot.message or error or "")
        self._record.note_shots([shot for shot, _ in fired])
        self._record.note_clock(self._server)
        return Volley([shot for shot, _ in fired], [error for _, error in fired if error is not None])

    async def next_plan(self, pause: float, at_opening: Callable[[], Sequence[float]], kept: int) -> Sequence[float]:
        """When to send next: soon, or at the opening when the last requests were far too early.

        `kept`: so many requests are kept for another clock. Of servers that answer by chance or in turn, the one whose
        clock shows the opening may be the next to answer.
        """
        await self._timeline.pause(pause)
        near = self._timeline.is_past(self._policy.far_too_early)
        if near and (self._share.left > kept or not self._timeline.go_by_next_clock()):
            return (self._timeline.now,)
        await self._timeline.learn_clock(self._site.clock, self._policy.learn_clock_until_late)
        return at_opening()[: max(self._share.left - 1, 1)]

    async def _shot(self, choice: Choice, planned: float) -> tuple[Shot, SiteError | None]:
        """One booking request, sent so that it arrives when planned; at once when that is past."""
        if self._crowd.size > self._policy.most_volleys and not self._timeline.is_past(0.0):
            return await self._built_shot(choice, planned)
        await self._timeline.send(planned)
        await self._call.before_shot()
        return await self._answered(choice, planned, self._server.time.now(), None)

    async def _built_shot(self, choice: Choice, planned: float) -> tuple[Shot, SiteError | None]:
        """One booking request of a crowd: it is built before the opening, and leaves when it has to.

        To build a request takes a millisecond of the processor, and a thousand are due at once. One that failed before
        it left was not sent: the server had closed its connection meanwhile, and another takes it.
        """
        await self._timeline.until(self._policy.built)
        departure = self._timeline.departure(planned + self._policy.built_later)
        sent = max(departure, self._server.time.now())
        shot, error = await self._answered(choice, planned, sent, self._server.time.as_monotonic(departure))
        if shot.outcome is ShotOutcome.LOST and self._server.time.now() < departure:
            return await self._answered(choice, planned, await self._timeline.send(planned), None)
        return shot, error

    async def _answered(
        self, choice: Choice, planned: float, sent: float, leaves_at: float | None
    ) -> tuple[Shot, SiteError | None]:
        outcome, message, error = await self._answer(choice.slot, sent, leaves_at)
        answered = self._server.time.now()
        times = (self._timeline.since_opening(sent), self._timeline.since_opening(answered))
        return Shot(choice.number, planned, *times, outcome, message), error

    async def _answer(
        self, slot: Slot, sent: float, leaves_at: float | None
    ) -> tuple[ShotOutcome, str, SiteError | None]:
        """What became of a request: in a word, in the site's words, and as the error they mean."""
        try:
            answer = await self._site.book(slot, self._share.spend, leaves_at)
        except (SiteUnavailable, SiteChanged) as error:
            return ShotOutcome.LOST, "", error
        except SiteError as error:
            return ShotOutcome.REFUSED, "", error
        if not self._server.known:
            self._server.add(sent, self._server.time.now(), answer.headers)
        said = self._site.read_answer(answer, slot)
        if not said.understood:
            return ShotOutcome.LOST, "", SiteChanged("the site's answer to the booking can't be read")
        problem = said.problem()
        outcome = OUTCOMES.get(type(problem), ShotOutcome.REFUSED) if problem else ShotOutcome.ACCEPTED
        return outcome, said.message, problem

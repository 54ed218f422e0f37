"""Keeps the leases of what a worker has in hand alive, all of them with one write; closes the session of what hangs.

What is under way on the site for an action whose lease is lost, or could not be extended in time, is given up: another
worker may have done the same since, and its person undone it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from database import Database
from domain.errors import DatabaseError
from domain.model import Action, Clock, utc_now
from domain.steady import steady
from portal.acts import Acts
from portal.side_by_side import noticed

CloseSession = Callable[[int], Coroutine[Any, Any, None]]
"""Closes what is open on the site for an account."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTimes:
    """How long a lease is, and how long an action may take. Times without a type of their own are in seconds."""

    usual: float = 60.0
    at_opening: float = 4.0  # a dead worker's action must be taken over soon then
    at_ease: int = 250  # actions in hand: of more, answers that come all at once take longer to read than a lease is
    near: timedelta = timedelta(seconds=30)  # before and after an opening
    longest_action: float = 180.0  # after its opening if there is one; what takes longer hangs
    sure: float = 3 / 4  # of a lease: once so much of it is over, and it was not extended, it may soon be another's
    brief: float = 1.0  # so long an act is waited for even then: a database may be away, and the site is not
    looks: float = 1 / 16  # of the shortest lease lie between two looks whether one is over


@dataclass(eq=False, slots=True)
class _Held:
    """An action in hand; its moments by `steady`, for a clock that is set forward ends no race."""

    action: Action
    hangs_at: float
    extended_at: float
    sure_until: float  # at the least, wherever the database is: counted from before it was asked
    granted: float  # seconds that the lease had when it was extended
    acts: Acts = field(default_factory=Acts)


class Leases:
    """Of one worker. Who lost a lease is stopped by the fence; the session serves other actions of the same person."""

    def __init__(
        self, db: Database, close_session: CloseSession, times: LeaseTimes | None = None, clock: Clock = utc_now
    ) -> None:
        self._db = db
        self._close_session = close_session
        self._times = times or LeaseTimes()
        self._clock = clock
        self._held: list[_Held] = []
        self._at_work: list[asyncio.Task[None]] = []

    @contextmanager
    def kept(self, action: Action, claimed_at: float | None = None) -> Iterator[None]:
        """Within it the lease of an action is extended, until it hangs: then its session is closed.

        `claimed_at`: when the database was asked for it, by `steady`; now, when it is left out.
        """
        now, waits = steady(), (action.opens_at - self._clock()).total_seconds() if action.opens_at else 0.0
        hangs_at = now + max(waits, 0.0) + self._times.longest_action
        held = _Held(action, hangs_at, now, self._sure_until(claimed_at or now, self._times.usual), self._times.usual)
        self._held.append(held)
        if not self._at_work:
            self._at_work = [
                asyncio.create_task(self._keep(), name="leases"),
                asyncio.create_task(self._watch(), name="leases that run out"),
            ]
        try:
            with held.acts.count():
                yield
        finally:
            self._drop([held])

    def _drop(self, dropped: Sequence[_Held]) -> None:
        self._held = [each for each in self._held if each not in dropped]
        if not self._held:
            for task in self._at_work:
                task.cancel()
            self._at_work = []

    def _sure_until(self, asked_at: float, seconds: float) -> float:
        return asked_at + seconds * self._times.sure

    def length(self, action: Action) -> float:
        """Seconds of a lease. Short when an opening is near: whoever takes over must still be in time.

        None reaches from afar to the opening itself: a worker on another machine can't see that this one has died.
        With many in hand it is longer: else the leases of a worker that is only busy would seem to run out.
        """
        times, usual = self._times, self._times.usual
        at_opening = times.at_opening * max(1.0, len(self._held) / times.at_ease)
        if action.opens_at is None:
            return usual
        until = action.opens_at - self._clock()
        if until <= -times.near:
            return usual
        return min(usual, at_opening + max(0.0, (until - times.near).total_seconds()))

    async def carry_over(self, step: float) -> None:
        """Before the clock goes forward by so many seconds: no lease of ours runs out by that. Raises DatabaseError."""
        if self._held:
            await self._db.claims.extend([(each.action, self.length(each.action) + step) for each in self._held])

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(min(self._times.at_opening, self._times.usual) / 3)
            try:
                await self._extend()
            except Exception:
                log.exception("Unexpected error while extending leases; the next time tries again")
            hanging = [each for each in self._held if steady() >= each.hangs_at]
            for held in hanging:
                log.error("  Action %s hangs: its session is closed", held.action.id)
                noticed(self._close_session(held.action.user_id), "closing a session that hangs")
            self._drop(hanging)

    async def _extend(self) -> None:
        """Extends what has used up a third of its lease: near an opening that is every one, and soon.

        A third of the one it has: behind an opening the next is far longer, and the short one would run out meanwhile.
        """
        now = steady()
        due = [(each, self.length(each.action)) for each in self._held]
        due = [(each, length) for each, length in due if now - each.extended_at >= min(length, each.granted) / 3]
        if not due:
            return
        try:
            lost = await self._db.claims.extend([(each.action, length) for each, length in due])
        except DatabaseError as error:
            log.error("  The leases of %d actions could not be extended: %s", len(due), error)
            return
        for held, length in due:
            held.extended_at, held.granted, held.sure_until = now, length, self._sure_until(now, length)
        numbers = {(action.id, action.attempts) for action in lost}
        gone = [each for each in self._held if (each.action.id, each.action.attempts) in numbers]
        for held in gone:
            log.warning("  Action %s is held by another worker, or was withdrawn", held.action.id)
            held.acts.lose()
        self._drop(gone)

    async def _watch(self) -> None:
        """Beside what extends leases, which may wait for a database that is away."""
        while True:
            await asyncio.sleep(min(self._times.at_opening, self._times.usual) * self._times.looks)
            for held in self._held:
                if steady() >= held.sure_until and held.acts.give_up(self._times.brief):
                    log.warning("  Action %s: what is under way on the site is given up", held.action.id)

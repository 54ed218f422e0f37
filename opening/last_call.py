"""The last call before an opening: whether its booking is still wanted, asked without making the race late.

Until the call, the person behind the row may take the booking back; from then on the worker acts.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from domain.errors import AppError, DatabaseError, LeaseLost, TakenBack
from opening.policy import OpeningPolicy
from opening.timeline import Timeline
from portal.side_by_side import noticed

log = logging.getLogger(__name__)


class LastCall(Protocol):
    """The row of the queue behind a race, which its person may take back until the worker acts."""

    async def begin(self) -> None:
        """Makes it too late to take the booking back. Raises TakenBack when it was, LeaseLost when another races."""

    async def is_wanted(self) -> bool:
        """Whether the booking was not taken back. Only reads, which no lock holds up."""

    async def still_ours(self) -> None:
        """Raises LeaseLost when another worker has it by now. Only reads, unless its lease has run out."""


class NobodyWithdraws:
    """The last call of a race that has no row behind it."""

    async def begin(self) -> None:
        """There is nothing to be taken back."""

    async def is_wanted(self) -> bool:
        """Always."""
        return True

    async def still_ours(self) -> None:
        """Nobody else races."""


class Call:
    """The call of one race, made once or, when its slot looked open early, twice."""

    def __init__(self, row: LastCall, timeline: Timeline, policy: OpeningPolicy) -> None:
        self._row = row
        self._timeline = timeline
        self._policy = policy

    def begin(self) -> asyncio.Task[None]:
        """Starts the call; the race goes on beside it."""
        return noticed(self._row.begin(), "last call")

    async def heed(self, calling: asyncio.Task[None], *, hurry: bool) -> None:
        """Raises when the booking was taken back, or when another worker races for it and this one need not.

        Waits for the answer, but never so long that the race is late: a database that can't be written can be read.
        """
        error = await self.answer_of(calling, self._policy.call_answered_by)
        if error is None and calling.done():
            return
        if isinstance(error, TakenBack) or not await self._is_wanted():
            raise error if isinstance(error, TakenBack) else TakenBack("taken back before its opening")
        if isinstance(error, LeaseLost) and not hurry:
            raise error
        log.warning("  the last call has no answer (%s): the race shoots all the same", error or "the database is slow")

    async def answer_of(self, calling: asyncio.Task[None], until: float) -> AppError | None:
        """The error the call met; None when there is none, or no answer so many seconds before the opening."""
        await self._timeline.leave_time_for(until, calling)
        error = calling.exception() if calling.done() else None
        if error is not None and not isinstance(error, LeaseLost | DatabaseError):
            raise error
        return error

    async def before_shot(self) -> None:
        """Asks again, where a lease may have run out since: the process may have stood still, or its network been cut.

        Raises LeaseLost, or DatabaseError: who does not know by then whether another has booked does not book.
        """
        if self._timeline.is_past(-self._policy.lease_is_sure):
            await self._row.still_ours()

    async def _is_wanted(self) -> bool:
        """Asks by a plain read, which takes a thousandth of a second. When that fails, the booking counts as wanted."""
        reading = noticed(self._row.is_wanted(), "is it wanted")
        await asyncio.wait({reading}, timeout=self._policy.longest_is_wanted)
        return not reading.done() or reading.exception() is not None or reading.result()

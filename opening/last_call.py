"""The last call before an opening: whether its booking is still wanted, asked without making anybody late.

Used by opening/race.py. Until the call, the person behind the row may take the booking back; from then on we act.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from domain.errors import AppError, DatabaseError, LeaseLost, TakenBack
from portal.side_by_side import noticed

CALLED_BY = 0.5  # s before T; nobody waits longer for a database that is locked
LONGEST_READ = 0.1  # s

log = logging.getLogger(__name__)


class LastCall(Protocol):
    """The row of the queue behind a race, which its person may take back until we act."""

    async def begin(self) -> None:
        """Makes it too late to take the booking back. Raises TakenBack when it was, LeaseLost when another races."""

    async def is_wanted(self) -> bool:
        """Whether it was not taken back. Only reads, which no lock holds up."""


class NobodyWithdraws:
    """For a race that no row stands behind."""

    async def begin(self) -> None:
        """There is nothing to be taken back."""

    async def is_wanted(self) -> bool:
        return True


class Call:
    """The call of one race, made once or, when its slot looked open early, twice."""

    def __init__(self, row: LastCall, left: Callable[[], float]) -> None:
        self._row = row
        self._left = left  # s until the opening

    def begin(self) -> asyncio.Task[None]:
        return noticed(self._row.begin(), "last call")

    async def heed(self, calling: asyncio.Task[None], *, hurry: bool) -> None:
        """Raises when the booking was taken back, or another worker races for it and we need not as well.

        Waits for the answer, but never so long that it makes us late: who can't write then still can read.
        """
        error = await self.answer_of(calling, CALLED_BY)
        if error is None and calling.done():
            return
        if isinstance(error, TakenBack) or not await self._is_wanted():
            raise error if isinstance(error, TakenBack) else TakenBack("taken back before its opening")
        if isinstance(error, LeaseLost) and not hurry:
            raise error
        log.warning("  the last call is not answered (%s): shooting all the same", error or "the database is slow")

    async def answer_of(self, calling: asyncio.Task[None], until: float) -> AppError | None:
        """What the last call met; None when all is well, or not known by so many seconds before T."""
        await asyncio.wait({calling}, timeout=max(self._left() - until, 0.0))
        error = calling.exception() if calling.done() else None
        if error is not None and not isinstance(error, LeaseLost | DatabaseError):
            raise error
        return error

    async def _is_wanted(self) -> bool:
        """By a plain read, which takes a thousandth of a second; who can't even read shoots."""
        reading = noticed(self._row.is_wanted(), "is it wanted")
        await asyncio.wait({reading}, timeout=LONGEST_READ)
        return not reading.done() or reading.exception() is not None or reading.result()

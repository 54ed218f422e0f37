"""Tells a session that is over from a call that the site refuses though the session lives.

A site may answer 401 or 403 for either, and one of its servers may know a session later than another.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from domain.errors import Blocked, SessionExpired, SiteError
from portal.session.stored import StoredSession

log = logging.getLogger(__name__)

FORBIDDEN = 403  # what a call by script meets when the session is over, or when the site turns us away
MOST_REFUSED = 5  # times a call is asked again that a session just made is refused

T = TypeVar("T")


class RefusedCalls:
    """The refused calls of one account."""

    def __init__(
        self,
        stored: StoredSession,
        ask_for_bookings: Callable[[], Awaitable[object]],
        lags: Sequence[float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """`ask_for_bookings` asks for the page of "my bookings", which every session that lives may see; `lags` are
        the seconds between looks for a session that one server knows later than another."""
        self._lags, self._sleep = lags[:MOST_REFUSED], sleep
        self._stored = stored
        self._ask_for_bookings = ask_for_bookings
        self._refused: set[str] = set()  # calls for which a session that lives was made anew, in vain so far

    async def call(self, what: str, work: Callable[[], Awaitable[T]], before_again: Callable[[], Awaitable[None]]) -> T:
        """What the call gives; while the session is just made, a call that is refused is made again for some seconds.

        Raises SessionExpired when "my bookings" ask to log in too. No password is sent before, with one exception: a
        session that is not just made is made anew once for a call it is refused. Raises Blocked when it stays refused.
        """
        left = list(self._lags)
        while True:
            try:
                done = await work()
            except (Blocked, SessionExpired) as error:
                if isinstance(error, Blocked) and (error.status != FORBIDDEN or error.retry_after is not None):
                    raise
                await self._prove_alive(error)
                if not left or not self._stored.is_just_made:
                    raise self._as_told(what, error) from error
            else:
                self._refused.discard(what)
                return done
            await self._sleep(left.pop(0))
            await before_again()

    def _as_told(self, what: str, error: Blocked | SessionExpired) -> Blocked | SessionExpired:
        if isinstance(error, Blocked):
            return error
        if not self._stored.is_just_made and what not in self._refused:
            self._refused.add(what)
            return error
        return Blocked(f"the site lets us in, and refuses {what} all the same ({error})", status=401)

    async def _prove_alive(self, refused: Blocked | SessionExpired) -> None:
        """Raises what the call was refused with, unless "my bookings" can be seen: SessionExpired if they ask to log
        in."""
        try:
            await self._ask_for_bookings()
        except SessionExpired as ended:
            raise ended from refused
        except SiteError as other:
            log.info("whether the session lives is not known: %s", other)
            raise refused from other

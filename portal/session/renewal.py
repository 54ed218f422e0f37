"""Repeats a call to the site whose session turned out to be over: with the same session, or with a new one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from domain.errors import SessionExpired
from portal.resources import Account, Resources
from portal.session.connection import Connection
from portal.session.logins import Logins
from portal.session.refused_calls import RefusedCalls
from portal.session.request_budget import RequestBudget
from portal.session.stored import StoredSession
from portal.storage.session_files import Version

T = TypeVar("T")
Call = Callable[[], Awaitable[T]]

BOOKINGS = "/Booking"  # the page that says whether a session lives


def uncounted() -> None:
    """The caller does not count its requests."""


class Renewal:
    """The calls of one account, each with a session that lives."""

    def __init__(
        self,
        resources: Resources,
        account: Account,
        stored: StoredSession,
        logins: Logins,
        connection: Connection,
        budget: RequestBudget,
    ) -> None:
        self._by_hand = account.credentials.by_hand
        self._lags, self._sleep = resources.access.limits.session_lags, resources.access.sleep
        self._stored = stored
        self._logins = logins
        self._connection = connection
        self._budget = budget
        ask_for_bookings = partial(connection.send, "GET", BOOKINGS, wants_json=False)
        self._refused = RefusedCalls(stored, ask_for_bookings, self._lags, self._sleep)

    async def ensure_session(self) -> Version:
        """Logs in when no session is stored. Gives the version of the one there is."""
        version = self._stored.version
        if self._by_hand:
            self._logins.refuse_if_ended()
        if self._connection.version != version and self._stored.state() is None:
            await self._logins.renew(version)
        return self._stored.version

    async def call(self, what: str, work: Call[T], before_again: Callable[[], None] = uncounted) -> T:
        """What the work gives; it is done once more with a new session when the one there is turns out to be over.

        `what` names it: a call that the site refuses to a session that lives is told apart (refused_calls.py).
        `before_again` is called before each repetition. Raises what the work or a login raises.
        """

        async def spend_again() -> None:
            before_again()
            await self._budget.spend(urgent=True)

        call = work if what == BOOKINGS else partial(self._refused.call, what, work, spend_again)
        version = await self.ensure_session()
        try:
            done = await call()
        except SessionExpired as error:
            done = await self._again(call, spend_again, version, error)
        self._logins.note_success()
        return done

    async def _again(
        self, call: Call[T], spend_again: Callable[[], Awaitable[None]], version: Version, error: SessionExpired
    ) -> T:
        """The call once more, for a session called over: as it is while it is just made, for one server may know it
        later than another; once more before a person is asked to log in by hand; else with a new one."""
        for number, lag in enumerate(self._lags):
            once_more = self._stored.is_just_made or (self._by_hand and number == 0)
            if self._stored.is_another(version) or not once_more:
                break
            await self._sleep(lag)
            await spend_again()
            try:
                return await call()
            except SessionExpired as still:
                error = still
        if not self._stored.is_another(version):
            self._logins.refuse_if_new(error)
        await self._logins.renew(version)
        await spend_again()
        return await call()

"""One account on the site: requests and pages as this person, with a session that is made and renewed when needed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from playwright.async_api import Page

from domain.errors import SiteChanged, SiteError
from domain.model import LoginRemark
from portal import acts as acting
from portal.browser.contexts import Affinity
from portal.resources import Account, Resources
from portal.responses.response_errors import LONG_TEXT, SiteResponse
from portal.session.connection import Connection
from portal.session.logins import Logins
from portal.session.page_visits import PageVisits
from portal.session.renewal import Renewal, uncounted
from portal.session.request_budget import RequestBudget, unshared
from portal.session.stored import StoredSession

log = logging.getLogger(__name__)

T = TypeVar("T")


class SiteSession:
    """What one person does on the site. Every error leaves with clean words: without this person's secrets."""

    def __init__(self, resources: Resources, account: Account) -> None:
        self.access = resources.access
        self.credentials = account.credentials
        self.redactor = account.redactor
        self._resources = resources
        self._stored = StoredSession(account, resources.access.places)
        self._logins = Logins(resources, account, self._stored)
        self._connection = Connection(resources, account, self._stored)
        self._visits = PageVisits(resources, account, self._stored)
        shared = resources.access.shared
        self._budget = RequestBudget(
            f"account {account.credentials.user_id}",
            count=partial(resources.tally.note, account.credentials.user_id),
            take=partial(shared.take_requests, account.credentials.user_id) if shared else unshared,
        )
        self._renewal = Renewal(resources, account, self._stored, self._logins, self._connection, self._budget)
        self.may_overlap = False  # whether the site takes two bookings at the same hours, as far as we know

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Around whatever meets the site: keeps driver and browser, and lets errors out with clean words only."""
        with self.redactor.guarded():
            async with self._resources.engine.in_use():
                yield

    # ----- around what a verb does

    @asynccontextmanager
    async def operation(self, what: str) -> AsyncIterator[None]:
        """Around everything a verb does: keeps driver and browser, and logs one line with its seconds and outcome."""
        started, outcome = time.monotonic(), "ok"
        try:
            async with self._at_work():
                yield
        except Exception as error:
            outcome = type(error).__name__
            raise
        finally:
            seconds, recent = time.monotonic() - started, self._budget.last_minute()
            account = self.credentials.user_id
            log.info("account %s: %s: %s in %.2f s, %d requests/min", account, what, outcome, seconds, recent)

    @asynccontextmanager
    async def awake(self) -> AsyncIterator[None]:
        """Around a wait that must end with a request at once: what sends it is not closed for being idle meanwhile."""
        try:
            with self._resources.awaited.one_more():
                async with self._at_work():
                    yield
        finally:
            with suppress(SiteError):
                await self._connection.keep_cookies()

    # ----- requests

    async def request(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        wants_json: bool = False,
        urgent: bool = False,
        sent_again: Callable[[], None] = uncounted,
        acts: bool = False,
        leaves_at: float | None = None,
    ) -> SiteResponse:
        """Sends a request as this person and returns a response of the kind that was asked for.

        A session that is over is renewed and the request sent once more: the site did nothing with the first. Before
        that `sent_again` is called, for a caller that counts its requests. `acts`: it changes something on the site
        (portal/acts.py). `leaves_at`: the request is built now, and sent then, by `time.monotonic`.
        Raises SiteUnavailable (also when a response was lost), SiteChanged, Blocked, and what a login raises.
        """
        await self._budget.spend(urgent=urgent)
        async with self._at_work():
            send = partial(
                self._connection.send,
                method,
                path,
                form=form,
                params=params,
                wants_json=wants_json,
                acts=acts,
                leaves_at=leaves_at,
            )
            response = await self._renewal.call(path, send, sent_again)
        self._resources.observer.response(method, path, form, response)
        return response

    async def fetch(
        self,
        method: str,
        path: str,
        *,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        urgent: bool = False,
    ) -> SiteResponse:
        """The response as it comes, whatever it is, for the survey, which examines the site. No session is renewed.

        Raises SiteUnavailable when nothing comes back.
        """
        await self._budget.spend(urgent=urgent)
        async with self._at_work():
            await self._renewal.ensure_session()
            return await self._connection.fetch(method, path, form=form, params=params)

    async def head(self, path: str) -> Mapping[str, str]:
        """The headers of a path, whatever its status. Warms a connection, and tells the time.

        Raises SiteUnavailable when nothing comes back.
        """
        return (await self.fetch("HEAD", path, urgent=True)).headers

    async def anonymous_head(self, path: str) -> Mapping[str, str]:
        """The headers that anybody gets for a path: what the site tells everybody, its clock for example, needs no
        session. They come from the application server that this session is kept with, and count for no account."""
        return await self._resources.anonymous.head(path, self.affinity)

    @property
    def affinity(self) -> Affinity:
        """The cookies that keep this session with one of the site's servers, if any do."""
        return self._connection.affinity

    # ----- pages, and what they say

    async def on_page(
        self, what: str, work: Callable[[Page], Awaitable[T]], *, strict: bool = False, acts: bool = False
    ) -> T:
        """Does something on a page of its own, logged in; once more from the start when the site asks to log in.

        `strict`: a request of the page that failed is raised though the page went on: it may be the one that counts.
        `acts`: it changes something on the site (portal/acts.py); then it is strict as well.
        On SiteChanged, or a refusal in unknown words, the error comes with evidence.
        """
        await self._budget.spend(urgent=True)
        async with self._at_work():
            visit = partial(self._visits.work, what, work, strict=strict or acts, acts=acts)
            return await self._renewal.call(what, partial(acting.do, visit) if acts else visit)

    async def read(self, what: str, response: SiteResponse, reader: Callable[[str], T]) -> T:
        """What a reader of scraper.py makes of a response; when it does not know it, the error comes with evidence."""
        try:
            with self.redactor.guarded():
                return await self.parsed(response.text, reader)
        except SiteChanged as error:
            error.evidence = await self.keep_evidence(what, response.text, str(error))
            raise

    async def parsed(self, text: str, reader: Callable[[str], T]) -> T:
        """What a reader makes of the text; beside the event loop when it is long."""
        if len(text) < LONG_TEXT:
            return reader(self.redactor.data(text))
        return await asyncio.to_thread(lambda: reader(self.redactor.data(text)))

    async def keep_evidence(self, what: str, html: str, note: str, picture: bytes | None = None) -> str | None:
        """A folder with what the site showed, without secrets."""
        return await self._resources.evidence.keep(what, html, note, picture, self.redactor)

    # ----- the session itself

    async def renew(self, *, asked: bool = False, whole: bool = True) -> None:
        """Logs in anew, though the stored session may still be good: a rehearsal of password and one-time code.

        Raises LoginNeeded for a person who logs in by hand.
        `asked`: its person wants it tried now, whatever came of a login moments ago. Not `whole`: where the sign-on
        still knows us, without password and code, as when the site calls a session over.
        """
        async with self._at_work():
            await self._logins.renew(self._stored.version, asked=asked, whole=whole)

    async def take_over(self, state: Mapping[str, Any], made_at: datetime) -> None:
        """Puts a session that a person made by hand in place of the stored one, for every process."""
        with self.redactor.guarded():
            await self._logins.take_over(state, made_at.timestamp())

    @property
    def logged_in_at(self) -> datetime | None:
        """When the login was that made the stored session; None when that is not known."""
        at = self._stored.logged_in_at
        return datetime.fromtimestamp(at, UTC) if at else None

    def stored_state(self) -> dict[str, Any] | None:
        """The cookies of the stored session and its sign-on; None when there is none."""
        return self._stored.whole()

    def take_login_remarks(self) -> tuple[LoginRemark, ...]:
        """What the pages of our logins told since this was last asked, for the person to know."""
        return self._logins.take_remarks()

    async def settle_login(self) -> None:
        """Waits for a login under way to end."""
        await self._logins.settle()

    async def release_connection(self) -> None:
        """Forgets the connection; the stored session stays."""
        await self._connection.release()

    async def close(self) -> None:
        """Closes connection and pages, also while they are used: those calls end with SiteUnavailable."""
        await self._connection.close()
        await self._visits.close()

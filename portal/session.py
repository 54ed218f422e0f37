"""A session on the site per account, over one Playwright driver and one browser per process, started when needed.

`Portal` owns driver and browser and closes them when idle. `SiteSession` sends requests and opens pages as one person:
it logs in when there is no session or the site says it is over, once for everybody who waits, in whichever process.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, TypeVar

from playwright.async_api import APIRequestContext, APIResponse, Browser, BrowserContext, Page, Playwright
from playwright.async_api import Error as PlaywrightError

from domain.errors import SessionExpired, SiteChanged, SiteError, SiteUnavailable
from domain.model import Credentials, LoginRemark
from portal.access import SiteAccess
from portal.browser import Chromium, answers, start_driver
from portal.budget import Budget
from portal.contexts import Affinity, affinity, browser_context, request_context, stranger_state
from portal.door import Door
from portal.evidence import Evidence
from portal.login import LAGS
from portal.page_size import PageSize
from portal.pages import dismiss_cookie_banner
from portal.refused_calls import RefusedCalls
from portal.side_by_side import noticed
from portal.state import SESSIONS, SessionStore, Version
from portal.stored_session import StoredSession
from portal.trouble import Answer, check, in_time, lost_the_driver, translated
from portal.watch import Watch

log = logging.getLogger(__name__)

LONG_TEXT = 20_000  # characters; what is longer is read beside the event loop, where others' requests wait
BOOKINGS = "/Booking"  # the page that says whether a session lives
MOST_STRANGERS = 8  # kept with different application servers; beyond that, any may answer
MOST_PAGES = 3  # at once; on a small machine more would only run into their time-outs side by side

T = TypeVar("T")


class Portal:
    """Driver and browser of a process. Starts nothing until it is needed; after `close` no process of it is left."""

    def __init__(self, access: SiteAccess) -> None:
        self.access = access
        access.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.evidence = Evidence(access.state_dir / "evidence", access.clock)
        self._sessions: dict[int, SiteSession] = {}
        self._lock = asyncio.Lock()  # held while driver or browser start or end
        self._room = asyncio.Semaphore(MOST_PAGES)
        self._driver: Playwright | None = None
        self.chromium = Chromium(access.executable_path, headless=access.headless)
        self._browser: Browser | None = None
        self._strangers: dict[Affinity, APIRequestContext] = {}  # by the application server they are kept with
        self.closed = False  # for good: nothing is started any more
        self.broken = False  # the driver died, and everything that hangs on it
        self._users = 0
        self.awaited = 0  # moments, by somebody who then must send a request at once
        self._driver_used = self._browser_used = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def session(self, credentials: Credentials) -> SiteSession:
        """The session of that account; a new one when its credentials have changed."""
        known = self._sessions.get(credentials.user_id)
        if known is None or known.credentials != credentials:
            known = self._sessions[credentials.user_id] = SiteSession(self, credentials)
        return known

    async def abandon(self, user_id: int) -> None:
        """Closes what is open for an account: its hanging calls end with SiteUnavailable, its next one starts anew."""
        session = self._sessions.pop(user_id, None)
        if session:
            await session.abandon()

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Within it neither driver nor browser are closed for being idle."""
        self._users += 1
        try:
            yield
        except SiteError as error:
            self.broken = self.broken or lost_the_driver(error.__cause__)
            raise
        finally:
            self._users -= 1
            self._driver_used = time.monotonic()

    async def driver(self) -> Playwright:
        """The driver, started if it is not there; a dead one is replaced. Raises SiteUnavailable once closed."""
        async with self._lock:
            if self.closed:
                raise SiteUnavailable("this program is stopping")
            if self.broken and self._driver and await answers(self._driver):
                self.broken = False  # only what hung on a closed connection was lost; others are at work
            if self.broken:
                await self._close_driver()
            if self._driver is None:
                started = time.monotonic()
                self._driver = await start_driver(self.access.state_dir / "driver")
                log.info("driver started in %.2f s", time.monotonic() - started)
            return self._driver

    @property
    def is_asleep(self) -> bool:
        """Whether no process of ours runs."""
        return self._driver is None

    async def get_ready(self) -> None:
        """Starts the driver, or keeps it: it will be needed soon. Whether it starts is told to who needs it."""
        try:
            await self.driver()
        except Exception:
            log.warning("the driver does not start", exc_info=True)
        self._driver_used = time.monotonic()

    async def browser(self) -> Browser:
        """The browser, started if it is not there; a dead one is replaced."""
        driver = await self.driver()
        async with self._lock:
            if self._browser is None or not self._browser.is_connected():
                started = time.monotonic()
                self._browser = await self.chromium.launch(driver)
                log.info("browser started in %.2f s", time.monotonic() - started)
            self._browser_used = time.monotonic()
            return self._browser

    async def ask_as_stranger(self, path: str, kept_with: Affinity = ()) -> Mapping[str, str]:
        """The headers of the answer to somebody without a session, whatever it is; counts for no account.

        Whoever is kept with no server takes no cookie along, so that each of them may answer.
        Raises SiteUnavailable when nothing comes back.
        """
        async with self.in_use():
            driver = await self.driver()
            with translated(f"GET {path}"):
                if kept_with not in self._strangers:
                    kept_with = kept_with if len(self._strangers) < MOST_STRANGERS else ()
                    state = stranger_state(kept_with, self.access.root)
                    self._strangers[kept_with] = await request_context(driver, self.access, state)
                stranger = self._strangers[kept_with]
                response = await stranger.fetch(self.access.root + path)
        noticed(self._tidy(stranger, response, keeps_cookies=bool(kept_with)), "tidying up")  # its time is taken now
        return response.headers

    async def _tidy(self, stranger: APIRequestContext, response: APIResponse, *, keeps_cookies: bool) -> None:
        async with self.in_use():
            with suppress(SiteUnavailable), translated("tidying up"):
                await response.dispose()
                if not keeps_cookies and "set-cookie" in response.headers:
                    await stranger.clear_cookies()

    @asynccontextmanager
    async def page(self, state: Mapping[str, Any] | None) -> AsyncIterator[Page]:
        """A page in a context of its own with that storage state. The context is closed, whatever happens."""
        async with self._room:
            with translated("opening a page"):
                context = await self._open_context(state)
            try:
                with translated("opening a page"):
                    page = await context.new_page()
                    await PageSize(page).watch()
                    await dismiss_cookie_banner(page)
                yield page
            finally:
                self._browser_used = time.monotonic()
                await in_time(context.close())

    async def _open_context(self, state: Any) -> BrowserContext:
        """Once more in a new browser when the one there was turns out to be dead."""
        browser = await self.browser()
        try:
            return await browser_context(browser, self.access, state)
        except PlaywrightError:
            if browser.is_connected():
                raise
        return await browser_context(await self.browser(), self.access, state)

    async def close_idle(self) -> None:
        """Closes the browser when it was not used for a while, and the driver after a longer while."""
        async with self._lock:
            now = time.monotonic()
            if self._users:
                return
            if self._browser and now - self._browser_used >= self.access.browser_idle_seconds:
                await self._close_browser()
            if self._driver and now - self._driver_used >= self.access.idle_seconds:
                await self._close_driver()

    async def close(self) -> None:
        """Closes everything, for good; what is in hand ends with SiteUnavailable."""
        self.closed = True
        async with self._lock:
            await self._close_driver()
        for session in self._sessions.values():
            await session.settle_login()

    async def _close_browser(self) -> None:
        browser, self._browser = self._browser, None
        if browser:
            await in_time(browser.close())
            log.info("browser closed")

    async def _close_driver(self) -> None:
        for session in self._sessions.values():
            await session.let_go()
        if not self.broken:
            await self._close_browser()
        driver, self._driver, self._browser = self._driver, None, None
        self._strangers.clear()
        if driver:
            await in_time(driver.stop())
            log.info("driver closed")
        self.broken = False


@dataclass(slots=True)
class _Held:
    """A stored session as this process uses it."""

    version: Version
    state: dict[str, Any] = field(repr=False)
    context: APIRequestContext
    in_flight: int = 0
    cookies_changed: bool = False  # and not kept yet


class SiteSession:
    """One person on the site."""

    def __init__(self, portal: Portal, credentials: Credentials, sessions: Path | None = None) -> None:
        """`sessions`: where it is stored, if not with the others: one that has to be proved first."""
        self.credentials = credentials
        self.access = portal.access
        self._portal = portal
        self.door = Door(credentials, portal.access.clock)
        sessions = sessions or portal.access.state_dir / SESSIONS
        self._store = SessionStore(sessions, credentials.user_id, credentials.username)
        self._stored = StoredSession(portal, credentials, self.door, self._store)
        self._budget = Budget(f"account {credentials.user_id}")
        self._opening = asyncio.Lock()  # held while the stored session is taken up
        self._held: _Held | None = None
        self._pages: set[Page] = set()
        self._refused = RefusedCalls(self._stored, lambda: self._send("GET", BOOKINGS, None, None, wants_json=False))
        self.may_overlap = False  # whether the site takes two bookings at the same hours, as far as we know

    async def abandon(self) -> None:
        """Closes connection and pages under whatever is using them."""
        held, self._held = self._held, None
        if held:
            await in_time(held.context.dispose())
        for page in tuple(self._pages):
            await in_time(page.context.close())

    @asynccontextmanager
    async def _at_work(self) -> AsyncIterator[None]:
        """Around whatever meets the site: keeps driver and browser, and lets errors out with clean words only."""
        with self.door.guarded():
            async with self._portal.in_use():
                yield

    # ----- what a verb does with it

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
        self._portal.awaited += 1
        try:
            async with self._at_work():
                yield
        finally:
            self._portal.awaited -= 1
            with suppress(SiteError), translated("keeping cookies"):
                if self._held:
                    await self._keep_changed_cookies(self._held)

    async def ask(
        self,
        method: str,
        path: str,
        *,
        form: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
        wants_json: bool = False,
        urgent: bool = False,
        sent_again: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Sends a request as this person and returns an answer of the kind that was asked for.

        A session that is over is renewed and the request sent once more: the site did nothing with the first. Whoever
        counts the requests is told before by `sent_again`.
        Raises SiteUnavailable (also when an answer was lost), SiteChanged, Blocked, and what a login raises.
        """
        await self._budget.spend(urgent=urgent)
        async with self._at_work():
            send = partial(self._send, method, path, form, params, wants_json=wants_json)
            call = send if path == BOOKINGS else partial(self._told_apart, path, send, sent_again)
            return await self._renewing(call, sent_again)

    async def look(
        self, method: str, path: str, *, form: dict[str, str] | None = None, params: dict[str, str] | None = None
    ) -> Answer:
        """The answer as it comes, whatever it is: for whoever examines the site. Nothing is renewed for it.

        Raises SiteUnavailable when nothing comes back.
        """
        await self._budget.spend()
        async with self._at_work():
            await self._ensure()
            held = await self._take_up()
            held.in_flight += 1
            try:
                with translated(f"{method} {path}"):
                    return await self._fetch(held.context, method, path, form, params)
            finally:
                held.in_flight -= 1
                await self._dispose_if_replaced(held)

    async def ask_as_stranger(self, path: str) -> Mapping[str, str]:
        """As Portal's: what the site tells everybody, its clock for example, needs no session."""
        return await self._portal.ask_as_stranger(path, self.affinity)

    @property
    def affinity(self) -> Affinity:
        """The cookies that keep this session with one of the site's servers, if any do."""
        return affinity(self._held.state if self._held else self._stored.state(), self.access.root)

    async def knock(self, path: str) -> Mapping[str, str]:
        """Asks for nothing but the headers of a path, whatever its status. Warms a connection, and tells the time.

        Raises SiteUnavailable when nothing comes back.
        """
        await self._budget.spend(urgent=True)
        async with self._at_work():
            await self._ensure()
            held = await self._take_up()
            held.in_flight += 1
            try:
                with translated(f"HEAD {path}"):
                    return (await self._fetch(held.context, "HEAD", path, None, None)).headers
            finally:
                held.in_flight -= 1
                await self._dispose_if_replaced(held)

    async def renew(self, *, asked: bool = False) -> None:
        """Logs in anew, though the stored session may still be good: a rehearsal of password and one-time code.

        Raises LoginNeeded for who logs in by hand.
        `asked`: its person wants it tried now, whatever came of a login moments ago.
        """
        async with self._at_work():
            await self._stored.renew(self._stored.version, asked=asked, whole=True)

    async def on_page(self, what: str, work: Callable[[Page], Awaitable[T]], *, acts: bool = False) -> T:
        """Does something on a page of its own, logged in; once more from the start when the site asks to log in.

        `acts`: a request of the page that failed is raised though the page went on: it may be the one that counts.
        On SiteChanged, or a refusal nobody understands, the error comes with evidence.
        """
        await self._budget.spend(urgent=True)
        async with self._at_work():
            call = partial(self._work_on_page, what, work, acts=acts)
            return await self._renewing(partial(self._told_apart, what, call, lambda: None))

    async def read(self, what: str, answer: Answer, reader: Callable[[str], T]) -> T:
        """What a reader of scraper.py makes of the answer; when it does not know it, the error comes with evidence."""
        try:
            with self.door.guarded():
                return await self.parsed(answer.text, reader)
        except SiteChanged as error:
            error.evidence = await self.keep_evidence(what, answer.text, str(error))
            raise

    async def parsed(self, text: str, reader: Callable[[str], T]) -> T:
        """What a reader makes of the text; beside the event loop when it is long."""
        if len(text) < LONG_TEXT:
            return reader(self.door.data(text))
        return await asyncio.to_thread(lambda: reader(self.door.data(text)))

    async def keep_evidence(self, what: str, html: str, note: str, picture: bytes | None = None) -> str | None:
        """A folder with what the site showed, without secrets."""
        return await self._portal.evidence.keep(what, html, note, picture, self.door)

    # ----- the session: taking it up, renewing it

    async def _renewing(self, work: Callable[[], Awaitable[T]], again: Callable[[], None] = lambda: None) -> T:
        version = await self._ensure()
        try:
            done = await work()
        except SessionExpired as error:
            done = await self._again(work, again, version, error)
        self._stored.note_that_it_works()
        return done

    async def _again(
        self, work: Callable[[], Awaitable[T]], again: Callable[[], None], version: Version, error: SessionExpired
    ) -> T:
        """The work once more, for a session called over: as it is while it is just made, for one server may know it
        later than another; once more before a person is asked to log in by hand; else with a new one."""
        for number, lag in enumerate(LAGS):
            once_more = self._stored.is_just_made or (self.credentials.by_hand and number == 0)
            if self._stored.is_another(version) or not once_more:
                break
            await asyncio.sleep(lag)
            again()
            await self._budget.spend(urgent=True)
            try:
                return await work()
            except SessionExpired as still:
                error = still
        if not self._stored.is_another(version):
            self._stored.refuse_if_new(error)
        await self._stored.renew(version)
        again()
        await self._budget.spend(urgent=True)
        return await work()

    async def _told_apart(self, what: str, call: Callable[[], Awaitable[T]], again: Callable[[], None]) -> T:
        """The call, made again where the site refuses it to a session that lives (refused_calls.py)."""

        async def before_again() -> None:
            again()
            await self._budget.spend(urgent=True)

        return await self._refused.told_apart(what, call, before_again)

    async def _ensure(self) -> Version:
        """Logs in when no session is stored. Gives the version of the one there is."""
        version = self._stored.version
        if self.credentials.by_hand:
            self._stored.refuse_if_ended()
        if (self._held is None or self._held.version != version) and self._stored.state() is None:
            await self._stored.renew(version)
        return self._stored.version

    def take_login_remarks(self) -> tuple[LoginRemark, ...]:
        """What the pages of our logins told since this was last asked, for the person to know."""
        return self._stored.take_remarks()

    async def take_over(self, state: Mapping[str, Any], made_at: datetime) -> None:
        """Puts a session that a person made by hand in place of the stored one, for every process."""
        with self.door.guarded():
            await self._stored.take_over(state, made_at.timestamp())

    @property
    def logged_in_at(self) -> datetime | None:
        """When the login was that made the stored session; None when that is not known."""
        at = self._stored.logged_in_at
        return datetime.fromtimestamp(at, UTC) if at else None

    def stored_state(self) -> dict[str, Any] | None:
        """The cookies of the stored session and its sign-on; None when there is none."""
        return self._stored.whole()

    async def settle_login(self) -> None:
        """Waits for a login under way to end."""
        await self._stored.settle_login()

    # ----- requests

    async def _send(
        self, method: str, path: str, form: dict[str, str] | None, params: dict[str, str] | None, *, wants_json: bool
    ) -> Answer:
        held = await self._take_up()
        held.in_flight += 1
        try:
            with translated(f"{method} {path}"):
                answer = await self._fetch(held.context, method, path, form, params)
                held.cookies_changed |= "set-cookie" in answer.headers
                await self._check(method, path, answer, wants_json=wants_json)
                await self._keep_changed_cookies(held)
                return answer
        finally:
            held.in_flight -= 1
            await self._dispose_if_replaced(held)

    async def _check(self, method: str, path: str, answer: Answer, *, wants_json: bool) -> None:
        try:
            if len(answer.text) < LONG_TEXT:
                check(answer, self.access.root, path, wants_json=wants_json)
            else:
                await asyncio.to_thread(check, answer, self.access.root, path, wants_json=wants_json)
        except SiteChanged as error:
            error.evidence = await self.keep_evidence(f"{method} {path}", answer.text, f"{method} {path}: {error}")
            raise

    async def _fetch(self, context: APIRequestContext, method: str, path: str, form: Any, params: Any) -> Answer:
        started = time.monotonic()
        response = await context.fetch(
            self.access.root + path,
            method=method,
            form=form,
            params=params,
            headers={"X-Requested-With": "XMLHttpRequest"} if form else None,
            max_retries=1 if method == "GET" else 0,  # a kept connection may have died; a POST is never sent twice
        )
        text = (await response.body()).decode("utf-8-sig", errors="replace")
        return Answer(response.status, text, response.headers, time.monotonic() - started)

    async def _take_up(self) -> _Held:
        """The stored session as it is now: another process may have renewed it since we last looked."""
        async with self._opening:
            dead = self._portal.broken
            if self._held is None or dead or self._held.version != self._stored.version:
                old, self._held = self._held, await self._open_stored()
                if old:
                    await self._dispose_if_replaced(old)
            return self._held

    async def _open_stored(self) -> _Held:
        version, state = self._stored.version, self._stored.state()
        if state is None:
            raise SessionExpired("there is no stored session")
        driver = await self._portal.driver()
        with translated("opening a connection"):
            context = await request_context(driver, self.access, state)
        self.door.note_cookies(state)
        return _Held(version, state, context)

    async def _dispose_if_replaced(self, held: _Held) -> None:
        if held is not self._held and not held.in_flight:
            await in_time(held.context.dispose())

    async def _keep_changed_cookies(self, held: _Held) -> None:
        """Not while an opening is awaited by anybody here: to write a file can take longer than the places last."""
        if held.cookies_changed and not self._portal.awaited:
            held.cookies_changed = False
            await self._keep_cookies(held, await held.context.storage_state())

    async def _keep_cookies(self, held: _Held, state: Any) -> None:
        """Saves what the site renewed, unless somebody has saved something newer."""
        if state["cookies"] != held.state["cookies"] and held.version == self._stored.version:
            held.version, held.state = self._stored.keep_renewed(held.version, state), state
            self.door.note_cookies(state)

    async def let_go(self) -> None:
        """Forgets the connection; the stored session stays."""
        held, self._held = self._held, None
        if held:
            await self._dispose_if_replaced(held)

    # ----- pages

    async def _work_on_page(self, what: str, work: Callable[[Page], Awaitable[T]], *, acts: bool) -> T:
        state = self._stored.state()
        if state is None:
            raise SessionExpired("there is no stored session")
        async with self._portal.page(state) as page:
            watch = Watch(page, self.access.root)
            self._pages.add(page)
            try:
                with translated(what):
                    return await watch.passed(await work(page), strict=acts)
            except SiteError as error:
                raise await watch.explained(what, error, self._portal.evidence, self.door) from error
            finally:
                self._pages.discard(page)

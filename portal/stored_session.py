"""The stored session of an account, and the logins that make it anew: one for everybody who waits, in any process.

Used by session.py, which sends requests and opens pages with what is stored.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import Page

from domain.errors import (
    Blocked,
    LoginBlocked,
    LoginDiverted,
    LoginFailed,
    LoginInterrupted,
    LoginNeeded,
    LoginStopped,
    LoginUnavailable,
    SessionExpired,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    quote,
)
from domain.model import Credentials, LoginRemark
from portal.codes import Codes
from portal.door import Door
from portal.login import LoginPage
from portal.login_guard import BLANK, LoginGuard, shown
from portal.page_size import content
from portal.recognition import LOGIN_PATH, words_in_page
from portal.sanitizer import bare_address
from portal.state import NO_VERSION, SessionStore, Version
from portal.trouble import in_time, translated
from portal.watch import Watch

if TYPE_CHECKING:
    from portal.session import Portal

log = logging.getLogger(__name__)

REJECTION_HOLDS = 10.0  # seconds: who asks again this soon is told the same, and the password is not sent twice
IN_A_CIRCLE = "ERR_TOO_MANY_REDIRECTS"
ERROR_PAGE = re.compile(
    r"si è verificato un errore|errore (?:interno|del server)|server error|an error (?:has )?occurred", re.IGNORECASE
)
ENDED = "the session that was made by hand has ended"
ENDED_HOLDS = 60.0  # seconds in which a session that was called over is not tried again: its person has to act
JUST_MADE = 15.0  # seconds after a login in which a session called over is asked again, and not made anew


class StoredSession:
    """One account's, as every process finds it on disk."""

    def __init__(self, portal: Portal, credentials: Credentials, door: Door, store: SessionStore) -> None:
        self._portal = portal
        self._credentials = credentials
        self._door = door
        self._store = store
        self._codes = Codes(credentials, store, portal.access.clock, lambda: portal.awaited > 0)
        self._login: asyncio.Task[None] | None = None
        self._rejection: tuple[float, SiteError] | None = None
        self._has_worked = True  # since we made it, if we did
        self._logged_in = -JUST_MADE  # when we last did, on the monotonic clock
        self._by_sign_on = False  # we made it without password and code
        self._remarks: dict[LoginRemark, None] = {}  # of our logins, in their order, until somebody takes them
        self._ended: tuple[Version, float] = NO_VERSION, 0.0  # the version that the site called over, and when
        self._login_of: dict[Version, Version] = {}  # a version with renewed cookies -> the one its login made

    @property
    def version(self) -> Version:
        return self._store.version()

    def refuse_if_new(self, error: SessionExpired) -> None:
        """Raises, for a session that is called over, when another login would help nobody.

        The error itself while the session is just made: one server may know it later than another. LoginBlocked when it
        has never worked since: the password is not sent each time somebody asks for something. When it was made from
        a sign-on alone, that is given up, and the next login begins from nothing.
        """
        if time.monotonic() - self._logged_in < JUST_MADE:
            raise error
        if not self._has_worked and self._by_sign_on:
            self._forget_sign_on()
            return
        if not self._has_worked:
            self._has_worked = True  # once the account has waited, another login is tried
            place = bare_address(self._portal.access.root + LOGIN_PATH)
            stuck = LoginBlocked(f"the site lets us in, and then asks to log in all the same, at {place}")
            self._note_failure(stuck)
            raise stuck from error

    def refuse_if_ended(self) -> None:
        """Raises LoginNeeded while the session that a person has to make anew is the one the site called over."""
        version, at = self._ended
        if version == self.version and time.monotonic() - at < ENDED_HOLDS:
            raise LoginNeeded(ENDED)

    def _ended_now(self) -> LoginNeeded:
        if self.state() is None:
            return LoginNeeded("nobody has logged in yet")
        self._ended = self.version, time.monotonic()
        return LoginNeeded(ENDED)

    def note_that_it_works(self) -> None:
        """Something was done with it."""
        self._has_worked = True

    @property
    def logged_in_at(self) -> float:
        """When the login was that made it, of whichever process (`time.time()`); 0 when that is not known."""
        return self._store.logged_in_at()

    @property
    def is_just_made(self) -> bool:
        """Whether the session comes from a login moments ago, of whichever process."""
        return 0 <= time.time() - self.logged_in_at < JUST_MADE

    def take_remarks(self) -> tuple[LoginRemark, ...]:
        """What our logins met on their way since this was last asked, for their person to know."""
        remarks, self._remarks = tuple(self._remarks), {}
        return remarks

    def state(self) -> dict[str, Any] | None:
        """The booking site's cookies, which alone are sent there; None when there is no session."""
        kept = self._store.load()
        return kept and self._portal.access.places.session_of(kept)

    def whole(self) -> dict[str, Any] | None:
        """The cookies of session and sign-on; None when there is no session."""
        return self._portal.access.places.own_state(self._store.load() or {"cookies": ()}) if self.state() else None

    def _sign_on(self) -> dict[str, Any] | None:
        """The login hosts' cookies, which only a login shows them; None when there are none."""
        kept = self._store.load()
        own = kept and self._portal.access.places.sign_on_of(kept)
        return own if own and own["cookies"] else None

    def keep_renewed(self, version: Version, state: Any) -> Version:
        """Replaces the cookies of that version by renewed ones, of the same login; its sign-on stays."""
        cookies = list(self._portal.access.places.session_of(state)["cookies"])
        names = {_name_of(each) for each in cookies}
        cookies += [each for each in (self._sign_on() or {"cookies": ()})["cookies"] if _name_of(each) not in names]
        renewed = self._save({"cookies": cookies, "origins": []}, self._store.logged_in_at())
        self._login_of[renewed] = self._login_of.get(version, version)
        return renewed

    async def take_over(self, state: Mapping[str, Any], made_at: float) -> None:
        """Stores a session that a person made at that time (`time.time()`). Raises SiteUnavailable."""
        async with self._store.locked():
            self._save(state, made_at)
            self._store.forget_turned_away()
        self._rejection = None

    def _forget_sign_on(self) -> None:
        """The next login begins from nothing. The session itself stays, as the one that a login replaces."""
        kept, version = self._store.load(), self.version
        if kept is not None and self._sign_on() is not None:
            own = self._portal.access.places.session_of(kept)
            self._login_of[self._save(own, self._store.logged_in_at())] = self._login_of.get(version, version)

    def _save(self, state: Any, logged_in_at: float) -> Version:
        kept = self._door.storable(self._portal.access.places.own_state(state))
        return self._store.save(kept, logged_in_at=logged_in_at)

    # ----- logging in

    async def renew(self, stale: Version, *, asked: bool = False, whole: bool = False) -> None:
        """Replaces the session of that version; one login serves everybody who waits. Raises what the login raises.

        What it raises holds for a few seconds for whoever comes next, unless the person has `asked` for another try.
        `whole`: with password and code, though the sign-on may still know us: they are what is to be proved.
        """
        if self.is_another(stale) and self.state():
            return  # somebody already did
        if self._credentials.by_hand and self._sign_on() is None:
            raise self._ended_now()
        if self._login is None or self._login.done():
            if asked:
                self._store.forget_turned_away()
            elif held := self._rejection_that_holds():
                raise held
            self._login = asyncio.create_task(self._log_in(stale, asked=asked, whole=whole))
            self._login.add_done_callback(_note_outcome)
        await asyncio.shield(self._login)  # a waiter may be cancelled; the login goes on for the others

    def _rejection_that_holds(self) -> SiteError | None:
        """What our last login failed with, just now; None once a person has asked for another, of any process."""
        if self._rejection is None or time.monotonic() - self._rejection[0] >= REJECTION_HOLDS:
            return None
        return self._rejection[1] if self._store.turned_away_since(0) else None

    async def settle_login(self) -> None:
        """Waits for a login under way to end; how it ends was told to whoever waited for it."""
        if self._login and not self._login.done():
            await asyncio.wait({self._login})

    def is_another(self, stale: Version) -> bool:
        """Whether the stored session comes from another login than that version: new cookies alone are no renewal."""
        return self._login_of.get(self.version, self.version) != self._login_of.get(stale, stale)

    async def _log_in(self, stale: Version, *, asked: bool, whole: bool) -> None:
        """Logs in unless another process has done so, or was turned away, while we waited for our turn."""
        waiting_since = time.time()
        async with self._store.locked():
            if self.is_another(stale) and self.state():
                return
            if turned_away := self._turned_away(waiting_since, asked=asked):
                raise turned_away
            try:
                with self._door.guarded():
                    await self._log_in_now(None if whole else self._sign_on())
            except (LoginFailed, Blocked) as error:
                self._note_failure(error)
                raise

    def _note_failure(self, error: LoginFailed | Blocked) -> None:
        """For whoever comes next, in this process or another."""
        self._rejection = (time.monotonic(), error)
        self._store.note_turned_away(LoginUnavailable(str(error)) if isinstance(error, Blocked) else error)

    def _turned_away(self, waiting_since: float, *, asked: bool) -> LoginFailed | None:
        """Why a login failed, in whichever process, while we waited or just before.

        What stops an account counts only while we waited: the password may have been corrected since.
        """
        before = None if asked else self._store.turned_away_since(waiting_since - REJECTION_HOLDS)
        return self._store.turned_away_since(waiting_since) or (None if isinstance(before, LoginStopped) else before)

    async def _log_in_now(self, sign_on: dict[str, Any] | None) -> None:
        """With what the sign-on knows us by, if there is any; where that leads nowhere, once more from nothing."""
        try:
            await self._log_in_with(sign_on)
        except SiteError as error:
            by_hand = self._credentials.by_hand
            over = isinstance(error, LoginNeeded | LoginBlocked) if by_hand else self._may_be_of_sign_on(error)
            if sign_on is None or not over:
                raise
            log.info("account %s: the kept sign-on leads nowhere (%s)", self._credentials.user_id, error.kind)
            self._forget_sign_on()
            if by_hand:
                raise self._ended_now() from error
            if not self._by_sign_on:  # the password was sent: the next login begins from nothing, and is not now
                raise
            await self._log_in_with(None)

    def _may_be_of_sign_on(self, error: SiteError) -> bool:
        """Whether a sign-on that is over may have led there: to a circle, or to a page or, before the password, an
        error of its own."""
        return type(error) is LoginBlocked or (isinstance(error, LoginUnavailable) and self._by_sign_on)

    async def _log_in_with(self, sign_on: dict[str, Any] | None) -> None:
        started, access = time.monotonic(), self._portal.access
        if sign_on is not None:
            self._door.note_cookies(sign_on)
        async with (
            self._portal.in_use(),
            self._portal.page(sign_on) as page,
            LoginGuard(page, access.places, self._credentials) as guard,
        ):
            watch = Watch(page, access.root, logging_in=True)
            try:
                with translated("login"):
                    state = await self._sign_in(page, guard)
                if diversion := await guard.verdict():
                    raise diversion
            except SiteError as error:
                raise await self._why_no_login(page, watch, guard, await guard.verdict() or error) from error
            finally:
                self._by_sign_on = not guard.has_typed
        self._save(state, time.time())
        self._logged_in, self._has_worked = time.monotonic(), False
        self._login_of.clear()
        self._store.forget_turned_away()
        self._rejection = None
        log.info("account %s: logged in within %.2f s", self._credentials.user_id, time.monotonic() - started)

    async def _sign_in(self, page: Page, guard: LoginGuard) -> Any:
        """The browser's storage state at the end of a login nothing was wrong with."""

        async def next_code() -> str:
            code = await self._codes.next()
            guard.watch_for(code)
            self._door.note_code(code)
            return code

        async def passing(how: str) -> None:
            note = f"a page of the login that nobody knows, {how}\n{bare_address(page.url)}"
            await self._portal.evidence.keep("login page passed", await content(page), note, None, self._door)

        access = self._portal.access
        login = LoginPage(page, access.places, access.timeout_seconds, guard.typing, passing, self._door.said)
        try:
            await login.sign_in(self._credentials, next_code)
        finally:
            for remark in login.remarks:
                self._remarks[replace(remark, words=self._door.words(remark.words))] = None
        return await page.context.storage_state()

    async def _why_no_login(self, page: Page, watch: Watch, guard: LoginGuard, error: SiteError) -> SiteError:
        """The error of a login that did not end where it should, as it is told: there is no picture of it.

        The booking site's own trouble blames no account: SiteUnavailable before typing, LoginInterrupted after it.
        """
        self._door.note_cookies({"cookies": await in_time(page.context.cookies()) or ()})
        ours = self._portal.closed or not (page.context.browser and page.context.browser.is_connected())
        if type(error) is LoginBlocked and not ours:
            return await self._with_its_page(page, watch, error)
        explained = await watch.explained("login", error, self._portal.evidence, self._door)
        address = watch.met_at or watch.waits_for or page.url
        if isinstance(explained, LoginFailed) or ours:
            return explained
        place = await self._place(page, watch, address)
        if isinstance(explained, Blocked) and self._is_elsewhere(address):
            return Blocked(
                f"{explained}, at {place}", status=explained.status, retry_after=explained.retry_after, at_login=True
            )
        if guard.window and not watch.met_at and not watch.waits_for:
            return self._in_another_window(guard.window)
        if guard.has_typed and not self._is_elsewhere(address) and _is_nonsense(explained, watch, place):
            return LoginInterrupted(f"the sign-on lets us in, and then there is no page ({explained}), at {place}")
        if isinstance(explained, SessionExpired | SiteChanged) or IN_A_CIRCLE in str(explained):
            why = f", for {error}," if isinstance(error, SiteChanged) else ""
            return LoginBlocked(f"the login stops{why} at {place}", explained.evidence)
        if isinstance(explained, SiteUnavailable) and self._is_elsewhere(address):
            return LoginUnavailable(f"the login breaks off ({explained}), at {place}")
        return explained

    async def _with_its_page(self, page: Page, watch: Watch, error: LoginBlocked) -> LoginBlocked:
        """The error of a login that ended itself, with the page that is on show then."""
        words = quote(self._door.words(await shown(page)))
        said = f"the login stops, for {error}, at {bare_address(page.url)}: {words}"
        html, _ = await watch.portrait()
        return LoginBlocked(said, await self._portal.evidence.keep("login", html, said, None, self._door))

    def _in_another_window(self, address: str) -> LoginFailed:
        said = f"the login goes on in another window, at {bare_address(address)}"
        harmless = address == BLANK or self._portal.access.places.may_visit(address)
        return LoginBlocked(said) if harmless else LoginDiverted(said)

    def _is_elsewhere(self, address: str) -> bool:
        """Whether that is another host than the booking site's."""
        return urlsplit(address).netloc != urlsplit(self._portal.access.root).netloc

    async def _place(self, page: Page, watch: Watch, address: str) -> str:
        """Where a login ended, and what stands there; without its words when that page never came."""
        words = words_in_page(watch.met_page) if watch.met_page else ""
        if not watch.met_at and not watch.waits_for and not page.is_closed():
            words = await shown(page)
        return bare_address(address) + (f": {quote(self._door.words(words))}" if words else "")


def _name_of(cookie: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(cookie.get("name")), str(cookie.get("domain")), str(cookie.get("path"))


def _is_nonsense(explained: SiteError, watch: Watch, place: str) -> bool:
    """Whether the booking site gave an error, silence or data for the page a login ends on, and no other page."""
    if isinstance(explained, SiteUnavailable):
        return IN_A_CIRCLE not in str(explained)
    return bool(watch.met_at) or ERROR_PAGE.search(place) is not None


def _note_outcome(login: asyncio.Task[None]) -> None:
    """Takes notice of a login that failed after everybody who waited had gone."""
    if not login.cancelled() and (error := login.exception()):
        log.warning("login failed: %s: %s", type(error).__name__, error)

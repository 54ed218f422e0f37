"""The stored session of an account, and the logins that make it anew: one for everybody who waits, in any process.

Used by session.py, which sends requests and opens pages with what is stored.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

from playwright.async_api import Page

from errors import LoginStopped, LoginStuck, OtpRejected, SessionExpired, SiteChanged, SiteError, SiteUnavailable, quote
from model import Credentials
from portal.codes import Codes
from portal.door import Door
from portal.login import LoginPage
from portal.login_guard import LoginGuard, shown
from portal.sanitizer import bare_address
from portal.state import SessionStore, Version
from portal.trouble import in_time, translated
from portal.watch import Watch

if TYPE_CHECKING:
    from portal.session import Portal

log = logging.getLogger(__name__)

REJECTION_HOLDS = 10.0  # seconds: who asks again this soon is told the same, and the password is not sent twice
JUST_MADE = 15.0  # seconds after a login in which a session called over is asked again, and not made anew


class StoredSession:
    """One account's, as every process finds it on disk."""

    def __init__(self, portal: Portal, credentials: Credentials, door: Door, store: SessionStore) -> None:
        self._portal = portal
        self._credentials = credentials
        self._door = door
        self._store = store
        self._codes = Codes(credentials, store, portal.access.clock)
        self._login: asyncio.Task[None] | None = None
        self._rejection: tuple[float, SiteError] | None = None
        self._logged_in = -JUST_MADE  # when we last did, on the monotonic clock
        self._login_of: dict[Version, Version] = {}  # a version with renewed cookies -> the one its login made

    @property
    def version(self) -> Version:
        return self._store.version()

    @property
    def is_just_made(self) -> bool:
        """Whether we have only just logged in."""
        return time.monotonic() - self._logged_in < JUST_MADE

    def state(self) -> dict[str, Any] | None:
        """Its cookies and storage, without what another site may have left in it; None when there is none."""
        state = self._store.load()
        return state and self._portal.access.places.own_state(state)

    def keep_renewed(self, version: Version, state: Any) -> Version:
        """Replaces the cookies of that version by renewed ones, of the same login."""
        renewed = self._save(state)
        self._login_of[renewed] = self._login_of.get(version, version)
        return renewed

    def _save(self, state: Any) -> Version:
        return self._store.save(self._door.storable(self._portal.access.places.own_state(state)))

    # ----- logging in

    async def renew(self, stale: Version) -> None:
        """Replaces the session of that version; one login serves everybody who waits. Raises what the login raises."""
        if self.is_another(stale) and self.state():
            return  # somebody already did
        if self._rejection and time.monotonic() - self._rejection[0] < REJECTION_HOLDS:
            raise self._rejection[1]
        if self._login is None or self._login.done():
            self._login = asyncio.create_task(self._log_in(stale))
            self._login.add_done_callback(_note_outcome)
        await asyncio.shield(self._login)  # a waiter may be cancelled; the login goes on for the others

    async def settle_login(self) -> None:
        """Waits for a login under way to end; how it ends was told to whoever waited for it."""
        if self._login and not self._login.done():
            await asyncio.wait({self._login})

    def is_another(self, stale: Version) -> bool:
        """Whether the stored session comes from another login than that version: new cookies alone are no renewal."""
        return self._login_of.get(self.version, self.version) != self._login_of.get(stale, stale)

    async def _log_in(self, stale: Version) -> None:
        """Logs in unless another process has done so, or was turned away, while we waited for our turn."""
        waiting_since = time.time()
        async with self._store.locked():
            if self.is_another(stale) and self.state():
                return
            if turned_away := self._store.turned_away_since(waiting_since):
                raise turned_away
            try:
                with self._door.guarded():
                    await self._log_in_now()
            except (LoginStopped, LoginStuck) as error:
                self._rejection = (time.monotonic(), error)
                self._store.note_turned_away(error)
                raise
            except OtpRejected as error:
                self._rejection = (time.monotonic(), error)
                raise

    async def _log_in_now(self) -> None:
        started, access = time.monotonic(), self._portal.access
        async with (
            self._portal.in_use(),
            self._portal.page(None) as page,
            LoginGuard(page, access.places, self._credentials) as guard,
        ):
            watch = Watch(page, access.root, logging_in=True)
            try:
                with translated("login"):
                    state = await self._sign_in(page, guard)
                if diversion := await guard.verdict():
                    raise diversion
            except SiteError as error:
                raise await self._why_no_login(page, watch, await guard.verdict() or error) from error
        self._save(state)
        self._logged_in = time.monotonic()
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

        login = LoginPage(page, self._portal.access.places, self._portal.access.timeout_seconds, guard.typing)
        await login.sign_in(self._credentials, next_code)
        return await page.context.storage_state()

    async def _why_no_login(self, page: Page, watch: Watch, error: SiteError) -> SiteError:
        """The error of a login that did not end where it should, as it is told: there is no picture of it."""
        self._door.note_cookies({"cookies": await in_time(page.context.cookies()) or ()})
        explained = await watch.explained("login", error, self._portal.evidence, self._door)
        if isinstance(explained, SessionExpired):
            return SiteUnavailable("the login ends where it began: at the login page")
        if isinstance(explained, SiteChanged):
            said = self._door.words(await shown(page))
            return LoginStuck(f"the login stops at {bare_address(page.url)}: {quote(said)}", explained.evidence)
        return explained


def _note_outcome(login: asyncio.Task[None]) -> None:
    """Takes notice of a login that failed after everybody who waited had gone."""
    if not login.cancelled() and (error := login.exception()):
        log.warning("login failed: %s: %s", type(error).__name__, error)

"""The logins of an account: one for every call that waits, in whichever process, and none again right after a no."""

from __future__ import annotations

import asyncio
import logging
import time

from domain.errors import (
    Blocked,
    LoginBlocked,
    LoginFailed,
    LoginNeeded,
    LoginStopped,
    LoginUnavailable,
    SessionExpired,
    SiteError,
)
from domain.model import LoginRemark
from portal.evidence.sanitizer import bare_address
from portal.resources import Account, Resources, State
from portal.responses.page_errors import LOGIN_PATH
from portal.session.stored import JUST_MADE, StoredSession
from portal.storage.session_files import NO_VERSION, Version

log = logging.getLogger(__name__)

REJECTION_HOLDS = 10.0  # seconds in which a failed login is not repeated: the next calls get the same error
NEVER = float("-inf")  # on the steady clock
ENDED = "the session that was made by hand has ended"
ENDED_HOLDS = 60.0  # seconds in which an ended session is not tried again: its person has to log in by hand


class Logins:
    """The logins of one account."""

    def __init__(self, resources: Resources, account: Account, stored: StoredSession) -> None:
        self._resources = resources
        self._account = account
        self._files = account.files
        self._stored = stored
        self._steady = resources.access.steady
        self._login: asyncio.Task[None] | None = None
        self._rejection: tuple[float, SiteError] | None = None
        self._has_worked = True  # the session that we made last was used with success since
        self._logged_in_at = NEVER  # when we made it, by the steady clock
        self._by_sign_on = False  # we made it without password and code
        self._remarks: dict[LoginRemark, None] = {}  # of our logins, in their order, until they are taken
        self._ended: tuple[Version, float] = NO_VERSION, NEVER  # the version that the site called over, and when

    # ----- what a caller may know before it asks for a login

    def refuse_if_new(self, error: SessionExpired) -> None:
        """Raises, for a session that the site calls over, when another login would not help.

        The error itself while the session is just made: one server may know it later than another. LoginBlocked when it
        has never worked since: the password is not sent each time a caller asks for something. When it was made from
        a sign-on alone, that is given up, and the next login begins from nothing.
        """
        if self._steady() - self._logged_in_at < JUST_MADE:
            raise error
        if not self._has_worked and self._by_sign_on:
            self._stored.forget_sign_on()
            return
        if not self._has_worked:
            self._has_worked = True  # once the account has waited, another login is tried
            place = bare_address(self._resources.access.root + LOGIN_PATH)
            stuck = LoginBlocked(f"the site lets us in, and then asks to log in all the same, at {place}")
            self._note_failure(stuck)
            raise stuck from error

    def refuse_if_ended(self) -> None:
        """Raises LoginNeeded while the session that a person has to make anew is the one the site called over."""
        version, at = self._ended
        if version == self._stored.version and self._steady() - at < ENDED_HOLDS:
            raise LoginNeeded(ENDED)

    def _ended_now(self) -> LoginNeeded:
        if self._stored.state() is None:
            return LoginNeeded("nobody has logged in yet")
        self._ended = self._stored.version, self._steady()
        return LoginNeeded(ENDED)

    def note_success(self) -> None:
        """The site answered to the session as to one that lives."""
        self._has_worked = True

    def take_remarks(self) -> tuple[LoginRemark, ...]:
        """What our logins met on their way since this was last asked, for their person to know."""
        remarks, self._remarks = tuple(self._remarks), {}
        return remarks

    # ----- one login for everybody

    async def renew(self, stale: Version, *, asked: bool = False, whole: bool = False) -> None:
        """Replaces the session of that version; one login serves every call that waits. Raises what the login raises.

        What it raises holds for a few seconds for the next calls, unless the person has `asked` for another try.
        `whole`: with password and code, though the sign-on may not ask for them: they are what is to be proved.
        """
        await self._files.catch_up()
        if self._stored.is_another(stale) and self._stored.state():
            return  # another call, process or machine already did
        if self._account.credentials.by_hand and self._stored.sign_on() is None:
            raise self._ended_now()
        if self._login is None or self._login.done():
            if asked:
                self._files.forget_rejection()
            elif held := self._rejection_that_holds():
                raise held
            self._login = asyncio.create_task(self._log_in(stale, asked=asked, whole=whole))
            self._login.add_done_callback(_log_failure)
        await asyncio.shield(self._login)  # a waiter may be cancelled; the login goes on for the others

    async def take_over(self, state: State, made_at: float) -> None:
        """Stores a session that a person made at that time (`time.time()`). Raises SiteUnavailable."""
        await self._stored.take_over(state, made_at)
        self._rejection = None

    async def settle(self) -> None:
        """Waits for a login under way to end; how it ends is told to the calls that wait for it."""
        if self._login and not self._login.done():
            await asyncio.wait({self._login})

    def _rejection_that_holds(self) -> SiteError | None:
        """What our last login failed with, if that was just now and no person has asked for another try since."""
        if self._rejection is None or self._steady() - self._rejection[0] >= REJECTION_HOLDS:
            return None
        return self._rejection[1] if self._files.rejection_since(0) else None

    async def _log_in(self, stale: Version, *, asked: bool, whole: bool) -> None:
        """Logs in unless another process has done so, or its login was rejected, while we waited for our turn."""
        waiting_since = time.time()
        async with self._files.locked():
            if self._stored.is_another(stale) and self._stored.state():
                return
            if rejection := self._rejection_of_others(waiting_since, asked=asked):
                raise rejection
            try:
                with self._account.redactor.guarded():
                    await self._log_in_now(None if whole else self._stored.sign_on())
            except (LoginFailed, Blocked) as error:
                self._note_failure(error)
                raise

    def _note_failure(self, error: LoginFailed | Blocked) -> None:
        """For the next calls, in this process or another."""
        self._rejection = (self._steady(), error)
        self._files.note_rejection(LoginUnavailable(str(error)) if isinstance(error, Blocked) else error)

    def _rejection_of_others(self, waiting_since: float, *, asked: bool) -> LoginFailed | None:
        """Why a login failed, in whichever process, while we waited or just before.

        What stops an account counts only while we waited: the password may have been corrected since.
        """
        before = None if asked else self._files.rejection_since(waiting_since - REJECTION_HOLDS)
        return self._files.rejection_since(waiting_since) or (None if isinstance(before, LoginStopped) else before)

    async def _log_in_now(self, sign_on: State | None) -> None:
        """Logs in with the cookies of the sign-on, if there are any; where they lead nowhere, once more without."""
        try:
            await self._log_in_with(sign_on)
        except SiteError as error:
            by_hand = self._account.credentials.by_hand
            over = isinstance(error, LoginNeeded | LoginBlocked) if by_hand else self._may_be_of_sign_on(error)
            if sign_on is None or not over:
                raise
            log.info("account %s: the kept sign-on leads nowhere (%s)", self._account.credentials.user_id, error.kind)
            self._stored.forget_sign_on()
            if by_hand:
                raise self._ended_now() from error
            if not self._by_sign_on:  # the password was sent: the next login begins from nothing, and is not now
                raise
            await self._log_in_with(None)

    def _may_be_of_sign_on(self, error: SiteError) -> bool:
        """Whether a sign-on that is over may have led to that error: to a circle, or to a page or, before the password,
        an error of its own."""
        return type(error) is LoginBlocked or (isinstance(error, LoginUnavailable) and self._by_sign_on)

    async def _log_in_with(self, sign_on: State | None) -> None:
        started = time.monotonic()
        if sign_on is not None:
            self._account.redactor.note_cookies(sign_on)
        login = self._resources.new_login(self._resources, self._account)
        try:
            state = await login.run(sign_on)
        finally:
            if login.has_typed is not None:
                self._by_sign_on = not login.has_typed
            self._remarks |= dict.fromkeys(login.remarks)
        self._stored.keep_new(state)
        self._logged_in_at, self._has_worked = self._steady(), False
        self._rejection = None
        account = self._account.credentials.user_id
        log.info("account %s: logged in within %.2f s", account, time.monotonic() - started)


def _log_failure(login: asyncio.Task[None]) -> None:
    """Logs the error of a login that failed after every waiting call had gone."""
    if not login.cancelled() and (error := login.exception()):
        log.warning("login failed: %s: %s", type(error).__name__, error)

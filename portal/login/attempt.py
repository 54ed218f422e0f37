"""One login in the browser: its page and its guard, the walk through the sign-on, and why it ended where it did."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import Page

from domain.errors import SiteError
from domain.model import LoginRemark
from portal.browser.page_size import content
from portal.evidence.page_monitor import PageMonitor
from portal.evidence.sanitizer import bare_address
from portal.login.codes import Codes
from portal.login.failure import LoginFailure
from portal.login.network_guard import NetworkGuard
from portal.login.sign_in import SignIn
from portal.resources import Account, Resources, State
from portal.responses.playwright_errors import translated


class LoginAttempt:
    """A login of one account."""

    def __init__(self, resources: Resources, account: Account) -> None:
        self._resources = resources
        self._account = account
        access, in_haste = resources.access, resources.awaited.__bool__
        self._codes = Codes(account.credentials, account.files, access.clock, in_haste, access.sleep)
        self._guard: NetworkGuard | None = None
        self.remarks: list[LoginRemark] = []

    @property
    def has_typed(self) -> bool | None:
        """Whether password or code may have been typed; None while there was no page."""
        return None if self._guard is None else self._guard.has_typed

    async def run(self, sign_on: State | None) -> State:
        """The browser's cookies at the end of a login nothing was wrong with. Raises what explains any other end."""
        resources, access = self._resources, self._resources.access
        async with (
            resources.engine.in_use(),
            resources.pages.opened(sign_on) as page,
            NetworkGuard(page, access.places, self._account.credentials) as guard,
        ):
            self._guard = guard
            monitor = PageMonitor(page, access.root, logging_in=True)
            try:
                with translated("login"):
                    state = await self._sign_in(page, guard)
                if diversion := await guard.verdict():
                    raise diversion
            except SiteError as error:
                failure = LoginFailure(resources, self._account.redactor, page, monitor, guard)
                raise await failure.explained(await guard.verdict() or error) from error
            return state

    async def _sign_in(self, page: Page, guard: NetworkGuard) -> State:
        redactor = self._account.redactor

        async def next_code() -> str:
            code = await self._codes.next()
            guard.watch_for(code)
            redactor.note_code(code)
            return code

        async def passing(how: str) -> None:
            note = f"a page of the login that nobody knows, {how}\n{bare_address(page.url)}"
            await self._resources.evidence.keep("login page passed", await content(page), note, None, redactor)

        sign_in = SignIn(page, self._resources.access, guard.typing, passing, redactor.said)
        try:
            await sign_in.run(self._account.credentials, next_code)
        finally:
            self.remarks = [replace(each, words=redactor.words(each.words)) for each in sign_in.remarks]
        return await page.context.storage_state()

"""Logging in by hand: a browser that the person sees, and the proof that the session it leaves is a good one.

Nothing is typed for anybody, so it does not matter where the way leads: SPID, CIE, any host. What counts is that it
ends on the booking site's own pages, and that "my bookings" can be read with what the browser then holds.
Used by admin/sessions.py.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from playwright.async_api import BrowserContext, Page

import booking
from admin.site_errors import retold
from domain.errors import AppError, LoginNeeded, SiteError, SiteUnavailable
from domain.model import Booking, Credentials, utc_now
from languages.terminal import _
from portal.browser.contexts import browser_context
from portal.portal import Portal
from portal.responses.page_errors import LOGIN_PATH
from portal.responses.playwright_errors import in_time, translated

PATIENCE = 600.0  # s for a person to find phone, card reader and codes
TRIAL = ".proof-"  # how the folder begins in which a session is tried
TRIAL_LASTS = 3600.0  # s; an older one was left behind by a program that was killed in the midst of it
TRY_AGAIN = 5.0  # s until a session that is not good yet is tried again, though no page was loaded; doubled each time

log = logging.getLogger(__name__)

OnPage = Callable[[Page], Awaitable[None]]


class HandLoginFailed(AppError):
    """No session came of it; the sentence says why, and what to do. What was stored before stays."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A session with which "my bookings" were read."""

    state: dict[str, Any] = field(repr=False)
    made_at: datetime
    bookings: tuple[Booking, ...]


async def proved(portal: Portal, credentials: Credentials, state: Any, made_at: datetime) -> Proved:
    """Tries a session on the site before it takes anybody's place. Raises LoginNeeded when the site does not know it.

    It may be renewed meanwhile: what is returned is what counts.
    """
    _sweep(portal.access.state_dir)
    with tempfile.TemporaryDirectory(prefix=TRIAL, dir=portal.access.state_dir) as folder:
        session = portal.trial_session(replace(credentials, by_hand=True), Path(folder))
        await session.take_over(state, made_at)
        try:
            held = await booking.my_bookings(session)
        finally:
            await session.release_connection()
        return Proved(session.stored_state() or {}, made_at, held)


def _sweep(state_dir: Path) -> None:
    """Deletes the sessions of trials that never ended."""
    for left in state_dir.glob(f"{TRIAL}*"):
        with suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > TRIAL_LASTS:
                shutil.rmtree(left)


async def log_in(
    portal: Portal, credentials: Credentials, *, patience: float = PATIENCE, person: OnPage | None = None
) -> Proved:
    """Opens the site's login page and waits until the person is in. `person`: who does it in a test, on that very page.

    Raises HandLoginFailed when the window is closed, the time is over or no browser starts.
    """
    async with portal.engine.in_use():
        context = await _window(portal)
        try:
            with translated("opening the login page"):
                page = await context.new_page()
                visit = _Visit(portal, credentials, context)
                home = quote(urlsplit(portal.access.root).path + "/", safe="")
                await page.goto(f"{portal.access.root}{LOGIN_PATH}?returnUrl={home}")
            acting = asyncio.ensure_future(person(page)) if person else None
            try:
                return await visit.until_in(patience)
            finally:
                if acting:
                    acting.cancel()
                    with suppress(asyncio.CancelledError):
                        await acting
        except SiteUnavailable as error:
            raise HandLoginFailed(
                _("the booking site can't be reached ({error}): try again later", error=retold(str(error)))
            ) from error
        finally:
            await in_time(context.close())


async def _window(portal: Portal) -> BrowserContext:
    try:
        browser = await portal.engine.browser()
        with translated("opening a window"):
            return await browser_context(browser, portal.access, None)
    except SiteUnavailable as error:
        raise HandLoginFailed(
            _(
                "no browser with a window starts here ({error}): install Chromium, or log in on "
                "another computer with --login --export-session FILE, and bring that here with "
                "--import-session FILE",
                error=retold(str(error)),
            )
        ) from error


class _Visit:
    """A person's way through the login, as far as it concerns us: which pages are shown, and whether they lead in."""

    def __init__(self, portal: Portal, credentials: Credentials, context: BrowserContext) -> None:
        self._portal = portal
        self._credentials = credentials
        self._context = context
        self._moved = asyncio.Event()  # a page was loaded, or closed
        self._trouble: SiteError | None = None
        for page in context.pages:
            self._follow(page)
        context.on("page", self._follow)

    @property
    def why(self) -> str:
        """What kept a session that was there from being proved."""
        return _(". The site let you in, but: {trouble}", trouble=retold(str(self._trouble))) if self._trouble else ""

    async def until_in(self, patience: float) -> Proved:
        """Raises HandLoginFailed when the last window is closed, or after so many seconds."""
        over, pause = time.monotonic() + patience, TRY_AGAIN
        while (left := over - time.monotonic()) > 0:
            inside = self._is_inside()
            if inside and (entered := await self._try()):
                return entered
            moved = await self._has_moved(min(left, pause) if inside else left)
            pause = TRY_AGAIN if moved else pause * 2
            if not self._context.pages:
                raise HandLoginFailed(
                    _("the window was closed before you were logged in: start again{why}", why=self.why)
                )
        minutes = f"{patience / 60:.0f}"
        raise HandLoginFailed(
            _("nobody was logged in on the booking site within {n} minutes: start again{why}", n=minutes, why=self.why)
        )

    async def _has_moved(self, within: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._moved.wait()
        moved = self._moved.is_set()
        self._moved.clear()
        return moved

    def _follow(self, page: Page) -> None:
        page.on("domcontentloaded", self._stirs)
        page.on("close", self._stirs)

    def _stirs(self, _: Page) -> None:
        self._moved.set()

    def _is_inside(self) -> bool:
        """Whether a window shows a page of the booking site that is not its login page."""
        places = self._portal.access.places
        shown = [page.url for page in self._context.pages]
        return any(places.is_booking_site(url) and LOGIN_PATH.lower() not in url.lower() for url in shown)

    async def _try(self) -> Proved | None:
        """None while the site does not take the session, or can't be asked: the person goes on."""
        state = await in_time(self._context.storage_state())
        if state is None:
            return None
        places = self._portal.access.places
        try:
            made = await proved(self._portal, self._credentials, places.session_of(state), utc_now())
            cookies = [*places.sign_on_of(state)["cookies"], *made.state["cookies"]]
            return replace(made, state={"cookies": cookies, "origins": []})
        except LoginNeeded:
            self._trouble = None
        except SiteError as error:
            log.info("the session can't be proved yet: %s", error)
            self._trouble = error
        return None

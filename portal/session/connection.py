"""Requests with the stored session of one account, without a browser, and the cookies that the site renews by them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from playwright.async_api import APIRequestContext

from domain.errors import SessionExpired, SiteChanged
from portal import acts as acting
from portal.browser.built_requests import held_until
from portal.browser.contexts import Affinity, affinity, request_context
from portal.resources import Account, Resources
from portal.responses.playwright_errors import in_time, translated
from portal.responses.response_errors import LONG_TEXT, SiteResponse, check
from portal.session.stored import StoredSession
from portal.side_by_side import noticed
from portal.storage.session_files import Version

Fields = Mapping[str, str]


@dataclass(slots=True)
class _Held:
    """A stored session as this process uses it."""

    version: Version
    state: dict[str, Any] = field(repr=False)
    context: APIRequestContext
    in_flight: int = 0
    cookies_changed: bool = False  # and not kept yet


class Connection:
    """The connection of one account: made with the stored session, and anew when that is another."""

    def __init__(self, resources: Resources, account: Account, stored: StoredSession) -> None:
        self._resources = resources
        self._access = resources.access
        self._redactor = account.redactor
        self._stored = stored
        self._opening = asyncio.Lock()  # held while the stored session is taken up
        self._held: _Held | None = None

    @property
    def version(self) -> Version | None:
        """The version of the stored session that the connection was made with; None when there is no connection."""
        return self._held.version if self._held else None

    @property
    def affinity(self) -> Affinity:
        """The cookies that keep this session with one of the site's servers, if any do."""
        return affinity(self._held.state if self._held else self._stored.state(), self._access.root)

    async def send(
        self,
        method: str,
        path: str,
        *,
        form: Fields | None = None,
        params: Fields | None = None,
        wants_json: bool,
        acts: bool = False,
        leaves_at: float | None = None,
    ) -> SiteResponse:
        """A response of the kind that was asked for. Raises what any other stands for, with evidence where unknown.

        `acts`: it changes something on the site. `leaves_at`: it is built now, and sent then, by `time.monotonic`.
        """
        held = await self._take_up()
        held.in_flight += 1
        try:
            with translated(f"{method} {path}"):
                fetch = partial(self._fetch, held.context, method, path, form, params, leaves_at)
                response = await (acting.do(fetch, leaves_at) if acts else fetch())
                held.cookies_changed |= "set-cookie" in response.headers
                await self._check(method, path, response, wants_json=wants_json)
                await self._keep_changed_cookies(held)
                return response
        finally:
            held.in_flight -= 1
            await self._dispose_if_replaced(held)

    async def fetch(
        self, method: str, path: str, *, form: Fields | None = None, params: Fields | None = None
    ) -> SiteResponse:
        """The response as it comes, whatever it is. Raises SiteUnavailable when nothing comes back."""
        held = await self._take_up()
        held.in_flight += 1
        try:
            with translated(f"{method} {path}"):
                return await self._fetch(held.context, method, path, form, params)
        finally:
            held.in_flight -= 1
            await self._dispose_if_replaced(held)

    async def keep_cookies(self) -> None:
        """Stores the cookies that the site has renewed, unless an opening is awaited in this process."""
        with translated("keeping cookies"):
            if self._held:
                await self._keep_changed_cookies(self._held)

    async def release(self) -> None:
        """Forgets the connection, and closes it once no request is under way; the stored session stays."""
        held, self._held = self._held, None
        if held:
            await self._dispose_if_replaced(held)

    async def close(self) -> None:
        """Closes the connection, also while requests use it: they end with SiteUnavailable."""
        held, self._held = self._held, None
        if held:
            await in_time(held.context.dispose())

    async def _check(self, method: str, path: str, response: SiteResponse, *, wants_json: bool) -> None:
        try:
            if len(response.text) < LONG_TEXT:
                self._check_text(response, path, wants_json)
            else:
                await asyncio.to_thread(self._check_text, response, path, wants_json)
        except SiteChanged as error:
            what = f"{method} {path}"
            error.evidence = await self._resources.evidence.keep(
                what, response.text, f"{what}: {error}", None, self._redactor
            )
            raise

    def _check_text(self, response: SiteResponse, path: str, wants_json: bool) -> None:
        """A page is looked at as its reader will get it: so it is parsed once for both."""
        seen = response if wants_json else replace(response, text=self._redactor.data(response.text))
        check(seen, self._access.root, path, wants_json=wants_json)

    async def _fetch(
        self,
        context: APIRequestContext,
        method: str,
        path: str,
        form: Fields | None,
        params: Fields | None,
        leaves_at: float | None = None,
    ) -> SiteResponse:
        started = time.monotonic()
        headers = {"X-Requested-With": "XMLHttpRequest"} if form else {}
        if leaves_at is not None:
            headers |= await held_until(leaves_at)
        response = await context.fetch(
            self._access.root + path,
            method=method,
            form=dict(form) if form else None,
            params=dict(params) if params else None,
            headers=headers,
            max_retries=1 if method == "GET" else 0,  # a kept connection may have died; a POST is never sent twice
        )
        text = (await response.body()).decode("utf-8-sig", errors="replace")
        if not self._resources.awaited:  # the driver keeps each body until then, or until the connection is closed
            noticed(in_time(response.dispose()), "tidying up")
        return SiteResponse(response.status, text, response.headers, time.monotonic() - started)

    # ----- the stored session: taking it up, keeping what the site renews

    async def _take_up(self) -> _Held:
        """The stored session as it is now: another process may have renewed it since we last looked."""
        async with self._opening:
            dead = self._resources.engine.broken
            if self._held is None or dead or self._held.version != self._stored.version:
                old, self._held = self._held, await self._open_stored()
                if old:
                    await self._dispose_if_replaced(old)
            return self._held

    async def _open_stored(self) -> _Held:
        version, state = self._stored.version, self._stored.state()
        if state is None:
            raise SessionExpired("there is no stored session")
        driver = await self._resources.engine.driver()
        with translated("opening a connection"):
            context = await request_context(driver, self._access, state)
        self._redactor.note_cookies(state)
        return _Held(version, state, context)

    async def _dispose_if_replaced(self, held: _Held) -> None:
        if held is not self._held and not held.in_flight:
            await in_time(held.context.dispose())

    async def _keep_changed_cookies(self, held: _Held) -> None:
        """Not while an opening is awaited in this process: to write a file can take longer than the places last."""
        if held.cookies_changed and not self._resources.awaited:
            held.cookies_changed = False
            await self._keep(held, await held.context.storage_state())

    async def _keep(self, held: _Held, state: Any) -> None:
        """Stores the renewed cookies, unless another process has stored a newer session."""
        if state["cookies"] != held.state["cookies"] and held.version == self._stored.version:
            held.version, held.state = self._stored.keep_renewed(held.version, state), state
            self._redactor.note_cookies(state)
            noticed(self._stored.share(), "keeping cookies for other machines")

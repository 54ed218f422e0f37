"""Requests without a session, for what the site tells everybody, such as its clock. They count for no account."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from playwright.async_api import APIRequestContext, APIResponse

from domain.errors import SiteUnavailable
from portal.access import SiteAccess
from portal.browser.contexts import Affinity, anonymous_state, request_context
from portal.browser.engine import Engine
from portal.responses.playwright_errors import translated
from portal.side_by_side import noticed

MOST_KEPT = 8  # connections kept with different application servers; beyond that, any server may answer


class AnonymousClient:
    """Connections without a session, one for each application server that a session is kept with."""

    def __init__(self, access: SiteAccess, engine: Engine) -> None:
        self._access = access
        self._engine = engine
        self._connections: dict[Affinity, APIRequestContext] = {}

    async def head(self, path: str, kept_with: Affinity = ()) -> Mapping[str, str]:
        """The headers of the response, whatever its status.

        A connection that is kept with no server takes no cookie along, so that each of them may answer.
        Raises SiteUnavailable when nothing comes back.
        """
        async with self._engine.in_use():
            driver = await self._engine.driver()
            with translated(f"GET {path}"):
                if kept_with not in self._connections:
                    kept_with = kept_with if len(self._connections) < MOST_KEPT else ()
                    state = anonymous_state(kept_with, self._access.root)
                    self._connections[kept_with] = await request_context(driver, self._access, state)
                connection = self._connections[kept_with]
                response = await connection.fetch(self._access.root + path)
        noticed(self._tidy(connection, response, keeps_cookies=bool(kept_with)), "tidying up")  # its time is taken now
        return response.headers

    def forget(self) -> None:
        """Forgets the connections, whose driver stops."""
        self._connections.clear()

    async def _tidy(self, connection: APIRequestContext, response: APIResponse, *, keeps_cookies: bool) -> None:
        async with self._engine.in_use():
            with suppress(SiteUnavailable), translated("tidying up"):
                await response.dispose()
                if not keeps_cookies and "set-cookie" in response.headers:
                    await connection.clear_cookies()

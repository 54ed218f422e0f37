"""Looks on while the portal speaks to the site: the survey hands in an observer, the programs use this empty one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from playwright.async_api import Page

from portal.responses.response_errors import SiteResponse


class Observer:
    """Does nothing with what it sees; a subclass notes pages and responses."""

    @asynccontextmanager
    async def page(self, page: Page) -> AsyncIterator[None]:
        """Around the life of a page, a login's too."""
        yield

    def response(self, method: str, path: str, form: Mapping[str, str] | None, response: SiteResponse) -> None:
        """After each response to a request that was sent without the browser."""

"""Opens pages of the browser with the stored session of one account, and explains why the work on one failed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from playwright.async_api import Page

from domain.errors import SessionExpired, SiteError
from portal.browser.driver_sends import have_driver_send
from portal.evidence.page_monitor import PageMonitor
from portal.resources import Account, Resources
from portal.responses.playwright_errors import in_time, translated
from portal.session.stored import StoredSession

T = TypeVar("T")
Work = Callable[[Page], Awaitable[T]]


class PageVisits:
    """The pages that are open for one account."""

    def __init__(self, resources: Resources, account: Account, stored: StoredSession) -> None:
        self._resources = resources
        self._redactor = account.redactor
        self._stored = stored
        self._open: set[Page] = set()

    async def work(self, what: str, work: Work[T], *, strict: bool, acts: bool) -> T:
        """What the work on a page of its own gives. Raises what is behind its failure, with evidence if it is unknown.

        `strict`: a request of the page that failed is raised though the page went on: it may be the one that counts.
        `acts`: what the page asks for can be taken back, until the site has it.
        """
        state = self._stored.state()
        if state is None:
            raise SessionExpired("there is no stored session")
        async with self._resources.pages.opened(state) as page:
            monitor = PageMonitor(page, self._resources.access.root)
            self._open.add(page)
            try:
                with translated(what):
                    if acts:
                        await have_driver_send(page.context, self._resources.access)
                    return await monitor.passed(await work(page), strict=strict)
            except SiteError as error:
                raise await monitor.explained(what, error, self._resources.evidence, self._redactor) from error
            finally:
                self._open.discard(page)

    async def close(self) -> None:
        """Closes the pages, also while they are used: that work ends with SiteUnavailable."""
        for page in tuple(self._open):
            await in_time(page.context.close())

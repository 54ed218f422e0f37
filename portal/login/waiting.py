"""Waits for the next page of a login that wants something, and for no longer than a login may take."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.async_api import Page, Request

from domain.errors import LoginBlocked, SiteChanged
from portal.access import SiteAccess
from portal.login.acting import Acting
from portal.login.page_kinds import PageKind, RecognisedPage, Snapshot, recognise
from portal.login.snapshot import SnapshotReader

MOST_SECONDS = 45.0  # for all of a login but the wait for a code
MOST_BANNERS = 6  # that are accepted: one that stays is no matter until it covers something
BANNER_COMES = 1.0  # seconds in which the dashboard has shown its banner
MOST_PAGES = 40  # that came, one by one, in which nothing was to be done too
SETTLES = 0.3  # seconds an unknown page must have been on show before it is clicked
REFUSED = re.compile(
    r"errat|non (?:è |sono )?(?:corrett|valid|riconosciut)|scadut|wrong|invalid|incorrect|not valid|expired",
    re.IGNORECASE,
)
ERROR_PAGE = "chrome-error:"
CIRCLE = "ERR_TOO_MANY_REDIRECTS"


class Waiting:
    """Waits for the pages of one login."""

    def __init__(
        self, page: Page, access: SiteAccess, snapshots: SnapshotReader, acting: Acting, has_entered: Callable[[], bool]
    ) -> None:
        """`has_entered`: whether the button of the site's login page was clicked."""
        self._places = access.places
        self._longest, self._goes_on = access.timeout_seconds, access.limits.goes_on
        self._snapshots = snapshots
        self._acting = acting
        self._has_entered = has_entered
        self._pages = self._banners = 0
        self._moved = 0.0  # when a page last came
        self._ends = time.monotonic() + MOST_SECONDS
        self.circles_home = False  # the last page asked for led from dashboard to login page and back, without end
        page.on("framenavigated", lambda frame: self._count_page(frame == page.main_frame))
        page.on("requestfailed", self._note_circle)

    def extend(self, seconds: float) -> None:
        """The login may take that much longer."""
        self._ends += seconds

    async def next_page(self) -> RecognisedPage:
        """The next page that wants something; what takes its time is waited for.

        Raises SiteChanged when a page stays, or the login takes too long, and LoginBlocked when it goes in a circle.
        """
        began, known, since, page = time.monotonic(), None, time.monotonic(), None
        while True:
            self._check_limits()
            snapshot = await self._snapshots.look()
            now = time.monotonic()
            if snapshot is not None:
                await self._accept_banner(snapshot)
                page = self._recognise(snapshot)
                if (page.kind, snapshot.born) != known:
                    known, since = (page.kind, snapshot.born), now
                if not self._is_dealt_with(page):
                    if now - since >= self._longest_wait(page):
                        return page
                else:
                    await self._acting.repeat_once()
            last = self._acting.last
            if now - max(began, self._moved, last.at if last else 0.0) >= self._longest:
                if page is not None and page.kind is PageKind.UNKNOWN and not self._is_dealt_with(page):
                    return page  # it says itself why it stays
                raise SiteChanged(self._why_it_stays())
            await self._snapshots.something_happens()

    async def is_gone(self, page: RecognisedPage) -> bool:
        """Whether another page has come while this one was dealt with."""
        snapshot = await self._snapshots.look()
        return snapshot is None or snapshot.born != page.snapshot.born

    async def accept_last_banner(self) -> None:
        """The dashboard asks about cookies once more, when it is complete."""
        latest = time.monotonic() + BANNER_COMES
        while (snapshot := await self._snapshots.look()) is None or not (snapshot.loaded or time.monotonic() > latest):
            await self._snapshots.something_happens()
        await self._accept_banner(snapshot)

    async def _accept_banner(self, snapshot: Snapshot) -> None:
        if snapshot.banner and self._banners < MOST_BANNERS:
            self._banners += await self._snapshots.accept_banner()

    def _count_page(self, is_main: bool) -> None:
        if is_main:
            self._pages, self._moved = self._pages + 1, time.monotonic()

    def _note_circle(self, request: Request) -> None:
        """Notes a circle of redirects between a server that knows the session and one that does not yet."""
        ours = self._places.is_booking_site(request.url) and request.is_navigation_request()
        self.circles_home = self.circles_home or (ours and CIRCLE in (request.failure or ""))

    def _why_it_stays(self) -> str:
        if self._acting.last is None:
            return "it does not go on by itself"
        return f"it does not go on after the page that was {self._acting.last.page.kind}"

    def _recognise(self, snapshot: Snapshot) -> RecognisedPage:
        if snapshot.url.startswith(ERROR_PAGE):
            if self._has_entered() and self.circles_home:
                return RecognisedPage(PageKind.ENTRY, snapshot)
            raise SiteChanged("the next page did not come")
        return recognise(snapshot, self._places)

    def _check_limits(self) -> None:
        if time.monotonic() > self._ends:
            raise SiteChanged(f"it takes longer than {MOST_SECONDS:.0f} s")
        if self._pages > MOST_PAGES:
            raise LoginBlocked(f"it goes in a circle, {MOST_PAGES} pages and no end")

    def _longest_wait(self, page: RecognisedPage) -> float:
        """Seconds for which a page must have been on show before it is dealt with."""
        if page.kind is PageKind.WAITING:
            return 2 * self._longest  # never: it goes on by itself, or not
        if page.kind is PageKind.UNKNOWN:
            return min(self._goes_on, self._longest) if self._places.may_type(page.snapshot.url) else self._longest
        if not page.snapshot.parsed and page.kind is not PageKind.HOME:
            return min(self._goes_on, self._longest)  # half a page may lack the second field of a new password
        if page.kind is PageKind.ONE_WAY:
            return self._goes_on if page.snapshot.automatic or not page.snapshot.loaded else SETTLES
        return 0.0

    def _is_dealt_with(self, page: RecognisedPage) -> bool:
        """Whether it is the page, unchanged, that was clicked or filled in last, and the next has not come."""
        if self._acting.last is None or page.kind is PageKind.HOME:
            return False
        before = self._acting.last.page
        if before.snapshot.born != page.snapshot.born:
            return False
        if page.kind in (PageKind.UNKNOWN, PageKind.WAITING):
            return True
        said, before_said = page.snapshot.complaint, before.snapshot.complaint
        complains = said != before_said and REFUSED.search(said) is not None
        return page.kind is before.kind and page.is_tried and not complains

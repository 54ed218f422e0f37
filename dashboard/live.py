"""/live: tells an open page when something that it shows has changed (server-sent events), and only then.

One look at the database follows each change of it, for all open pages together; what is compared are signs
(store/pages/signs.py), so that of a change only the pages of whom it concerns are told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from aiohttp import web

from dashboard.parts import VISITOR, Dashboard, Route, get
from domain.errors import DatabaseError

OWN, PLACES = "own", "places"  # what a page may show: its person's rows, the timetable's places
STREAM = "text/event-stream"
LONGEST_SIGN = 80  # characters of one that a page brings
LONGEST_ID = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LivePace:
    """How often and how much."""

    beat: float = 15.0  # s between two signs of life: proxies want them, and a page that was closed is noticed
    patience: float = 10.0  # s for a slow line to take what it is told
    retry: int = 2_000  # ms after which a page that lost its line comes again
    most_of_a_session: int = 8  # open pages of one browser; the oldest goes on without being told
    most: int = 2_000  # of all


PACE = LivePace()


@dataclass(eq=False, slots=True)
class OpenPage:
    """A page that is being looked at. `known`: by topic, the sign of what it shows."""

    user_id: int
    session_id: int
    known: dict[str, str]
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_one_too_many: bool = False

    def learn(self, topic: str, sign: str) -> None:
        """Wakes the page when its topic's sign is another one."""
        if topic in self.known and self.known[topic] != sign:
            self.known[topic] = sign
            self.news.set()


class Live:
    def __init__(self, dashboard: Dashboard, pace: LivePace = PACE) -> None:
        self._dashboard = dashboard
        self._db = dashboard.db
        self._pace = pace
        self._pages: list[OpenPage] = []
        self._watch: asyncio.Task[None] | None = None
        self._is_over = False  # the program stops
        dashboard.at_the_end.append(self.end)

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Tells the page what has changed since it was made, for as long as it is open."""
        visitor = request[VISITOR]
        page = OpenPage(visitor.user_id, visitor.session_id, _known(request))
        if not page.known:
            raise web.HTTPBadRequest
        if self._is_over or len(self._pages) >= self._pace.most:
            raise web.HTTPServiceUnavailable
        if request.method == "HEAD":
            return web.Response(content_type=STREAM)
        response = web.StreamResponse(headers={"Content-Type": STREAM, "X-Accel-Buffering": "no"})
        with suppress(ConnectionError, TimeoutError):  # the page was closed, or its line is dead
            await response.prepare(request)
            self._admit(page)
            try:
                await self._tell(page, response)
            finally:
                self._dismiss(page)
        return response

    def _admit(self, page: OpenPage) -> None:
        self._pages.append(page)
        others = [each for each in self._pages if each.session_id == page.session_id]
        for one in others[: -self._pace.most_of_a_session]:
            one.is_one_too_many = True
            one.news.set()
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._follow(), name="tells open pages of changes")

    def _dismiss(self, page: OpenPage) -> None:
        self._pages.remove(page)
        if not self._pages and self._watch is not None:
            self._watch.cancel()
            self._watch = None

    async def _tell(self, page: OpenPage, response: web.StreamResponse) -> None:
        await self._write(response, f"retry: {self._pace.retry}\n\n")
        await self._look([page])  # whatever has changed since the page was made
        while await self._is_in_force(page):
            if page.news.is_set():
                page.news.clear()
                await self._write(response, f"event: changed\nid: {urlencode(page.known)}\ndata:\n\n")
            else:
                await self._write(response, ": ♥\n\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.beat):
                    await page.news.wait()
        if page.is_one_too_many:
            await self._write(response, "event: enough\ndata:\n\n")

    def end(self) -> None:
        """Ends every open page's line at once: they come again when the program is back."""
        self._is_over = True
        for page in self._pages:
            page.news.set()

    async def _is_in_force(self, page: OpenPage) -> bool:
        """Whether the page is still to be told: its session may have been ended meanwhile."""
        try:
            goes_on = any(each.id == page.session_id for each in await self._db.web_sessions.of(page.user_id))
        except DatabaseError as error:
            log.info("Whether session %s goes on can't be read for now: %s", page.session_id, error)
            goes_on = True
        # Asked last: the end may have come while the sessions were read.
        return goes_on and not self._is_over and not page.is_one_too_many

    async def _write(self, response: web.StreamResponse, text: str) -> None:
        async with asyncio.timeout(self._pace.patience):
            await response.write(text.encode())

    # The one who watches

    async def _follow(self) -> None:
        """Looks after each change of the database, for as long as pages are open."""
        while True:
            if await self._dashboard.changes.wait(self._pace.beat):
                await self._look(self._pages)

    async def _look(self, pages: list[OpenPage]) -> None:
        """Compares what the pages show with what there is."""
        people = {page.user_id for page in pages if OWN in page.known}
        try:
            signs = await self._db.signs.now(people, _today(self._dashboard))
        except DatabaseError as error:
            log.warning("What open pages show can't be compared for now: %s", error)
            return
        for page in pages:
            page.learn(PLACES, signs.timetable)
            if page.user_id in signs.own:
                page.learn(OWN, signs.own[page.user_id])


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What a page carries, so that it can be told what has changed since."""

    own: str
    places: str
    now: str  # the moment, as its script reads it


async def signs_now(dashboard: Dashboard, user_id: int) -> PageSigns:
    """Read before what the page shows."""
    signs = await dashboard.db.signs.now([user_id], _today(dashboard))
    return PageSigns(signs.own[user_id], signs.timetable, dashboard.clock().isoformat())


def _today(dashboard: Dashboard) -> str:
    return dashboard.services.house.when().today.isoformat()


def _known(request: web.Request) -> dict[str, str]:
    """What the page shows, with the sign of each: as it was made, or as it was last told on a line that broke."""
    said: Mapping[str, str] = request.query
    last = request.headers.get("Last-Event-ID", "")
    if last and len(last) <= LONGEST_ID:
        said = dict(parse_qsl(last))
    return {topic: said[topic][:LONGEST_SIGN] for topic in (OWN, PLACES) if topic in said}


def routes(dashboard: Dashboard) -> list[Route]:
    return [get("/live", Live(dashboard).stream)]

"""GET /feed/<secret>.ics: a person's classes, for their own calendar application. It is read without a session."""

from __future__ import annotations

import hashlib
import logging

from aiohttp import web
from aiohttp.helpers import ETAG_ANY, ETag

from dashboard.parts import Access, Dashboard, Route, get
from dashboard.security import Allowance, Doorkeeper
from domain.errors import DatabaseError
from domain.feeds import Feed
from languages import speaking

WRONG_ADDRESSES = 60  # of one caller that are none; as many again in
WITHIN = 60.0  # s
FRESH = "private, no-cache"  # it may be kept by who asked, and is asked for again each time

log = logging.getLogger(__name__)


class FeedReader:
    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._doorkeeper = Doorkeeper(dashboard.settings.web)
        self._wrong = Allowance(WRONG_ADDRESSES, WITHIN)

    async def read(self, request: web.Request) -> web.StreamResponse:
        """The calendar, or 304 while it is what the asker has already."""
        feed = await self._feed(request)
        self._dashboard.services.beside.do(self._note(feed))
        with speaking(await self._dashboard.services.readers.language(feed.user_id)):
            content = await self._dashboard.services.feeds.calendar(feed.user_id)
        tag = ETag(hashlib.sha256(content).hexdigest()[:32])
        is_known = any(known.value in (tag.value, ETAG_ANY) for known in request.if_none_match or ())
        response = web.Response(status=304) if is_known else _calendar(content)
        response.etag = tag
        response.headers["Cache-Control"] = FRESH
        return response

    async def _feed(self, request: web.Request) -> Feed:
        """Whose it is. Raises HTTPNotFound, and HTTPTooManyRequests for who has tried too many that were none."""
        caller = self._doorkeeper.caller(request)
        if self._wrong.is_spent(caller):
            raise web.HTTPTooManyRequests
        feed = await self._dashboard.db.feeds.with_secret(request.match_info["secret"])
        if feed is None:
            self._wrong.spend(caller)
            raise web.HTTPNotFound
        return feed

    async def _note(self, feed: Feed) -> None:
        try:
            await self._dashboard.db.feeds.was_read(feed)
        except DatabaseError as error:
            log.info("That the feed of user %s was read could not be written down: %s", feed.user_id, error)


def _calendar(content: bytes) -> web.Response:
    response = web.Response(body=content, content_type="text/calendar", charset="utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="polimisport.ics"'
    return response


def routes(dashboard: Dashboard) -> list[Route]:
    return [get(r"/feed/{secret:[A-Za-z0-9_-]{43}}.ics", FeedReader(dashboard).read, Access.ANYBODY)]

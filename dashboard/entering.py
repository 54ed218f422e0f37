"""Entering by a one-time link, the session that it begins, and leaving. A link is shown with GET and used with POST."""

from __future__ import annotations

import logging
from typing import NoReturn

from aiohttp import web

from dashboard.parts import VISITOR, Access, Dashboard, Route, Visitor, get, post
from dashboard.security import Allowance, Doorkeeper, csrf_token
from domain.errors import DatabaseError
from domain.model import Role
from domain.web import SESSION_LASTS, LinkPurpose, WebSession

COOKIE = "polimisport"
WRONG_LINKS = 20  # tries of one caller with links that are none; as many again in
WITHIN = 60.0  # s
LONGEST_SECRET = 100  # characters of one that is looked up

log = logging.getLogger(__name__)


class Sessions:
    """The cookie of a browser, and whose session it stands for."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._secure = dashboard.settings.web.url.startswith("https://")
        self._name = f"__Host-{COOKIE}" if self._secure and not dashboard.prefix else COOKIE

    async def visitor(self, request: web.Request) -> Visitor | None:
        """Who asks; None for a browser in which nobody has entered."""
        secret = request.cookies.get(self._name, "")
        if not 0 < len(secret) <= LONGEST_SECRET:
            return None
        session = await self._dashboard.db.web_sessions.find(secret)
        if session is None:
            return None
        self._note_seen(session)
        language = await self._dashboard.services.readers.language(session.user_id)
        is_owner = session.role is Role.OWNER
        return Visitor(session.user_id, session.id, csrf_token(secret), language, is_owner, session.name)

    def _note_seen(self, session: WebSession) -> None:
        if self._dashboard.db.web_sessions.is_to_be_seen(session):
            self._dashboard.services.beside.do(self._seen(session.id))

    async def _seen(self, session_id: int) -> None:
        try:
            await self._dashboard.db.web_sessions.seen(session_id)
        except DatabaseError as error:
            log.info("That session %s is in use could not be written down: %s", session_id, error)

    def give(self, response: web.StreamResponse, secret: str) -> None:
        """Has the browser keep the session's secret, where no script and no other site's form gets at it."""
        response.set_cookie(
            self._name, secret, max_age=int(SESSION_LASTS.total_seconds()), path=self._path,
            httponly=True, samesite="Lax", secure=self._secure,
        )  # fmt: skip

    def take(self, response: web.StreamResponse) -> None:
        """Has the browser forget it."""
        response.del_cookie(self._name, path=self._path, httponly=True, samesite="Lax", secure=self._secure)

    @property
    def _path(self) -> str:
        return self._dashboard.prefix or "/"


class Entering:
    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._sessions = Sessions(dashboard)
        self._doorkeeper = Doorkeeper(dashboard.settings.web)
        self._wrong = Allowance(WRONG_LINKS, WITHIN)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """The page of a link, with one button: a preview that somebody else's program makes does not use it up."""
        await self._dashboard.db.web_links.find(self._secret(request), LinkPurpose.PAGE) or self._refuse(request)
        return self._dashboard.render(request, "enter.html", address=request.path)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Uses the link, and begins a session; one that the browser had ends."""
        db = self._dashboard.db
        entrant = await db.web_links.use(self._secret(request), LinkPurpose.PAGE)
        if entrant is None:
            self._refuse(request)
        if visitor := request.get(VISITOR):
            await db.web_sessions.end(visitor.user_id, visitor.session_id)
        agent = request.headers.get("User-Agent", "")
        secret = await db.web_sessions.begin(entrant.user_id, agent, entrant.name)
        log.info("User %s entered in a browser", entrant.user_id)
        response = self._dashboard.redirect("/")
        self._sessions.give(response, secret)
        return response

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Ends the session; the page that says so is nobody's, and has no menu."""
        visitor = request.pop(VISITOR)
        await self._dashboard.db.web_sessions.end(visitor.user_id, visitor.session_id)
        response = self._dashboard.render(request, "left.html")
        self._sessions.take(response)
        return response

    def _secret(self, request: web.Request) -> str:
        """The link's secret. Raises HTTPTooManyRequests for who has tried too many that were none."""
        if self._wrong.is_spent(self._doorkeeper.caller(request)):
            raise web.HTTPTooManyRequests
        return request.match_info["secret"][:LONGEST_SECRET]

    def _refuse(self, request: web.Request) -> NoReturn:
        self._wrong.spend(self._doorkeeper.caller(request))
        raise web.HTTPGone


def routes(dashboard: Dashboard) -> list[Route]:
    entering = Entering(dashboard)
    return [
        get("/enter/{secret}", entering.show, Access.ANYBODY),
        post("/enter/{secret}", entering.enter, Access.ANYBODY),
        post("/leave", entering.leave),
    ]

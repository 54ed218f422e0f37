"""/pagina: a one-time link to the pages in the browser, and the browsers in which a person has entered."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot import screens
from bot.flows.services import Services
from bot.flows.tap import Routes, Tap
from bot.screens.browser import Link
from bot.screens.callbacks import Verb
from bot.screens.page import Page
from domain.programs import LATE
from domain.web import LinkPurpose, link_of, tunnel_to


class BrowserFlow:
    def __init__(self, services: Services) -> None:
        self._db = services.db
        self._house = services.house
        self._web = services.settings.web
        self.routes: Routes = {
            Verb.BROWSER_LINK: self.link,
            Verb.BROWSERS: self.browsers,
            Verb.LEAVE_BROWSER: self.leave,
        }

    async def link(self, tap: Tap) -> Page:
        """A fresh link; the one before ends."""
        if not self._web.enabled:
            return screens.browser.off_page()
        secret = await self._db.web_links.make(tap.user_id, LinkPurpose.PAGE, tap.name)
        link = Link(link_of(self._web.url, secret), self._tunnel(), await self._is_running())
        sessions = await self._db.web_sessions.of(tap.user_id)
        return screens.browser.link_page(link, sessions, keeps=self._house.is_kept_by(tap.user_id))

    async def browsers(self, tap: Tap, *, left: bool = False) -> Page:
        """Where the person has entered."""
        sessions = await self._db.web_sessions.of(tap.user_id)
        return screens.browser.browsers_page(sessions, self._house.when(), left=left)

    async def leave(self, tap: Tap) -> Page:
        """Ends a session, if it is the person's own."""
        return await self.browsers(tap, left=await self._db.web_sessions.end(tap.user_id, tap.id))

    def _tunnel(self) -> str | None:
        """The command by which another computer reaches pages that only this one can open."""
        if not self._web.is_of_this_machine:
            return None
        return tunnel_to(urlsplit(self._web.url).port or 80)

    async def _is_running(self) -> bool:
        now = self._house.now()
        return any(one.program == "web" and now - one.at < LATE for one in await self._db.heartbeats.all())

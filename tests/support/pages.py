"""The dashboard as it runs: a real server at a loopback port, a real database, and browsers of a few lines each."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

import aiohttp
from yarl import URL

from dashboard.assets import Assets
from dashboard.parts import Dashboard, Route
from dashboard.server import PATIENCE, Patience, application_of, dashboard_of, listen, routes_of, running
from database import Database, open_database
from domain.web import LinkPurpose
from runtime.changes import changes_of
from runtime.configured import people_of
from runtime.settings import Settings
from tests.support.clock import FakeClock

OWNER, FRIEND = 42, 43
OTP = "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"


def settings_for(folder: Path, **more: Any) -> Settings:
    friend = {"telegram_user_id": FRIEND, "username": "2", "password": "other", "otpatu": OTP}
    usual: dict[str, Any] = {
        "username": "1", "password": "secret", "otpatu": OTP, "friends": [friend],
        "telegram": {"bot_token": "1:x", "allowed_user_id": OWNER}, "database": folder / "polimisport.db",
    }  # fmt: skip
    return Settings(**(usual | more))


@dataclass
class Answer:
    """What the server answered, read to its end."""

    status: int
    headers: Any
    body: bytes
    path: str

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def csrf(self) -> str:
        """The token in the page's forms."""
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', self.text)
        assert found, self.text
        return found[1]

    @property
    def words(self) -> str:
        """The page's text, without its tags."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.text)).split())


@dataclass
class Browser:
    """Cookies, and requests as a browser makes them. It follows where it is led."""

    base: str
    http: aiohttp.ClientSession
    cookies: dict[str, str] = field(default_factory=dict)
    language: str = "it"

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def post(self, path: str, fields: dict[str, str], *, headers: dict[str, str] | None = None) -> Answer:
        said = {"Origin": self.base, "Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return await self.ask("POST", path, data=fields, headers=said)

    async def do(self, data: str) -> Answer:
        """Presses a button of the chat that does something, on the overview."""
        return await self.post("/do", {"data": data, "csrf": (await self.get("/")).csrf})

    async def ask(self, method: str, path: str, *, follow: bool = True, **more: Any) -> Answer:
        headers = {"Accept-Language": self.language, **(more.pop("headers", None) or {})}
        address = URL(self.base + path, encoded=True)
        async with self.http.request(
            method, address, headers=headers, cookies=self.cookies, allow_redirects=False, **more
        ) as response:
            for name, morsel in response.cookies.items():
                self.cookies[name] = morsel.value
            answer = Answer(response.status, response.headers.copy(), await response.read(), path)
        if follow and answer.status == 303:
            return await self.get(answer.headers["Location"].removeprefix(self.base))
        return answer


@dataclass
class Site:
    """The dashboard, the rows behind it, and whoever comes."""

    base: str
    dashboard: Dashboard
    settings: Settings
    db: Database
    clock: FakeClock
    http: aiohttp.ClientSession

    @property
    def routes(self) -> list[Route]:
        """Every path there is."""
        return routes_of(self.dashboard, Assets())

    def browser(self, language: str = "it") -> Browser:
        return Browser(self.base, self.http, language=language)

    async def link(self, user_id: int = OWNER) -> str:
        """The path of a fresh link."""
        return f"/enter/{await self.db.web_links.make(user_id, LinkPurpose.PAGE)}"

    async def entered(self, user_id: int = OWNER) -> Browser:
        """A browser in which the person has entered."""
        browser = self.browser()
        answer = await browser.post(await self.link(user_id), {})
        assert answer.status == 200, answer.text
        return browser


@asynccontextmanager
async def serving(
    db: Database, settings: Settings, clock: FakeClock, patience: Patience = PATIENCE
) -> AsyncIterator[Site]:
    """The dashboard of these rows, until the block ends."""
    stop = asyncio.Event()
    async with (
        changes_of(settings.local_path, stop) as changes,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http,
    ):
        assets = Assets()
        dashboard = dashboard_of(db, settings, clock, changes, assets)
        async with running(application_of(dashboard, assets), patience) as runner:
            port = await listen(runner, "127.0.0.1", 0)
            yield Site(f"http://127.0.0.1:{port}", dashboard, settings, db, clock, http)
            stop.set()
        await dashboard.services.beside.finish(1)


@asynccontextmanager
async def site(folder: Path, clock: FakeClock, patience: Patience = PATIENCE, **settings: Any) -> AsyncIterator[Site]:
    """The dashboard of a fresh database, in which there are its owner and a friend."""
    configured = settings_for(folder, **settings)
    async with open_database(configured.database, clock) as db:
        await db.people.set(people_of(configured))
        async with serving(db, configured, clock, patience) as here:
            yield here

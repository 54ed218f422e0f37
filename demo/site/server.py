"""The simulated site as two servers on loopback: the booking site, and the single sign-on on another host and port."""

import asyncio
import ssl
from typing import Self
from urllib.parse import urlsplit

from aiohttp import web

from demo.site.account_routes import AccountRoutes, sso_host
from demo.site.booking_routes import BookingRoutes
from demo.site.control import Control
from demo.site.gate import Gate
from demo.site.load import Load
from demo.site.sso_routes import SsoRoutes
from demo.site.world import SiteWorld

SHUTDOWN_SECONDS = 0.5  # how long requests in hand may take to end


class Site:
    """Serves a world between `async with` and its end. Port 0 takes a free one."""

    def __init__(
        self,
        world: SiteWorld,
        port: int = 0,
        *,
        host: str = "127.0.0.1",
        sso_port: int = 0,
        public_url: str = "",
        public_sso_url: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """The public addresses are those at which clients reach the two servers, where it is not host and port."""
        self.world = world
        self._host = host
        self._public = (public_url.rstrip("/").removesuffix(world.base), public_sso_url.rstrip("/"))
        self._tls = tls
        self._ports = (port, sso_port)
        self._load = Load(world)
        self._closing = asyncio.Event()
        assertions: dict[str, str] = {}
        self._account, self._booking = AccountRoutes(world, assertions), BookingRoutes(world)
        self._runners = (self._site_runner(), self._sso_runner(SsoRoutes(world, assertions)))
        self.base_url = ""
        self.sso_url = self.login_host = ""

    def _site_runner(self) -> web.AppRunner:
        gate = Gate(self.world, self._load, "site", self._closing)
        app = web.Application(middlewares=[gate.middleware, self._account.session])
        self._account.add_to(app.router)
        self._booking.add_to(app.router)
        Control(self.world).add_to(app.router)
        return web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    def _sso_runner(self, routes: SsoRoutes) -> web.AppRunner:
        app = web.Application(middlewares=[Gate(self.world, self._load, "sso", self._closing).middleware])
        routes.add_to(app.router)
        return web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def __aenter__(self) -> Self:
        site_runner, sso_runner = self._runners
        sso_port = await self._listen(sso_runner, self._ports[1])
        port = await self._listen(site_runner, self._ports[0])
        scheme = "https" if self._tls else "http"
        shown = "127.0.0.1" if self._host == "0.0.0.0" else self._host
        public_url, public_sso_url = self._public
        self._account.reached_at(public_url, public_sso_url, sso_port)
        self.base_url = (public_url or f"{scheme}://{shown}:{port}") + self.world.base
        self.sso_url = public_sso_url or f"{scheme}://{sso_host(shown)}:{sso_port}"
        self.login_host = urlsplit(self.sso_url).netloc
        return self

    async def _listen(self, runner: web.AppRunner, port: int) -> int:
        await runner.setup()
        await web.TCPSite(runner, self._host, port, ssl_context=self._tls).start()
        return int(runner.addresses[0][1])

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        for runner in self._runners:
            await runner.cleanup()

"""The simulated site as two servers on loopback: the booking site, and the single sign-on on another host and port."""

import asyncio
from typing import Self

from aiohttp import web

from demo.site.booking_routes import BookingRoutes
from demo.site.control import Control
from demo.site.gate import Gate
from demo.site.pages import BASE
from demo.site.sso_routes import SsoRoutes
from demo.site.world import SiteWorld

SHUTDOWN_SECONDS = 0.5  # how long requests in hand may take to end


class Site:
    """Serves a world between `async with` and its end. Port 0 takes a free one."""

    def __init__(self, world: SiteWorld, port: int = 0, *, host: str = "127.0.0.1", sso_port: int = 0) -> None:
        self.world = world
        self._host = host
        self._ports = (port, sso_port)
        self._closing = asyncio.Event()
        assertions: dict[str, str] = {}
        self._booking = BookingRoutes(world, assertions)
        self._runners = (self._site_runner(), self._sso_runner(SsoRoutes(world, assertions)))
        self.base_url = ""
        self.sso_url = self.login_host = ""

    def _site_runner(self) -> web.AppRunner:
        gate = Gate(self.world, "site", self._closing)
        app = web.Application(middlewares=[gate.middleware, self._booking.session])
        self._booking.add_to(app.router)
        Control(self.world).add_to(app.router)
        return web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    def _sso_runner(self, routes: SsoRoutes) -> web.AppRunner:
        app = web.Application(middlewares=[Gate(self.world, "sso", self._closing).middleware])
        routes.add_to(app.router)
        return web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)

    async def __aenter__(self) -> Self:
        site_runner, sso_runner = self._runners
        sso_port = await self._listen(sso_runner, self._ports[1])
        port = await self._listen(site_runner, self._ports[0])
        self._booking.sso_port = sso_port
        shown = "127.0.0.1" if self._host == "0.0.0.0" else self._host
        self.base_url = f"http://{shown}:{port}{BASE}"
        self.login_host = f"localhost:{sso_port}"
        self.sso_url = f"http://{self.login_host}"
        return self

    async def _listen(self, runner: web.AppRunner, port: int) -> int:
        await runner.setup()
        await web.TCPSite(runner, self._host, port).start()
        return int(runner.addresses[0][1])

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        for runner in self._runners:
            await runner.cleanup()

"""/healthz and /metrics, for programs that watch the machine. Nobody enters for them, so not everybody may ask.

On the pages' own port they answer programs of this machine alone, and not at all once people come through a proxy: its
requests come from this machine too, whoever sends them. `web.metrics_port` gives them a port of their own, at
`web.metrics_address`, this machine unless told otherwise; then the pages' port has neither.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from aiohttp import web

from dashboard.parts import Access, Dashboard, Route, get
from dashboard.security import is_local
from domain.errors import DatabaseError
from health.checks import checks, report
from health.snapshot import Observatory
from languages import Language, speaking

if TYPE_CHECKING:
    from dashboard.owner.metrics import Metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class Monitoring:
    def __init__(self, dashboard: Dashboard) -> None:
        self._db = dashboard.db
        self._clock = dashboard.clock
        self._observatory = Observatory(dashboard.db, dashboard.settings, dashboard.clock)
        self._began = dashboard.clock()

    @cached_property
    def _metrics(self) -> Metrics:
        """Made for the first who asks: where nobody does, the memory of prometheus-client is not spent."""
        from dashboard.owner.metrics import Metrics

        return Metrics(self._began)

    async def healthz(self, request: web.Request) -> web.StreamResponse:
        """200 when all is well, else 503; a line for each thing that was looked at."""
        try:
            with speaking(Language.ENGLISH):
                found = checks(await self._observatory.look())
        except (DatabaseError, OSError) as error:
            log.warning("/healthz: %s", error)
            return _text("FAIL database: it can't be read\n", 503)
        return _text(report(found), 200 if all(each.is_well for each in found) else 503)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        """The measurements in Prometheus' format."""
        try:
            snapshot = await self._observatory.look()
            self._metrics.events.count(await self._db.oversight.finished(self._metrics.events.since(snapshot.now)))
        except (DatabaseError, OSError) as error:
            log.warning("/metrics: %s", error)
            return _text("", 503)
        return web.Response(body=self._metrics.text(snapshot), headers={"Content-Type": self._metrics.content_type})


def _text(text: str, status: int) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "no-store"})


def routes(dashboard: Dashboard) -> list[Route]:
    """On the pages' own port: for this machine alone, and not behind a proxy."""
    if dashboard.settings.web.metrics_port is not None or dashboard.settings.web.public_url is not None:
        return []
    monitoring = Monitoring(dashboard)
    return [
        get("/healthz", _for_this_machine(monitoring.healthz), Access.ANYBODY),
        get("/metrics", _for_this_machine(monitoring.metrics), Access.ANYBODY),
    ]


def _for_this_machine(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not is_local(request):
            raise web.HTTPNotFound
        return await handler(request)

    return guarded


def application_of(dashboard: Dashboard) -> web.Application:
    """The application of the port of their own."""
    monitoring = Monitoring(dashboard)
    guards = [_refuse_strange_name] if _is_loopback(dashboard.settings.web.metrics_address) else []
    application = web.Application(middlewares=guards, client_max_size=1024)
    application.router.add_get("/healthz", monitoring.healthz)
    application.router.add_get("/metrics", monitoring.metrics)
    return application


@web.middleware
async def _refuse_strange_name(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A stranger's page whose name was led to this machine (DNS rebinding) reads nothing."""
    if not (_is_loopback(request.url.host or "") and is_local(request)):
        raise web.HTTPNotFound
    return await handler(request)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

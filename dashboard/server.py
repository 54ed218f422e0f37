"""The application: the parts, and what stands between a request and its handler. And the server, from start to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.flows.router import Router
from bot.flows.services import Services
from dashboard import account, entering, feed, flows, live, security
from dashboard.assets import Assets
from dashboard.cards import button_of, card_of
from dashboard.connections import MOST, Connections, connections_log
from dashboard.forms import read_form
from dashboard.owner import monitoring, owner_pages
from dashboard.parts import FORM, VISITOR, Access, Dashboard, Form, Handler, Route, Visitor
from dashboard.person import pages
from dashboard.refusals import refusal
from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from languages import Language, _, n_, speaking
from runtime import program
from runtime.changes import Changes
from runtime.settings import Settings

PARTS: Sequence[Callable[[Dashboard], list[Route]]] = (
    entering.routes,
    flows.routes,
    feed.routes,
    account.routes,
    pages.routes,
    live.routes,
    owner_pages.routes,
    monitoring.routes,
)
TEMPLATES = Path(__file__).resolve().parent / "templates"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the server waits, in seconds."""

    request: float = 20.0  # for the whole head of a request, the first one and each after it
    stop: float = 1.0  # for the requests in hand when the program stops; those that still wait for a form as long again
    port: float = 5.0  # until it is tried again to listen at a port that was taken


PATIENCE = Patience()


def dashboard_of(db: Database, settings: Settings, clock: Clock, changes: Changes, assets: Assets) -> Dashboard:
    """What all parts are given."""
    services = Services(db, settings, clock)
    looking = Services(db, settings, clock, only_looks=True)
    prefix = urlsplit(settings.web.url).path.rstrip("/")
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    templates.globals |= {
        "_": _,
        "n_": n_,
        "club": settings.site.club.name,
        "asset": lambda name: prefix + assets.address(name),
    }
    templates.filters |= {"card": card_of, "button": button_of}
    return Dashboard(db, settings, clock, Router(services), Router(looking), services, templates, changes, prefix)


class Gate:
    """Lets each request through to its handler, or refuses it with a page that says why."""

    def __init__(self, dashboard: Dashboard) -> None:
        self._dashboard = dashboard
        self._doorkeeper = security.Doorkeeper(dashboard.settings.web)
        self._sessions = entering.Sessions(dashboard)
        self._routes: dict[web.AbstractRoute, Route] = {}

    def add(self, application: web.Application, route: Route) -> None:
        """Adds a route; what was not added here nobody gets to."""
        path = self._dashboard.url(route.path)
        self._routes[application.router.add_route(route.method, path, route.handler)] = route
        if route.method == "GET":
            self._routes[application.router.add_route("HEAD", path, route.handler)] = route

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The handler's answer, in the language of who asks; whatever goes wrong becomes a page."""
        with speaking(self._said_by(request)):
            try:
                self._doorkeeper.refuse_strange_host(request)
                visitor = await self._sessions.visitor(request)
            except DatabaseError as error:
                return self._unavailable(request, error)
            except web.HTTPException as refused:
                return self._refused(request, refused)
            with speaking(visitor.language if visitor else self._said_by(request)):
                return await self._answer(request, handler, visitor)

    async def _answer(self, request: web.Request, handler: Handler, visitor: Visitor | None) -> web.StreamResponse:
        if visitor:
            request[VISITOR] = visitor
        try:
            await self._admit(request, visitor)
            return await handler(request)
        except web.HTTPException as answer:
            return self._refused(request, answer)
        except DatabaseError as error:
            return self._unavailable(request, error)
        except Exception:
            log.exception("A request could not be answered: %s", _place(request))
            return self._refused(request, web.HTTPInternalServerError())

    async def _admit(self, request: web.Request, visitor: Visitor | None) -> None:
        """Raises an HTTP error for who may not, or sends what no page of ours sent."""
        route = self._routes.get(request.match_info.route)
        if route is None:  # no such path, or no such method there: the handler that says so
            return
        if visitor is None and route.access is not Access.ANYBODY:
            raise web.HTTPForbidden
        if route.access is Access.OWNER and not (visitor and visitor.is_owner):
            raise web.HTTPNotFound
        if request.method in security.SAFE_METHODS:
            return
        self._doorkeeper.refuse_strange_origin(request)
        wanted = route.is_wanted(request)
        request[FORM] = await read_form(request, route.most_bytes, route.within) if wanted else Form()
        token = request[FORM].text("csrf")
        if route.access is not Access.ANYBODY and not security.same(token, visitor.csrf if visitor else None):
            raise web.HTTPForbidden

    def _said_by(self, request: web.Request) -> Language:
        """The language of a browser in which nobody has entered."""
        return Language.of(request.headers.get("Accept-Language")) or Language(self._dashboard.settings.language)

    def _refused(self, request: web.Request, answer: web.HTTPException) -> web.Response:
        entered = request.get(VISITOR) is not None
        words = refusal(answer.status, entered=entered)
        response = self._dashboard.render(request, "refused.html", answer.status, words=words, entered=entered)
        if "Allow" in answer.headers:
            response.headers["Allow"] = answer.headers["Allow"]
        return response

    def _unavailable(self, request: web.Request, error: DatabaseError) -> web.Response:
        log.error("A request could not be answered: %s", error)
        return self._refused(request, web.HTTPServiceUnavailable())


def _place(request: web.Request) -> str:
    """What a request is for, as far as a log may know it: an address may hold a secret, its pattern does not."""
    resource = request.match_info.route.resource
    return f"{request.method} {resource.canonical if resource else '(no page)'}"


def routes_of(dashboard: Dashboard, assets: Assets) -> list[Route]:
    """Every path there is, with who may open it."""
    return [*assets.routes(), *(route for part in PARTS for route in part(dashboard))]


def application_of(dashboard: Dashboard, assets: Assets) -> web.Application:
    gate = Gate(dashboard)
    application = web.Application(middlewares=[gate.handle], client_max_size=security.LARGEST_BODY)
    application.on_response_prepare.append(security.add_headers)

    async def end_what_stays_open(_application: web.Application) -> None:
        for end in dashboard.at_the_end:
            end()

    application.on_shutdown.append(end_what_stays_open)
    for route in routes_of(dashboard, assets):
        gate.add(application, route)
    return application


@asynccontextmanager
async def running(
    application: web.Application, patience: Patience = PATIENCE, most: int = MOST
) -> AsyncIterator[web.BaseRunner]:
    """The application, ready to be listened for by so many connections at most.

    In the end it answers what is in hand, for a moment; open pages are told to come again at once.
    """
    runner = web.AppRunner(application, handle_signals=False)
    await runner.setup()
    if (server := runner.server) is None:
        raise RuntimeError("an application that was set up has a server")
    connections = Connections(
        server, most, access_log=None, keepalive_timeout=patience.request, lingering_time=patience.stop,
        logger=connections_log(),
    )  # fmt: skip
    listening = web.ServerRunner(connections, handle_signals=False, shutdown_timeout=patience.stop)
    await listening.setup()
    try:
        yield listening
    finally:
        await application.shutdown()
        await listening.cleanup()
        await runner.cleanup()


async def listen(runner: web.BaseRunner, address: str, port: int) -> int:
    """Takes requests at that port, 0 for any free one; returns which. Raises OSError when it is taken."""
    site = web.TCPSite(runner, address, port)
    await site.start()
    return site.port


async def serve(dashboard: Dashboard, assets: Assets, stop: asyncio.Event, patience: Patience = PATIENCE) -> None:
    """Serves until stop is set. A port that is taken is waited for: the other programs go on without the pages."""
    where = dashboard.settings.web
    async with AsyncExitStack() as servers:
        pages_at = await servers.enter_async_context(running(application_of(dashboard, assets), patience))
        listening = [_listen_until(stop, pages_at, where.address, where.port, where.url, patience)]
        if where.metrics_port is not None:
            watched = await servers.enter_async_context(running(monitoring.application_of(dashboard), patience))
            address = f"http://{where.metrics_address}:{where.metrics_port}/metrics"
            listening.append(_listen_until(stop, watched, where.metrics_address, where.metrics_port, address, patience))
        await asyncio.gather(*listening)


async def _listen_until(
    stop: asyncio.Event, runner: web.BaseRunner, address: str, port: int, shown_as: str, patience: Patience
) -> None:
    told = False
    while not stop.is_set():
        try:
            await listen(runner, address, port)
        except OSError as error:
            if not told:
                log.error("The pages can't be shown (%s); trying again until they can", error)
            told = True
            await program.wait(stop, patience.port)
        else:
            log.info("The pages are at %s", shown_as)
            await stop.wait()

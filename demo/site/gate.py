"""What every request to the simulated site passes: its way there and back, the log, the faults, the server's clock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from email.utils import format_datetime

from aiohttp import web

from demo.site import echo, pages
from demo.site.accounts import AUTH_COOKIE
from demo.site.farm import Farm
from demo.site.load import Load
from demo.site.world import Outcome, Request, Shot, SiteWorld

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
ENTRY = web.RequestKey("entry", Request)
SHOT = web.RequestKey("shot", Shot)
CONTROL = "/__demo__/"
BOOK = "/Booking/BookAppointment"
JSON_PATHS = (BOOK, "/Booking/GetActivitySchedule", "/Booking/DeleteEvent")  # behind the club's name
LEAST_COOKIE = 8  # characters of a cookie that can be a secret
ENOUGH = 4  # texts for a cookie, which has a size
FORBIDDEN = 403
STATUS_TEXTS = {
    403: "Accesso negato.",
    429: "Troppe richieste: riprova più tardi.",
    500: "Si è verificato un errore nell'applicazione.",
    503: "Servizio non disponibile.",
}


class ConnectionCut(Exception):
    """The connection is to be closed without an answer."""


class Gate:
    """The outermost layer of one of the two servers; `host` is "site" or "sso"."""

    def __init__(self, world: SiteWorld, load: Load, host: str, closing: asyncio.Event) -> None:
        self._world = world
        self._book = world.base + BOOK
        self._json_paths = tuple(world.base + each for each in JSON_PATHS)
        self._load = load
        self._farm = Farm(world.switches)
        self._host = host
        self._closing = closing

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(CONTROL):
            return await handler(request)
        await self._travel()
        self._farm.choose()
        entry = await self._enter(request)
        try:
            response = await self._answer(request, handler)
        except ConnectionCut:
            return self._cut(request)
        response.headers["Date"] = format_datetime(self._world.clock().astimezone(UTC), usegmt=True)
        self._farm.sign(response)
        entry.status = response.status
        await self._travel()
        return response

    async def _travel(self) -> None:
        seconds = self._world.line.leg()
        if seconds:
            await asyncio.sleep(seconds)

    async def _enter(self, request: web.Request) -> Request:
        form = {name: str(value) for name, value in (await request.post()).items()}
        query = dict(request.query)
        now = self._world.clock()
        entry = Request(now, self._host, request.method, request.path, query, form, _user(self._world, request))
        request[ENTRY] = entry
        self._world.log.record(entry)
        if request.path == self._book:
            request[SHOT] = Shot(now, entry.user, form.get("appointmentID", ""), Outcome.FAULT)
            self._world.shots.append(request[SHOT])
        return entry

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if "/static/" in request.path:  # no fault of its own: it would only use up what is meant for a page
            return await _handle(request, handler)
        refusal = self._refuse_flood(request) or await self._bear(request) or await self._misbehave(request)
        response = await _handle(request, handler) if refusal is None else refusal
        return self._echo(request, self._spoil(request, response))

    def _refuse_flood(self, request: web.Request) -> web.Response | None:
        who = request[ENTRY].user or request.remote or ""
        seconds = self._load.seconds_too_many(who, books=request.path == self._book)
        return None if seconds is None else _failure(429, retry_after=seconds)

    async def _bear(self, request: web.Request) -> web.Response | None:
        """Delays or refuses a request in the rush of an opening."""
        await asyncio.sleep(self._load.delay())
        return _failure(503) if self._load.is_out_of_breath() else None

    async def _misbehave(self, request: web.Request) -> web.Response | None:
        """Applies the faults that come before the request is handled."""
        faults, path = self._world.faults, request.path
        if faults.take("reset", path):
            raise ConnectionCut
        if faults.take("hang", path):
            await self._closing.wait()
            raise ConnectionCut
        await asyncio.sleep(faults.take("slow", path) or 0.0)
        status = FORBIDDEN if request[ENTRY].user in faults.blocked else faults.take_status(path)
        if status is None and self._host == "sso" and faults.take("sso_down", path):
            status = 503
        if status is not None:
            return _failure(status)
        if text := faults.take("answer", path):
            kind = "application/json" if text.startswith("{") else "text/html"
            return web.Response(text=text, content_type=kind)
        if faults.take("maintenance", path):
            return _html(pages.notice("Manutenzione", "Il sito è in manutenzione, torneremo presto online."))
        if faults.take("captcha", path):
            return _html(pages.notice("Verifica di sicurezza", "Conferma di non essere un robot (captcha)."))
        return None

    def _spoil(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """Applies the faults that come after the request was handled."""
        faults, path = self._world.faults, request.path
        if isinstance(response, web.Response) and response.content_type == "text/html" and response.text:
            response.text = (
                pages.deaf(response.text, seconds) if (seconds := faults.peek("deaf", path)) else response.text
            )
        if faults.peek("byte_order_mark", path) and isinstance(response, web.Response) and response.text:
            response.text = f"\ufeff{response.text}"
        if path not in self._json_paths or response.status != 200:
            return response
        by_hand = "Referer" not in request.headers
        if faults.take("html_for_json", path) or (by_hand and faults.take("pages_only", path)):
            return _html(pages.notice("Errore", "Si è verificato un errore imprevisto."))
        return web.Response() if faults.take("empty_answer", path) else response

    def _echo(self, request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
        """What an odd site gives back of what it was told.

        Not in an address or a cookie of its own while somebody logs in: that would end any login.
        """
        who = self._world.faults.peek("echo_secrets", request.path)
        if not who or not isinstance(response, web.Response):
            return response
        cookies = [value for value in request.cookies.values() if len(value) > LEAST_COOKIE]
        told = [*self._world.accounts.told_by(who), *cookies]
        response.headers["X-Echo"] = echo.address(told)
        is_of_login = not request.path.startswith(f"{self._world.base}/Booking")
        if response.status == 302:
            location = response.headers.get("Location", "/")
            if not is_of_login:
                response.headers["Location"] = f"{location}{'&' if '?' in location else ''}{echo.address(told)}"
        elif response.content_type == "text/html" and response.text:
            if self._host == "sso" or not is_of_login:
                response.set_cookie("echo", echo.SPELLINGS["percent"](" ".join(told[:ENOUGH])))
            response.text = echo.on_page(response.text, told)
        elif request.path in self._json_paths and response.text:
            response.text = echo.in_json(response.text, told)
        return response

    def _cut(self, request: web.Request) -> web.Response:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)  # nobody is there to receive it


async def _handle(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:  # no such page, or no such method
        return web.Response(status=error.status, text=error.reason)


def _failure(status: int, retry_after: int = 60) -> web.Response:
    response = _html(pages.notice(f"Errore {status}", STATUS_TEXTS.get(status, "Errore.")), status)
    if status == 429:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html")


def _user(world: SiteWorld, request: web.Request) -> str | None:
    return world.accounts.username_of(request.cookies.get(AUTH_COOKIE))

"""The emulator: Telegram's Bot API over HTTP, the people who chat with the bot, and the chat page, on one port."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from demo.telegram.chat_page import ChatPage
from demo.telegram.errors import ApiError
from demo.telegram.faults import Fault, Faults
from demo.telegram.files import UPLOAD_LIMIT
from demo.telegram.limits import FloodControl
from demo.telegram.methods import METHODS
from demo.telegram.params import Params, read_params
from demo.telegram.person import PATIENCE, Person
from demo.telegram.world import World

Json = dict[str, Any]

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,}")
MULTIPART_SLACK = 1024 * 1024  # bytes around the file in a multipart body
DEMO_TOKEN = "1234567890:demo-token-of-the-emulator"
STOP_SECONDS = 1.0  # how long open connections may take to end when the emulator stops


@dataclass(slots=True)
class ApiCall:
    """A call as received. `code` is the answer's: 200, an error code, or None while it is under way or was cut off."""

    method: str
    params: Json
    at: datetime
    code: int | None = None


def utc_now() -> datetime:
    return datetime.now(UTC)


class TelegramEmulator:
    """One bot's Telegram. State lives as long as this object, so `serve` may be entered again after it was left."""

    def __init__(
        self,
        token: str = DEMO_TOKEN,
        bot_username: str = "polimisport_bot",
        bot_name: str = "Polimisport",
        clock: Callable[[], datetime] = utc_now,
        *,
        limits: bool = True,
    ) -> None:
        if not TOKEN.fullmatch(token):
            raise ValueError("a bot token looks like 1234567890:letters-digits-and-dashes")
        self.token = token
        bot = {"id": int(token.split(":")[0]), "is_bot": True, "first_name": bot_name, "username": bot_username}
        self.world = World(bot, clock)
        self.calls: list[ApiCall] = []
        self.faults = Faults(on_down=self._break_connections)
        self._limits = FloodControl(enabled=limits)
        self._people: dict[int, Person] = {}
        self._connections: set[asyncio.Transport] = set()
        self._address: tuple[str, int] | None = None

    # --- people ---
    def person(
        self,
        user_id: int,
        first_name: str = "",
        username: str | None = None,
        *,
        language_code: str | None = "it",
        started: bool = True,
    ) -> Person:
        """The person with this id, created with a private chat when new; `started`: has pressed Start before."""
        if user_id not in self._people:
            user: Json = {"id": user_id, "is_bot": False, "first_name": first_name or f"Utente {user_id}"}
            user |= {"username": username} if username else {}
            user |= {"language_code": language_code} if language_code else {}
            self._people[user_id] = Person(self.world, self.world.add_chat(user, started=started))
        return self._people[user_id]

    def announce(self, at: datetime, text: str) -> None:
        """Says above every chat what will happen then; the page counts down. Nothing of Telegram's own."""
        self.world.announcement = {"at": at.timestamp(), "text": text}
        for chat in self.world.chats.values():
            chat.tell_pages({"type": "announcement", "announcement": self.world.announcement})

    async def wait_for_call(self, method: str, timeout: float = PATIENCE, *, after: int = 0) -> ApiCall:
        """The first call of `method` among `calls[after:]`; waits for one to arrive."""

        def look() -> ApiCall | None:
            return next((call for call in self.calls[after:] if call.method.lower() == method.lower()), None)

        return await self.world.bell.until(look, timeout)

    # --- serving ---
    @property
    def api_base_url(self) -> str:
        """What goes into telegram.api_base_url; the chat page is at its root."""
        if self._address is None:
            raise RuntimeError("the emulator is not being served")
        return "http://{}:{}".format(*self._address)

    @asynccontextmanager
    async def serve(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[TelegramEmulator]:
        app = web.Application(client_max_size=UPLOAD_LIMIT + MULTIPART_SLACK)
        app.add_routes(ChatPage(self.world, self.person).routes())
        app.router.add_route("*", r"/file/bot{token}/{path:.+}", self._download)
        app.router.add_route("*", r"/bot{token:[^/]+}/{method:.*}", self._api)
        runner = web.AppRunner(app, shutdown_timeout=STOP_SECONDS, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        self._address = (host, int(runner.addresses[0][1]))
        self.world.open()
        delivery = asyncio.create_task(self.world.updates.deliver(self._call_from_webhook))
        try:
            yield self
        finally:
            delivery.cancel()
            with suppress(asyncio.CancelledError):
                await delivery
            self.world.close()
            await runner.cleanup()
            self._address = None

    # --- the Bot API ---
    async def _api(self, request: web.Request) -> web.StreamResponse:
        if self.faults.down:
            return self._cut(request)
        transport = request.transport
        if transport is not None:
            self._connections.add(transport)
        try:
            return await self._answer(request)
        finally:
            if transport is not None:
                self._connections.discard(transport)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        try:
            params = await read_params(request)
        except ApiError as error:
            return _json(error.body(), error.code)
        except web.HTTPRequestEntityTooLarge:
            return _json(ApiError(413, "Request Entity Too Large").body(), 413)
        call = ApiCall(method, params.for_log(), self.world.clock())
        self.calls.append(call)
        self.world.bell.ring()
        fault = self.faults.take(method)
        silence = fault.delay if fault else 0.0
        if fault and fault.drop != "after":
            await asyncio.sleep(silence)
        if fault and fault.drop == "before":
            return self._cut(request)
        body, status = await self._outcome(request.match_info["token"], method, params, fault)
        if fault and fault.drop == "after":
            await asyncio.sleep(silence)
        if (fault and fault.drop == "after") or self.faults.down:
            return self._cut(request)
        if request.transport is not None:  # else the caller is gone: nobody gets this answer
            call.code = status
        self.world.bell.ring()
        return _json(body, status)

    async def _outcome(self, token: str, method: str, params: Params, fault: Fault | None) -> tuple[Json, int]:
        try:
            if fault and (error := fault.error()):
                raise error
            self._check_token(token)
            return {"ok": True, "result": await self._call(method, params)}, 200
        except ApiError as error:
            return error.body(), error.code

    def _check_token(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self.token:
            raise ApiError(401, "Unauthorized")
        if self.world.bot.logged_out:
            raise ApiError(400, "Logged out")

    async def _call(self, name: str, params: Params) -> Any:
        method = METHODS.get(name.lower())
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        self._limits.count(name.lower(), params.text("chat_id"))
        return await method(self.world, params)

    async def _call_from_webhook(self, name: str, values: Json) -> None:
        """A call that came as the answer to a webhook; Telegram tells nobody how it went, here `calls` does."""
        call = ApiCall(name, values, self.world.clock())
        self.calls.append(call)
        _, call.code = await self._outcome(self.token, name, Params(values), self.faults.take(name))
        self.world.bell.ring()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if self.faults.down:
            return self._cut(request)
        try:
            self._check_token(request.match_info["token"])
        except ApiError as error:
            return _json(error.body(), error.code)
        file = self.world.files.at_path(request.match_info["path"])
        if file is None:
            return _json(ApiError(404, "Not Found").body(), 404)
        return web.Response(body=file.data, content_type="application/octet-stream")

    # --- a network that fails ---
    @staticmethod
    def _cut(request: web.Request) -> web.StreamResponse:
        """Closes the connection with nothing said; the response returned here reaches nobody."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    def _break_connections(self) -> None:
        for transport in self._connections:
            transport.abort()


def _json(body: Json, status: int) -> web.Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return web.Response(text=text, status=status, content_type="application/json")

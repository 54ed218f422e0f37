"""A booking site, a login host and a stranger's host on loopback, whose pages each test writes for itself.

Every host keeps what it was sent, so that a test can say who was told what.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = str | web.Response | Callable[[web.Request], web.Response]
HOSTS = {"booking": "127.0.0.1", "login": "localhost", "stranger": "127.0.0.2", "neighbour": "127.0.0.3"}


@dataclass(slots=True)
class Host:
    """A server that answers each path with what it was given for it."""

    name: str
    pages: dict[str, Answer] = field(default_factory=dict)
    received: list[str] = field(default_factory=list)  # each request as it arrived: address, headers, body
    address: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode("utf-8", "replace")
        self.received.append(f"{request.method} {request.path_qs}\n{dict(request.headers)}\n{body}")
        given = self.pages.get(request.path, web.Response(status=404))
        given = given(request) if callable(given) and not isinstance(given, web.Response) else given
        if isinstance(given, str):
            return web.Response(text=given, content_type="text/html", headers={"Cache-Control": "no-store"})
        return _copy(given)

    def told(self, words: str) -> bool:
        return any(words in request for request in self.received)


def _copy(answer: web.Response) -> web.Response:
    """An answer can be sent once only; the one of a path is sent each time."""
    return web.Response(status=answer.status, headers=answer.headers, body=answer.body)


def to(address: str, status: int = 302) -> web.Response:
    """A redirect."""
    return web.Response(status=status, headers={"Location": address})


@asynccontextmanager
async def serving() -> AsyncIterator[dict[str, Host]]:
    """The four hosts, by name."""
    hosts = {name: Host(name) for name in HOSTS}
    async with AsyncExitStack() as stack:
        for name, host in hosts.items():
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", host.answer)
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOSTS[name], 0).start()
            host.address = f"http://{HOSTS[name]}:{runner.addresses[0][1]}"
        yield hosts

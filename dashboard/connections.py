"""The connections of browsers: how many there may be at once, and what is answered to what is no request."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

MOST = 3_000  # connections at once: open pages hold one each; one more is closed at once
NO_REQUEST = "400: Bad Request\n"


class NotWhatWasSent(logging.Filter):
    """Leaves out what is no request: anybody can send it, as often as they like, and with a secret in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


NOT_WHAT_WAS_SENT = NotWhatWasSent()


def connections_log() -> logging.Logger:
    """Where the server tells what goes wrong outside of every handler."""
    connections = logging.getLogger(__name__)
    connections.addFilter(NOT_WHAT_WAS_SENT)
    return connections


class Connections(web.Server):
    """Makes what listens at each connection, with the handler of an application that was set up."""

    def __init__(self, application: web.Server, most: int = MOST, **options: Any) -> None:
        super().__init__(application.request_handler, request_factory=application.request_factory)
        self._most = most
        self._options = options

    def __call__(self) -> web.RequestHandler:
        return Connection(self, self._most, **self._options)


class Connection(web.RequestHandler):
    """One connection. Of what is no request nothing is said back, nor what program it was sent to."""

    __slots__ = ("_most", "_server")

    def __init__(self, server: Connections, most: int, **options: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **options)
        self._server = server
        self._most = most

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self._server.connections) > self._most and isinstance(transport, asyncio.Transport):
            transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        response = super().handle_error(request, status, exc, NO_REQUEST if status == 400 else message)
        response.headers["Server"] = ""  # which the library would fill in
        return response

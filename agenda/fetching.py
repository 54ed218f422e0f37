"""Fetches a calendar: over https, from the public internet only, within limits of size, time and redirects."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import httpx

from domain.own_calendars import CalendarTrouble
from safety.public_addresses import check_calendar_address, is_public

REDIRECTS = (301, 302, 303, 307, 308)
ASKED = {
    "User-Agent": "PolimisportBot (a person's own calendar, at most hourly)",
    "Accept": "text/calendar, */*;q=0.1",
    "Accept-Encoding": "identity",  # what is compressed can be far larger than it seems
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of us a calendar may take. `open_to`: the `host:port` that may lie anywhere and go without https."""

    seconds: float = 20.0
    size: int = 2_000_000  # bytes; a student's year of lectures has some hundred thousand
    redirects: int = 4
    open_to: frozenset[str] = frozenset()  # the servers of the tests


LIMITS = Limits()


class Unread(Exception):
    """The calendar could not be read. Never names its address."""

    def __init__(self, trouble: CalendarTrouble) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    etag: str | None
    last_modified: str | None


Resolve = Callable[[str, int], Awaitable[Sequence[tuple[str, int]]]]
"""A host and a port to the IP addresses and ports at which it is."""


async def resolve(host: str, port: int) -> list[tuple[str, int]]:
    """As the machine resolves it."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(str(each[4][0]), int(each[4][1])) for each in found]


class Fetcher:
    """`resolve`, `allows` and `trusts` say where a name leads, which IP addresses may be connected to, and which
    certificates are believed.
    """

    def __init__(
        self,
        limits: Limits = LIMITS,
        resolve: Resolve = resolve,
        allows: Callable[[str], bool] = is_public,
        trusts: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._resolve = resolve
        self._allows = allows
        self._trusts: ssl.SSLContext | bool = trusts or True

    async def fetch(self, address: str, etag: str | None, last_modified: str | None) -> Fetched | None:
        """The calendar; None when it has not changed. Raises Unread."""
        known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        headers = ASKED | {name: value for name, value in known.items() if value}
        try:
            async with (
                asyncio.timeout(self._limits.seconds),
                httpx.AsyncClient(verify=self._trusts, trust_env=False, timeout=10) as client,
            ):
                return await self._follow(client, address, headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):  # the last: an address that it redirects to
            raise Unread(CalendarTrouble.UNREACHABLE) from None

    async def _follow(self, client: httpx.AsyncClient, address: str, headers: dict[str, str]) -> Fetched | None:
        for _ in range(self._limits.redirects + 1):
            request = await self._request(client, address, headers)
            response = await client.send(request, stream=True)
            try:
                if response.status_code not in REDIRECTS:
                    return await self._answer(response)
                address = urljoin(address, response.headers.get("Location", ""))
            finally:
                await response.aclose()
        raise Unread(CalendarTrouble.NOT_ALLOWED)

    async def _request(self, client: httpx.AsyncClient, address: str, headers: dict[str, str]) -> httpx.Request:
        """The request, to the very IP address that was checked: the name might lead elsewhere a moment later."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.netloc not in self._limits.open_to:
            try:
                address = check_calendar_address(address)
            except ValueError:
                raise Unread(CalendarTrouble.NOT_ALLOWED) from None
        ip, port = await self._place(host, parts.port or 443, anywhere=parts.netloc in self._limits.open_to)
        to_it = httpx.URL(address).copy_with(host=ip, port=port)
        return client.build_request(
            "GET", to_it, headers=headers | {"Host": parts.netloc}, extensions={"sni_hostname": host}
        )

    async def _place(self, host: str, port: int, *, anywhere: bool) -> tuple[str, int]:
        """An IP address and port of the host. Raises Unread when any of its addresses may not be connected to."""
        found = await self._resolve(host, port)
        if not found or not (anywhere or all(self._allows(ip) for ip, _ in found)):
            raise Unread(CalendarTrouble.NOT_ALLOWED)
        ip, port = found[0]
        return ip.partition("%")[0], port

    async def _answer(self, response: httpx.Response) -> Fetched | None:
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return None
        if response.status_code != httpx.codes.OK:
            refused = response.is_client_error and response.status_code not in (408, 425, 429)
            raise Unread(CalendarTrouble.REFUSED if refused else CalendarTrouble.UNREACHABLE)
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Unread(CalendarTrouble.NO_CALENDAR)
        content = b""
        async for chunk in response.aiter_raw():
            content += chunk
            if len(content) > self._limits.size:
                raise Unread(CalendarTrouble.TOO_LARGE)
        return Fetched(content, response.headers.get("ETag"), response.headers.get("Last-Modified"))

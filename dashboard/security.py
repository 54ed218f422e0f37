"""What keeps others out of the pages: headers, hosts and origins, tokens of forms, limits on tries."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from runtime.settings import Web

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
SAFE_METHODS = ("GET", "HEAD")
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")
LARGEST_BODY = 8 * 1024 * 1024  # bytes; each route has its own limit below it
MOST_CALLERS = 10_000  # whose tries are remembered

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Puts the headers on every answer; one that says nothing of caches is kept by none."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.pop("Server", None)


def csrf_token(session_secret: str) -> str:
    """The token of a session's forms: it tells nothing of the secret, and nobody without it can make one."""
    return hmac.new(session_secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def same(given: str, expected: str | None) -> bool:
    """Whether a token is the one expected, in a time that tells nothing of it."""
    return expected is not None and hmac.compare_digest(given.encode(), expected.encode())


class Doorkeeper:
    """Knows under which names the pages are reached, and through which proxies."""

    def __init__(self, settings: Web) -> None:
        public = urlsplit(settings.url)
        self._names = {"localhost", public.hostname or ""}
        self._public_origin = f"{public.scheme}://{public.netloc}".lower()
        self._trusted = [ipaddress.ip_network(each) for each in settings.trusted_proxies]

    def refuse_strange_host(self, request: web.Request) -> None:
        """Refuses a name that is not ours: a stranger's page whose name leads to this machine (DNS rebinding).

        Addresses in figures are nobody's name. Raises HTTPMisdirectedRequest.
        """
        host = _hostname(request.host)
        if host is None or (host not in self._names and _ip(host) is None):
            raise web.HTTPMisdirectedRequest

    def refuse_strange_origin(self, request: web.Request) -> None:
        """Refuses what another site's page has sent. Raises HTTPForbidden.

        A browser that is told to send no Referer says "null" for the origin of a form too, and Sec-Fetch-Site says
        then whose page it was. What says nothing of an origin is no browser: it sends nothing behind a person's back.
        """
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        own = origin is not None and origin.lower() in (self._public_origin, *_origins_of(request.host))
        if origin is None or origin == "null":
            own = site == "same-origin" or (site is None and origin is None) or site == "none"
        if not own or site not in (None, "same-origin", "none"):
            raise web.HTTPForbidden

    def caller(self, request: web.Request) -> str:
        """The address of who asks; behind a trusted proxy, the one that it names."""
        said = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        hops = [*filter(None, said), request.remote or ""]
        while len(hops) > 1 and self._is_trusted(hops[-1]):
            hops.pop()
        return hops[-1]

    def _is_trusted(self, address: str) -> bool:
        found = _ip(address)
        return found is not None and any(found in network for network in self._trusted)


def is_local(request: web.Request) -> bool:
    """Whether a program of this machine asks by itself: no proxy passes on what somebody else asked."""
    address = _ip(request.remote or "")
    return address is not None and address.is_loopback and not any(name in request.headers for name in FORWARDED)


class Allowance:
    """How often each caller may try something: so many times at once, and as many again in `seconds`."""

    def __init__(self, most: int, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._per_second = most / seconds
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tries left, and when

    def is_spent(self, caller: str) -> bool:
        """Whether the caller has no try left."""
        return self._tries(caller) < 1

    def spend(self, caller: str) -> bool:
        """Takes one try. False when there is none left."""
        left = self._tries(caller)
        if left < 1:
            return False
        self._left[caller] = (left - 1, self._now())
        self._left.move_to_end(caller)
        if len(self._left) > MOST_CALLERS:
            self._left.popitem(last=False)
        return True

    def _tries(self, caller: str) -> float:
        left, since = self._left.get(caller, (float(self._most), self._now()))
        return min(float(self._most), left + (self._now() - since) * self._per_second)


def _ip(text: str) -> Ip | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _hostname(host: str) -> str | None:
    """The name in a Host header, without its port; None when it is none."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _origins_of(host: str) -> Sequence[str]:
    """The origins of our own pages as the Host header names them; a proxy may have taken TLS off."""
    return f"http://{host}".lower(), f"https://{host}".lower()

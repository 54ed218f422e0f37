"""Several application servers behind one address: each has a clock of its own, and learns of a session in its time."""

from contextvars import ContextVar
from datetime import datetime, timedelta

from aiohttp import web

from demo.site.switches import Switches

AHEAD: ContextVar[timedelta] = ContextVar("ahead", default=timedelta())  # the clock of the server that answers is
NUMBER: ContextVar[int] = ContextVar("number", default=0)  # which of them answers
HEADER = COOKIE = "X-Application-Server"


def by_its_own_clock(now: datetime) -> datetime:
    """The instant as the server that answers sees it."""
    return now + AHEAD.get()


class Farm:
    """Hands requests to the servers in turn."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self._requests = 0

    def choose(self) -> None:
        """The next server answers, from here on in this task."""
        number = self._requests % max(1, self._switches.servers)
        self._requests += 1
        NUMBER.set(number)
        AHEAD.set(timedelta(seconds=number * self._switches.clock_spread))

    def sign(self, response: web.StreamResponse) -> None:
        """Where they are told apart, the answer says whose it is."""
        if self._switches.servers < 2:
            return
        if self._switches.servers_told == "header":
            response.headers[HEADER] = name()
        elif self._switches.servers_told == "cookie":
            response.set_cookie(COOKIE, name(), path="/")


def name() -> str:
    """As the page's script knows the server that answers."""
    return f"WEB{NUMBER.get() + 1:02d}"

"""Where a login may go and type: addresses against the list of login hosts and the booking site. Pure.

Used by runtime/settings.py, which refuses what can't be meant, and by the portal, which obeys. The addresses it is
asked about
come from the browser, which has already written them its one way: lower case, `xn--`, no default port. Whatever is
written in another way is therefore nobody's, and refused.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from languages.terminal import _

PORTS = {"https": 443, "http": 80}
LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
NAME = re.compile(rf"{LABEL}(\.{LABEL})*")
ODD = re.compile(r"[\s\\\x00-\x1f\x7f]|[^\x00-\x7f]")
SHARED_ENDINGS = frozenset({"ac", "co", "com", "edu", "gob", "gov", "net", "org", "sch"})
"""Under a country's ending these belong to everybody: `x.ac.uk` is registered, `ac.uk` is not."""

Host = tuple[str, int | None]
"""A name or IP address, and its port; None is the port of the scheme."""


def is_loopback(host: str) -> bool:
    """Whether only this machine answers under that name."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_base_url(text: str) -> str:
    """The address of the booking site without a slash at its end. Raises ValueError when it can't be one."""
    if not re.match(r"https?://[^/\s]+", text):
        raise ValueError(_("write an address that begins with http:// or https://"))
    parts = parts_of(text.rstrip("/").lower())
    if parts is None or parts.query or parts.fragment:
        raise ValueError(
            _("write an address of scheme, host and path only, as https://ecomm.sportrick.com/sportpolimi")
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ValueError(_("write it with https://: plain http shows session and bookings to everybody on the way"))
    return text.rstrip("/")


def check_login_host(text: str) -> str:
    """A host of the list in lower case. Raises ValueError when it is not `host` or `host:port`."""
    host, port = _host(text.strip().lower())
    if host is None or (port is not None and not 0 < port < 65536):
        raise ValueError(
            _("{text} is no host: write it as aunicalogin.polimi.it or aunicalogin.polimi.it:443", text=f"{text!a}")
        )
    return host if port is None else f"{host}:{port}"


def _host(text: str) -> tuple[str | None, int | None]:
    found = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(?::(\d{1,5}))?", text)
    if found is None or not _is_name(found[1]):
        return None, None
    return found[1], int(found[2]) if found[2] else None


def _is_name(host: str) -> bool:
    """Whether it is a name or an IP address in the one way a browser writes it."""
    if host.startswith("[") or host.replace(".", "").isdigit():
        try:
            address = ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return host == (f"[{address}]" if address.version == 6 else str(address))
    return len(host) <= 253 and NAME.fullmatch(host) is not None


def parts_of(url: str) -> SplitResult | None:
    """The parts of an address of the web; None for everything else, and for one that is not what it seems."""
    if ODD.search(url):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or "@" in parts.netloc or not parts.netloc:
        return None
    host, _ = _host(parts.netloc)
    return parts if host is not None else None


@dataclass(frozen=True, slots=True)
class Places:
    """The booking site and the login hosts, as the configuration names them.

    Without a login host the site has a form of its own: then its own address is the one place to type at, and not the
    address of another club on the same host.
    """

    base_url: str
    login_hosts: tuple[str, ...]

    @property
    def has_own_form(self) -> bool:
        """Whether the site itself asks for user name and password."""
        return not self.login_hosts

    def may_type(self, url: str) -> bool:
        """Whether user name, password and code may go to that address: it is on the list, and safe on the way."""
        if self.has_own_form:
            return self.is_booking_site(url) and "%" not in urlsplit(url).path  # a server may read a way up in it
        parts = parts_of(url)
        return parts is not None and _is_safe(parts) and any(_is_at(parts, each) for each in self.login_hosts)

    def may_visit(self, url: str) -> bool:
        """Whether a login may be led to that address: booking site, login hosts, neighbours of the login hosts."""
        parts = parts_of(url)
        if parts is None or not _is_safe(parts):
            return False
        return _origin(parts) == self._booking or self.may_type(url) or self._is_neighbour(parts)

    def secured(self, url: str) -> str | None:
        """The same address over https, where a plain one is a stop on the way to a place a login may visit."""
        parts = parts_of(url)
        if parts is None or parts.scheme != "http" or parts.port not in (None, PORTS["http"]):
            return None
        safe = parts._replace(scheme="https", netloc=parts.hostname or "").geturl()
        return safe if not self.may_visit(url) and self.may_visit(safe) else None

    def is_booking_site(self, url: str) -> bool:
        """Whether that is the booking site's own address, and not another club's on the same host."""
        parts, base = parts_of(url), urlsplit(self.base_url)
        if parts is None or _origin(parts) != self._booking:
            return False
        root = base.path.rstrip("/").lower()
        path = parts.path.lower()
        return path == root or path.startswith(root + "/")

    def own_state(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Of a browser's storage the cookies of booking site and login hosts. What pages store is no session."""
        return _cookies_to([self._booking_host, *self._hosts_of_login], state)

    def session_of(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Of what is kept the booking site's own cookies: all that is sent there."""
        return _cookies_to([self._booking_host], state)

    def sign_on_of(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Of what is kept the login hosts' cookies: who shows them may need neither password nor code."""
        return _cookies_to(self._hosts_of_login, state)

    @property
    def _booking_host(self) -> str:
        return urlsplit(self.base_url).hostname or ""

    @property
    def _hosts_of_login(self) -> list[str]:
        return [urlsplit(f"//{each}").hostname or "" for each in self.login_hosts]

    @property
    def _booking(self) -> tuple[str, str, int]:
        return _origin(urlsplit(self.base_url))

    def _is_neighbour(self, parts: SplitResult) -> bool:
        """Whether the host is of the registered domain of a login host, on the port of its scheme."""
        host = parts.hostname or ""
        if parts.port is not None and parts.port != PORTS[parts.scheme]:
            return False
        domains = filter(None, (registered_domain(urlsplit(f"//{each}").hostname or "") for each in self.login_hosts))
        return any(host == domain or host.endswith("." + domain) for domain in domains)


def registered_domain(host: str) -> str | None:
    """`polimi.it` for `aunicalogin.polimi.it`; None for what has no neighbours: IP addresses and names of one label."""
    labels = host.split(".")
    if len(labels) < 2 or is_loopback(host) or ":" in host or labels[-1].isdigit():
        return None
    shared = len(labels[-1]) == 2 and labels[-2] in SHARED_ENDINGS
    wanted = 3 if shared else 2
    return ".".join(labels[-wanted:]) if len(labels) >= wanted else None


def _origin(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, parts.hostname or "", parts.port or PORTS[parts.scheme]


def _is_safe(parts: SplitResult) -> bool:
    return parts.scheme == "https" or is_loopback(parts.hostname or "")


def _is_at(parts: SplitResult, listed: str) -> bool:
    host, port = _host(listed)
    ours = parts.netloc if host is None else _host(parts.netloc)[0]
    default = PORTS[parts.scheme]
    return ours == host and (parts.port or default) == (port or default)


def _cookies_to(hosts: list[str], state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cookies": [each for each in state["cookies"] if _goes_to(str(each.get("domain", "")), hosts)],
        "origins": [],
    }


def _goes_to(domain: str, hosts: list[str]) -> bool:
    """Whether a browser would send a cookie of that domain to one of the hosts."""
    name = domain.lower()
    if name.startswith("."):
        return any(host == name[1:] or host.endswith(name) for host in hosts)
    return name.strip("[]") in hosts

"""Which addresses a person may have read: https, on the public internet. Pure.

Used by the bot, which refuses what can't be meant, and by the executor before it connects anywhere. A name says nothing
about where it leads: whoever connects resolves it, asks `is_public` of every address, and connects to that address.
"""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum, auto
from urllib.parse import urlsplit

from safety.addresses import PORTS, parts_of

LONGEST = 2000  # characters
CALENDAR = re.compile(r"webcals?://\S+|https?://\S+(?:\.ics|/ical)\S*", re.IGNORECASE)
NEVER_PUBLIC = (".localhost", ".local", ".internal", ".home.arpa", ".lan")
"""Endings that nobody can have on the public internet; a name without a dot is nobody's there either."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


class Fault(StrEnum):
    """Why an address can't be a calendar's that we read."""

    NO_ADDRESS = auto()  # nothing of the web over https
    PASSWORD = auto()  # it carries a user name or a password
    PORT = auto()  # it names another port than the one of https
    NOT_PUBLIC = auto()  # it lies in somebody's own network, wherever it is read from


class NoCalendarAddress(ValueError):
    """An address that can't be read, and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"no address of a calendar: {fault}")
        self.fault = fault


def check_calendar_address(text: str) -> str:
    """The address of a calendar, over https. Raises NoCalendarAddress when it can't be one."""
    url = re.sub(r"^webcals?://", "https://", text.strip(), flags=re.IGNORECASE)
    try:
        parts = urlsplit(url)
        plain = parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()
    except ValueError:
        raise NoCalendarAddress(Fault.NO_ADDRESS) from None
    if parts.scheme == "https" and "@" in parts.netloc:
        raise NoCalendarAddress(Fault.PASSWORD)
    found = parts_of(plain)
    if found is None or len(plain) > LONGEST or found.scheme != "https":
        raise NoCalendarAddress(Fault.NO_ADDRESS)
    if not _may_be_public(found.hostname or ""):
        raise NoCalendarAddress(Fault.NOT_PUBLIC)
    if found.port not in (None, PORTS["https"]):
        raise NoCalendarAddress(Fault.PORT)
    return plain


def _may_be_public(host: str) -> bool:
    """Whether a host may lie on the public internet, as far as its name says; an IP address says it for sure."""
    try:
        return is_public(host)
    except ValueError:
        last = host.rpartition(".")[2]
        is_number = last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last) is not None  # some read 0x7f.1 as 127.0.0.1
        return "." in host and not is_number and not host.endswith(NEVER_PUBLIC)


def looks_like_calendar(text: str) -> bool:
    """Whether a message is nothing but an address, and one that is meant as a calendar's."""
    return CALENDAR.fullmatch(text.strip()) is not None


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it is one of IPv4 inside one of IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = _inside(found)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None)

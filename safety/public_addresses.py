"""Which addresses a person may have read: https, on the public internet. Pure.

Used by the bot, which refuses what can't be meant, and by the executor before it connects anywhere. A name says nothing
about where it leads: whoever connects resolves it, asks `is_public` of every address, and connects to that address.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from safety.addresses import PORTS, parts_of

LONGEST = 2000  # characters
CALENDAR = re.compile(r"webcals?://\S+|https?://\S+(?:\.ics|/ical)\S*", re.IGNORECASE)
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address


def check_calendar_address(text: str) -> str:
    """The address of a calendar, over https. Raises ValueError when it can't be one."""
    url = re.sub(r"^webcals?://", "https://", text.strip(), flags=re.IGNORECASE)
    try:
        parts = urlsplit(url)
        plain = parts._replace(netloc=parts.netloc.lower(), fragment="").geturl()
    except ValueError:
        raise ValueError("no address") from None
    found = parts_of(plain)
    if found is None or len(plain) > LONGEST or found.scheme != "https" or found.port not in (None, PORTS["https"]):
        raise ValueError("no address of the web over https")
    return plain


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

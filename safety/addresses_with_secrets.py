"""What is secret in an address that lets whoever has it write somewhere: a topic, a token, a password. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote, urlsplit

LEAST = 8  # characters of a part that is hidden by itself
LEAST_PASSWORD = 4


def secret_parts(address: str) -> Iterator[str]:
    """The address, without its scheme too, and each part of it that looks like a token; the password in any case.

    A part that could be a word (a host's name, a slug in small letters) is hidden only as a part of the whole: a log
    without the word `polimisport` says nothing any more.
    """
    yield address
    yield address.partition("://")[2]
    try:
        parts = urlsplit(address)
        password, user = parts.password, parts.username
    except ValueError:
        return
    if password and len(unquote(password)) >= LEAST_PASSWORD:
        yield unquote(password)
    host = parts.netloc.rpartition("@")[2].partition(":")[0]
    values = [value for _, value in parse_qsl(parts.query)]
    for part in (user or "", "" if "." in host else host, *parts.path.split("/"), *values):
        if _looks_like_a_token(unquote(part)):
            yield unquote(part)


def _looks_like_a_token(part: str) -> bool:
    return len(part) >= LEAST and re.search(r"\d|[a-z][A-Z]|[A-Z][a-z]", part) is not None

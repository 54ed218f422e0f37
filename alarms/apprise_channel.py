"""One message to one channel, through Apprise (ntfy, e-mail, and what else it knows). The only file that imports it.

Apprise says only yes or no; why not stands in its log, which is read here and handed on without what is secret.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import apprise

from safety.addresses_with_secrets import secret_parts
from safety.redaction import Redactor

LONGEST_REASON = 300  # characters
HIDDEN = "****"


class NotSent(Exception):
    """The message could not be sent; the sentence says why, and holds no secret."""


def send(address: str, title: str, body: str) -> None:
    """Sends it, which may take a while. Raises NotSent."""
    channel = channel_of(address)
    with _heard() as why:
        sent = channel.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT)
    if not sent:
        raise NotSent(_in_a_line(why.getvalue(), address) or "it does not say why")


def channel_of(address: str) -> apprise.Apprise:
    """Raises NotSent for an address that Apprise does not understand."""
    channel = apprise.Apprise()
    with _heard():
        understood = channel.add(address)
    if not understood:
        raise NotSent(f"Apprise does not understand this address of {address.partition('://')[0]}")
    return channel


@contextmanager
def _heard() -> Iterator[io.StringIO]:
    """What Apprise warns of meanwhile; it goes to no log, since it may hold the address."""
    words, logger = io.StringIO(), logging.getLogger("apprise")
    handler, went_on = logging.StreamHandler(words), logger.propagate
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield words
    finally:
        logger.propagate = went_on
        logger.removeHandler(handler)


def _in_a_line(words: str, address: str) -> str:
    clean = Redactor(secret_parts(address), HIDDEN).clean(" ".join(words.split()))
    return clean[:LONGEST_REASON]

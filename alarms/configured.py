"""The channels that the configuration names. The database knows them by a digest, and holds no address."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.alarms import PING, Channel
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Configured:
    """A channel and its address, which is a secret."""

    channel: Channel
    address: str = field(repr=False)


def ping_of(settings: Settings) -> Configured | None:
    """The address that is asked for while all is well; None when there is none."""
    address = settings.alarms.ping_url
    return _configured(settings, PING, address.get_secret_value()) if address is not None else None


def channels_of(settings: Settings) -> list[Configured]:
    """Where the owner's alarms go."""
    addresses = dict.fromkeys(each.get_secret_value() for each in settings.alarms.channels)
    return [_configured(settings, address.partition("://")[0].lower(), address) for address in addresses]


def all_of(settings: Settings) -> list[Configured]:
    """Both."""
    return list(_all_of(settings))


def _all_of(settings: Settings) -> Iterator[Configured]:
    ping = ping_of(settings)
    if ping is not None:
        yield ping
    yield from channels_of(settings)


def _configured(settings: Settings, name: str, address: str) -> Configured:
    key = settings.telegram.bot_token.get_secret_value().encode()
    digest = hmac.new(key, f"{name}\0{address}".encode(), hashlib.sha256).hexdigest()
    return Configured(Channel(settings.telegram.allowed_user_id, digest, name), address)

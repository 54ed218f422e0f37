"""Alarms: notices that must not be missed and go beside the chat too, and the ping that says that all is well. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.model import Notice

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
GIVEN_UP = timedelta(days=2)  # an alarm that could not be sent for so long is no news any more
PING = "ping"  # the name of the ping among the channels


@dataclass(frozen=True, slots=True)
class Channel:
    """Where alarms of a person go. `digest` tells its address, which is a secret, from others."""

    user_id: int
    digest: str
    name: str  # the kind of channel, as `ntfy`


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How it went there lately."""

    name: str
    digest: str
    reached_at: datetime | None
    failing_since: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Alarm:
    """A notice that is to be sent to a channel."""

    id: int
    digest: str  # of the channel
    notice: Notice
    attempts: int


def next_try(attempts: int, now: datetime) -> datetime:
    """When an alarm is sent again that could not be sent so many times: ever later."""
    return now + min(FIRST_PAUSE * 2.0 ** min(max(attempts - 1, 0), 10), LONGEST_PAUSE)

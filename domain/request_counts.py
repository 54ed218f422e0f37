"""How many requests are sent for an account: its budget, and what was counted in each minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

PER_MINUTE = 60  # requests of an account that may be kept up for ever
BURST = 300  # what may be sent at once: a few readings of the whole timetable
MOST_AT_OPENING = 10  # of an account around one opening: warming up, shots and reading back


@dataclass(frozen=True, slots=True)
class RequestCount:
    """What one process sent for an account within a minute."""

    user_id: int
    minute: datetime  # its beginning
    requests: int
    delayed: int = 0  # of them, how many had to wait because too many were sent


@dataclass(frozen=True, slots=True)
class RecentRequests:
    """What all processes together sent for an account, as far as it is written."""

    user_id: int
    last_minute: int  # in the last whole minute
    last_hour: int
    busiest_minute: int  # the most in one minute of that hour
    delayed: int  # in that hour

"""A person's own calendar (lectures, exams): where it is read, what is in it, and why it could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

HORIZON = timedelta(weeks=10)  # so far ahead its events are known: farther than anything can be booked


class CalendarTrouble(StrEnum):
    """Why a calendar could not be read."""

    UNREACHABLE = "unreachable"  # no answer, a fault of its server, or no valid certificate
    REFUSED = "refused"  # its server says that it is not there, or not for us
    NOT_ALLOWED = "not_allowed"  # it leads somewhere else than to the public internet, or away from https
    TOO_LARGE = "too_large"
    NO_CALENDAR = "no_calendar"  # what is there can't be read as one, or not in the time that is given to it


@dataclass(frozen=True, slots=True)
class OwnEvent:
    """Something that a person has at certain hours."""

    summary: str
    starts_at: datetime
    ends_at: datetime
    all_day: bool = False


@dataclass(frozen=True, slots=True)
class OwnCalendar:
    """A row of own_calendars."""

    user_id: int
    address: str = field(repr=False)  # a secret: who knows it reads the whole calendar
    etag: str | None = None
    last_modified: str | None = None
    read_at: datetime | None = None  # when it was last known to be as we have it
    expanded_at: datetime | None = None  # when its events were last computed, HORIZON ahead
    trouble: CalendarTrouble | None = None
    failures: int = 0

    @property
    def host(self) -> str:
        """All that is shown of the address."""
        return urlsplit(self.address).hostname or ""

"""What lets a person into the pages in the browser: one-time links, and the sessions that they begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.model import Role

LINK_LASTS = timedelta(minutes=5)
SESSION_LASTS = timedelta(days=30)


class LinkPurpose(StrEnum):
    """What a one-time link opens."""

    PAGE = "page"  # begins a session of the pages in the browser
    ACCOUNT = "account"  # the form for the secrets of an account


@dataclass(frozen=True, slots=True)
class WebSession:
    """A browser in which a person has entered."""

    id: int
    user_id: int
    role: Role
    agent: str  # what the browser says it is
    began_at: datetime
    seen_at: datetime  # its last request, to the hour
    ends_at: datetime

"""What lets a person into the pages in the browser: one-time links, and the sessions that they begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.model import Role

LINK_LASTS = timedelta(minutes=5)
SESSION_LASTS = timedelta(days=30)

BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)  # fmt: skip
"""What stands in a browser's own name, and what people call it. The telling one first: many name others too."""


class LinkPurpose(StrEnum):
    """What a one-time link opens."""

    PAGE = "page"  # begins a session of the pages in the browser
    ACCOUNT = "account"  # the form for the secrets of an account


@dataclass(frozen=True, slots=True)
class Entrant:
    """Who has used a link. `name`: their first name, as Telegram told it when they asked for the link."""

    user_id: int
    name: str = ""


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
    name: str = ""  # the person's first name; it ends with the session

    @property
    def browser(self) -> str:
        """What a person calls the browser: `Firefox, Android`; empty when its name tells nothing."""
        found = [next((name for sign, name in signs if sign in self.agent), "") for signs in (BROWSERS, SYSTEMS)]
        return ", ".join(filter(None, found))


def link_of(pages: str, secret: str) -> str:
    """The address of a one-time link; `pages`: where the pages are."""
    return f"{pages}/enter/{secret}"


def chat_with(bot: str) -> str:
    """The address at which Telegram opens the chat with the bot of that name; empty without a name."""
    return f"https://t.me/{bot}" if bot else ""


def tunnel_to(port: int) -> str:
    """The command by which another computer reaches pages that only this one can open."""
    return f"ssh -L {port}:127.0.0.1:{port} SERVER"

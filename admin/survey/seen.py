"""What a visit to the site has seen, as it came: held in memory only, read by looks.py, cleaned by bundle.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bs4 import BeautifulSoup

import scraper
from domain.errors import SiteChanged, SiteError
from domain.model import Activity, OpeningRule, Slot
from safety.untrusted import Unreadable, read_json, readable_html
from scraper import Calendar


@dataclass(frozen=True, slots=True)
class Met:
    """A page that the browser met on its way."""

    host: str
    path: str
    html: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Got:
    """An answer to a request, with or without a session."""

    status: int
    text: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)
    seconds: float = 0.0
    cookies: tuple[str, ...] = ()  # the `Set-Cookie` lines, values and all

    @property
    def json(self) -> Any:
        """The body read as JSON; None when it is not JSON."""
        try:
            read = read_json(self.text)
            return read_json(read) if isinstance(read, str) else read
        except Unreadable:
            return None


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie without its value."""

    name: str
    domain: str
    http_only: bool
    secure: bool


@dataclass(frozen=True, slots=True)
class Schedule:
    """The answer for one activity and day."""

    calendar: Calendar
    day: date
    got: Got


@dataclass(frozen=True, slots=True)
class Post:
    """What was sent to change something, without its values, and the answer."""

    path: str
    fields: tuple[str, ...]
    got: Got


@dataclass(slots=True)
class Trial:
    """What came of the one booking that was made to be cancelled."""

    subject: str = ""  # course, date and hour
    booking: Post | None = None
    deletion: Post | None = None  # what the page's button sends
    seen_booked: bool = False
    seen_gone: bool = False
    still_held: bool = False  # it may still be: nobody has seen it gone
    trouble: str = ""


@dataclass(slots=True)
class Seen:
    """Everything one visit has seen. What was not looked at, or not answered, is absent."""

    at: datetime
    zone: ZoneInfo
    rule: OpeningRule
    base_url: str
    login_hosts: tuple[str, ...]
    login: list[Met] = field(default_factory=list)
    login_error: SiteError | None = None
    logged_in: bool = False
    strangers: dict[str, Got] = field(default_factory=dict)  # "login", "page", "script"
    pages: dict[str, str] = field(default_factory=dict)  # as the browser shows them: "dashboard", "bookings" ...
    sent: dict[str, Got] = field(default_factory=dict)  # as the server sends them: "bookings", "activities" ...
    cookies: list[Cookie] = field(default_factory=list)
    server: str = ""  # MyApp._currentServer
    shown: Activity | None = None  # whose calendar the browser has shown
    folded: int | None = None  # slots of the days on show that nobody sees
    banners: list[str] = field(default_factory=list)  # pages on which a cookie banner was on show
    calendars: tuple[Calendar, ...] = ()
    schedules: list[Schedule] = field(default_factory=list)
    dates: list[tuple[float, float, str]] = field(default_factory=list)  # sent, received, `Date`
    servers: dict[str, set[str]] = field(default_factory=dict)  # header or cookie -> the names it gave
    trial: Trial | None = None
    requests: int = 0

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    def soup(self, name: str) -> BeautifulSoup | None:
        """A page as the browser shows it, else as the server sends it; None when it was not seen."""
        html = self.pages.get(name) or (self.sent[name].text if name in self.sent else "")
        return soup_of(html) if html else None

    def read(self, schedule: Schedule) -> tuple[Slot, ...]:
        """The slots of an answer as the product reads them; empty where it can't read them."""
        try:
            return scraper.slots(schedule.got.text, schedule.calendar.activity, schedule.day, self.zone)
        except SiteChanged:
            return ()

    def slots(self) -> Iterator[tuple[Schedule, dict[str, Any]]]:
        """Every object of the schedules that looks like a slot."""
        for schedule in self.schedules:
            yield from ((schedule, each) for each in _objects(schedule.got.json))


def soup_of(html: str) -> BeautifulSoup | None:
    """The page, parsed; None for one that would take seconds."""
    try:
        return BeautifulSoup(readable_html(html), "html.parser")
    except Unreadable:
        return None


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if {"appointmentid", "startdatetime", "timestart"} & {str(key).lower() for key in node}:
            yield node
        else:
            for inner in node.values():
                yield from _objects(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _objects(inner)

"""Sections of config.json: the site, openings, browser; backups, alarms beside the chat, updates. For settings.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.club import SITE_URL, Club
from domain.site_login import SiteLogin
from runtime.config_values import ChannelAddress, FilePath, LoginHost, PingAddress, Real, SiteAddress, TimeOfDay, Whole
from safety.addresses_with_secrets import secret_parts

MOST_CHANNELS = 10
LONGEST_NAME = 60  # characters of a club's: it stands in the middle of sentences
LOGIN_HOSTS = ("aunicalogin.polimi.it",)


class Section(BaseModel):
    """A group of keys. Unknown ones are kept apart, to be named."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


class Site(Section):
    base_url: SiteAddress = SITE_URL
    name: str | None = Field(None, max_length=LONGEST_NAME)  # what the club is called; null: as its address ends
    login: Literal["polimi", "form", "by_hand"] = "polimi"  # domain/site_login.py
    login_hosts: tuple[LoginHost, ...] = Field(LOGIN_HOSTS, min_length=1)

    @property
    def lets_in(self) -> SiteLogin:
        """How people get in."""
        return SiteLogin(self.login)

    @property
    def club(self) -> Club:
        return Club.at(self.base_url, (self.name or "").strip())

    @property
    def places_to_type(self) -> tuple[str, ...]:
        """The hosts beside the site at which user name, password and code are typed; none where it has its own form."""
        return () if self.lets_in is SiteLogin.FORM else self.login_hosts


class Browser(Section):
    executable_path: FilePath | None = None
    headless: bool = True


class Opening(Section):
    days_ahead: Whole = Field(2, ge=0, le=60)
    at: TimeOfDay = time(0, 0)
    hours_before: Real | None = Field(None, gt=0, le=24 * 60)  # the class, instead of the two above; null: those count
    rehearsal_at: TimeOfDay | None = time(20, 0)  # the evening before; null: no rehearsal


class Backups(Section):
    """The daily backups of the database."""

    at: TimeOfDay | None = time(4, 30)  # a quiet hour; null: none are made
    folder: FilePath | None = None  # null: backups/ beside the database
    days: Whole = Field(7, ge=1, le=366)  # the last backup of each of so many days is kept
    weeks: Whole = Field(4, ge=0, le=520)  # and of so many weeks


class Alarms(Section):
    """What is told beside the chat; nothing, unless something is named here."""

    ping_url: PingAddress = None  # asked for while all is well; with /fail behind it when it is not
    ping_minutes: Whole = Field(5, ge=1, le=1440)
    channels: tuple[ChannelAddress, ...] = Field((), max_length=MOST_CHANNELS)  # addresses of Apprise

    def secrets(self) -> Iterator[str]:
        """The addresses, and what in them is secret by itself: who has one of them may write there."""
        for address in (*self.channels, *([self.ping_url] if self.ping_url else ())):
            yield from secret_parts(address.get_secret_value())


class Updates(Section):
    """Newer releases of the bot."""

    tell: bool = False  # whether origin's tags are looked at once a day, and the owner is told

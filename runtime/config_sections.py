"""Sections of config.json that look after the machine: backups, alarms beside the chat, updates. For settings.py."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from pydantic import BaseModel, ConfigDict, Field

from runtime.config_values import ChannelAddress, FilePath, PingAddress, TimeOfDay, Whole
from safety.addresses_with_secrets import secret_parts

MOST_CHANNELS = 10


class Section(BaseModel):
    """A group of keys. Unknown ones are kept apart, to be named."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)


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

"""Guests: people who came with an invitation of the owner, and whose credentials are in no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

INVITATION_LASTS = timedelta(days=7)
UNLIMITED = 1000  # bookings and watches of one guest that may wait at once: as many as the table takes


@dataclass(frozen=True, slots=True)
class Guest:
    """What the database says of one guest."""

    user_id: int
    name: str  # what Telegram called them when they came
    most_waiting: int
    welcomed_at: datetime
    has_account: bool  # whether they have entered what they log in with
    by_hand: bool = False
    suspended_at: datetime | None = None
    entered_at: datetime | None = None  # when a login of theirs first succeeded

    @property
    def first_name(self) -> str:
        """What Telegram called them; empty for who was moved in from the configuration, which knows no names."""
        return "" if self.name == str(self.user_id) else self.name

    @property
    def may_book(self) -> bool:
        """Whether anything is done for them."""
        return self.has_account and self.suspended_at is None


@dataclass(frozen=True, slots=True)
class SealedGuest:
    """What a running program has to know of a guest: whether it changed, and what they log in with."""

    user_id: int
    revision: int  # grows with every change
    sealed: bytes = field(repr=False)
    by_hand: bool
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was given to somebody, and that nobody has used."""

    id: int
    made_at: datetime

    @property
    def until(self) -> datetime:
        return self.made_at + INVITATION_LASTS


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went when a person was forgotten."""

    requests: int  # bookings, cancellations, readings and watches, done or waiting
    held: int  # places known to be theirs, past ones too; on the site they stay
    recurring: int
    messages: int
    evidence: tuple[str, ...] = field(default=(), repr=False)  # folders that nobody names any more: to be deleted

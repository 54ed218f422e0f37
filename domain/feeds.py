"""The address at which a person's own calendar application reads their classes: what is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A row of feeds. The secret of its address is not kept: only who has the address knows it."""

    user_id: int
    made_at: datetime
    number: int  # which of the person's it is: a button from before the last one was made makes none
    read_at: datetime | None = None  # when a calendar last asked for it, to the hour

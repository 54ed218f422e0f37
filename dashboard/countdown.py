"""How long it is until something happens, as a page shows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from languages import N_

DAY_UNIT = N_("g")  # `2 g 03:12:05`


@dataclass(frozen=True, slots=True)
class Countdown:
    """How long it is until something happens; a script goes on counting from there."""

    until: datetime
    left: str

    @property
    def instant(self) -> str:
        """As a page's script reads it."""
        return self.until.isoformat()


def countdown(until: datetime, now: datetime) -> Countdown:
    """`03:12:05`, `2 g 03:12:05`; nothing is left of what is over."""
    seconds = max(0, round((until - now).total_seconds()))
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return Countdown(until, f"{days} {DAY_UNIT} {clock}" if days else clock)

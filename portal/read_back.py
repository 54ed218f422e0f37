"""How long a result is looked for after an act: the looks at "my bookings", and at the timetable as second witness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBack:
    """Seconds before each look at "my bookings", by what the site answered. Handed in, so that a test waits less."""

    accepted: Sequence[float] = (0.0, 0.2, 0.5, 1.0, 2.0, 3.0, 3.5)  # a yes, or no answer: about ten in all
    unclear: Sequence[float] = (0.0, 0.2, 0.5, 1.0)  # words nobody knows: look for a little, then take the other way
    refused: Sequence[float] = (0.0,)  # a clear no is believed after one look
    blocked: Sequence[float] = (0.0,)  # an account that is turned away looks once and tries no other way
    ask_timetable_again: Sequence[float] = (0.7, 2.3, 6.0)
    """Seconds before each further look at a timetable that contradicts the list: nine in all, for it may be behind."""
    gone: Sequence[float] = (0.7, 2.3)  # further looks at a list that lacks what the timetable shows as ours
    longest_ask: float = 5.0  # s for the timetable; whoever has a place shall hear of it

"""What was known of a person's bookings when a reading of them began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.model import ClassRef


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of a person's bookings when a reading of them began. The reading says nothing about later changes.

    Rows are compared with what they were, not by time: a clock that was set back meanwhile changes nothing.
    """

    began_at: datetime
    rows: Mapping[int, str]  # the state of each row, as `_state` tells it
    held: tuple[ClassRef, ...]
    waited_for: tuple[ClassRef, ...]  # classes for whose waiting list the site was asked
    unmarked: tuple[ClassRef, ...]  # those of them that "my bookings" showed like a booking from the first
    long_missing: tuple[ClassRef, ...]  # what a reading at least BETWEEN_READINGS ago did not show
    withdrawn: tuple[int, ...]  # actions with an unknown outcome, withdrawn at least BETWEEN_READINGS ago
    withdrawn_lately: bool  # more of them were withdrawn since: one reading is not enough for those
    unclear: tuple[ClassRef, ...] = ()  # classes that my bookings listed, and nobody could say whether they were ours
    unclear_lately: tuple[ClassRef, ...] = ()  # those of them that are read again soon, rather than with the next hour

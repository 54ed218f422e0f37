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
    long_missing: tuple[ClassRef, ...]  # what a reading at least BETWEEN_READINGS ago did not show
    in_doubt: tuple[int, ...]  # the actions withdrawn, BETWEEN_READINGS ago, though the site may have done them
    doubt_is_new: bool  # others were withdrawn so since: one reading does not settle them

"""The site's calendars as last read, on disk for every process: a booking need not ask which there are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from domain.model import Clock
from portal.storage.session_files import read_json, write_private
from safety.untrusted import read_instant

FRESH = timedelta(hours=1)  # older is read anew: activities come and go with the season

CalendarRow = tuple[str, str, str]
"""activityId, name, activityFlags."""


class CalendarCache:
    """`calendars.json` in the state folder. What it says may be out of date; what is not found is looked up again."""

    def __init__(self, state_dir: Path, clock: Clock) -> None:
        self._file = state_dir / "sessions" / "calendars.json"
        self._clock = clock

    def load(self) -> list[CalendarRow]:
        """What was saved within the hour; nothing when it is older, missing or broken."""
        kept = read_json(self._file)
        try:
            old = abs(self._clock() - read_instant(kept["read_at"])) >= FRESH
            rows = [(str(each[0]), str(each[1]), str(each[2])) for each in kept["calendars"]]
        except (TypeError, KeyError, ValueError, IndexError):
            return []
        return [] if old else rows

    def save(self, rows: Iterable[CalendarRow]) -> None:
        write_private(self._file, json.dumps({"read_at": self._clock().isoformat(), "calendars": list(rows)}))

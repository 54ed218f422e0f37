"""Remembers on disk how the site shows "my bookings": in the HTML it sends, or filled in by the page's script."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from domain.model import Clock
from portal.storage.session_files import read_json, write_private
from safety.untrusted import read_instant

BELIEVED = timedelta(days=1)  # then it is looked at again: the site may have changed back


class ListWay:
    """`my-bookings.json` in the state folder: there while the list of that site has to be read in the browser."""

    def __init__(self, state_dir: Path, site: str, clock: Clock) -> None:
        self._file = state_dir / "sessions" / "my-bookings.json"
        self._site = site
        self._clock = clock

    def needs_page(self) -> bool:
        """Whether the list was last found to be filled in by the page's script."""
        return self._found_at() is not None

    def is_old(self) -> bool:
        """Whether that was found so long ago, or by a clock that has been set since, that it is to be found anew."""
        found_at = self._found_at()
        return found_at is not None and not timedelta(0) <= self._clock() - found_at < BELIEVED

    def note_page(self) -> None:
        write_private(self._file, json.dumps({"site": self._site, "found_at": self._clock().isoformat()}))

    def forget(self) -> None:
        self._file.unlink(missing_ok=True)

    def _found_at(self) -> datetime | None:
        kept = read_json(self._file)
        try:
            return read_instant(kept["found_at"]) if kept["site"] == self._site else None
        except (TypeError, KeyError, ValueError):
            return None

"""Reads rows that people may have typed by hand: a row that can't be read is logged and left out."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from domain.model import instant

Read = TypeVar("Read")
log = logging.getLogger(__name__)


def readable(read: Callable[[sqlite3.Row], Read], row: sqlite3.Row | None) -> Read | None:
    """What `read` makes of the row. None for no row, and for one with a value that is not known."""
    if row is None:
        return None
    try:
        return read(row)
    except ValueError as error:
        log.error("Row %s can't be read by %s; it is left out: %s", row["id"], read.__name__, error)
        return None


def all_readable(read: Callable[[sqlite3.Row], Read], rows: Iterable[sqlite3.Row]) -> list[Read]:
    """What the rows say, without those that can't be read."""
    return [found for row in rows if (found := readable(read, row)) is not None]


def instant_or_none(text: str | None) -> datetime | None:
    """The instant in a column that may be empty."""
    return instant(text) if text else None

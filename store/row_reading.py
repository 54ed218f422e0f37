"""Reads rows that people may have typed by hand: a row that can't be read is logged and left out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from domain.model import instant
from store.connection import Row

Read = TypeVar("Read")
log = logging.getLogger(__name__)


def readable(read: Callable[[Row], Read], row: Row | None) -> Read | None:
    """What `read` makes of the row. None for no row, and for one with a value that is not known."""
    if row is None:
        return None
    try:
        return read(row)
    except ValueError as error:
        log.error("Row %s can't be read by %s; it is left out: %s", row["id"], read.__name__, error)
        return None


def all_readable(read: Callable[[Row], Read], rows: Iterable[Row]) -> list[Read]:
    """What the rows say, without those that can't be read."""
    return [found for row in rows if (found := readable(read, row)) is not None]


def instant_or_none(text: str | None) -> datetime | None:
    """The instant in a column that may be empty."""
    return instant(text) if text else None

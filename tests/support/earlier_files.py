"""Database files as earlier versions of the program left them, with rows in every table, and the rows of a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from store.migrations import VERSION

TESTS = Path(__file__).resolve().parent.parent
ROWS = TESTS / "installations"  # what each version's file adds to the one before
EARLIER = range(1, VERSION)

Rows = dict[str, list[dict[str, object]]]


@contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.row_factory = sqlite3.Row
        yield connection


def make(path: Path, version: int) -> Path:
    """A file as that version of the program left it."""
    with connected(path) as file:
        file.execute("PRAGMA foreign_keys = ON")
        file.executescript((TESTS / "schemas" / f"version{version}.sql").read_text(encoding="utf-8"))
        for part in range(1, version + 1):
            file.executescript((ROWS / f"version{part}.sql").read_text(encoding="utf-8"))
        file.execute(f"PRAGMA user_version = {version}")
    return path


def rows_of(path: Path) -> Rows:
    with connected(path) as file:
        names = file.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        return {name: [dict(row) for row in file.execute(f"SELECT * FROM {name}")] for (name,) in names.fetchall()}

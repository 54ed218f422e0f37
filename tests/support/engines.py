"""The mark `both_engines`: the tests of a file run once on SQLite, and once on PostgreSQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from database import Database, PostgresqlAddress
from store.postgresql.server import BEGIN

Place = Path | PostgresqlAddress
REFUSED = (sqlite3.IntegrityError, psycopg.IntegrityError, psycopg.DataError)  # by a constraint, or a column's type
ENGINES = ("sqlite", pytest.param("postgresql", marks=pytest.mark.process))  # whose server is a process


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "both_engines: runs on SQLite, and on PostgreSQL: the fixture place says where")
    config.addinivalue_line("markers", "sqlite: in a file of both engines, what concerns SQLite alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    mark = metafunc.definition.get_closest_marker
    if "place" in metafunc.fixturenames and mark("both_engines") and not mark("sqlite"):
        metafunc.parametrize("place", ENGINES, indirect=True)


def file_of(db: Database) -> Path:
    """The file of a database of SQLite."""
    assert isinstance(db.connection.changes, Path)
    return db.connection.changes


@contextmanager
def another_writes(place: Place) -> Iterator[None]:
    """Another program has the right to write while the block lasts."""
    if isinstance(place, PostgresqlAddress):
        with psycopg.connect(place.uri, autocommit=True) as other:
            other.execute(BEGIN)
            yield
            other.execute("ROLLBACK")
    else:
        with closing(sqlite3.connect(place, isolation_level=None)) as other_file:
            other_file.execute("BEGIN IMMEDIATE")
            yield
            other_file.execute("ROLLBACK")

"""Rows of PostgreSQL that are read as those of SQLite: by name or number, numbers as Python's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import Connection, Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.numeric import Int8Dumper


class NamedRow:
    """A row of a result, with its columns' names. Of two columns of one name the first is meant."""

    __slots__ = ("_columns", "_values")

    def __init__(self, columns: dict[str, int], values: Sequence[Any]) -> None:
        self._columns = columns
        self._values = values

    def __getitem__(self, key: str | int, /) -> Any:
        return self._values[key if isinstance(key, int) else self._columns[key]]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> list[str]:
        return list(self._columns)


def named_rows(cursor: Cursor[Any]) -> Callable[[Sequence[Any]], NamedRow]:
    """A row factory of psycopg."""
    names = [column.name for column in cursor.description or ()]
    columns = {name: number for number, name in reversed(list(enumerate(names)))}
    ordered = {name: columns[name] for name in names}
    return lambda values: NamedRow(ordered, values)


class WholeNumber(Loader):
    """A sum of whole numbers is a `numeric`, without digits after the point."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdigit() else float(text)


def adapt(connection: Connection[Any]) -> None:
    """Every whole number is sent as the columns hold it, so that a statement is planned once for all numbers."""
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_loader("numeric", WholeNumber)

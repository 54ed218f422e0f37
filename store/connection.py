"""What every file of store/ knows of the database: rows, transactions, and a connection, whichever engine keeps it.

The engine is SQLite (store/sqlite_file.py). A whole transaction is one function, which runs on the engine's own thread:
the event loop waits for it once, and nothing else can be awaited inside it.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from domain.database_server import DatabaseServer
from domain.errors import DatabaseDamaged, DatabaseError

Parameters = Mapping[str, Any]
Result = TypeVar("Result")
More = ParamSpec("More")


class Row(Protocol):
    """A row of a result: its values by the column's name or number, in the columns' order."""

    def __getitem__(self, key: str | int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __len__(self) -> int: ...
    def keys(self) -> list[str]: ...


class Transaction(ABC):
    """Statements on an open transaction: everything it writes is committed together, or nothing is."""

    @abstractmethod
    def run(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """The rows the statement returns (RETURNING included)."""

    def row(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row the statement returns."""
        rows = self.run(sql, parameters)
        return rows[0] if rows else None

    @property
    @abstractmethod
    def is_open(self) -> bool:
        """Whether it can go on: an error of a statement may have undone all of it."""

    @property
    def has_others_beside(self) -> bool:
        """Whether others may write at the same moment: then it locks what it writes."""
        return False

    def begin_part(self) -> None:
        """What follows can be undone by itself."""
        self.run("SAVEPOINT part")

    def end_part(self, *, undo: bool) -> None:
        if undo:
            self.run("ROLLBACK TO part")
        self.run("RELEASE part")

    @abstractmethod
    def columns(self) -> list[Row]:
        """Every column of our tables: `table_name`, `column_name`."""

    @abstractmethod
    def overwrite_deleted(self) -> None:
        """Has what is deleted written over, and not only left out, as far as the engine can."""


class Duty(Enum):
    """What only one program of an installation does at a time, by the number of its lock."""

    TELEGRAM = 1  # reads and sends messages
    DATES = 2  # does what recurs, and routine work


Work = Callable[[asyncio.Event], Awaitable[None]]
Waiting = Callable[[], AbstractAsyncContextManager[None]]


class Announcements(Protocol):
    """A database that tells of its commits by itself."""

    async def listen(self, heard: Callable[[], None], is_told: Callable[[bool], None]) -> None:
        """Calls `heard` after each commit, until it is cancelled.

        `is_told`: whether every commit from now on is told, each time that begins or ends.
        """


Steps = Callable[[Transaction], Result]
"""What is done in one transaction, and what it returns."""


class Connection(ABC):
    """The open database: readers see the last commit and never wait for our own writes."""

    changes: Path | Announcements  # what tells of commits, others' too: the file, or the server
    damage: DatabaseDamaged | None = None  # set when the database turns out broken, and the stop with it
    refused: DatabaseError | None = None  # why the last write was not possible: a full or failing disk

    @abstractmethod
    async def transact(self, steps: Steps[Result]) -> Result:
        """What the steps return, all of which are committed together, or none.

        Nothing is kept of a caller that is cancelled before its steps are done.
        """

    async def transact_beside(self, steps: Steps[Result]) -> Result:
        """As `transact`, for steps that may be done while others write, if they lock what they write.

        Where the engine has one writer at a time, they wait their turn as all do.
        """
        return await self.transact(steps)

    async def on_duty(self, _duty: Duty, stop: asyncio.Event, work: Work, _waiting: Waiting) -> None:
        """Does the work while no other machine does it: it waits for its turn, and has to end when that is lost.

        The work gets an event that says so, or that `stop` is set. While another has the duty, `_waiting` lasts.
        A file is one machine's: there is nobody to wait for.
        """
        await work(stop)

    @abstractmethod
    async def read(self, steps: Steps[Result]) -> Result:
        """What the steps return, all of whose reads see the same commit: the last."""

    @abstractmethod
    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """The rows of a SELECT, as of the last commit."""

    @abstractmethod
    async def backup(self, target: Path) -> None:
        """A consistent copy of the whole database in a file of SQLite, made while others use it; mode 0600.

        It is whole, or not there at all. Raises FileExistsError, OSError, and DatabaseDamaged when it is not sound.
        """

    @abstractmethod
    async def faults(self) -> list[str]:
        """What the engine finds wrong with the database. Empty when all is well."""

    @abstractmethod
    async def size(self) -> int:
        """Bytes that it takes on the disk it is on."""

    @abstractmethod
    async def empty_log(self) -> None:
        """Has the engine's log forget what was deleted, as far as nobody reads in it."""

    async def server(self) -> DatabaseServer | None:
        """Of the server that keeps it; None where none does."""
        return None

    async def row(self, sql: str, parameters: Parameters | None = None) -> Row | None:
        """The first row of a SELECT, as of the last commit."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def write(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        """One statement that is its own transaction; the rows it returns."""
        return await self.transact(lambda tx: tx.run(sql, parameters))


class _Part(Protocol):
    """A part of the database: a class whose methods use the connection."""

    _db: Connection


PartOf = TypeVar("PartOf", bound=_Part)


def in_transaction(
    steps: Callable[Concatenate[PartOf, Transaction, More], Result],
) -> Callable[Concatenate[PartOf, More], Coroutine[Any, Any, Result]]:
    """Makes the steps of a method one write transaction: who calls the method awaits it, and passes no transaction."""

    @wraps(steps)
    async def whole(self: PartOf, /, *args: More.args, **more: More.kwargs) -> Result:
        return await self._db.transact(lambda tx: steps(self, tx, *args, **more))

    return whole


def in_snapshot(
    steps: Callable[Concatenate[PartOf, Transaction, More], Result],
) -> Callable[Concatenate[PartOf, More], Coroutine[Any, Any, Result]]:
    """Makes the reads of a method see one and the same commit: who calls the method awaits it."""

    @wraps(steps)
    async def whole(self: PartOf, /, *args: More.args, **more: More.kwargs) -> Result:
        return await self._db.read(lambda tx: steps(self, tx, *args, **more))

    return whole

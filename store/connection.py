"""One SQLite file, opened the way the whole product needs it: reads that never wait, writes one at a time.

Used by every file of store/; nobody else talks to sqlite3.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from model import DatabaseError

BUSY_TIMEOUT_MS = 20_000  # a person in a sqlite3 shell may hold the write lock for a while; nobody shall notice
WAL_PAUSE_MS = 50
LOOK_ANYWAY = 0.5  # s; two writes within one tick of the file system's clock look like one
Parameters = Mapping[str, Any]


def explain(path: Path, error: sqlite3.Error) -> DatabaseError:
    """What an error of SQLite means for the person who runs the program, with the remedy."""
    text = str(error).lower()
    if "not a database" in text or "malformed" in text:
        remedy = (
            "is not a usable SQLite database: it is left as it is; restore a backup or name another file in 'database'"
        )
    elif "readonly" in text or "read-only" in text:
        remedy = "can't be written: give this user the right to write the file and its folder"
    elif "locked" in text or "busy" in text:
        remedy = "is locked by another program for too long: end the transaction that is open on it (a sqlite3 shell?)"
    elif "unable to open" in text:
        remedy = "can't be opened: check that its folder exists and that this user may write there"
    elif "full" in text:
        remedy = "can't grow: the disk is full; make room, the program goes on by itself"
    else:
        remedy = f"can't be used ({error})"
    return DatabaseError(f"the database {path} {remedy}")


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Turns WAL on; it stays on in the file. SQLite's busy timeout does not cover this one change."""
    for _ in range(BUSY_TIMEOUT_MS // WAL_PAUSE_MS):
        try:
            await connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            await asyncio.sleep(WAL_PAUSE_MS / 1000)
        else:
            return
    await connection.execute("PRAGMA journal_mode = WAL")


class Transaction:
    """An open write transaction: everything in it is committed together, or nothing is."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def run(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """The rows the statement returns (RETURNING included)."""
        return list(await self._connection.execute_fetchall(sql, parameters or {}))

    async def row(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        """The first row the statement returns."""
        rows = await self.run(sql, parameters)
        return rows[0] if rows else None


class Changes:
    """Tells who looks often whether a look is worth it: a stat of the write-ahead log in place of a query.

    Never misses for good: whoever asks is told yes every half second, written or not.
    """

    def __init__(self, path: Path) -> None:
        self._log = Path(f"{path}-wal")
        self._seen: tuple[int, int] | None = None
        self._told = 0.0

    def any(self) -> bool:
        """Whether the file may have been written to, by whichever program, since this was last asked."""
        found = self._look()
        if found == self._seen and time.monotonic() - self._told < LOOK_ANYWAY:
            return False
        self._seen, self._told = found, time.monotonic()
        return True

    def _look(self) -> tuple[int, int] | None:
        try:
            state = self._log.stat()
        except FileNotFoundError:
            return None
        return state.st_mtime_ns, state.st_size


class Connection:
    """The file through two connections: readers see the last commit and never wait for our own writes (WAL)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Opens the file, creating it empty with mode 0600. Raises DatabaseError with the remedy."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except PermissionError as error:
            raise explain(self.path, sqlite3.OperationalError("readonly")) from error
        except OSError as error:
            raise explain(self.path, sqlite3.OperationalError("unable to open")) from error
        self._writer = await self._connect()
        try:
            self._reader = await self._connect()
        except BaseException:
            await self._writer.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._reader.close()
        await self._writer.close()

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self.path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            await connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
            await connection.execute("PRAGMA foreign_keys = ON")
            await _use_wal(connection)
            await connection.execute("PRAGMA synchronous = FULL")
        except sqlite3.Error as error:
            await connection.close()
            raise explain(self.path, error) from error
        return connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A write transaction that takes its lock at once (BEGIN IMMEDIATE). No network or browser call inside it."""
        async with self._writing:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield Transaction(self._writer)
                    await self._writer.execute("COMMIT")
                except BaseException:
                    if self._writer.in_transaction:
                        await self._writer.execute("ROLLBACK")
                    raise
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                raise explain(self.path, error) from error

    async def write(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """One statement that is its own transaction; the rows it returns."""
        async with self._writing:
            return await self._run(self._writer, sql, parameters)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """The rows of a SELECT, as of the last commit."""
        return await self._run(self._reader, sql, parameters)

    async def row(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        """The first row of a SELECT, as of the last commit."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def _run(
        self, connection: aiosqlite.Connection, sql: str, parameters: Parameters | None
    ) -> list[sqlite3.Row]:
        try:
            return list(await connection.execute_fetchall(sql, parameters or {}))
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def changes(self) -> Changes:
        """A watch of its own for one who looks often."""
        return Changes(self.path)

    async def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while others use it. Mode 0600."""
        os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        async with aiosqlite.connect(target) as copy:
            await self._reader.backup(copy)

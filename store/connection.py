"""One SQLite file, opened the way the whole product needs it: reads that never wait, writes one at a time.

Used by every file of store/; nobody else talks to sqlite3.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiosqlite

from domain.errors import DatabaseBusy, DatabaseDamaged, DatabaseError

PATIENCE = 20.0  # s; a person in a sqlite3 shell may hold the write lock for a while: nobody shall notice
LAST_PATIENCE = 0.5  # s; the same once the program is told to stop
ONE_TRY_MS = 100  # how long SQLite itself waits at a time: no longer, for it can't be told to stop meanwhile
PAUSE = 0.02  # s between tries
LOOK_ANYWAY = 0.5  # s; two writes within one tick of the file system's clock look like one
NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
OURS = 0x506F4C69  # PRAGMA application_id, "PoLi": tells our files from another program's
GIVEN_TABLES = {  # the first bot's, each with a column that no other program's table of that name has
    "courses": "available_spots",
    "booking_actions": "action_type",
    "user_bookings": "booking_id",
    "periodic_bookings": "requires_confirmation",
    "pending_confirmations": "periodic_booking_id",
}
PASSING = {  # by what SQLite says
    "locked": "is locked by another program for too long: end the transaction that is open on it (a sqlite3 shell?)",
    "full": "can't grow: the disk is full; make room, the program goes on by itself",
    "disk i/o": "can't be read or written (disk I/O error): the disk is full, over quota or failing; mend that",
}
Parameters = Mapping[str, Any]


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 when the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", -1) & 0xFF


def explain(path: Path, error: sqlite3.Error) -> DatabaseError:
    """What an error of SQLite means for the person who runs the program, with the remedy."""
    text = str(error).lower()
    if _code(error) in DAMAGED:
        return DatabaseDamaged(
            f"the database {path} is not a usable SQLite database ({error}): it is left as it is; restore a backup "
            "(.venv/bin/python setup.py --restore FILE) or name another file in 'database'"
        )
    for words, remedy in PASSING.items():
        if words in text:
            return DatabaseBusy(f"the database {path} {remedy}")
    if "readonly" in text or "read-only" in text:
        remedy = "can't be written: give this user the right to write the file and its folder"
    elif "unable to open" in text:
        remedy = "can't be opened: check that its folder exists and that this user may write there"
    else:
        remedy = f"can't be used ({error})"
    return DatabaseError(f"the database {path} {remedy}")


def _make_or_judge(path: Path) -> None:
    """An empty file where none was. Raises PermissionError for one that can't be written, DatabaseError for a link.

    What is there is not opened: closing it again would end the locks that SQLite holds in this process.
    """
    for end in ("", "-wal", "-shm", "-journal"):
        if (file := path.with_name(path.name + end)).is_symlink():
            remedy = "name the file itself in 'database'" if file == path else "remove it"
            raise DatabaseError(f"{file} is a symbolic link, and a database is not followed through one: {remedy}")
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(path) from None


class Patience:
    """How long a lock somebody else holds is waited for: quite a while, but no longer once the stop is set."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._stop_seen: float | None = None

    def ends(self, began: float) -> bool:
        """Whether who waits since then (on the monotonic clock) has waited enough."""
        now = time.monotonic()
        if not self._stop.is_set():
            return now > began + PATIENCE
        self._stop_seen = self._stop_seen or now
        return now > self._stop_seen + LAST_PATIENCE


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

    def __init__(self, path: Path, stop: asyncio.Event | None = None) -> None:
        self.path = path
        self.damage: DatabaseDamaged | None = None  # set when the file turns out broken, and the stop with it
        self.refused: DatabaseError | None = None  # why the last write was not possible: a full or failing disk
        self._stop = stop or asyncio.Event()
        self._patience = Patience(self._stop)
        self._writing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        """Opens the file, creating it empty with mode 0600. Raises DatabaseError with the remedy."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            _make_or_judge(self.path)
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
        if self.damage is not None and kind is None:
            raise self.damage

    async def _connect(self) -> aiosqlite.Connection:
        connection = await aiosqlite.connect(self.path, isolation_level=None)
        connection.row_factory = sqlite3.Row
        try:
            with self._explained():
                await connection.execute(f"PRAGMA busy_timeout = {ONE_TRY_MS}")
                await connection.execute("PRAGMA foreign_keys = ON")
                await self._refuse_foreign(connection)
                await self._patiently(connection, "PRAGMA journal_mode = WAL", None, time.monotonic())
                await connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _refuse_foreign(self, connection: aiosqlite.Connection) -> None:
        """Raises DatabaseError for another program's file, before anything of it is changed.

        It is one that is neither empty, nor marked as ours, nor of the time before the mark, when a given table tells.
        """
        [[mark]] = await self._patiently(connection, "PRAGMA application_id", None, time.monotonic())
        columns = "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        found = {tuple(row) for row in await self._patiently(connection, columns, None, time.monotonic())}
        if mark == OURS or (mark == 0 and (not found or found & set(GIVEN_TABLES.items()))):
            return
        remedy = "belongs to another program and is left as it is: name another file in 'database'"
        raise DatabaseError(f"the database {self.path} {remedy}")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of SQLite leave it as DatabaseError; a file found broken stops the program that uses it."""
        if self.damage is not None:
            raise self.damage
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.Error as error:
            problem = explain(self.path, error)
            if isinstance(problem, DatabaseDamaged):
                self.damage = problem
                self._stop.set()
            elif _code(error) in NO_ROOM:
                self.refused = problem
            raise problem from error

    async def _patiently(
        self, connection: aiosqlite.Connection, sql: str, parameters: Parameters | None, began: float
    ) -> list[sqlite3.Row]:
        """The rows of a statement, which is tried until nobody else's lock is in its way."""
        while True:
            try:
                return list(await connection.execute_fetchall(sql, parameters or {}))
            except sqlite3.OperationalError as error:
                if _code(error) not in BUSY or self._patience.ends(began):
                    raise
            await asyncio.sleep(PAUSE)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A write transaction that takes its lock at once (BEGIN IMMEDIATE). No network or browser call inside it."""
        began = time.monotonic()
        async with self._writing:
            with self._explained():
                try:
                    await self._patiently(self._writer, "BEGIN IMMEDIATE", None, began)
                    yield Transaction(self._writer)
                    await self._writer.execute("COMMIT")
                    self.refused = None
                except BaseException:
                    await self._undo()
                    raise

    async def _undo(self) -> None:
        """Ends what was begun; also what a cancelled BEGIN still begins, for this comes after it in the queue."""
        with suppress(ValueError):  # closed meanwhile: that has undone it
            await self._writer.rollback()

    async def write(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """One statement that is its own transaction; the rows it returns."""
        began = time.monotonic()
        async with self._writing:
            with self._explained():
                found = await self._patiently(self._writer, sql, parameters, began)
        self.refused = None
        return found

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """The rows of a SELECT, as of the last commit."""
        with self._explained():
            return await self._patiently(self._reader, sql, parameters, time.monotonic())

    async def row(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        """The first row of a SELECT, as of the last commit."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    def changes(self) -> Changes:
        """A watch of its own for one who looks often."""
        return Changes(self.path)

    async def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while others use it. Mode 0600; whole, or not there at all.

        Raises FileExistsError, OSError, or DatabaseDamaged when the copy is not sound because this file is not.
        """
        with self._explained():
            await copy_whole(self._reader, target)


async def copy_whole(source: aiosqlite.Connection, target: Path) -> None:
    """Copies all that is committed, looks whether the copy is sound, and only then gives it its name.

    Raises sqlite3.Error and OSError; then nothing of it is left.
    """
    draft = _draft(target)
    try:
        async with aiosqlite.connect(draft) as copy:
            await source.backup(copy)
            found = list(await copy.execute_fetchall("PRAGMA quick_check(1)"))
        if str(found[0][0]) != "ok":
            raise _damage_error(str(found[0][0]))
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _draft(target: Path) -> Path:
    """An empty file beside the target, readable by its owner only. Raises FileExistsError when the target exists."""
    if os.path.lexists(target):
        raise FileExistsError(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return draft


def _damage_error(found: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error

"""One SQLite file, opened the way the whole product needs it: reads that never wait, writes one after the other.

The default engine, and the reference; what the rest of store/ knows of it is store/connection.py. SQLite's own thread
is aiosqlite's.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import aiosqlite

from domain.errors import DatabaseBusy, DatabaseDamaged, DatabaseError
from languages.terminal import N_, _
from store.connection import Connection, Parameters, Result, Row, Steps, Transaction
from store.group_commit import Line, Write
from store.lock_timeouts import USUAL_TIMEOUTS, LockTimeouts, LockTimer

BUSY_TIMEOUT_MS = 100  # how long SQLite itself waits for a lock: no longer, for it can't be told to stop meanwhile
RETRY_INTERVAL = 0.02  # s between two tries to get a lock
ROWS_AT_ONCE = 64  # that aiosqlite fetches for a cursor, its own default
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
    "locked": N_(
        "is locked by another program for too long: end the transaction that is open on it (a sqlite3 shell?)"
    ),
    "full": N_("can't grow: the disk is full; make room, the program goes on by itself"),
    "disk i/o": N_("can't be read or written (disk I/O error): the disk is full, over quota or failing; mend that"),
}

log = logging.getLogger(__name__)


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 when the error is not SQLite's."""
    return getattr(error, "sqlite_errorcode", -1) & 0xFF


def explain(path: Path, error: sqlite3.Error) -> DatabaseError:
    """What an error of SQLite means for the person who runs the program, with the remedy."""
    text = str(error).lower()
    if _code(error) in DAMAGED:
        return DatabaseDamaged(
            _(
                "the database {path} is not a usable SQLite database ({error}): it is left as it is; "
                "restore a backup (.venv/bin/python setup.py --restore FILE) or name another file in "
                "'database'",
                path=path,
                error=error,
            )
        )
    for words, passing in PASSING.items():
        if words in text:
            return DatabaseBusy(_("the database {path} {remedy}", path=path, remedy=passing))
    if "readonly" in text or "read-only" in text:
        remedy = _("can't be written: give this user the right to write the file and its folder")
    elif "unable to open" in text:
        remedy = _("can't be opened: check that its folder exists and that this user may write there")
    else:
        remedy = _("can't be used ({error})", error=error)
    return DatabaseError(_("the database {path} {remedy}", path=path, remedy=remedy))


def _make_or_judge(path: Path) -> None:
    """An empty file where none was. Raises PermissionError for one that can't be written, DatabaseError for a link.

    What is there is not opened: closing it again would end the locks that SQLite holds in this process.
    """
    for end in ("", "-wal", "-shm", "-journal"):
        if (file := path.with_name(path.name + end)).is_symlink():
            remedy = _("name the file itself in 'database'") if file == path else _("remove it")
            raise DatabaseError(
                _(
                    "{file} is a symbolic link, and a database is not followed through one: {remedy}",
                    file=file,
                    remedy=remedy,
                )
            )
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    except FileExistsError:
        if not os.access(path, os.R_OK | os.W_OK):
            raise PermissionError(path) from None


def _bytes(path: str) -> int:
    """Zero for what is not there."""
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


class SqliteTransaction(Transaction):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        return self._connection.execute(sql, parameters or {}).fetchall()

    @property
    def is_open(self) -> bool:
        return self._connection.in_transaction

    def columns(self) -> list[Row]:
        return self.run(
            "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_schema AS t"
            " JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'"
        )

    def overwrite_deleted(self) -> None:
        self.run("PRAGMA secure_delete = ON")


class Handle(aiosqlite.Connection):
    """A connection of SQLite on aiosqlite's thread, to which whole functions go instead of statements."""

    def __init__(self, path: Path) -> None:
        super().__init__(lambda: sqlite3.connect(path, isolation_level=None), ROWS_AT_ONCE)

    async def open(self) -> None:
        await self
        self.row_factory = sqlite3.Row

    async def use(self, function: Callable[[sqlite3.Connection], Result]) -> Result:
        """What the function returns, which has the connection to itself meanwhile. Raises ValueError once closed."""
        run: Callable[[Callable[[], Result]], Awaitable[Result]] = self._execute  # the way of all methods of aiosqlite
        return await run(lambda: function(self._conn))


def _fetch(sql: str, parameters: Parameters | None = None) -> Callable[[sqlite3.Connection], list[Row]]:
    """The rows of a statement, as a function of the connection."""
    return lambda connection: connection.execute(sql, parameters or {}).fetchall()


def _in_snapshot(steps: Steps[Result]) -> Callable[[sqlite3.Connection], Result]:
    """What the steps return, as a function of the connection; they only read, and see one commit."""

    def whole(connection: sqlite3.Connection) -> Result:
        connection.execute("BEGIN")
        try:
            return steps(SqliteTransaction(connection))
        finally:
            connection.rollback()

    return whole


@contextmanager
def _immediate(connection: sqlite3.Connection) -> Iterator[Transaction]:
    """A transaction that writes, alone: committed at the end of the block, undone by an error.

    Raises OperationalError when another program is writing.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield SqliteTransaction(connection)
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


class SqliteFile(Connection):
    """The file through two connections: readers see the last commit and never wait for our own writes (WAL)."""

    def __init__(
        self, path: Path, stop: asyncio.Event | None = None, lock_timeouts: LockTimeouts = USUAL_TIMEOUTS
    ) -> None:
        self.changes = self.path = path
        self._stop = stop or asyncio.Event()
        self._lock_timer = LockTimer(self._stop, lock_timeouts)
        self._writing = asyncio.Lock()
        self._line = Line()

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

    def _announce(self) -> None:
        """Tells whoever watches the file (runtime/changes.py) of a commit; the log is written before it can be read."""
        with suppress(OSError):
            os.utime(self.path)

    async def _connect(self) -> Handle:
        handle = Handle(self.path)
        try:
            with self._explained():
                await handle.open()
                await handle.use(_fetch(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}"))
                await handle.use(_fetch("PRAGMA foreign_keys = ON"))
                await self._refuse_foreign(handle)
                await self._retried(lambda: handle.use(_fetch("PRAGMA journal_mode = WAL")))
                await handle.use(_fetch("PRAGMA synchronous = FULL"))
        except BaseException:
            await handle.close()
            raise
        return handle

    async def _refuse_foreign(self, handle: Handle) -> None:
        """Raises DatabaseError for another program's file, before anything of it is changed.

        It is one that is neither empty, nor marked as ours, nor of the time before the mark, when a given table tells.
        """
        [[mark]] = await self._retried(lambda: handle.use(_fetch("PRAGMA application_id")))
        columns = "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
        found = {tuple(row) for row in await self._retried(lambda: handle.use(_fetch(columns)))}
        if mark == OURS or (mark == 0 and (not found or found & set(GIVEN_TABLES.items()))):
            return
        remedy = _("belongs to another program and is left as it is: name another file in 'database'")
        raise DatabaseError(_("the database {path} {remedy}", path=self.path, remedy=remedy))

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

    async def _retried(self, attempt: Callable[[], Awaitable[Result]], began: float | None = None) -> Result:
        """What an attempt gives, which is repeated until nobody else's lock is in its way.

        `began`: since when its caller waits, on the monotonic clock; None: since now.
        """
        began = time.monotonic() if began is None else began
        told = False
        while True:
            try:
                return await attempt()
            except sqlite3.OperationalError as error:
                if _code(error) not in BUSY or self._lock_timer.is_over(began):
                    raise
            if not told:
                log.debug("%s is locked by another program: waiting until it is free", self.path.name)
                told = True
            await asyncio.sleep(RETRY_INTERVAL)

    async def transact(self, steps: Steps[Result]) -> Result:
        write = self._line.join(steps)
        try:
            with self._explained():
                async with self._writing:  # whoever is first in line writes for all who wait by then
                    if not write.is_over:
                        await self._retried(lambda: self._writer.use(partial(self._write_line, write)), write.began)
                result = write.result()
        finally:
            write.is_wanted = False
        self.refused = None
        return result

    def _write_line(self, first: Write[Result], connection: sqlite3.Connection) -> None:
        """Raises OperationalError when another program is writing: then all who wait go on waiting."""
        if self._line.do(first, _immediate(connection)):
            self._announce()

    async def read(self, steps: Steps[Result]) -> Result:
        with self._explained():
            return await self._retried(lambda: self._reader.use(_in_snapshot(steps)))

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        with self._explained():
            return await self._retried(lambda: self._reader.use(_fetch(sql, parameters)))

    async def faults(self) -> list[str]:
        """Damaged pages, and rows that point nowhere."""
        integrity = [str(row[0]) for row in await self.rows("PRAGMA integrity_check")]
        orphans = [f"a row of {row['table']} points nowhere" for row in await self.rows("PRAGMA foreign_key_check")]
        return [line for line in integrity if line != "ok"] + orphans

    async def size(self) -> int:
        """With its log."""
        return await asyncio.to_thread(lambda: sum(map(_bytes, (f"{self.path}{end}" for end in ("", "-wal", "-shm")))))

    async def empty_log(self) -> None:
        await self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    async def backup(self, target: Path) -> None:
        """Raises DatabaseDamaged when the copy is not sound because this file is not."""
        with self._explained():
            await self._reader.use(lambda source: copy_whole(source, target))


def copy_whole(source: sqlite3.Connection, target: Path) -> None:
    """Copies all that is committed, opens the copy anew, and only when it is sound and whole gives it its name.

    Raises sqlite3.Error and OSError; then nothing of it is left.
    """
    draft = draft_beside(target)
    try:
        source.execute("BEGIN")  # what is counted is what is copied
        try:
            there = _counted(source)
            with closing(sqlite3.connect(draft)) as copy:
                source.backup(copy)
        finally:
            source.rollback()
        with closing(sqlite3.connect(f"{draft.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
            found = str(copy.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if found != "ok":
                raise damage_error(found)
            if _counted(copy) != there:
                raise damage_error("the copy has not the rows that the database has")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _counted(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows each table has."""
    tables = [str(row[0]) for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    quoted = {table: table.replace('"', '""') for table in tables}
    return {table: connection.execute(f'SELECT count(*) FROM "{quoted[table]}"').fetchone()[0] for table in tables}  # noqa: S608 - names of the file's own


def draft_beside(target: Path) -> Path:
    """An empty file beside the target, readable by its owner only. Raises FileExistsError when the target exists."""
    if os.path.lexists(target):
        raise FileExistsError(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    return draft


def damage_error(found: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(found)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error

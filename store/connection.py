"""One SQLite file, opened the way the whole product needs it: reads that never wait, writes one after the other.

Used by every file of store/; nobody else talks to sqlite3. A whole transaction is one function, which runs on SQLite's
own thread (aiosqlite's): the event loop waits for it once, and nothing else can be awaited inside it. Writes that wait
at the same moment are committed together, as each commit waits for the disk and for the other programs: at an opening
five hundred come at once, and the leases of all of them have to be extended within seconds.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial, wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar

import aiosqlite

from domain.errors import DatabaseBusy, DatabaseDamaged, DatabaseError
from languages.terminal import N_, _

BUSY_TIMEOUT_MS = 100  # how long SQLite itself waits for a lock: no longer, for it can't be told to stop meanwhile
RETRY_INTERVAL = 0.02  # s between two tries to get a lock
MOST_TOGETHER = 100  # writes in one transaction: other programs shall not wait long for their turn
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
Parameters = Mapping[str, Any]
Result = TypeVar("Result")
More = ParamSpec("More")

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


@dataclass(frozen=True, slots=True)
class LockTimeouts:
    """How many seconds a caller waits for a lock that another program holds, before it raises DatabaseBusy."""

    running: float = 20.0  # a person in a sqlite3 shell may hold the write lock for a while: nobody shall notice
    stopping: float = 0.5  # from when the program was told to stop


USUAL_TIMEOUTS = LockTimeouts()


class LockTimer:
    """Tells a caller that waits for a lock when it has waited long enough: sooner once the program is told to stop."""

    def __init__(self, stop: asyncio.Event, timeouts: LockTimeouts) -> None:
        self._stop = stop
        self._timeouts = timeouts
        self._stop_seen: float | None = None

    def is_over(self, began: float) -> bool:
        """Whether a caller that has waited since `began` (on the monotonic clock) has waited long enough."""
        now = time.monotonic()
        if not self._stop.is_set():
            return now > began + self._timeouts.running
        self._stop_seen = self._stop_seen or now
        return now > self._stop_seen + self._timeouts.stopping


class Transaction:
    """Statements on an open transaction: everything it writes is committed together, or nothing is."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """The rows the statement returns (RETURNING included)."""
        return self._connection.execute(sql, parameters or {}).fetchall()

    def row(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        """The first row the statement returns."""
        rows = self.run(sql, parameters)
        return rows[0] if rows else None


Steps = Callable[[Transaction], Result]
"""What is done in one transaction, and what it returns."""


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


class Write(Generic[Result]):
    """What one caller wants to write, and what came of it: run on SQLite's thread, looked at by its caller."""

    _result: Result

    def __init__(self, steps: Steps[Result]) -> None:
        self._steps = steps
        self._error: BaseException | None = None
        self.began = time.monotonic()
        self.is_over = False  # committed, or failed
        self.is_wanted = True  # until its caller is cancelled, or has waited long enough

    def run(self, connection: sqlite3.Connection) -> None:
        """Does the steps in a savepoint, which undoes them if they fail or nobody waits for them any more.

        Raises what undid the whole transaction, in SQLite's own judgement: a disk that is full, say.
        """
        connection.execute("SAVEPOINT write")
        try:
            self._result = self._steps(Transaction(connection))
        except Exception as error:  # noqa: BLE001 - its caller raises it
            if not connection.in_transaction:
                raise
            self._error = error
        if self._error or not self.is_wanted:
            connection.execute("ROLLBACK TO write")
        connection.execute("RELEASE write")

    def end(self, error: BaseException | None = None) -> None:
        """The transaction is committed, or met an error and wrote nothing."""
        self._error = error or self._error
        self.is_over = True

    def result(self) -> Result:
        """What the steps returned. Raises what they raised, or what kept them from being committed."""
        if self._error is not None:
            raise self._error
        return self._result


def _fetch(sql: str, parameters: Parameters | None = None) -> Callable[[sqlite3.Connection], list[sqlite3.Row]]:
    """The rows of a statement, as a function of the connection."""
    return lambda connection: connection.execute(sql, parameters or {}).fetchall()


def _in_snapshot(steps: Steps[Result]) -> Callable[[sqlite3.Connection], Result]:
    """What the steps return, as a function of the connection; they only read, and see one commit."""

    def whole(connection: sqlite3.Connection) -> Result:
        connection.execute("BEGIN")
        try:
            return steps(Transaction(connection))
        finally:
            connection.rollback()

    return whole


class Connection:
    """The file through two connections: readers see the last commit and never wait for our own writes (WAL)."""

    def __init__(
        self, path: Path, stop: asyncio.Event | None = None, lock_timeouts: LockTimeouts = USUAL_TIMEOUTS
    ) -> None:
        self.path = path
        self.damage: DatabaseDamaged | None = None  # set when the file turns out broken, and the stop with it
        self.refused: DatabaseError | None = None  # why the last write was not possible: a full or failing disk
        self._stop = stop or asyncio.Event()
        self._lock_timer = LockTimer(self._stop, lock_timeouts)
        self._writing = asyncio.Lock()
        self._line: deque[Write[Any]] = deque()  # who waits to write, in the order they came

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
        """What the steps return, all of which are committed together, or none.

        Nothing is kept of a caller that is cancelled before its steps are done.
        """
        write = Write(steps)
        self._line.append(write)
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

    def _write_line(self, first: Write[Any], connection: sqlite3.Connection) -> None:
        """Does what is waiting in one transaction, so that all of it waits for the disk once. On SQLite's thread.

        Raises OperationalError when another program is writing: then all of them go on waiting.
        """
        if first.is_over:
            return  # by whoever was first before, and was cancelled meanwhile
        connection.execute("BEGIN IMMEDIATE")
        writes: list[Write[Any]] = []
        try:
            while self._line and len(writes) < MOST_TOGETHER:
                write = self._line.popleft()
                if write.is_wanted:
                    writes.append(write)
                    write.run(connection)
            connection.execute("COMMIT")
        except BaseException as error:
            connection.rollback()
            for write in writes:
                write.end(error)
            raise
        for write in writes:
            write.end()
        self._announce()

    async def write(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """One statement that is its own transaction; the rows it returns."""
        return await self.transact(lambda tx: tx.run(sql, parameters))

    async def read(self, steps: Steps[Result]) -> Result:
        """What the steps return, all of whose reads see the same commit: the last."""
        with self._explained():
            return await self._retried(lambda: self._reader.use(_in_snapshot(steps)))

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[sqlite3.Row]:
        """The rows of a SELECT, as of the last commit."""
        with self._explained():
            return await self._retried(lambda: self._reader.use(_fetch(sql, parameters)))

    async def row(self, sql: str, parameters: Parameters | None = None) -> sqlite3.Row | None:
        """The first row of a SELECT, as of the last commit."""
        rows = await self.rows(sql, parameters)
        return rows[0] if rows else None

    async def backup(self, target: Path) -> None:
        """A consistent copy of the whole file, made while others use it. Mode 0600; whole, or not there at all.

        Raises FileExistsError, OSError, or DatabaseDamaged when the copy is not sound because this file is not.
        """
        with self._explained():
            await self._reader.use(lambda source: copy_whole(source, target))


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


def copy_whole(source: sqlite3.Connection, target: Path) -> None:
    """Copies all that is committed, looks whether the copy is sound, and only then gives it its name.

    Raises sqlite3.Error and OSError; then nothing of it is left.
    """
    draft = _draft(target)
    try:
        with closing(sqlite3.connect(draft)) as copy:
            source.backup(copy)
            found = copy.execute("PRAGMA quick_check(1)").fetchall()
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

"""A database of PostgreSQL, used as the SQLite file is: reads that never wait, writes one after the other.

Whoever writes holds one advisory lock for the whole installation, as BEGIN IMMEDIATE does in SQLite: every transaction
of store/ is right as it is, and what waits at the same moment is committed together. The time of every write is the
server's, told with the lock.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import errors

from domain.errors import DatabaseBusy, DatabaseError
from domain.postgresql_address import PostgresqlAddress
from languages.terminal import _
from store.connection import Connection, Parameters, Result, Row, Steps
from store.group_commit import Line, Write
from store.lock_timeouts import USUAL_TIMEOUTS, LockTimeouts, LockTimer
from store.postgresql.schema import make_schema
from store.postgresql.server import CommitUnknown, DatabaseTime, Server

RETRY_INTERVAL = 0.1  # s between two tries to get the lock, or to reach the server
PASSING = (errors.LockNotAvailable, errors.QueryCanceled, errors.DeadlockDetected, errors.SerializationFailure)

log = logging.getLogger(__name__)


def explain(address: PostgresqlAddress, error: psycopg.Error) -> DatabaseError:
    """What an error of PostgreSQL means for the person who runs the program, with the remedy."""
    if isinstance(error, PASSING):
        remedy = _("is locked by somebody else for too long: end the transaction that is open on it (a psql shell?)")
        return DatabaseBusy(_("the database {path} {remedy}", path=address, remedy=remedy))
    if isinstance(error, errors.DiskFull):
        remedy = _("can't grow: the disk is full; make room, the program goes on by itself")
        return DatabaseBusy(_("the database {path} {remedy}", path=address, remedy=remedy))
    if isinstance(error, psycopg.OperationalError):
        remedy = _("can't be reached ({error}): see to the server and the network", error=str(error).strip())
        return DatabaseBusy(_("the database {path} {remedy}", path=address, remedy=remedy))
    remedy = _("can't be used ({error})", error=str(error).strip())
    return DatabaseError(_("the database {path} {remedy}", path=address, remedy=remedy))


class PostgresqlDatabase(Connection):
    """The database through two connections, each on a thread of its own."""

    def __init__(
        self,
        address: PostgresqlAddress,
        stop: asyncio.Event | None = None,
        lock_timeouts: LockTimeouts = USUAL_TIMEOUTS,
    ) -> None:
        self.address = address
        self.time = DatabaseTime()
        self._writer = Server(address, self.time)
        self._reader = Server(address, self.time)
        self._writing_thread = ThreadPoolExecutor(1, "writes")
        self._reading_thread = ThreadPoolExecutor(1, "reads")
        self._lock_timer = LockTimer(stop or asyncio.Event(), lock_timeouts)
        self._writing = asyncio.Lock()
        self._line = Line()

    async def __aenter__(self) -> Self:
        """Reaches the server. Raises DatabaseError with the remedy."""
        try:
            with self._explained():
                await self._on(self._reading_thread, self._reader.open)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._on(self._reading_thread, self._reader.close)
        await self._on(self._writing_thread, self._writer.close)
        self._reading_thread.shutdown()
        self._writing_thread.shutdown()

    async def transact(self, steps: Steps[Result]) -> Result:
        write = self._line.join(steps)
        try:
            with self._explained():
                async with self._writing:  # whoever is first in line writes for all who wait by then
                    if not write.is_over:
                        await self._retried(self._writing_thread, partial(self._write_line, write), write)
                result = write.result()
        finally:
            write.is_wanted = False
        self.refused = None
        return result

    async def read(self, steps: Steps[Result]) -> Result:
        def whole() -> Result:
            with self._reader.snapshot() as tx:
                return steps(tx)

        with self._explained():
            return await self._retried(self._reading_thread, whole)

    async def rows(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        with self._explained():
            return await self._retried(self._reading_thread, partial(self._reader.rows, sql, parameters))

    async def faults(self) -> list[str]:
        """None that could be asked for: PostgreSQL checks its pages as it reads them, its references as it writes."""
        return []

    async def empty_log(self) -> None:
        await self.rows("VACUUM")

    async def backup(self, target: Path) -> None:
        """Raises DatabaseError when the copy is not what was read."""
        with self._explained():
            await self._on(self._reading_thread, partial(self._reader.copy, target))

    def _write_line(self, first: Write[Result]) -> None:
        self._line.do(first, self._writer.alone())

    async def _on(self, thread: ThreadPoolExecutor, function: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(thread, function)

    async def _retried(
        self, thread: ThreadPoolExecutor, attempt: Callable[[], Result], write: Write[Any] | None = None
    ) -> Result:
        """What an attempt gives, which is repeated until the server is reached and nobody else's lock is in its way.

        A write that was begun is not repeated: what became of it is known.
        """
        began = time.monotonic() if write is None else write.began
        told = False
        while True:
            try:
                return await self._on(thread, attempt)
            except psycopg.OperationalError as error:
                if (write is not None and write.is_over) or self._lock_timer.is_over(began):
                    raise
                if not told:
                    log.debug("Waiting for %s: %s", self.address, error)
                    told = True
            await asyncio.sleep(RETRY_INTERVAL)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of PostgreSQL leave it as DatabaseError."""
        try:
            yield
        except (psycopg.IntegrityError, psycopg.DataError):
            raise
        except psycopg.ProgrammingError as error:
            if error.sqlstate is None:  # said by libpq before it reached the server; it may quote the password
                remedy = _("has an address that can't be read: write it as postgresql://user@server/name")
                raise DatabaseError(_("the database {path} {remedy}", path=self.address, remedy=remedy)) from None
            raise explain(self.address, error) from error
        except psycopg.Error as error:
            problem = explain(self.address, error)
            if isinstance(error, (errors.DiskFull, CommitUnknown)):
                self.refused = problem
            raise problem from error


@asynccontextmanager
async def open_postgresql(
    address: PostgresqlAddress, stop: asyncio.Event | None, lock_timeouts: LockTimeouts
) -> AsyncIterator[PostgresqlDatabase]:
    """The database, with the tables in it. Raises DatabaseError with the remedy."""
    async with PostgresqlDatabase(address, stop, lock_timeouts) as database:
        await make_schema(database)
        yield database

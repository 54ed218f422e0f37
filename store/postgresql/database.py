"""A database of PostgreSQL, used as the SQLite file is: reads that never wait, writes one after the other.

Whoever writes holds one advisory lock for the whole installation, as BEGIN IMMEDIATE does in SQLite: every transaction
of store/ is right as it is, and what waits at the same moment is committed together. Beside it write only those that
lock each row they write, and hold none while they wait for another: they claim actions, and extend leases. The time
of every write is the server's, told as it begins.
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

from domain.database_server import DatabaseServer
from domain.errors import DatabaseError
from domain.postgresql_address import PostgresqlAddress
from domain.server_time import ServerTime
from languages.terminal import _
from store.connection import Connection, Duty, Parameters, Result, Row, Steps, Waiting, Work
from store.group_commit import Line, Write
from store.lock_timeouts import USUAL_TIMEOUTS, LockTimeouts, LockTimer
from store.postgresql.announcements import ServerAnnouncements
from store.postgresql.duty import Turns
from store.postgresql.refusals import READS_ONLY, explained, is_lasting
from store.postgresql.schema import make_schema
from store.postgresql.server import CommitUnknown, Server

OLDEST = 140_000  # PostgreSQL 14, as the server says it
RETRY_INTERVAL = 0.1  # s between two tries to get the lock, or to reach the server

log = logging.getLogger(__name__)


class _Way:
    """One way to write: its connection, the thread of that, and the line of those who wait for it."""

    def __init__(self, server: Server, name: str, *, alone: bool) -> None:
        self.server = server
        self.thread = ThreadPoolExecutor(1, name)
        self.turn = asyncio.Lock()
        self.line = Line() if alone else Line(most_together=1)  # who waits for a lock holds none meanwhile
        self._alone = alone

    def write_line(self, first: Write[Any]) -> None:
        self.line.do(first, self.server.writing(alone=self._alone))


class PostgresqlDatabase(Connection):
    """The database through three connections, each on a thread of its own, and opened when it is first needed."""

    def __init__(
        self,
        address: PostgresqlAddress,
        server_time: ServerTime,
        stop: asyncio.Event | None = None,
        lock_timeouts: LockTimeouts = USUAL_TIMEOUTS,
    ) -> None:
        self.address = address
        self.changes = ServerAnnouncements(address)
        self.time = server_time
        self._alone = _Way(Server(address, self.time), "writes", alone=True)
        self._beside = _Way(Server(address, self.time), "claims", alone=False)
        self._reader = Server(address, self.time)
        self._reading_thread = ThreadPoolExecutor(1, "reads")
        self._lock_timer = LockTimer(stop or asyncio.Event(), lock_timeouts)

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
        self._reading_thread.shutdown()
        for way in (self._alone, self._beside):
            await self._on(way.thread, way.server.close)
            way.thread.shutdown()

    async def transact(self, steps: Steps[Result]) -> Result:
        return await self._write(self._alone, steps)

    async def transact_beside(self, steps: Steps[Result]) -> Result:
        return await self._write(self._beside, steps)

    async def on_duty(self, duty: Duty, stop: asyncio.Event, work: Work, waiting: Waiting) -> None:
        await Turns(self.address, duty).run(stop, work, waiting)

    async def _write(self, way: _Way, steps: Steps[Result]) -> Result:
        write = way.line.join(steps)
        try:
            with self._explained():
                async with way.turn:  # whoever is first in line writes for all who wait by then
                    if not write.is_over:
                        await self._retried(way.thread, partial(way.write_line, write), write)
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

    async def server(self) -> DatabaseServer:
        with self._explained():
            return await self._on(self._reading_thread, self._reader.look)

    async def faults(self) -> list[str]:
        """None that could be asked for: PostgreSQL checks its pages as it reads them, its references as it writes."""
        return []

    async def size(self) -> int:
        [[size]] = await self.rows("SELECT pg_database_size(current_database())")
        return int(size)

    async def empty_log(self) -> None:
        await self.rows("VACUUM")

    async def backup(self, target: Path) -> None:
        """Raises DatabaseError when the copy is not what was read."""
        with self._explained():
            await self._on(self._reading_thread, partial(self._reader.copy, target))

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
                if (write is not None and write.is_over) or is_lasting(error) or self._lock_timer.is_over(began):
                    raise
                if not told:
                    log.debug("Waiting for %s: %s", self.address, error)
                    told = True
            await asyncio.sleep(RETRY_INTERVAL)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            with explained(self.address):
                yield
        except DatabaseError as problem:
            if isinstance(problem.__cause__, (errors.DiskFull, CommitUnknown)):
                self.refused = problem
            raise


async def refuse_unfit(database: PostgresqlDatabase, oldest: int = OLDEST) -> None:
    """Raises DatabaseError for a server that is too old, or that only reads."""
    [[number, version, reads_only]] = await database.rows(
        "SELECT current_setting('server_version_num')::bigint, current_setting('server_version'),"
        " current_setting('transaction_read_only')::boolean"
    )
    if number < oldest:
        raise DatabaseError(
            _(
                "the database {address} is on PostgreSQL {version}: 14 or newer is needed",
                address=database.address,
                version=version,
            )
        )
    if reads_only:
        raise DatabaseError(_("the database {path} {remedy}", path=database.address, remedy=READS_ONLY))


@asynccontextmanager
async def open_postgresql(
    address: PostgresqlAddress, server_time: ServerTime, stop: asyncio.Event | None, lock_timeouts: LockTimeouts
) -> AsyncIterator[PostgresqlDatabase]:
    """The database, with the tables in it. Raises DatabaseError with the remedy."""
    async with PostgresqlDatabase(address, server_time, stop, lock_timeouts) as database:
        await refuse_unfit(database)
        await make_schema(database, address)
        yield database

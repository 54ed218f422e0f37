"""One connection to a PostgreSQL server, made again when it is lost. Used on one thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, errors
from psycopg.pq import TransactionStatus

from domain.database_server import DatabaseServer
from domain.model import utc_now
from domain.postgresql_address import PostgresqlAddress
from domain.server_time import ServerTime
from domain.steady import steady
from store.connection import Parameters, Row, Transaction
from store.postgresql.copying import copy_to_file
from store.postgresql.dialect import translated, values
from store.postgresql.rows import NamedRow, adapt, named_rows

OURS = 0x506F4C69  # "PoLi": the advisory lock of whoever writes
LOCK_MS = 500  # for the right to write: no longer, for it can't be told to stop meanwhile
BESIDE_LOCK_MS = 2_000  # for what another claims, or is writing to: with it waits what falls due meanwhile
ROW_LOCK_MS = 20_000  # for a row that somebody in psql holds
SETTINGS = {
    "search_path": "polimisport",
    "timezone": "UTC",
    "client_min_messages": "warning",
    "lock_timeout": ROW_LOCK_MS,
    "idle_in_transaction_session_timeout": 8_000,  # who is stopped in a transaction keeps nobody waiting
    "tcp_keepalives_idle": 4,  # nor does whose network was cut
    "tcp_keepalives_interval": 2,
    "tcp_keepalives_count": 2,
}
REACHED: dict[str, Any] = {  # how libpq reaches the server, and notices that its network is cut
    "connect_timeout": 5,  # s, whole ones
    "tcp_user_timeout": 8_000,  # ms
    "keepalives_idle": 4,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "application_name": "polimisport",
}
SERVERS_WORD = 20.0  # s in which a server that went away during a commit has to be back, to say what became of it
BETWEEN_TRIES = 0.2  # s
LOOKS = 5

BEGUN = (  # a standby refuses to give the number
    "clock_timestamp() AS now, pg_current_xact_id()::text AS number,"
    " current_setting('transaction_read_only')::boolean AS reads_only"
)
BEGIN = f"""
    BEGIN; SET LOCAL lock_timeout = {LOCK_MS};
    SELECT pg_advisory_xact_lock({OURS}), {BEGUN};
    SET LOCAL lock_timeout = {ROW_LOCK_MS}; SAVEPOINT part
"""
BEGIN_BESIDE = f"""
    BEGIN; SET LOCAL lock_timeout = {BESIDE_LOCK_MS};
    SELECT {BEGUN}; SAVEPOINT part
"""
READ = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


class CommitUnknown(psycopg.OperationalError):
    """The connection was lost during a commit, and the server did not come back to say whether it is done."""


class PostgresqlTransaction(Transaction):
    def __init__(self, connection: Connection[NamedRow], *, has_others_beside: bool = False) -> None:
        self._connection = connection
        self._has_others_beside = has_others_beside
        self._parts = 0

    def run(self, sql: str, parameters: Parameters | None = None) -> list[Row]:
        cursor = self._connection.execute(translated(sql), values(parameters or {}))
        return list(cursor.fetchall()) if cursor.description else []

    @property
    def is_open(self) -> bool:
        return self._connection.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    @property
    def has_others_beside(self) -> bool:
        return self._has_others_beside

    def begin_part(self) -> None:
        """The first part began with the transaction: each way to the server counts, with all who wait to write."""
        if self._parts:
            self._connection.execute("RELEASE part; SAVEPOINT part")
        self._parts += 1

    def end_part(self, *, undo: bool) -> None:
        """The part that is not undone ends with the next, or with the transaction."""
        if undo:
            self._connection.execute("ROLLBACK TO part")

    def columns(self) -> list[Row]:
        return self.run(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )

    def overwrite_deleted(self) -> None:
        """Left to VACUUM: PostgreSQL writes nothing over."""


class Server:
    """The connection: for one kind of writing, or for reading."""

    def __init__(self, address: PostgresqlAddress, server_time: ServerTime) -> None:
        self._address = address
        self._time = server_time
        self._connection: Connection[NamedRow] | None = None

    def open(self) -> Connection[NamedRow]:
        """The connection, made anew where there is none any more. Raises OperationalError."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._address.uri,
                autocommit=True,
                row_factory=named_rows,
                **REACHED,
                options=" ".join(f"-c {name}={value}" for name, value in SETTINGS.items()),
            )
            adapt(self._connection)
            [[now]] = self._connection.execute("SELECT clock_timestamp()")
            self._time.tell(now)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    @contextmanager
    def writing(self, *, alone: bool) -> Iterator[Transaction]:
        """A transaction that writes, as the only one, or beside others who lock what they write as it does.

        It is committed at the end of the block, undone by an error. Raises LockNotAvailable when one that is to be the
        only one finds others writing, and CommitUnknown.
        """
        connection = self.open()
        try:
            cursor = connection.execute(BEGIN if alone else BEGIN_BESIDE)
            while cursor.description is None and cursor.nextset():
                pass
            [row] = cursor.fetchall()
            self._time.tell(row["now"])
            if row["reads_only"]:
                raise errors.ReadOnlySqlTransaction("the server only reads")  # noqa: TRY301 - as a standby does
            yield PostgresqlTransaction(connection, has_others_beside=not alone)
        except errors.ReadOnlySqlTransaction:  # it is a standby now: another server may be named besides
            connection.close()
            raise
        except BaseException:
            self._undo()
            raise
        self._commit(connection, row["number"])

    @contextmanager
    def snapshot(self) -> Iterator[Transaction]:
        """A transaction that reads, all of it as of one commit."""
        connection = self.open()
        try:
            connection.execute(READ)
            yield PostgresqlTransaction(connection)
        finally:
            self._undo()

    def copy(self, target: Path) -> None:
        """A copy in a file of SQLite, of one commit. Raises what store/postgresql/copying.py does."""
        with self.snapshot():
            copy_to_file(self.open(), target)

    def look(self) -> DatabaseServer:
        """The quickest of a few answers."""
        connection, looks = self.open(), []
        for _ in range(LOOKS):
            began, asked = steady(), utc_now()
            [[now, version]] = connection.execute("SELECT clock_timestamp(), current_setting('server_version')")
            seconds = steady() - began
            looks.append(DatabaseServer(f"PostgreSQL {version}", seconds, (now - asked).total_seconds() - seconds / 2))
        return min(looks, key=lambda look: look.round_trip)

    def rows(self, sql: str, parameters: Parameters | None) -> list[Row]:
        return PostgresqlTransaction(self.open()).run(sql, parameters)

    def _undo(self) -> None:
        """Ends a transaction without a commit; of a connection that is lost, the server does that."""
        if self._connection is not None and not self._connection.closed:
            try:
                self._connection.execute("ROLLBACK")
            except psycopg.OperationalError:
                self._connection.close()

    def _commit(self, connection: Connection[NamedRow], number: str) -> None:
        try:
            done = connection.execute("COMMIT").statusmessage
        except psycopg.OperationalError as error:
            if not connection.closed and connection.info.transaction_status is not TransactionStatus.UNKNOWN:
                self._undo()
                raise
            connection.close()
            if not self._was_committed(number):
                raise errors.ConnectionException("the server went away before the commit was done") from error
            return
        if done != "COMMIT":
            raise errors.InFailedSqlTransaction("the server undid the transaction")

    def _was_committed(self, number: str) -> bool:
        """What the server says of a transaction whose answer was lost. Raises CommitUnknown when it does not come back.

        It says "in progress" as long as it has not noticed itself that the connection is lost.
        """
        until = time.monotonic() + SERVERS_WORD
        while True:
            try:
                [[state]] = self.open().execute("SELECT pg_xact_status(%s::xid8)", [number])
            except psycopg.OperationalError as error:
                state = str(error)
            if state in ("committed", "aborted"):
                return bool(state == "committed")
            if time.monotonic() > until:
                raise CommitUnknown(f"the server does not say whether transaction {number} was committed: {state}")
            time.sleep(BETWEEN_TRIES)

"""Moves every row from a file of SQLite to a server and back, and reads each row back before it is believed.

For python setup.py --move-to, and --restore. What is moved is held meanwhile, so that nobody writes to it, and stays as
it is. What it is moved to is whole, or not there at all: whoever was interrupted begins again.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import psycopg
from psycopg import Connection, IsolationLevel, sql

from domain.errors import DatabaseBusy, DatabaseError
from domain.postgresql_address import PostgresqlAddress
from domain.server_time import ServerTime
from languages.terminal import _
from store.migrations import SCHEMA, VERSION, statements
from store.postgresql.copying import ROWS_AT_ONCE, TABLE, copy_to_file
from store.postgresql.refusals import explained
from store.postgresql.rows import NamedRow
from store.postgresql.schema import HOME, schema
from store.postgresql.server import OURS, Server
from store.sqlite_file import explain

AFTER_ROWS = ("CREATE INDEX", "CREATE UNIQUE INDEX", "CREATE TRIGGER", "ALTER TABLE")  # what counts or refuses them
FIRST_ROWS = "INSERT INTO"  # of the schema: they are among those that are moved
NOTICED_WITHIN, LOOK_INTERVAL = 2.0, 0.05  # s
OTHERS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND starts_with(application_name, 'polimisport') AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was read back and is the same: how many rows each table has."""

    rows: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Table:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]  # columns that put its rows in an order, which is the same on both engines

    @property
    def in_file(self) -> str:
        return f"SELECT {', '.join(self.columns)} FROM {self.name} ORDER BY {', '.join(self.key)}"  # noqa: S608 - names of our own

    @property
    def on_server(self) -> sql.Composed:
        order = sql.SQL(", ").join(sql.SQL("{} NULLS FIRST").format(sql.Identifier(each)) for each in self.key)
        return sql.SQL("SELECT {} FROM {} ORDER BY {}").format(self._names, sql.Identifier(self.name), order)

    @property
    def filled(self) -> sql.Composed:
        return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self.name), self._names)

    @property
    def _names(self) -> sql.Composed:
        return sql.SQL(", ").join(map(sql.Identifier, self.columns))


class _Different(Exception):
    """A table has not the same rows in the file and on the server."""


@contextmanager
def moved_to_server(file: Path, address: PostgresqlAddress) -> Iterator[Moved]:
    """Every row of the file is on the server as the block begins, and nobody uses the file while it lasts.

    Raises DatabaseBusy while anybody uses either of them, and DatabaseError with the remedy. Then nothing is there that
    was not there before.
    """
    with _alone(file) as source:
        with _connected(address, IsolationLevel.READ_COMMITTED) as target:
            target.execute(f"SELECT pg_advisory_xact_lock({OURS})")
            moved = _found(source, target, address) if _has_tables(target) else _filled(source, target, address)
        yield moved


def put_on_server(file: Path, address: PostgresqlAddress, kept: str) -> bool:
    """Every row of the file is on the server, in place of what was there: that is put aside, in a schema named `kept`.

    Says whether anything was. Raises as moved_to_server does; then the server is as it was.
    """
    with _alone(file) as source, _connected(address, IsolationLevel.READ_COMMITTED) as target:
        target.execute(f"SELECT pg_advisory_xact_lock({OURS})")
        there = _has_tables(target)
        if there:
            target.execute(f"ALTER SCHEMA {HOME} RENAME TO {kept}")
        _filled(source, target, address)
    return there


@contextmanager
def moved_to_file(address: PostgresqlAddress, file: Path) -> Iterator[Moved]:
    """Every row of the server is in the file as the block begins, and nobody writes to the server while it lasts.

    Raises DatabaseBusy while anybody uses the server, and DatabaseError with the remedy. Then the file is not there, or
    as it was.
    """
    with _connected(address, IsolationLevel.REPEATABLE_READ) as source:
        _hold(source)
        is_new = not any(os.path.lexists(f"{file}{end}") for end in ("", "-wal"))
        try:
            if is_new:
                copy_to_file(source, file)
            with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
                moved = _compared(copy, source)
        except (_Different, sqlite3.Error) as error:
            if is_new:
                file.unlink(missing_ok=True)
            raise _not_the_same(file, error, is_new=is_new) from error
        except OSError as error:
            raise DatabaseError(_("{target} can't be written ({why})", target=file, why=error.strerror)) from error
        yield moved


@contextmanager
def _alone(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, which nobody else has open, nor can open while the block lasts."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as source:
        try:
            source.execute("PRAGMA busy_timeout = 0")
            source.execute("PRAGMA locking_mode = EXCLUSIVE")
            source.execute("BEGIN EXCLUSIVE")
            yield source
        except sqlite3.Error as error:
            if "locked" in str(error):
                raise _in_use(file) from None
            raise explain(file, error) from error


@contextmanager
def _connected(address: PostgresqlAddress, isolation: IsolationLevel) -> Iterator[Connection[NamedRow]]:
    """The server, in one transaction, which is committed at the end of the block; no program is connected to it."""
    server = Server(address, ServerTime())
    with explained(address):
        connection = server.open()
        try:
            _refuse_others(connection, address)
            connection.isolation_level = isolation
            with connection.transaction():
                connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
                yield connection
        finally:
            server.close()


def _refuse_others(connection: Connection[NamedRow], address: PostgresqlAddress) -> None:
    """Raises DatabaseBusy while a program is connected to it; the server takes a moment to notice that one has gone."""
    until = time.monotonic() + NOTICED_WITHIN
    while next(iter(connection.execute(OTHERS)))[0]:
        if time.monotonic() > until:
            raise _in_use(address)
        time.sleep(LOOK_INTERVAL)


def _in_use(place: Path | PostgresqlAddress) -> DatabaseBusy:
    return DatabaseBusy(
        _("the database {target} is in use: stop the programs (and any sqlite3 shell) first", target=place)
    )


def _hold(source: Connection[NamedRow]) -> None:
    """Nobody writes to any table before the transaction ends, in psql either; what is read is of this moment."""
    names = sql.SQL(", ").join(map(sql.Identifier, _names()))
    source.execute(sql.SQL("LOCK TABLE {} IN SHARE MODE").format(names))


def _names() -> list[str]:
    """Our tables."""
    script = statements(SCHEMA.read_text(encoding="utf-8"))
    return [found[1] for statement in script if (found := TABLE.search(statement))]


def _tables(file: sqlite3.Connection) -> Iterator[_Table]:
    for name in _names():
        columns = file.execute(f"PRAGMA table_info({name})").fetchall()
        if not columns:
            raise _Different(name)
        everything = tuple(str(column[1]) for column in columns)
        key = tuple(str(column[1]) for column in sorted(columns, key=lambda column: int(column[5])) if column[5])
        yield _Table(name, everything, key or everything)


def _has_tables(target: Connection[NamedRow]) -> bool:
    [[there]] = target.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{HOME}.schema_version"])
    return bool(there)


def _found(source: sqlite3.Connection, target: Connection[NamedRow], address: PostgresqlAddress) -> Moved:
    """What an earlier move has left on the server: it was interrupted before the configuration was changed."""
    [[version]] = target.execute("SELECT version FROM schema_version")
    with suppress(_Different):
        if version == VERSION:
            return _compared(source, target)
    raise DatabaseError(
        _(
            "{address} holds another database of this bot, which stays as it is: name an empty one. Or, if nobody "
            "needs that one any more, type there: DROP SCHEMA polimisport CASCADE",
            address=address,
        )
    )


def _filled(source: sqlite3.Connection, target: Connection[NamedRow], address: PostgresqlAddress) -> Moved:
    """Tables are made, filled, and only then given indexes, triggers and references."""
    target.execute(f"CREATE SCHEMA IF NOT EXISTS {HOME}")
    script = [statement for statement in schema() if not statement.startswith(FIRST_ROWS)]
    for statement in script:
        if not statement.startswith(AFTER_ROWS):
            target.execute(statement)
    for table in _tables(source):
        _fill(source, target, table)
    for statement in script:
        if statement.startswith(AFTER_ROWS):
            target.execute(statement)
    target.execute("INSERT INTO schema_version (version) VALUES (%s)", [VERSION])
    try:
        return _compared(source, target)
    except _Different as error:
        raise _not_the_same(address, error, is_new=True) from None


def _fill(source: sqlite3.Connection, target: Connection[NamedRow], table: _Table) -> None:
    """A number is never used twice, also where the last rows were deleted."""
    try:
        with target.cursor() as cursor, cursor.copy(table.filled) as copy:
            for row in source.execute(table.in_file):
                copy.write_row(row)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        why = str(error).strip()
        raise DatabaseError(
            _("PostgreSQL takes no row of {table} that is so ({why})", table=table.name, why=why)
        ) from error
    for [number] in source.execute("SELECT seq FROM sqlite_sequence WHERE name = ? AND seq > 0", [table.name]):
        target.execute("SELECT setval(%s::regclass, %s)", [f"{HOME}.{table.name}_id_seq", number])


def _compared(file: sqlite3.Connection, server: Connection[NamedRow]) -> Moved:
    """Reads both, row by row. Raises _Different."""
    return Moved({table.name: _same_rows(file, server, table) for table in _tables(file)})


def _same_rows(file: sqlite3.Connection, server: Connection[NamedRow], table: _Table) -> int:
    same = 0
    with server.cursor("compared") as theirs:
        theirs.itersize = ROWS_AT_ONCE
        theirs.execute(table.on_server)
        for mine, other in zip_longest(file.execute(table.in_file), theirs):
            if mine is None or other is None or tuple(mine) != tuple(other):
                raise _Different(table.name)
            same += 1
    return same


def _not_the_same(place: Path | PostgresqlAddress, error: Exception, *, is_new: bool) -> DatabaseError:
    if is_new:
        return DatabaseError(
            _("what was read back from {target} is not what was written ({why}): nothing is moved",
              target=place, why=error)
        )  # fmt: skip
    return DatabaseError(_("{path} is there already, and stays as it is: name a new file.", path=place))

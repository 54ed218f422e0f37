"""Copies every row of a PostgreSQL database into a new file of SQLite, counted table by table: a backup of it."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from psycopg import Connection, sql

from store.migrations import SCHEMA, VERSION, statements
from store.postgresql.rows import NamedRow
from store.sqlite_file import OURS, damage_error, draft_beside

TABLE = re.compile(r"CREATE TABLE (\w+)")
FIRST_ROW = re.compile(r"INSERT INTO (\w+)")
ROWS_AT_ONCE = 2_000  # on their way: a history of years is not held in memory


def copy_to_file(source: Connection[NamedRow], target: Path) -> None:
    """Copies what the open transaction of `source` sees. The file is whole, mode 0600, or not there at all.

    Raises FileExistsError, OSError, sqlite3.Error when the copy is not what was read, and errors of psycopg.
    """
    draft = draft_beside(target)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as copy:
            copy.execute("BEGIN")
            _fill(source, copy)
            copy.execute("COMMIT")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


def _fill(source: Connection[NamedRow], copy: sqlite3.Connection) -> None:
    """Triggers and indexes are made after the rows: what a trigger would count has been counted."""
    script = list(statements(SCHEMA.read_text(encoding="utf-8")))
    for statement in script:
        if table := TABLE.search(statement):
            copy.execute(statement)
            _copy(source, copy, table[1])
    for statement in script:
        if not TABLE.search(statement) and not FIRST_ROW.search(statement):
            copy.execute(statement)
    copy.execute(f"PRAGMA application_id = {OURS}")
    copy.execute(f"PRAGMA user_version = {VERSION}")
    if copy.execute("PRAGMA foreign_key_check").fetchall():
        raise damage_error("a row of the copy points nowhere")


def _copy(source: Connection[NamedRow], copy: sqlite3.Connection, table: str) -> None:
    columns = [str(row[1]) for row in copy.execute(f"PRAGMA table_info({table})")]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names of our own
    there = 0
    with source.cursor("copied") as cursor:
        cursor.itersize = ROWS_AT_ONCE
        for row in cursor.execute(sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(table))):
            copy.execute(insert, tuple(row))
            there += 1
    _go_on_numbering(source, copy, table)
    [[copied]] = copy.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
    if copied != there:
        raise damage_error(f"{copied} of {there} rows of {table} were copied")


def _go_on_numbering(source: Connection[NamedRow], copy: sqlite3.Connection, table: str) -> None:
    """A number is never used twice, also where the last rows were deleted."""
    numbers = "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND sequencename = %s"
    for row in source.execute(numbers, [f"{table}_id_seq"]):
        copy.execute("DELETE FROM sqlite_sequence WHERE name = ?", [table])
        copy.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table, row["last_value"] or 0])

"""Whether the database file is sound and can be written; for the doctor (python setup.py --check)."""

from __future__ import annotations

from store.connection import Connection


async def damage(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the file: damaged pages, rows that point nowhere. Empty when all is well."""
    integrity = [str(row[0]) for row in await connection.rows("PRAGMA integrity_check")]
    orphans = [f"a row of {row['table']} points nowhere" for row in await connection.rows("PRAGMA foreign_key_check")]
    return [line for line in integrity if line != "ok"] + orphans


async def prove_writable(connection: Connection) -> None:
    """Takes the write lock and gives it back. Raises DatabaseError with the remedy when that is not possible."""
    async with connection.transaction():
        pass

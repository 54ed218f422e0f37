"""Whether the database file is sound and can be written, for the doctor (python setup.py --check)."""

from __future__ import annotations

from store.connection import Connection, Transaction, in_transaction
from store.migrations import VERSION


class Health:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def damage(self) -> list[str]:
        """What SQLite finds wrong with the file: damaged pages, rows that point nowhere. Empty when all is well."""
        integrity = [str(row[0]) for row in await self._db.rows("PRAGMA integrity_check")]
        orphans = [f"a row of {row['table']} points nowhere" for row in await self._db.rows("PRAGMA foreign_key_check")]
        return [line for line in integrity if line != "ok"] + orphans

    @in_transaction
    def prove_writable(self, tx: Transaction) -> None:
        """Writes what stands in the file already. Raises DatabaseError with the remedy when that is not possible."""
        tx.run(f"PRAGMA user_version = {VERSION}")

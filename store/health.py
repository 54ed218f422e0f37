"""Whether the database file is sound and can be written, for the doctor (python setup.py --check)."""

from __future__ import annotations

from store.connection import Connection, Transaction, in_transaction


class Health:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def damage(self) -> list[str]:
        """What is wrong with the file: damaged pages, rows that point nowhere. Empty when all is well."""
        return await self._db.faults()

    @in_transaction
    def prove_writable(self, tx: Transaction) -> None:
        """Writes what stands in the file already. Raises DatabaseError with the remedy when that is not possible."""
        tx.run("UPDATE executor SET plan_version = plan_version")

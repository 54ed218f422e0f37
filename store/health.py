"""Whether the database is sound and can be written, for the doctor (python setup.py --check)."""

from __future__ import annotations

from domain.database_server import DatabaseServer
from store.connection import Connection, Transaction, in_transaction


class Health:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def damage(self) -> list[str]:
        """What is wrong with the file: damaged pages, rows that point nowhere. Empty when all is well."""
        return await self._db.faults()

    async def server(self) -> DatabaseServer | None:
        """What there is to tell of the server it is on, if it is on one."""
        return await self._db.server()

    @in_transaction
    def prove_writable(self, tx: Transaction) -> None:
        """Writes what stands in the file already. Raises DatabaseError with the remedy when that is not possible."""
        tx.run("UPDATE executor SET plan_version = plan_version")

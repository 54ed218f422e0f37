"""What the server tells of commits, anybody's: each table has a trigger that says so once for each transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator

import psycopg

from domain.postgresql_address import PostgresqlAddress
from store.postgresql.server import REACHED

CHANNEL = "polimisport"
TABLES_EVENTS = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
BETWEEN_TRIES = 1.0  # s to reach a server that went away

log = logging.getLogger(__name__)


def announced(table: str) -> Iterator[str]:
    """The statement that has every commit told which changes that table."""
    yield (f"CREATE TRIGGER announced AFTER {TABLES_EVENTS} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION announce()")


class ServerAnnouncements:
    """A connection of its own, made again when it is lost."""

    def __init__(self, address: PostgresqlAddress) -> None:
        self._address = address

    async def listen(self, heard: Callable[[], None], is_told: Callable[[bool], None]) -> None:
        """Calls `heard` after each commit, until it is cancelled, and `is_told` when the server is reached or lost."""
        while True:
            try:
                await self._listen(heard, is_told)
            except psycopg.Error as error:
                log.debug("%s does not tell of changes: %s", self._address, error)
            is_told(False)
            await asyncio.sleep(BETWEEN_TRIES)

    async def _listen(self, heard: Callable[[], None], is_told: Callable[[bool], None]) -> None:
        """Returns, or raises an error of psycopg, when the connection is lost."""
        connection = await psycopg.AsyncConnection.connect(self._address.uri, autocommit=True, **REACHED)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            is_told(True)
            async for _ in connection.notifies():
                heard()

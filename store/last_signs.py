"""The heartbeats alone, for whoever asks every half minute: nothing of the database is made, upgraded or changed.

Of a file they have to be read quickly: nothing of store/ is loaded for it besides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from domain.errors import DatabaseError
from domain.postgresql_address import PostgresqlAddress
from domain.programs import Heartbeat, Vitals

SIGNS = "SELECT program, name, pid, started_at, at FROM heartbeats"
LOCK_TIMEOUT = 2.0  # s; readers wait for nobody but who mends the file after a crash


def last_signs(path: Path) -> list[Heartbeat]:
    """The last sign of life of every process that has not deregistered, without its vitals. Raises DatabaseError."""
    if not path.exists():
        raise DatabaseError(f"{path} is not there yet: the first start makes it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", LOCK_TIMEOUT, uri=True)) as file:
            return _heartbeats(file.execute(SIGNS).fetchall())
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} can't be read ({error})") from None


async def last_signs_on(server: PostgresqlAddress) -> tuple[list[Heartbeat], datetime]:
    """The same of a database on a server, and the time by its clock, which the signs go by. Raises DatabaseError."""
    from store.postgresql.driver import refuse_without_driver  # late, as all that a file needs nothing of

    refuse_without_driver(server)
    from domain.server_time import ServerTime
    from store.postgresql.database import PostgresqlDatabase

    async with PostgresqlDatabase(server, time := ServerTime()) as database:
        return _heartbeats(await database.rows(SIGNS)), time.now()


def _heartbeats(rows: Iterable[Any]) -> list[Heartbeat]:
    return [
        Heartbeat(program, name, pid, datetime.fromisoformat(started), datetime.fromisoformat(at), Vitals())
        for program, name, pid, started, at in rows
    ]

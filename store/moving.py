"""Which way the database is moved: from a file of SQLite to a server of PostgreSQL, or back. For setup.py --move-to.

And a backup, which is a file of SQLite, put in place of a database of either kind. For setup.py --restore.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from domain.errors import DatabaseError
from domain.model import Clock
from domain.postgresql_address import DatabasePlace, PostgresqlAddress
from languages.terminal import _
from store.backup import restore
from store.migrations import migrate
from store.postgresql.driver import refuse_without_driver
from store.sqlite_file import SqliteFile

if TYPE_CHECKING:
    from store.postgresql.moving import Moved


def moved(source: DatabasePlace, target: DatabasePlace) -> AbstractContextManager[Moved]:
    """Every row of the source is in the target as the block begins, and nobody writes to the source while it lasts.

    Raises DatabaseBusy while anybody uses either of them, and DatabaseError with the remedy.
    """
    if isinstance(source, Path) and isinstance(target, PostgresqlAddress):
        refuse_without_driver(target)
        from store.postgresql.moving import moved_to_server  # not installed where SQLite is used

        return moved_to_server(source, target)
    if isinstance(source, PostgresqlAddress) and isinstance(target, Path):
        from store.postgresql.moving import moved_to_file

        return moved_to_file(source, target)
    raise DatabaseError(
        _("from {source} to {target} nothing can be moved: one of the two is a file, the other one on a server",
          source=source, target=target)
    )  # fmt: skip


async def restored(source: Path, target: DatabasePlace, beside: Path, clock: Clock) -> str:
    """Puts a backup in place of the database. Says where what was there before is kept; empty when nothing was.

    Raises DatabaseError when the source is no sound database of ours, or the target is in use; then nothing changed.
    `beside`: a folder for a copy of the backup on its way to a server, which is of this version by then.
    """
    if isinstance(target, Path):
        return str(await restore(source, target, clock) or "")
    refuse_without_driver(target)
    from store.postgresql.moving import put_on_server

    kept = f"polimisport_replaced_{clock():%Y%m%dt%H%M%S%f}"
    with TemporaryDirectory(prefix=".restored-", dir=beside) as folder:
        copy = Path(folder) / source.name
        await restore(source, copy, clock)
        async with SqliteFile(copy) as file:
            await migrate(file, clock)
        return kept if await asyncio.to_thread(put_on_server, copy, target, kept) else ""

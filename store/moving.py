"""Which way the database is moved: from a file of SQLite to a server of PostgreSQL, or back. For setup.py --move-to."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from domain.errors import DatabaseError
from domain.postgresql_address import DatabasePlace, PostgresqlAddress
from languages.terminal import _
from store.postgresql.driver import refuse_without_driver

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

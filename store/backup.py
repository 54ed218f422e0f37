"""Puts a backup in the place of the database; the file that was there is kept beside it. For python setup.py --restore.

The backup is looked at before anything is touched, and nothing is touched while a program has the database open.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from domain.errors import DatabaseBusy, DatabaseError
from domain.model import Clock
from languages.terminal import _
from store.migrations import VERSION
from store.sqlite_file import GIVEN_TABLES, copy_whole, explain

WAL_FILES = ("", "-wal", "-shm")
# The byte of the -shm file on which every open connection holds a shared lock (sqlite.org/walformat.html).
ANYBODY_IN = 128


async def restore(source: Path, target: Path, clock: Clock) -> Path | None:
    """Copies the source to the target. Returns where the file is that was there before, if there was one.

    Raises DatabaseError when the source is no sound database of ours, or the target is in use; then nothing changed.
    """
    draft = target.with_name(f".{target.name}.restored-{os.getpid()}")
    try:
        await asyncio.to_thread(_copy, source, draft)
        _refuse_in_use(target)
        kept = _set_aside(target, clock)
        os.replace(draft, target)
    except OSError as error:
        raise DatabaseError(
            _("{target} can't be replaced ({why}): nothing is lost, try again", target=target, why=error.strerror)
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return kept


def _read_only(source: Path) -> str:
    """The address under which SQLite only reads it; without a log beside it, nothing is even made beside it."""
    if not source.is_file():
        raise DatabaseError(
            _("{source} is not there: the copies --backup makes are in backups/, beside the database", source=source)
        )
    alone = "" if Path(f"{source}-wal").exists() else "&immutable=1"
    return f"{source.resolve().as_uri()}?mode=ro{alone}"


def _copy(source: Path, draft: Path) -> None:
    try:
        with closing(sqlite3.connect(_read_only(source), uri=True)) as backup:
            _refuse_foreign(backup, source)
            copy_whole(backup, draft)
    except sqlite3.Error as error:
        raise explain(source, error) from error


def _refuse_foreign(backup: sqlite3.Connection, source: Path) -> None:
    tables = backup.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    if not set(GIVEN_TABLES) <= {row[0] for row in tables}:
        raise DatabaseError(_("{source} is no database of this bot: nothing was changed", source=source))
    [version] = backup.execute("PRAGMA user_version")
    if version[0] > VERSION:
        raise DatabaseError(
            _("{source} was made by a newer version: update the program; nothing was changed", source=source)
        )


def _refuse_in_use(target: Path) -> None:
    """Raises DatabaseBusy while anybody has the file open, a sqlite3 shell included."""
    try:
        handle = os.open(f"{target}-shm", os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, ANYBODY_IN)
    except OSError:
        raise DatabaseBusy(
            _("the database {target} is in use: stop the programs (and any sqlite3 shell) first", target=target)
        ) from None
    finally:
        os.close(handle)


def _set_aside(target: Path, clock: Clock) -> Path | None:
    """Renames the file with its log, which would otherwise be played into the backup."""
    if not target.exists():
        return None
    kept = target.with_name(f"{target.name}.replaced-{clock():%Y%m%dT%H%M%S%f}")
    for suffix in reversed(WAL_FILES):
        file = Path(f"{target}{suffix}")
        if file.exists():
            file.rename(f"{kept}{suffix}")
    return kept

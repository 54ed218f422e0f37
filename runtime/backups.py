"""Makes, finds and thins out backups of the database: the daily ones, those by hand, and what other files there are."""

from __future__ import annotations

import asyncio
import errno
import glob
import logging
import os
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from domain.backups import kept
from domain.model import Clock
from languages.terminal import _
from runtime.room import LEAST_ROOM, free_beside
from runtime.settings import Settings

DAILY = "daily-"  # after the name of the database: these are thinned out, those by hand are not
STAMP = "%Y%m%dT%H%M%SZ"
LEFT_OVER = timedelta(hours=1)  # a draft so old is of a program that was killed while it copied

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup, or another file that was made at a moment."""

    path: Path
    made_at: datetime
    size: int  # bytes


def new_backup(settings: Settings, clock: Clock) -> Path:
    """The file for a backup that is made now, by hand."""
    return settings.backup_dir / f"{settings.local_path.stem}-{clock():{STAMP}}.db"


def new_daily_backup(settings: Settings, clock: Clock) -> Path:
    """The file for the daily backup that is made now."""
    return settings.backup_dir / f"{settings.local_path.stem}-{DAILY}{clock():{STAMP}}.db"


async def make_backup(copy: Callable[[Path], Awaitable[None]], database: Path, target: Path) -> None:
    """Has the database copied to the target, if its disk has room for it and for what else is written.

    Raises FileExistsError, OSError, or what `copy` raises, which looks whether the copy is sound; then there is none.
    """
    await asyncio.to_thread(_prepare, database, target)
    await copy(target)


def _prepare(database: Path, target: Path) -> None:
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target.parent)) from None
    size = sum(path.stat().st_size for path in (database, Path(f"{database}-wal")) if path.exists())
    free = free_beside(target)
    if free < size + LEAST_ROOM:
        shown = _(
            "only {free} MB are free; the copy takes {size}, and {least} stay free",
            free=f"{free / 1e6:.0f}", size=f"{size / 1e6:.0f}", least=f"{LEAST_ROOM / 1e6:.0f}",
        )  # fmt: skip
        raise OSError(errno.ENOSPC, shown, str(target))


def backups(settings: Settings) -> list[Copy]:
    """The backups in their folder, the newest first; copies elsewhere are not known."""
    return files_like(settings.backup_dir, f"{glob.escape(settings.local_path.stem)}-*.db")


def thin_out(settings: Settings, now: datetime) -> list[Path]:
    """Deletes the daily backups that need not be kept, and half-made ones. Returns those that were whole.

    Raises OSError. Backups that were made by hand, or bear another name, are nobody's to delete.
    """
    daily = dict(_daily(settings))
    stay = kept(daily.keys(), now, settings.zone, settings.backups.days, settings.backups.weeks)
    gone = [path for made_at, path in daily.items() if made_at not in stay]
    for path in gone:
        path.unlink(missing_ok=True)
    _sweep(settings, now)
    return gone


def _daily(settings: Settings) -> Iterator[tuple[datetime, Path]]:
    """The daily backups, by the moment that their name tells: a copy of a file may have any other time."""
    beginning = f"{settings.local_path.stem}-{DAILY}"
    for path in settings.backup_dir.glob(f"{glob.escape(beginning)}*.db"):
        try:
            made_at = datetime.strptime(path.stem.removeprefix(beginning), STAMP).replace(tzinfo=UTC)
        except ValueError:
            continue
        if path.is_file() and not path.is_symlink():
            yield made_at, path


def _sweep(settings: Settings, now: datetime) -> None:
    """Deletes what a program left that was killed while it made a daily backup."""
    for path in settings.backup_dir.glob(f".{glob.escape(settings.local_path.stem)}-{DAILY}*.db.*"):
        if path.is_file() and now - datetime.fromtimestamp(path.lstat().st_mtime, UTC) > LEFT_OVER:
            log.info("Deleted %s, which was never finished", path)
            path.unlink(missing_ok=True)


def files_like(folder: Path, pattern: str) -> list[Copy]:
    """The plain files of a folder with such names, the newest first. None where there is no folder."""
    return sorted(_copies(folder, pattern), key=lambda copy: (copy.made_at, copy.path.name), reverse=True)


def _copies(folder: Path, pattern: str) -> Iterator[Copy]:
    for path in folder.glob(pattern):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            yield Copy(path, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)

"""Where backups of the database go that name no other place, and which there are."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.model import Clock
from runtime.settings import Settings


@dataclass(frozen=True, slots=True)
class Copy:
    """A backup, or another file that was made at a moment."""

    path: Path
    made_at: datetime
    size: int  # bytes


def new_backup(settings: Settings, clock: Clock) -> Path:
    """The file for a backup that is made now."""
    return settings.backup_dir / f"{settings.database.stem}-{clock():%Y%m%dT%H%M%SZ}.db"


def backups(settings: Settings) -> list[Copy]:
    """The backups in their folder, the newest first; copies elsewhere are not known."""
    return files_like(settings.backup_dir, f"{glob.escape(settings.database.stem)}-*.db")


def files_like(folder: Path, pattern: str) -> list[Copy]:
    """The plain files of a folder with such names, the newest first. None where there is no folder."""
    return sorted(_copies(folder, pattern), key=lambda copy: (copy.made_at, copy.path.name), reverse=True)


def _copies(folder: Path, pattern: str) -> Iterator[Copy]:
    for path in folder.glob(pattern):
        if path.is_file() and not path.is_symlink():
            found = path.stat()
            yield Copy(path, datetime.fromtimestamp(found.st_mtime, UTC), found.st_size)

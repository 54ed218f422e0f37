"""Whether there is room to write: for the doctor, for backups, and for what watches the machine."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from languages.terminal import _

PROOF = 1_000_000  # bytes that are written to see whether it can be done
LEAST_ROOM = 100_000_000  # bytes: the copy before an upgrade, evidence and logs of some weeks


def want_of_room(folder: Path, least: int = LEAST_ROOM) -> str | None:
    """Why what the programs write has no room in a folder; None when it has. Tries it, and leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(PROOF))
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return _("nothing can be written in {folder} ({why})", folder=folder, why=error.strerror)
    return (
        _("only {megabytes} MB are free in {folder}", megabytes=f"{free / 1e6:.0f}", folder=folder)
        if free < least
        else None
    )


def free_beside(path: Path) -> int:
    """Bytes that are free for a file of that name."""
    return shutil.disk_usage(path.parent).free

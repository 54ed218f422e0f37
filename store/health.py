"""Whether the database file is sound, and whether there is room to write; for the doctor (python setup.py --check)."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

from domain.model import OPENING_LASTS, stamp
from safety.untrusted import read_instant
from store.connection import Connection
from store.migrations import VERSION

PROOF = 1_000_000  # bytes that are written to see whether it can be done
LEAST_ROOM = 100_000_000  # bytes: the copy before an upgrade, evidence and logs of some weeks
SOON = timedelta(minutes=5)


async def damage(connection: Connection) -> list[str]:
    """What SQLite finds wrong with the file: damaged pages, rows that point nowhere. Empty when all is well."""
    integrity = [str(row[0]) for row in await connection.rows("PRAGMA integrity_check")]
    orphans = [f"a row of {row['table']} points nowhere" for row in await connection.rows("PRAGMA foreign_key_check")]
    return [line for line in integrity if line != "ok"] + orphans


async def prove_writable(connection: Connection) -> None:
    """Writes to the file what stands there already. Raises DatabaseError with the remedy when that is not possible."""
    async with connection.transaction() as tx:
        await tx.run(f"PRAGMA user_version = {VERSION}")


async def opens_soon(connection: Connection, user_id: int, now: datetime) -> bool:
    """Whether a place is raced for on behalf of that person within the next minutes, or has been just now."""
    row = await connection.row(
        """
        SELECT 1 FROM booking_actions WHERE user_id = :user_id AND action_type = 'book'
        AND status IN ('pending', 'processing') AND opens_at BETWEEN :past AND :soon
        """,
        {"user_id": user_id, "past": stamp(now - OPENING_LASTS), "soon": stamp(now + SOON)},
    )
    return row is not None


async def next_opening(connection: Connection, user_id: int, now: datetime) -> datetime | None:
    """When the next place opens, or has just opened, that somebody waits for."""
    row = await connection.row(
        """
        SELECT MIN(opens_at) AS opens_at FROM booking_actions WHERE user_id = :user_id AND action_type = 'book'
        AND status IN ('pending', 'processing') AND opens_at >= :past
        """,
        {"user_id": user_id, "past": stamp(now - OPENING_LASTS)},
    )
    return read_instant(row["opens_at"]) if row and row["opens_at"] else None


def want_of_room(folder: Path) -> str | None:
    """Why what the programs write has no room in a folder; None when it has. Tries it, and leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(os.urandom(PROOF))
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return f"nothing can be written in {folder} ({error.strerror})"
    return f"only {free / 1e6:.0f} MB are free in {folder}" if free < LEAST_ROOM else None

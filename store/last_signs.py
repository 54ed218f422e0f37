"""The heartbeats in a file of SQLite, read by themselves, for whoever asks every half minute and must be quick.

Nothing of the file is made, upgraded or changed, and nothing of store/ is loaded besides.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from domain.errors import DatabaseError
from domain.programs import Heartbeat, Vitals

LOCK_TIMEOUT = 2.0  # s; readers wait for nobody but who mends the file after a crash


def last_signs(path: Path) -> list[Heartbeat]:
    """The last sign of life of every process that has not deregistered, without its vitals. Raises DatabaseError."""
    if not path.exists():
        raise DatabaseError(f"{path} is not there yet: the first start makes it")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", LOCK_TIMEOUT, uri=True)) as file:
            rows = file.execute("SELECT program, name, pid, started_at, at FROM heartbeats").fetchall()
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} can't be read ({error})") from None
    return [
        Heartbeat(program, name, pid, datetime.fromisoformat(started), datetime.fromisoformat(at), Vitals())
        for program, name, pid, started, at in rows
    ]

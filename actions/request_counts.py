"""Writes down how many requests a process has sent, sparingly: with a worker's heartbeat, or when a script ends."""

from __future__ import annotations

from database import Database
from domain.errors import DatabaseError
from portal.resources import Resources


async def write_down(db: Database, resources: Resources) -> None:
    """Writes what was counted since the last time, in one statement. Raises DatabaseError; then nothing is lost.

    While an opening is awaited nothing is written: it has time.
    """
    if resources.awaited:
        return
    counts = resources.tally.take()
    if not counts:
        return
    try:
        await db.request_counts.add(counts)
    except DatabaseError:
        resources.tally.put_back(counts)
        raise

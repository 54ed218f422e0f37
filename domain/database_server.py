"""What the doctor tells of the server that keeps the database, where it is on one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """Seen from this machine; in seconds."""

    version: str  # as "PostgreSQL 15.8"
    round_trip: float
    ahead: float  # its clock, of the machine's

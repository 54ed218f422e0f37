"""Whether what speaks with PostgreSQL is installed: where SQLite is used it is not."""

from __future__ import annotations

from importlib.util import find_spec

from domain.errors import DatabaseError
from domain.postgresql_address import PostgresqlAddress
from languages.terminal import _


def refuse_without_driver(address: PostgresqlAddress) -> None:
    """Raises DatabaseError with the remedy."""
    if find_spec("psycopg") is None:
        raise DatabaseError(
            _(
                "the database {address} needs the package psycopg: ./run installs it, or "
                ".venv/bin/python -m pip install -r requirements-postgresql.txt",
                address=address,
            )
        )

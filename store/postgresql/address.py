"""Where a database of PostgreSQL is, said without its password."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class PostgresqlAddress:
    """The address of a database as `postgresql://`; it may hold a password, which is never shown."""

    uri: str = field(repr=False)

    def __str__(self) -> str:
        """User, server and database, as far as the address names them."""
        try:
            parts = urlsplit(self.uri)
            user, server = parts.username, f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        except ValueError:
            return "postgresql://"
        return f"postgresql://{f'{user}@' if user else ''}{server}{parts.path}"

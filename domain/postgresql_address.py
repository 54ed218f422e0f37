"""Where a database of PostgreSQL is, said without its password."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

BEGINNING = re.compile(r"postgres(ql)?:", re.IGNORECASE)


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

    @property
    def is_whole(self) -> bool:
        """Whether it names a database, in the form that libpq reads."""
        try:
            parts = urlsplit(self.uri)
            port = parts.port
        except ValueError:
            return False
        return self.uri.startswith(("postgresql://", "postgres://")) and port != 0 and len(parts.path) > 1

    def secrets(self) -> Iterator[str]:
        """Its passwords, as they are written and as they are meant."""
        try:
            parts = urlsplit(self.uri)
        except ValueError:
            return
        given = [value for key, value in parse_qsl(parts.query) if key in ("password", "sslpassword")]
        for password in filter(None, [parts.password, *given]):
            yield from {password, unquote(password)}


DatabasePlace = Path | PostgresqlAddress
"""Where a database is: the file of SQLite that it is, or the address of a server."""

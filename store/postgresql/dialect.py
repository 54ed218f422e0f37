"""A statement of store/ as PostgreSQL reads it: what differs between the two engines and is not a function.

The functions of SQLite that the statements use are made in the database itself (functions.sql).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

STATEMENTS = 2000  # of store/, far fewer; some have an f-string's few variants
PIECES = re.compile(
    r"""
    (?P<quoted>'(?:[^']|'')*' | --[^\n]*)
    | (?P<order>\bCROSS\ JOIN(?=\s+\w+(?:\s+AS\s+\w+)?\s+ON\b))
    | (?P<ids>SELECT\ value\ FROM\ )?json_each\(:(?P<list>\w+)\)
    | \blower\(:(?P<folded>\w+)\)
    | (?P<hint>\bINDEXED\ BY\ \w+)
    | (?<!:):(?P<name>[a-z]\w*)
    | (?P<percent>%)
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=STATEMENTS)
def translated(sql: str) -> str:
    """The same statement with psycopg's form of parameters, without hints of what to use, and what to join first."""
    return PIECES.sub(_piece, sql)


def _piece(found: re.Match[str]) -> str:
    if found["name"]:
        return f"%({found['name']})s"
    if found["list"]:
        of_ids = "SELECT CAST(value AS bigint) FROM " if found["ids"] else ""
        return f"{of_ids}jsonb_array_elements(CAST(%({found['list']})s AS jsonb))"
    if found["order"]:
        return "JOIN"
    if found["folded"]:  # as a column does: of ASCII letters, in whatever language the server was made
        return f'lower(CAST(%({found["folded"]})s AS text) COLLATE "C")'
    if found["hint"]:
        return ""
    return found[0].replace("%", "%%")


def values(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters as the columns hold them: flags are 0 and 1, and a word of an Enum is a text."""
    return {name: _value(value) for name, value in parameters.items()}


def _value(value: object) -> object:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str):
        return str(value)
    return value

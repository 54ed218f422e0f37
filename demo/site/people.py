"""Who has an account on the simulated site when it is started by itself: from the command line or from a file."""

import json
from pathlib import Path

from demo.site.accounts import Person

FIELDS = ("username", "password", "secret", "name")


def person(text: str) -> Person:
    """`USERNAME:PASSWORD:SECRET[:NAME]`, the secret in base32. Raises ValueError with what is wrong."""
    parts = text.split(":", 3)
    if len(parts) < 3 or not all(parts[:3]):
        raise ValueError(f"a person is USERNAME:PASSWORD:SECRET[:NAME], not {text!r}")
    return _person(dict(zip(FIELDS, parts, strict=False)))


def people(file: Path) -> list[Person]:
    """A JSON list of objects with username, password, secret and, if wanted, name. Raises ValueError, OSError."""
    listed = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(listed, list) or not listed:
        raise ValueError(f"{file} holds no list of people")
    return [_person(each) for each in listed]


def _person(values: dict[str, str]) -> Person:
    if not isinstance(values, dict) or not all(isinstance(values.get(name), str) for name in FIELDS[:3]):
        raise ValueError(f"a person has {', '.join(FIELDS[:3])}, not {values!r}")
    made = Person(values["username"], values["password"], values["secret"], name=values.get("name", ""))
    made.code_at(0)  # raises ValueError when the secret is not base32
    return made

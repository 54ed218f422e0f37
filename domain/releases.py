"""Releases of the bot: which is the newest of some tags, and what the changelog says of one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

MOST_CHANGES = 12  # lines of the changelog that one message tells


@dataclass(frozen=True, slots=True)
class ReleaseNews:
    """What is known of newer releases: when it is looked for again, and which was told last, with its changes."""

    next_at: datetime | None = None
    version: str | None = None
    changes: tuple[str, ...] = ()


def number(version: str) -> tuple[int, ...]:
    """A version as numbers, to be compared; () for what is none."""
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(int(part) for part in found.groups()) if found else ()


def newest(tags: Iterable[str]) -> str | None:
    """The highest version that has a tag like v0.5.0; None when none has."""
    versions = [tag.removeprefix("v") for tag in tags if tag.startswith("v") and number(tag.removeprefix("v"))]
    return max(versions, key=number, default=None)


def changes_in(changelog: str, version: str) -> tuple[str, ...]:
    """The first sentences of each change of a version, as far as one message goes; none when it is not in there."""
    _, begins, rest = changelog.partition(f"## {version} (")
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0] if begins else ""
    lines = re.findall(r"^- (.+)$", section, re.MULTILINE)
    return tuple(re.split(r"(?<=[.:;]) ", line, maxsplit=1)[0].rstrip(":;") for line in lines[:MOST_CHANGES])

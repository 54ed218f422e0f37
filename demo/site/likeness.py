"""What a simulated world shows in another site's way: recorded pages, and the fields of a slot. Made by like.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Likeness:
    """Recorded pages and fields of a surveyed site, shown in place of this site's own."""

    pages: dict[str, str] = field(default_factory=dict)  # recorded ones, served as they are
    slot: dict[str, Any] = field(default_factory=dict)  # a recorded slot: its fields, in its order

    def reshaped(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Our slot with the recorded one's fields: those we have by their names, the others as they were recorded."""
        if not self.slot:
            return fields
        ours = {bare(name): value for name, value in fields.items()}
        return {name: ours.get(bare(name), recorded) for name, recorded in self.slot.items()}


def bare(name: object) -> str:
    """A field's name without its letter case."""
    return re.sub(r"[^a-z0-9]", "", str(name).lower())

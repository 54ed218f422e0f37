"""What the site was seen to do otherwise than its rules say, and what the owner answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.house_rules import Rule


@dataclass(frozen=True, slots=True)
class SeenRule:
    """A row of house_rules."""

    id: int
    rule: Rule
    value: str  # what the site was seen to do
    instead_of: str  # what was in force then
    words: str
    seen: int
    seen_at: datetime
    answer: str | None  # `set`: in force until the configuration changes; `left`: not taken over, or taken back

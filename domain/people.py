"""The accounts that the configuration names."""

from __future__ import annotations

from dataclasses import dataclass

from domain.model import Role


@dataclass(frozen=True, slots=True)
class Person:
    """What the configuration says of one account."""

    user_id: int
    role: Role
    fingerprint: str

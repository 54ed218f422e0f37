"""The accounts that the configuration names, and in which language their people read."""

from __future__ import annotations

from dataclasses import dataclass

from domain.model import Role


@dataclass(frozen=True, slots=True)
class Person:
    """What the configuration says of one account."""

    user_id: int
    role: Role
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Reader:
    """In which language a person reads: what they chose, and what their Telegram said when they last wrote."""

    user_id: int
    chosen: str | None
    telegram: str | None

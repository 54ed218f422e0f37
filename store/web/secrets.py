"""Makes the secrets of links and sessions, and the digest that the database keeps in place of each."""

from __future__ import annotations

import hashlib
import secrets

BYTES = 32  # 256 bits: nobody comes upon one by trying


def make() -> str:
    """A new secret that can stand in an address."""
    return secrets.token_urlsafe(BYTES)


def digest(secret: str) -> str:
    """A plain digest is enough: what is random to 256 bits can't be guessed from it."""
    return hashlib.sha256(secret.encode()).hexdigest()

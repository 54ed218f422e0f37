"""What the machines of one installation tell each other of an account on the site, whoever keeps it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LoginFailure:
    """Why a login failed, on whichever machine."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as one machine kept it for all."""

    version: int
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SealedSession:
    """The same as its row holds it."""

    version: int
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """A login's turn, and how the one before ended."""

    failure: LoginFailure | None
    failed_at: datetime | None


class SharedLogins(Protocol):
    """Each raises DatabaseError when it can't be asked, and KeyMissing where the installation's key is not."""

    def turn(self, user_id: int, patience: float) -> AbstractAsyncContextManager[LoginFailure | None]:
        """While it lasts no other machine logs in for the account. Gives why a login failed while it was waited for.

        Raises SiteUnavailable after so many seconds.
        """

    async def session(self, user_id: int, known: int) -> KeptSession | None:
        """The session that is kept, if it is a later one than the version that is known."""

    async def keep(self, user_id: int, content: str, instead_of: int | None) -> int | None:
        """Keeps a session in place of that version; of any, with None. Its version; None when there is a later one."""

    async def note_failure(self, user_id: int, failure: LoginFailure | None) -> None:
        """Why the last login failed, or that it did not."""

    async def spend_code(self, user_id: int, counter: int) -> bool:
        """Has the one-time code of that number be ours alone. False when it was sent already, or a later one."""

    async def take_requests(self, user_id: int, requests: int) -> float:
        """Counts so many requests. Gives the seconds to wait before they are within what all machines may send."""

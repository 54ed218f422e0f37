"""What all sessions of a process share, and what belongs to one account of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from domain.model import Credentials, LoginRemark
from portal.access import SiteAccess
from portal.browser.anonymous_client import AnonymousClient
from portal.browser.engine import Engine
from portal.evidence.folders import Evidence
from portal.evidence.redactor import AccountRedactor
from portal.observer import Observer
from portal.pages.browser_pages import BrowserPages
from portal.request_tally import RequestTally
from portal.storage.session_files import SessionFiles

State = Mapping[str, Any]
"""Playwright's storage state: cookies, and of each its name, value, domain, path and flags."""


class AwaitedMoments:
    """Counts the calls, in this process, that wait for a moment at which a request must leave at once: an opening."""

    def __init__(self) -> None:
        self._count = 0

    def __bool__(self) -> bool:
        return self._count > 0

    @contextmanager
    def one_more(self) -> Iterator[None]:
        self._count += 1
        try:
            yield
        finally:
            self._count -= 1


@dataclass(frozen=True, slots=True)
class Account:
    """One account: its credentials, the redactor of its secrets, and its files."""

    credentials: Credentials
    redactor: AccountRedactor
    files: SessionFiles


class Login(Protocol):
    """One login. Its remarks, and whether it typed anything, are known also when it fails."""

    @property
    def has_typed(self) -> bool | None:
        """None while it has not come as far as a page."""

    @property
    def remarks(self) -> Sequence[LoginRemark]: ...

    async def run(self, sign_on: State | None) -> State:
        """Logs in, with the cookies by which the sign-on knows the person, if there are any; gives all cookies."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What all sessions of a process share."""

    access: SiteAccess
    engine: Engine
    evidence: Evidence
    pages: BrowserPages
    anonymous: AnonymousClient
    observer: Observer
    awaited: AwaitedMoments
    tally: RequestTally
    new_login: NewLogin


NewLogin = Callable[[Resources, Account], Login]
"""Makes one login of one account."""

"""The sessions of a process on the site, one an account, over one engine of driver and browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from domain.model import Credentials
from portal.access import SiteAccess
from portal.browser.anonymous_client import AnonymousClient
from portal.browser.engine import Engine, own_engine
from portal.evidence.folders import Evidence
from portal.evidence.redactor import AccountRedactor
from portal.login.attempt import LoginAttempt
from portal.observer import Observer
from portal.pages.browser_pages import BrowserPages
from portal.request_tally import RequestTally
from portal.resources import Account, AwaitedMoments, NewLogin, Resources
from portal.session.site_session import SiteSession
from portal.storage.session_files import SessionFiles
from safety import personal_files
from safety.personal_files import SESSIONS


class Portal:
    """The way to the site of a process. Nothing runs until it is needed; `close` ends the engine too."""

    def __init__(
        self,
        access: SiteAccess,
        engine: Engine,
        *,
        observer: Observer | None = None,
        new_login: NewLogin = LoginAttempt,
    ) -> None:
        """`observer` looks on at pages and responses; `new_login` makes the logins."""
        access.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.access = access
        self.engine = engine
        observer = observer or Observer()
        self.resources = Resources(
            access=access,
            engine=engine,
            evidence=Evidence(access.state_dir / "evidence", access.clock),
            pages=BrowserPages(access, engine, observer),
            anonymous=AnonymousClient(access, engine),
            observer=observer,
            awaited=AwaitedMoments(),
            tally=RequestTally(access.clock),
            new_login=new_login,
        )
        self._sessions: dict[int, SiteSession] = {}
        engine.before_driver_stops(self._release_connections)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def session(self, credentials: Credentials) -> SiteSession:
        """The session of that account; a new one when its credentials have changed."""
        known = self._sessions.get(credentials.user_id)
        if known is None or known.credentials != credentials:
            folder = self.access.state_dir / SESSIONS
            files = SessionFiles(folder, credentials.user_id, credentials.username, self.access.shared)
            known = self._sessions[credentials.user_id] = self._new_session(credentials, files)
        return known

    def trial_session(self, credentials: Credentials, folder: Path) -> SiteSession:
        """A session of that account that is stored apart from the others: one that has to be proved first."""
        return self._new_session(credentials, SessionFiles(folder, credentials.user_id, credentials.username))

    async def close_session(self, user_id: int) -> None:
        """Closes what is open for an account: its hanging calls end with SiteUnavailable, its next one starts anew."""
        session = self._sessions.pop(user_id, None)
        if session:
            await session.close()

    async def forget(self, user_id: int) -> None:
        """Closes what is open for an account, and deletes what is stored of it."""
        await self.close_session(user_id)
        personal_files.forget(self.access.state_dir, user_id, ())

    async def close(self) -> None:
        """Closes everything, for good; calls under way end with SiteUnavailable."""
        await self.engine.close()
        for session in self._sessions.values():
            await session.settle_login()

    def _new_session(self, credentials: Credentials, files: SessionFiles) -> SiteSession:
        redactor = AccountRedactor(credentials, self.access.clock)
        return SiteSession(self.resources, Account(credentials, redactor, files))

    async def _release_connections(self) -> None:
        for session in self._sessions.values():
            await session.release_connection()
        self.resources.anonymous.forget()


def open_portal(access: SiteAccess, **more: Any) -> Portal:
    """A portal with a driver and a browser of its own."""
    return Portal(access, own_engine(access), **more)

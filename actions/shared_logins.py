"""What several machines share of each account on the site: rows of the database, sessions sealed with a common key."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from actions.runner import site_access
from database import Database, open_database
from domain.errors import ConfigError, DatabaseError, KeyMissing, SealBroken, SiteUnavailable
from domain.shared_logins import KeptSession, LoginFailure
from languages.terminal import _
from portal.portal import Portal, open_portal
from portal.storage.session_files import LOCK_POLL_INTERVAL
from runtime.sealing_key import KeyRing
from runtime.settings import Settings
from safety.sealing import HEAD

TURN_EXTENDED = 5.0  # s, a third of a turn
ASKED_AGAIN = 10 * LOCK_POLL_INTERVAL  # s between two tries for a turn that another machine has

log = logging.getLogger(__name__)


def shared_logins(db: Database, settings: Settings) -> RowsOfLogins | None:
    """None where the database is a file: it is one machine's, and so are the files beside it."""
    return None if isinstance(settings.database, Path) else RowsOfLogins(db, KeyRing(settings.local_path))


@asynccontextmanager
async def open_portal_alone(settings: Settings, *, headless: bool | None = None, **more: Any) -> AsyncIterator[Portal]:
    """A portal for who has no database open; where machines share what is known of logins, it opens theirs for that."""
    async with AsyncExitStack() as stack:
        shared = None
        if not isinstance(settings.database, Path):
            shared = shared_logins(await stack.enter_async_context(open_database(settings.database)), settings)
        access = site_access(settings, shared=shared)
        if headless is not None:
            access = replace(access, headless=headless)
        yield await stack.enter_async_context(open_portal(access, **more))


class RowsOfLogins:
    def __init__(self, db: Database, keys: KeyRing) -> None:
        self._rows = db.site_logins
        self._guests = db.guests
        self._keys = keys

    async def refuse_without_key(self) -> None:
        """Raises ConfigError when what other machines have sealed can't be opened here."""
        if await self._lacks_key():
            raise ConfigError(self._without_key())

    async def _lacks_key(self) -> bool:
        """With a key here, a guest's login that it does not open is no sign of it: its key may be lost, and it is
        entered again.
        """
        sessions = await self._rows.one_of_each(HEAD)
        if self._keys.read().ids:
            return self._keys.shut(sessions) > 0
        guests = (await self._guests.changed_since(-1))[2]
        return bool(sessions) or any(each.sealed for each in guests)

    def _without_key(self) -> str:
        return _(
            "this machine has not the key of the others: copy it from one of them to {place}, "
            "readable for this user alone",
            place=self._keys.place,
        )

    @asynccontextmanager
    async def turn(self, user_id: int, patience: float) -> AsyncIterator[LoginFailure | None]:
        """As domain/shared_logins.py says. A machine that dies holds the turn for some seconds more."""
        holder = secrets.token_hex(8)
        failure = await self._wait_for_turn(user_id, holder, patience)
        extending = asyncio.create_task(self._extend(user_id, holder), name=f"turn of account {user_id}")
        try:
            yield failure
        finally:
            extending.cancel()
            await asyncio.wait({extending})
            try:
                await self._rows.end_turn(user_id, holder)
            except DatabaseError as error:
                log.info("The turn of account %s ends by itself: %s", user_id, error)

    async def _wait_for_turn(self, user_id: int, holder: str, patience: float) -> LoginFailure | None:
        """Gives the failure that was noted while another had the turn."""
        before = await self._rows.last_failure(user_id)
        give_up = time.monotonic() + patience
        while True:
            turn = await self._rows.take_turn(user_id, holder)
            if turn is not None:
                return turn.failure if turn.failed_at != before else None
            if time.monotonic() > give_up:
                raise SiteUnavailable("another login of this account has not ended on another machine")
            await asyncio.sleep(ASKED_AGAIN)

    async def _extend(self, user_id: int, holder: str) -> None:
        while True:
            await asyncio.sleep(TURN_EXTENDED)
            with suppress(DatabaseError):
                await self._rows.take_turn(user_id, holder)

    async def session(self, user_id: int, known: int) -> KeptSession | None:
        kept = await self._rows.session(user_id, known)
        if kept is None:
            return None
        try:
            return KeptSession(kept.version, self._keys.open_session(user_id, kept.sealed))
        except KeyMissing:
            raise KeyMissing(self._without_key()) from None
        except SealBroken as error:
            log.warning("%s", error)
            return None

    async def keep(self, user_id: int, content: str, instead_of: int | None) -> int | None:
        if await self._lacks_key():
            raise KeyMissing(self._without_key())
        sealed = self._keys.seal_session(user_id, content, had_one=False)
        return await self._rows.keep(user_id, sealed, instead_of)

    async def note_failure(self, user_id: int, failure: LoginFailure | None) -> None:
        await self._rows.note_failure(user_id, failure)

    async def spend_code(self, user_id: int, counter: int) -> bool:
        return await self._rows.spend_code(user_id, counter)

    async def take_requests(self, user_id: int, requests: int) -> float:
        try:
            return await self._rows.take_requests(user_id, requests)
        except DatabaseError as error:  # each machine keeps its own count besides
            log.info("The requests of account %s are counted here alone: %s", user_id, error)
            return 0.0

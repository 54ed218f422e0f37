"""What is kept on disk of an account's session, shared by every process: one folder, files of mode 0600.

<user id>.json          whose session it is, as a digest, and Playwright's storage state (cookies only)
<user id>.otp           the numbers of the last one-time codes that were sent, the latest last
<user id>.rejected      why the last login failed, while it does; a login that waited its turn doesn't try again
<user id>.lock          held during a login
<user id>.shared        which version of the session that several machines share ours is, if they do
calendars.json          the calendars of the site, so that a booking need not look for them
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from domain.errors import DatabaseError, LoginFailed, SiteUnavailable, login_error
from domain.shared_logins import LoginFailure, SharedLogins
from safety import untrusted

log = logging.getLogger(__name__)

Version = tuple[int, int]  # time of change and inode: two saves within one tick of the file system differ too
NO_VERSION: Version = (0, 0)
LOCK_POLL_INTERVAL = 0.05  # seconds between two tries for a lock another process holds
CODES_NOTED = 50  # one-time codes: those of 25 minutes, by which a clock may be set back
LOCK_TIMEOUT = 120.0  # seconds; a login waits for a fresh code at most twice


def write_private(file: Path, text: str) -> None:
    """Replaces a file in one step: no reader sees half of it. Only this user can read it (mode 0600)."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as temporary:
            temporary.write(text)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def read_json(file: Path) -> Any:
    """What the file holds; None when it is missing or broken: it is only a memory, and can be made again."""
    try:
        return untrusted.read_json(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warning("%s can't be read and is ignored: %s", file.name, error)
        return None


class SessionFiles:
    """The files of one account. Where several machines share it, the session is the newest of all, once `locked`."""

    def __init__(self, folder: Path, user_id: int, username: str, shared: SharedLogins | None = None) -> None:
        self._user_id = user_id
        self._shared = shared
        self._known = folder / f"{user_id}.shared"
        self._whose = hashlib.sha256(f"{user_id}:{username}".encode()).hexdigest()
        self._state = folder / f"{user_id}.json"
        self._otp = folder / f"{user_id}.otp"
        self._rejected = folder / f"{user_id}.rejected"
        self._lock = folder / f"{user_id}.lock"

    def version(self) -> Version:
        """Changes whenever any process saves the session; NO_VERSION when there is none."""
        return _changed(self._state)

    def load(self) -> dict[str, Any] | None:
        """The storage state, unless it is another user name's."""
        state = self._kept().get("state")
        return state if isinstance(state, dict) and "cookies" in state else None

    def logged_in_at(self) -> float:
        """When the login was that made it, by whichever process (`time.time()`); 0 when that is not known."""
        at = self._kept().get("logged_in_at")
        return float(at) if isinstance(at, int | float) else 0.0

    def _kept(self) -> dict[str, Any]:
        kept = read_json(self._state)
        return kept if isinstance(kept, dict) and kept.get("whose") == self._whose else {}

    def save(self, state: dict[str, Any], *, logged_in_at: float = 0.0) -> Version:
        """Keeps the storage state and gives its version."""
        kept = {"whose": self._whose, "state": state, "logged_in_at": logged_in_at}
        write_private(self._state, json.dumps(kept))
        return self.version()

    def sent_codes(self) -> list[int]:
        """The numbers of the last one-time codes sent by any process, the latest last."""
        kept = read_json(self._otp)
        numbers = kept if isinstance(kept, list) else [kept]  # before there were several it was one alone
        return [each for each in numbers if isinstance(each, int)]

    async def spend_code(self, counter: int) -> bool:
        """Notes that a code is sent now. False when another machine has sent it, or the next after it, already."""
        if self._shared is not None and not await self._shared.spend_code(self._user_id, counter):
            return False
        self.note_code(counter)
        return True

    def note_code(self, counter: int) -> None:
        write_private(self._otp, json.dumps([*self.sent_codes(), counter][-CODES_NOTED:]))

    def note_rejection(self, error: LoginFailed) -> None:
        write_private(self._rejected, json.dumps([error.kind, str(error)]))

    def forget_rejection(self) -> None:
        self._rejected.unlink(missing_ok=True)

    def rejection_since(self, wall_time: float) -> LoginFailed | None:
        """Why a login failed after that moment (`time.time()`), by whichever process; None if none was."""
        try:
            recent = self._rejected.stat().st_mtime >= wall_time
        except FileNotFoundError:
            return None
        kept = read_json(self._rejected) if recent else None
        if not isinstance(kept, list) or len(kept) != 2:
            return None
        return login_error(str(kept[0]), str(kept[1]))

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[None]:
        """Held by one login at a time, across processes and machines; it is free again when its holder dies."""
        self._lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            await _flock(handle)
            if self._shared is None:
                yield
            else:
                async with self._in_turn(self._shared):
                    yield
        finally:
            os.close(handle)

    # ----- what several machines share

    @asynccontextmanager
    async def _in_turn(self, shared: SharedLogins) -> AsyncIterator[None]:
        """Within it no other machine logs in; what others did is known here first, and all know then what was done."""
        async with shared.turn(self._user_id, LOCK_TIMEOUT) as failure:
            if failure is not None:
                self.note_rejection(login_error(failure.kind, failure.words))
            await self._take_newest(shared)
            session, rejected = self.version(), _changed(self._rejected)
            try:
                yield
            finally:
                if self.version() != session:
                    await self._keep_for_all(shared, None)
                if _changed(self._rejected) != rejected:
                    await self._tell_failure(shared, self.rejection_since(0))

    async def _tell_failure(self, shared: SharedLogins, failed: LoginFailed | None) -> None:
        try:
            await shared.note_failure(self._user_id, LoginFailure(failed.kind, str(failed)) if failed else None)
        except DatabaseError as error:  # why the login failed is raised all the same
            log.warning("account %s: other machines do not know how this login ended: %s", self._user_id, error)

    async def catch_up(self) -> None:
        """Takes over the session that another machine has made meanwhile, if one has."""
        if self._shared is not None:
            await self._take_newest(self._shared)

    async def share(self) -> None:
        """Keeps renewed cookies for all machines, unless one of them has a later session."""
        if self._shared is not None:
            await self._keep_for_all(self._shared, self._known_version())

    async def _take_newest(self, shared: SharedLogins) -> None:
        newest = await shared.session(self._user_id, self._known_version())
        if newest is not None:
            write_private(self._state, newest.content)
            write_private(self._known, json.dumps(newest.version))

    async def _keep_for_all(self, shared: SharedLogins, instead_of: int | None) -> None:
        content = await asyncio.to_thread(self._state.read_text, encoding="utf-8")
        try:
            kept = await shared.keep(self._user_id, content, instead_of)
        except DatabaseError as error:
            log.warning("account %s: other machines do not know this session yet: %s", self._user_id, error)
            return
        if kept is not None:
            write_private(self._known, json.dumps(kept))

    def _known_version(self) -> int:
        kept = read_json(self._known)
        return kept if isinstance(kept, int) and self._state.exists() else 0


def _changed(file: Path) -> Version:
    """Another after each change of the file; NO_VERSION when there is none."""
    try:
        known = file.stat()
    except FileNotFoundError:
        return NO_VERSION
    return known.st_mtime_ns, known.st_ino


async def _flock(handle: int) -> None:
    give_up = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > give_up:
                raise SiteUnavailable("another login of this account has not ended") from None
            await asyncio.sleep(LOCK_POLL_INTERVAL)
        else:
            return

"""The stored session of an account, as every process finds it on disk: its cookies, their versions, their age."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from portal.resources import Account, State
from portal.storage.session_files import Version
from safety.addresses import Places

JUST_MADE = 15.0  # seconds after a login in which a session called over is asked again, and not made anew


class StoredSession:
    """The stored session of one account."""

    def __init__(self, account: Account, places: Places) -> None:
        self._files = account.files
        self._redactor = account.redactor
        self._places = places
        self._login_of: dict[Version, Version] = {}  # a version with renewed cookies -> the one its login made

    @property
    def version(self) -> Version:
        return self._files.version()

    @property
    def logged_in_at(self) -> float:
        """When the login was that made it, of whichever process (`time.time()`); 0 when that is not known."""
        return self._files.logged_in_at()

    @property
    def is_just_made(self) -> bool:
        """Whether the session comes from a login moments ago, of whichever process."""
        return 0 <= time.time() - self.logged_in_at < JUST_MADE

    def is_another(self, stale: Version) -> bool:
        """Whether the stored session comes from another login than that version: new cookies alone are no renewal."""
        return self._login_of.get(self.version, self.version) != self._login_of.get(stale, stale)

    def state(self) -> dict[str, Any] | None:
        """The booking site's cookies, which alone are sent there; None when there is no session."""
        kept = self._files.load()
        return kept and self._places.session_of(kept)

    def whole(self) -> dict[str, Any] | None:
        """The cookies of session and sign-on; None when there is no session."""
        return self._places.own_state(self._files.load() or {"cookies": ()}) if self.state() else None

    def sign_on(self) -> dict[str, Any] | None:
        """The login hosts' cookies, which only a login shows them; None when there are none."""
        kept = self._files.load()
        own = kept and self._places.sign_on_of(kept)
        return own if own and own["cookies"] else None

    def keep_renewed(self, version: Version, state: State) -> Version:
        """Replaces the cookies of that version by renewed ones, of the same login; its sign-on stays."""
        cookies = list(self._places.session_of(state)["cookies"])
        names = {_name_of(each) for each in cookies}
        cookies += [each for each in (self.sign_on() or {"cookies": ()})["cookies"] if _name_of(each) not in names]
        renewed = self._save({"cookies": cookies, "origins": []}, self.logged_in_at)
        self._login_of[renewed] = self._login_of.get(version, version)
        return renewed

    async def share(self) -> None:
        """Has other machines know the session as it is here, unless one of them has a later one."""
        await self._files.share()

    def keep_new(self, state: State) -> None:
        """Stores what a login has just made."""
        self._save(state, time.time())
        self._login_of.clear()
        self._files.forget_rejection()

    async def take_over(self, state: State, made_at: float) -> None:
        """Stores a session that a person made at that time (`time.time()`). Raises SiteUnavailable."""
        async with self._files.locked():
            self._save(state, made_at)
            self._files.forget_rejection()

    def forget_sign_on(self) -> None:
        """The next login begins from nothing. The session itself stays, as the one that a login replaces."""
        kept, version = self._files.load(), self.version
        if kept is not None and self.sign_on() is not None:
            own = self._places.session_of(kept)
            self._login_of[self._save(own, self.logged_in_at)] = self._login_of.get(version, version)

    def _save(self, state: State, logged_in_at: float) -> Version:
        kept = self._redactor.storable(self._places.own_state(state))
        return self._files.save(kept, logged_in_at=logged_in_at)


def _name_of(cookie: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(cookie.get("name")), str(cookie.get("domain")), str(cookie.get("path"))

"""Who there is, and what each logs in with: the people of config.json and the guests, as they are at this moment.

A program that runs learns of a guest who came, changed, was suspended or went with one look at one row (`refresh`).
Nobody's secrets are opened before they are needed; whoever opens some has the log hide them first.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from typing import Protocol

from domain.errors import KeyMissing, SealBroken
from domain.guests import SealedGuest
from domain.model import Credentials
from domain.site_login import SiteLogin
from runtime.sealing_key import KeyRing
from runtime.settings import Settings, fingerprint, hide_in_log
from safety.sealing import Secrets

log = logging.getLogger(__name__)


class GuestRows(Protocol):
    """The rows of the guests, as the database keeps them."""

    async def version(self) -> int: ...

    async def changed_since(self, version: int) -> tuple[int, set[int], list[SealedGuest]]: ...

    async def store(self, user_id: int, sealed: bytes, fingerprint: str, *, by_hand: bool) -> None: ...


class Directory(Mapping[int, Credentials]):
    """By Telegram id, what everybody logs in with for whom things are done. A look costs nothing, whoever it is about.

    Whom the configuration names is as it says, whatever else they entered.
    """

    def __init__(self, settings: Settings, guests: GuestRows, keys: KeyRing | None = None) -> None:
        self._configured = {credentials.user_id: credentials for credentials in settings.people}
        self._token = settings.telegram.bot_token.get_secret_value()
        self._site = settings.site.lets_in
        self._rows = guests
        self._keys = keys or KeyRing(settings.local_path)
        self._guests: dict[int, SealedGuest] = {}
        self._opened: dict[int, tuple[bytes, Credentials]] = {}
        self._version = -1

    async def refresh(self) -> bool:
        """Learns what changed since the last look; reads one number when nothing did. Returns whether anything did."""
        if await self._rows.version() == self._version:
            return False
        self._version, everybody, changed = await self._rows.changed_since(self._version)
        self._guests |= {guest.user_id: guest for guest in changed}
        for gone in self._guests.keys() - everybody:
            del self._guests[gone]
            self._opened.pop(gone, None)
        return True

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._configured or (isinstance(user_id, int) and self._is_active(user_id))

    def __getitem__(self, user_id: int) -> Credentials:
        """What they log in with. Raises KeyError for who is not here, KeyMissing and SealBroken for what won't open."""
        if user_id in self._configured:
            return self._configured[user_id]
        if not self._is_active(user_id):
            raise KeyError(user_id)
        sealed = self._guests[user_id].sealed
        known = self._opened.get(user_id)
        if known is None or known[0] != sealed:
            secrets = self._keys.open(user_id, sealed)
            hide_in_log(secrets.texts())
            known = self._opened[user_id] = sealed, self._as_the_site_lets_in(secrets.credentials(user_id))
        return known[1]

    def _as_the_site_lets_in(self, credentials: Credentials) -> Credentials:
        """Where everybody logs in by hand, a password that was entered before is not used."""
        if self._site is not SiteLogin.BY_HAND:
            return credentials
        return Credentials(credentials.user_id, credentials.username, "", "", credentials.matricola, by_hand=True)

    def __iter__(self) -> Iterator[int]:
        """Everybody, the owner first."""
        yield from self._configured
        yield from (each for each in self._guests if each not in self._configured and self._is_active(each))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _is_active(self, user_id: int) -> bool:
        guest = self._guests.get(user_id)
        return guest is not None and bool(guest.sealed) and not guest.is_suspended

    def guest(self, user_id: int) -> SealedGuest | None:
        """The guest of that id, also one for whom nothing is done: they came, and have no account yet, or none now.

        None for whom the configuration names.
        """
        return None if user_id in self._configured else self._guests.get(user_id)

    def is_configured(self, user_id: int) -> bool:
        """Whether the configuration names them."""
        return user_id in self._configured

    def configured_friends(self) -> int:
        """How many people the configuration names besides the owner."""
        return len(self._configured) - 1

    def kept(self) -> set[int]:
        """Everybody whose files on the disk are kept, suspended guests too."""
        return self._configured.keys() | self._guests.keys()

    def by_hand(self) -> set[int]:
        """Who logs in themselves; opens nobody's secrets."""
        configured = {user_id for user_id, credentials in self._configured.items() if credentials.by_hand}
        everybody = self._site is SiteLogin.BY_HAND
        guests = (each for each in self if each not in self._configured)
        return configured | {each for each in guests if everybody or self._guests[each].by_hand}

    async def admit(self, user_id: int, secrets: Secrets) -> None:
        """Stores what a guest logs in with, sealed: from now on things are done for them.

        Raises UnknownGuest, and ConfigError where no key can be used, or the one is lost that others' are sealed with.
        """
        hide_in_log(secrets.texts())
        await self.refresh()
        others = any(guest.sealed for each, guest in self._guests.items() if each != user_id)
        sealed = self._keys.seal(user_id, secrets, had_one=others)
        mark = fingerprint(secrets.credentials(user_id), self._token)
        await self._rows.store(user_id, sealed, mark, by_hand=secrets.by_hand)
        await self.refresh()

    def whose(self, username: str) -> int | None:
        """Whose that Codice Persona is already, a suspended guest's too: an account belongs to one person."""
        have_one = [each for each, guest in self._guests.items() if guest.sealed and each not in self._configured]
        return next((each for each in (*self._configured, *have_one) if self._username(each) == username), None)

    def _username(self, user_id: int) -> str | None:
        """With what they log in; None where that can't be opened. The rest of it is let go of at once."""
        if user_id in self._configured:
            return self._configured[user_id].username
        try:
            return self._keys.open(user_id, self._guests[user_id].sealed).username
        except (KeyMissing, SealBroken):
            return None

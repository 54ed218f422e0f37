"""Secrets of a person, sealed for the database: nobody reads them, or puts them in another's row, without the key.

They are what a guest logs in with, and sessions on the site that several machines share. Each is sealed with
AES-256-GCM under a nonce of its own. The user id and the id of the key are sealed in with it, so that a blob opens in
its own row alone. The key is not in the database (runtime/sealing_key.py).

    version (1 byte) | id of the key (8) | nonce (12) | what is sealed, as JSON, padded so that its length says nothing
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.errors import KeyMissing, SealBroken
from domain.model import Credentials

VERSION = b"\x01"
KEY, KEY_ID, NONCE = 32, 8, 12  # bytes
HEAD = len(VERSION) + KEY_ID
PADDED_TO = 256  # bytes; the secrets of nearly everybody take one such block
PURPOSE = b"polimisport guest"
OF_SESSIONS = b"polimisport session"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What somebody logs in to the site with."""

    username: str
    password: str = field(repr=False)
    otp_url: str = field(repr=False)  # empty: the login asks for no one-time code
    matricola: str = ""
    by_hand: bool = False

    @classmethod
    def of(cls, credentials: Credentials) -> Self:
        """The secrets of somebody whose credentials are known already."""
        return cls(
            credentials.username,
            credentials.password,
            credentials.otp_url,
            credentials.matricola,
            by_hand=credentials.by_hand,
        )

    def credentials(self, user_id: int) -> Credentials:
        """The same, as a login takes them."""
        return Credentials(user_id, self.username, self.password, self.otp_url, self.matricola, by_hand=self.by_hand)

    def texts(self) -> tuple[str, ...]:
        """Everything of it that must never be written anywhere."""
        seeds = re.findall(r"(?i)secret=([^&]+)", self.otp_url)
        return tuple(filter(None, (self.password, self.otp_url, *seeds)))


class SealingKeys:
    """The keys of an installation: the first one seals, each of them opens what it sealed."""

    def __init__(self, keys: Iterable[bytes]) -> None:
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}

    @property
    def ids(self) -> tuple[bytes, ...]:
        """The ids of the keys, that of the one which seals first."""
        return tuple(self._ciphers)

    def seal(self, user_id: int, secrets: Secrets) -> bytes:
        """The secrets as a blob for the row of that guest alone. Raises KeyMissing."""
        return self._seal(PURPOSE, user_id, json.dumps(asdict(secrets)))

    def open(self, user_id: int, sealed: bytes) -> Secrets:
        """What was sealed for that guest. Raises KeyMissing for another key's, SealBroken for what is not as sealed."""
        try:
            return Secrets(**json.loads(self._open(PURPOSE, user_id, sealed)))
        except (InvalidTag, ValueError, TypeError):
            raise SealBroken(
                f"what user {user_id} logs in with is not as it was sealed: it has to be entered again"
            ) from None

    def seal_session(self, user_id: int, session: str) -> bytes:
        """A session on the site, as JSON, as a blob for the row of that person alone. Raises KeyMissing."""
        return self._seal(OF_SESSIONS, user_id, session)

    def open_session(self, user_id: int, sealed: bytes) -> str:
        """The session that was sealed for that person. Raises KeyMissing, SealBroken."""
        try:
            return self._open(OF_SESSIONS, user_id, sealed)
        except (InvalidTag, ValueError):
            raise SealBroken(f"the session of user {user_id} is not as it was sealed: it has to be made anew") from None

    def _seal(self, purpose: bytes, user_id: int, text: str) -> bytes:
        if not self._ciphers:
            raise KeyMissing("there is no key to seal with")
        named, cipher = next(iter(self._ciphers.items()))
        nonce = os.urandom(NONCE)
        return VERSION + named + nonce + cipher.encrypt(nonce, _padded(text), _context(purpose, user_id, named))

    def _open(self, purpose: bytes, user_id: int, sealed: bytes) -> str:
        named = sealed_with(sealed)
        cipher = self._ciphers.get(named)
        if cipher is None:
            raise KeyMissing(f"what is kept of user {user_id} was sealed with key {named.hex()}, which is not here")
        nonce, rest = sealed[HEAD : HEAD + NONCE], sealed[HEAD + NONCE :]
        return cipher.decrypt(nonce, rest, _context(purpose, user_id, named)).decode()


def new_key() -> bytes:
    """A key that nobody has."""
    return AESGCM.generate_key(KEY * 8)


def key_id(key: bytes) -> bytes:
    """The name of a key, which says nothing about it: it stands beside what the key sealed."""
    return hashlib.sha256(b"polimisport key id" + key).digest()[:KEY_ID]


def sealed_with(sealed: bytes) -> bytes:
    """The id of the key that sealed a blob. Raises SealBroken for what is none."""
    if len(sealed) <= HEAD + NONCE or not sealed.startswith(VERSION):
        raise SealBroken("what a guest logs in with is no blob of this program: it has to be entered again")
    return sealed[len(VERSION) : HEAD]


def spelled(key: bytes) -> str:
    """A key as it is written in a file or a variable."""
    return base64.urlsafe_b64encode(key).decode()


def read_keys(text: str) -> list[bytes]:
    """The keys that a text names, in its order: one a line, or apart by spaces; lines with `#` are notes.

    Raises ValueError, without its words, for what is no key.
    """
    lines = (line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [_key(word) for line in lines for word in line.split()]


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY:
        raise ValueError(f"a key is {KEY} random bytes in base64")
    return key


def _padded(text: str) -> bytes:
    content = text.encode()
    return content.ljust(-(-len(content) // PADDED_TO) * PADDED_TO)  # with blanks, which JSON leaves out of account


def _context(purpose: bytes, user_id: int, named: bytes) -> bytes:
    return b"\0".join((purpose, VERSION, named, str(user_id).encode()))

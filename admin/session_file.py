"""A session on its way from a laptop to a machine without a screen: one file, sealed with a passphrase.

Nothing in it can be read without the passphrase, not even whose it is: a Codice Persona has eight digits, and its
digest could be guessed. The key is made by scrypt, so that each guess of a passphrase costs time and memory; what the
file holds is sealed with AES-GCM, which notices every change. Used by admin/sessions.py.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import stat
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from domain.errors import AppError
from domain.model import instant, stamp
from languages.terminal import _
from safety import untrusted

FORMAT = 1
BEGINNING = b'{"polimisport_session":'
LARGEST = 1_000_000  # bytes; a session has a few thousand
SALT, NONCE, KEY = 16, 12, 32  # bytes
WORK = {"n": 2**15, "r": 8, "p": 1}  # of scrypt: 32 megabytes and a tenth of a second; the file can't ask for more
FIELDS = ("name", "value", "domain", "path")  # of a cookie, all of them texts


class SessionFileError(AppError):
    """The file can't be written or used; the sentence says why, and what to do. Nothing was changed."""


class WrongPassphrase(SessionFileError):
    """The file is whole, and does not open with this passphrase."""


@dataclass(frozen=True, slots=True)
class CarriedSession:
    """What the file holds."""

    whose: str  # a digest of the user name
    base_url: str
    made_at: datetime
    state: dict[str, Any] = field(repr=False)

    def belongs_to(self, username: str) -> bool:
        return hmac.compare_digest(self.whose, digest(username))


def digest(username: str) -> str:
    """Whose session it is. Not by Telegram id, which may differ between two machines, or be unknown on one of them."""
    return hashlib.sha256(f"polimisport session of {username}".encode()).hexdigest()


def refuse_existing(path: Path) -> None:
    """Raises SessionFileError for a place that can't be taken: better known before somebody logs in."""
    if os.path.lexists(path):
        raise SessionFileError(_("{path} is there already, and stays as it is: name another file", path=path))
    if not path.absolute().parent.is_dir():
        raise SessionFileError(
            _(
                "{path} can't be written, as there is no folder {folder}: make it first",
                path=path,
                folder=path.absolute().parent,
            )
        )


def write(path: Path, session: CarriedSession, passphrase: str) -> None:
    """Writes a new file, whole or not at all, readable by its owner only. Raises SessionFileError."""
    content, draft = _sealed(session, passphrase), path.with_name(f".{path.name}.{os.getpid()}")
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # from now on the name is ours
    except FileExistsError:
        raise SessionFileError(_("{path} is there already, and stays as it is: name another file", path=path)) from None
    except OSError as error:
        raise SessionFileError(
            _("{path} can't be written ({why}): name another file", path=path, why=error.strerror)
        ) from None
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise SessionFileError(
            _("{path} can't be written ({why}): name another file", path=path, why=error.strerror)
        ) from None
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> Sealed:
    """What the file holds, still sealed. Raises SessionFileError for what is no such file, or not whole."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with open(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise SessionFileError(
                    _("{path} is not an ordinary file: name the one that --export-session wrote", path=path)
                )
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SessionFileError(_("{path} can't be read ({why})", path=path, why=error.strerror)) from None
    if len(content) > LARGEST:
        raise SessionFileError(
            _("{path} is too large for a session: name the file that --export-session wrote", path=path)
        )
    return _parts(path, content)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A whole session file."""

    path: Path
    salt: bytes
    nonce: bytes
    secret: bytes = field(repr=False)

    def opened(self, passphrase: str) -> CarriedSession:
        """Raises WrongPassphrase, or SessionFileError when something else is in it than a session."""
        try:
            plain = AESGCM(_key(passphrase, self.salt)).decrypt(self.nonce, self.secret, _label())
        except InvalidTag:
            raise WrongPassphrase(_("{path} does not open with this passphrase", path=self.path)) from None
        try:
            return _session(untrusted.read_json(plain.decode()))
        except (ValueError, KeyError, TypeError):
            raise _no_session(self.path) from None


def _sealed(session: CarriedSession, passphrase: str) -> bytes:
    held = {
        "whose": session.whose,
        "base_url": session.base_url,
        "made_at": stamp(session.made_at),
        "state": session.state,
    }
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    secret = AESGCM(_key(passphrase, salt)).encrypt(nonce, json.dumps(held).encode(), _label())
    parts = {
        "polimisport_session": FORMAT,
        "salt": _text(salt),
        "nonce": _text(nonce),
        "whole": hashlib.sha256(secret).hexdigest(),  # tells a file that was cut from a wrong passphrase
        "sealed": _text(secret),
    }
    return json.dumps(parts, separators=(",", ":")).encode() + b"\n"


def _parts(path: Path, content: bytes) -> Sealed:
    if not content.startswith(BEGINNING):
        raise _cut(path) if BEGINNING.startswith(content) else _no_session(path)
    try:
        parts = untrusted.read_json(content.decode())
        form = parts["polimisport_session"]
    except (ValueError, KeyError, TypeError):
        raise _cut(path) from None
    if isinstance(form, int) and form > FORMAT:
        raise SessionFileError(
            _("{path} was made by a newer version of this program: update this one (git pull)", path=path)
        )
    try:
        salt, nonce, secret = (base64.b64decode(parts[name], validate=True) for name in ("salt", "nonce", "sealed"))
        sealed = Sealed(path, salt, nonce, secret)
        whole = hashlib.sha256(sealed.secret).hexdigest() == parts["whole"]
    except (ValueError, KeyError, TypeError):
        raise _cut(path) from None
    if form != FORMAT or not whole or (len(sealed.salt), len(sealed.nonce)) != (SALT, NONCE):
        raise _cut(path)
    return sealed


def _session(held: Any) -> CarriedSession:
    """Raises ValueError, KeyError or TypeError for what is not as we write it."""
    cookies = held["state"]["cookies"]
    if not isinstance(cookies, list) or not all(_is_cookie(each) for each in cookies):
        raise ValueError("no cookies")
    return CarriedSession(
        str(held["whose"]), str(held["base_url"]), instant(held["made_at"]), {"cookies": cookies, "origins": []}
    )


def _is_cookie(each: Any) -> bool:
    return isinstance(each, dict) and all(isinstance(each.get(name), str) for name in FIELDS)


def _key(passphrase: str, salt: bytes) -> bytes:
    typed = unicodedata.normalize("NFC", passphrase)  # keyboards of two systems may write one letter in two ways
    return Scrypt(salt=salt, length=KEY, **WORK).derive(typed.encode())


def _label() -> bytes:
    """Sealed with the content, and checked: a file of another format can't be passed off as one of this."""
    return f"polimisport session {FORMAT}".encode()


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _cut(path: Path) -> SessionFileError:
    return SessionFileError(
        _("{path} was cut short or damaged on its way: copy it again, or make another where you logged in", path=path)
    )


def _no_session(path: Path) -> SessionFileError:
    return SessionFileError(_("{path} is not a session file: name the one that --export-session wrote", path=path))

"""Where the key lies that seals what guests log in with, and how it is made and changed. Never in the database.

The first of these that there is: the environment variable POLIMISPORT_KEY; the systemd credential `polimisport-key`;
the file `<database>.key` beside the database, mode 0600, which is made when it is first needed. Several keys may stand
there: the first one seals, the others still open what they sealed.
"""

from __future__ import annotations

import glob
import os
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from domain.errors import ConfigError, KeyMissing, SealBroken
from domain.model import Clock
from languages.terminal import _
from runtime import credentials
from safety import private
from safety.sealing import SealingKeys, Secrets, new_key, read_keys, sealed_with, spelled

VARIABLE = "POLIMISPORT_KEY"
SET_ASIDE = ".old-"  # the beginning of what follows the file's name, for keys that open older backups
NOTE = """\
# Polimisport Bot seals with this key what guests log in with. Without it nobody can log in for them any more.
# Keep a copy of it, and keep that apart from the copies of the database.
"""


@cache
def given() -> str | None:
    """What the variable says. It is taken out of the environment at the first look: no child of ours gets it."""
    return os.environ.pop(VARIABLE, None)


class KeyRing:
    """The keys as they lie there now: another program may make the first one, or put a new one in front."""

    def __init__(self, database: Path) -> None:
        self.file = database.with_name(f"{database.name}.key")
        self._given = given()
        self._keys: SealingKeys | None = None

    @property
    def place(self) -> str:
        """Where the keys come from, as a person reads it."""
        if self._given is not None:
            return VARIABLE
        return str(credentials.handed_over(credentials.KEY) or self.file)

    @property
    def is_ours(self) -> bool:
        """Whether the keys lie in our own file, which we may write."""
        return self._given is None and credentials.handed_over(credentials.KEY) is None

    def seal(self, user_id: int, secrets: Secrets, *, had_one: bool = False) -> bytes:
        """The secrets sealed with the first key as it is now. Raises ConfigError.

        A key is made if there is none; `had_one`: something is sealed already, so that one that is not here is
        lost, and another in its place would hide that.
        """
        return self._to_seal(had_one=had_one).seal(user_id, secrets)

    def seal_session(self, user_id: int, session: str, *, had_one: bool) -> bytes:
        """A session on the site sealed with the first key, which is made if there is none. Raises ConfigError."""
        return self._to_seal(had_one=had_one).seal_session(user_id, session)

    def _to_seal(self, *, had_one: bool) -> SealingKeys:
        self._keys = self._read()
        if not self._keys.ids:
            if had_one:
                raise ConfigError(
                    _(
                        "the key is not in {place}, and guests' logins are sealed with it: bring it back. If it is "
                        "lost for good, --rotate-key makes another, and they enter their logins again",
                        place=self.place,
                    )
                )
            self._make()
            self._keys = self._read()
        return self._keys

    def open(self, user_id: int, sealed: bytes) -> Secrets:
        """What was sealed for that guest. Raises KeyMissing, SealBroken, ConfigError."""
        return self._to_open(sealed).open(user_id, sealed)

    def open_session(self, user_id: int, sealed: bytes) -> str:
        """The session that was sealed for that person. Raises KeyMissing, SealBroken, ConfigError."""
        return self._to_open(sealed).open_session(user_id, sealed)

    def _to_open(self, sealed: bytes) -> SealingKeys:
        if self._keys is None or sealed_with(sealed) not in self._keys.ids:
            self._keys = self._read(and_old=True)
        return self._keys

    def shut(self, sealed: Iterable[bytes]) -> int:
        """How many of those can't be opened here: the key that sealed them is gone, or they are. Raises ConfigError."""
        ids = self._read(and_old=True).ids

        def is_shut(blob: bytes) -> bool:
            try:
                return sealed_with(blob) not in ids
            except SealBroken:
                return True

        return sum(map(is_shut, sealed))

    def read(self) -> SealingKeys:
        """The keys as they lie there now, without those that were set aside; none when there are none."""
        return SealingKeys(self._found())

    def begin_rotation(self) -> SealingKeys:
        """Puts a new key in front of the others, unless a rotation has begun already. Raises ConfigError.

        A process that is killed from here on loses nothing: both keys are there.
        """
        keys = self._found()
        if self.is_ours and len(keys) < 2:
            keys = [new_key(), *keys]
            self._write(self.file, keys)
        return SealingKeys(keys)

    def end_rotation(self, clock: Clock) -> Path | None:
        """Sets the keys aside that seal nothing any more: older backups need them. Returns the file they are in."""
        first, *others = self._found()
        if not (self.is_ours and others):
            return None
        aside = self.file.with_name(f"{self.file.name}{SET_ASIDE}{clock():%Y%m%dT%H%M%S%f}")
        self._write(aside, others)
        self._write(self.file, [first])
        return aside

    def set_aside(self) -> list[Path]:
        """The files of keys that seal nothing any more."""
        return sorted(self.file.parent.glob(f"{glob.escape(self.file.name)}{SET_ASIDE}*"))

    def _read(self, *, and_old: bool = False) -> SealingKeys:
        old = [key for path in self.set_aside() for key in self._keys_in(path)] if and_old and self.is_ours else []
        return SealingKeys([*self._found(), *old])

    def _found(self) -> list[bytes]:
        if self._given is not None:
            return _checked(self._given, VARIABLE)
        return self._keys_in(credentials.handed_over(credentials.KEY) or self.file)

    @staticmethod
    def _keys_in(path: Path) -> list[bytes]:
        try:
            content = private.read_trusted(path)
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ConfigError(
                _("the key {path} can't be read ({error}): make this user its owner", path=path, error=error.strerror)
            ) from None
        return _checked(content.decode("ascii", "replace"), str(path))

    def _make(self) -> None:
        """A first key, unless another program makes it at the same moment: then theirs is the key."""
        if not self.is_ours:
            raise KeyMissing(f"{self.place} holds no key")
        draft = self._draft(self.file, [new_key()])
        try:
            os.link(draft, self.file)
        except FileExistsError:
            return
        finally:
            draft.unlink(missing_ok=True)
        _settle(self.file.parent)

    def _write(self, path: Path, keys: Iterable[bytes]) -> None:
        os.replace(self._draft(path, keys), path)
        _settle(path.parent)

    @staticmethod
    def _draft(path: Path, keys: Iterable[bytes]) -> Path:
        """A file beside the other, whole and on the disk. Raises ConfigError."""
        try:
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(NOTE + "".join(f"{spelled(key)}\n" for key in keys))
                file.flush()
                os.fsync(handle)
        except OSError as error:
            raise ConfigError(_("the key {path} can't be written ({why})", path=path, why=error.strerror)) from None
        return Path(name)


def _checked(text: str, place: str) -> list[bytes]:
    try:
        return read_keys(text)
    except ValueError:
        raise ConfigError(
            _("{place} must hold 32 random bytes in base64, as 'openssl rand -base64 32' makes them", place=place)
        ) from None


def _settle(folder: Path) -> None:
    """Has the disk keep the names in the folder: a key that is lost after a power cut locks everybody out."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

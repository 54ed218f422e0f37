"""What systemd hands over to the programs in place of files (LoadCredential=), lent to the commands of an upgrade.

systemd hands it to its units alone. A command of an upgrade is none, and reads the same by the same name, out of a
folder in memory (/run) that is the programs' user's alone and goes when the upgrade ends.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from upgrade.commands import Identity, UpgradeFailed, ask

VARIABLE = "CREDENTIALS_DIRECTORY"
CONFIG = "polimisport-config"  # in place of config.json
STORES = ("/etc/credstore", "/run/credstore", "/usr/lib/credstore")  # where one without a path lies (systemd.exec(5))
LINE = re.compile(r"LoadCredential(Encrypted)?=\s*(?:(polimisport-[a-z]+)(?::(\S+))?)?\s*")


@dataclass(frozen=True, slots=True)
class Credential:
    """A file that a unit is handed, by its name there."""

    name: str
    source: Path
    encrypted: bool = False

    def content(self) -> bytes:
        """Raises UpgradeFailed."""
        try:
            return self._decrypted() if self.encrypted else self.source.read_bytes()
        except OSError as error:
            raise UpgradeFailed(
                f"the units are handed {self.name} from {self.source}, which can't be read ({error.strerror})"
            ) from None

    def _decrypted(self) -> bytes:
        words = ["systemd-creds", "decrypt", f"--name={self.name}", str(self.source), "-"]
        answer = ask(words, Path("/"), patience=60)
        if answer.code:
            raise UpgradeFailed(f"{self.source} can't be decrypted: {answer.last_line}")
        return answer.output.encode()


def named_in(units: str) -> tuple[Credential, ...]:
    """What the text of units says that they are handed, of ours. A line without a name takes back those before it."""
    found: dict[str, Credential] = {}
    for line in units.splitlines():
        if (match := LINE.fullmatch(line.strip())) is None:
            continue
        encrypted, name, path = bool(match[1]), match[2], match[3]
        if name is None:
            found = {each: one for each, one in found.items() if one.encrypted != encrypted}
        else:
            found[name] = Credential(name, _place(path or name, encrypted), encrypted)
    return tuple(found.values())


def _place(path: str, encrypted: bool) -> Path:
    stores = [f"{store}.encrypted" if encrypted else store for store in STORES]
    return next((found for store in stores if (found := Path(store, path)).exists()), Path(stores[0], path))


@contextmanager
def lent(credentials: Sequence[Credential], folder: Path, identity: Identity) -> Iterator[Mapping[str, str]]:
    """The environment in which that user's commands find them, while the block lasts. Raises UpgradeFailed."""
    if not credentials:
        yield {}
        return
    user = pwd.getpwnam(identity.name) if identity.name else pwd.getpwuid(os.geteuid())
    shutil.rmtree(folder, ignore_errors=True)  # of one that was killed
    try:
        folder.mkdir(mode=0o700)
        for each in credentials:
            (folder / each.name).touch(mode=0o600)
            (folder / each.name).write_bytes(each.content())
            os.chown(folder / each.name, user.pw_uid, user.pw_gid)
        os.chown(folder, user.pw_uid, user.pw_gid)
        yield {VARIABLE: str(folder)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)

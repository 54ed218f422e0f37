"""Runs a command, and says in one sentence what failed."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAMED = ("ERROR: ", "error: ", "fatal: ")  # as pip and git begin the line that says it
PATIENCE = 900.0  # s: a slow line, a Raspberry Pi and a whole environment
KEPT_FROM_CHILDREN = ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE")  # they are for the upgrade alone
QUIET = {"GIT_TERMINAL_PROMPT": "0", "GCM_INTERACTIVE": "never"}  # nobody is asked for a password in the middle


class UpgradeFailed(Exception):
    """Its message is the sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The user as whom a command runs; without a name: whoever we are."""

    name: str = ""

    @staticmethod
    def of_owner(path: Path) -> Identity:
        """Whoever the file belongs to, where we are root and they are not."""
        if os.geteuid() != 0 or not path.exists() or path.stat().st_uid == 0:
            return Identity()
        return Identity(pwd.getpwuid(path.stat().st_uid).pw_name)

    @staticmethod
    def of_keeper(config: Path) -> Identity:
        """As whom the programs with that configuration run; where it is handed over, whose the folder for it is."""
        return Identity.of_owner(config if config.exists() else config.parent)


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended, and what it said: on standard output, and in all."""

    code: int
    output: str
    said: str

    @property
    def last_line(self) -> str:
        """What it says last, or what it calls the error itself; without the full stop: it goes into a sentence."""
        lines = [line.strip() for line in self.said.splitlines() if line.strip()]
        named = [line for line in lines if line.startswith(NAMED)]
        return (named or lines or ["it said nothing"])[-1].rstrip(".")


def ask(
    words: Sequence[str | Path],
    folder: Path,
    *,
    identity: Identity = Identity(),  # noqa: B008 - frozen
    environment: Mapping[str, str] | None = None,
    patience: float = PATIENCE,
    keep_open: Sequence[int] = (),
) -> Answer:
    """Runs a command without anything to read from. Raises UpgradeFailed when it can't be started, or does not end.

    `keep_open`: files it gets too; by the lock of the upgrade it can be told that a command of a killed one still runs.
    """
    names = [str(word) for word in words]
    inherited = {name: value for name, value in os.environ.items() if name not in KEPT_FROM_CHILDREN}
    try:
        ended = subprocess.run(  # noqa: S603 - our own words
            names,
            cwd=folder,
            env=inherited | QUIET | _home_of(identity) | dict(environment or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=patience,
            check=False,
            pass_fds=tuple(keep_open),
            start_new_session=True,  # a Ctrl-C is for us, who know what to do then
            user=identity.name or None,
            group=pwd.getpwnam(identity.name).pw_gid if identity.name else None,
            extra_groups=[] if identity.name else None,
        )
    except subprocess.TimeoutExpired:
        raise UpgradeFailed(f"{names[0]} did not end within {patience:.0f} s") from None
    except OSError as error:
        raise UpgradeFailed(f"{names[0]} can't be started ({error.strerror})") from None
    return Answer(ended.returncode, ended.stdout, ended.stdout + ended.stderr)


def _home_of(identity: Identity) -> dict[str, str]:
    return {"HOME": pwd.getpwnam(identity.name).pw_dir} if identity.name else {}

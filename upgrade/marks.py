"""How far an upgrade has come, as a file in .upgrade/: one that was killed finds its way by it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from upgrade.commands import UpgradeFailed

LONGEST_WAIT = 300.0  # s for another upgrade, or for what a killed one has left running
LOOK_AGAIN = 0.2  # s


class Phase(StrEnum):
    """What may have happened by now. Every phase but the last is left by going back."""

    STOPPED = "stopped"  # programs are being stopped; code, environment and database are as before
    CHANGING = "changing"  # code, environment and database may be of before, of the new release, or of both
    STARTING = "starting"  # all is of one release; the programs may not run yet


@dataclass(frozen=True, slots=True)
class Release:
    """What is checked out, or shall be: the branch or tag, its commit, its version."""

    ref: str
    commit: str
    version: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What is needed to go on, or back. The paths of config and backup are absolute."""

    phase: Phase
    old: Release
    new: Release
    config: str
    backup: str = ""  # of the database, made when all programs were stopped
    units: tuple[str, ...] = field(default=())  # of systemd: stopped, to be started again
    migrated: bool = False  # the database was changed for the new release

    def at(self, phase: Phase) -> Marks:
        return replace(self, phase=phase)


class Desk:
    """The folder .upgrade/ of a checkout. Raises UpgradeFailed for what can't be written or read there."""

    def __init__(self, checkout: Path) -> None:
        self.folder = checkout / ".upgrade"
        self._marks = self.folder / "state.json"
        self._last = self.folder / "last.json"
        self._at_work = self.folder / "at-work"

    def open(self) -> None:
        """Makes the folder, for this user alone to write in."""
        try:
            self.folder.mkdir(mode=0o755, exist_ok=True)
        except OSError as error:
            raise UpgradeFailed(f"{self.folder} can't be made ({error.strerror})") from None

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Waits until no other upgrade, and no command that one has left, is at work; gives the lock's file.

        Commands get it too, so that it is held until the last of them has ended.
        """
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            who = "type ./run --upgrade as the user whom it belongs to"
            raise UpgradeFailed(f"{self.folder} can't be written ({error.strerror}): {who}") from None
        try:
            self._take(handle)
            yield handle
        finally:
            os.close(handle)

    def _take(self, handle: int) -> None:
        until = time.monotonic() + LONGEST_WAIT
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise UpgradeFailed("another upgrade is at work here") from None
                time.sleep(LOOK_AGAIN)
            else:
                return

    # ----- the marks

    def marks(self) -> Marks | None:
        return _read(self._marks)

    def last(self) -> Marks | None:
        """Of the upgrade that succeeded last, until another begins."""
        return _read(self._last)

    def note(self, marks: Marks) -> None:
        """Writes the marks down, to the disk, before what they announce is done."""
        _write(self._marks, marks)

    def done(self, last: Marks | None) -> None:
        """Nothing is under way any more; `last` is what may be gone back to."""
        if last:
            _write(self._last, last)
        else:
            self._last.unlink(missing_ok=True)
        self._marks.unlink(missing_ok=True)

    # ----- for those who run under ./run: they wait while the file names a process that lives

    def hold(self) -> None:
        self._at_work.write_text(f"{os.getpid()}\n", encoding="ascii")

    def let_go(self) -> None:
        self._at_work.unlink(missing_ok=True)


def _read(path: Path) -> Marks | None:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        kept["old"], kept["new"] = Release(**kept["old"]), Release(**kept["new"])
        return Marks(**kept | {"phase": Phase(kept["phase"]), "units": tuple(kept["units"])})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise UpgradeFailed(f"{path} can't be understood ({error})") from None


def _write(path: Path, marks: Marks) -> None:
    draft = path.with_suffix(".draft")
    with open(draft, "w", encoding="utf-8") as file:
        json.dump(asdict(marks), file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

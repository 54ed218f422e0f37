"""The virtual environment: the new release's is made beside the present one while that is used, and put in its place.

What is installed is shared by hard links, so that the second costs little of the disk; pip replaces files and never
writes into them. The old one is kept until the next upgrade: going back needs no network.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from upgrade.commands import UpgradeFailed, ask

INSTALL = '. deploy/environment.sh; prepare_environment $(packages_for "$1")'
BROWSER = f"{INSTALL}; prepare_browser"


class Environment:
    """.venv of a checkout, that of the staged release, and that of before."""

    def __init__(self, checkout: Path, staged: Path, lock: int) -> None:
        self._here = checkout / ".venv"
        self._staged = staged / ".venv"
        self._before = checkout / ".upgrade" / "venv.before"
        self._failed = checkout / ".upgrade" / "venv.failed"
        self._lock = lock

    def refuse_link(self) -> None:
        if self._here.is_symlink():
            raise UpgradeFailed(f"{self._here} is a link: an upgrade would change what it leads to")

    def stage(self, config: Path, lent: Mapping[str, str], *, with_browser: bool) -> None:
        """Installs, beside what is used, what the staged release lists for that configuration; `lent`: as Bot has it.

        Raises UpgradeFailed with pip's last line.
        """
        shutil.rmtree(self._before, ignore_errors=True)
        shutil.rmtree(self._failed, ignore_errors=True)
        if self._here.is_dir():
            shutil.copytree(self._here, self._staged, symlinks=True, copy_function=_link)
        script = BROWSER if with_browser else INSTALL
        words: list[str | Path] = ["bash", "-euc", script, "stage", config]
        answer = ask(words, self._staged.parent, environment=lent, keep_open=[self._lock])
        if answer.code:
            raise UpgradeFailed(f"its requirements can't be installed: {answer.last_line}")

    def switch(self) -> None:
        """Puts the staged one in place; what is there stays, as that of before."""
        if self._here.exists():
            self._here.rename(self._before)
        self._staged.rename(self._here)
        _rename_in_scripts(self._here / "bin", self._staged, self._here)

    def switch_back(self) -> None:
        """Puts that of before in place, if it is not there already. Half done, it may be done again."""
        if not self._before.exists():
            return
        if self._here.exists():
            shutil.rmtree(self._failed, ignore_errors=True)
            self._here.rename(self._failed)
        self._before.rename(self._here)
        shutil.rmtree(self._failed, ignore_errors=True)


def _link(source: str, target: str) -> str:
    """Shares what is installed; copies what is small and written in place: scripts, and what stands at the top."""
    if "/lib/" not in source and "/lib64/" not in source:
        return str(shutil.copy2(source, target))
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:  # another disk, or one that knows no links
        return str(shutil.copy2(source, target))
    return target


def _rename_in_scripts(folder: Path, old: Path, new: Path) -> None:
    """Commands of packages name their interpreter by its whole path."""
    for script in folder.iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if bytes(old) in content and b"\0" not in content:
            script.write_bytes(content.replace(bytes(old), bytes(new)))

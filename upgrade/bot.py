"""The commands of the bot that an upgrade asks, of the code in some folder and with the environment beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from upgrade.commands import Answer, Identity, UpgradeFailed, ask

PROGRAMS = ("bot_db.py", "worker.py", "periodic_executor.py", "web.py")
NOTHING: Mapping[str, str] = MappingProxyType({})
UNTOLD = 3  # as admin/upgrade_facts.py ends when a server does not say whether the database can be used
UNWELL = "✗ "  # how a line of the doctor begins when something is not well


@dataclass(frozen=True, slots=True)
class Facts:
    """What admin/upgrade_facts.py tells of an installation."""

    schema: int  # version of the database
    opening: datetime | None  # the next one that somebody waits for, or one that has just begun
    living: tuple[tuple[str, str], ...]  # program and version of each process with a sign of life
    backup: Path  # where a copy of the database is to go
    elsewhere: tuple[str, ...] = ()  # programs on other machines, which use the same database on a server
    ahead: bool = False  # another machine has upgraded it there, beyond this code; then nothing else is known of it


class ServerSilent(UpgradeFailed):
    """Whether a database on a server can be used is not known: nothing may be concluded from that."""


class Bot:
    """`lent`: what its commands find in their environment besides (upgrade/handed_over.py)."""

    def __init__(self, folder: Path, config: Path, lock: int, lent: Mapping[str, str] = NOTHING) -> None:
        self._folder = folder
        self._config = config
        self._identity = Identity.of_keeper(config)  # under systemd root upgrades the code, and the data is another's
        self._lock = lock
        self._lent = lent

    def _ask(self, *words: str | Path, database: Path | None = None) -> Answer:
        python = self._folder / ".venv" / "bin" / "python"
        elsewhere = {"POLIMISPORT_DATABASE": str(database)} if database else {}
        return ask(
            [python, *words, "--config", self._config],
            self._folder,
            identity=self._identity,
            environment={**self._lent, **elsewhere},
            keep_open=[self._lock],
        )

    def facts(self, database: Path | None = None) -> Facts:
        """Upgrades the database, as every program does, and tells about it; or about another one.

        Raises UpgradeFailed when it can't be used, and ServerSilent.
        """
        answer = self._ask("-m", "admin.upgrade_facts", database=database)
        if answer.code:
            failed = ServerSilent if answer.code == UNTOLD else UpgradeFailed
            raise failed(f"the database can't be used by it: {answer.last_line}")
        told = json.loads(answer.output)
        opening = datetime.fromisoformat(told["opening"]) if told["opening"] else None
        living = tuple((each["program"], each["version"]) for each in told["living"])
        elsewhere, ahead = tuple(told.get("elsewhere", ())), bool(told.get("ahead"))  # not told by earlier releases
        return Facts(told["schema"], opening, living, Path(told["backup"]), elsewhere, ahead)

    def back_up(self, target: Path) -> None:
        self._must("the database can't be backed up", "setup.py", "--backup", target)

    def restore(self, source: Path) -> str:
        """Puts the backup in place; says what became of the file that was there."""
        answer = self._must("the backup can't be put back", "setup.py", "--restore", source)
        return answer.output.strip().splitlines()[-1] if answer.output.strip() else ""

    def refuse_configuration(self) -> None:
        """Raises UpgradeFailed when this code can't use the configuration."""
        self._must("it can't use the configuration", "setup.py", "--validate")

    def refuse_other_version(self, version: str) -> None:
        """Raises UpgradeFailed unless every program starts and says that it is of this version."""
        for program in PROGRAMS:
            answer = self._ask(program, "--version")
            if answer.code or not answer.output.strip().endswith(f" {version}"):
                raise UpgradeFailed(f"{program} does not start: {answer.last_line}")

    def complaints(self) -> dict[str, str]:
        """What the doctor finds unwell without asking anybody outside: its line by its subject.

        Raises UpgradeFailed when the doctor itself can't do its work.
        """
        answer = self._ask("setup.py", "--check", "--offline")
        lines = [line.strip() for line in answer.output.splitlines() if line.startswith(UNWELL)]
        if answer.code and not lines:
            raise UpgradeFailed(f"the doctor can't work: {answer.last_line}")
        return {line.removeprefix(UNWELL).partition(":")[0]: line for line in lines}

    def _must(self, sentence: str, *words: str | Path) -> Answer:
        answer = self._ask(*words)
        if answer.code:
            raise UpgradeFailed(f"{sentence}: {answer.last_line}")
        return answer

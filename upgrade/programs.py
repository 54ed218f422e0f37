"""What runs out of this checkout: units of systemd, and ./run. Stopped for an upgrade, and started again after it."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from upgrade.commands import UpgradeFailed, ask
from upgrade.handed_over import Credential, named_in

UNITS = "polimisport*"
KINDS = "service,target,timer,path,socket"
LONGEST_STOP = 60.0  # s
LOOK_AGAIN = 0.2  # s


@dataclass(frozen=True, slots=True)
class Started:
    """A ./run that is at work: its process, the configuration, and the file by which it is known."""

    pid: int
    config: str
    file: Path


class Programs:
    def __init__(self, checkout: Path) -> None:
        self._checkout = checkout
        self._running = checkout / ".upgrade" / "running"  # deploy/programs.sh writes a file for each ./run there

    # ----- systemd

    def units(self) -> tuple[str, ...]:
        """The units that are up, if the services among them work in this checkout."""
        if shutil.which("systemctl") is None:
            return ()
        wanted = ["--type", KINDS, "--state=active,activating,reloading", "--plain", "--no-legend", "--full", UNITS]
        listed = ask(["systemctl", "list-units", *wanted], self._checkout, patience=30)
        units = tuple(line.split()[0] for line in listed.output.splitlines() if line.strip())
        ours = [unit for unit in units if unit.endswith(".service") and self._works_here(unit)]
        return units if ours else ()

    def _works_here(self, unit: str) -> bool:
        shown = ask(["systemctl", "show", "--property=WorkingDirectory", "--value", unit], self._checkout, patience=30)
        folder = shown.output.strip().removeprefix("!")
        return bool(folder) and Path(folder).resolve() == self._checkout.resolve()

    def user_of(self, units: tuple[str, ...]) -> str:
        """As whom the services run; empty where they say nothing."""
        for unit in units:
            if unit.endswith(".service"):
                shown = ask(["systemctl", "show", "--property=User", "--value", unit], self._checkout, patience=30)
                return shown.output.strip()
        return ""

    def handed_over(self) -> tuple[Credential, ...]:
        """What the services that work in this checkout are handed by systemd, whether they are up or not."""
        if shutil.which("systemctl") is None or os.geteuid() != 0:
            return ()
        wanted = ["--type", "service", "--plain", "--no-legend", "--full", UNITS]
        listed = ask(["systemctl", "list-unit-files", *wanted], self._checkout, patience=30)
        names = [line.split()[0] for line in listed.output.splitlines() if line.strip()]
        ours = [name for name in names if "@." not in name and self._works_here(name)]
        return named_in(ask(["systemctl", "cat", *ours], self._checkout, patience=30).output) if ours else ()

    def stop_units(self, units: tuple[str, ...]) -> None:
        self._systemctl("stop", units)

    def start_units(self, units: tuple[str, ...], *, wait: bool = True) -> None:
        """Without waiting: for who is asked by a unit that is being started."""
        self._systemctl("start", units, *([] if wait else ["--no-block"]))

    def _systemctl(self, verb: str, units: tuple[str, ...], *options: str) -> None:
        if not units:
            return
        answer = ask(["systemctl", verb, *options, *units], self._checkout, patience=LONGEST_STOP * 3)
        if answer.code:
            raise UpgradeFailed(f"systemctl {verb} failed: {answer.last_line}")

    # ----- ./run

    def started(self) -> list[Started]:
        """Every ./run of this checkout that is at work. One that was killed is forgotten."""
        found = []
        for file in self._running.glob("*") if self._running.is_dir() else ():
            with suppress(OSError, ValueError):
                one = Started(int(file.name), file.read_text(encoding="utf-8").strip(), file)
                if self._lives(one.pid):
                    found.append(one)
                else:
                    file.unlink()
        return found

    def _lives(self, pid: int) -> bool:
        """Whether it is a programs.sh that runs: the number of one that has ended may be another's by now."""
        whole = ["ps", "-ww", "-o", "args=", "-p", str(pid)]  # else a narrow terminal's width cuts the name off
        return "programs.sh" in ask(whole, self._checkout, patience=30).output

    def have_wait(self, started: list[Started]) -> None:
        """Has each ./run stop its programs and wait. Returns when all have stopped them."""
        for one in started:
            with suppress(ProcessLookupError):
                os.kill(one.pid, signal.SIGUSR1)
        until = time.monotonic() + LONGEST_STOP
        while any(one.file.exists() and self._lives(one.pid) for one in started):
            if time.monotonic() > until:
                raise UpgradeFailed(f"the programs under ./run did not stop within {LONGEST_STOP:.0f} s")
            time.sleep(LOOK_AGAIN)

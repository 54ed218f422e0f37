"""Signs of life of the programs, and what the owner is told when one of them shows none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

PROGRAMS = ("bot", "worker", "executor", "web")
LATE = timedelta(seconds=90)  # without a beat: four are missing


IsDead = Callable[[str], bool]  # whether a process is known to be no more, by its name


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process tells of itself with its sign of life."""

    note: str = ""  # what it is at
    tasks: int = 0  # in its event loop
    version: str = ""  # of the program
    memory: int = 0  # bytes; 0: not known
    browser: str = ""  # version of the Chromium it started last


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The last sign of life of a process. `name` says machine, process namespace and process, as in
    runtime/process_names.py.
    """

    program: str
    name: str
    pid: int
    started_at: datetime
    at: datetime
    vitals: Vitals


def living(beats: Iterable[Heartbeat], now: datetime, is_dead: IsDead) -> list[Heartbeat]:
    """Those of processes that live: a beat lately, and not known to have ended since."""
    return [beat for beat in beats if now - beat.at < LATE and not is_dead(beat.name)]


@dataclass(frozen=True, slots=True)
class Outage:
    """A program that was missed from `since` on; `until` is None while it still is."""

    id: int
    program: str
    since: datetime
    died: bool  # the process is no more; else it hangs, or its machine can't be reached
    until: datetime | None

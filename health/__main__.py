"""Whether the programs live, for whoever can only run a command: python -m health --config PATH [--memo FILE]

Exit code 0: the database can be read, and in it every program has shown a sign of life lately. 1: not so. A line for
each, as in /healthz, says which. Nothing is written but the memo, and web.py need not run.

A container's engine asks twice a minute. Loading the settings takes most of the time: the memo keeps what they said of
this, until config.json is another. The environment, which can change them too, is a container's own and stays. The
address of a server, which is a secret, is not kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import ConfigError, DatabaseError
from domain.postgresql_address import DatabasePlace
from domain.programs import Heartbeat, living
from runtime.credentials import CONFIG, handed_over
from runtime.process_names import is_dead
from store.last_signs import last_signs, last_signs_on

WELL, UNWELL = 0, 1  # to the engines every other code means something else


@dataclass(frozen=True, slots=True)
class Watched:
    database: DatabasePlace
    programs: tuple[str, ...]  # of which one process has to live


def watched(config: Path, memo: Path | None) -> Watched:
    """What the settings say of this. Raises ConfigError."""
    mark = _mark_of(config) if memo else None
    if memo and mark and (kept := _kept(memo, mark)):
        return kept
    from runtime.settings import load  # late: it is what takes the time

    settings = load(config)
    found = Watched(settings.database, settings.programs)
    if memo and mark and isinstance(found.database, Path):
        _keep(memo, mark, found)
    return found


def _mark_of(config: Path) -> list[str | int] | None:
    """What is another when the file is another; None where there is none."""
    file = handed_over(CONFIG) or config
    try:
        stat = file.stat()
    except OSError:
        return None
    return [str(file.absolute()), stat.st_mtime_ns, stat.st_size, stat.st_ino]


def _kept(memo: Path, mark: list[str | int]) -> Watched | None:
    """What was found when the file had that mark."""
    try:
        kept = json.loads(memo.read_bytes())
        return Watched(Path(kept["database"]), tuple(kept["programs"])) if kept["mark"] == mark else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(memo: Path, mark: list[str | int], found: Watched) -> None:
    """For this user alone. Where it can't be written, the settings are loaded each time."""
    draft = memo.with_name(f"{memo.name}.{os.getpid()}")
    text = json.dumps({"mark": mark, "database": str(found.database), "programs": found.programs})
    with suppress(OSError):
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        draft.replace(memo)


def signs_in(place: DatabasePlace, now: datetime) -> tuple[Sequence[Heartbeat], datetime]:
    """The last sign of life of every process, and the time by the clock that they go by. Raises DatabaseError."""
    if isinstance(place, Path):
        return last_signs(place), now
    import asyncio  # late: a file is read without it

    return asyncio.run(last_signs_on(place))


def judged(programs: Sequence[str], beats: Sequence[Heartbeat], now: datetime) -> Iterator[tuple[str, bool, str]]:
    """Of each program, whether one process of it lives, and how long ago the last sign was seen."""
    alive = {beat.program for beat in living(beats, now, is_dead)}
    for program in programs:
        last = max((beat for beat in beats if beat.program == program), key=lambda beat: beat.at, default=None)
        if last is None:
            yield program, False, "not running: no sign of life"
            continue
        ended = ", its process has ended" if is_dead(last.name) and program not in alive else ""
        seconds = max(0, int((now - last.at).total_seconds()))
        yield program, program in alive, f"last sign of life {seconds} s ago{ended}"


def look(config: Path, memo: Path | None, now: datetime) -> list[tuple[str, bool, str]]:
    """What was looked at, whether it is well, and a sentence."""
    try:
        what = watched(config, memo)
    except ConfigError as error:
        return [("configuration", False, str(error))]
    try:
        beats, now = signs_in(what.database, now)
    except DatabaseError as error:
        return [("database", False, str(error))]
    return [("database", True, "can be read"), *judged(what.programs, beats, now)]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="health")
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--memo", type=Path)
    chosen = parser.parse_args(arguments)
    found = look(chosen.config, chosen.memo, datetime.now(UTC))
    for name, is_well, words in found:
        print(f"{'ok  ' if is_well else 'FAIL'} {name}: {words}")  # noqa: T201 - for the engine, which keeps it
    return WELL if all(is_well for _, is_well, _ in found) else UNWELL


if __name__ == "__main__":
    sys.exit(main())

"""The last lines of the log, as the programs wrote them: secrets are stars there already, and looked for once more."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from safety.redaction import Redactor

MOST_BYTES = 512 * 1024  # that are read from the end of the file
MOST_RECORDS = 300
LONGEST = 4000  # characters of a record that are shown: a traceback is shorter
HEAD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?P<program>\S+) +(?P<level>DEBUG|INFO|WARNING|ERROR|CRITICAL) ")
SERIOUS = ("WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the log with what belongs to it, a traceback say."""

    text: str
    level: str  # empty for what no program of ours began
    program: str

    @property
    def is_serious(self) -> bool:
        return self.level in SERIOUS


def tail(path: Path, redactor: Redactor, *, serious: bool = False, program: str = "") -> list[Record]:
    """The last records, the newest last: all, or those from a warning on, or those of a program. Raises OSError."""
    text = _end_of(path).decode("utf-8", "replace")
    wanted = [
        record
        for record in _records(text.splitlines())
        if (record.is_serious or not serious) and program in ("", record.program)
    ]
    return [
        Record(redactor.clean(record.text[:LONGEST]), record.level, record.program) for record in wanted[-MOST_RECORDS:]
    ]


def _end_of(path: Path) -> bytes:
    """The end of a plain file, from the first whole line on; never what a link leads to."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        length = os.fstat(file.fileno()).st_size
        file.seek(max(0, length - MOST_BYTES))
        end = file.read(MOST_BYTES)
    return end if length <= MOST_BYTES else end.partition(b"\n")[2]


def _records(lines: Sequence[str]) -> Iterator[Record]:
    """The lines, those that continue one put to it."""
    kept: list[str] = []
    for line in lines:
        if HEAD.match(line) and kept:
            yield _record(kept)
            kept = []
        kept.append(line)
    if kept:
        yield _record(kept)


def _record(lines: Sequence[str]) -> Record:
    head = HEAD.match(lines[0])
    return Record("\n".join(lines), head["level"] if head else "", head["program"] if head else "")

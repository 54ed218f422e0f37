"""python -m bench.soak [--minutes M] [--people N] [--seed S]: student life at high speed, and what it leaves behind.

The bot, two workers and the executor run for minutes while many students book, give back, read and look, as fast as it
goes; sessions end, timetables are read anew, places open. Memory, open files and asyncio tasks of each program, and the
memory of the Playwright driver it started, are read all the while: in the second half of the run they may not grow. At
the end nothing may be left over, lost or untrue.

Exit code 0: it is so. 1: it is not. 2: the run could not be made.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psutil  # type: ignore[import-untyped]

from bench.aftermath import Finding, examine, findings_table, shown
from bench.machine import describe
from bench.programs import BenchError, family_of
from bench.students import Ledger, live_all
from bench.town import PROGRAMS, Town, open_town, phone_of, until_stopped, user_of
from domain.errors import AlreadyQueued
from domain.model import ActionType
from domain.requests import NewAction
from runtime import program

MINUTES = 60.0
PEOPLE = 16
LANES = 2  # things each does at once
SAMPLE_EVERY = 2.0  # s
SESSION_ENDS_EVERY = 20.0  # s; then somebody's session is over, and a login is due
REFRESH_EVERY = 15.0  # s
MOST_GROWTH = 8.0  # MB in the second half of the run, by the straight line that fits it best
MOST_DRIVER_GROWTH = 40.0  # MB, likewise; Node takes its time to collect: a context left open at every step is more
MOST_MORE_FILES = 4  # open files more at the end than in the middle
MOST_MORE_TASKS = 4  # asyncio tasks, likewise; the fewest of many looks, so that work in hand does not count
MB = 1_000_000
REACHED, MISSED, BROKEN = 0, 1, 2
HEADINGS = (
    "program", "MB start", "middle", "end", "growth", "files middle", "end", "tasks middle", "end", "threads",
    "driver MB middle", "growth", "helpers most", "end",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """Memory and handles of a program at one moment, its helpers (driver, browser) included."""

    at: float
    memory: float  # MB, resident
    files: int
    tasks: int  # of asyncio, as its last sign of life says
    threads: int
    driver: float | None  # MB, resident; None while none runs
    helpers: int


@dataclass(slots=True)
class Soak:
    """The result of a run."""

    samples: dict[str, list[Sample]] = field(default_factory=lambda: {role: [] for role in PROGRAMS})
    wal: list[float] = field(default_factory=list)  # MB
    ledger: Ledger = field(default_factory=Ledger)
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        return not any(finding.cases for finding in self.findings) and not self.growing

    @property
    def growing(self) -> list[str]:
        """The programs that hold more at the end than in the middle: memory, files, tasks, or through their driver."""
        return [role for role, samples in self.samples.items() if _grows(samples)]


def _grows(samples: Sequence[Sample]) -> bool:
    return (
        growth(samples) > MOST_GROWTH
        or _driver_growth(samples) > MOST_DRIVER_GROWTH
        or _files(samples, 1.0) - _files(samples, 0.5) > MOST_MORE_FILES
        or _tasks(samples, 1.0) - _tasks(samples, 0.5) > MOST_MORE_TASKS
    )


def growth(samples: Sequence[Sample]) -> float:
    """MB by which the memory grew in the second half, by the straight line that fits it best."""
    return _line([(each.at, each.memory) for each in samples[len(samples) // 2 :]])


def _driver_growth(samples: Sequence[Sample]) -> float:
    """Memory and handles of the driver, as long as one runs."""
    return _line([(each.at, each.driver) for each in samples[len(samples) // 2 :] if each.driver is not None])


def _line(points: Sequence[tuple[float, float]]) -> float:
    if len(points) < 2:
        return 0.0
    line = statistics.linear_regression([at for at, _ in points], [value for _, value in points])
    return line.slope * (points[-1][0] - points[0][0])


def _around(samples: Sequence[Sample], part: float) -> Sequence[Sample]:
    """A tenth of the samples, before that part of the run."""
    end = max(1, round(len(samples) * part))
    return samples[max(0, end - max(1, len(samples) // 10)) : end]


def _files(samples: Sequence[Sample], part: float) -> int:
    """The fewest open files then: what is more is work in hand."""
    return min(each.files for each in _around(samples, part))


def _tasks(samples: Sequence[Sample], part: float) -> int:
    """The fewest tasks then, for the same reason."""
    return min(each.tasks for each in _around(samples, part))


def _driver_memory(samples: Sequence[Sample], part: float) -> str:
    known = [each.driver for each in _around(samples, part) if each.driver is not None]
    return f"{statistics.median(known):.1f}" if known else "-"


def _memory(samples: Sequence[Sample], part: float) -> float:
    return statistics.median(each.memory for each in _around(samples, part))


async def soak(minutes: float, people: int, seed: int = 1) -> Soak:
    """A whole run: life, then silence, then what is found. Raises an ExceptionGroup of what goes wrong meanwhile."""
    result, stop = Soak(), asyncio.Event()
    async with open_town(people) as town:
        for person in town.site.people:
            phone_of(town, person)
        for role in PROGRAMS:
            await town.cast.start(role)
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            group.create_task(live_all(town, result.ledger, LANES, stop, seed))
            group.create_task(_disturb(town, stop, random.Random(seed)))
            group.create_task(_watch(town, result, stop))
            await asyncio.sleep(minutes * 60)
            stop.set()
        result.seconds = time.monotonic() - began
        result.findings = await examine(town, result.ledger)
    return result


async def _disturb(town: Town, stop: asyncio.Event, chance: random.Random) -> None:
    """Sessions end, and the owner has the timetable read anew."""
    owner = user_of(town.site.people[0])
    async with asyncio.TaskGroup() as group:
        group.create_task(_every(SESSION_ENDS_EVERY, stop, lambda: _end_a_session(town, chance)))
        group.create_task(_every(REFRESH_EVERY, stop, lambda: _refresh(town, owner)))


async def _every(seconds: float, stop: asyncio.Event, act: Callable[[], Awaitable[None]]) -> None:
    while not stop.is_set():
        await program.wait(stop, seconds)
        await act()


async def _end_a_session(town: Town, chance: random.Random) -> None:
    town.site.accounts.end_sessions(chance.choice(town.site.people).username)


async def _refresh(town: Town, user_id: int) -> None:
    with suppress(AlreadyQueued):
        await town.db.requests.add(NewAction(ActionType.REFRESH, user_id, quiet=True))


# ----- reading the programs


async def _watch(town: Town, result: Soak, stop: asyncio.Event) -> None:
    """Samples until stop. Raises BenchError when a program ends by itself."""
    began = time.monotonic()
    wal = town.database.with_name(town.database.name + "-wal")
    while not stop.is_set():
        town.cast.check()
        tasks = {beat.pid: beat.vitals.tasks for beat in await town.db.heartbeats.all()}
        for role, process in town.cast.processes.items():
            result.samples[role].append(_sample(process.pid, time.monotonic() - began, tasks.get(process.pid, 0)))
        result.wal.append(wal.stat().st_size / MB if wal.exists() else 0.0)
        await program.wait(stop, SAMPLE_EVERY)


def _sample(pid: int, at: float, tasks: int) -> Sample:
    itself, *helpers = family_of(pid)
    with itself.oneshot():
        memory, driver = itself.memory_info().rss / MB, _driver(helpers)
        return Sample(at, memory, itself.num_fds(), tasks, itself.num_threads(), driver, len(helpers))


def _driver(helpers: Sequence[psutil.Process]) -> float | None:
    """The memory of the driver, a program of Node's; None when there is none, or it ends just now."""
    with suppress(psutil.Error):
        return next((float(each.memory_info().rss) / MB for each in helpers if each.name().startswith("node")), None)
    return None


# ----- telling


def report(result: Soak) -> str:
    """The figures of each program, what was done, and what was found."""
    rows = [HEADINGS, *(_row(role, samples) for role, samples in result.samples.items())]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    table = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    settled = result.ledger.settled
    return "\n".join(
        [
            f"{result.seconds:.0f} s, {settled.total()} actions: {shown(settled)}; failed: "
            f"{shown(result.ledger.failed) or 'none'}",
            *table,
            f"write-ahead log: at most {max(result.wal, default=0):.1f} MB, at the end {result.wal[-1]:.1f} MB",
            *(f"GROWS: {role}" for role in result.growing),
            "",
            findings_table(result.findings),
        ]
    )


def _row(role: str, samples: Sequence[Sample]) -> tuple[str, ...]:
    start, middle, end = (f"{_memory(samples, part):.1f}" for part in (0.1, 0.5, 1.0))
    return (
        role, start, middle, end, f"{growth(samples):+.1f}",
        str(_files(samples, 0.5)), str(_files(samples, 1.0)),
        str(_tasks(samples, 0.5)), str(_tasks(samples, 1.0)), str(samples[-1].threads),
        _driver_memory(samples, 0.5), f"{_driver_growth(samples):+.1f}",
        str(max(each.helpers for each in samples)), str(samples[-1].helpers),
    )  # fmt: skip


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="Student life at high speed, for long.")
    parser.add_argument("--minutes", type=float, default=MINUTES, metavar="M", help="how long (%(default)g)")
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="how many students (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what the dice begin with")
    options = parser.parse_args(arguments)
    if options.minutes <= 0 or options.people < 1:
        parser.error("--minutes and --people need a number above 0")
    return options


async def run(options: argparse.Namespace) -> int:
    print(await describe(), flush=True)
    try:
        result = await soak(options.minutes, options.people, options.seed)
    except BaseExceptionGroup as errors:
        if (broken := errors.subgroup(BenchError)) is None:
            raise
        print(f"The run could not be made: {broken.exceptions[0]}", file=sys.stderr)
        return BROKEN
    print(f"\n{report(result)}")
    return REACHED if result.clean else MISSED


if __name__ == "__main__":
    sys.exit(until_stopped(run(parse())))

"""The product's programs as processes: started from the project's folder, stopped with everything they started."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]

PROJECT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 8.0  # the programs promise to stop within five
TAIL_LINES = 25  # of a log, shown when something went wrong


class BenchError(Exception):
    """A measurement could not be made; says why, with the end of the log."""


def environment() -> dict[str, str]:
    """Ours, without what would override a configuration file."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("POLIMISPORT_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


async def start(
    *arguments: str,
    log: Path,
    stdout: int | None = None,
    through: Sequence[str] = (),
    variables: Mapping[str, str] | None = None,
) -> Process:
    """Python with these arguments, in a process group of its own; what it says goes to the log.

    `through`: a command that becomes the one it is given, as `env` does.
    """
    with log.open("ab") as file:
        return await asyncio.create_subprocess_exec(
            *through,
            sys.executable,
            *arguments,
            cwd=PROJECT,
            env=environment() | dict(variables or {}),
            stdin=DEVNULL,
            stdout=stdout or file,
            stderr=file,
            start_new_session=True,
        )


@asynccontextmanager
async def running(*arguments: str, log: Path) -> AsyncIterator[Process]:
    """The program while the block lasts; afterwards nothing of it is left, the browser included."""
    process = await start(*arguments, log=log)
    try:
        yield process
    finally:
        await stop(process)


def check_alive(process: Process, log: Path) -> None:
    """Raises BenchError when a program has ended by itself: what costs nothing because it is dead is no figure."""
    if process.returncode is not None:
        raise BenchError(f"a program has ended with exit code {process.returncode}:\n{tail(log)}")


async def stop(process: Process) -> None:
    """Asks it to end, ends it when it doesn't, and whatever it leaves behind."""
    family = family_of(process.pid)
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
    for left in family:
        with suppress(psutil.NoSuchProcess):
            left.kill()
    await process.wait()


async def finish(*arguments: str, log: Path) -> None:
    """Runs a one-shot program to its end. Raises BenchError when it fails."""
    async with running(*arguments, log=log) as process:
        if await process.wait():
            raise BenchError(f"{arguments[0]} ended with exit code {process.returncode}:\n{tail(log)}")


def family_of(pid: int) -> list[psutil.Process]:
    """A process and everything it started that is alive."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def helpers_of(pids: Iterable[int]) -> list[psutil.Process]:
    """Browsers and drivers that the programs have started and not ended."""
    return [each for pid in pids for each in family_of(pid)[1:]]


def tail(log: Path) -> str:
    """The end of a log."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return "\n".join(lines[-TAIL_LINES:])

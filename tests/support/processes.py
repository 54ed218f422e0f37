"""The processes that a program starts: finding, counting and ending them, though each may end while we look."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psutil  # type: ignore[import-untyped]

LENT: set[int] = set()  # the driver and the database server that are lent to tests (conftest.py): none ends them


@contextmanager
def lent_to_tests() -> Iterator[None]:
    """What is started in the block no test has started."""
    before = psutil.Process().children()
    yield
    LENT.update(each.pid for each in psutil.Process().children() if each not in before)


def children_of(pid: int) -> list[psutil.Process]:
    """What it has started, and what those have started; nothing when it has ended itself."""
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children(recursive=True))
    return []


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that still run; one that has ended and that nobody has asked about (a zombie) doesn't."""
    return [each for each in processes if name_of(each)]


def name_of(process: psutil.Process) -> str:
    """Its command; empty when it doesn't run any more."""
    with suppress(psutil.NoSuchProcess):
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return str(process.name())
    return ""


def our_processes() -> list[psutil.Process]:
    """What this test has started, and what those have started."""
    started = [each for each in psutil.Process().children() if each.pid not in LENT]
    return [*started, *(child for each in started for child in children_of(each.pid))]


def our_children() -> list[str]:
    """The commands of what this test has started and that still runs."""
    return [name for each in our_processes() if (name := name_of(each))]


def kill(processes: Iterable[psutil.Process]) -> None:
    """Ends them without asking."""
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            each.kill()

"""The survey of the site, started from the page: `setup.py --survey` as a process of its own, one at a time.

The pages never touch the site. So the program that does is started as at a terminal, with nobody to answer it: it asks
sixty polite requests and books nothing. What it says goes into a file, and the file about the site stands beside that.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runtime.settings import Settings
from safety import private

SAID, RUNNING = "survey.log", "survey.running"
MOST_SAID = 64 * 1024  # bytes of what it said that are shown
LEAST_FREE_OPENING = 30  # minutes before anybody's opening in which none is started: it takes two, and a browser
LAST_WORDS = 1.0  # s to end, when the pages stop

PROJECT = Path(__file__).resolve().parents[2]

log = logging.getLogger(__name__)


def command(settings: Settings) -> Sequence[str]:
    """How the survey is started by hand, too."""
    return (sys.executable, str(PROJECT / "setup.py"), "--survey", "--config", str(settings.config_file.resolve()))


@dataclass(frozen=True, slots=True)
class SurveySaid:
    """What the last survey said, as far as it has come; empty when there was none."""

    running: bool
    words: str


class Surveys:
    """`start` runs the command until its process ends, or this one does."""

    def __init__(self, folder: Path, command: Sequence[str]) -> None:
        self._folder = folder
        self._command = command
        self._watching: set[asyncio.Task[None]] = set()

    async def start(self) -> bool:
        """Starts one. False when one is running, also if another process started it. Raises OSError."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self._lock()
        if lock is None:
            return False
        try:
            process = await self._begin(lock)
        finally:
            os.close(lock)  # the survey has it too, and holds it until it ends, however that happens
        task = asyncio.create_task(_until_it_ends(process), name="survey")
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
        return True

    async def said(self) -> SurveySaid:
        """What the last one said."""
        return await asyncio.to_thread(self._said)

    def is_running(self) -> bool:
        """Whether one is under way."""
        if not (self._folder / RUNNING).exists():
            return False
        lock = self._lock()
        if lock is None:
            return True
        os.close(lock)
        return False

    async def _begin(self, lock: int) -> asyncio.subprocess.Process:
        (self._folder / SAID).unlink(missing_ok=True)
        with private.open_log(self._folder / SAID) as said:
            log.info("A survey of the site begins; what it says is in %s", self._folder / SAID)
            return await asyncio.create_subprocess_exec(
                *self._command, cwd=self._folder, stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said,
                pass_fds=[lock], start_new_session=True,
            )  # fmt: skip

    def _lock(self) -> int | None:
        """An open file that is locked; None when a survey holds it."""
        descriptor = os.open(self._folder / RUNNING, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def _said(self) -> SurveySaid:
        try:
            words = (self._folder / SAID).read_bytes()[-MOST_SAID:].decode("utf-8", "replace")
        except FileNotFoundError:
            words = ""
        return SurveySaid(self.is_running(), words)


async def _until_it_ends(process: asyncio.subprocess.Process) -> None:
    """When the pages stop the survey does, with its browser: first as by Ctrl-C."""
    try:
        code = await process.wait()
        log.info("The survey has ended with exit code %s", code)
    finally:
        if process.returncode is None:
            _send(process, signal.SIGINT)
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS):
                    await process.wait()
        if process.returncode is None:
            _send(process, signal.SIGKILL)


def _send(process: asyncio.subprocess.Process, number: int) -> None:
    """To the process and all it started, which are a group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)

"""Wakes a program when the database may have changed, so that it can sleep in between: bot, worker and executor.

Two ways, side by side. The operating system tells of changes in the database's folder (inotify on Linux, FSEvents on
macOS): every commit of our programs ends with a new time stamp on the file (store/sqlite_file.py), and whatever another
program writes, a row put in with sqlite3, goes into the write-ahead log. The second way is to compare the time stamps
of both files once a second. It finds what the system did not tell; where the system tells nothing, as on a network
folder or when all of its watches are taken, each look counts as a change.

A server of PostgreSQL tells of commits by itself (store/postgresql/announcements.py). While it can't be reached each
look counts as a change, and so does its return: nobody knows what was missed.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import sys
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchdog.events import (
    DirDeletedEvent,
    FileAttribEvent,
    FileCreatedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver

HEARD = [FileAttribEvent, FileModifiedEvent, FileCreatedEvent, FileMovedEvent, DirDeletedEvent]

log = logging.getLogger(__name__)

Stamps = tuple[int, int, int]  # of the file its time, of the log its time and its size; zeros where there is none


@dataclass(frozen=True, slots=True)
class Pace:
    """How often the second way is taken, in seconds."""

    look: float = 1.0  # between two looks at the time stamps
    commit: float = 0.05  # from a write into the log to its commit: SQLite waits for the disk in between
    anyway: float = 10.0  # without a change, the caller looks all the same: two writes may bear the same time stamp
    storm: float = 1.0  # once changes woke the caller `most` times in it, the next ones do half as often at the most
    most: int = 40  # far more than the commits of one tap and its booking; around an opening many write at once
    silence: float = 5.0  # after a commit that the system has not told of, it is not relied on until it tells again


PACE = Pace()


class Announcements(Protocol):
    """A database that tells of its commits by itself."""

    async def listen(self, heard: Callable[[], None], is_told: Callable[[bool], None]) -> None: ...


class Changes(ABC):
    """Made by `changes_of`. A change between a caller's look and its wait is never missed: it ends the wait at once."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._changed = asyncio.Event()
        self._changed.set()  # whoever begins has seen nothing yet
        self._looked = 0.0  # when the caller was last told to look; like all times here on the monotonic clock
        self._woken: deque[float] = deque(maxlen=pace.most)  # when a change last ended the wait
        self._warned = False
        self.told = False  # whether the operating system, or the server, is relied on to tell of changes

    def ring(self) -> None:
        """Ends the wait: something else has happened that the caller should look at."""
        self._changed.set()

    async def wait(self, seconds: float = math.inf) -> bool:
        """Sleeps until the database may have changed, at most until the next look. Returns whether it may have.

        `seconds`: until the caller has something to do of its own.
        """
        due_at = time.monotonic() + seconds
        try:
            async with asyncio.timeout(max(0.0, min(seconds, self._pace.look))):
                await self._changed.wait()
        except TimeoutError:
            due = self._look()
        else:
            await self._outlast_storm(due_at)
            self._changed.clear()
            self._will_look()
            due = True
        if due:
            self._looked = time.monotonic()
        return due

    async def _outlast_storm(self, due_at: float) -> None:
        """Waits a moment when changes come thick and fast, and takes them as one; never past what is due.

        The moment is short: who caused the storm is not the only one whose changes are waiting.
        """
        now = time.monotonic()
        if len(self._woken) == self._pace.most and now < self._woken[0] + self._pace.storm:
            pause = 2 * self._pace.storm / self._pace.most
            await asyncio.sleep(max(0.0, min(self._woken[-1] + pause, due_at) - now))
        self._woken.append(time.monotonic())

    @abstractmethod
    def _look(self) -> bool:
        """Whether the caller should look, though nothing was told."""

    @abstractmethod
    def _will_look(self) -> None:
        """The caller looks next: what is written from now on is a change."""

    @property
    def _is_tired(self) -> bool:
        """Whether the caller should look all the same."""
        return time.monotonic() - self._looked >= self._pace.anyway


class AnnouncedChanges(Changes):
    """What a server tells."""

    async def follow(self, announcements: Announcements) -> None:
        """Listens until it is cancelled."""
        await announcements.listen(self.ring, self._rely)

    def _rely(self, told: bool) -> None:
        if not told and not self._warned:
            log.warning("the server tells of no changes for the moment: looking every %g s", self._pace.look)
        elif told and self._warned:
            log.warning("the server tells of changes again")
        self._warned = not told
        self.told = told
        self.ring()  # nobody knows what was missed meanwhile

    def _look(self) -> bool:
        return not self.told or self._is_tired

    def _will_look(self) -> None:
        """Nothing is to be seen of a server."""


class FileChanges(Changes):
    """What is seen of the file of SQLite."""

    def __init__(self, path: Path, pace: Pace, observer: Callable[[], BaseObserver]) -> None:
        super().__init__(pace)
        self._path = path
        self._folder = str(path.parent.resolve())
        self._log = Path(f"{path}-wal")
        self._make_observer = observer
        self._loop = asyncio.get_running_loop()
        self._observer: BaseObserver | None = None
        self._commit_to_come: asyncio.TimerHandle | None = None
        self._seen = self._stamps()
        self._untold: float | None = None  # since when a commit is known that the system has not told of

    def _will_look(self) -> None:
        self._seen = self._stamps()

    # The operating system's word

    def watch(self) -> None:
        """Has the operating system tell of changes, where it can."""
        try:
            self._observer = self._make_observer()
            self._observer.schedule(_Ear(self._hear), self._folder, event_filter=HEARD)
            self._observer.start()
        except (OSError, RuntimeError, ImportError) as error:
            self._observer = None
            self._rely_on_looks(str(error))
        else:
            self.told = True

    def unwatch(self) -> None:
        """Returns when the observer's threads have ended."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        if self._commit_to_come is not None:
            self._commit_to_come.cancel()

    def _hear(self, event: FileSystemEvent) -> None:
        """Called in a thread of the observer."""
        names = {os.path.basename(os.fsdecode(path)) for path in (event.src_path, event.dest_path)}
        if isinstance(event, DirDeletedEvent):
            if os.fsdecode(event.src_path) != self._folder:
                return  # one in it, as an emptied folder of backups
            heard = self._folder_gone
        elif self._path.name in names and not isinstance(event, FileModifiedEvent):
            heard = self._committed
        elif self._log.name in names:
            heard = self._written
        else:
            return
        with suppress(RuntimeError):  # the loop has just been closed
            self._loop.call_soon_threadsafe(heard)

    def _committed(self) -> None:
        self.told, self._untold = True, None
        if self._commit_to_come is not None:
            self._commit_to_come.cancel()
            self._commit_to_come = None
        self._changed.set()

    def _written(self) -> None:
        """The commit of our own programs is told next; another program's is given a moment."""
        if self._commit_to_come is None:
            self._commit_to_come = self._loop.call_later(self._pace.commit, self._commit_is_over)

    def _commit_is_over(self) -> None:
        self._commit_to_come = None
        self._changed.set()

    def _folder_gone(self) -> None:
        self._rely_on_looks("the folder is gone")

    def _rely_on_looks(self, why: str) -> None:
        self.told = False
        if not self._warned:
            every, folder = self._pace.look, self._path.parent
            log.warning("changes in %s are not told by the system (%s): looking every %g s", folder, why, every)
            self._warned = True

    # The second way

    def _look(self) -> bool:
        before, self._seen = self._seen, self._stamps()
        self._doubt_silence(committed=self._seen[0] != before[0])
        return not self.told or self._seen != before or self._is_tired

    def _doubt_silence(self, *, committed: bool) -> None:
        """A commit must be told of; who is not told of it for long looks by itself."""
        if committed and self._untold is None:
            self._untold = time.monotonic()
        if self.told and self._untold is not None and time.monotonic() - self._untold >= self._pace.silence:
            self._rely_on_looks("a commit was not told of")

    def _stamps(self) -> Stamps:
        try:
            file = os.stat(self._path).st_mtime_ns
        except OSError:
            file = 0
        try:
            found = os.stat(self._log)
        except OSError:
            return file, 0, 0
        return file, found.st_mtime_ns, found.st_size


class _Ear(FileSystemEventHandler):
    def __init__(self, told: Callable[[FileSystemEvent], None]) -> None:
        self._told = told

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._told(event)


def native_observer() -> BaseObserver:
    """What the operating system tells. Raises RuntimeError or ImportError where it tells nothing.

    The library's other observers are left alone: they open the files they watch, and closing a database's file again
    ends the locks that SQLite holds on it in this process.
    """
    if sys.platform == "linux":
        from watchdog.observers.inotify import InotifyObserver

        return InotifyObserver()
    if sys.platform == "darwin":
        from watchdog.observers.fsevents import FSEventsObserver

        return FSEventsObserver()
    raise RuntimeError("not known how on this operating system")


@asynccontextmanager
async def changes_of(
    source: Path | Announcements,
    stop: asyncio.Event,
    pace: Pace = PACE,
    observer: Callable[[], BaseObserver] = native_observer,
) -> AsyncIterator[Changes]:
    """Watches the file, or listens to the server, while the block lasts. Once `stop` is set the wait ends."""
    watching = _of_file(source, pace, observer) if isinstance(source, Path) else _of_server(source, pace)
    async with watching as changes:
        waker = asyncio.create_task(_ring_at(stop, changes), name="stop ends the wait")
        try:
            yield changes
        finally:
            waker.cancel()


@asynccontextmanager
async def _of_file(path: Path, pace: Pace, observer: Callable[[], BaseObserver]) -> AsyncIterator[Changes]:
    logging.getLogger("watchdog").setLevel(logging.CRITICAL)  # whatever it misses is found by the second way
    changes = FileChanges(path, pace, observer)
    changes.watch()
    try:
        yield changes
    finally:
        changes.unwatch()


@asynccontextmanager
async def _of_server(announcements: Announcements, pace: Pace) -> AsyncIterator[Changes]:
    changes = AnnouncedChanges(pace)
    listening = asyncio.create_task(changes.follow(announcements), name="what the server tells")
    try:
        yield changes
    finally:
        listening.cancel()
        await asyncio.wait({listening})


async def _ring_at(stop: asyncio.Event, changes: Changes) -> None:
    await stop.wait()
    changes.ring()

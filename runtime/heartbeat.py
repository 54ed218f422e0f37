"""Writes the heartbeat of a long-running program, and judges those of the others. Used by all four.

The heartbeat is written in the program's own event loop, and only while the program's own work makes progress: a
program that hangs writes none, and the others report it as missing. Under systemd the same progress feeds its watchdog,
which ends a program that hangs and starts it again.
"""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from domain.errors import DatabaseError
from domain.model import Clock, utc_now
from domain.programs import IsDead, Vitals
from runtime import process_names, service_manager
from runtime.version import VERSION

INTERVAL = 20.0  # s between two heartbeats
HUNG = 60.0  # s the work may stand still: longer than any honest step
STEADY = 2  # heartbeats in time after which a program may judge others: one that just started or woke up sees all late

log = logging.getLogger(__name__)


class HeartbeatTable(Protocol):
    """The rows of all programs, as the database keeps them."""

    async def beat(
        self,
        program: str,
        name: str,
        pid: int,
        started: datetime,
        vitals: Vitals,
        *,
        is_dead: IsDead | None,
    ) -> None: ...

    async def deregister(self, name: str) -> None: ...


async def nothing() -> None:
    """The program has nothing to write beside its heartbeats."""


class HeartbeatLoop:
    """`last_progress` tells when the program's work last made progress, on the monotonic clock; `note` what it does.

    `beside` is awaited after each heartbeat: it writes what is written seldom. `browser` tells the version of the
    Chromium that was started last.
    """

    def __init__(
        self,
        table: HeartbeatTable,
        program_name: str,
        last_progress: Callable[[], float],
        note: Callable[[], str] = str,
        clock: Clock = utc_now,
        beside: Callable[[], Awaitable[None]] = nothing,
        browser: Callable[[], str] = str,
    ) -> None:
        self._table = table
        self._program = program_name
        self._last_progress = last_progress
        self._note = note
        self._clock = clock
        self._beside = beside
        self._browser = browser
        self._name = process_names.name_of(os.getpid())
        self._started = clock()
        self._last: datetime | None = None
        self._in_time = 0
        self._stands_still = False
        self._watchdog = service_manager.watchdog()
        self._longest_still = min(HUNG, self._watchdog or HUNG)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes heartbeats while the block lasts, and keeps systemd's watchdog quiet.

        On a clean exit the row is deleted; on an error it stays, and the other programs report an outage.
        """
        tasks = {asyncio.create_task(self._run(), name="heartbeat")}
        if self._watchdog is not None:
            pause = min(INTERVAL, self._watchdog / 3)
            tasks.add(asyncio.create_task(self._keep_watchdog_quiet(pause), name="watchdog"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        await self._deregister()

    async def _keep_watchdog_quiet(self, pause: float) -> None:
        """A task of its own: a heartbeat that waits for somebody's lock on the database is no reason to be ended."""
        while True:
            if not self._hangs():
                service_manager.tell(service_manager.ALIVE)
            await asyncio.sleep(pause)

    async def _run(self) -> None:
        while True:
            try:
                await self.beat()
                await self._beside()
            except DatabaseError as error:
                log.warning("the heartbeat, or what is written with it, could not be written: %s", error)
            except Exception:
                log.exception("Unexpected error while writing the heartbeat; the next one is due in %.0f s", INTERVAL)
            await asyncio.sleep(INTERVAL)

    async def beat(self) -> None:
        """Writes one heartbeat, unless the work stands still. Raises DatabaseError."""
        if self._hangs():
            return
        now = self._clock()
        in_time = self._last is not None and timedelta(0) <= now - self._last <= timedelta(seconds=2 * INTERVAL)
        self._in_time = self._in_time + 1 if in_time else 0
        judge = process_names.is_dead if self._in_time >= STEADY else None
        await self._table.beat(
            self._program,
            self._name,
            os.getpid(),
            self._started,
            self._vitals(),
            is_dead=judge,
        )
        self._tell_service_manager()
        self._last = now

    def _tell_service_manager(self) -> None:
        """Says what the program is at; with the first heartbeat, that it is ready."""
        first = [service_manager.READY] if self._last is None else []
        service_manager.tell(*first, service_manager.status(self._note() or "at work"))

    def _vitals(self) -> Vitals:
        return Vitals(self._note(), len(asyncio.all_tasks()), VERSION, _memory(), self._browser())

    def _hangs(self) -> bool:
        """Whether the work stands still; the log says so once."""
        still = time.monotonic() - self._last_progress()
        was, self._stands_still = self._stands_still, still > self._longest_still
        if self._stands_still and not was:
            service_manager.tell(service_manager.status("the work makes no progress"))
            log.error("the work has made no progress for %.0f s: no heartbeat is written until it does", still)
        return self._stands_still

    async def _deregister(self) -> None:
        try:
            await self._table.deregister(self._name)
        except DatabaseError as error:
            log.info("the heartbeat's row could not be deleted: %s", error)


def waiting(table: HeartbeatTable, program_name: str, clock: Clock) -> Callable[[], AbstractAsyncContextManager[None]]:
    """Makes the heartbeats of a program that waits until the same program of another machine ends."""
    loop = HeartbeatLoop(table, program_name, time.monotonic, lambda: "waits: another machine's is at work", clock)
    return loop.running


def _memory() -> int:
    """Bytes that this process holds in memory; 0 where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    return 0

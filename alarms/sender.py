"""Has alarms sent as soon as they are written, in the executor: starts alarms/deliver.py for those that are due.

Nothing waits for it: neither the ticks, nor the chat, nor an opening, near which none is started.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from alarms.configured import all_of, channels_of
from alarms.ping import PATIENCE, Patience, ping_for
from database import Database
from domain.errors import DatabaseError
from domain.model import Clock, stamp
from runtime import program
from runtime.changes import PACE, Changes, Pace, changes_of
from runtime.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
BEFORE_OPENING, AFTER_OPENING = timedelta(seconds=60), timedelta(seconds=20)  # the processor is for the worker then

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """In seconds."""

    longest_delivery: float = 180.0  # then it is killed, and tried again
    after_failure: float = 60.0  # of the process itself
    look: float = 60.0  # at least this often
    ping: Patience = PATIENCE
    pace: Pace = PACE


TIMES = Times()


class AlarmSender:
    def __init__(self, db: Database, settings: Settings, clock: Clock, times: Times = TIMES) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._times = times
        self._ping = ping_for(db, settings, clock, times.ping)

    @asynccontextmanager
    async def running(self, stop: asyncio.Event) -> AsyncIterator[None]:
        """Sends while the block lasts; nothing at all when nothing is configured."""
        await self._db.alarms.name_channels([each.channel for each in all_of(self._settings)])
        tasks = []
        if self._ping is not None:
            tasks.append(asyncio.create_task(self._ping.run(stop), name="ping"))
        if channels_of(self._settings):
            tasks.append(asyncio.create_task(self._run(stop), name="alarms"))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, stop: asyncio.Event) -> None:
        async with changes_of(self._db.connection.changes, stop, self._times.pace) as changes:
            while not stop.is_set():
                try:
                    await self._rest(changes, await self._step(stop))
                except DatabaseError as error:
                    log.error("%s", error)
                    await program.wait(stop, self._times.after_failure)
                except Exception:
                    log.exception("Unexpected error while alarms were sent")
                    await program.wait(stop, self._times.after_failure)

    async def _step(self, stop: asyncio.Event) -> float | None:
        """Has sent what is due. Returns in how many seconds something is due; None when nothing waits."""
        due = await self._db.alarms.next_at()
        if due is None:
            return None
        if due > self._clock():
            return (due - self._clock()).total_seconds()
        near = await self._db.oversight.openings(AFTER_OPENING, BEFORE_OPENING, 1)
        if near:
            return max(1.0, (near[0].opens_at + AFTER_OPENING - self._clock()).total_seconds())
        if not await self._deliver():
            await program.wait(stop, self._times.after_failure)
        return 0.0

    async def _rest(self, changes: Changes, seconds: float | None) -> None:
        """Until something was written, or is due."""
        if seconds is None or seconds > 0:
            await changes.wait(self._times.look if seconds is None else min(seconds, self._times.look))

    async def _deliver(self) -> bool:
        """Whether the process that sends ended well."""
        config = str(self._settings.config_file.resolve())
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "alarms.deliver", "--config", config, "--now", stamp(self._clock()),
            cwd=PROJECT, stdin=asyncio.subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._times.longest_delivery):
                code = await process.wait()
        except TimeoutError:
            log.error("Alarms were not sent within %.0f s: tried again", self._times.longest_delivery)
            return False
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        if code != program.DONE:
            log.error("The process that sends alarms ended with exit code %s: tried again", code)
        return code == program.DONE

"""The periodic executor: turns recurring bookings into dated ones, asks, expires, reminds, and queues routine work.

    python periodic_executor.py [--config PATH] [--burst]

It wakes every minute, when something is due, and when what recurs was changed; it acts once per (periodic booking,
date) however often it wakes, and after a sleep does what is still possible and tells what is not. It opens neither
Telegram nor the site: it only writes rows, and has sent what goes beside the chat (alarms/).
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from agenda import LIMITS, Fetcher, Limits
from alarms.sender import AlarmSender
from database import Database, Duty, open_database
from domain.due_dates import Memory
from domain.errors import DatabaseError
from domain.model import Clock, utc_now
from languages.terminal import _
from periodic.beside_ticks import BesideTicks
from periodic.daily_backups import DailyBackups
from periodic.dates import Dates
from periodic.held import HeldPlaces
from periodic.monday import MondayPictures
from periodic.new_releases import NewReleases
from periodic.own_calendars import OwnCalendarReadings
from periodic.questions import Questions
from periodic.routine import RoutineWork
from periodic.tick import Tick
from runtime import program
from runtime.changes import PACE, Changes, Pace, changes_of
from runtime.configured import people_of, recurrence_rules_of
from runtime.directory import Directory
from runtime.heartbeat import HeartbeatLoop, waiting
from runtime.releases import Releases
from runtime.settings import Settings
from runtime.trusted_clock import clock_of

TICK_NOTED = timedelta(minutes=5)  # being awake is written down this often, to spare the disk

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When an executor wakes by itself, in seconds."""

    tick: float = 60.0  # at least this often everything is looked at
    pause_after_error: float = 1.0  # before the database is asked again after an error of its own
    pace: Pace = PACE


RHYTHM = Rhythm()


class Executor:
    def __init__(
        self,
        db: Database,
        settings: Settings,
        clock: Clock = utc_now,
        rhythm: Rhythm = RHYTHM,
        calendar_limits: Limits = LIMITS,
    ) -> None:
        self._db = db
        self._settings = settings
        self._clock = clock
        self._rhythm = rhythm
        self._directory = Directory(settings, db.guests)
        self.own_calendars = OwnCalendarReadings(db, clock, settings.zone, Fetcher(calendar_limits))
        self.daily_backups = DailyBackups(db, settings, clock)
        self.new_releases = NewReleases(db, Releases(PROJECT) if settings.updates.tell else None, clock)
        self.beside: tuple[BesideTicks, ...] = (self.own_calendars, self.daily_backups, self.new_releases)
        self._memory = Memory(0, None)
        self.last_progress = time.monotonic()  # on the monotonic clock: when the loop last went round

    async def run(self, stop: asyncio.Event) -> None:
        """Ticks until stop is set."""
        async with changes_of(self._db.connection.changes, stop, self._rhythm.pace) as changes:
            while not stop.is_set():
                try:
                    await self._rest(changes, stop, await self.step())
                except DatabaseError as error:
                    log.error("%s", error)
                    await program.wait(stop, self._rhythm.pause_after_error)
                except Exception:
                    log.exception("Unexpected error in a tick; the next tick tries again")
                    await program.wait(stop, self._rhythm.tick)
        for each in self.beside:
            await each.stop()

    async def _rest(self, changes: Changes, stop: asyncio.Event, due: datetime | None) -> None:
        """Until a minute has passed, something is due by the clock as it then is, or what recurs was changed."""
        wake = time.monotonic() + self._rhythm.tick
        while not stop.is_set() and (left := wake - time.monotonic()) > 0:
            self.last_progress = time.monotonic()
            until_due = (due - self._clock()).total_seconds() if due else left
            if until_due <= 0:
                return
            if await changes.wait(min(left, until_due)) and await self._plan_has_changed():
                return

    async def _plan_has_changed(self) -> bool:
        return (await self._db.due_dates.memory()).plan_version != self._memory.plan_version

    async def step(self) -> datetime | None:
        """One tick: everything that is due now, and nothing twice. Returns when something is due next, if known."""
        self._memory = await self._db.due_dates.memory()  # first: what is changed from now on is seen by the next
        await self._directory.refresh()
        rules = await self._db.rules.in_force(self._settings.house_rules)
        recurrence = recurrence_rules_of(self._settings, rules)
        preferences = await self._db.preferences.all()
        tick = Tick(self._db, self._clock, self._settings.zone, recurrence, self._memory, preferences)
        dates, held = Dates(tick), HeldPlaces(tick)
        await Questions(tick).act()
        await dates.act()
        moments = [
            *await held.ask(),
            *await held.remind(),
            *await RoutineWork(tick, self._directory.by_hand()).act(),
            *await MondayPictures(tick).act(),
            *await self.own_calendars.act(),
            *await self.daily_backups.act(),
            *await self.new_releases.act(),
            *await dates.later(),
        ]
        await self._note_tick()
        return min((moment for moment in moments if moment > self._clock()), default=None)

    async def _note_tick(self) -> None:
        """Writes down that we were awake; a clock that was set back must not leave a tick in the future."""
        now, last = self._clock(), self._memory.ticked_at
        if last is None or not last <= now < last + TICK_NOTED:
            await self._db.due_dates.remember_tick()


async def keep_ticking(settings: Settings, db: Database, clock: Clock, stop: asyncio.Event) -> None:
    """The executor, until stop is set."""
    executor = Executor(db, settings, clock)
    alarms = AlarmSender(db, settings, clock)
    beats = HeartbeatLoop(db.heartbeats, "executor", lambda: executor.last_progress, clock=clock)
    async with beats.running(), alarms.running(stop):
        log.info("The executor is up")
        await executor.run(stop)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    clock = clock_of(settings)
    async with (
        open_database(settings.database, clock, stop, server_time=clock.server_time) as db,
        clock.kept(db.heartbeats.last_sign, stop),
    ):
        await db.people.set(people_of(settings))
        if arguments.burst:
            executor = Executor(db, settings, clock)
            await executor.step()
            for each in executor.beside:
                await each.finish()
        else:
            work = partial(keep_ticking, settings, db, clock)
            await db.connection.on_duty(Duty.DATES, stop, work, waiting(db.heartbeats, "executor", clock))
    return program.DONE


def options() -> argparse.ArgumentParser:
    """What may be asked of it at the terminal."""
    parser = program.options(_("Turns recurring bookings into dated ones; asks and expires confirmations."))
    parser.add_argument("--burst", action="store_true", help=_("one tick, then stop"))
    return parser


if __name__ == "__main__":
    sys.exit(program.run("executor", options, main))

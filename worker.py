"""The worker: claims actions that are due, has them performed on the site, keeps their leases. Run as many as you like.

    python worker.py [--config PATH] [--burst]

It sleeps until the database is written to or something falls due, so a tap starts at once. SIGTERM and Ctrl-C end it
within five seconds: what is in hand is finished or released.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import math
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from actions.decide import handed_back
from actions.leases import Leases, LeaseTimes
from actions.request_counts import write_down
from actions.runner import ActionRunner, site_access
from actions.shared_logins import shared_logins
from database import Database, open_database
from domain.errors import AppError, DatabaseError, LeaseLost
from domain.model import Action, Clock, utc_now
from domain.outcome import Failed
from domain.steady import steady
from languages.terminal import _
from portal.portal import Portal, open_portal
from runtime import process_names, program
from runtime.changes import Pace, changes_of
from runtime.configured import people_of
from runtime.directory import Directory
from runtime.heartbeat import HeartbeatLoop
from runtime.sealing_key import KeyRing
from runtime.settings import Settings
from runtime.trusted_clock import TrustedClock, clock_of
from safety.personal_files import forget_others

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a worker takes in hand, and for how long. Times without a type of their own are in seconds."""

    at_once: int = 8  # actions, besides those that wait for an opening; more would only fight for the browser
    longest_action: float = 180.0  # after its opening if there is one; what takes longer hangs: its session is closed
    crowd: int = 8  # actions that wait for an opening; with more, the next of them is left to others for a moment
    between_claims: float = 0.03  # that moment, while the opening is so far away:
    opening_far: timedelta = timedelta(minutes=1)
    orphans_every: timedelta = timedelta(seconds=1)  # between looks whether another worker that holds something died
    expected_within: timedelta = timedelta(seconds=20)  # after a tap on the way to a booking
    crashes: int = 20  # deaths of its worker after which an action is given up: far more than trouble causes
    grace: float = 1.5  # to finish what is in hand after a signal
    last_grace: float = 0.3  # for what must end because the portal was closed
    pause_after_error: float = 1.0  # before the database is asked again after an error of its own


LIMITS = Limits()

SWITCH = 0.0005
"""Seconds after which a thread that computes lets another go on, a tenth of Python's own.

A long page is read in a thread beside the event loop, which would wait so long for each of its steps, and SQLite's
thread for each of its own: everybody for one person's page.
"""


class Worker:
    def __init__(
        self,
        db: Database,
        portal: Portal,
        runner: ActionRunner,
        settings: Settings,
        clock: Clock = utc_now,
        limits: Limits = LIMITS,
    ) -> None:
        self._db = db
        self._portal = portal
        self._runner = runner
        self._lease = settings.worker.lease_seconds
        times = LeaseTimes(usual=self._lease, longest_action=limits.longest_action)
        self.leases = Leases(db, portal.close_session, times, clock)
        self._pace = Pace(look=settings.worker.poll_seconds)
        self._configured = self._rules = settings.house_rules
        self._followed = False  # whether what waits was given the openings of these rules
        self._clock = clock
        self._limits = limits
        self._name = process_names.name_of(os.getpid())
        self._in_hand: set[asyncio.Task[None]] = set()
        self._for_opening: set[asyncio.Task[None]] = set()  # those of them that wait for an opening
        self._due_at: datetime | None = None  # when something falls due without being written
        self._has_time = False  # whether what was claimed last waits for an opening that is far away
        self._hand_is_free: Callable[[], None] = lambda: None
        self.last_progress = time.monotonic()  # on the monotonic clock: when the loop last went round
        self._getting_ready: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stop is set; then finishes or releases what is in hand."""
        async with changes_of(self._db.connection.changes, stop, self._pace) as changes:
            self._hand_is_free = changes.ring
            changed = True
            while not stop.is_set():
                self.last_progress = time.monotonic()
                try:
                    if changed or self._is_due():
                        await self._look(stop)
                    await self._portal.engine.close_idle()
                except DatabaseError as error:
                    log.error("%s", error)
                    changed = True
                    await program.wait(stop, self._limits.pause_after_error)
                except Exception:
                    log.exception("Unexpected error while looking for work; trying again")
                    changed = True
                    await program.wait(stop, self._limits.pause_after_error)
                else:
                    changed = await changes.wait(self._seconds_until_due())
        await self._finish()

    def note(self) -> str:
        """What it is at, for runtime/heartbeat.py."""
        return f"{len(self._in_hand)} in hand, {len(self._for_opening)} of them for an opening"

    async def _look(self, stop: asyncio.Event) -> None:
        """Claims all that is due, and learns when more falls due."""
        looked_at = self._clock()
        while not stop.is_set() and await self.step():
            self.last_progress = time.monotonic()
            if self._others_may_claim:
                await program.wait(stop, self._limits.between_claims)
        await self._get_ready()
        others = await self._reclaim_orphans()  # what it reclaims is a change, and looked at next
        due = await self._db.claims.next_due(looked_at)
        again = looked_at + self._limits.orphans_every if others else None
        self._due_at = min((each for each in (due, again) if each), default=None)

    @property
    def _others_may_claim(self) -> bool:
        """Whether the last action has time, and is one of many: all workers shall have about as many of them."""
        return self._has_time and len(self._for_opening) > self._limits.crowd

    def _is_due(self) -> bool:
        return self._due_at is not None and self._due_at <= self._clock()

    def _seconds_until_due(self) -> float:
        return (self._due_at - self._clock()).total_seconds() if self._due_at else math.inf

    async def burst(self) -> None:
        """Works until nothing is due and nothing is in hand."""
        while await self.step() or self._in_hand:
            if self._in_hand:
                await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)

    async def step(self) -> bool:
        """Claims one due action and starts on it. False when there was none.

        Full hands claim only what opens soon: slow actions may fill them for minutes, and an opening does not wait.
        """
        await self._follow_rules()
        full = len(self._in_hand - self._for_opening) >= self._limits.at_once
        if not await self._db.claims.due(only_openings=full):
            return False
        asked_at = steady()
        action = await self._db.claims.claim(self._name, self._lease, only_openings=full)
        if action is None:
            return False
        log.info("→ %s %s (attempt %s)", action.type, action.id, action.attempts)
        task = asyncio.create_task(self._hold(action, asked_at), name=f"action {action.id}")
        self._in_hand.add(task)
        task.add_done_callback(self._done)
        left = action.opens_at - self._clock() if action.opens_at else timedelta(0)
        self._has_time = left > self._limits.opening_far
        if left > timedelta(0):
            self._for_opening.add(task)
            task.add_done_callback(self._for_opening.discard)
        return True

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self._hand_is_free()

    async def _follow_rules(self) -> None:
        """Writes into each waiting booking when it opens, by the rule that is in force now."""
        rules = await self._db.rules.in_force(self._configured)
        await self._db.openings.fill_in(rules.opening)
        if rules != self._rules or not self._followed:
            await self._db.openings.follow(rules.opening, self._clock())
            self._rules, self._followed = rules, True

    async def _get_ready(self) -> None:
        """Starts the driver while somebody is still choosing: it takes longer than the booking itself."""
        idle = self._getting_ready is None or self._getting_ready.done()
        if idle and await self._db.people.anyone_expected(self._limits.expected_within):
            self._getting_ready = asyncio.create_task(self._portal.engine.get_ready())

    async def _reclaim_orphans(self) -> bool:
        """Ends the leases of this machine's dead workers. Returns whether another worker holds something."""
        others = [holder for holder in await self._db.claims.holders() if holder != self._name]
        for holder in others:
            if process_names.is_dead(holder):
                log.warning("  Worker %s is dead: the actions it had in hand can be claimed again", holder)
                await self._db.claims.end_leases_of(holder)
        return bool(others)

    async def _hold(self, action: Action, asked_at: float) -> None:
        """Performs an action while its lease is kept alive. `asked_at`: when it was asked for, by `steady`."""
        try:
            with self.leases.kept(action, asked_at):
                await self._perform(action)
        except asyncio.CancelledError:
            await self._release(action)
        except LeaseLost as lost:
            log.warning("  %s: the result of this worker is dropped", lost)
        except DatabaseError as error:
            log.error("  Action %s is not settled, it will be claimed again: %s", action.id, error)

    async def _perform(self, action: Action) -> None:
        if action.crashes >= self._limits.crashes:
            await self._db.settlement.settle(action, Failed(AppError("it took the worker down again and again")))
        else:
            await self._runner.run(action)

    async def _release(self, action: Action) -> None:
        """Releases an action that is still waiting when the worker stops: the next worker claims it."""
        try:
            await self._db.settlement.settle(action, handed_back(AppError("the worker stopped")))
        except AppError as error:
            log.warning("  %s %s could not be released, its lease will run out: %s", action.type, action.id, error)
        else:
            log.info("  %s %s is released", action.type, action.id)

    async def _finish(self) -> None:
        """Shutdown: waits for the running actions, closes the portal, waits once more, then releases the rest."""
        busy = self._in_hand | ({self._getting_ready} if self._getting_ready else set())
        if busy:
            await asyncio.wait(busy, timeout=self._limits.grace)
        self._runner.stop()
        await self._portal.close()
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._limits.last_grace)
        for task in self._in_hand:
            task.cancel()  # the portal is closed: no call of Playwright is under way in it
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._limits.last_grace)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    sys.setswitchinterval(SWITCH)
    clock = clock_of(settings, site=True)
    async with (
        open_database(settings.database, clock, stop, server_time=clock.server_time) as db,
        clock.kept(db.heartbeats.last_sign, stop),
        open_portal(site_access(settings, clock, shared := shared_logins(db, settings))) as portal,
    ):
        if shared is not None:
            await shared.refuse_without_key()
        await work(settings, arguments, stop, db, portal, clock)
    return program.DONE


async def work(
    settings: Settings,
    arguments: argparse.Namespace,
    stop: asyncio.Event,
    db: Database,
    portal: Portal,
    clock: TrustedClock,
) -> None:
    """What the options ask for, until stop is set."""
    await db.people.set(people_of(settings))
    directory = Directory(settings, db.guests, KeyRing(settings.local_path))
    await directory.refresh()
    forget_others(settings.state_dir, directory.kept(), await db.people.evidence_of_departed())
    rule, rules = settings.opening_rule, settings.house_rules
    runner = ActionRunner(db, portal, directory, rule, clock, rules=rules, refresh=directory.refresh)
    worker = Worker(db, portal, runner, settings, clock)
    clock.before_step = worker.leases.carry_over
    if arguments.burst:
        await worker.burst()
    else:
        counts = partial(write_down, db, portal.resources)
        beats = HeartbeatLoop(
            db.heartbeats, "worker", lambda: worker.last_progress, worker.note, clock,
            beside=counts, browser=lambda: portal.engine.browser_version,
        )  # fmt: skip
        async with beats.running():
            log.info("The worker is up")
            await worker.run(stop)
    await write_down(db, portal.resources)


def options() -> argparse.ArgumentParser:
    """What may be asked of it at the terminal."""
    parser = program.options(_("Performs the queue's actions on the site."))
    parser.add_argument("--burst", action="store_true", help=_("stop when nothing is due"))
    return parser


if __name__ == "__main__":
    sys.exit(program.run("worker", options, main))

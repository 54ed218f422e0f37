"""The worker: claims actions that are due, has them performed on the site, keeps their leases. Run as many as you like.

    python worker.py [--config PATH] [--burst]

It looks for due work many times a second, so a tap starts at once. SIGTERM and Ctrl-C end it within five seconds:
what is in hand is finished or given back.
"""

from __future__ import annotations

from runtime.preflight import PROJECT as PROJECT  # first: it tells who has not the packages

import argparse
import asyncio
import logging
import os
import sys
import time
from datetime import timedelta

from actions.runner import Performer, site_access
from database import Database, open_database
from domain.errors import AppError, DatabaseError, LeaseLost
from domain.model import Action, Clock, utc_now
from opening.steady_time import steady
from portal.portal import Portal, open_portal
from portal.storage.session_files import forget_others
from runtime import program
from runtime.configured import people_of
from runtime.heartbeat import HeartbeatLoop
from runtime.settings import Settings

MOST_AT_ONCE = 8  # actions in hand, besides those that wait for an opening; more would only fight for the browser
LONGEST_ACTION = 180.0  # s, after the opening if there is one; what takes longer hangs: its session is closed
OPENING_LEASE = 4.0  # s; around an opening a dead worker's action must be taken over soon
OPENING_NEAR = timedelta(seconds=30)  # before and after an opening
LOOK_FOR_DEAD_EVERY = 1.0  # s
EXPECTED_WITHIN = timedelta(seconds=20)  # after a tap on the way to a booking
MOST_CRASHES = 20  # after so many deaths of its worker an action is given up: far more than a machine in trouble causes
GRACE = 1.5  # s to finish what is in hand after a signal
LAST_GRACE = 0.3  # s for what must end because the portal was closed
PAUSE_AFTER_TROUBLE = 1.0  # s before the database is asked again after an error of its own

log = logging.getLogger(__name__)


class Worker:
    def __init__(
        self, db: Database, portal: Portal, performer: Performer, settings: Settings, clock: Clock = utc_now
    ) -> None:
        self._db = db
        self._portal = portal
        self._performer = performer
        self._lease = settings.worker.lease_seconds
        self._poll = settings.worker.poll_seconds
        self._configured = self._rules = settings.house_rules
        self._followed = False  # whether what waits was given the openings of these rules
        self._clock = clock
        self._name = program.name_of(os.getpid())
        self._in_hand: set[asyncio.Task[None]] = set()
        self._for_opening: set[asyncio.Task[None]] = set()  # those of them that wait for an opening
        self._looked_for_dead = 0.0
        self.last_progress = time.monotonic()  # on the monotonic clock: when the loop last went round
        self._getting_ready: asyncio.Task[None] | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stop is set; then finishes or gives back what is in hand."""
        changes, claimed = self._db.connection.changes(), False
        while not stop.is_set():
            self.last_progress = time.monotonic()
            try:
                await self._take_from_the_dead()
                stirred = claimed or changes.any()
                claimed = stirred and await self.step()
                if stirred:
                    await self._get_ready()
                await self._portal.engine.close_idle()
            except DatabaseError as error:
                log.error("%s", error)
                await program.wait(stop, PAUSE_AFTER_TROUBLE)
                continue
            except Exception:
                log.exception("a look at the queue failed in a way nobody thought of; the next one tries again")
                await program.wait(stop, PAUSE_AFTER_TROUBLE)
                continue
            if not claimed:
                await program.wait(stop, self._poll)
        await self._finish()

    def note(self) -> str:
        """What it is at, for runtime/heartbeat.py."""
        return f"{len(self._in_hand)} in hand, {len(self._for_opening)} of them for an opening"

    async def burst(self) -> None:
        """Works until nothing is due and nothing is in hand."""
        while await self.step() or self._in_hand:
            if self._in_hand:
                await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)

    async def step(self) -> bool:
        """Claims one due action and starts on it. False when there was none, or hands are full."""
        await self._follow_rules()
        if len(self._in_hand - self._for_opening) >= MOST_AT_ONCE or not await self._db.claims.due():
            return False
        action = await self._db.claims.claim(self._name, self._lease)
        if action is None:
            return False
        log.info("→ %s %s (attempt %s)", action.type, action.id, action.attempts)
        task = asyncio.create_task(self._hold(action), name=f"action {action.id}")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        if action.opens_at and action.opens_at > self._clock():
            self._for_opening.add(task)
            task.add_done_callback(self._for_opening.discard)
        return True

    async def _follow_rules(self) -> None:
        """Gives what waits the opening that the rule in force says."""
        rules = await self._db.rules.in_force(self._configured)
        await self._db.openings.fill_in(rules.opening)
        if rules != self._rules or not self._followed:
            await self._db.openings.follow(rules.opening, self._clock())
            self._rules, self._followed = rules, True

    async def _get_ready(self) -> None:
        """Starts the driver while somebody is still choosing: it takes longer than the booking itself."""
        idle = self._getting_ready is None or self._getting_ready.done()
        if idle and await self._db.people.anyone_expected(EXPECTED_WITHIN):
            self._getting_ready = asyncio.create_task(self._portal.engine.get_ready())

    async def _take_from_the_dead(self) -> None:
        """What a worker of this machine had in hand when it died need not wait for its lease to run out."""
        if time.monotonic() - self._looked_for_dead < LOOK_FOR_DEAD_EVERY:
            return
        self._looked_for_dead = time.monotonic()
        for holder in await self._db.claims.holders():
            if program.is_dead(holder):
                log.warning("  %s is dead: what it had in hand is taken over", holder)
                await self._db.claims.end_leases_of(holder)

    async def _hold(self, action: Action) -> None:
        """Performs an action while its lease is kept alive."""
        heart = asyncio.create_task(self._heartbeat(action))
        try:
            if action.crashes >= MOST_CRASHES:
                await self._db.settlement.fail(action, AppError("it took the worker down again and again"))
            else:
                await self._performer.perform(action)
        except asyncio.CancelledError:
            await self._give_back(action)
        except LeaseLost as lost:
            log.warning("  %s: what was done is dropped", lost)
        except DatabaseError as error:
            log.error("  action %s is not settled, it will be claimed again: %s", action.id, error)
        finally:
            heart.cancel()

    async def _heartbeat(self, action: Action) -> None:
        """Extends the lease until the action is done; closes its session when it hangs.

        Who lost the lease is stopped by the fence; the session serves other actions of the same person.
        """
        waits = (action.opens_at - self._clock()).total_seconds() if action.opens_at else 0.0
        hangs = steady() + max(waits, 0.0) + LONGEST_ACTION  # a clock that is set forward ends no race
        while steady() < hangs:
            await asyncio.sleep(self._lease_for(action) / 3)
            try:
                await self._db.claims.extend(action, self._lease_for(action))
            except LeaseLost:
                log.warning("  action %s is no longer ours", action.id)
                return
            except DatabaseError as error:
                log.error("  the lease of action %s could not be extended: %s", action.id, error)
        log.error("  action %s hangs: its session is closed", action.id)
        await self._portal.close_session(action.user_id)

    def _lease_for(self, action: Action) -> float:
        """Seconds. Short when an opening is near: whoever takes over must still be in time."""
        near = action.opens_at is not None and abs(action.opens_at - self._clock()) < OPENING_NEAR
        return min(OPENING_LEASE, self._lease) if near else self._lease

    async def _give_back(self, action: Action) -> None:
        """What still waits when we end, for its opening or to look once more, is for the next worker."""
        try:
            await self._db.settlement.release(action, AppError("the worker stopped"))
        except AppError as error:
            log.warning("  %s %s is left to whoever finds us dead: %s", action.type, action.id, error)
        else:
            log.info("  %s %s is given back", action.type, action.id)

    async def _finish(self) -> None:
        """Lets what is in hand end, then has it end, then gives it back."""
        busy = self._in_hand | ({self._getting_ready} if self._getting_ready else set())
        if busy:
            await asyncio.wait(busy, timeout=GRACE)
        self._performer.give_back()
        await self._portal.close()
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=LAST_GRACE)
        for task in self._in_hand:
            task.cancel()  # the portal is closed: no call of Playwright is under way in it
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=LAST_GRACE)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    people = {credentials.user_id: credentials for credentials in settings.people}
    async with open_database(settings.database, stop=stop) as db, open_portal(site_access(settings)) as portal:
        await db.people.set(people_of(settings))
        forget_others(settings.state_dir, people, await db.people.evidence_of_departed())
        performer = Performer(db, portal, people, settings.opening_rule, rules=settings.house_rules)
        worker = Worker(db, portal, performer, settings)
        if arguments.burst:
            await worker.burst()
        else:
            async with HeartbeatLoop(db.heartbeats, "worker", lambda: worker.last_progress, worker.note).running():
                log.info("the worker is up")
                await worker.run(stop)
    return program.DONE


if __name__ == "__main__":
    parser = program.options("Performs the queue's actions on the site.")
    parser.add_argument("--burst", action="store_true", help="stop when nothing is due")
    sys.exit(program.run("worker", parser, main))

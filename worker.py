"""The worker: claims actions that are due, has them performed on the site, keeps their leases. Run as many as you like.

    python worker.py [--config PATH] [--burst]

It looks for due work many times a second, so a tap starts at once. SIGTERM and Ctrl-C end it within five seconds:
what is in hand is finished or given back.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import socket
import sys
import time

import program
from database import Database, open_database, people_of
from model import Action, AppError, DatabaseError, LeaseLost
from perform import Performer, site_access
from portal.session import Portal
from settings import Settings

MOST_AT_ONCE = 8  # actions in hand; more would only fight for the browser
LONGEST_ACTION = 180.0  # s; an action that takes longer hangs, and its session is closed under it
MOST_CRASHES = 5  # an action that took its worker down this often is not claimed for ever
GRACE = 3.0  # s to finish what is in hand after a signal
PAUSE_AFTER_TROUBLE = 1.0  # s before the database is asked again after an error of its own

log = logging.getLogger(__name__)


class Worker:
    def __init__(self, db: Database, portal: Portal, performer: Performer, settings: Settings) -> None:
        self._db = db
        self._portal = portal
        self._performer = performer
        self._lease = settings.worker.lease_seconds
        self._poll = settings.worker.poll_seconds
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Works until stop is set; then finishes or gives back what is in hand."""
        while not stop.is_set():
            try:
                claimed = await self.step()
                await self._portal.close_idle()
            except DatabaseError as error:
                log.error("%s", error)
                await program.wait(stop, PAUSE_AFTER_TROUBLE)
                continue
            if not claimed:
                await program.wait(stop, self._poll)
        await self._finish()

    async def burst(self) -> None:
        """Works until nothing is due and nothing is in hand."""
        while await self.step() or self._in_hand:
            if self._in_hand:
                await asyncio.wait(self._in_hand, return_when=asyncio.FIRST_COMPLETED)

    async def step(self) -> bool:
        """Claims one due action and starts on it. False when there was none, or hands are full."""
        if len(self._in_hand) >= MOST_AT_ONCE or not await self._db.queue.due():
            return False
        action = await self._db.queue.claim(self._name, self._lease)
        if action is None:
            return False
        log.info("→ %s %s (attempt %s)", action.type, action.id, action.attempts)
        task = asyncio.create_task(self._hold(action), name=f"action {action.id}")
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)
        return True

    async def _hold(self, action: Action) -> None:
        """Performs an action while its lease is kept alive."""
        heart = asyncio.create_task(self._heartbeat(action))
        try:
            if action.attempts - action.failures > MOST_CRASHES:
                await self._db.queue.fail(action, AppError("it took the worker down again and again"))
            else:
                await self._performer.perform(action)
        except LeaseLost as lost:
            log.warning("  %s: what was done is dropped", lost)
        except DatabaseError as error:
            log.error("  action %s is not settled, it will be claimed again: %s", action.id, error)
        finally:
            heart.cancel()

    async def _heartbeat(self, action: Action) -> None:
        """Extends the lease until the action is done; closes its session when it hangs or is no longer ours."""
        began = time.monotonic()
        while time.monotonic() - began < LONGEST_ACTION:
            await asyncio.sleep(self._lease / 3)
            try:
                await self._db.queue.extend(action, self._lease)
            except LeaseLost:
                log.warning("  action %s is no longer ours", action.id)
                break
            except DatabaseError as error:
                log.error("  the lease of action %s could not be extended: %s", action.id, error)
        else:
            log.error("  action %s hangs: its session is closed", action.id)
        await self._portal.abandon(action.user_id)

    async def _finish(self) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=GRACE)
        self._performer.give_back()
        await self._portal.close()
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=1.0)


async def main(settings: Settings, arguments: argparse.Namespace, stop: asyncio.Event) -> int:
    people = {credentials.user_id: credentials for credentials in settings.people}
    async with open_database(settings.database) as db, Portal(site_access(settings)) as portal:
        await db.people.set(people_of(settings))
        performer = Performer(db, portal, people, settings.opening_rule)
        worker = Worker(db, portal, performer, settings)
        if arguments.burst:
            await worker.burst()
        else:
            await worker.run(stop)
    return program.DONE


if __name__ == "__main__":
    parser = program.options("Performs the queue's actions on the site.")
    parser.add_argument("--burst", action="store_true", help="stop when nothing is due")
    sys.exit(program.run("worker", parser, main))

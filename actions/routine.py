"""One reading done now, by the script that asks for it, as an ordinary action of the queue.

Used by refresh_courses.py and sync_bookings.py. The row keeps the history; when a worker has the same action in hand,
the script waits for it instead of doing it twice.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager

from actions.request_counts import write_down
from actions.runner import ActionRunner, site_access
from actions.shared_logins import shared_logins
from database import Database, open_database
from domain.model import Action, ActionStatus, ActionType
from domain.requests import NewAction
from languages.terminal import _
from portal.portal import open_portal
from runtime import process_names, program
from runtime.configured import people_of
from runtime.directory import Directory
from runtime.sealing_key import KeyRing
from runtime.settings import Settings
from runtime.trusted_clock import clock_of
from safety.personal_files import forget_others

LEASE = 300.0  # s; longer than any refresh, so that no worker takes the action over while the script lives
POLL_INTERVAL = 0.2  # s between looks at an action that a worker has in hand

Say = Callable[[str], None]


class Routine:
    """Does readings one after the other."""

    def __init__(self, db: Database, runner: ActionRunner, people: Collection[int], say: Say) -> None:
        self._db = db
        self.people = people  # everybody for whom things are done, the owner first
        self._runner = runner
        self._say = say

    async def do(self, kind: ActionType, user_id: int, stop: asyncio.Event) -> Action:
        """Does the action, or waits for the worker that has the same in hand; returns the finished row."""
        new = NewAction(kind, user_id, quiet=True)
        action = await self._db.claims.add_claimed(new, process_names.name_of(os.getpid()), LEASE)
        if action is not None:
            await self._runner.run(action)
            return await self._row(action.id)
        live = await self._db.requests.live_routine(kind, user_id)
        if live is None:
            return await self.do(kind, user_id, stop)
        self._say(_("a worker is already at it (action {number}): waiting for it", number=live.id))
        while (row := await self._row(live.id)).status is ActionStatus.PROCESSING and not stop.is_set():
            await program.wait(stop, POLL_INTERVAL)
        return row

    async def _row(self, action_id: int) -> Action:
        row = await self._db.requests.find(action_id)
        if row is None:
            raise RuntimeError(f"action {action_id} was deleted while it ran")
        return row


@asynccontextmanager
async def open_routine(settings: Settings, say: Say) -> AsyncIterator[Routine]:
    """A Routine with database and portal of its own; `say` hears of the progress, a line at a time.

    Raises ClockInDoubt: by a wrong clock it would take old bookings for new ones.
    """
    keys, clock = KeyRing(settings.local_path), clock_of(settings, site=True)
    async with (
        open_database(settings.database, clock, server_time=clock.server_time) as db,
        clock.kept(db.heartbeats.last_sign, asyncio.Event(), waits=False),
        open_portal(site_access(settings, clock, shared_logins(db, settings))) as portal,
    ):
        await db.people.set(people_of(settings))
        directory = Directory(settings, db.guests, keys)
        await directory.refresh()
        forget_others(settings.state_dir, directory.kept(), await db.people.evidence_of_departed())
        rule, rules = settings.opening_rule, settings.house_rules
        runner = ActionRunner(db, portal, directory, rule, clock, progress=say, rules=rules, refresh=directory.refresh)
        yield Routine(db, runner, directory, say)
        await write_down(db, portal.resources)

"""When something happens to a machine of bench.hosts: at a moment that hurts, which its worker has come to.

A moment strikes the machine whose worker is at it, unless that machine has trouble already. "leaving": the database was
told that the worker now books or cancels, and its request leaves within milliseconds. "done": the site has done it, and
the answer is under way. "read back": the site shows "my bookings" to that person again, and nothing is written yet.
"opening": around the next opening that a worker has in hand.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import psycopg

from bench.machines import Machine, Machinery
from bench.town import Commit, Town, user_of
from domain.model import instant, stamp, utc_now

DELAYS = (0.0, 0.0, 0.003, 0.01, 0.02, 0.05)  # s after a moment; a round trip to the site takes 0.02
COMES_WITHIN = 45.0  # s; else it happens at no moment in particular
LOOK_AGAIN = 0.02  # s
LONGEST_LEAD = 2.0  # s before an opening, the first thing happens
NEXT_OPENINGS = """
    SELECT opens_at, worker FROM booking_actions
    WHERE status = 'processing' AND opens_at > :after ORDER BY opens_at
"""
ACTS = """
    SELECT id, attempts, worker FROM booking_actions
    WHERE status = 'processing' AND crashes = 0 AND (pressed = 1 OR (acting = 1 AND opens_at IS NULL))
"""
LEASES = """
    SELECT id, status, attempts, worker, lease_until, lease_until > to_char(
        clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AND status = 'processing'
    FROM polimisport.booking_actions
    WHERE user_id = %s AND action_type = %s AND date = %s AND left(time_slot, 5) = %s ORDER BY id DESC
"""

Strike = Callable[[Machine], None]
"""Begins what is done to a machine; at once, for the answer of the site may not leave meanwhile."""


class Moment(StrEnum):
    OPENING = "opening"
    LEAVING = "leaving"
    DONE = "done"
    READ_BACK = "read back"
    ANY = "any"  # the moment that was waited for did not come


AIMED = (Moment.OPENING, Moment.LEAVING, Moment.DONE, Moment.READ_BACK)


class Witness:
    """Looks, when the site books or cancels something, whether somebody has a lease for it at that moment."""

    def __init__(self, town: Town, connection: psycopg.Connection) -> None:
        self._users = {person.username: user_of(person) for person in town.site.people}
        self._connection = connection
        self.unleased: list[str] = []

    def __call__(self, commit: Commit) -> None:
        rows = self._rows(commit)
        if not any(row[-1] for row in rows):
            self.unleased.append(f"{utc_now():%H:%M:%S.%f} {' '.join(self._wanted(commit))}; newest: {rows[:2]}")
            print(f"  without a lease: {self.unleased[-1]}", file=sys.stderr, flush=True)

    def machine_of(self, commit: Commit) -> str:
        """Where the worker is that has the lease; empty when nobody has."""
        return next((_machine_of(row[3]) for row in self._rows(commit) if row[-1]), "")

    def _rows(self, commit: Commit) -> list[tuple[object, ...]]:
        return self._connection.execute(LEASES, self._wanted(commit)).fetchall()

    def _wanted(self, commit: Commit) -> tuple[str, ...]:
        slot = commit.slot
        return str(self._users[commit.username]), commit.what, str(slot.date), f"{slot.start:.5}"


def _machine_of(worker: object) -> str:
    return str(worker).partition(" ")[0]


class _Occasion:
    """Waits for the first machine that comes to a moment and has no trouble, and strikes it."""

    def __init__(self, moments: Moments, strike: Strike, delay: float) -> None:
        self._moments = moments
        self._strike = strike
        self._delay = delay
        self._struck = asyncio.get_running_loop().create_future()

    def come_to(self, name: str) -> None:
        if self._struck.done() or (machine := self._moments.take(name)) is None:
            return
        if not self._delay:
            self._strike(machine)
        self._struck.set_result(machine)

    async def machine(self) -> Machine:
        found: Machine = await self._struck
        if self._delay:
            await asyncio.sleep(self._delay)
            self._strike(found)
        return found


class Moments:
    """Made by `watched`."""

    def __init__(self, town: Town, cast: Machinery, witness: Witness, chance: random.Random) -> None:
        self._town = town
        self._cast = cast
        self._witness = witness
        self._chance = chance
        self._in_trouble: set[str] = set()
        self._waiting: dict[Moment, list[_Occasion]] = {moment: [] for moment in AIMED}
        self._seen: set[tuple[int, int]] = set()

    async def strike_at(self, moment: Moment, seconds: float, strike: Strike) -> tuple[Machine, Moment]:
        """Strikes a machine at that moment; around an opening, so many seconds after it. It then has trouble."""
        if moment is Moment.OPENING:
            found = await self._at_an_opening(seconds, strike)
        else:
            found = await self._at(moment, _Occasion(self, strike, self._chance.choice(DELAYS)))
        return (found, moment) if found else (self._at_once(strike), Moment.ANY)

    def take(self, name: str) -> Machine | None:
        """The machine, which from now on has trouble; None when it has already."""
        if not name or name in self._in_trouble:
            return None
        self._in_trouble.add(name)
        return self._cast.machines[name]

    def leave(self, machine: Machine) -> None:
        """The machine has no trouble any more."""
        self._in_trouble.discard(machine.name)

    def _at_once(self, strike: Strike) -> Machine:
        """At some machine, at no moment in particular: nothing happens in the town."""
        names = [name for name in self._cast.machines if name not in self._in_trouble]
        machine = self.take(self._chance.choice(names))
        assert machine
        strike(machine)
        return machine

    async def _at(self, moment: Moment, occasion: _Occasion) -> Machine | None:
        self._waiting[moment].append(occasion)
        try:
            async with asyncio.timeout(COMES_WITHIN):
                return await occasion.machine()
        except TimeoutError:
            return None
        finally:
            self._waiting[moment].remove(occasion)

    def _come(self, moment: Moment, name: str) -> None:
        for occasion in tuple(self._waiting[moment]):
            occasion.come_to(name)

    async def _at_an_opening(self, seconds: float, strike: Strike) -> Machine | None:
        give_up = asyncio.get_running_loop().time() + COMES_WITHIN
        while asyncio.get_running_loop().time() < give_up:
            after = stamp(utc_now() + timedelta(seconds=LONGEST_LEAD))
            for row in await self._town.db.connection.rows(NEXT_OPENINGS, {"after": after}):
                if machine := self.take(_machine_of(row["worker"])):
                    await self._until(instant(row["opens_at"]) + timedelta(seconds=seconds))
                    strike(machine)
                    return machine
            await asyncio.sleep(LOOK_AGAIN)
        return None

    async def _until(self, moment: datetime) -> None:
        await asyncio.sleep((moment - utc_now()).total_seconds())

    async def watch(self) -> None:
        """Sees the moments as they come, until it is cancelled."""
        site, witness, written = self._town.site, self._witness, asyncio.Event()
        server = self._town.db.connection.changes
        assert not isinstance(server, Path)
        site.listeners.append(lambda commit: self._come(Moment.DONE, witness.machine_of(commit)))
        site.readers.append(lambda commit: self._come(Moment.READ_BACK, witness.machine_of(commit)))
        async with asyncio.TaskGroup() as group:
            group.create_task(server.listen(written.set, lambda _: None))
            while await written.wait():
                written.clear()
                await self._look()

    async def _look(self) -> None:
        for row in await self._town.db.connection.rows(ACTS):
            if (number := (row["id"], row["attempts"])) not in self._seen:
                self._seen.add(number)
                self._come(Moment.LEAVING, _machine_of(row["worker"]))


@asynccontextmanager
async def watched(moments: Moments) -> AsyncIterator[Moments]:
    """The moments, seen as they come."""
    watching = asyncio.create_task(moments.watch(), name="moments")
    try:
        yield moments
    finally:
        watching.cancel()
        await asyncio.wait({watching})

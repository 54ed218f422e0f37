"""python -m bench.hosts [--rounds N] [--cut S] [--people N] [--seed S]: three machines, one PostgreSQL, plugs pulled.

As root, on Linux. Students book and give back places, and race for openings, while at each round something happens to
one of three machines that each run a bot, a worker and an executor: it loses its power a second before an opening; its
network cable is out for a while; its worker stands still past its lease; its clock is set 40 s off. Then everything may
settle, and what the site, the database and the chats say is compared. Everything that is counted must be 0, and with it
what was done on the site for an action whose lease nobody held at that moment.

Exit code 0: it is. 1: it is not. 2: the run could not be made.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psycopg

from bench.aftermath import Finding, examine, findings_table, shown
from bench.machine import describe
from bench.machines import EVERYWHERE, NETWORK, SWITCH, Machine, Machinery, all_awake, leave_the_network, machines
from bench.programs import BenchError
from bench.students import Ledger, live_all
from bench.town import Commit, Town, open_town, phone_of, until_stopped, user_of
from database import PostgresqlAddress
from domain.model import instant, stamp, utc_now
from tests.support.postgresql import started

ROUNDS = 300
PEOPLE = 3
CUT = 90.0  # s a cable is out; longer than any lease
PAUSED = (6.0, 70.0)  # s a worker stands still: past a lease near an opening, or past any
AWAY = (3.0, 12.0)  # s a machine without power stays so: the next one has taken over by then, or has not
OFF = (-40, 0, 40)  # s a clock is off
BEFORE = timedelta(seconds=1)  # an opening: when the power goes
AT_OPENING = (-1.5, 0.6)  # s around an opening: when a cable goes
OPENING_WITHIN = 30.0  # s; else it happens without one
LOOK_AGAIN = 0.02  # s
NEXT_OPENING = """
    SELECT opens_at, worker FROM booking_actions
    WHERE status = 'processing' AND opens_at > :after ORDER BY opens_at LIMIT 1
"""
LEASES = """
    SELECT id, status, attempts, worker, lease_until, lease_until > to_char(
        clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AND status = 'processing'
    FROM polimisport.booking_actions
    WHERE user_id = %s AND action_type = %s AND date = %s AND left(time_slot, 5) = %s ORDER BY id DESC
"""
REACHED, MISSED, BROKEN = 0, 1, 2


class Witness:
    """Looks, when the site books or cancels something, whether somebody has a lease for it at that moment."""

    def __init__(self, town: Town, connection: psycopg.Connection) -> None:
        self._users = {person.username: user_of(person) for person in town.site.people}
        self._connection = connection
        self.unleased: list[str] = []

    def __call__(self, commit: Commit) -> None:
        wanted = (self._users[commit.username], commit.what, str(commit.slot.date), f"{commit.slot.start:.5}")
        rows = self._connection.execute(LEASES, wanted).fetchall()
        if not any(row[-1] for row in rows):
            self.unleased.append(f"{utc_now():%H:%M:%S.%f} {' '.join(map(str, wanted))}; newest: {rows[:2]}")


@dataclass(slots=True)
class Outcome:
    """The result of a run."""

    pulled: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(default_factory=Ledger)
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        return not any(finding.cases for finding in self.findings)


class Mischief:
    """Does something to a machine, round by round."""

    def __init__(self, town: Town, cast: Machinery, pulled: Counter[str], cut: float, seed: int) -> None:
        self._town = town
        self._cast = cast
        self._pulled = pulled
        self._cut = cut
        self._chance = random.Random(seed)

    async def run(self, rounds: int) -> None:
        kinds = (self._power, self._cable, self._pause, self._clock)
        for number in range(rounds):
            what = await self._chance.choice(kinds)()
            self._pulled[what] += 1
            print(f"  {utc_now():%H:%M:%S} {number + 1}: {what}", file=sys.stderr, flush=True)
            await all_awake(self._cast)
            self._cast.check()

    async def _power(self) -> str:
        machine, is_opening = await self._at_an_opening(-BEFORE.total_seconds())
        self._cast.lose_power(machine)
        await asyncio.sleep(self._chance.uniform(*AWAY))
        machine.plug_in()
        await self._cast.start_at(machine)
        return "power lost before an opening" if is_opening else "power lost"

    async def _cable(self) -> str:
        machine, is_opening = await self._at_an_opening(self._chance.uniform(*AT_OPENING))
        machine.pull()
        await asyncio.sleep(self._cut)
        machine.plug_in()
        return "cable out at an opening" if is_opening else "cable out"

    async def _pause(self) -> str:
        machine, is_opening = await self._at_an_opening(self._chance.uniform(*AT_OPENING))
        role = f"worker at {machine.name}"
        self._cast.pause(role)
        await asyncio.sleep(self._chance.choice(PAUSED))
        self._cast.go_on(role)
        return "worker paused at an opening" if is_opening else "worker paused"

    async def _clock(self) -> str:
        """It stays so, whatever happens in later rounds."""
        machine, seconds = self._chance.choice(list(self._cast.machines.values())), self._chance.choice(OFF)
        machine.set_clock(seconds)
        await asyncio.sleep(self._chance.uniform(*AWAY))
        return f"clock {seconds:+} s" if seconds else "clock right"

    async def _at_an_opening(self, seconds: float) -> tuple[Machine, bool]:
        """The machine whose worker has the next opening in hand, so many seconds after it; or any, and False."""
        found = await self._next_opening(timedelta(seconds=max(0.0, -seconds)) + BEFORE)
        if found is None:
            return self._chance.choice(list(self._cast.machines.values())), False
        opens_at, machine = found
        await asyncio.sleep((opens_at - utc_now()).total_seconds() + seconds)
        return machine, True

    async def _next_opening(self, from_now: timedelta) -> tuple[datetime, Machine] | None:
        give_up = time.monotonic() + OPENING_WITHIN
        while time.monotonic() < give_up:
            row = await self._town.db.connection.row(NEXT_OPENING, {"after": stamp(utc_now() + from_now)})
            if row:
                return instant(row["opens_at"]), self._cast.machines[row["worker"].partition(" ")[0]]
            await asyncio.sleep(LOOK_AGAIN)
        return None


@contextmanager
def served() -> Iterator[PostgresqlAddress]:
    """A database on a server that the machines reach; what is committed is on its disk."""
    with tempfile.TemporaryDirectory(prefix="polimisport-hosts-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server is another user's
        allowed = folder / "pg_hba.conf"
        allowed.write_text(f"local all all trust\nhost all all {NETWORK} trust\n")
        allowed.chmod(0o644)
        with started({"listen_addresses": f"'{SWITCH}'", "hba_file": f"'{allowed}'"}):
            yield PostgresqlAddress(f"postgresql://polimisport@{SWITCH}/club")


async def hosts(options: argparse.Namespace) -> Outcome:
    """A whole run: load, mischief, recovery, and what is then found."""
    result, began = Outcome(), time.monotonic()
    with machines() as made, served() as address:
        async with open_town(options.people, address, EVERYWHERE) as town:
            cast = Machinery(town, made)
            town.cast = cast
            try:
                await _live(town, cast, address, options, result)
            finally:
                await cast.stop()
                if options.log:
                    shutil.copy(town.log, options.log)
    result.seconds = time.monotonic() - began
    return result


async def _live(
    town: Town, cast: Machinery, address: PostgresqlAddress, options: argparse.Namespace, result: Outcome
) -> None:
    for person in town.site.people:
        phone_of(town, person)
    for machine in cast.machines.values():
        machine.settle_in(town, town.folder / machine.name)
        await cast.start_at(machine)
    await all_awake(cast)
    stop = asyncio.Event()
    with psycopg.connect(address.uri, autocommit=True) as connection:
        witness = Witness(town, connection)
        town.site.listeners.append(witness)
        load = asyncio.create_task(live_all(town, result.ledger, 1, stop, options.seed))
        mischief = asyncio.create_task(
            Mischief(town, cast, result.pulled, options.cut, options.seed).run(options.rounds)
        )
        await asyncio.wait({load, mischief}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        if not mischief.done():
            mischief.cancel()
        await asyncio.gather(load, mischief)
        findings = await examine(town, result.ledger)
    result.findings = (*findings, Finding("done on the site without a lease", tuple(witness.unleased)))


def report(outcome: Outcome) -> str:
    """The table, and under it every case that was found."""
    ledger = outcome.ledger
    lines = [
        f"{outcome.pulled.total()} rounds in {outcome.seconds:.0f} s: {shown(outcome.pulled)}",
        f"asked: {shown(ledger.asked)}; settled: {shown(ledger.settled)}",
        f"told as failed: {shown(ledger.failed) or 'none'}; given up waiting: {ledger.silences} for the bot",
        "",
    ]
    return "\n".join([*lines, findings_table(outcome.findings)])


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.hosts", description="Pulls the plugs of three machines.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="how many plugs (%(default)s)")
    parser.add_argument("--cut", type=float, default=CUT, metavar="S", help="how long a cable is out (%(default)g s)")
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="how many students (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what the dice begin with")
    parser.add_argument("--log", type=Path, metavar="PATH", help="where the programs' log is kept")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.people < 1 or options.cut <= 0:
        parser.error("--rounds, --people and --cut need a number above 0")
    return options


async def run(options: argparse.Namespace) -> int:
    print(await describe(), flush=True)
    try:
        leave_the_network()
        outcome = await hosts(options)
    except BenchError as error:
        print(f"The run could not be made: {error}", file=sys.stderr)
        return BROKEN
    print(f"\n{report(outcome)}")
    return REACHED if outcome.clean else MISSED


if __name__ == "__main__":
    sys.exit(until_stopped(run(parse())))

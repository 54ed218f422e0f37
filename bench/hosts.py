"""python -m bench.hosts [--rounds N] [--kind K] [--cut S] [--lease S] [--people N] [--seed S]: three machines, one
PostgreSQL, plugs pulled.

As root, on Linux. Students book and give back places, and race for openings, on three machines that each run a bot, a
worker and an executor. Round by round something happens to a machine (bench/mischief.py): it loses its power, its
network cable is out, its worker stands still past its lease, its clock is set 40 s off; each of them around an opening,
as a request leaves, as the site has done what was asked, and as that was read back. Then everything may settle, and
what the site, the database and the chats say is compared. Everything that is counted must be 0, and with it what was
done on the site for an action whose lease nobody held at that moment.

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
from pathlib import Path

import psycopg

from bench.aftermath import Finding, examine, findings_table, shown
from bench.machine import describe
from bench.machines import EVERYWHERE, NETWORK, SWITCH, Machinery, awake_at, leave_the_network, machines
from bench.mischief import KINDS, Mischief, kinds_named
from bench.moments import Moments, Witness, watched
from bench.programs import BenchError
from bench.students import Ledger, live_all
from bench.town import Town, open_town, phone_of, until_stopped
from database import PostgresqlAddress
from tests.support.postgresql import started

ROUNDS = 300
PEOPLE = 6
OPENINGS = 2  # at once
CUT = 90.0  # s a cable is out; longer than any lease
LEASE = 60.0  # s; the usual one, as it is without a setting
REACHED, MISSED, BROKEN = 0, 1, 2


@dataclass(slots=True)
class Outcome:
    """The result of a run."""

    done: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(default_factory=Ledger)
    findings: tuple[Finding, ...] = ()
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        return not any(finding.cases for finding in self.findings)


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
        machine.settle_in(town, town.folder / machine.name, options.lease)
        await cast.start_at(machine)
    for machine in cast.machines.values():
        await awake_at(cast, machine)
    with psycopg.connect(address.uri, autocommit=True) as connection:
        witness = Witness(town, connection)
        town.site.listeners.append(witness)
        chance = random.Random(options.seed)
        async with watched(Moments(town, cast, witness, chance)) as moments:
            mischief = Mischief(cast, moments, chance, options.cut, options.lease)
            result.done = mischief.done
            await _trouble(town, mischief, witness, options, result)
        findings = await examine(town, result.ledger)
    result.findings = (*findings, Finding("done on the site without a lease", tuple(witness.unleased)))


async def _trouble(
    town: Town, mischief: Mischief, witness: Witness, options: argparse.Namespace, result: Outcome
) -> None:
    """The students live until the last round is over."""

    def tell(line: str) -> None:
        site, lies = town.site, len(result.ledger.lies)
        counts = f"{shown(site.commits)} on the site, {site.asked_twice} asked twice, {lies} told and not so"
        print(f"  seed {options.seed}, {line}: {counts}, {len(witness.unleased)} unleased", file=sys.stderr, flush=True)

    stop = asyncio.Event()
    load = asyncio.create_task(live_all(town, result.ledger, 1, stop, options.seed, openings=OPENINGS))
    pulling = asyncio.create_task(mischief.run(kinds_named(options.kind), options.rounds, tell))
    await asyncio.wait({load, pulling}, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    if not pulling.done():
        pulling.cancel()
    await asyncio.gather(load, pulling)


def report(outcome: Outcome) -> str:
    """The table, and under it every case that was found."""
    ledger = outcome.ledger
    lines = [
        f"{outcome.done.total()} rounds in {outcome.seconds:.0f} s: {shown(outcome.done)}",
        f"asked: {shown(ledger.asked)}; settled: {shown(ledger.settled)}",
        f"told as failed: {shown(ledger.failed) or 'none'}; given up waiting: {ledger.silences} for the bot",
        "",
    ]
    return "\n".join([*lines, findings_table(outcome.findings)])


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.hosts", description="Pulls the plugs of three machines.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help="how many plugs (%(default)s)")
    parser.add_argument("--kind", default="", metavar="K", help='only that, as "cable", "opening", "cable, opening"')
    parser.add_argument("--cut", type=float, default=CUT, metavar="S", help="how long a cable is out (%(default)g s)")
    parser.add_argument("--lease", type=float, default=LEASE, metavar="S", help="the usual lease (%(default)g s)")
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="how many students (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what the dice begin with")
    parser.add_argument("--log", type=Path, metavar="PATH", help="where the programs' log is kept")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.people < OPENINGS or options.cut <= 0 or options.lease < 1:
        parser.error("--rounds, --cut and --lease need a number above 0, --people one above 1")
    if not kinds_named(options.kind):
        parser.error(f"--kind {options.kind}: not known; there are {'; '.join(map(str, KINDS))}")
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

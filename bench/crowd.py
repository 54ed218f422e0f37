"""Many accounts at one opening: when the last first shot arrives, whether all are raced for once, what it takes.

Used by bench/opening.py. The workers are processes, and so is the site, as in the night. The sessions were stored
before; who has none would log in with a browser, one after the other. Hosts are workers with a folder each, on one
PostgreSQL that waits for its disk; they share the cores of this machine. None of them has seen a session before: it is
a row, sealed with the key that they share.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import statistics
from asyncio.subprocess import Process
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from actions.shared_logins import shared_logins
from bench import programs
from bench.browser import find_browser
from bench.figures import Figure
from bench.kinds import THOUSAND, TOGETHER, Kind
from bench.midnight import OTP_URL, PASSWORD
from bench.night import Midnight, Opening
from bench.programs import BenchError
from database import Database, PostgresqlAddress, open_database
from demo.site.slots import ROME
from demo.telegram.server import DEMO_TOKEN
from domain.model import PREPARE, ActionType
from domain.requests import NewAction
from portal.storage.session_files import SessionFiles
from runtime.configured import people_of
from runtime.settings import Settings, load
from tests.support.postgresql import started

MOST_REQUESTS = 10
LAST_ARRIVAL = 250.0  # ms
MOST_A_SECOND = 60.0  # requests the site sees before an opening
WEIGHED = 5.0  # s before the opening: all sessions are in use
STARTING = timedelta(seconds=15)  # workers take to be up, before the rows are due
LOOK_AGAIN = 0.1  # s
LONGEST_AFTER = 120.0  # s after the opening, for every booking to be made
KEY = ".db.key"  # seals the sessions that hosts share
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who comes to one opening."""

    accounts: int
    workers: int
    lead: timedelta  # before the opening, the rows are put in
    kind: Kind
    rounds: int
    is_judged: bool = True  # by when its last first shot arrives
    on_hosts: bool = False  # each worker; only measured when its kind is named

    @property
    def name(self) -> str:
        several = "s" * (self.workers > 1)
        if self.on_hosts:
            return f"{self.accounts} on {self.workers} host{several}"
        return f"{self.accounts} accounts, {self.workers} worker{several}"

    @property
    def prepares(self) -> bool:
        """Whether there is the whole time that a preparation takes."""
        return self.lead > PREPARE


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of it."""

    last: float  # ms after the opening, of the last account's first shot
    median: float  # the same for the one in the middle
    requests: int  # of one account, at the most
    a_second: int  # requests of all within a second before the opening, at the most
    claimed_again: int  # accounts whose booking a second worker took over, though none has died
    memory: Sequence[float]  # MiB of each worker with its driver and browser
    shares: Sequence[int]  # accounts of each worker


CROWDS = (
    Crowd(100, 1, timedelta(seconds=20), TOGETHER, rounds=3),
    Crowd(1000, 2, PREPARE + STARTING, THOUSAND, rounds=1),
    Crowd(1000, 1, PREPARE + STARTING, THOUSAND, rounds=1, is_judged=False),
    Crowd(50, 3, timedelta(seconds=60), TOGETHER, rounds=3, on_hosts=True),
    *(
        Crowd(1000, hosts, PREPARE + STARTING, THOUSAND, rounds=1, is_judged=False, on_hosts=True)
        for hosts in (1, 2, 3)
    ),
)


async def measure(sites: Midnight, folder: Path, rounds: int | None, crowd: Crowd) -> list[Figure]:
    """The figures of that crowd's openings, no more of them than so many rounds."""
    openings = min(rounds or crowd.rounds, crowd.rounds)
    return figures(crowd, [await gather(sites, folder / str(number), crowd) for number in range(openings)])


async def gather(sites: Midnight, folder: Path, crowd: Crowd) -> Seen:
    """One opening with that crowd."""
    opens_at = (datetime.now(UTC) + crowd.lead).replace(microsecond=0)
    opening = await sites.open(opens_at, crowd.accounts, crowd.kind)
    people, browser, log = dict(enumerate(opening.states, start=1)), await find_browser(), folder / "worker.log"
    async with AsyncExitStack() as running:
        server = running.enter_context(started(settings={})).database() if crowd.on_hosts else None
        configs = _configured(folder, crowd, lambda file: _configure(file, opening, people, browser, server))
        settings = load(configs[0])
        db = await running.enter_async_context(open_database(settings.database))
        await db.people.set(people_of(settings))
        await _enter(db, settings, folder / "before", opening, people)
        for config in configs[1:] if crowd.on_hosts else ():
            shutil.copy(settings.local_path.with_suffix(KEY), config.parent)
        await _queue(db, opening, people, begin=opens_at - PREPARE)
        workers = [
            await running.enter_async_context(programs.running("worker.py", "--config", str(config), log=log))
            for config in configs
        ]
        await asyncio.sleep((opens_at - datetime.now(UTC)).total_seconds() - WEIGHED)
        memory, shares = [_memory(each) for each in workers], await _shares(db)
        await _until_done(db, log)
        again = await _claimed_again(db)
    return _seen(await sites.close(opening), memory, shares, again)


def _configured(folder: Path, crowd: Crowd, configure: Callable[[Path], None]) -> list[Path]:
    """The configuration of each worker: a folder's of its own on each host, else one for all."""
    names = [f"host{number}" for number in range(1, crowd.workers + 1)] if crowd.on_hosts else [""]
    files = [folder / name / "config.json" for name in names]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        configure(file)
    return files if crowd.on_hosts else files * crowd.workers


async def _enter(db: Database, settings: Settings, before: Path, opening: Opening, people: dict[int, str]) -> None:
    """Everybody has a session: in the worker's files, or, for hosts, in a row that another host has written before."""
    shared = shared_logins(db, settings)
    for user_id, who in people.items():
        files = SessionFiles(before if shared else settings.state_dir / "sessions", user_id, who, shared)
        files.save(opening.states[who])
        await files.share()


async def _queue(db: Database, opening: Opening, people: dict[int, str], begin: datetime) -> None:
    """Everybody waits for the same class."""
    for user_id in people:
        wanted = NewAction(ActionType.BOOK, user_id, opening.wish, run_at=begin, opens_at=opening.opens_at)
        await db.requests.add(wanted)


def _configure(
    file: Path, opening: Opening, people: dict[int, str], browser: Path, server: PostgresqlAddress | None
) -> None:
    """One owner, and friends for the rest."""
    secrets = {"password": PASSWORD, "otpatu": OTP_URL}
    (owner, owner_name), *friends = people.items()
    values = {
        "username": owner_name,
        **secrets,
        "telegram": {"bot_token": DEMO_TOKEN, "allowed_user_id": owner},
        "friends": [{"telegram_user_id": user_id, "username": who, **secrets} for user_id, who in friends],
        "site": {"base_url": opening.site, "login_hosts": [opening.login_host]},
        "database": server.uri if server else "polimisport.db",
        "browser": {"executable_path": str(browser)},
        "opening": {"at": f"{opening.opens_at.astimezone(ROME):%H:%M:%S}"},
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(values), encoding="utf-8")


def _memory(worker: Process) -> float:
    """MiB of a worker and of what it started; what processes share counts in part for each."""
    used = 0
    for each in programs.family_of(worker.pid):
        taken = each.memory_full_info()
        used += getattr(taken, "pss", taken.rss)
    return used / MIB


async def _shares(db: Database) -> list[int]:
    rows = await db.connection.rows(
        "SELECT count(*) AS accounts FROM booking_actions WHERE status = 'processing' GROUP BY worker"
    )
    return [row["accounts"] for row in rows]


async def _claimed_again(db: Database) -> int:
    [row] = await db.connection.rows("SELECT count(*) FROM booking_actions WHERE attempts > 1")
    return int(row[0])


async def _until_done(db: Database, log: Path) -> None:
    """Every booking was made. Raises BenchError when one was not."""
    try:
        async with asyncio.timeout(LONGEST_AFTER):
            while (states := await _states(db)) != {"completed"}:
                if "failed" in states:
                    raise BenchError(f"a booking failed:\n{programs.tail(log)}")
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        raise BenchError(f"the bookings do not end:\n{programs.tail(log)}") from None


async def _states(db: Database) -> set[str]:
    rows = await db.connection.rows("SELECT DISTINCT status FROM booking_actions WHERE action_type = 'book'")
    return {row["status"] for row in rows}


def _seen(told: dict[str, Any], memory: Sequence[float], shares: Sequence[int], claimed_again: int) -> Seen:
    first: dict[str, float] = {}
    for shot in told["shots"]:
        first[shot["who"]] = min(shot["at"], first.get(shot["who"], shot["at"]))
    arrivals = [1000 * each for each in first.values()]
    before = [each for each in told["arrivals"] if each < 0]
    return Seen(
        last=max(arrivals),
        median=statistics.median(arrivals),
        requests=max(told["requests"].values()),
        a_second=most_a_second(before),
        claimed_again=claimed_again,
        memory=memory,
        shares=shares,
    )


def most_a_second(moments: Iterable[float]) -> int:
    """How many of the moments, in seconds, lie within one second, wherever that begins."""
    ordered = sorted(moments)
    return max((bisect_left(ordered, each + 1.0) - number for number, each in enumerate(ordered)), default=0)


def figures(crowd: Crowd, openings: Sequence[Seen]) -> list[Figure]:
    """What is judged, and of those that prepare in time what else there is to know."""
    name = f"opening of {crowd.name}"
    last, requests = tuple(each.last for each in openings), tuple(float(each.requests) for each in openings)
    judged = [
        Figure(f"{name}: last first shot", "ms", last, LAST_ARRIVAL if crowd.is_judged else None),
        Figure(f"{name}: requests of one", "", requests, MOST_REQUESTS, "max"),
        Figure(f"{name}: claimed again", "", tuple(float(each.claimed_again) for each in openings), 0.0, "max"),
    ]
    if not crowd.prepares:
        return judged
    a_second, memory = tuple(float(each.a_second) for each in openings), [each.memory for each in openings]
    return [
        *judged,
        Figure(f"{name}: the one in the middle", "ms", tuple(each.median for each in openings)),
        Figure(f"{name}: requests a second before", "", a_second, MOST_A_SECOND, "max"),
        Figure(f"{name}: memory of a worker", "MiB", tuple(itertools.chain(*memory))),
        Figure(f"{name}: accounts of a worker", "", tuple(float(part) for each in openings for part in each.shares)),
    ]

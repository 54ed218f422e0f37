"""The queue on both engines: jobs claimed and settled each second, beside litequeue and procrastinate, in one run.

Timed, in one process with nothing else at work: BATCH jobs that are there already, taken and finished by one hand, then
as many by HANDS at once, as around an opening; whoever has finished one takes the next. Ours through database.py, on a
file of SQLite and on a server of PostgreSQL: a booking claimed and settled as booked (the action, the place held, the
notice). procrastinate on the same server, a connection for each hand: a job fetched and finished. litequeue on a file
of SQLite, a thread for each hand: a message popped and done; alone of the four it does not wait for the disk. The
server is started for the measurement, with its own settings: what is committed is on the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from litequeue import LiteQueue  # type: ignore[import-untyped]
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Status

from bench.figures import Figure
from bench.queue import claim_and_settle, put
from database import PostgresqlAddress, open_database
from tests.support.postgresql import Server, started

ROUNDS = 5
BATCH = 200
HANDS = 20

Round = Callable[[int, int], Awaitable[float]]
"""Jobs a second of one round: with that many hands, for so many jobs each."""


async def measure(rounds: int | None, batch: int = BATCH) -> list[Figure]:
    with started(settings={}) as server, tempfile.TemporaryDirectory(prefix="polimisport-bench-") as name:
        async with contextlib.AsyncExitStack() as open_queues:
            queues: dict[str, Round] = {
                "SQLite": await open_queues.enter_async_context(ours(Path(name) / "polimisport.db")),
                "PostgreSQL": await open_queues.enter_async_context(ours(server.database())),
                "litequeue, SQLite": partial(litequeue, Path(name) / "litequeue.db"),
                "procrastinate, PostgreSQL": await open_queues.enter_async_context(procrastinate(server)),
            }
            found = {(queue, hands): list[float]() for queue in queues for hands in (1, HANDS)}
            for _ in range(rounds or ROUNDS):  # each in turn, so that all meet the same machine
                for (queue, hands), samples in found.items():
                    samples.append(await queues[queue](hands, batch // hands))
    return [
        Figure(f"claimed and settled, {_hands(hands)}: {queue}", "/s", tuple(samples))
        for (queue, hands), samples in sorted(found.items(), key=lambda each: each[0][1])
    ]


def _hands(hands: int) -> str:
    return "1 hand" if hands == 1 else f"{hands} hands"


async def _rate(hands: int, each: int, one: Callable[[], Awaitable[object]]) -> float:
    async def hand() -> None:
        for _ in range(each):
            await one()

    began = time.perf_counter()
    await asyncio.gather(*(hand() for _ in range(hands)))
    return hands * each / (time.perf_counter() - began)


@asynccontextmanager
async def ours(place: Path | PostgresqlAddress) -> AsyncIterator[Round]:
    people = iter(range(1, 10_000_000))
    async with open_database(place) as db:

        async def once(hands: int, each: int) -> float:
            await asyncio.gather(*(put(db, next(people)) for _ in range(hands * each)))
            return await _rate(hands, each, lambda: claim_and_settle(db))

        yield once


@asynccontextmanager
async def procrastinate(server: Server) -> AsyncIterator[Round]:
    server.run("CREATE DATABASE procrastinate")
    connector = PsycopgConnector(conninfo=server.address("procrastinate").uri, min_size=HANDS, max_size=HANDS)
    app = App(connector=connector)
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = await app.job_manager.register_worker()
        task = app.task(name="nothing")(_nothing)

        async def fetch_and_finish() -> None:
            job = await app.job_manager.fetch_job(queues=None, worker_id=worker)
            assert job is not None
            await app.job_manager.finish_job(job, Status.SUCCEEDED, delete_job=False)

        async def once(hands: int, each: int) -> float:
            await task.batch_defer_async(*({} for _ in range(hands * each)))
            return await _rate(hands, each, fetch_and_finish)

        yield once


async def _nothing() -> None:
    """What procrastinate is asked to do: it is not run, only fetched and finished."""


async def litequeue(path: Path, hands: int, each: int) -> float:
    """Each hand is a thread with a connection of its own."""
    queue = LiteQueue(path)
    for number in range(hands * each):
        queue.put(str(number))

    def hand(own: LiteQueue) -> None:
        for _ in range(each):
            message = own.pop()
            assert message is not None
            own.done(message.message_id)

    connections = [LiteQueue(path) for _ in range(hands)]
    with ThreadPoolExecutor(hands) as threads:
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(threads, hand, own) for own in connections))
        spent = time.perf_counter() - began
    for own in (queue, *connections):
        own.close()
    return hands * each / spent

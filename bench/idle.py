"""What the three programs cost when nothing happens: memory, processor, and what is left of browser and driver.

bot_db.py, worker.py and periodic_executor.py run together from nothing: the executor queues the routine work, the
worker logs in with the browser and does it. From the end of the last action on it is timed until no process that a
program started is left; then the programs idle, and after every ten seconds of that their memory (PSS: shared pages
count by share, children included) and the processor time of those seconds (children included) are read.
"""

from __future__ import annotations

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import Sequence

import psutil  # type: ignore[import-untyped]

from bench.figures import Figure
from bench.programs import check_alive, family_of, helpers_of
from bench.site import code_that_lives
from bench.stage import USER_ID, Stage, open_stage
from demo.telegram import TelegramEmulator
from domain.model import ActionType

ROUNDS = 3
WINDOW = 10.0  # s of idling in a round
LOOK_AGAIN = 0.25  # s between looks at the processes
MOST_MEMORY = 250.0  # MB
MOST_PROCESSOR = 0.2  # % of one core
LONGEST_AFTER_USE = 60.0  # s
MB = 1_000_000
PROGRAMS = ("bot_db.py", "worker.py", "periodic_executor.py")


async def measure(rounds: int | None) -> list[Figure]:
    telegram = TelegramEmulator(limits=False)
    telegram.person(USER_ID, "Giulia")
    await code_that_lives()
    async with telegram.serve(), open_stage(telegram.api_base_url) as stage:
        bot, worker, executor = PROGRAMS
        async with stage.running(bot) as one, stage.running(worker) as two, stage.running(executor) as three:
            return await _measure(stage, (one, two, three), rounds or ROUNDS)


async def _measure(stage: Stage, processes: Sequence[Process], rounds: int) -> list[Figure]:
    left = await _until_alone(stage, processes)
    memory, processor = [], []
    for _ in range(rounds):
        processor.append(await _processor(processes))
        memory.append(_memory(processes))
    for process in processes:
        check_alive(process, stage.log)
    return [
        Figure("after use: until no browser or driver is left", "s", (left,), LONGEST_AFTER_USE, "max"),
        Figure("idle: memory of the three programs (PSS)", "MB", tuple(memory), MOST_MEMORY),
        Figure("idle: processor, all three, of one core", "%", tuple(processor), MOST_PROCESSOR),
    ]


async def _until_alone(stage: Stage, processes: Sequence[Process]) -> float:
    """Seconds from the end of the routine work until nothing that the programs started is left."""

    async def routine_is_done() -> bool | None:
        done = [(await stage.db.history.last_of(kind, USER_ID))[0] for kind in (ActionType.REFRESH, ActionType.CHECK)]
        return True if all(done) else None

    await stage.until("the routine work is done", routine_is_done)
    if not stage.witness.starts:
        raise stage.error("nobody has started the browser: there is nothing to wait for")
    began = time.monotonic()
    while helpers_of(process.pid for process in processes):
        if time.monotonic() - began > 2 * LONGEST_AFTER_USE:
            break
        await asyncio.sleep(LOOK_AGAIN)
    return time.monotonic() - began


async def _processor(processes: Sequence[Process]) -> float:
    """Processor time of the programs during a window, in % of it."""
    before, began = _processor_seconds(processes), time.monotonic()
    await asyncio.sleep(WINDOW)
    return 100 * (_processor_seconds(processes) - before) / (time.monotonic() - began)


def _processor_seconds(processes: Sequence[Process]) -> float:
    times = [each.cpu_times() for each in _everything(processes)]
    return float(sum(each.user + each.system for each in times))


def _memory(processes: Sequence[Process]) -> float:
    return sum(float(each.memory_full_info().pss) for each in _everything(processes)) / MB


def _everything(processes: Sequence[Process]) -> list[psutil.Process]:
    return [each for process in processes for each in family_of(process.pid)]

"""python -m bench.crash [--rounds N] [--people N] [--seed S]: the real programs are killed again and again, under load.

Students book and give back places while the bot, two workers and the executor are killed with SIGKILL and started
again: at random moments; right when the site has committed and nothing is written yet; right when Telegram takes a
message. Then everything may settle, and what the site, the database and the chats say is compared. Everything that is
counted must be 0.

Exit code 0: it is. 1: it is not. 2: the run could not be made.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.aftermath import Finding, examine, findings_table, shown
from bench.machine import describe
from bench.programs import BenchError
from bench.students import Ledger, live_all
from bench.town import PROGRAMS, Commit, Town, open_town, phone_of, until_stopped

KILLS = 300
PEOPLE = 4
LANES = 2  # things each does at once
BETWEEN_KILLS = (0.2, 1.2)  # s
DOWN = (0.0, 0.4)  # s a killed program stays away
AIMED = 0.35  # of the kills: when the site has committed
WHILE_STARTING = 0.2  # of the random kills
LOOK_AGAIN = 0.05  # s
ENDED = "SELECT count(*) FROM booking_actions WHERE status IN ('completed', 'failed')"
DONE_WITHIN = 10.0  # s
AWAKE_WITHIN = 3.0  # s; the executor needs little and may never seem awake
AT_TELEGRAM = 0.15  # of the kills: when a message has gone out
AFTER_COMMIT = (0.0, 0.0, 0.005, 0.02, 0.05, 0.15)  # s; the answer of the site takes 0.01
AFTER_SENDING = (0.0, 0.002, 0.02)  # s
COMMIT_COMES_WITHIN = 5.0  # s; else the kill is a random one
WEIGHTS = {"bot": 3, "worker 1": 3, "worker 2": 3, "executor": 1}
REACHED, MISSED, BROKEN = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a run."""

    kills: Counter[str]
    ledger: Ledger
    findings: tuple[Finding, ...]
    seconds: float
    log: str  # of the programs

    @property
    def clean(self) -> bool:
        return not any(finding.cases for finding in self.findings)


class Killer:
    """Kills programs and starts them again."""

    def __init__(self, town: Town, seed: int) -> None:
        self._town = town
        self._chance = random.Random(seed)
        self.kills: Counter[str] = Counter()

    async def run(self, kills: int, say: bool) -> None:
        """Until so many kills were made; afterwards everything runs."""
        while (done := self.kills.total()) < kills:
            await self._something_done()
            await asyncio.sleep(self._chance.uniform(*BETWEEN_KILLS))
            self._town.cast.check()
            dice = self._chance.random()
            if dice < AIMED:
                await self._when_committed()
            elif dice < AIMED + AT_TELEGRAM:
                await self._when_told()
            else:
                await self._at_random()
            await self._bring_back()
            if say and self.kills.total() // 20 > done // 20:
                print(f"  {self.kills.total()} kills", file=sys.stderr, flush=True)

    async def _something_done(self) -> None:
        """Waits for an action to end, so that there is life between the kills also on a slow machine."""
        before, give_up = await self._ended(), time.monotonic() + DONE_WITHIN
        while await self._ended() == before and time.monotonic() < give_up:  # noqa: ASYNC110 - other processes
            await asyncio.sleep(LOOK_AGAIN)

    async def _ended(self) -> int:
        row = await self._town.db.connection.row(ENDED)
        return int(row[0]) if row else 0

    async def _at_random(self) -> None:
        """Anybody dies: mostly at work, now and then while still starting."""
        role = self._chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if self._chance.random() > WHILE_STARTING:
            await self._until_awake(role)
        await self._kill("at random", role)

    async def _until_awake(self, role: str) -> None:
        give_up = time.monotonic() + AWAKE_WITHIN
        while not self._town.cast.awake(role) and time.monotonic() < give_up:  # noqa: ASYNC110 - another process
            await asyncio.sleep(LOOK_AGAIN)
            self._town.cast.check()
        await asyncio.sleep(self._chance.uniform(*BETWEEN_KILLS))

    async def _when_committed(self) -> None:
        """All workers die when the site has committed: before its answer arrives, or before it is written down."""
        delay = self._chance.choice(AFTER_COMMIT)
        committed = asyncio.Event()

        def hit(_commit: Commit) -> None:
            if committed.is_set():
                return
            committed.set()
            if not delay:  # at once, inside the site's own doing: the answer can't have left
                self._shoot_workers()

        self._town.site.listeners.append(hit)
        try:
            async with asyncio.timeout(COMMIT_COMES_WITHIN):
                await committed.wait()
        except TimeoutError:
            await self._at_random()
            return
        finally:
            self._town.site.listeners.remove(hit)
        if delay:
            await asyncio.sleep(delay)
            self._shoot_workers()

    def _shoot_workers(self) -> None:
        for role in (role for role in PROGRAMS if role.startswith("worker")):
            self.kills["site has committed"] += self._town.cast.kill(role)

    async def _when_told(self) -> None:
        """The bot dies when a message has reached Telegram: before it knows, or before it has noted so."""
        calls = self._town.telegram.calls
        method = self._chance.choice(("sendMessage", "sendDocument", "editMessageText", "answerCallbackQuery"))
        try:
            await self._town.telegram.wait_for_call(method, COMMIT_COMES_WITHIN, after=len(calls))
        except TimeoutError:
            await self._at_random()
            return
        await asyncio.sleep(self._chance.choice(AFTER_SENDING))
        await self._kill("message at Telegram", "bot")

    async def _kill(self, why: str, role: str) -> None:
        self.kills[why] += self._town.cast.kill(role)

    async def _bring_back(self) -> None:
        """Whoever is dead comes back, a moment later."""
        await asyncio.sleep(self._chance.uniform(*DOWN))
        for role in PROGRAMS:
            if role not in self._town.cast.processes:
                await self._town.cast.start(role)


async def crash(kills: int, people: int = PEOPLE, seed: int = 1, *, say: bool = False) -> Outcome:
    """A whole run: load, kills, recovery, and what is then found."""
    began, ledger, stop = time.monotonic(), Ledger(), asyncio.Event()
    async with open_town(people) as town:
        for person in town.site.people:
            phone_of(town, person)
        for role in PROGRAMS:
            await town.cast.start(role)
        load = asyncio.create_task(live_all(town, ledger, LANES, stop, seed))
        killer = Killer(town, seed)
        killing = asyncio.create_task(killer.run(kills, say))
        await asyncio.wait({load, killing}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        if not killing.done():
            killing.cancel()
        await asyncio.gather(load, killing)
        findings = await examine(town, ledger)
        log = town.log.read_text(encoding="utf-8", errors="replace")
    return Outcome(killer.kills, ledger, findings, time.monotonic() - began, log)


def report(outcome: Outcome) -> str:
    """The table, and under it every case that was found."""
    ledger = outcome.ledger
    lines = [
        f"{outcome.kills.total()} kills in {outcome.seconds:.0f} s: "
        + ", ".join(f"{count} {why}" for why, count in outcome.kills.items()),
        f"asked: {shown(ledger.asked)}; settled: {shown(ledger.settled)}",
        f"told as failed: {shown(ledger.failed) or 'none'}; given up waiting: {ledger.silences} for the bot",
        "",
    ]
    return "\n".join([*lines, findings_table(outcome.findings)])


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.crash", description="Kills the programs under load.")
    parser.add_argument("--rounds", type=int, default=KILLS, metavar="N", help="how many kills (%(default)s)")
    parser.add_argument("--people", type=int, default=PEOPLE, metavar="N", help="how many students (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="what the dice begin with")
    parser.add_argument("--log", type=Path, metavar="PATH", help="where the programs' log is kept")
    options = parser.parse_args(arguments)
    if options.rounds < 1 or options.people < 1:
        parser.error("--rounds and --people need a number from 1 up")
    return options


async def run(options: argparse.Namespace) -> int:
    print(await describe(), flush=True)
    try:
        outcome = await crash(options.rounds, options.people, options.seed, say=True)
    except BenchError as error:
        print(f"The run could not be made: {error}", file=sys.stderr)
        return BROKEN
    if options.log:
        options.log.write_text(outcome.log, encoding="utf-8")
    print(f"\n{report(outcome)}")
    return REACHED if outcome.clean else MISSED


if __name__ == "__main__":
    sys.exit(until_stopped(run(parse())))

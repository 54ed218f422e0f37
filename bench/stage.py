"""The stage of a measurement: a folder with configuration and database, and a simulated site in its own process.

The programs that play on it are the real ones; nothing of them is left when the stage is struck.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

from bench import programs
from bench.browser import BrowserWitness, find_browser
from bench.programs import BenchError
from bench.site import OPENING_DAYS, OTP_URL, BenchSite, Place, code_that_lives, simulated_site
from database import Database, open_database
from demo.site.__main__ import DEMO_PERSON
from demo.telegram.server import DEMO_TOKEN
from domain.model import Action, ActionStatus, ActionType, ClassRef
from domain.requests import NewAction

USER_ID = 1001
NOWHERE = "http://127.0.0.1:9"  # Telegram's address where no bot runs
LOOK_AGAIN = 0.005  # s between looks at a row that is waited for
LONGEST_WAIT = 60.0  # s
HELD = 3  # places held from the start: "my bookings" of somebody who uses the site
LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)

T = TypeVar("T")


class Stage:
    """Made by `open_stage`."""

    def __init__(self, folder: Path, site: BenchSite, db: Database, witness: BrowserWitness) -> None:
        self.site = site
        self.db = db
        self.witness = witness
        self.config = folder / CONFIG
        self.log = folder / LOG
        self.database = folder / DATABASE
        self.places: list[Place] = []  # what can be booked, none meeting another

    # ----- the programs

    def running(self, program: str, *options: str) -> AbstractAsyncContextManager[Process]:
        """The program while the block lasts."""
        return programs.running(program, "--config", str(self.config), *options, log=self.log)

    async def finish(self, program: str, *options: str) -> None:
        """Runs a program to its end. Raises BenchError when it fails."""
        await programs.finish(program, "--config", str(self.config), *options, log=self.log)

    # ----- the queue

    async def add(self, kind: ActionType, wish: ClassRef | None = None) -> int:
        """Puts an action of the person in the queue, as the bot does; its number."""
        return (await self.db.requests.add(NewAction(kind, USER_ID, wish, quiet=wish is None))).id

    async def do(self, kind: ActionType, wish: ClassRef | None = None) -> float:
        """An action done by the worker that runs: seconds from its claim to the end. Raises BenchError if it fails."""
        return await self.ended(await self.add(kind, wish))

    async def do_cold(self, kind: ActionType, wish: ClassRef | None = None) -> float:
        """The same measurement with a worker that has just started and has neither driver nor browser."""
        action_id = await self.add(kind, wish)
        await self.finish("worker.py", "--burst")
        return await self.ended(action_id)

    async def ended(self, action_id: int) -> float:
        """Seconds from an action's claim to its end, waited for. Raises BenchError when it was not completed."""

        async def look() -> Action | None:
            row = await self.db.requests.find(action_id)
            return row if row and row.status not in LIVE else None

        action = await self.until(f"action {action_id} ends", look)
        if action.status is not ActionStatus.COMPLETED or not action.started_at or not action.completed_at:
            raise self.error(f"{action.type} {action_id} is {action.status}: {action.error}")
        return (action.completed_at - action.started_at).total_seconds()

    async def until(self, what: str, look: Callable[[], Awaitable[T | None]], seconds: float = LONGEST_WAIT) -> T:
        """The first thing a look finds. Raises BenchError, with the end of the log, when there is none in time."""
        try:
            async with asyncio.timeout(seconds):
                while (found := await look()) is None:  # noqa: ASYNC110 - what is awaited is in another process
                    await asyncio.sleep(LOOK_AGAIN)
                return found
        except TimeoutError:
            raise self.error(f"waited {seconds:g} s in vain until {what}") from None

    def error(self, reason: str) -> BenchError:
        return BenchError(f"{reason}\n{programs.tail(self.log)}")


CONFIG = "config.json"
LOG = "programs.log"
DATABASE = "polimisport.db"


@asynccontextmanager
async def open_stage(telegram_url: str = NOWHERE) -> AsyncIterator[Stage]:
    """A stage where nothing has happened yet, except that the person holds a few places on the site."""
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        witness = BrowserWitness(folder, await find_browser())
        async with simulated_site(folder / LOG) as site, open_database(folder / DATABASE) as db:
            _configure(folder / CONFIG, site, telegram_url, witness.path)
            stage = Stage(folder, site, db, witness)
            held, stage.places = _apart(await site.gym_places())
            for place in held:
                await site.book(place)
            yield stage


@asynccontextmanager
async def logged_in_stage(telegram_url: str = NOWHERE) -> AsyncIterator[Stage]:
    """A stage where somebody has a stored session and a timetable, and no program runs."""
    async with open_stage(telegram_url) as stage:
        await code_that_lives()
        await stage.finish("refresh_courses.py")
        yield stage


def _apart(places: list[Place]) -> tuple[list[Place], list[Place]]:
    """The places to hold from the start, spread over the days, and the rest."""
    held = places[:: max(1, len(places) // HELD)][:HELD]
    return held, [place for place in places if place not in held]


def _configure(file: Path, site: BenchSite, telegram_url: str, browser: Path) -> None:
    values = {
        "username": DEMO_PERSON.username,
        "password": DEMO_PERSON.password,
        "otpatu": OTP_URL,
        "telegram": {"bot_token": DEMO_TOKEN, "allowed_user_id": USER_ID, "api_base_url": telegram_url},
        "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
        "database": DATABASE,
        "browser": {"executable_path": str(browser)},
        "opening": {"days_ahead": OPENING_DAYS},
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(values), encoding="utf-8")

"""A small town: people with accounts, the simulated site, Telegram, and the real programs, which can be killed.

Used by bench.crash, bench.soak and bench.hosts. Site and Telegram run in this process and outlive every program; the
site tells the moment it has committed something, which is when a kill hurts most.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import tempfile
import time
from asyncio.subprocess import Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from bench import programs
from bench.browser import find_browser
from bench.programs import BenchError
from database import Database, PostgresqlAddress, open_database
from demo import telegram as chat
from demo.site import Outcome, Person, Site, SiteWorld, Slot
from demo.telegram import TelegramEmulator
from demo.world import write_configuration
from domain.model import ActionType
from runtime.configured import people_of
from runtime.settings import load

FIRST_USER = 1001  # on Telegram
AWAKE = 0.7  # s of processor time a program needs to be up and at work
CODE_PERIOD = 5  # s; a one-time code is good for one login, and nobody wants to wait half a minute for the next
OPENING_DAYS = 30  # so long before a class it opens: all that is asked for is open
ROUND_TRIP = 0.02  # s
RAIN = 60.0  # s around an opening
STOPPED = 130  # exit code of who was interrupted, as shells have it
LEAVING = 20.0  # s for what a killed program had started to end by itself
WORKERS = 2

PROGRAMS = {
    "bot": "bot_db.py",
    **{f"worker {number}": "worker.py" for number in range(1, WORKERS + 1)},
    "executor": "periodic_executor.py",
}
"""The processes of a town by name, and the program of each."""


@dataclass(frozen=True, slots=True)
class Commit:
    """What the site has just done for somebody."""

    what: ActionType
    username: str
    slot: Slot


Committed = Callable[[Commit], None]


class TownSite(SiteWorld):
    """The simulated site, which also tells when it has committed a booking or a cancellation."""

    def __init__(self, people: list[Person]) -> None:
        super().__init__(people=people, opening_days=OPENING_DAYS, round_trip=ROUND_TRIP, round_trip_jitter=0.005)
        self.listeners: list[Committed] = []
        self.readers: list[Committed] = []  # told of it once more when the person's bookings are next looked at
        self._unread: dict[str, Commit] = {}
        self.commits: Counter[str] = Counter()
        self.asked_twice = 0  # bookings asked for by who held the place already: on a careless site, double bookings

    def book(self, username: str, appointment_id: str) -> Outcome:
        outcome = super().book(username, appointment_id)
        self.asked_twice += outcome is Outcome.ALREADY and not self._opens_now(appointment_id)
        if outcome is Outcome.BOOKED:
            self._tell(ActionType.BOOK, username, appointment_id)
        return outcome

    def cancel(self, username: str, appointment_id: str) -> bool:
        done = super().cancel(username, appointment_id)
        if done:
            self._tell(ActionType.CANCEL, username, appointment_id)
        return done

    def bookings(self, username: str) -> list[Slot]:
        if commit := self._unread.pop(username, None):
            for reader in tuple(self.readers):
                reader(commit)
        return super().bookings(username)

    def _opens_now(self, appointment_id: str) -> bool:
        """Whether the slot is at its opening, where several requests are sent on purpose."""
        slot = self.find(appointment_id)
        return slot is not None and abs((self.clock() - slot.opens_at).total_seconds()) < RAIN

    def _tell(self, what: ActionType, username: str, appointment_id: str) -> None:
        self.commits[what] += 1
        slot = self.find(appointment_id)
        assert slot
        commit = self._unread[username] = Commit(what, username, slot)
        for listener in tuple(self.listeners):
            listener(commit)


class Cast:
    """The real programs as processes. Each can be killed, and comes back when it is started again."""

    def __init__(self, config: Path, log: Path) -> None:
        self._config = config
        self._log = log
        self._running: dict[str, Process] = {}

    async def start(self, role: str) -> None:
        """Starts a program that does not run."""
        self._running[role] = await self._started(role)

    async def _started(self, role: str) -> Process:
        return await programs.start(PROGRAMS[role], "--config", str(self._config), log=self._log)

    def kill(self, role: str) -> bool:
        """SIGKILL to the program alone, as the kernel does when memory is short. False when it was dead already."""
        process = self._running.get(role)
        if process is None or process.returncode is not None:
            return False
        with suppress(ProcessLookupError):
            process.kill()
        del self._running[role]
        return True

    def awake(self, role: str) -> bool:
        """Whether the program is up and at work, however slow the machine; one that does not run never is."""
        if role not in self._running:
            return False
        with suppress(psutil.Error):
            times = psutil.Process(self._running[role].pid).cpu_times()
            return float(times.user + times.system) > AWAKE
        return False

    @property
    def processes(self) -> dict[str, Process]:
        """The names of the processes that run."""
        return dict(self._running)

    def check(self) -> None:
        """Raises BenchError when a program ended by itself."""
        for role, process in self._running.items():
            if process.returncode is not None:
                raise BenchError(f"{role} ended with exit code {process.returncode}:\n{programs.tail(self._log)}")

    async def stop(self) -> None:
        """Ends all of them as a process manager does."""
        running, self._running = list(self._running.values()), {}
        await asyncio.gather(*(programs.stop(process) for process in running))


class Town:
    """Made by `open_town`."""

    def __init__(self, folder: Path, site: TownSite, telegram: TelegramEmulator, db: Database, cast: Cast) -> None:
        self.folder = folder
        self.site = site
        self.telegram = telegram
        self.db = db
        self.cast = cast
        self.log = folder / LOG
        self.database = folder / DATABASE

    def helpers(self) -> list[psutil.Process]:
        """Drivers and browsers that any of the programs, dead or alive, has started and that still run."""
        return [each for each in psutil.process_iter() if self._is_helper(each)]

    def _is_helper(self, process: psutil.Process) -> bool:
        """The portal tells its driver where to keep compiled code, and the browser inherits that."""
        try:
            return str(process.environ().get("NODE_COMPILE_CACHE", "")).startswith(str(self.folder))
        except psutil.Error:
            return False

    async def left_over(self) -> list[psutil.Process]:
        """Processes that still exist a while after the last program has ended: there should be none."""
        give_up = time.monotonic() + LEAVING
        while (left := self.helpers()) and time.monotonic() < give_up:  # noqa: ASYNC110 - they are no children of ours
            await asyncio.sleep(0.5)
        return left

    def error(self, reason: str) -> BenchError:
        return BenchError(f"{reason}\n{programs.tail(self.log)}")


CONFIG = "config.json"
LOG = "programs.log"
DATABASE = "polimisport.db"


@asynccontextmanager
async def open_town(
    people: int, server: PostgresqlAddress | None = None, listen: str = "127.0.0.1"
) -> AsyncIterator[Town]:
    """A town of so many people, who have a timetable; no program runs yet, and none is left at the end.

    `server`: where their database is, in place of a file. `listen`: the address of site and Telegram.
    """
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # it tells of everybody who dies while asking
    with tempfile.TemporaryDirectory(prefix="polimisport-town-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        world = TownSite([_person(number) for number in range(people)])
        telegram = TelegramEmulator(limits=False)
        async with Site(world, host=listen) as site, telegram.serve(listen):
            config = folder / CONFIG
            database = {"database": server.uri} if server else {}
            write_configuration(config, await _configuration(world, site, telegram) | database)
            settings = load(config)
            async with open_database(settings.database) as db:
                await db.people.set(people_of(settings))
                cast = Cast(config, folder / LOG)
                await programs.finish("refresh_courses.py", "--config", str(config), log=folder / LOG)
                try:
                    yield Town(folder, world, telegram, db, cast)
                finally:
                    await cast.stop()


def until_stopped(main: Coroutine[None, None, int]) -> int:
    """Runs a command of the town to its end, or until Ctrl-C or SIGTERM: either way no program is left behind."""

    async def cancellable() -> int:
        task = asyncio.ensure_future(main)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        return await task

    try:
        return asyncio.run(cancellable())
    except (asyncio.CancelledError, KeyboardInterrupt):
        return STOPPED


def _person(number: int) -> Person:
    return Person(f"{10000001 + number}", f"password-{number}", "JBSWY3DPEHPK3PXP", f"P{number}", period=CODE_PERIOD)


async def _configuration(world: TownSite, site: Site, telegram: TelegramEmulator) -> dict[str, object]:
    owner, *friends = (_account(person) for person in world.people)
    telegram_keys = {
        "bot_token": telegram.token,
        "allowed_user_id": FIRST_USER,
        "api_base_url": telegram.api_base_url,
    }
    return {
        **owner,
        "telegram": telegram_keys,
        "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
        "database": DATABASE,
        "browser": {"executable_path": str(await find_browser())},
        "opening": {"days_ahead": OPENING_DAYS},
        "friends": [{"telegram_user_id": FIRST_USER + 1 + n, **friend} for n, friend in enumerate(friends)],
    }


def _account(person: Person) -> dict[str, str]:
    url = f"otpauth://totp/Polimi:{person.username}?secret={person.otp_secret}&period={CODE_PERIOD}"
    return {"username": person.username, "password": person.password, "otpatu": url}


def user_of(person: Person) -> int:
    """The Telegram id of somebody in the town."""
    return FIRST_USER + int(person.username) - 10000001


def phone_of(town: Town, person: Person) -> chat.Person:
    """The chat of somebody in the town with the bot."""
    return town.telegram.person(user_of(person), person.name)

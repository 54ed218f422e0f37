"""The dead-man ping: an address is asked for every few minutes while all is well; whoever watches it notices when not.

The form of healthchecks.io: the address alone says that all is well, with `/fail` behind it that something is not;
what, is said in the body. health/checks.py says what is well, as it does for /healthz.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import httpx

from alarms.configured import Configured, ping_of
from database import Database
from domain.errors import DatabaseError
from domain.model import Clock
from health.checks import checks, report
from health.snapshot import Observatory
from languages import Language, speaking
from runtime import program
from runtime.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds."""

    first: float = 60.0  # after the start, in which the other programs come up
    doubt: float = 30.0  # something is not well: whether it still is not after that
    answer: float = 10.0  # for the address to answer


PATIENCE = Patience()


class DeadManPing:
    """Made by `ping_for`."""

    def __init__(self, db: Database, settings: Settings, ping: Configured, clock: Clock, patience: Patience) -> None:
        self._alarms = db.alarms
        self._observatory = Observatory(db, settings, clock)
        self._ping = ping
        self._seconds = settings.alarms.ping_minutes * 60.0
        self._patience = patience

    async def run(self, stop: asyncio.Event) -> None:
        """Pings until stop is set, whatever fails."""
        await program.wait(stop, self._patience.first)
        while not stop.is_set():
            try:
                await self.once(stop)
            except DatabaseError as error:
                log.error("What came of the ping could not be stored: %s", error)
            except Exception:
                log.exception("Unexpected error in the ping; the next one is due in %.0f s", self._seconds)
            await program.wait(stop, self._seconds)

    async def once(self, stop: asyncio.Event) -> None:
        """Looks, and says what it saw; twice before it says that something is not well."""
        well, words = await self._look()
        if not well:
            await program.wait(stop, self._patience.doubt)
            well, words = (False, words) if stop.is_set() else await self._look()
        if stop.is_set():
            return
        if not well:
            log.warning("! Not all is well: the ping says so:\n%s", words)
        error = await send(self._ping.address, words, well=well, seconds=self._patience.answer)
        if error is not None:
            log.warning("! The ping could not be sent: %s", error)
        await self._alarms.pinged(self._ping.channel.digest, error)

    async def _look(self) -> tuple[bool, str]:
        try:
            with speaking(Language.ENGLISH):
                found = checks(await self._observatory.look())
        except (DatabaseError, OSError):
            return False, "FAIL database: it can't be read\n"
        return all(each.is_well for each in found), report(each for each in found if not each.is_well)


def ping_for(db: Database, settings: Settings, clock: Clock, patience: Patience = PATIENCE) -> DeadManPing | None:
    """The ping, if the configuration names an address for it."""
    ping = ping_of(settings)
    return DeadManPing(db, settings, ping, clock, patience) if ping is not None else None


async def send(address: str, words: str, *, well: bool, seconds: float = PATIENCE.answer) -> str | None:
    """Asks for the address. Returns why that failed, without the address; None when it was answered as hoped."""
    try:
        async with asyncio.timeout(seconds), httpx.AsyncClient(timeout=seconds) as client:
            answer = await client.post(address if well else failing(address), content=words.encode())
    except TimeoutError:
        return f"no answer within {seconds:.0f} s"
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return None if answer.is_success else f"it answers {answer.status_code}"


def failing(address: str) -> str:
    """The address that says that something is not well."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/fail"))

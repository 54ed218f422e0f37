"""Sites that open at a given second, in a process beside what is measured: opened and closed over HTTP.

Used by bench/opening.py and bench/crowd.py; the other end is bench/midnight.py.
"""

from __future__ import annotations

import asyncio
import random
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import aiohttp

from bench import programs
from bench.kinds import Kind
from bench.programs import BenchError
from domain.model import ClassRef, clock_time

MOST_OFF = 2.0  # s the server's clock is off, either way
START_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Opening:
    """The slot that opens, its site, and the account that is logged in."""

    opens_at: datetime
    site: str
    login_host: str
    appointment_id: str
    wish: ClassRef
    states: dict[str, dict[str, Any]]  # person -> storage state


class Midnight:
    """The other process."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self._address = address
        self._http = http

    async def open(self, opens_at: datetime, people: int, kind: Kind) -> Opening:
        """A site of that kind whose clock is off; several clocks are off around that."""
        off = random.uniform(-MOST_OFF, MOST_OFF)
        asked = {
            "opens_at": opens_at.isoformat(),
            "people": people,
            "ahead": off - kind.spread * (kind.servers - 1) / 2,
            "kind": asdict(kind),
        }
        told = await self._post("open", asked)
        wish = ClassRef(told["course"], told["location"], date.fromisoformat(told["day"]), clock_time(told["start"]))
        states = {who: _state(told["cookie_name"], value) for who, value in told["cookies"].items()}
        return Opening(opens_at, told["site"], told["login_host"], told["appointment_id"], wish, states)

    async def close(self, opening: Opening) -> dict[str, Any]:
        return await self._post("close", {"site": opening.site})

    async def _post(self, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
        async with self._http.post(f"{self._address}/{verb}", json=asked) as answer:
            return dict(await answer.json())


def _state(name: str, value: str) -> dict[str, Any]:
    cookie = {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "expires": -1}
    return {"cookies": [cookie | {"httpOnly": True, "secure": False, "sameSite": "Lax"}], "origins": []}


@asynccontextmanager
async def midnight(log: Path) -> AsyncIterator[Midnight]:
    process = await programs.start("-m", "bench.midnight", log=log, stdout=PIPE)
    try:
        if process.stdout is None:
            raise BenchError("the sites were started without a pipe")
        async with asyncio.timeout(START_SECONDS), aiohttp.ClientSession() as http:
            address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise BenchError(f"the sites do not start:\n{programs.tail(log)}")
        async with aiohttp.ClientSession() as http:
            yield Midnight(address, http)
    finally:
        await programs.stop(process)

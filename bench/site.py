"""The simulated Polimisport in a process of its own, so that it shares no event loop with what is measured."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from bench import programs
from bench.programs import BenchError
from demo.site.__main__ import DEMO_PERSON
from domain.model import FIT_CENTER, ClassRef, clock_time, utc_now
from domain.names import split_activity

ROUND_TRIP = 0.03  # s added to each request, as the figures are defined
OPENING_DAYS = 30  # so long before a class it opens: all that the programs look at is open
START_SECONDS = 60.0
DAYS = 7  # from tomorrow on: what a refresh reads

OTP_URL = f"otpauth://totp/Polimi:{DEMO_PERSON.username}?secret={DEMO_PERSON.otp_secret}&issuer=Polimi"
CODE_LIFE = 10.0  # s a one-time code must still live for a login to be measured
CODE_MARGIN = 1.0  # s into a period


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of the simulated site."""

    appointment_id: str
    wish: ClassRef


class BenchSite:
    """Changes that a measurement makes on the site without the product's knowledge."""

    def __init__(self, base_url: str, login_host: str, http: aiohttp.ClientSession) -> None:
        self.base_url = base_url
        self.login_host = login_host
        self._http = http
        self._state = "{0.scheme}://{0.netloc}/__demo__/state".format(urlsplit(base_url))

    async def gym_places(self) -> list[Place]:
        """Free slots of the gym in the coming days, none of which meets another."""
        today = utc_now().date()
        days = [await self._slots(today + timedelta(days=offset)) for offset in range(1, DAYS + 1)]
        return [_place(slot) for day in days for slot in day if not slot["course"] and slot["free"] > 0]

    async def _slots(self, day: date) -> list[dict[str, Any]]:
        async with self._http.get(self._state, params={"date": day.isoformat()}) as answer:
            state = await answer.json()
        return list(state["slots"])

    async def book(self, place: Place) -> None:
        """The person holds it from now on. Raises BenchError when the site refuses."""
        outcome = await self._do("book", username=DEMO_PERSON.username, appointment_id=place.appointment_id)
        if outcome != "booked":
            raise BenchError(f"the simulated site does not give {place.wish}: {outcome}")

    async def cancel(self, place: Place) -> None:
        await self._do("cancel", username=DEMO_PERSON.username, appointment_id=place.appointment_id)

    async def _do(self, verb: str, **arguments: str) -> Any:
        async with self._http.post(self._state, json={"do": verb, **arguments}) as answer:
            return (await answer.json()).get("result")


def _place(slot: dict[str, Any]) -> Place:
    where, _ = split_activity(slot["activity"])
    wish = ClassRef(slot["course"] or FIT_CENTER, where, date.fromisoformat(slot["date"]), clock_time(slot["start"]))
    return Place(slot["appointment_id"], wish)


async def code_that_lives() -> None:
    """Waits until a one-time code can be sent at once: waiting for the next one is no part of a login's time."""
    left = DEMO_PERSON.period - utc_now().timestamp() % DEMO_PERSON.period
    if left < CODE_LIFE:
        await asyncio.sleep(left + CODE_MARGIN)


@asynccontextmanager
async def simulated_site(log: Path) -> AsyncIterator[BenchSite]:
    """A fresh site, where nobody has booked and no one-time code was used."""
    options = ("--port", "0", "--opening-days", str(OPENING_DAYS), "--round-trip", str(ROUND_TRIP), "--calm")
    process = await programs.start("-m", "demo.site", *options, log=log, stdout=PIPE)
    try:
        async with aiohttp.ClientSession() as http:
            yield BenchSite(*await _addresses(process, log), http)
    finally:
        await programs.stop(process)


async def _addresses(process: Process, log: Path) -> tuple[str, str]:
    """The first things it says: where the site is, and its single sign-on."""
    if process.stdout is None:
        raise ValueError("the site was started without a pipe")
    async with asyncio.timeout(START_SECONDS):
        base_url, login_host = [(await process.stdout.readline()).decode().strip() for _ in range(2)]
    if not login_host:
        raise BenchError(f"the simulated site does not start:\n{programs.tail(log)}")
    return base_url, login_host

"""Sites that open at a given second, by clocks of their own: a process beside what is measured.

    python -m bench.midnight          prints its address; bench/opening.py opens and closes sites over HTTP

POST /open {"opens_at", "ahead", "people", "kind"} gives a site, who is logged in there, and what will open: the
simulated site of demo/ or, to check that one, the turnstile of bench/. "kind" is a Kind of bench/kinds.py.
POST /close {"site"} gives what arrived there, in seconds after the opening by that site's clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bench.kinds import Kind
from bench.site import ROUND_TRIP
from bench.turnstile import ACTIVITY, APPOINTMENT, COOKIE, COURSE, Turnstile
from demo.site import Person, Site, SiteWorld, Switches
from demo.site.accounts import AUTH_COOKIE
from demo.site.slots import ROME
from domain.model import FIT_CENTER

PASSWORD = "una-password-finta"
SECRET = "JBSWY3DPEHPK3PXP"
OTP_URL = f"otpauth://totp/Polimi:somebody?secret={SECRET}"
FIRST_PERSON = 20_000_000
OPENING_DAYS = 2
CLASS_HOUR = 18

Told = Callable[[], dict[str, Any]]
"""Everything that was measured at one site, by its own clock."""


class Midnight:
    def __init__(self) -> None:
        self._running: dict[str, tuple[AsyncExitStack, Told]] = {}

    async def open(self, request: web.Request) -> web.Response:
        asked = await request.json()
        opens_at, ahead = datetime.fromisoformat(asked["opens_at"]), timedelta(seconds=asked["ahead"])
        people = [str(FIRST_PERSON + number) for number in range(asked["people"])]
        stack, kind = AsyncExitStack(), Kind(**asked["kind"])
        opened = _turnstile if kind.turnstile else _demo
        site, what, told = await opened(stack, opens_at, ahead, people, kind)
        self._running[site] = (stack, told)
        return web.json_response({"site": site, **what})

    async def close(self, request: web.Request) -> web.Response:
        stack, told = self._running.pop((await request.json())["site"])
        await stack.aclose()
        return web.json_response(told())

    async def close_all(self, _: web.Application) -> None:
        for stack, _told in self._running.values():
            await stack.aclose()


async def _demo(
    stack: AsyncExitStack, opens_at: datetime, ahead: timedelta, people: list[str], kind: Kind
) -> tuple[str, dict[str, Any], Told]:
    world = SiteWorld(
        clock=lambda: datetime.now(UTC) + ahead,
        people=[Person(who, PASSWORD, SECRET) for who in people],
        opening_days=OPENING_DAYS,
        opening_at=f"{opens_at.astimezone(ROME):%H:%M:%S}",
        round_trip=ROUND_TRIP,
        round_trip_jitter=kind.jitter,
        switches=Switches(
            hide_unopened=kind.absent, servers=kind.servers, clock_spread=kind.spread, servers_told=kind.told
        ),
    )
    slots = world.slots(opens_at.astimezone(ROME).date() + timedelta(days=2))
    slot = next((each for each in slots if each.course), slots[0])  # on Sundays there is the gym alone
    slot.capacity, slot.crowds = len(people), []
    if kind.crowd_after is not None:
        world.rival(slot.appointment_id, kind.crowd_after)
    site = await stack.enter_async_context(Site(world))
    return (
        site.base_url,
        {
            "cookies": {who: world.accounts.open_session(who) for who in people},
            "login_host": site.login_host,
            "cookie_name": AUTH_COOKIE,
            "course": slot.course or FIT_CENTER,
            "location": slot.activity.partition(" - ")[0],
            "day": slot.date.isoformat(),
            "start": slot.start,
            "appointment_id": slot.appointment_id,
        },
        lambda: _told_by(world, opens_at),
    )


def _told_by(world: SiteWorld, opens_at: datetime) -> dict[str, Any]:
    requests: dict[str, int] = {}
    for entry in world.log:
        if entry.user:
            requests[entry.user] = requests.get(entry.user, 0) + 1
    return {
        "shots": [
            {"who": shot.user, "at": (shot.t - opens_at).total_seconds(), "outcome": shot.outcome}
            for shot in world.shots
        ],
        "requests": requests,
        "arrivals": [(entry.t - opens_at).total_seconds() for entry in world.log],
    }


async def _turnstile(
    stack: AsyncExitStack, opens_at: datetime, ahead: timedelta, people: list[str], kind: Kind
) -> tuple[str, dict[str, Any], Told]:
    day = opens_at.astimezone(ROME).date() + timedelta(days=OPENING_DAYS)
    starts = datetime(day.year, day.month, day.day, CLASS_HOUR)  # noqa: DTZ001 - local, as the site tells it
    turnstile = await stack.enter_async_context(
        Turnstile(
            lambda: datetime.now(UTC) + ahead,
            opens_at,
            starts,
            lambda: (ROUND_TRIP + random.uniform(-kind.jitter, kind.jitter)) / 2,
            kind.crowd_after,
            kind.absent,
            [timedelta(seconds=number * kind.spread) for number in range(kind.servers)],
        )
    )
    what = {
        "cookies": {who: who for who in people},
        "login_host": "127.0.0.1",
        "cookie_name": COOKIE,
        "course": COURSE,
        "location": ACTIVITY.partition(" - ")[0],
        "day": day.isoformat(),
        "start": f"{CLASS_HOUR}:00",
        "appointment_id": APPOINTMENT,
    }
    return turnstile.base_url, what, lambda: _told_at(turnstile)


def _told_at(turnstile: Turnstile) -> dict[str, Any]:
    shots = [{"who": shot.who, "at": shot.at, "outcome": shot.outcome} for shot in turnstile.passed]
    return {"shots": shots, "requests": turnstile.requests, "arrivals": turnstile.arrivals}


async def serve() -> None:
    midnight = Midnight()
    app = web.Application()
    app.router.add_post("/open", midnight.open)
    app.router.add_post("/close", midnight.close)
    app.on_shutdown.append(midnight.close_all)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())

"""Simulated sites that open at a given second, by clocks of their own: a process beside what is measured.

    python -m bench.midnight          prints its address; bench/opening.py opens and closes sites over HTTP

POST /open {"opens_at", "ahead", "people", "crowd_after"} gives a site, who is logged in there, and what will open.
POST /close {"site"} gives what arrived there, in seconds after the opening by that site's clock.
"""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bench.site import ROUND_TRIP
from demo.site import Person, Site, SiteWorld
from demo.site.accounts import AUTH_COOKIE
from demo.site.world import ROME, Slot

PASSWORD = "una-password-finta"
SECRET = "JBSWY3DPEHPK3PXP"
FIRST_PERSON = 20_000_000
OPENING_DAYS = 2


@dataclass
class Running:
    """A site between /open and /close."""

    site: Site
    slot: Slot
    opens_at: datetime
    until_closed: AsyncExitStack


class Midnight:
    def __init__(self) -> None:
        self._running: dict[str, Running] = {}

    async def open(self, request: web.Request) -> web.Response:
        asked = await request.json()
        opens_at, ahead = datetime.fromisoformat(asked["opens_at"]), timedelta(seconds=asked["ahead"])
        people = [str(FIRST_PERSON + number) for number in range(asked["people"])]
        world = _world(opens_at, ahead, people)
        slot = next(slot for slot in world.slots(opens_at.astimezone(ROME).date() + timedelta(days=2)) if slot.course)
        slot.capacity, slot.crowds = len(people), []
        if asked["crowd_after"] is not None:
            world.rival(slot.appointment_id, asked["crowd_after"])
        stack = AsyncExitStack()
        site = await stack.enter_async_context(Site(world))
        self._running[site.base_url] = Running(site, slot, opens_at, stack)
        return web.json_response(
            {
                "site": site.base_url,
                "login_host": site.login_host,
                "cookies": {who: world.accounts.open_session(who) for who in people},
                "cookie_name": AUTH_COOKIE,
                "course": slot.course,
                "location": slot.activity.partition(" - ")[0],
                "day": slot.date.isoformat(),
                "start": slot.start,
                "appointment_id": slot.appointment_id,
            }
        )

    async def close(self, request: web.Request) -> web.Response:
        running = self._running.pop((await request.json())["site"])
        await running.until_closed.aclose()
        return web.json_response(_told(running))

    async def close_all(self, _: web.Application) -> None:
        for running in self._running.values():
            await running.until_closed.aclose()


def _world(opens_at: datetime, ahead: timedelta, people: list[str]) -> SiteWorld:
    return SiteWorld(
        clock=lambda: datetime.now(UTC) + ahead,
        people=[Person(who, PASSWORD, SECRET) for who in people],
        opening_days=OPENING_DAYS,
        opening_at=f"{opens_at.astimezone(ROME):%H:%M:%S}",
        round_trip=ROUND_TRIP,
    )


def _told(running: Running) -> dict[str, Any]:
    """Everything that is measured, by the site's own clock."""
    world = running.site.world
    requests: dict[str, int] = {}
    for entry in world.log:
        if entry.user:
            requests[entry.user] = requests.get(entry.user, 0) + 1
    return {
        "shots": [
            {"who": shot.user, "at": (shot.t - running.opens_at).total_seconds(), "outcome": shot.outcome}
            for shot in world.shots
        ],
        "requests": requests,
    }


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

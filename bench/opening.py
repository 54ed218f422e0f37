"""The moment a slot opens, by the server's own clock: who arrives when, and who gets the place.

Openings on sites of their own, in another process, whose clocks are off by an unknown amount of up to two seconds,
30 ms of round trip away. From 12 s before each, opening/race.py prepares and shoots as it does for the worker; then a
crowd takes every place that is left. Timed: the arrival of the first accepted shot, by the clock of the server that
took it. On a calm way with a crowd after 100 ms, then on one that is 20 ms longer or shorter, with crowds after 50 and
20 ms; of a slot that no timetable shows before it opens, with a crowd after 150 ms; and of two servers behind one
address whose clocks are six seconds apart; each but the first on another simulator as well, which shares nothing with
the first (bench/kinds.py). In the calm openings a plain client with a warm connection sleeps until the opening, by our
clock, and sends once. Then crowds, with real workers (bench/crowd.py): a hundred accounts and one worker from 20 s
before the opening, a thousand and two workers through the whole preparation of five minutes, or one worker. Timed: when
the last account's first shot arrives; counted: what each account sends, whose booking a second worker took over, and
what the site sees within any second before the opening; weighed: each worker with its driver and browser. Only when
asked for with --kind "1000 on" or "1000 on 3 hosts": the thousand on one, two and three hosts with one PostgreSQL.
"""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import booking
from bench import crowd
from bench.browser import find_browser
from bench.crowd import MOST_REQUESTS
from bench.figures import Figure
from bench.kinds import CALM, KINDS, Kind
from bench.midnight import OTP_URL, PASSWORD
from bench.night import Midnight, Opening, midnight
from bench.programs import BenchError
from demo.site.slots import ROME
from domain.errors import SiteError
from domain.model import Credentials
from opening.openings import Openings
from opening.race import Target
from portal import api
from portal.access import SiteAccess
from portal.portal import Portal, open_portal
from portal.session.site_session import SiteSession
from portal.storage.session_files import SessionFiles

ROUNDS = 50  # of each kind
LANES = 5  # openings prepared side by side, some seconds apart
LEAD = 12.0  # s before an opening, its preparation begins


@dataclass(frozen=True, slots=True)
class Outcome:
    """Requests that arrived at one opening: from the product, and from the plain client."""

    ours: float | None  # ms after the opening; None: no place
    plain: float  # ms after the opening, or before
    plain_won: bool
    requests: int


async def measure(rounds: int | None, only: str = "") -> list[Figure]:
    """`only`: the openings whose kind holds that in its name; nothing else is measured then."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with midnight(folder / "sites.log") as sites:
            for kind in KINDS:
                if only in kind.name:
                    outcomes = await _openings(sites, folder / kind.name, rounds or ROUNDS, kind)
                    figures += _figures(kind, outcomes)
            for each in crowd.CROWDS:
                if only in each.name and (only or not each.on_hosts):
                    figures += await crowd.measure(sites, folder / each.name, rounds, each)
    return figures


# ----- one account, and a crowd


async def _openings(sites: Midnight, folder: Path, rounds: int, kind: Kind) -> list[Outcome]:
    """Several lanes, their openings apart, so that one's preparation is not another's first shot."""
    browser = await find_browser()
    apart = (LEAD + 2) / LANES

    async def lane(number: int) -> list[Outcome]:
        await asyncio.sleep(number * apart)
        mine = range(number, rounds, LANES)
        return [await _opening(sites, folder / f"opening-{each}", browser, kind) for each in mine]

    return [outcome for outcomes in await asyncio.gather(*map(lane, range(LANES))) for outcome in outcomes]


async def _opening(sites: Midnight, folder: Path, browser: Path, kind: Kind) -> Outcome:
    opens_at = (datetime.now(UTC) + timedelta(seconds=LEAD + 1)).replace(microsecond=0)
    opening = await sites.open(opens_at, people=2, kind=kind)
    we, plain = opening.states
    access = SiteAccess(
        base_url=opening.site,
        login_hosts=(opening.login_host,),
        state_dir=folder,
        timezone=ROME,
        executable_path=str(browser),
    )
    async with open_portal(access) as portal:
        sessions = [_entered(portal, number, who, opening) for number, who in enumerate((we, plain), start=1)]
        await booking.find_slots(sessions[1], [opening.wish])  # the calendars are known from the day before
        race = Openings().race(sessions[0], Target([(0, opening.wish)], opens_at))
        await asyncio.gather(race.run(), _plainly(sessions[1], opening), return_exceptions=True)
    return _outcome(await sites.close(opening), we, plain)


def _entered(portal: Portal, user_id: int, who: str, opening: Opening) -> SiteSession:
    """A session that was stored before: no login."""
    SessionFiles(portal.access.state_dir / "sessions", user_id, who).save(opening.states[who])
    return portal.session(Credentials(user_id, who, PASSWORD, OTP_URL))


async def _plainly(session: SiteSession, opening: Opening) -> None:
    """The plain client, for comparison: sleeps until the opening, and sends one request."""
    await asyncio.sleep((opening.opens_at - datetime.now(UTC)).total_seconds() - 2)
    await api.my_bookings(session)
    await asyncio.sleep((opening.opens_at - datetime.now(UTC)).total_seconds())
    try:
        await api.book_appointment(session, opening.appointment_id)
    except SiteError as error:
        raise BenchError(f"the plain client got no answer: {error}") from error


def _outcome(told: dict[str, Any], we: str, plain: str) -> Outcome:
    booked = {shot["who"]: 1000 * shot["at"] for shot in told["shots"] if shot["outcome"] == "booked"}
    plainly = [1000 * shot["at"] for shot in told["shots"] if shot["who"] == plain]
    if not plainly:
        raise BenchError("the plain client never sent anything")
    return Outcome(booked.get(we), plainly[0], plain in booked, told["requests"].get(we, 0))


def _figures(kind: Kind, outcomes: list[Outcome]) -> list[Figure]:
    arrivals = tuple(each.ours for each in outcomes if each.ours is not None)
    lost = tuple(float(each.ours is None) for each in outcomes)
    if not arrivals:
        raise BenchError("not one opening was won")
    name, requests = f"opening, {kind.name}", tuple(float(each.requests) for each in outcomes)
    figures = [
        Figure(f"{name}: first accepted shot after it", "ms", arrivals, kind.median),
        Figure(f"{name}: the same, nearly always", "ms", arrivals, kind.nearly_always, "p95"),
        Figure(f"{name}: lost, {sum(lost):.0f} of {len(lost)}", "", (sum(lost) / len(lost),), kind.may_lose),
        Figure(f"{name}: requests of an account", "", requests, MOST_REQUESTS, "max"),
    ]
    return [*figures, *_plain_figures(outcomes)] if kind is CALM else figures


def _plain_figures(outcomes: list[Outcome]) -> list[Figure]:
    lost = tuple(float(not each.plain_won) for each in outcomes)
    return [
        Figure("opening, plain client: arrival off by", "ms", tuple(abs(each.plain) for each in outcomes)),
        Figure(f"opening, plain client: lost, {sum(lost):.0f} of {len(lost)}", "", lost),
    ]

"""The moment a slot opens, by the server's own clock: who arrives when, and who gets the place.

Openings on sites of their own, in another process, whose clocks are off by an unknown amount of up to two seconds,
30 ms of round trip away. From 12 s before each, opening/race.py prepares and shoots as it does for the worker; then a
crowd
takes every place that is left. Timed: the arrival of the first accepted shot, by the clock of the server that took it.
On a calm way with a crowd after 100 ms, then on one that is 20 ms longer or shorter, with crowds after 50 and 20 ms; of
a slot that no timetable shows before it opens, with a crowd after 150 ms; and of two servers behind one address whose
clocks are six seconds apart; each but the first on another simulator as well, which shares nothing with the first
(bench/kinds.py). In the calm openings a plain client with a warm
connection sleeps until the opening, by our clock, and sends once. Then one worker.py with a hundred accounts at one
opening: when the last first shot arrives.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

import booking
from bench import programs
from bench.browser import find_browser
from bench.figures import Figure
from bench.kinds import CALM, KINDS, TOGETHER, Kind
from bench.midnight import PASSWORD, SECRET
from bench.programs import BenchError
from database import Database, open_database
from demo.site.slots import ROME
from demo.telegram.server import DEMO_TOKEN
from domain.errors import SiteError
from domain.model import ActionType, ClassRef, Credentials, clock_time
from domain.requests import NewAction
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
MOST_OFF = 2.0  # s the server's clock is off, either way
MOST_REQUESTS = 10
CROWDED_ROUNDS = 3
ACCOUNTS = 100
CROWDED_LEAD = 20.0  # s
LAST_ARRIVAL = 250.0  # ms
LOOK_AGAIN = 0.1  # s
LONGEST_WAIT = 90.0  # s
OTP_URL = f"otpauth://totp/Polimi:somebody?secret={SECRET}"


@dataclass(frozen=True, slots=True)
class Opening:
    """The slot that opens, its site, and the account that is logged in."""

    opens_at: datetime
    site: str
    login_host: str
    appointment_id: str
    wish: ClassRef
    states: dict[str, dict[str, Any]]  # person -> storage state


@dataclass(frozen=True, slots=True)
class Outcome:
    """Requests that arrived at one opening: from the product, and from the plain client."""

    ours: float | None  # ms after the opening; None: no place
    plain: float  # ms after the opening, or before
    plain_won: bool
    requests: int


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


async def measure(rounds: int | None, only: str = "") -> list[Figure]:
    """`only`: the openings of the kind whose name holds that; nothing else is measured then."""
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        async with _midnight(folder / "sites.log") as sites:
            figures = [
                figure
                for kind in KINDS
                if only in kind.name
                for figure in _figures(kind, await _openings(sites, folder / kind.name, rounds or ROUNDS, kind))
            ]
            crowded = [
                await _crowded(sites, folder / str(number))
                for number in range(0 if only else min(rounds or 99, CROWDED_ROUNDS))
            ]
    return [*figures, *(_crowded_figures(crowded) if crowded else ())]


@asynccontextmanager
async def _midnight(log: Path) -> AsyncIterator[Midnight]:
    process = await programs.start("-m", "bench.midnight", log=log, stdout=PIPE)
    try:
        if process.stdout is None:
            raise BenchError("the sites were started without a pipe")
        async with asyncio.timeout(20), aiohttp.ClientSession() as http:
            address = (await process.stdout.readline()).decode().strip()
        if not address:
            raise BenchError(f"the sites do not start:\n{programs.tail(log)}")
        async with aiohttp.ClientSession() as http:
            yield Midnight(address, http)
    finally:
        await programs.stop(process)


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


# ----- a hundred accounts, one worker


async def _crowded(sites: Midnight, folder: Path) -> dict[str, Any]:
    """What arrives when one worker.py has a hundred accounts at the same opening."""
    opens_at = (datetime.now(UTC) + timedelta(seconds=CROWDED_LEAD)).replace(microsecond=0)
    opening = await sites.open(opens_at, ACCOUNTS, TOGETHER)
    config, log = folder / "config.json", folder / "worker.log"
    people = dict(enumerate(opening.states, start=1))
    async with open_database(folder / "polimisport.db") as db:  # makes the folder
        _configure(config, opening, people, await find_browser())
        for user_id, who in people.items():
            store = SessionFiles(folder / "polimisport.state" / "sessions", user_id, who)
            store.save(opening.states[who])
            await db.requests.add(NewAction(ActionType.BOOK, user_id, opening.wish, opens_at=opens_at))
        async with programs.running("worker.py", "--config", str(config), log=log):
            await _until_done(db, log)
    return await sites.close(opening)


def _configure(file: Path, opening: Opening, people: dict[int, str], browser: Path) -> None:
    """One owner, and friends for the rest."""
    secrets = {"password": PASSWORD, "otpatu": OTP_URL}
    (owner, owner_name), *friends = people.items()
    values = {
        "username": owner_name,
        **secrets,
        "telegram": {"bot_token": DEMO_TOKEN, "allowed_user_id": owner},
        "friends": [{"telegram_user_id": user_id, "username": who, **secrets} for user_id, who in friends],
        "site": {"base_url": opening.site, "login_hosts": [opening.login_host]},
        "database": "polimisport.db",
        "browser": {"executable_path": str(browser)},
        "opening": {"at": f"{opening.opens_at.astimezone(ROME):%H:%M:%S}"},
    }
    file.touch(mode=0o600)
    file.write_text(json.dumps(values), encoding="utf-8")


async def _until_done(db: Database, log: Path) -> None:
    """Every booking was made. Raises BenchError when one was not."""
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            while (states := await _states(db)) != {"completed"}:
                if "failed" in states:
                    raise BenchError(f"a booking failed:\n{programs.tail(log)}")
                await asyncio.sleep(LOOK_AGAIN)
    except TimeoutError:
        raise BenchError(f"the bookings do not end:\n{programs.tail(log)}") from None


async def _states(db: Database) -> set[str]:
    rows = await db.connection.rows("SELECT DISTINCT status FROM booking_actions WHERE action_type = 'book'")
    return {row["status"] for row in rows}


def _crowded_figures(openings: list[dict[str, Any]]) -> list[Figure]:
    last = []
    for told in openings:
        first: dict[str, float] = {}
        for shot in told["shots"]:
            first[shot["who"]] = min(shot["at"], first.get(shot["who"], shot["at"]))
        last.append(1000 * max(first.values()))
    requests = tuple(float(max(told["requests"].values())) for told in openings)
    return [
        Figure(f"opening of {ACCOUNTS} accounts: last first shot", "ms", tuple(last), LAST_ARRIVAL),
        Figure(f"opening of {ACCOUNTS} accounts: requests of one", "", requests, MOST_REQUESTS, "max"),
    ]

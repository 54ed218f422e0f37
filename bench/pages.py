"""A person's pages with fifty readers, their feed, how soon a change shows, and what web.py weighs.

web.py is the real program in its own process. Fifty people with a month of classes behind them have entered, each in
a browser; each reads the overview every second, which is more than people do, and then every five seconds, on a
connection that stays; each answer is timed from its request to its last byte. Beside the fast ones a calendar reads its
feed: once after each change of a class, and once more, unchanged (304). One page more is open and told of changes:
timed from the commit of a row to the event. At the end: the memory of web.py (PSS). To see what it costs an opening,
run `opening --kind calm` beside it.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path

import aiohttp

from bench.figures import Figure
from bench.programs import BenchError, family_of, running, tail
from bench.site import OTP_URL
from database import Database, open_database
from domain.model import utc_now

ROUNDS = 10  # pages that each browser reads
FAST, USUAL = 1.0, 5.0  # s that a page is looked at before the next one
READERS = 50
USER_ID = 1001
PAGE_GOAL, FEED_GOAL, LIVE_GOAL = 0.05, 0.05, 0.2  # s
MOST_MEMORY = 60.0  # MB
LONGEST_WAIT = 20.0  # s
COOKIE = "polimisport"
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class House:
    """web.py as it runs, and the rows behind it."""

    url: str
    db: Database
    pid: int


async def measure(rounds: int | None) -> list[Figure]:
    rounds = rounds or ROUNDS
    async with _house() as house, aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        cookies = [await house.db.web_sessions.begin(USER_ID + number, "bench") for number in range(READERS + 1)]
        await _page(house, http, cookies[0])  # the first one reads the templates
        reading = asyncio.create_task(_readers(house, http, cookies[1:], rounds, FAST))
        changed, unchanged = await _feed(house, http, rounds)
        fast = await reading
        usual = await _readers(house, http, cookies[1:], max(1, rounds // 3), USUAL)
        live = [await _told(house, http, cookies[0]) for _ in range(rounds)]
        memory = sum(each.memory_full_info().pss for each in family_of(house.pid)) / MB
    return [
        Figure(f"overview, {READERS} readers, one page a second each", "s", fast, PAGE_GOAL, "p95"),
        Figure(f"overview, {READERS} readers, one each {USUAL:.0f} s", "s", usual, PAGE_GOAL, "p95"),
        Figure("feed, beside them, after a change", "s", changed, FEED_GOAL, "p95"),
        Figure("feed, beside them, unchanged", "s", unchanged, FEED_GOAL, "p95"),
        Figure("row committed -> open page told", "s", tuple(live), LIVE_GOAL, "max"),
        Figure("memory of web.py (PSS)", "MB", (memory,), MOST_MEMORY),
    ]


@asynccontextmanager
async def _house() -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(prefix="polimisport-bench-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), _free_port()
        config, log = folder / "config.json", folder / "web.log"
        config.touch(mode=0o600)
        telegram = {"bot_token": "1:x", "allowed_user_id": USER_ID}
        values = {
            "username": "10000001", "password": "x", "otpatu": OTP_URL, "telegram": telegram, "web": {"port": port},
            "database": "polimisport.db",
        }  # fmt: skip
        config.write_text(json.dumps(values), encoding="utf-8")
        async with open_database(folder / "polimisport.db") as db:
            await _live_a_month(db)
            async with running("web.py", "--config", str(config), log=log) as process:
                await _listening(port, log)
                yield House(f"http://127.0.0.1:{port}", db, process.pid)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def _live_a_month(db: Database) -> None:
    """Everybody has held a class each day of a month, and holds some to come."""
    values = {"first": USER_ID, "last": USER_ID + READERS}
    await db.connection.write(
        """
        WITH RECURSIVE person (id) AS (SELECT :first UNION ALL SELECT id + 1 FROM person WHERE id < :last)
        INSERT INTO accounts (user_id, role) SELECT id, CASE id WHEN :first THEN 'owner' ELSE 'friend' END FROM person
        """,
        values,
    )
    await db.connection.write(
        """
        WITH RECURSIVE day (n) AS (SELECT -30 UNION ALL SELECT n + 1 FROM day WHERE n < 7)
        INSERT INTO user_bookings (user_id, course_name, location, booking_date, booking_time, minutes)
        SELECT user_id, 'PILATES MATWORK', 'Giuriati', date('now', n || ' days'), '18:00', 55 FROM accounts, day
        """,
        {},
    )


async def _listening(port: int, log: Path) -> None:
    give_up = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < give_up:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise BenchError(f"web.py does not listen:\n{tail(log)}")


async def _page(house: House, http: aiohttp.ClientSession, cookie: str) -> str:
    async with http.get(f"{house.url}/", headers={"Cookie": f"{COOKIE}={cookie}"}) as answer:
        text = await answer.text()
        if answer.status != 200:
            raise BenchError(f"the overview is answered with {answer.status}")
        return text


async def _readers(
    house: House, http: aiohttp.ClientSession, cookies: list[str], rounds: int, pause: float
) -> tuple[float, ...]:
    """How long each page took; people do not come all at once."""
    later = (pause * n / len(cookies) for n in range(len(cookies)))
    all_of_them = (_reader(house, http, each, rounds, pause, wait) for each, wait in zip(cookies, later, strict=True))
    return tuple(took for one in await asyncio.gather(*all_of_them) for took in one)


async def _reader(
    house: House, http: aiohttp.ClientSession, cookie: str, rounds: int, pause: float, later: float
) -> list[float]:
    times: list[float] = []
    await asyncio.sleep(later)
    for _ in range(rounds):
        began = time.perf_counter()
        await _page(house, http, cookie)
        times.append(time.perf_counter() - began)
        await asyncio.sleep(pause)
    return times


async def _feed(house: House, http: aiohttp.ClientSession, rounds: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    url, changed, unchanged = f"{house.url}/feed/{await house.db.feeds.make(USER_ID)}.ics", [], []
    for number in range(2 * rounds):
        await house.db.connection.write(
            "UPDATE user_bookings SET minutes = :n WHERE user_id = :id", {"n": 30 + number, "id": USER_ID}
        )
        began = time.perf_counter()
        async with http.get(url) as answer:
            await answer.read()
            changed.append(time.perf_counter() - began)
            tag = answer.headers["ETag"]
        began = time.perf_counter()
        async with http.get(url, headers={"If-None-Match": tag}) as again:
            await again.read()
            unchanged.append(time.perf_counter() - began)
            if again.status != 304:
                raise BenchError("a feed that has not changed is sent again")
        await asyncio.sleep(0.4)
    return tuple(changed), tuple(unchanged)


async def _told(house: House, http: aiohttp.ClientSession, cookie: str) -> float:
    """From the commit of a change to the event that tells an open page of it."""
    shown = re.search(r'data-own="([^"]+)"', await _page(house, http, cookie))
    if shown is None:
        raise BenchError("the overview does not say what it shows")
    headers = {"Cookie": f"{COOKIE}={cookie}"}
    about = {"own": unescape(shown[1])}
    async with asyncio.timeout(LONGEST_WAIT), http.get(f"{house.url}/live", params=about, headers=headers) as stream:
        while not (await stream.content.readline()).startswith(b":"):
            pass  # the first sign of life: it is listened to from now on
        began = time.perf_counter()
        await house.db.connection.write(
            "INSERT INTO booking_actions (action_type, user_id, course_name, location, date, time_slot)"
            " VALUES ('book', :id, 'ZUMBA', 'Giuriati', :date, strftime('%H:%M', 'now', :shift))",
            {
                "id": USER_ID,
                "date": (utc_now() + timedelta(days=9)).date().isoformat(),
                "shift": f"+{int(began * 1000) % 1440} minutes",
            },
        )
        while not (await stream.content.readline()).startswith(b"event: changed"):
            pass
        return time.perf_counter() - began

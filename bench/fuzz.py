"""What an attacker, or a bad day of the site, could send, thrown at the bot's answers and at the site's readers.

    python -m bench.fuzz [--count 100000] [--seed 1]

Ends with exit code 1 at the first crash, with what caused it. tests/programs/test_security.py throws a few thousand.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import string
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

import scraper
from bot.flows.conversation import Conversation
from bot.flows.services import Services
from bot.flows.tap import Response, Tap
from bot.screens.callbacks import NUMBERS, Call, Forged, Largest, Verb, unpack
from bot.screens.page import NewMessage
from database import open_database
from demo.site import Person, Site, SiteWorld
from demo.telegram.html_mode import parse_html
from domain.errors import AppError
from domain.model import Activity, utc_now
from runtime.configured import people_of
from runtime.settings import Settings

ROME = ZoneInfo("Europe/Rome")
ACTIVITY = Activity("1", "Giuriati - Corsi Platinum")
DAY = date(2026, 11, 24)
USER = 42
MOST_TEXT = 4096  # characters of a message
PAGES = ("/Booking", "/Booking/ChooseActivity", "/")
NASTY = (
    "' OR 1=1 --", "'; DROP TABLE booking_actions; --", "<b>grassetto", "</pre></code>", "&amp;&#x27;", "%s%n{0}",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "../../etc/passwd", "\x00", "\U0001f600", "\u202e",
    "\u0661\u0662", "-1", "1e9", "NaN", "9" * 30, "9" * 5000, "A" * 4097, "",
)  # fmt: skip
SMALL = {Largest.DAY: 20261124, Largest.PAGE: 0, Largest.WEEKDAY: 1, Largest.CHOICE: 1, Largest.KEY: 1, Largest.ID: 1}


def callback_data(dice: random.Random) -> str:
    """Almost a button of ours, or nothing like one."""
    if dice.random() < 0.2:
        return "".join(dice.choices(string.printable, k=dice.randrange(80)))
    verb = dice.choice(list(Verb))
    numbers = [number(dice, largest) for largest in NUMBERS.get(verb, ())]
    if dice.random() < 0.2:
        numbers.append(dice.choice(NASTY))
    return dice.choice(("", "", "+")) + ":".join([verb, *numbers])


def number(dice: random.Random, largest: Largest) -> str:
    if dice.random() < 0.1:
        return dice.choice(NASTY)
    if largest is Largest.DAY:
        return f"2026{dice.randrange(1, 14):02}{dice.randrange(0, 33):02}"
    return str(dice.choice((0, 1, dice.randrange(10), int(largest), SMALL[largest])))


def sentence(dice: random.Random) -> str:
    """Texts that a person may write to the bot, commands included."""
    words = ("/start", "/status", "/status 1", "/status #", "/help", "/STATUS", "@", "ciao")
    return " ".join((dice.choice(words), *dice.choices(NASTY, k=dice.randrange(3)))).strip()[:4096] or "."


def damaged(dice: random.Random, text: str) -> str:
    """The text with a few bites taken out of it and a few nasty things put in."""
    for _ in range(dice.randrange(1, 8)):
        at = dice.randrange(len(text) + 1)
        text = text[:at] + dice.choice(("", dice.choice(NASTY), text[at : at + 40])) + text[at + dice.randrange(60) :]
    return text


def twisted(dice: random.Random, node: Any) -> Any:
    """The JSON value with some of it replaced by something of another kind."""
    if dice.random() < 0.08:
        return dice.choice((None, True, -1, 1e308, "", [], {}, [[]], {"a": None}, *NASTY))
    if isinstance(node, dict):
        return {dice.choice((key, key, key, key.lower(), "x")): twisted(dice, value) for key, value in node.items()}
    if isinstance(node, list):
        return [twisted(dice, value) for value in node]
    return node


READERS: Sequence[Callable[[str], object]] = (
    scraper.activities,
    scraper.activity_names,
    scraper.bookings,
    lambda text: scraper.booking_answer(text, str),
    scraper.offers_waiting_list,
    lambda text: scraper.slots_on_page(text, ACTIVITY, DAY),
    lambda text: scraper.slots(text, ACTIVITY, DAY, ROME),
)


def read_everything(text: str) -> None:
    """Every reader of the site gives a value or an error of ours; anything else is a defect, and leaves this."""
    for reader in READERS:
        try:
            reader(text)
        except AppError:
            continue


def read_schedule(answer: object) -> None:
    try:
        scraper.slots(answer, ACTIVITY, DAY, ROME)
    except AppError:
        return


def check(answer: Response) -> None:
    """Telegram would take the answer: its HTML is well-formed, and no message or button is too long."""
    page = answer.page if isinstance(answer, NewMessage) else answer
    text = parse_html(page.text).text
    if not 0 < len(text) <= MOST_TEXT:
        raise AssertionError(f"{len(text)} characters")
    for one in (one for row in page.rows for one in row):
        unpack(one.data)


async def tap(router: Conversation, user_id: int, data: str) -> None:
    """Sends one tap, forged or not, and checks the response."""
    try:
        call = unpack(data)
    except Forged:
        return
    check(await router.respond(Tap(user_id, "<b>Eve & co", call)))


async def write(router: Conversation, user_id: int, text: str) -> None:
    """Sends one message as the handlers hand it on."""
    words = text.split()
    if words and words[0].lower() == "/status" and len(words) > 1:
        check(await router.status_of(Tap(user_id, "", Call(Verb.STATUS, (0,))), words[1]))
    else:
        check(await router.said(Tap(user_id, text, Call(Verb.HOME)), text))


async def samples(site: Site, username: str) -> list[str]:
    """What the simulated site really answers: pages, and a day's schedule as JSON."""
    cookies = {".ASPXAUTH_SOCIALBOOKING": site.world.accounts.open_session(username)}
    world = site.world
    slot = world.slots(world.clock().astimezone(ROME).date())[0]
    world.book(username, slot.appointment_id)
    async with httpx.AsyncClient(cookies=cookies, timeout=30) as client:
        pages = [await client.get(site.base_url + path) for path in PAGES]
        form = {"currentDate": str(slot.date), "activityID": slot.activity_id, "activityFlags": "Classes"}
        schedule = await client.post(f"{site.base_url}/Booking/GetActivitySchedule", data=form)
    return [answer.text for answer in (*pages, schedule)]


def made_up(folder: Path) -> Settings:
    values: dict[str, Any] = {
        "username": "1",
        "password": "secret",
        "otpatu": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP",
        "telegram": {"bot_token": "1:x", "allowed_user_id": USER},
        "database": folder / "fuzz.db",
    }
    return Settings(**values)


async def fuzz_bot(count: int, dice: random.Random) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = made_up(Path(folder))
        async with open_database(settings.database) as db:
            await db.people.set(people_of(settings))
            router = Conversation(Services(db, settings, utc_now))
            for _ in range(count):
                data, text = callback_data(dice), sentence(dice)
                try:
                    await tap(router, USER, data)
                    await write(router, USER, text)
                except Exception:
                    print(f"caused by {data!r} or {text!r}", file=sys.stderr)
                    raise


async def fuzz_site(count: int, dice: random.Random) -> None:
    async with Site(SiteWorld(people=[Person("1", "x", "JBSWY3DPEHPK3PXP")])) as site:
        pages = await samples(site, "1")
    for _ in range(count):
        text = damaged(dice, dice.choice(pages))
        try:
            read_everything(text)
        except Exception:
            print(f"caused by {text!r}", file=sys.stderr)
            raise


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.fuzz", description="Throws odd input at the bot and at the readers of the site."
    )
    parser.add_argument("--count", type=int, default=100_000, help="of taps and texts each; pages: a hundredth")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    dice, began = random.Random(arguments.seed), time.monotonic()
    asyncio.run(fuzz_bot(arguments.count, dice))
    asyncio.run(fuzz_site(arguments.count // 100, dice))
    print(
        f"{arguments.count} taps and texts, {arguments.count // 100} pages: no crash, {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    main()

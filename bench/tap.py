"""A tap on the button that books an open place: until a worker has claimed the booking, and until the chat says so.

The bot and the worker are the real programs, each in its own process, with a warm session and the driver running; the
simulated site takes 30 ms for each request, and Telegram is the emulator, in this process. Timed, for one and the same
tap: from the moment it is there for the bot to fetch (getUpdates) to the moment another process sees the row claimed
in the database file; from the moment another process sees it completed there to the moment the result is handed to
Telegram (sendMessage); and the whole way from the tap to "Prenotata!" in the chat.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass

from bench.figures import Figure
from bench.programs import BenchError
from bench.stage import USER_ID, Stage, logged_in_stage
from bot.screens.callbacks import Verb, pack
from demo.telegram import Message, Person, TelegramEmulator
from domain.model import ActionType

ROUNDS = 40
CLAIMED_GOAL = 0.015  # s
TOLD_GOAL = 0.04  # s
WHOLE_GOAL = 0.2  # s
LOOK_AGAIN = 0.001  # s between looks at the file
LONGEST_WAIT = 20.0  # s
BOOKED = "Prenotata!"

CLAIMED = "SELECT id FROM booking_actions WHERE id > :after AND action_type = 'book' AND started_at IS NOT NULL"
COMPLETED = "SELECT id FROM booking_actions WHERE id > :after AND status = 'completed'"
NEWEST = "SELECT coalesce(max(id), 0) FROM booking_actions"


@dataclass(frozen=True, slots=True)
class Times:
    """When what followed a tap was seen, on the clock of time.perf_counter()."""

    tapped: float
    claimed: float
    completed: float
    told: float


async def measure(rounds: int | None) -> list[Figure]:
    telegram = TelegramEmulator(limits=False)
    person = telegram.person(USER_ID, "Giulia")
    async with (
        telegram.serve(),
        logged_in_stage(telegram.api_base_url) as stage,
        stage.running("worker.py"),
        stage.running("bot_db.py"),
    ):
        await stage.do(ActionType.CHECK)  # starts the driver
        taps = await _taps(stage, person, rounds or ROUNDS)
    claimed = tuple(each.claimed - each.tapped for each in taps)
    told = tuple(each.told - each.completed for each in taps)
    whole = tuple(each.told - each.tapped for each in taps)
    return [
        Figure("tap -> claimed by the worker", "s", claimed, CLAIMED_GOAL, "p95"),
        Figure("row settled -> result handed to Telegram", "s", told, TOLD_GOAL, "p95"),
        Figure('tap -> "Prenotata!" in the chat, open place', "s", whole, WHOLE_GOAL),
    ]


async def _taps(stage: Stage, person: Person, rounds: int) -> list[Times]:
    slots = await _slot_ids(stage)
    if rounds > len(slots):
        raise BenchError(f"there are only {len(slots)} places to tap on")
    try:
        with closing(sqlite3.connect(stage.database, isolation_level=None)) as file:
            return [await _one_tap(stage, person, file, slot) for slot in slots[:rounds]]
    except (TimeoutError, LookupError) as silence:
        raise stage.error(f"the bot does not answer as it should: {silence}") from silence


async def _slot_ids(stage: Stage) -> list[int]:
    """The rows of the timetable that mean the places of the stage."""
    days = sorted({place.wish.day for place in stage.places})
    rows = [row for day in days for row in await stage.db.catalogue.slots_on(day)]
    return [row.id for row in rows if any(place.wish.matches(row.slot.ref) for place in stage.places)]


async def _one_tap(stage: Stage, person: Person, file: sqlite3.Connection, slot_id: int) -> Times:
    said = await person.send("/start")
    menu = await person.wait_for(lambda message: message.message_id > said.message_id, LONGEST_WAIT)
    await person.press(pack(Verb.SLOT, slot_id), menu.message_id)
    screen = await person.wait_for(lambda message: bool(_button_to_book(message)), LONGEST_WAIT)
    after = int(file.execute(NEWEST).fetchone()[0])
    result = asyncio.create_task(_result(person, screen.message_id))
    tapped = time.perf_counter()
    person.start_tap(_button_to_book(screen), screen.message_id)
    claimed = await _seen(stage, file, CLAIMED, after, "no worker claimed the booking that was tapped")
    completed = await _seen(stage, file, COMPLETED, after, "the booking that was tapped was not completed")
    return Times(tapped, claimed, completed, await result)


def _button_to_book(message: Message) -> str:
    """The label of the button that books; empty when the message has none."""
    buttons = (button.data or "" for row in message.buttons for button in row)
    return next((data for data in buttons if data.startswith(f"{Verb.BOOK}:")), "")


async def _result(person: Person, screen: int) -> float:
    """When a new message says that it is booked."""
    await person.wait_for(lambda message: message.message_id > screen and BOOKED in message.text, LONGEST_WAIT)
    return time.perf_counter()


async def _seen(stage: Stage, file: sqlite3.Connection, what: str, after: int, otherwise: str) -> float:
    """When the file first shows that of a booking put in since; looked for often, in the file itself."""
    give_up = time.perf_counter() + LONGEST_WAIT
    while file.execute(what, {"after": after}).fetchone() is None:
        if time.perf_counter() > give_up:
            raise stage.error(otherwise)
        await asyncio.sleep(LOOK_AGAIN)
    return time.perf_counter()

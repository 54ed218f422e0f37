"""A tap on the button that books: how long until a worker has claimed the booking.

Timed: from the moment the tap is there for the bot to fetch (getUpdates) to the moment another process sees the row
claimed in the database file. The bot and the worker are the real programs, each in its own process; Telegram is the
emulator, in this one. Between two taps the booking ends and its result arrives in the chat.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing

from bench.figures import Figure
from bench.programs import BenchError
from bench.stage import USER_ID, Stage, logged_in_stage
from bot.screens.callbacks import Verb, pack
from demo.telegram import Message, Person, TelegramEmulator
from domain.model import ActionType

ROUNDS = 40
GOAL = 0.1  # s
LOOK_AGAIN = 0.001  # s between looks at the file
LONGEST_WAIT = 20.0  # s

CLAIMED = "SELECT id FROM booking_actions WHERE id > :before AND action_type = 'book' AND started_at IS NOT NULL"
NEWEST = "SELECT coalesce(max(id), 0) FROM booking_actions"


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
        samples = await _taps(stage, person, rounds or ROUNDS)
    return [Figure("tap -> claimed by the worker", "s", samples, GOAL, "p95")]


async def _taps(stage: Stage, person: Person, rounds: int) -> tuple[float, ...]:
    slots = await _slot_ids(stage)
    if rounds > len(slots):
        raise BenchError(f"there are only {len(slots)} places to tap on")
    try:
        with closing(sqlite3.connect(stage.database, isolation_level=None)) as file:
            return tuple([await _one_tap(stage, person, file, slot) for slot in slots[:rounds]])
    except (TimeoutError, LookupError) as silence:
        raise stage.error(f"the bot does not answer as it should: {silence}") from silence


async def _slot_ids(stage: Stage) -> list[int]:
    """The rows of the timetable that mean the places of the stage."""
    days = sorted({place.wish.day for place in stage.places})
    rows = [row for day in days for row in await stage.db.catalogue.slots_on(day)]
    return [row.id for row in rows if any(place.wish.matches(row.slot.ref) for place in stage.places)]


async def _one_tap(stage: Stage, person: Person, file: sqlite3.Connection, slot_id: int) -> float:
    said = await person.send("/start")
    menu = await person.wait_for(lambda message: message.message_id > said.message_id, LONGEST_WAIT)
    await person.press(pack(Verb.SLOT, slot_id), menu.message_id)
    screen = await person.wait_for(lambda message: bool(_button_to_book(message)), LONGEST_WAIT)
    before = int(file.execute(NEWEST).fetchone()[0])
    began = time.perf_counter()
    person.start_tap(_button_to_book(screen), screen.message_id)
    action_id = await _claimed(stage, file, before)
    seconds = time.perf_counter() - began
    await stage.ended(action_id)
    await person.wait_for(lambda message: message.message_id > screen.message_id, LONGEST_WAIT)
    return seconds


def _button_to_book(message: Message) -> str:
    """What the button that books says; empty when the message has none."""
    buttons = (button.data or "" for row in message.buttons for button in row)
    return next((data for data in buttons if data.startswith(f"{Verb.BOOK}:")), "")


async def _claimed(stage: Stage, file: sqlite3.Connection, before: int) -> int:
    """The number of the booking that was put in and claimed since; looked for often, in the file itself."""
    give_up = time.perf_counter() + LONGEST_WAIT
    while (row := file.execute(CLAIMED, {"before": before}).fetchone()) is None:
        if time.perf_counter() > give_up:
            raise stage.error("no worker claimed the booking that was tapped")
        await asyncio.sleep(LOOK_AGAIN)
    return int(row[0])

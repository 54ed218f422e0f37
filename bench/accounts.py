"""A thousand invited accounts on one machine: a tap for the menu, the programs' memory, and a new key for all of them.

The bot and the worker are the real programs, each in its own process; the database holds a thousand guests, each with
sealed secrets, a language of their own, and a history. Timed: from a guest's /start, there for the bot to fetch, to the
menu that is handed to Telegram (the emulator, in this process), each time another guest; then the memory of bot and
worker (PSS: shared pages count by share); then `setup.py --rotate-key` as a command, from its start to its end.
"""

from __future__ import annotations

import random
import sqlite3
import time
from asyncio.subprocess import Process
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bench.figures import Figure
from bench.programs import check_alive, family_of
from bench.stage import USER_ID, Stage, open_stage
from demo.telegram import Message, TelegramEmulator
from domain.model import stamp, utc_now
from runtime.sealing_key import KeyRing
from runtime.settings import Settings, fingerprint, load
from safety.sealing import Secrets

ROUNDS = 200  # taps
GUESTS = 1000
FIRST_GUEST = 20_001  # on Telegram
MENU_GOAL = 0.1  # s
LONGEST_WAIT = 60.0  # s
MB = 1_000_000
ACTIONS_EACH = 20  # finished ones

GUEST = """
    INSERT INTO guests (user_id, name, welcomed_at, sealed, fingerprint)
    VALUES (:user_id, :name, :now, :sealed, :fingerprint)
"""
ACCOUNT = """
    INSERT INTO accounts (user_id, role, fingerprint, language) VALUES (:user_id, 'friend', :fingerprint, :language)
"""
HISTORY = """
    WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :actions)
    INSERT INTO booking_actions (action_type, user_id, status, location, course_name, date, time_slot, started_at,
        completed_at, run_at, result, attempts)
    SELECT 'book', user_id, CASE n % 10 WHEN 0 THEN 'failed' ELSE 'completed' END, 'Giuriati', 'PILATES MATWORK',
        date('2026-01-01', n || ' days'), '18:00', :now, :now, :now, 'seen in my bookings', 1
    FROM guests, number
"""


async def measure(rounds: int | None, guests: int = GUESTS) -> list[Figure]:
    telegram = TelegramEmulator(limits=False)
    telegram.person(USER_ID, "Giulia")
    async with telegram.serve(), open_stage(telegram.api_base_url) as stage:
        _fill(stage.database, load(stage.config), guests)
        async with stage.running("bot_db.py") as bot, stage.running("worker.py") as worker:
            taps = await _taps(stage, telegram, rounds or ROUNDS, guests)
            memory = [_memory(stage, process) for process in (bot, worker)]
        began = time.monotonic()
        await stage.finish("setup.py", "--rotate-key")
        rotated = time.monotonic() - began
    return [
        Figure(f"{guests:,} guests: /start -> menu", "s", tuple(taps), MENU_GOAL, "p95"),
        Figure(f"{guests:,} guests: memory of the bot (PSS)", "MB", (memory[0],)),
        Figure(f"{guests:,} guests: memory of a worker at work, browser included (PSS)", "MB", (memory[1],)),
        Figure(f"{guests:,} guests: setup.py --rotate-key", "s", (rotated,)),
    ]


def _fill(file: Path, settings: Settings, guests: int) -> None:
    """Writes them as fast as the disk takes it; open_database() turns its safety on again."""
    ring, token, now = KeyRing(settings.local_path), settings.telegram.bot_token.get_secret_value(), stamp(utc_now())
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for number in range(guests):
            user_id = FIRST_GUEST + number
            url = "otpauth://totp/Polimi?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
            secrets = Secrets(f"{30_000_000 + number}", f"password-{number}", url)
            values = {
                "user_id": user_id, "name": f"Guest {number}", "now": now, "sealed": ring.seal(user_id, secrets),
                "fingerprint": fingerprint(secrets.credentials(user_id), token), "language": ("it", "en")[number % 2],
            }  # fmt: skip
            connection.execute(GUEST, values)
            connection.execute(ACCOUNT, values)
        connection.execute(HISTORY, {"actions": ACTIONS_EACH, "now": now})
        connection.execute("COMMIT")


async def _taps(stage: Stage, telegram: TelegramEmulator, rounds: int, guests: int) -> Sequence[float]:
    """How long the menu takes, each time for another guest; the first, which warms the bot up, does not count."""
    chance = random.Random(1)
    seconds = []
    for user_id in chance.sample(range(FIRST_GUEST, FIRST_GUEST + guests), min(rounds + 1, guests)):
        person = telegram.person(user_id, f"Guest {user_id}")
        began = time.perf_counter()
        await person.send("/start")
        try:
            await person.wait_for(_is_answer, LONGEST_WAIT)  # their first: each guest taps once
        except TimeoutError as silence:
            raise stage.error(f"the bot does not answer guest {user_id}") from silence
        seconds.append(time.perf_counter() - began)
    return seconds[1:]


def _is_answer(message: Message) -> bool:
    return message.from_bot


def _memory(stage: Stage, process: Process) -> float:
    check_alive(process, stage.log)
    return sum(float(each.memory_full_info().pss) for each in family_of(process.pid)) / MB

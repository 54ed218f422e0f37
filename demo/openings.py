"""The openings of the demo: every few minutes a day opens anew, announced in the chat page. Used by demo/__main__.py.

The first is as config.json says. For each that follows the site's rule moves on to another hour, places that nobody of
ours holds are empty again, and the owner has "taken over" the rule, as they can in the chat: to the programs it is an
opening like any other.
"""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from demo.site import SiteWorld, Slot
from demo.telegram import TelegramEmulator
from demo.world import DAYS_AHEAD, GIULIA, MARCO, SOFIA, Programme, worth_watching
from domain.house_rules import Rule
from domain.model import Clock, stamp, utc_now

EVERY = timedelta(minutes=5)
ENJOYED = timedelta(seconds=75)  # after an opening: the places are seen to go


async def repeat(
    world: SiteWorld, programme: Programme, telegram: TelegramEmulator, database: Path, clock: Clock = utc_now
) -> None:
    """Announces the first opening, and lets another follow every few minutes, until it is cancelled."""
    opens_at, slot = programme.opens_at, programme.watched
    while True:
        telegram.announce(opens_at, f"{slot.course or 'Fit Center'} · {slot.date:%d/%m} {slot.start}")
        await asyncio.sleep(max(0.0, (opens_at + ENJOYED - clock()).total_seconds()))
        opens_at = opens_at + EVERY
        slot = open_again(world, opens_at)
        days = world.timetable.opening_days
        take_over(database, rule(programme.opens_at, days), rule(opens_at, days), clock)


def open_again(world: SiteWorld, opens_at: datetime) -> Slot:
    """Has the day that opens then be closed until then, and its rivals yet to come. Returns the class to watch."""
    world.timetable.opening_at = f"{opens_at:%H:%M:%S}"
    day = opens_at.date() + timedelta(days=world.timetable.opening_days)
    world.slots(day)  # made, if nobody has looked at it yet
    held = {slot.appointment_id for person in (GIULIA, MARCO, SOFIA) for slot in world.bookings(person.username)}
    world.timetable.close(day, spared=held)
    return worth_watching(world, day, unless=held)


def rule(opens_at: datetime, days_ahead: int = DAYS_AHEAD) -> str:
    """The rule of openings as the database holds it."""
    return f"days_ahead={days_ahead} at={opens_at:%H:%M}"


def take_over(database: Path, configured: str, now: str, clock: Clock) -> None:
    """Writes down that the owner took over that rule of openings, in place of what was taken over before."""
    values = {"name": Rule.OPENING, "value": now, "configured": configured, "at": stamp(clock())}
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("DELETE FROM house_rules WHERE name = :name", values)
        connection.execute(
            "INSERT INTO house_rules"
            " (name, value, instead_of, words, seen_at, told_at, answer, answered_at, configured)"
            " VALUES (:name, :value, :configured, 'demo', :at, :at, 'set', :at, :configured)",
            values,
        )

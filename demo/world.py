"""What ./run --demo puts together: the simulated site and Telegram, two people, a configuration, an opening to watch.

Times are chosen so that a newcomer sees the two things worth seeing within three minutes of the start: a course that
opens and is full seconds later, and a periodic booking that asks for confirmation.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from database import open_database
from demo import club
from demo.site import Outcome, Person, Site, SiteWorld, Slot
from demo.site.rivals import POPULAR
from demo.site.slots import ROME
from demo.site.switches import lively
from demo.site.tenant import ANOTHER, POLIMI
from domain.model import Clock, utc_now
from runtime.settings import load

GIULIA = Person("10000001", "demo-giulia", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", name="Giulia")
MARCO = Person("10000002", "demo-marco", "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU", name="Marco")
SOFIA = Person("10000003", "demo-sofia", "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK", name="Sofia")  # whom Giulia may invite
GIULIA_ID, MARCO_ID, SOFIA_ID = 1001, 1002, 1003  # on Telegram
DAYS_AHEAD = 2
FIT_CENTER = "Giuriati - Fit Center"
WEEKLY_NAMES = {"it": "Palestra", "en": "Gym"}  # what Giulia calls her weekly booking
ROUND_TRIP, JITTER = 0.03, 0.01  # s: a good line from Milano
OPENS_AFTER = timedelta(minutes=2)  # and up to a minute more: the opening is on a full minute
ASKS_AFTER = timedelta(seconds=90)  # or up to a minute less: the lead is told in minutes
LEAST_NOTICE = timedelta(minutes=25)  # the class that is asked about begins at least so much later
RIVALS_NEED = 8.0  # s from the opening until the course to watch is full, on days without a popular one


@dataclass(frozen=True, slots=True)
class Programme:
    """The events that a visitor can watch, and their times (Europe/Rome)."""

    opens_at: datetime
    watched: Slot  # opens then, and is full a few seconds later
    recurring: Slot  # what the periodic booking is about
    asks_at: datetime


def plan(world: SiteWorld, now: datetime) -> Programme:
    """Sets the world's opening to the next full minute that leaves time to look around, and chooses what to show."""
    opens_at = (now.astimezone(ROME) + OPENS_AFTER).replace(second=0, microsecond=0) + timedelta(minutes=1)
    world.timetable.opening_at = f"{opens_at:%H:%M:%S}"
    watched = worth_watching(world, opens_at.date() + timedelta(days=world.timetable.opening_days))
    asks_at = (now.astimezone(ROME) + ASKS_AFTER).replace(second=0, microsecond=0)
    return Programme(opens_at, watched, _next_turn(world, now), asks_at)


def worth_watching(world: SiteWorld, day: date, unless: Collection[str] = ()) -> Slot:
    """A popular course of the day; on a day without one, another that rivals now want too. `unless`: what is held."""
    slots = [slot for slot in world.slots(day) if slot.appointment_id not in unless] or world.slots(day)
    popular = [slot for slot in slots if slot.course in POPULAR]
    chosen = (popular or [slot for slot in slots if slot.course] or slots)[0]
    if chosen.course not in POPULAR:
        world.rush(chosen.appointment_id, within=RIVALS_NEED)
    return chosen


def _next_turn(world: SiteWorld, now: datetime) -> Slot:
    """The next turn of the gym that is far enough away to be asked about."""
    days = (world.today + timedelta(days=offset) for offset in range(3))
    there = [slot for day in days for slot in world.slots(day) if slot.starts_at > now + LEAST_NOTICE]
    return min(there, key=lambda slot: (slot.activity != FIT_CENTER, slot.starts_at))


def new_world(clock: Clock = utc_now, *, another_club: bool = False) -> SiteWorld:
    """The site with its people, and rivals who fill what is popular within seconds of its opening."""
    return SiteWorld(
        clock=clock,
        people=[GIULIA, MARCO, SOFIA],
        opening_days=club.DAYS_AHEAD if another_club else DAYS_AHEAD,
        round_trip=ROUND_TRIP,
        round_trip_jitter=JITTER,
        crowds=True,
        switches=club.switches() if another_club else lively(),
        tenant=ANOTHER if another_club else POLIMI,
    )


def book_some(world: SiteWorld, spared: Slot) -> None:
    """Places Giulia and Marco hold from the start, tomorrow and, where there is still something, today."""
    for person, wanted in ((GIULIA, 2), (MARCO, 1)):
        days = (world.today + timedelta(days=offset) for offset in (1, 0))
        for slot in [slot for day in days for slot in reversed(world.slots(day)) if not slot.overlaps(spared)]:
            if len(world.bookings(person.username)) < wanted and _adds_variety(world, person, slot):
                world.book(person.username, slot.appointment_id)


def _adds_variety(world: SiteWorld, person: Person, slot: Slot) -> bool:
    return slot.course not in {held.course for held in world.bookings(person.username)}


def book_again(world: SiteWorld, database: Path) -> None:
    """What they held when the last demo ended: the simulated site forgets, the database does not."""
    usernames = {GIULIA_ID: GIULIA.username, MARCO_ID: MARCO.username, SOFIA_ID: SOFIA.username}
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT user_id, course_name, booking_date, booking_time FROM user_bookings WHERE status = 'confirmed'"
        ).fetchall()
    connection.close()
    for user_id, course, day, start in rows:
        for slot in world.slots(day):
            if (slot.course or "Fit Center", slot.start) == (course, start) and user_id in usernames:
                if world.judge(usernames[user_id], slot.appointment_id) is Outcome.FULL:
                    world.free(slot.appointment_id)
                world.book(usernames[user_id], slot.appointment_id)


def configuration(
    programme: Programme, site: Site, telegram_url: str, token: str, *, by_hand: bool = False
) -> dict[str, Any]:
    """The content of the demo's config.json. `by_hand`: Giulia logs in herself."""
    lead = programme.recurring.starts_at - programme.asks_at
    return {
        **({"username": GIULIA.username, "login": "by_hand"} if by_hand else _account(GIULIA)),
        "telegram": {"bot_token": token, "allowed_user_id": GIULIA_ID, "api_base_url": telegram_url},
        "site": {"base_url": site.base_url, "login_hosts": [site.login_host]},
        "opening": {"days_ahead": site.world.timetable.opening_days, "at": f"{programme.opens_at:%H:%M:%S}"},
        "confirmation": {"lead_minutes": int(lead.total_seconds() // 60), "deadline_minutes": 5},
        "friends": [{"telegram_user_id": MARCO_ID, **_account(MARCO)}],
    }


def _account(person: Person) -> dict[str, str]:
    url = f"otpauth://totp/Polimi:{person.username}?secret={person.otp_secret}&issuer=Polimi"
    return {"username": person.username, "password": person.password, "otpatu": url}


def write_configuration(path: Path, values: dict[str, Any]) -> None:
    """Writes it readable by this user only, like the real one."""
    path.unlink(missing_ok=True)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(values, file, indent=2)


async def prepare_database(config: Path, programme: Programme, language: str = "it") -> Path:
    """The database with its one periodic booking, put there as anybody can with sqlite3; a kept one loses its old."""
    settings = load(config)
    async with open_database(settings.database):
        pass
    slot = programme.recurring
    place, course = (
        slot.activity.partition(" - ")[0],
        slot.course or "Fit Center",
    )  # a site like a survey may have no gym
    values = (GIULIA_ID, WEEKLY_NAMES[language], place, course, slot.date.weekday(), slot.start, 1)
    connection = sqlite3.connect(settings.local_path)
    with connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executemany(
            "DELETE FROM periodic_bookings WHERE name = ?", [(one,) for one in WEEKLY_NAMES.values()]
        )
        connection.execute(
            "INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot,"
            " requires_confirmation) VALUES (?, ?, ?, ?, ?, ?, ?)",
            values,
        )
    connection.close()
    return settings.local_path

"""A chat to test the bot in: the real bot on a real database file, in front of the Telegram emulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import bot_db
from bot.transport.pauses import BOT_PAUSES, BotPauses
from database import Database, open_database
from demo.telegram import Message, Person, TelegramEmulator
from domain.errors import AppError
from domain.model import Action, ActionType, Activity, Booking, Slot, SlotStatus, Timetable
from domain.requests import NewAction
from runtime.configured import people_of
from runtime.settings import Settings
from tests.support import outcomes
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE

OWNER = 42
FRIEND = 43
STRANGER = 666
NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)  # Sunday, 12:00 in Rome
TODAY = date(2026, 11, 22)
TUESDAY = date(2026, 11, 24)  # opened last midnight
THURSDAY = date(2026, 11, 26)  # opens on Tuesday
PLATINUM = Activity("245765508040862208", "Giuriati - Corsi Platinum")
FITNESS = Activity("245765508040862300", "Giuriati - Fit Center")
OTP = "otpauth://totp/Polimi:1?secret=JBSWY3DPEHPK3PXP"


def slot(course: str, day: date, start: str, **more: Any) -> Slot:
    """A slot of 55 minutes of the Platinum courses, with 7 places, unless told otherwise."""
    begin = datetime.combine(day, time.fromisoformat(start))
    values: dict[str, Any] = {
        "activity": PLATINUM,
        "appointment_id": f"{course}-{day}-{start}",
        "end": (begin + timedelta(minutes=55)).time(),
        "instructor": "ROSSI MARIA",
        "places": 7,
        "status": SlotStatus.AVAILABLE,
    }
    return Slot(course=course, day=day, start=begin.time(), **(values | more))


def fit_center(day: date, start: str, **more: Any) -> Slot:
    return slot("Fit Center", day, start, activity=FITNESS, instructor="", **more)


PILATES = slot("PILATES MATWORK", TUESDAY, "18:00")
WEEK = (
    slot("YOGA", TODAY, "09:00"),
    slot("YOGA", TODAY, "19:00"),
    PILATES,
    slot("ZUMBA", TUESDAY, "19:00", places=0, status=SlotStatus.DISABLED),
    *(fit_center(TUESDAY, f"{7 + n}:00".zfill(5)) for n in range(12)),
    slot("GAG", THURSDAY, "18:00", places=None, status=SlotStatus.DISABLED),
)

MINE = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


def settings_for(folder: Path, emulator: TelegramEmulator, **more: Any) -> Settings:
    friend = {"telegram_user_id": FRIEND, "username": "2", "password": "other", "otpatu": OTP}
    return Settings(
        username="1",
        password="secret",
        otpatu=OTP,
        telegram={"bot_token": emulator.token, "allowed_user_id": OWNER, "api_base_url": emulator.api_base_url},
        database=folder / "polimisport.db",
        friends=[friend],
        **more,
    )


@dataclass
class World:
    """The bot running, and the means to play the worker and the people."""

    emulator: TelegramEmulator
    settings: Settings
    db: Database
    clock: FakeClock
    owner: Person
    friend: Person
    pauses: BotPauses = BOT_PAUSES
    tap_within: float = PATIENCE  # s; once a tap is answered all that it does is done, however busy the machine
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._stop = asyncio.Event()
        pauses = replace(self.pauses, tap_within=self.tap_within)
        self._running = asyncio.create_task(bot_db.serve(self.settings, self.db, self._stop, self.clock, pauses))

    async def stop(self) -> None:
        self._stop.set()
        if self._running:
            running, self._running = self._running, None
            await running

    async def restart(self, pauses: BotPauses) -> None:
        """From now on the bot waits as these pauses say."""
        await self.stop()
        self.pauses = pauses
        self.start()

    # The worker's part

    async def read_timetable(self, slots: Sequence[Slot] = WEEK) -> None:
        """What a refresh leaves behind."""
        action = await self.db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
        assert action
        await self.read_again(action, slots)

    async def read_again(self, action: Action, slots: Sequence[Slot] = WEEK) -> None:
        """Ends a refresh with these slots."""
        days = tuple(TODAY + timedelta(days=offset) for offset in range(8))
        activities = tuple({one.activity.id: one.activity for one in slots}.values())
        await outcomes.refresh(self.db, action, Timetable(activities, days, tuple(slots)))

    async def hold(self, booking: Booking, user_id: int = OWNER) -> None:
        """What a sync leaves behind."""
        await self.sync([booking], user_id)

    async def sync(self, bookings: Sequence[Booking], user_id: int = OWNER, *, in_page: bool = False) -> None:
        action = await self.db.claims.add_claimed(NewAction(ActionType.CHECK, user_id, quiet=True), "test", 60)
        assert action
        await outcomes.sync(self.db, action, bookings, self.settings.zone, in_page=in_page)

    async def lose_all(self) -> None:
        """Two readings that agree: nothing is held any more."""
        await self.sync([])
        await self.db.connection.write("UPDATE user_bookings SET missing_since = '2026-01-01T00:00:00.000Z'")
        await self.sync([], in_page=True)

    async def claim(self) -> Action:
        """The next due action, as a worker takes it."""
        action = await self.db.claims.claim("test", 60)
        assert action, "nothing is due"
        return action

    async def book(self) -> Action:
        """Does the next action, a booking, with success."""
        action = await self.claim()
        wish = action.class_ref
        booking = Booking(wish.course, wish.location, wish.day, wish.start, 55)
        await self.db.settlement.settle(action, outcomes.booked(booking, "seen"))
        return action

    async def fail(self, error: AppError) -> Action:
        """Does the next action without success."""
        action = await self.claim()
        await self.db.settlement.settle(action, outcomes.failed(error))
        return action

    async def actions(self, user_id: int = OWNER) -> list[Action]:
        return await self.db.requests.latest(user_id, 50)


async def tapped(person: Person, label: str, shows: str) -> Message:
    """Taps a button and waits for the screen it leads to, in place or as a new message.

    What the bot edits meanwhile in other messages (the card of an action that has just ended) is not that screen.
    """
    message, _ = person.find_button(label)
    before = {_look(one) for one in person.messages}
    others = {one.message_id for one in person.messages} - {message.message_id}
    await person.tap(label, message_id=message.message_id)
    return await person.wait_for(
        lambda one: shows in one.text and one.message_id not in others and _look(one) not in before
    )


def _look(message: Message) -> tuple[int, str, tuple[str, ...]]:
    return message.message_id, message.text, tuple(message.labels)


async def until(look: Callable[[], Awaitable[object]], wanted: object, timeout: float = PATIENCE) -> None:
    """Waits for the database to hold what another task writes; it tells nobody, so it is asked."""
    async with asyncio.timeout(timeout):
        while await look() != wanted:  # noqa: ASYNC110 - no event to wait for
            await asyncio.sleep(0.01)


async def menu(person: Person) -> Message:
    """A new menu."""
    seen = {message.message_id for message in person.messages}
    await person.send("/start")
    return await person.wait_for(lambda message: "Ciao" in message.text and message.message_id not in seen)


async def pilates(person: Person) -> Message:
    """From a new menu to the screen of Tuesday's Pilates."""
    await menu(person)
    await tapped(person, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(person, "Mar 24 nov", "Che cosa?")
    await tapped(person, "Corsi Platinum", "PILATES")
    return await tapped(person, "18:00 PILATES", "📍")


async def queued(person: Person) -> Message:
    """From a new menu to the card of a queued booking of Tuesday's Pilates."""
    await pilates(person)
    return await tapped(person, "Conferma Prenotazione", "In coda")


async def periodic(world: World, *, ask: int = 1, user_id: int = OWNER) -> int:
    rows = await world.db.connection.write(
        """
        INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot,
            requires_confirmation) VALUES (:user_id, 'Il mio Pilates', 'Giuriati', 'PILATES MATWORK', 1, '18:00', :ask)
        RETURNING id
        """,
        {"user_id": user_id, "ask": ask},
    )
    return int(rows[0]["id"])


async def question(world: World) -> Message:
    """The executor asks about Tuesday, an hour before."""
    found = await world.db.series.find(await periodic(world))
    assert found
    world.clock.now = datetime(2026, 11, 24, 16, tzinfo=UTC)
    starts = datetime(2026, 11, 24, 17, tzinfo=UTC)
    await world.db.confirmations.ask(found, TUESDAY, starts, starts - timedelta(minutes=5))
    return await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text)


@asynccontextmanager
async def world(
    folder: Path, *, timetable: bool = True, start: bool = True, pauses: BotPauses = BOT_PAUSES, **more: Any
) -> AsyncIterator[World]:
    """The bot up and running, with a timetable, unless told otherwise."""
    emulator = TelegramEmulator(limits=False)
    clock = FakeClock(NOON)
    async with emulator.serve():
        settings = settings_for(folder, emulator, **more)
        async with open_database(settings.database, clock) as db:
            await db.people.set(people_of(settings))
            owner, friend = emulator.person(OWNER, "Giulia"), emulator.person(FRIEND, "Marco")
            here = World(emulator, settings, db, clock, owner, friend, pauses)
            if timetable:
                await here.read_timetable()
            try:
                if start:
                    here.start()
                yield here
            finally:
                await here.stop()

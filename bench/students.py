"""What students do all day, at high speed: book, give back, look, read anew; by taps in the chat and by rows.

Used by bench.crash, bench.soak and bench.hosts. Each student has a few places to juggle with, and waits for one wish
to be settled before having the next, so that at every moment it is known what the site must hold. What does not agree
is noted.
"""

from __future__ import annotations

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bench.site import Place
from bench.town import Town, phone_of, user_of
from bot.screens.callbacks import Verb, pack
from database import Database
from demo.site import Person, Slot
from demo.telegram import Message
from domain.errors import AlreadyQueued
from domain.model import FIT_CENTER, Action, ActionStatus, ActionType, ClassRef, clock_time, same_course
from domain.names import split_activity
from domain.requests import NewAction

LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)
PATIENCE = 180.0  # s for a wish to be settled, however many programs die meanwhile
TAP_PATIENCE = 60.0  # s for the bot to be started again and answer
LOOK_AGAIN = 0.03  # s between looks at a row
DAYS = 6  # from tomorrow on; the day after the last is for openings
OPENS_IN = timedelta(seconds=12)  # enough to log in and learn the clock
RACERS = 3
PLACES_EACH = 12
BY_TAP = 0.5  # of the wishes; the others are rows put in the queue, as the executor and people with sqlite3 do
GIVES_BACK = 0.8  # of what was booked
READS = 0.15  # of the turns are only a reading of "my bookings"


@dataclass(frozen=True, slots=True)
class Tap:
    """A tap on the button that counts."""

    user_id: int
    kind: ActionType
    wish: ClassRef
    before: int  # the newest action then

    async def row(self, db: Database) -> int | None:
        """The number of the action that came of it; None when there is none (yet)."""
        rows = await db.connection.rows(
            "SELECT id, course_name FROM booking_actions WHERE id > :before AND user_id = :user"
            " AND action_type = :kind AND date = :day AND substr(time_slot, 1, 5) = :time",
            {
                "before": self.before,
                "user": self.user_id,
                "kind": self.kind,
                "day": self.wish.day.isoformat(),
                "time": f"{self.wish.start:%H:%M}",
            },
        )
        return max((row["id"] for row in rows if same_course(row["course_name"] or "", self.wish.course)), default=None)


@dataclass(slots=True)
class Ledger:
    """Requests of the students, and those that were not fulfilled."""

    asked: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)  # by class of error
    late: list[Tap] = field(default_factory=list)  # no row tells of them yet
    silences: int = 0  # times the bot did not show a screen in time: nothing was asked for then
    lies: list[str] = field(default_factory=list)  # called booked or cancelled, and not so on the site


class Student:
    """One person of the town."""

    def __init__(self, town: Town, person: Person, ledger: Ledger, seed: int) -> None:
        self.user_id = user_of(person)
        self._town = town
        self._person = person
        self._phone = phone_of(town, person)
        self._ledger = ledger
        self._chance = random.Random(seed)
        self._at_the_phone = asyncio.Lock()

    async def live(self, places: list[Place], stop: asyncio.Event) -> None:
        """Has one wish after the other until told to stop; the last one is seen through."""
        while not stop.is_set():
            for place in places:
                if stop.is_set():
                    return
                await self._turn(place)

    async def _turn(self, place: Place) -> None:
        if self._chance.random() < READS:
            await self._read()
        elif not self._holds(place):
            await self._wish(ActionType.BOOK, place)
        elif self._chance.random() < GIVES_BACK:
            await self._wish(ActionType.CANCEL, place)

    def _holds(self, place: Place) -> bool:
        return self._town.site.places.holds(self._person.username, place.appointment_id)

    # ----- asking

    async def _read(self) -> None:
        self._ledger.asked["check"] += 1
        try:
            action = await self._town.db.requests.add(NewAction(ActionType.CHECK, self.user_id))
        except AlreadyQueued as same:
            await self._end_of(same.action_id)
            return
        self._count(await self._end_of(action.id))

    async def _wish(self, kind: ActionType, place: Place) -> None:
        """One booking or cancellation, asked for and waited for; then the site is asked whether it is true."""
        by_tap = self._chance.random() < BY_TAP
        what = f"{kind} of {place.wish.course} on {place.wish.day} by {self.user_id}, {'tap' if by_tap else 'row'}"
        self._ledger.asked[kind] += 1
        number = await (self._tapped(kind, place) if by_tap else self._queued(kind, place))
        if number is not None:
            await self._see_through(number, kind, place, what)

    async def race(self, place: Place, opens_at: datetime) -> None:
        """A place at its opening, and then given back."""
        self._ledger.asked["opening"] += 1
        new = NewAction(ActionType.BOOK, self.user_id, place.wish, opens_at=opens_at)
        number = (await self._town.db.requests.add(new)).id
        await self._see_through(number, ActionType.BOOK, place, f"{place.wish.course} at its opening by {self.user_id}")
        if self._holds(place):
            await self._wish(ActionType.CANCEL, place)

    async def _see_through(self, number: int, kind: ActionType, place: Place, what: str) -> None:
        """Waits for the end of an action, and asks the site whether what it says is true.

        It may be another than was asked for: a booking of what is being cancelled leads to that cancellation's ticket.
        """
        action = await self._end_of(number)
        self._count(action)
        if action is None or action.status is not ActionStatus.COMPLETED or action.type is not kind:
            return
        if self._holds(place) != (kind is ActionType.BOOK):
            self._ledger.lies.append(f"{what} (action {number}): {action.result}")

    def _count(self, action: Action | None) -> None:
        if action is None:  # it takes unusually long: whether it ends at all is seen when all has settled
            return
        self._ledger.settled[action.type] += 1
        if action.status is not ActionStatus.COMPLETED:
            self._ledger.failed[f"{action.type}: {action.error_kind}: {action.error}"] += 1

    async def _queued(self, kind: ActionType, place: Place) -> int:
        try:
            return (await self._town.db.requests.add(NewAction(kind, self.user_id, place.wish))).id
        except AlreadyQueued as same:
            return same.action_id

    async def _tapped(self, kind: ActionType, place: Place) -> int | None:
        """The number of the action that came of the taps; None when none came in time."""
        async with self._at_the_phone:
            try:
                before = await self._press_through(kind, place)
            except TimeoutError:
                self._ledger.silences += 1
                return None
        if before is None:  # no such button: it is asked for by a row
            return await self._queued(kind, place)
        tap = Tap(self.user_id, kind, place.wish, before)
        number = await self._row_of(tap)
        if number is None:
            self._ledger.late.append(tap)
        return number

    async def _press_through(self, kind: ActionType, place: Place) -> int | None:
        """Opens the menu, the place, and presses the button that counts. Returns the newest action before that.

        None when the timetable or "my bookings" don't have it yet. Raises TimeoutError when the bot stays silent.
        """
        opening = await self._button_to_open(kind, place)
        if opening is None:
            return None
        said = await self._phone.send("/start")
        menu = await self._phone.wait_for(
            lambda message: message.message_id > said.message_id and _is_menu(message), TAP_PATIENCE
        )
        self._phone.start_tap(opening, menu.message_id)
        verb = Verb.BOOK if kind is ActionType.BOOK else Verb.CANCEL
        screen = await self._phone.wait_for(
            lambda message: message.message_id >= menu.message_id and bool(_button(message, verb)), TAP_PATIENCE
        )
        before = await self._newest()
        self._phone.start_tap(_button(screen, verb), screen.message_id)
        return before

    async def _button_to_open(self, kind: ActionType, place: Place) -> str | None:
        if kind is ActionType.BOOK:
            rows = await self._town.db.catalogue.slots_on(place.wish.day)
            slot = next((row.id for row in rows if place.wish.matches(row.slot.ref)), None)
            return pack(Verb.SLOT, slot) if slot else None
        held = await self._town.db.bookings.held(self.user_id, place.wish.day)
        row = next((each.id for each in held if place.wish.matches(each.booking.ref)), None)
        return pack(Verb.ASK_CANCEL, row) if row else None

    async def _newest(self) -> int:
        row = await self._town.db.connection.row("SELECT coalesce(max(id), 0) FROM booking_actions")
        return int(row[0]) if row else 0

    # ----- waiting

    async def _row_of(self, tap: Tap) -> int | None:
        """The action a tap was about; waited for as long as a bot may need to come back."""
        give_up = asyncio.get_running_loop().time() + TAP_PATIENCE
        while (found := await tap.row(self._town.db)) is None:
            if asyncio.get_running_loop().time() > give_up:
                return None
            await asyncio.sleep(LOOK_AGAIN)
        return found

    async def _end_of(self, action_id: int) -> Action | None:
        """The row once it has ended; None when it does not."""
        give_up = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < give_up:
            row = await self._town.db.requests.find(action_id)
            if row and row.status not in LIVE:
                return row
            await asyncio.sleep(LOOK_AGAIN)
        return None


def _is_menu(message: Message) -> bool:
    """Whether the message may be turned into another screen: a letter must stay as it is, to be counted."""
    return any(button.data == Verb.HOURS for row in message.buttons for button in row)


def _button(message: Message, verb: Verb) -> str:
    """The label of the message's button with that verb; empty when it has none."""
    buttons = (button.data or "" for row in message.buttons for button in row)
    return next((data for data in buttons if data.startswith(f"{verb}:")), "")


# ----- who juggles with what


def places_for(town: Town, people: int) -> list[Place]:
    """Places with room for everybody, none of which meets another."""
    days = [town.site.today + timedelta(days=ahead) for ahead in range(1, DAYS + 1)]
    chosen: list[Slot] = []
    for slot in (slot for day in days for slot in town.site.slots(day)):
        if slot.free >= people and not any(slot.overlaps(other) for other in chosen):
            chosen.append(slot)
    return [_place(slot) for slot in chosen]


def _place(slot: Slot) -> Place:
    where, _ = split_activity(slot.activity)
    return Place(slot.appointment_id, ClassRef(slot.course or FIT_CENTER, where, slot.date, clock_time(slot.start)))


async def live_all(
    town: Town, ledger: Ledger, lanes: int, stop: asyncio.Event, seed: int, *, openings: int = 1
) -> None:
    """Everybody lives, each in so many lanes at once, until stop; ends when the last wish is settled.

    `openings`: how many are under way at once, each with racers of its own.
    """
    places = places_for(town, len(town.site.people))
    students = [Student(town, person, ledger, seed + number) for number, person in enumerate(town.site.people)]
    async with asyncio.TaskGroup() as group:
        for each in range(openings):
            mine = students[each::openings]
            group.create_task(_openings(town, mine, each, stop), name=f"openings {each}")
        for student in students:
            for lane in range(lanes):
                own = places[lane::lanes][:PLACES_EACH]
                group.create_task(student.live(own, stop), name=f"{student.user_id}, lane {lane}")


async def _openings(town: Town, students: Sequence[Student], row: int, stop: asyncio.Event) -> None:
    """One place after the other opens, and some of the students want it at that moment. Each row has its own day."""
    slots = town.site.slots(town.site.today + timedelta(days=DAYS + 1 + row))
    for turn in itertools.count():
        if stop.is_set():
            return
        slot = slots[turn % len(slots)]
        slot.opens_at = town.site.clock() + OPENS_IN
        racers = [students[(turn * RACERS + number) % len(students)] for number in range(min(RACERS, len(students)))]
        await asyncio.gather(*(student.race(_place(slot), slot.opens_at) for student in racers))

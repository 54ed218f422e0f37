"""What students do all day, at high speed: book, give back, look, read anew; by taps in the chat and by rows.

Used by bench.crash and bench.soak. Each student has a few places to juggle with, and waits for one wish to be settled
before having the next, so that at every moment it is known what the site must hold. What does not agree is noted.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from bench.site import Place
from bench.town import Town, phone_of, user_of
from bot.callbacks import Verb, pack
from database import NewAction
from demo.site import Person, Slot
from demo.telegram import Message
from model import (
    FIT_CENTER,
    Action,
    ActionStatus,
    ActionType,
    AlreadyQueued,
    Wish,
    clock_time,
    same_course,
    split_activity,
)

LIVE = (ActionStatus.PENDING, ActionStatus.PROCESSING)
PATIENCE = 90.0  # s for a wish to be settled, however many programs die meanwhile
TAP_PATIENCE = 30.0  # s for the bot to be started again and answer
LOOK_AGAIN = 0.03  # s between looks at a row
DAYS = 6  # from tomorrow on
PLACES_EACH = 12
BY_TAP = 0.5  # of the wishes; the others are rows put in the queue, as the executor and people with sqlite3 do
GIVES_BACK = 0.8  # of what was booked
READS = 0.15  # of the turns are only a reading of "my bookings"


@dataclass(slots=True)
class Ledger:
    """What was asked, and what did not come true."""

    asked: Counter[str] = field(default_factory=Counter)
    settled: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)  # by class of error
    lost: list[str] = field(default_factory=list)  # asked for, and no row tells of it
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
        return self._town.site.holds(self._person.username, place.appointment_id)

    # ----- asking

    async def _read(self) -> None:
        self._ledger.asked["check"] += 1
        try:
            action = await self._town.db.queue.add(NewAction(ActionType.CHECK, self.user_id))
        except AlreadyQueued as same:
            await self._end_of(same.action_id)
            return
        self._count(await self._end_of(action.id))

    async def _wish(self, kind: ActionType, place: Place) -> None:
        """One booking or cancellation, asked for and waited for; then the site is asked whether it is true."""
        by_tap = self._chance.random() < BY_TAP
        what = f"{kind} of {place.wish.course} on {place.wish.day} by {self.user_id}, {'tap' if by_tap else 'row'}"
        self._ledger.asked[kind] += 1
        number = await (self._tapped(kind, place, what) if by_tap else self._queued(kind, place))
        if number is None:
            return
        action = await self._end_of(number)
        self._count(action)
        if action and action.status is ActionStatus.COMPLETED and self._holds(place) != (kind is ActionType.BOOK):
            self._ledger.lies.append(f"{what} (action {number}): {action.result}")

    def _count(self, action: Action | None) -> None:
        if action is None:  # it takes unusually long: whether it ends at all is seen when all has settled
            return
        self._ledger.settled[action.type] += 1
        if action.status is not ActionStatus.COMPLETED:
            self._ledger.failed[f"{action.type}: {action.error_kind}: {action.error}"] += 1

    async def _queued(self, kind: ActionType, place: Place) -> int:
        try:
            return (await self._town.db.queue.add(NewAction(kind, self.user_id, place.wish))).id
        except AlreadyQueued as same:
            return same.action_id

    async def _tapped(self, kind: ActionType, place: Place, what: str) -> int | None:
        """The number of the action that came of the taps; None when the bot had no such button, or none came."""
        async with self._at_the_phone:
            try:
                before = await self._press_through(kind, place)
            except TimeoutError as silence:
                self._ledger.lost.append(f"{what}: {silence}")
                return None
        if before is None:
            return await self._queued(kind, place)
        number = await self._row_since(before, kind, place)
        if number is None:
            self._ledger.lost.append(f"{what}: the tap was made, and there is no row")
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
            lambda message: message.message_id > said.message_id and bool(message.buttons), TAP_PATIENCE
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
            slot = next((row.id for row in rows if place.wish.meant_by(row.slot.wish)), None)
            return pack(Verb.SLOT, slot) if slot else None
        held = await self._town.db.bookings.held(self.user_id, place.wish.day)
        row = next((each.id for each in held if place.wish.meant_by(each.booking.wish)), None)
        return pack(Verb.ASK_CANCEL, row) if row else None

    async def _newest(self) -> int:
        row = await self._town.db.connection.row("SELECT coalesce(max(id), 0) FROM booking_actions")
        return int(row[0]) if row else 0

    # ----- waiting

    async def _row_since(self, before: int, kind: ActionType, place: Place) -> int | None:
        """The action the tap was about, made after `before`; waited for as long as a bot may need to come back."""
        wanted = {
            "before": before,
            "user": self.user_id,
            "kind": kind,
            "day": place.wish.day.isoformat(),
            "time": f"{place.wish.start:%H:%M}",
        }
        query = (
            "SELECT id, course_name FROM booking_actions WHERE id > :before AND user_id = :user"
            " AND action_type = :kind AND date = :day AND substr(time_slot, 1, 5) = :time"
        )

        async def look() -> int | None:
            rows = await self._town.db.connection.rows(query, wanted)
            ours = [row["id"] for row in rows if same_course(row["course_name"] or "", place.wish.course)]
            return max(ours, default=None)

        give_up = asyncio.get_running_loop().time() + TAP_PATIENCE
        while (found := await look()) is None and asyncio.get_running_loop().time() < give_up:
            await asyncio.sleep(LOOK_AGAIN)
        return found

    async def _end_of(self, action_id: int) -> Action | None:
        """The row once it has ended; None when it does not."""
        give_up = asyncio.get_running_loop().time() + PATIENCE
        while asyncio.get_running_loop().time() < give_up:
            row = await self._town.db.queue.find(action_id)
            if row and row.status not in LIVE:
                return row
            await asyncio.sleep(LOOK_AGAIN)
        return None


def _button(message: Message, verb: Verb) -> str:
    """What the message's button with that verb says; empty when it has none."""
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
    return Place(slot.appointment_id, Wish(slot.course or FIT_CENTER, where, slot.date, clock_time(slot.start)))


async def live_all(town: Town, ledger: Ledger, lanes: int, stop: asyncio.Event, seed: int) -> None:
    """Everybody lives, each in so many lanes at once, until stop; ends when the last wish is settled."""
    people = town.site.people
    places = places_for(town, len(people))
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(people):
            student = Student(town, person, ledger, seed + number)
            for lane in range(lanes):
                mine = places[lane::lanes][:PLACES_EACH]
                group.create_task(student.live(mine, stop), name=f"{person.username}, lane {lane}")

"""Which slot each choice of a race means; one that the timetable does not show yet is asked for as it opens.

A site may leave a slot out of its timetable, or list it without an id, until it can be booked. Then its schedule is
asked for several times around the opening, so that one answer is made just after it; the first answer that shows the
slot is enough, whichever account of this process has got it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from domain.errors import (
    BookingRefused,
    ClassMoved,
    SeveralClasses,
    SiteChanged,
    SiteError,
    SiteUnavailable,
    SlotNotFound,
    quote,
)
from domain.model import Activity, ClassRef, Slot, SlotStatus
from domain.names import plain
from opening.site_calls import SiteCalls
from opening.steady_time import SteadyTime
from portal.schedules import likely, name_of, the_meant
from portal.side_by_side import noticed
from scraper import Calendar

A_LITTLE = timedelta(minutes=15)  # a class that was moved by no more is still the one that was asked for
USUAL_LENGTH = timedelta(hours=1)  # of a class that neither the timetable nor the week tells the length of

log = logging.getLogger(__name__)

Wishes = Sequence[tuple[int, ClassRef]]  # numbered as they are stored: 0 is the wish itself
Found = Sequence[Slot | BookingRefused]


@dataclass(frozen=True, slots=True)
class Choice:
    """The wish, or one of its alternatives, with the slot that it means."""

    number: int  # 0: the wish itself
    ref: ClassRef
    slot: Slot  # without an id: the timetable does not show it yet, this is what we expect
    just_seen: bool = False  # it has appeared at the opening: every moment counts

    @property
    def is_listed(self) -> bool:
        return bool(self.slot.appointment_id)


@dataclass(slots=True, eq=False)
class Awaited:
    """A class whose slot a race waits to see."""

    ref: ClassRef
    seen: asyncio.Future[Slot] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Sightings:
    """What the races of a process see of slots that appear: an answer to one account shows them to all."""

    def __init__(self) -> None:
        self._awaited: list[Awaited] = []

    @contextmanager
    def awaiting(self, wishes: Sequence[ClassRef]) -> Iterator[list[Awaited]]:
        """Within it, the slots of those classes are noted as soon as any race is shown them."""
        awaited = [Awaited(each) for each in wishes]
        self._awaited += awaited
        try:
            yield awaited
        finally:
            for each in awaited:
                self._awaited.remove(each)

    @property
    def starts(self) -> frozenset[time]:
        """When the classes begin that any race waits for: nothing else of a schedule is read at an opening."""
        return frozenset(each.ref.start for each in self._awaited)

    def share_of(self, awaited: Awaited) -> tuple[int, int]:
        """Its number among the classes that are awaited in the same schedule, and how many those are."""
        together = [each for each in self._awaited if _same_schedule(each.ref, awaited.ref)]
        return together.index(awaited), len(together)

    def tell(self, slots: Sequence[Slot]) -> None:
        """Notes slots that the site has shown to a race, for all races that wait for them."""
        for each in self._awaited:
            if not each.seen.done() and (slot := _meant(slots, each.ref)) is not None:
                each.seen.set_result(slot)


def _same_schedule(one: ClassRef, other: ClassRef) -> bool:
    return (one.day, one.where) == (other.day, other.where)


def _meant(slots: Sequence[Slot], wish: ClassRef) -> Slot | None:
    """The slot a wish means, with an id: without one it can't be asked for by request."""
    try:
        return the_meant([each for each in slots if each.appointment_id], wish, lambda slot: slot.ref)
    except SeveralClasses as error:
        log.warning("  no slot is chosen: %s", error)
        return None


class Appearance:
    """The slots of one race's choices: looked up before the opening, or seen to appear at it.

    `known` are slots from earlier readings, in case the site can't tell in time, and those without an id that the
    weekly timetable leads to expect.
    """

    def __init__(
        self, site: SiteCalls, wishes: Wishes, known: Sequence[Slot], sightings: Sightings, steady: SteadyTime
    ) -> None:
        self._site = site
        self._wishes = wishes
        self._known = known
        self._sightings = sightings
        self._steady = steady
        self._awaited: list[Awaited] = []
        self._moved: dict[ClassRef, ClassMoved] = {}  # what the last look found at another hour
        self._missing: set[ClassRef] = set()  # what the last look did not find, neither by its name nor by its id
        self._gone: set[ClassRef] = set()  # what two looks in a row did not find: one page alone may lack it
        self.ours: list[tuple[int, ClassRef]] = []  # choices that the timetable shows as ours, as it calls them now
        self._errors: Sequence[SiteError] = ()  # of the last schedules that were asked for, when none could be read
        self._asked = 0  # schedules, so that each of several calendars has its turn

    # ----- before the opening

    async def remember(self) -> None:
        """Looks up, minutes before the opening, what nothing is known of: a class keeps its id, whatever becomes of its
        name or hour."""
        unknown = [wish for _, wish in self._wishes if self._remembered(wish) is None]
        if unknown:
            found = await self._site.find_slots(unknown)
            self._known = [*(each for each in found if isinstance(each, Slot)), *self._known]

    async def look_up(self) -> Found:
        """For each wish its slot as the site lists it now, or why it has none."""
        wishes = [wish for _, wish in self._wishes]
        before = [each for each in self._known if each.appointment_id]
        found = await self._site.find_slots(wishes, before)
        missing_before, self._missing = self._missing, set()
        self._moved, self.ours = {}, []
        shown = [self._as_asked_for(*each) for each in zip(self._wishes, found, strict=True)]
        self._gone = self._missing & missing_before
        return shown

    def _as_asked_for(self, wished: tuple[int, ClassRef], found: Slot | BookingRefused) -> Slot | BookingRefused:
        """The slot, perhaps under another name. One that was moved by more than a little is another hour, which nobody
        has asked for."""
        number, wish = wished
        if isinstance(found, SlotNotFound) and found.is_gone:
            self._missing.add(wish)
        if not isinstance(found, Slot) or wish.matches(found.ref):
            return found
        log.info("  %s is shown as %s at %s: the same appointment", name_of(wish), found.course, found.start)
        if found.status is SlotStatus.BOOKED:  # an earlier try has booked it
            self.ours.append((number, found.ref))
            return self._remembered(wish) or found
        if _apart(found.start, wish.start) <= A_LITTLE:
            return found
        self._moved[wish] = ClassMoved(f"{name_of(wish)} was moved: {quote(f'{found.course}, {found.start:%H:%M}')}")
        return self._moved[wish]

    def remembered(self) -> Found:
        """For each wish its slot as it was listed before: a slot keeps its id. What the last look found elsewhere, or
        the last two nowhere, has none."""
        return [self._moved.get(wish) or self._remembered(wish) or _not_there(wish) for _, wish in self._wishes]

    def choices(self, found: Found) -> tuple[list[Choice], list[BookingRefused]]:
        """What can be tried, in order, and why the rest can't. What is not listed is expected to appear."""
        choices, refusals = [], []
        for (number, wish), listed in zip(self._wishes, found, strict=True):
            if isinstance(listed, BookingRefused) and not isinstance(listed, SlotNotFound):
                refusals.append(listed)
            elif isinstance(listed, Slot) and listed.appointment_id:
                choices.append(Choice(number, wish, listed))
            else:
                expected = listed if isinstance(listed, Slot) else self._expected(wish)
                choices.append(Choice(number, wish, self._remembered(wish) or expected))
        return choices, refusals

    def _remembered(self, wish: ClassRef) -> Slot | None:
        """The slot as listed before, with its id: absent now, it may not be open yet, or be hidden for a moment.

        None once the site shows its id at another hour, or twice its day without it: nobody has chosen where it is now.
        """
        if wish in self._moved or wish in self._gone:
            return None
        return next((each for each in self._known if each.appointment_id and wish.matches(each.ref)), None)

    def _expected(self, wish: ClassRef) -> Slot:
        """What will probably appear, for what depends on its length."""
        likely_one = (replace(each, appointment_id="") for each in self._known if wish.matches(each.ref))
        return next(likely_one, _of_usual_length(wish))

    # ----- at the opening

    @contextmanager
    def awaited(self, choices: Sequence[Choice]) -> Iterator[None]:
        """Within it, what any race is shown of the choices that are not listed is noted."""
        with self._sightings.awaiting([each.ref for each in choices if not each.is_listed]) as self._awaited:
            yield

    def share(self, choice: Choice, planned: Sequence[float]) -> Sequence[float]:
        """When this race asks, of the moments at which all that wait for this schedule ask together."""
        rank, races = self._sightings.share_of(self._awaited_of([choice])[0])
        return planned[rank::races] or [planned[rank % len(planned)]]

    def _awaited_of(self, choices: Sequence[Choice]) -> list[Awaited]:
        wishes = [each.ref for each in choices]
        return [each for each in self._awaited if each.ref in wishes]

    def has_seen(self, choices: Sequence[Choice]) -> bool:
        """Whether any of them has appeared."""
        return any(each.seen.done() for each in self._awaited_of(choices))

    async def ask(self, choices: Sequence[Choice], moments: Sequence[float]) -> None:
        """Asks for the schedule of the first choice so that requests leave at those moments (by the steady clock).

        Returns as soon as any of the choices was seen, else when all answers are there. Raises what concerns more than
        one answer.
        """
        wish, seen = choices[0].ref, [each.seen for each in self._awaited_of(choices)]
        calendars = self._calendars(wish)
        turns = [calendars[(self._asked + number) % len(calendars)] for number in range(len(moments))]
        self._asked += len(moments)
        asking = [
            noticed(self._ask_at(each, wish.day, at), "schedule") for each, at in zip(turns, moments, strict=True)
        ]
        while not any(each.done() for each in seen) and (under_way := [each for each in asking if not each.done()]):
            waiting: list[asyncio.Future[Any]] = [*under_way, *seen]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        self._errors = _errors(asking)

    def from_the_first_seen(self, choices: Sequence[Choice]) -> tuple[list[Choice], list[BookingRefused]]:
        """The choices from the first on that is listed by now, and why those before it can't be shot at.

        Raises the error that made it impossible to look, when nothing is listed.
        """
        seen = {each.ref: each.seen.result() for each in self._awaited_of(choices) if each.seen.done()}
        listed = [replace(each, slot=seen[each.ref], just_seen=True) if each.ref in seen else each for each in choices]
        first = next((number for number, each in enumerate(listed) if each.is_listed), len(listed))
        if self._errors and first == len(listed):
            raise self._errors[0]
        return listed[first:], [_not_there(each.ref) for each in listed[:first]]

    async def _ask_at(self, calendar: Calendar, day: date, moment: float) -> None:
        await self._steady.sleep_until(moment)
        self._sightings.tell(await self._site.schedule(calendar, day, lambda: self._sightings.starts))

    def _calendars(self, wish: ClassRef) -> Sequence[Calendar]:
        """The calendars in whose schedules a class can appear: of its kind alone, if that is said.

        Raises SiteChanged when there is none to ask.
        """
        there = likely(self._site.calendars(), wish)
        of_its_kind = [each for each in there if wish.kind and plain(each.activity.kind) == plain(wish.kind)]
        if not there:
            raise SiteChanged("there is no calendar to look in")
        return of_its_kind or there


def _errors(asking: Sequence[asyncio.Task[None]]) -> Sequence[SiteError]:
    """What went wrong, unless an answer was read. Raises what no other answer can make good."""
    errors = [each.exception() for each in asking if each.done()]
    for error in errors:
        if error is not None and not isinstance(error, SiteUnavailable | SiteChanged):
            raise error
    failed = [error for error in errors if isinstance(error, SiteError)]
    return failed if len(failed) == len(errors) else ()


def _not_there(wish: ClassRef) -> SlotNotFound:
    return SlotNotFound(f"the timetable has no {name_of(wish)}, now or before")


def _apart(one: time, other: time) -> timedelta:
    return abs(datetime.combine(date.min, one) - datetime.combine(date.min, other))


def _of_usual_length(wish: ClassRef) -> Slot:
    begins = datetime.combine(wish.day, wish.start)
    ends = min(begins + USUAL_LENGTH, datetime.combine(wish.day, time(23, 59)))
    return Slot(Activity("", wish.where or "?"), "", wish.course, wish.day, wish.start, ends.time())

"""What a slot is to one person now: free, not open yet, full, theirs, or queued."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.matching import find_matching
from domain.model import (
    FIT_CENTER,
    Action,
    ActionType,
    Activity,
    Booking,
    CatalogueSlot,
    HeldBooking,
    OpeningRule,
    Slot,
    SlotStatus,
    starts_at,
)


class SlotState(StrEnum):
    FREE = "free"  # can be booked now, as far as we know
    OPENS = "opens"  # opens later
    FULL = "full"  # open, and no place left at the last reading
    MINE = "mine"  # held
    QUEUED = "queued"  # an action is about it
    STARTED = "started"  # too late


@dataclass(frozen=True, slots=True)
class SlotView:
    """A slot of the catalogue with what it is to one person."""

    id: int
    slot: Slot
    state: SlotState
    opens_at: datetime
    read_at: datetime
    held: HeldBooking | None = None  # the booking that holds it
    ticket: Action | None = None  # the action about it
    clash: HeldBooking | None = None  # another booking at the same hours
    rival: Action | None = None  # another booking in the queue at the same hours
    is_unseen: bool = False  # the site does not show it yet
    waits: Action | None = None  # the request with which the person came on the site's waiting list for it
    takes_list: bool = False  # the site shows its waiting list, and the rules of the house want one
    clash_binds: bool = False  # the clashing booking can't be given back for free any more
    both_taken: bool = False  # the site takes two at the same hours, as far as we know
    own_events: tuple[str, ...] = ()  # what the person's own calendar has at its hours, in sentences
    warnings: tuple[str, ...] = ()  # what the rules of the house say against it, in the person's words

    def places(self, now: datetime) -> int | None:
        """The free places, if known: a reading from before the opening says nothing about them after it."""
        return None if self.read_at < self.opens_at <= now else self.slot.places

    @property
    def is_refused(self) -> bool:
        """Whether it overlaps what is held, and the site takes only one of the two, as far as we know."""
        return self.clash is not None and not self.both_taken

    @property
    def name(self) -> str:
        return self.slot.course or FIT_CENTER


@dataclass(frozen=True, slots=True)
class Clash:
    """What the class of an action overlaps, and the row of its slot while one can be swapped for the other."""

    held: HeldBooking
    slot_id: int | None = None
    newest: int | None = None  # the person's newest action, where one tap may swap: the other costs nothing yet
    when_free: bool = False  # the class is watched, to be swapped for once a place frees


def activity_key(activity: Activity) -> int:
    """A number for an activity that stays the same from reading to reading and fits a button; never 0."""
    return zlib.crc32(activity.id.encode()) or 1


def by_hours_alone(views: Sequence[SlotView]) -> bool:
    """Whether their hours tell the slots apart, as those of the gym: their buttons are short, and go in two columns."""
    if len(views) < 2:
        return False
    kind = views[0].name, views[0].slot.activity
    return not any(one.slot.instructor or (one.name, one.slot.activity) != kind for one in views)


def view_slot(
    row: CatalogueSlot, held: Sequence[HeldBooking], live: Sequence[Action], rule: OpeningRule, now: datetime
) -> SlotView:
    """What a slot is to the person with these bookings and these unfinished actions."""
    slot = row.slot
    mine = find_matching(held, slot.ref)
    ticket = next((one for one in live if one.wish is not None and one.wish.matches(slot.ref)), None)
    clash = next(
        (one for one in held if one is not mine and one.booking.overlaps(slot.day, slot.start, slot.end)), None
    )
    rival = next((one for one in live if one is not ticket and _meets(one, slot)), None)
    opens_at = rule.opens_at(slot.day, slot.start)
    if now >= starts_at(slot.day, slot.start, rule.zone):
        state = SlotState.STARTED
    elif ticket and ticket.type is ActionType.BOOK:
        state = SlotState.QUEUED
    elif mine:
        state = SlotState.MINE
    elif now < opens_at and slot.status is not SlotStatus.AVAILABLE:  # else the rule is wrong: the site knows better
        state = SlotState.OPENS
    else:
        state = SlotState.FULL if _is_full(row, opens_at) else SlotState.FREE
    return SlotView(row.id, slot, state, opens_at, row.read_at, mine, ticket, clash, rival, row.is_unseen)


def _meets(action: Action, slot: Slot) -> bool:
    """Whether a booking in the queue is for the same hours; its length is not known, and counts as an hour."""
    if action.type is not ActionType.BOOK or action.watch or action.wish is None:
        return False
    ref = action.wish
    booking = Booking(ref.course, ref.location, ref.day, ref.start, course_type=ref.course_type)
    return booking.overlaps(slot.day, slot.start, slot.end)


def _is_full(row: CatalogueSlot, opens_at: datetime) -> bool:
    """Whether the slot was full when it was last read. Before its opening the site shows every slot as disabled."""
    if row.read_at < opens_at:
        return False
    closed = row.slot.status is SlotStatus.DISABLED and row.slot.places is None
    return row.slot.places == 0 or row.slot.status is SlotStatus.WAITING or closed

"""What a handler gets to know of the action it has to do: everything that is read before the site is asked."""

from __future__ import annotations

from dataclasses import dataclass

from domain.house_rules import HouseRules
from domain.model import Action, ClassRef, HeldBooking, Slot
from domain.opening_report import OpeningReport


@dataclass(frozen=True, slots=True)
class Job:
    """One claimed action, with what is known about it. What a kind of action does not need is left empty."""

    action: Action
    rules: HouseRules
    alternatives: tuple[ClassRef, ...] = ()  # of a booking, in the person's order
    held: tuple[HeldBooking, ...] = ()  # the person's bookings from the day of the class on
    named: tuple[HeldBooking, ...] = ()  # of a cancellation: the bookings of the name it gives
    expected: tuple[Slot, ...] = ()  # the slots that the timetables read so far lead to expect on those days
    awaited: Slot | None = None  # the one of them that the class means, when the site does not show it yet
    rank: tuple[int, int] = (0, 1)  # how many bookings come before it, of how many that wait for the same opening
    report: OpeningReport | None = None  # how the opening before went, of a booking that is tried again

    @property
    def class_ref(self) -> ClassRef:
        """The class that a booking or cancellation is about. Raises SlotNotFound when the row does not say."""
        return self.action.class_ref

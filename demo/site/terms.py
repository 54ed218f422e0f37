"""The terms of the simulated site about one slot: when it opens and closes, until when a place can be given back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from demo.site.faults import Faults
from demo.site.slots import ROME, Slot
from demo.site.switches import Switches


@dataclass(slots=True)
class Terms:
    """`clock` is the server's. All of it may be changed while the site runs, and counts at once."""

    clock: Callable[[], datetime]
    faults: Faults
    switches: Switches
    free_cancel_hours: float

    def opens_at(self, slot: Slot) -> datetime:
        """When the site really takes the first booking: the rule, and the fault that bends it."""
        return slot.opens_at + timedelta(seconds=self.faults.peek("opening_shift") or 0.0)

    def is_open(self, slot: Slot) -> bool:
        return self.clock() >= self.opens_at(slot)

    def has_started(self, slot: Slot) -> bool:
        return self.clock() >= slot.starts_at

    def has_closed(self, slot: Slot) -> bool:
        """Whether it is too late to book, by a rule that ends bookings before the start."""
        return self.clock() >= slot.starts_at - timedelta(minutes=self.switches.closes_minutes)

    def is_late(self, slot: Slot) -> bool:
        """Whether the free term for cancelling is over."""
        return self.clock() > slot.starts_at - timedelta(hours=self.free_cancel_hours)

    def can_cancel(self, slot: Slot) -> bool:
        """Whether the site still takes a place back."""
        return not self.has_started(slot) and (self.switches.late_cancel == "allowed" or not self.is_late(slot))

    def takes_waiting_list(self, slot: Slot) -> bool:
        """Whether somebody may wait for a place of this slot once it is full."""
        return slot.course in self.switches.waiting_courses or bool(self.faults.peek("waiting_list"))

    def is_held(self, slot: Slot) -> bool:
        """Whether a place that somebody gave back is still kept for the waiting list."""
        return slot.held_until is not None and self.clock() < slot.held_until


def since_opening(now: datetime, opening_at: str) -> float:
    """Seconds from the nearest opening by the rule (`opening_at`: HH:MM[:SS] in Rome); negative before it."""
    opening, today = time.fromisoformat(opening_at), now.astimezone(ROME).date()
    days = (today + timedelta(days=offset) for offset in (-1, 0, 1))
    return min(((now - datetime.combine(day, opening, ROME)).total_seconds() for day in days), key=abs)

"""What a handler writes down before its outcome, and what it asks anew: the door between handlers and the database.

Each note is a step that a worker that dies leaves behind for the next one. All of them are about one claimed action.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from domain.model import Booking, ClassRef, HeldBooking, Slot
from domain.readings import Before


class Journal(Protocol):
    """Kept by actions/recording.py. A note about an action that is no longer ours raises LeaseLost."""

    async def begin_to_act(self) -> None:
        """From now on the site may be asked for the place. Raises TakenBack when its person took the action back."""

    async def is_wanted(self) -> bool:
        """Whether the action was not taken back. Only reads."""

    async def still_ours(self) -> None:
        """Raises LeaseLost when it is not. Only reads, unless the lease has run out: then it is held anew."""

    async def requests_sent(self) -> Mapping[int, int]:
        """What was sent at the same opening for each booking of the account, by whichever worker."""

    async def note_requests(self, more: int) -> None:
        """So many requests were sent for this booking at its opening."""

    async def replaced(self) -> HeldBooking | None:
        """The booking that the action swaps for another, as it is now; None when it swaps nothing."""

    async def giving_up(self) -> None:
        """The booking to be swapped is about to be given back."""

    async def gave_up(self, class_ref: ClassRef) -> None:
        """The booking to be swapped was read back as given back."""

    async def took_back(self, booking: Booking) -> None:
        """The booking to be swapped was given back in vain, and is held again."""

    async def pressing(self) -> None:
        """A cancellation is about to be confirmed on the site."""

    async def known(self) -> Before:
        """What is known of the person's bookings, and of what may be none."""

    async def read_mine_soon(self) -> None:
        """Something about the person's bookings is not clear: they are read next."""

    async def note_full(self, class_ref: ClassRef) -> None:
        """The site refused the class as full, and another choice is tried: the timetable shows it to everybody."""

    async def note_free(self, slot: Slot) -> None:
        """The site showed a free place."""

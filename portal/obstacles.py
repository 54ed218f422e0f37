"""What forbids a booking before anything is sent: a class that has begun, an overlap, a slot that is clearly taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.errors import AlreadyBooked, BookingsClosed, ClassStarted, NotOpenYet, Overlap, SlotFull
from domain.model import Booking, ClassRef, Slot, SlotStatus, starts_at
from domain.waiting_list import OFFERED
from portal.schedules import name_of
from portal.session.site_session import SiteSession


def refuse_if_begun(session: SiteSession, wish: ClassRef) -> None:
    """Raises ClassStarted when it is too late for anything about a class."""
    if starts_at(wish.day, wish.start, session.access.timezone) <= session.access.clock():
        raise ClassStarted(f"{name_of(wish)} has begun")


def refuse_if_overlapping(
    session: SiteSession, mine: Sequence[Booking], slot: Slot, beside: ClassRef | None = None
) -> None:
    """Raises Overlap when a slot meets a booking that is held; `beside` is the one that it may meet.

    Not where the site takes both: then it decides.
    """
    if session.may_overlap or slot.status is SlotStatus.BOOKED:
        return  # a slot that is held, by whatever name, would meet itself
    for other in mine:
        if beside is not None and beside.matches(other.ref):
            continue
        if other.overlaps(slot.day, slot.start, slot.end):
            raise Overlap(f"{name_of(slot.ref)} meets our {other.course} at {other.start:%H:%M}")


def refuse_if_hopeless(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """Raises what the timetable says clearly: not open yet, a waiting list, no places. The site decides the rest."""
    if slot.status is SlotStatus.AVAILABLE:
        return
    if slot.status is SlotStatus.BOOKED:
        raise AlreadyBooked(f"the timetable shows {name_of(slot.ref)} as booked by us")
    if opens_at and session.access.clock() < opens_at:
        raise NotOpenYet(f"{name_of(slot.ref)} is not open yet")
    if slot.status is SlotStatus.WAITING:
        raise offers_only_a_list(slot)
    if slot.places == 0:
        raise SlotFull(f"{name_of(slot.ref)} is full")


def refuse_unless_clickable(session: SiteSession, slot: Slot, opens_at: datetime | None) -> None:
    """On a page only an available slot can be clicked; of the others it does not say why."""
    refuse_if_hopeless(session, slot, opens_at)
    if slot.status is not SlotStatus.AVAILABLE:
        error = NotOpenYet if not opens_at else BookingsClosed if slot.places else SlotFull
        places = f" with {slot.places} free places" if slot.places else ""
        raise error(f"{name_of(slot.ref)} can't be booked: the page shows it{places} as closed, full or not open yet")


def offers_only_a_list(slot: Slot) -> SlotFull:
    """The error of a slot that can only be waited for."""
    return SlotFull(f"{name_of(slot.ref)} is full; {OFFERED}")

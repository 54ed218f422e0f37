"""The replaced booking of a swap: cancelled once the new one is booked, booked again when it was cancelled in vain.

Steps of a transaction, used by store/queue/settlement.py and store/recurring/occurrences.py.
"""

from __future__ import annotations

from datetime import datetime

from domain.model import Action, ActionStatus, ActionType, BookingStatus, ClassRef, NoticeKind
from domain.requests import NewAction
from domain.results import THOUGH_WITHDRAWN, TOLD_AS_LOST
from store.bookings import find_held
from store.connection import Transaction
from store.outbox import add_notice
from store.queue.rows import enqueue, live_like, to_action


def free_the_replaced(tx: Transaction, action: Action, now: datetime, got: ClassRef | None = None) -> None:
    """Queues the cancellation of the booking that an action replaced, unless the action `got` that very class.

    Never for a swap that its person withdrew, and that was done all the same.
    """
    if action.replaces_row_id is None or action.result == THOUGH_WITHDRAWN:
        return
    held = find_held(tx, action.replaces_row_id, action.user_id)
    if held is None or held.status is not BookingStatus.CONFIRMED or (got and held.booking.ref.matches(got)):
        return
    row = tx.row("SELECT gave_up FROM booking_actions WHERE id = :id", {"id": action.id})
    new = NewAction(
        ActionType.CANCEL,
        action.user_id,
        held.booking.ref,
        booking_id=held.booking_id,
        free_until=action.free_until,
        pressed=bool(row and row["gave_up"]),
    )
    if live_like(tx, new) is None:
        enqueue(tx, new, now)


def tell_of_the_freed(tx: Transaction, action: Action) -> None:
    """Tells the person that the replaced booking was cancelled before the new one: it may be in their calendar."""
    if action.replaces_row_id is None:
        return
    held = find_held(tx, action.replaces_row_id, action.user_id)
    row = tx.row("SELECT gave_up FROM booking_actions WHERE id = :id", {"id": action.id})
    if held is not None and held.status is BookingStatus.CANCELLED and row and row["gave_up"]:
        add_notice(tx, action.user_id, NoticeKind.GONE, booking_row_id=held.id)


def was_told_as_lost(tx: Transaction, action: Action) -> bool:
    """Whether the person was told, or could see, that the replaced booking was cancelled.

    A worker that dies leaves behind that it may have been: that alone is told to nobody.
    """
    held = find_held(tx, action.replaces_row_id or 0, action.user_id)
    if held is not None and held.status in TOLD_AS_LOST:
        return True
    told = "SELECT 1 FROM notices WHERE action_id = :id AND kind = :kind"
    return tx.row(told, {"id": action.id, "kind": NoticeKind.STRUGGLING}) is not None


def ask_back(tx: Transaction, action_id: int, now: datetime) -> None:
    """Queues the booking of the replaced class again, after an action that cancelled it ended without a booking.

    The booking finds out whether the place was given up at all: what is held already counts as booked.
    """
    row = tx.row("SELECT * FROM booking_actions WHERE id = :id AND gave_up = 1", {"id": action_id})
    if row is None or row["status"] == ActionStatus.COMPLETED:
        return
    action = to_action(row)
    held = find_held(tx, action.replaces_row_id or 0, action.user_id)
    if held is None:
        return
    new = NewAction(ActionType.BOOK, action.user_id, held.booking.ref, free_until=action.free_until)
    if live_like(tx, new) is None:
        enqueue(tx, new, now, makes_good=True)

"""One date of a periodic booking: taken once, queued once, and freed to be planned anew. Steps of a transaction.

Used by store/recurring/series.py and store/recurring/confirmations.py.
"""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta

from domain.errors import AlreadyQueued
from domain.model import LAST_CALL, Action, ActionType, ClassRef, NoticeKind, stamp
from domain.recurrence import Occurrence, OccurrenceState
from store.bookings import is_held
from store.connection import Transaction
from store.outbox import add_notice
from store.queue.choices import STILL
from store.queue.reconciliation import leaves_doubt
from store.queue.requests import NewAction, enqueue, read_soon, to_action
from store.queue.swaps import ask_back

WAITING = f"action_type = 'book' AND {STILL}"
DAWN, DUSK = date(1, 1, 1), date(9999, 12, 31)


def to_occurrence(row: sqlite3.Row) -> Occurrence:
    return Occurrence(
        id=row["id"],
        periodic_booking_id=row["periodic_booking_id"],
        day=date.fromisoformat(row["date"]),
        state=OccurrenceState(row["state"]),
        action_id=row["action_id"],
    )


async def begin(tx: Transaction, periodic_id: int, day: date, state: OccurrenceState, now: datetime) -> int | None:
    """Takes the date for us; None when it was already taken."""
    row = await tx.row(
        """
        INSERT INTO occurrences (periodic_booking_id, date, state, created_at) VALUES (:periodic, :date, :state, :now)
        ON CONFLICT DO NOTHING RETURNING id
        """,
        {"periodic": periodic_id, "date": day.isoformat(), "state": state, "now": stamp(now)},
    )
    return row["id"] if row else None


async def set_state(
    tx: Transaction, periodic_id: int, day: date, state: OccurrenceState, action_id: int | None = None
) -> None:
    await tx.run(
        """
        UPDATE occurrences SET state = :state, action_id = coalesce(:action, action_id)
        WHERE periodic_booking_id = :periodic AND date = :date
        """,
        {"state": state, "action": action_id, "periodic": periodic_id, "date": day.isoformat()},
    )


async def held_already(tx: Transaction, periodic_id: int, user_id: int, wish: ClassRef) -> bool:
    """Whether the person holds what a date is about: then nothing is to be booked or asked, and that is noted."""
    if not await is_held(tx, user_id, wish):
        return False
    await set_state(tx, periodic_id, wish.day, OccurrenceState.QUEUED)
    return True


async def enqueue_once(tx: Transaction, periodic_id: int, day: date, new: NewAction, now: datetime) -> Action | None:
    """Queues the booking of a date. When the person queued the same by hand, that ticket serves.

    When they are just giving the same place back, the date is skipped.
    """
    try:
        action = await enqueue(tx, new, now)
    except AlreadyQueued as same:
        live = await find_action(tx, same.action_id)
        giving_back = live.type is ActionType.CANCEL
        state = OccurrenceState.SKIPPED if giving_back else OccurrenceState.QUEUED
        await set_state(tx, periodic_id, day, state, None if giving_back else live.id)
        return None
    await set_state(tx, periodic_id, day, OccurrenceState.QUEUED, action.id)
    return action


async def find_action(tx: Transaction, action_id: int) -> Action:
    """An action that is known to be there."""
    [row] = await tx.run("SELECT * FROM booking_actions WHERE id = :id", {"id": action_id})
    return to_action(row)


async def free(
    tx: Transaction,
    periodic_id: int,
    now: datetime,
    first: date = DAWN,
    last: date = DUSK,
    margin: timedelta = LAST_CALL,
) -> None:
    """Takes back what waits for the dates from first to last, so that they are planned anew, or not at all.

    Waiting are open "shall I book it?" and bookings that are pending, or only prepared for an opening farther away
    than `margin`; what is held stays. `now` is read after the transaction has begun: who waited for its lock may be
    too late.
    """
    within = {"periodic": periodic_id, "first": first.isoformat(), "last": last.isoformat()}
    asked = await tx.run(
        """
        DELETE FROM occurrences
        WHERE periodic_booking_id = :periodic AND state = 'asked' AND date BETWEEN :first AND :last RETURNING date
        """,
        within,
    )
    for row in asked:
        await close_question(tx, periodic_id, date.fromisoformat(row["date"]))
    for action in await _withdraw(tx, within, now, margin):
        await tx.run("DELETE FROM occurrences WHERE periodic_booking_id = :periodic AND action_id = :action",
                     {"periodic": periodic_id, "action": action["id"]})  # fmt: skip
        await ask_back(tx, action["id"], now)
        if leaves_doubt(action["error_kind"], action["failures"]):
            await read_soon(tx, action["user_id"], now)
        if action["card_message_id"] is not None:
            await add_notice(tx, action["user_id"], NoticeKind.PROGRESS, action_id=action["id"])


async def _withdraw(tx: Transaction, within: dict[str, object], now: datetime, margin: timedelta) -> list[sqlite3.Row]:
    """Whoever rehearses or prepares it meanwhile finds that the action is no longer its own, and drops what it did."""
    return await tx.run(
        f"""
        UPDATE booking_actions SET status = 'cancelled', completed_at = :now, lease_until = NULL
        WHERE periodic_booking_id = :periodic AND date BETWEEN :first AND :last AND {WAITING}
        RETURNING id, user_id, card_message_id, error_kind, failures
        """,  # noqa: S608 - a constant of this file
        within | {"now": stamp(now), "safe": stamp(now + margin)},
    )


async def close_question(tx: Transaction, periodic_id: int, day: date) -> None:
    """Closes the open "shall I book it?" of a date. Classes lie a week apart: near that day there is no other."""
    await tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'skipped', confirmed = 0
        WHERE periodic_booking_id = :periodic AND purpose = 'book' AND outcome IS NULL
            AND julianday(scheduled_for) BETWEEN julianday(:date) - 1 AND julianday(:date) + 2
        """,
        {"periodic": periodic_id, "date": day.isoformat()},
    )

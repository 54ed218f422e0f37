"""Bookings and cancellations that failed without anybody knowing for certain: the next reading of "my bookings" knows.

A site that dies after it has committed, or a worker that is killed again and again, leaves an action that has failed as
far as we can tell. What is then found done is told after all, as if it had been seen at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from errors import AlreadyBooked, AppError, BookingRefused
from model import ActionType, NoticeKind, Wish, clock_time, stamp
from store.connection import Transaction
from store.outbox import add_notice

REFUSALS: list[type[AppError]] = [BookingRefused, *BookingRefused.__subclasses__()]
CERTAIN = {each.__name__ for each in REFUSALS} - {AlreadyBooked.__name__}
"""Errors after which it is known that nothing was done: the site said no, and "my bookings" agreed."""


DAY = timedelta(days=1)  # the site's date may be another than the one in UTC
AFTER_ALL = "found to be done after all"  # as booking_actions.result keeps it
THOUGH_WITHDRAWN = f"{AFTER_ALL}, though withdrawn"


def leaves_doubt(kind: str | None) -> bool:
    """Whether the site may have done it although it failed, by the class of its error; None: it was never tried."""
    return kind is not None and kind not in CERTAIN


async def done_after_all(
    tx: Transaction, kind: ActionType, user_id: int, wish: Wish, now: datetime, booking_id: str
) -> sqlite3.Row | None:
    """Completes, and tells, the failed action that asked for what was now found to be so; None when there is none.

    So it does with one that its person withdrew while nobody knew. Only the last action about a class counts: what was
    asked for and failed before it is settled by it.
    """
    last = await _last_about(tx, user_id, wish)
    if last is None or last["action_type"] != kind or last["status"] == "completed":
        return None
    if not leaves_doubt(last["error_kind"]):
        return None
    row = await tx.row(
        """
        UPDATE booking_actions
        SET status = 'completed', completed_at = :now, result = :result, error = NULL,
            error_kind = NULL, evidence = NULL, booking_id = :booking_id,
            won_choice = CASE action_type WHEN 'book' THEN 0 END
        WHERE id = :id RETURNING *
        """,
        {
            "id": last["id"],
            "now": stamp(now),
            "booking_id": booking_id,
            "result": THOUGH_WITHDRAWN if last["status"] == "cancelled" else AFTER_ALL,
        },
    )
    await add_notice(tx, user_id, NoticeKind.RESULT, action_id=last["id"])
    return row


async def end_doubt(tx: Transaction, user_id: int, read_from: datetime) -> None:
    """What was withdrawn in doubt before "my bookings" were read is settled by them: what is seen later is news."""
    await tx.run(
        """
        UPDATE booking_actions SET error_kind = NULL
        WHERE user_id = :user_id AND date >= :today AND status = 'cancelled' AND error_kind IS NOT NULL
            AND status IN ('completed', 'failed', 'cancelled') AND date IS NOT NULL
            AND action_type IN ('book', 'cancel') AND completed_at <= :read_from
        """,
        {"user_id": user_id, "today": (read_from - DAY).date().isoformat(), "read_from": stamp(read_from)},
    )


async def _last_about(tx: Transaction, user_id: int, wish: Wish) -> sqlite3.Row | None:
    """The newest finished booking or cancellation of a class; one withdrawn before any try was never about anything."""
    rows = await tx.run(
        """
        SELECT * FROM booking_actions INDEXED BY finished_by_class
        WHERE user_id = :user_id AND date = :date AND status IN ('completed', 'failed', 'cancelled')
            AND date IS NOT NULL AND action_type IN ('book', 'cancel')
            AND (status <> 'cancelled' OR error_kind IS NOT NULL) AND coalesce(watch, '') <> 'tell'
        ORDER BY id DESC
        """,
        {"user_id": user_id, "date": wish.day.isoformat()},
    )
    return next((row for row in rows if _wish_of(row).meant_by(wish)), None)


def _wish_of(row: Mapping[str, Any] | sqlite3.Row) -> Wish:
    day, start = date.fromisoformat(row["date"]), clock_time(row["time_slot"])
    return Wish(row["course_name"] or "", row["location"] or "", day, start)

"""Reconciles actions whose outcome is unknown (answer lost, worker killed) with what a sync of "my bookings" shows.

A site that dies after it has committed, or a worker that is killed again and again, leaves an action that has failed as
far as we can tell. What is then found done is told after all, as if it had been seen at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from domain.errors import (
    AppError,
    BookingRefused,
    NothingToCancel,
    OnWaitingList,
    PlaceUnclear,
)
from domain.matching import says_more_of_its_place
from domain.model import ActionType, ClassRef, NoticeKind, clock_time, instant, stamp
from domain.results import AFTER_ALL, FROM_THE_LIST, THOUGH_WITHDRAWN
from domain.unknown_outcome import leaves_unknown_outcome
from domain.waiting_list import UNMARKED
from store.connection import Row, Transaction
from store.outbox import add_notice
from store.row_reading import instant_or_none

DAY = timedelta(days=1)  # the site's date may be another than the one in UTC
RECENT = timedelta(
    hours=1
)  # so long after a failure a place seen in one of its alternatives comes from it, and so long
# after a no whose reason nobody knows the place itself
A_WEEK = timedelta(days=7)  # as far apart as a wish and its alternatives can be: only a week's slots are known
FINISHED = """
    booking_actions.user_id = :user_id AND booking_actions.date IS NOT NULL AND action_type IN ('book', 'cancel')
    AND status IN ('completed', 'failed', 'cancelled') AND (status <> 'cancelled' OR error_kind IS NOT NULL)
    AND coalesce(watch, '') <> 'tell'
"""
ABOUT = f"""
    SELECT *, 0 AS choice FROM booking_actions INDEXED BY finished_by_class
    WHERE {FINISHED} AND booking_actions.date = :date
"""  # noqa: S608 - a constant of this file
ABOUT_ALTERNATIVE = f"""
    SELECT booking_actions.id, action_type, status, error_kind, failures, completed_at, replaces_row_id,
        position AS choice, alternatives.course_name, alternatives.location, alternatives.course_type,
        alternatives.date, alternatives.time_slot
    FROM booking_actions INDEXED BY finished_by_class
    JOIN alternatives ON alternatives.action_id = booking_actions.id AND alternatives.date = :date
    WHERE {FINISHED} AND booking_actions.date BETWEEN :first AND :last AND status <> 'completed'
        AND completed_at > :recent AND action_type = 'book'
"""  # noqa: S608 - a constant of this file


def done_after_all(
    tx: Transaction,
    kind: ActionType,
    user_id: int,
    wish: ClassRef,
    now: datetime,
    booking_id: str,
    won_row_id: int | None = None,
) -> Row | None:
    """Completes, and tells, the failed action that asked for what a sync has found. None when there is none.

    So it does with one that its person withdrew while nobody knew, and with one that ended on the site's waiting list.
    Only the last action about a class counts: what was asked for and failed before it is settled by it.
    """
    last, choice = _last_about(tx, kind, user_id, wish, now)
    if last is None or not _is_in_doubt(last, kind, now):
        return None
    row = tx.row(
        """
        UPDATE booking_actions
        SET status = 'completed', completed_at = :now, result = :result, error = NULL,
            error_kind = NULL, evidence = NULL, booking_id = :booking_id,
            won_choice = CASE action_type WHEN 'book' THEN CAST(:choice AS BIGINT) END, won_row_id = :won_row_id
        WHERE id = :id RETURNING *
        """,
        {
            "id": last["id"],
            "now": stamp(now),
            "booking_id": booking_id,
            "choice": choice,
            "won_row_id": won_row_id,
            "result": _result(last),
        },
    )
    add_notice(tx, user_id, NoticeKind.RESULT, action_id=last["id"])
    return row


def _is_in_doubt(last: Row, kind: ActionType, now: datetime) -> bool:
    """Whether what a sync shows as done can be what that action asked for."""
    if last["action_type"] != kind or last["status"] == "completed":
        return False
    if kind is ActionType.CANCEL and not last["pressed"]:
        return False  # what is gone without our having pressed its button was not given back by us
    unknown = leaves_unknown_outcome(last["error_kind"], last["failures"])
    return _waits_on_list(last) or unknown or _was_refused_lately(last, now)


def _waits_on_list(last: Row) -> bool:
    return (last["status"], last["error_kind"]) == ("failed", OnWaitingList.__name__)


def _was_refused_lately(last: Row, now: datetime) -> bool:
    """Whether a booking met a no without a known reason: an overloaded site says one, and books all the same.

    One that was to take another's place is left out: its person may have booked by hand, and keeps both for now.
    """
    refused = last["status"] == "failed" and last["error_kind"] == BookingRefused.__name__
    at = instant_or_none(last["completed_at"])
    return refused and last["replaces_row_id"] is None and at is not None and now - at < RECENT


def _result(last: Row) -> str:
    if _waits_on_list(last):
        return FROM_THE_LIST
    return THOUGH_WITHDRAWN if last["status"] == "cancelled" else AFTER_ALL


def waited_for(tx: Transaction, user_id: int, now: datetime) -> list[tuple[ClassRef, bool]]:
    """The classes to come for whose waiting list the site was asked, and whether it shows such a place as one."""
    rows = _failed_with(tx, user_id, now, OnWaitingList)
    return [(_wish_of(row), UNMARKED not in (row["error"] or "")) for row in rows]


def _failed_with(tx: Transaction, user_id: int, now: datetime, error: type[AppError]) -> list[Row]:
    """The bookings of classes to come that ended with that error."""
    return tx.run(
        f"""
        SELECT booking_actions.* FROM booking_actions
        WHERE {FINISHED} AND date >= :today AND status = 'failed' AND action_type = 'book' AND error_kind = :kind
        """,  # noqa: S608 - a constant of this file
        {"user_id": user_id, "today": (now - DAY).date().isoformat(), "kind": error.__name__},
    )


def unclear(tx: Transaction, user_id: int, now: datetime) -> list[tuple[ClassRef, datetime | None]]:
    """The classes to come that my bookings listed, and nobody could say whether they were ours; and since when."""
    rows = _failed_with(tx, user_id, now, PlaceUnclear)
    return [(_wish_of(row), instant_or_none(row["completed_at"])) for row in rows]


def withdrawn_with_unknown_outcome(tx: Transaction, user_id: int, now: datetime) -> list[tuple[int, datetime]]:
    """The withdrawn actions with an unknown outcome about classes to come, and when each was withdrawn."""
    rows = tx.run(
        """
        SELECT id, completed_at FROM booking_actions
        WHERE user_id = :user_id AND date >= :today AND status = 'cancelled' AND error_kind IS NOT NULL
            AND status IN ('completed', 'failed', 'cancelled') AND date IS NOT NULL
            AND action_type IN ('book', 'cancel')
        """,
        {"user_id": user_id, "today": (now - DAY).date().isoformat()},
    )
    return [(row["id"], instant(row["completed_at"])) for row in rows if row["completed_at"]]


def reconcile_withdrawn(tx: Transaction, action_ids: Sequence[int]) -> None:
    """Closes withdrawn actions with an unknown outcome, once syncs since then did not show them as done."""
    tx.run(
        """
        UPDATE booking_actions SET error_kind = NULL
        WHERE id IN (SELECT value FROM json_each(:ids)) AND status = 'cancelled'
        """,
        {"ids": json.dumps(action_ids)},
    )


def _last_about(
    tx: Transaction, kind: ActionType, user_id: int, wish: ClassRef, now: datetime
) -> tuple[Row | None, int]:
    """The newest finished booking or cancellation of a class, and as which choice: 0 the wish, 1 the first alternative.

    One withdrawn before any try was never about anything.
    """
    values = {
        "user_id": user_id,
        "date": wish.day.isoformat(),
        "first": (wish.day - A_WEEK).isoformat(),
        "last": (wish.day + A_WEEK).isoformat(),
        "recent": stamp(now - RECENT),
    }
    rows = tx.run(ABOUT, values)
    if kind is ActionType.BOOK:
        rows += tx.run(ABOUT_ALTERNATIVE, values)
    else:  # who found nothing to cancel says nothing of what an earlier one did
        rows = [row for row in rows if row["error_kind"] != NothingToCancel.__name__]
    newest_first = sorted(rows, key=lambda row: int(row["id"]), reverse=True)
    found = next((row for row in newest_first if _wish_of(row).matches(wish)), None)
    if found is None and kind is ActionType.BOOK:
        places = [row["location"] for row in tx.run("SELECT DISTINCT location FROM courses")]
        found = next((row for row in newest_first if says_more_of_its_place(wish, _wish_of(row), places)), None)
    return found, found["choice"] if found else 0


def _wish_of(row: Mapping[str, Any] | Row) -> ClassRef:
    day, start = date.fromisoformat(row["date"]), clock_time(row["time_slot"])
    return ClassRef(row["course_name"] or "", row["location"] or "", day, start, row["course_type"] or "")

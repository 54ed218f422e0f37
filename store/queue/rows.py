"""booking_actions, one row: how it is put in the queue, and how it is read."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from domain.errors import AlreadyQueued
from domain.model import FIT_CENTER, Action, ActionStatus, ActionType, ClassRef, WatchMode, clock_time, instant, stamp
from domain.requests import NewAction
from store.connection import Row, Transaction
from store.queue.choices import insert_alternative
from store.queue.quota import refuse_too_many
from store.row_reading import all_readable, instant_or_none


def to_action(row: Row) -> Action:
    """The action in a row. Raises ValueError for a value that is not known."""
    return Action(
        id=row["id"], type=ActionType(row["action_type"]), user_id=row["user_id"],
        status=ActionStatus(row["status"]), wish=_wish(row), booking_id=row["booking_id"],
        created_at=instant(row["created_at"]), run_at=instant(row["run_at"]),
        opens_at=instant_or_none(row["opens_at"]), started_at=instant_or_none(row["started_at"]),
        completed_at=instant_or_none(row["completed_at"]), result=row["result"], error=row["error"],
        error_kind=row["error_kind"], evidence=row["evidence"], attempts=row["attempts"], failures=row["failures"],
        quiet=bool(row["quiet"]), card_message_id=row["card_message_id"],
        periodic_booking_id=row["periodic_booking_id"], watch=WatchMode(row["watch"]) if row["watch"] else None,
        watch_until=instant_or_none(row["watch_until"]), replaces_row_id=row["replaces_row_id"],
        rehearse_at=instant_or_none(row["rehearse_at"]), rehearsal=row["rehearsal"], won_choice=row["won_choice"],
        why_not_first=row["why_not_first"], crashes=row["crashes"], free_until=instant_or_none(row["free_until"]),
        acting=bool(row["acting"]), gave_up=bool(row["gave_up"]), pressed=bool(row["pressed"]),
        absent_since=instant_or_none(row["absent_since"]), took_back=bool(row["took_back"]),
        names_course=bool(row["course_name"]),
        notice=timedelta(minutes=row["notice_minutes"]) if row["notice_minutes"] else None,
        both_or_none=bool(row["both_or_none"]), joins_list=bool(row["joins_list"]),
    )  # fmt: skip


def _values(new: NewAction, now: datetime) -> dict[str, object]:
    """The values of the row of a new action."""
    wish = new.wish
    return {
        "type": new.type,
        "user_id": new.user_id,
        "location": wish.location if wish else None,
        "course": wish.course if wish else None,
        "course_type": (wish.course_type or None) if wish else None,
        "date": wish.day.isoformat() if wish else None,
        "time": f"{wish.start:%H:%M}" if wish else None,
        "booking_id": new.booking_id,
        "now": stamp(now),
        "run_at": stamp(new.run_at or now),
        "opens_at": _stamp_or_none(new.opens_at),
        "quiet": new.quiet,
        "card": new.card_message_id,
        "periodic": new.periodic_booking_id,
        "watch": new.watch,
        "watch_until": _stamp_or_none(new.watch_until),
        "replaces": new.replaces_row_id,
        "rehearse_at": _stamp_or_none(new.rehearse_at),
        "free_until": _stamp_or_none(new.free_until),
        "pressed": new.pressed,
        "notice": _minutes_or_none(new.notice),
        "both_or_none": new.both_or_none,
        "joins_list": new.joins_list,
    }


def enqueue(tx: Transaction, new: NewAction, now: datetime, *, makes_good: bool = False) -> Action:
    """Puts an action in the queue. Raises AlreadyQueued with the ticket of the live action that is about the same.

    Raises TooManyWaiting for a booking when as many of the person's wait as may; never for one that `makes_good` what
    another action of theirs, just ended, has lost.
    """
    live = live_like(tx, new)
    if live is not None:
        raise AlreadyQueued(live)
    if new.type is ActionType.BOOK and not makes_good:
        refuse_too_many(tx, new.user_id)
    row = tx.row(
        """
        INSERT INTO booking_actions (action_type, user_id, location, course_name, course_type, date, time_slot,
            booking_id,
            created_at, run_at, opens_at, quiet, card_message_id, periodic_booking_id,
            watch, watch_until, replaces_row_id, rehearse_at, free_until, pressed, notice_minutes,
            both_or_none, joins_list)
        VALUES (:type, :user_id, :location, :course, :course_type, :date, :time, :booking_id,
            :now, :run_at, :opens_at, :quiet, :card, :periodic,
            :watch, :watch_until, :replaces, :rehearse_at, :free_until, :pressed, :notice,
            :both_or_none, :joins_list)
        RETURNING *
        """,
        _values(new, now),
    )
    if row is None:
        raise RuntimeError("INSERT ... RETURNING returned no row")
    for position, other in enumerate(new.alternatives, start=1):
        insert_alternative(tx, row["id"], position, other)
    return to_action(row)


def read_soon(
    tx: Transaction,
    user_id: int,
    now: datetime,
    pause: timedelta = timedelta(0),
    kind: ActionType = ActionType.CHECK,
) -> None:
    """Queues a quiet sync of the person's bookings (or a refresh), unless one is pending: that one starts no later."""
    new = NewAction(kind, user_id, quiet=True, run_at=now + pause)
    live = live_like(tx, new)
    if live is None:
        enqueue(tx, new, now)
    else:
        tx.run(
            "UPDATE booking_actions SET run_at = min(run_at, :run_at) WHERE id = :id AND status = 'pending'",
            {"id": live, "run_at": stamp(now + pause)},
        )


def _stamp_or_none(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None


def _minutes_or_none(length: timedelta | None) -> int | None:
    return round(length / timedelta(minutes=1)) if length else None


def name_its_class(tx: Transaction, action: Action, wish: ClassRef) -> None:
    """Fills in the class of an action that was put in by hand with some of its columns empty."""
    tx.run(
        """
        UPDATE booking_actions
        SET course_name = coalesce(nullif(course_name, ''), :course),
            location = coalesce(nullif(location, ''), :location), course_type = coalesce(course_type, :course_type),
            date = coalesce(date, :date), time_slot = coalesce(time_slot, :time)
        WHERE id = :id
        """,
        {
            "id": action.id,
            "course": wish.course,
            "location": wish.location,
            "course_type": wish.course_type or None,
            "date": wish.day.isoformat(),
            "time": f"{wish.start:%H:%M}",
        },
    )


def live_of(tx: Transaction, user_id: int) -> list[Action]:
    """A person's bookings and cancellations that are not finished, the soonest class first."""
    rows = tx.run(
        """
        SELECT * FROM booking_actions
        WHERE user_id = :user_id AND status IN ('pending', 'processing') AND action_type IN ('book', 'cancel')
        ORDER BY date NULLS FIRST, time_slot NULLS FIRST, id
        """,
        {"user_id": user_id},
    )
    return all_readable(to_action, rows)


def live_like(tx: Transaction, new: NewAction) -> int | None:
    """The id of the live action about the same class, or of the same type when it is about no class."""
    if new.wish is None:
        query, day = "action_type = :type AND date IS NULL", None
    else:
        query, day = "date = :date", new.wish.day.isoformat()
    rows = tx.run(
        f"SELECT * FROM booking_actions WHERE user_id = :user_id AND status IN ('pending', 'processing') AND {query}",  # noqa: S608
        {"user_id": new.user_id, "type": new.type, "date": day},
    )
    if new.wish is None:
        return rows[0]["id"] if rows else None
    same = (each for each in all_readable(to_action, rows) if each.wish is not None and each.wish.matches(new.wish))
    return next((each.id for each in same), None)


def _wish(row: Row) -> ClassRef | None:
    """The class that a row is about; None when it does not say a day and an hour. Raises ValueError for odd ones."""
    day = date.fromisoformat(row["date"]) if row["date"] else None
    start = clock_time(row["time_slot"]) if row["time_slot"] else None
    if day is None or start is None:
        return None
    return ClassRef(row["course_name"] or FIT_CENTER, row["location"] or "", day, start, row["course_type"] or "")

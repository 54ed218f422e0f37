"""user_bookings, as readings of "my bookings" change them: what one reading proves, and what only a second one may."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.model import (
    BETWEEN_READINGS,
    ActionType,
    Booking,
    BookingStatus,
    ClassRef,
    HeldBooking,
    NoticeKind,
    stamp,
    starts_at,
)
from domain.readings import Before
from domain.results import TOLD_AS_LOST
from store.bookings import LIVE, held_rows_of, mark_confirmed, set_status, to_held
from store.connection import Connection, Row, Transaction, in_snapshot
from store.outbox import add_notice
from store.queue.moved import follow_moved
from store.queue.reconciliation import done_after_all, unclear, waited_for, withdrawn_with_unknown_outcome
from store.queue.rows import to_action
from store.row_reading import all_readable, readable

UNCLEAR_FOR = timedelta(minutes=2)  # so long an unclear place is read again soon, for a slow server; then each hour
CLOCKS_DIFFER = timedelta(minutes=2)  # the site's, by which a class begins, and ours


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync changed."""

    done_after_all: list[Row]  # the actions that had failed as far as we knew, and were done
    look_again: bool  # it differs from what we knew, and one reading is no proof


class Readings:
    """What is known before a sync of "my bookings" starts."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @in_snapshot
    def before(self, tx: Transaction, user_id: int, now: datetime) -> Before:
        """What is known of the person's bookings now: to be read before the site is asked."""
        return before_reading(tx, user_id, now)


def _knew(before: Before, row: Row) -> bool:
    """Whether nothing changed about a row since the reading began."""
    return before.rows.get(row["id"]) == _state(row)


def _state(row: Row) -> str:
    return f"{row['status']} {row['updated_at']}"


def before_reading(tx: Transaction, user_id: int, now: datetime) -> Before:
    """What is known of the person's bookings now: to be read before the site is asked."""
    rows = tx.run("SELECT * FROM user_bookings WHERE user_id = :user_id", {"user_id": user_id})
    held = [each for each in all_readable(to_held, rows) if each.status is BookingStatus.CONFIRMED]
    missing = (each for each in held if each.missing_since and each.missing_since <= now - BETWEEN_READINGS)
    withdrawn = withdrawn_with_unknown_outcome(tx, user_id, now)
    waits, doubts = waited_for(tx, user_id, now), unclear(tx, user_id, now)
    return Before(
        began_at=now,
        rows={row["id"]: _state(row) for row in rows},
        held=tuple(each.booking.ref for each in held),
        waited_for=tuple(class_ref for class_ref, _ in waits),
        unmarked=tuple(class_ref for class_ref, is_marked in waits if not is_marked),
        long_missing=tuple(each.booking.ref for each in missing),
        withdrawn=tuple(number for number, at in withdrawn if at <= now - BETWEEN_READINGS),
        withdrawn_lately=any(now - BETWEEN_READINGS < at <= now for _, at in withdrawn),
        unclear=tuple(class_ref for class_ref, _ in doubts),
        unclear_lately=tuple(class_ref for class_ref, at in doubts if at and now - UNCLEAR_FOR < at <= now),
    )


def sync(
    tx: Transaction,
    user_id: int,
    bookings: Sequence[Booking],
    before: Before,
    zone: ZoneInfo,
    now: datetime,
    *,
    in_page: bool,
    kept: Sequence[ClassRef] = (),
) -> Synced:
    """Changes user_bookings to what the site showed, as far as one reading can prove it.

    `in_page`: it was read in the browser. `kept`: what the list lacks, and the timetable shows as ours: it is no loss.
    What changed after the reading began stays as it is.
    """
    seen = [_seen(tx, user_id, booking, before, now) for booking in bookings]
    rows = tx.run(f"SELECT * FROM user_bookings WHERE user_id = :user_id AND {LIVE}", {"user_id": user_id})  # noqa: S608
    missed = []
    for row in rows:
        held = readable(to_held, row)
        if held is None or not _knew(before, row) or _is_shown(held.booking, bookings, kept):
            continue
        missed.append(_not_seen(tx, held, before, zone, now, in_page=in_page))
    unclear_yet = any(not any(wish.matches(each.ref) for each in bookings) for wish in before.unclear_lately)
    unproved = before.withdrawn_lately or unclear_yet or any(again for _, again in seen) or any(missed)
    return Synced([row for done, _ in seen for row in done], unproved)


def _is_shown(known: Booking, bookings: Sequence[Booking], kept: Sequence[ClassRef]) -> bool:
    return any(known.ref.matches(each) for each in (*(booking.ref for booking in bookings), *kept))


def _seen(tx: Transaction, user_id: int, booking: Booking, before: Before, now: datetime) -> tuple[list[Row], bool]:
    """Stores a booking that the site showed: the actions it completes, and whether a second reading is needed."""
    rows = held_rows_of(tx, user_id, booking.ref)
    if not all(_knew(before, row) for _, row in rows):
        return [], False
    status = rows[-1][0].status if rows else None
    if status is BookingStatus.CANCELLED and rows[-1][0].updated_at > before.began_at - BETWEEN_READINGS:
        return [], True  # one of the site's servers may not know yet that it was cancelled
    known = any(held.status is BookingStatus.CONFIRMED for held, _ in rows)
    row_id = mark_confirmed(tx, user_id, booking, now)
    if known:
        return [], False
    done = done_after_all(tx, ActionType.BOOK, user_id, booking.ref, now, booking.booking_id, row_id)
    if done is None and status in TOLD_AS_LOST and not _is_being_booked(tx, rows[-1][0]):
        add_notice(tx, user_id, NoticeKind.BACK, booking_row_id=rows[-1][0].id)
    return ([done] if done else []), False


def _is_being_booked(tx: Transaction, held: HeldBooking) -> bool:
    """Whether a worker is booking it anew: then that worker tells, and nothing has come back by itself."""
    rows = tx.run(
        "SELECT * FROM booking_actions WHERE user_id = :user_id AND action_type = 'book' AND status = 'processing'",
        {"user_id": held.user_id},
    )
    return any(action.is_about(held) for action in all_readable(to_action, rows))


def _not_seen(
    tx: Transaction, held: HeldBooking, before: Before, zone: ZoneInfo, now: datetime, *, in_page: bool
) -> bool:
    """Handles a known booking that the site did not show. Returns whether a second reading is needed.

    A loss is believed, and told, only after two readings BETWEEN_READINGS apart, the second in the browser. A class
    leaves the site's page when it begins: that is not a loss.
    """
    if held.booking.day < now.astimezone(zone).date():
        set_status(tx, held.id, BookingStatus.PAST, now)
        return False
    begun = starts_at(held.booking.day, held.booking.start, zone) <= now + CLOCKS_DIFFER
    if begun or _is_being_cancelled(tx, held):
        return False
    since = held.missing_since
    if since is None or since > before.began_at:  # the latter: the clock was set back since
        tx.run(
            "UPDATE user_bookings SET missing_since = :began WHERE id = :id",
            {"began": stamp(before.began_at), "id": held.id},
        )
        return True
    if before.began_at - since < BETWEEN_READINGS:
        return True
    if in_page:
        _vanished(tx, held, now)
    return False


def _is_being_cancelled(tx: Transaction, held: HeldBooking) -> bool:
    """Whether a worker is cancelling the booking, or has tried: then that worker tells what became of it."""
    rows = tx.run(
        """
        SELECT * FROM booking_actions INDEXED BY live_actions
        WHERE user_id = :user_id AND action_type = 'cancel' AND status IN ('pending', 'processing')
            AND (status = 'processing' OR pressed = 1 OR absent_since IS NOT NULL)
        """,
        {"user_id": held.user_id},
    )
    return any(action.is_about(held) for action in all_readable(to_action, rows))


def _vanished(tx: Transaction, held: HeldBooking, now: datetime) -> None:
    if done_after_all(tx, ActionType.CANCEL, held.user_id, held.booking.ref, now, held.booking_id):
        set_status(tx, held.id, BookingStatus.CANCELLED, now)
        return
    if follow_moved(tx, held, now):
        return
    set_status(tx, held.id, BookingStatus.GONE, now)
    add_notice(tx, held.user_id, NoticeKind.GONE, booking_row_id=held.id)

"""user_bookings: the places people hold, as last read from the site."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.model import (
    BETWEEN_READINGS,
    FIT_CENTER,
    ActionType,
    Booking,
    BookingStatus,
    ClassRef,
    HeldBooking,
    NoticeKind,
    clock_time,
    instant,
    stamp,
    starts_at,
)
from domain.results import TOLD_AS_LOST
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.outbox import add_notice
from store.queue.reconciliation import done_after_all, withdrawn_in_doubt
from store.queue.rows import to_action
from store.reading import all_readable, instant_or_none, readable

CLOCKS_DIFFER = timedelta(minutes=2)  # the site's, by which a class begins, and ours
LIVE = "status NOT IN ('cancelled', 'gone', 'past')"


@dataclass(frozen=True, slots=True)
class Before:
    """What was known of a person's bookings when a reading of them began. The reading says nothing about later changes.

    Rows are compared with what they were, not by time: a clock that was set back meanwhile changes nothing.
    """

    began_at: datetime
    rows: Mapping[int, str]  # the state of each row, as `_state` tells it
    held: tuple[ClassRef, ...]
    long_missing: tuple[ClassRef, ...]  # what a reading at least BETWEEN_READINGS ago did not show
    in_doubt: tuple[int, ...]  # the actions withdrawn, BETWEEN_READINGS ago, though the site may have done them
    doubt_is_new: bool  # others were withdrawn so since: one reading does not settle them

    def knew(self, row: sqlite3.Row) -> bool:
        """Whether nothing changed about a row since the reading began."""
        return self.rows.get(row["id"]) == _state(row)


@dataclass(frozen=True, slots=True)
class Synced:
    """What a reading came to."""

    done_after_all: list[sqlite3.Row]  # the actions that had failed as far as we knew, and were done
    look_again: bool  # it differs from what we knew, and one reading is no proof


def _state(row: sqlite3.Row) -> str:
    return f"{row['status']} {row['updated_at']}"


def before_reading(tx: Transaction, user_id: int, now: datetime) -> Before:
    """To be asked for before the site is."""
    rows = tx.run("SELECT * FROM user_bookings WHERE user_id = :user_id", {"user_id": user_id})
    held = [each for each in all_readable(to_held, rows) if each.status is BookingStatus.CONFIRMED]
    missing = (each for each in held if each.missing_since and each.missing_since <= now - BETWEEN_READINGS)
    withdrawn = withdrawn_in_doubt(tx, user_id, now)
    return Before(
        began_at=now,
        rows={row["id"]: _state(row) for row in rows},
        held=tuple(each.booking.ref for each in held),
        long_missing=tuple(each.booking.ref for each in missing),
        in_doubt=tuple(number for number, at in withdrawn if at <= now - BETWEEN_READINGS),
        doubt_is_new=any(now - BETWEEN_READINGS < at <= now for _, at in withdrawn),
    )


def to_held(row: sqlite3.Row) -> HeldBooking:
    booking = Booking(
        course=row["course_name"] or FIT_CENTER,
        location=row["location"] or "",
        day=date.fromisoformat(row["booking_date"]),
        start=clock_time(row["booking_time"]),
        minutes=row["minutes"],
        course_type=row["course_type"] or "",
    )
    known = row["status"] in set(BookingStatus)
    return HeldBooking(
        id=row["id"],
        user_id=row["user_id"],
        booking=booking,
        booking_id=row["booking_id"] or booking.booking_id,
        status=BookingStatus(row["status"]) if known else BookingStatus.CONFIRMED,
        updated_at=instant(row["updated_at"]),
        missing_since=instant_or_none(row["missing_since"]),
        calendar_id=row["calendar_id"] or row["booking_id"] or booking.booking_id,
        sequence=row["sequence"],
    )


def _rows_of(tx: Transaction, user_id: int, wish: ClassRef) -> list[HeldBooking]:
    return [held for held, _ in _held_rows_of(tx, user_id, wish)]


def _held_rows_of(tx: Transaction, user_id: int, wish: ClassRef) -> list[tuple[HeldBooking, sqlite3.Row]]:
    """The rows about a class, the oldest first: as they are read, and as they are stored."""
    rows = tx.run(
        "SELECT * FROM user_bookings WHERE user_id = :user_id AND booking_date = :date ORDER BY id",
        {"user_id": user_id, "date": wish.day.isoformat()},
    )
    read = [(readable(to_held, row), row) for row in rows]
    return [(held, row) for held, row in read if held is not None and held.booking.ref.matches(wish)]


def is_held(tx: Transaction, user_id: int, wish: ClassRef) -> bool:
    """Whether the person holds what is meant, as far as we know."""
    return any(held.status is BookingStatus.CONFIRMED for held in _rows_of(tx, user_id, wish))


def find_held(tx: Transaction, row_id: int, user_id: int) -> HeldBooking | None:
    """A person's own booking by its row, inside a transaction."""
    row = tx.row(
        "SELECT * FROM user_bookings WHERE id = :id AND user_id = :user_id", {"id": row_id, "user_id": user_id}
    )
    return readable(to_held, row)


def mark_confirmed(tx: Transaction, user_id: int, booking: Booking, now: datetime) -> int:
    """Writes that a booking was seen on the site, in a new row or the row that already meant it: the row's id."""
    values = {
        "user_id": user_id,
        "booking_id": booking.booking_id,
        "course": booking.course,
        "location": booking.location,
        "course_type": booking.course_type or None,
        "date": booking.day.isoformat(),
        "time": f"{booking.start:%H:%M}",
        "minutes": booking.minutes,
        "now": stamp(now),
    }
    found = _rows_of(tx, user_id, booking.ref)
    if found:
        tx.run(
            """
            UPDATE user_bookings SET booking_id = :booking_id, course_name = :course, location = :location,
                course_type = coalesce(:course_type, course_type),
                minutes = coalesce(:minutes, minutes), status = 'confirmed', updated_at = :now, missing_since = NULL,
                calendar_id = coalesce(calendar_id, nullif(booking_id, '')),
                sequence = sequence + (status IN ('cancelled', 'gone') OR booking_id <> :booking_id),
                reminded_at = CASE WHEN status NOT IN ('cancelled', 'gone', 'past') THEN reminded_at END,
                kept_at = CASE WHEN status NOT IN ('cancelled', 'gone', 'past') THEN kept_at END
            WHERE id = :id
            """,
            values | {"id": found[-1].id},
        )
        return found[-1].id
    [row] = tx.run(
        """
        INSERT INTO user_bookings (user_id, booking_id, course_name, location, course_type, booking_date,
            booking_time, status, created_at, updated_at, minutes, sequence)
        SELECT :user_id, :booking_id, :course, :location, :course_type, :date,
            :time, 'confirmed', :now, :now, :minutes, coalesce(max(sequence) + 1, 0)
        FROM user_bookings  -- of the same hour in another kind of class: in calendars it has the same name
        WHERE user_id = :user_id AND booking_date = :date AND coalesce(calendar_id, booking_id) = :booking_id
        RETURNING id
        """,
        values,
    )
    return int(row["id"])


def keep_what_is_booked_anew(tx: Transaction, user_id: int, booking: Booking) -> None:
    """What a person lost or gave back and has booked again is theirs: no open question gives it back for silence."""
    tx.run(
        """
        UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
        WHERE purpose = 'keep' AND outcome IS NULL AND booking_row_id IN (
            SELECT id FROM user_bookings
            WHERE user_id = :user_id AND booking_date = :date AND booking_id = :booking_id
                AND status IN ('cancelled', 'gone')
        )
        """,
        {"user_id": user_id, "date": booking.day.isoformat(), "booking_id": booking.booking_id},
    )


def mark_cancelled(tx: Transaction, user_id: int, wish: ClassRef, now: datetime) -> None:
    """Writes that a booking was cancelled by us and read back as gone."""
    for held in _rows_of(tx, user_id, wish):
        _set_status(tx, held.id, BookingStatus.CANCELLED, now)


def sync(
    tx: Transaction,
    user_id: int,
    bookings: Sequence[Booking],
    before: Before,
    zone: ZoneInfo,
    now: datetime,
    *,
    in_page: bool,
) -> Synced:
    """Makes the rows what a reading of the site showed, as far as one reading can prove it.

    `in_page`: it was read in the browser. What changed after the reading began stays as it is.
    """
    seen = [_seen(tx, user_id, booking, before, now) for booking in bookings]
    rows = tx.run(f"SELECT * FROM user_bookings WHERE user_id = :user_id AND {LIVE}", {"user_id": user_id})  # noqa: S608
    missed = []
    for row in rows:
        held = readable(to_held, row)
        if held is None or not before.knew(row) or any(held.booking.ref.matches(each.ref) for each in bookings):
            continue
        missed.append(_not_seen(tx, held, before, zone, now, in_page=in_page))
    unproved = before.doubt_is_new or any(again for _, again in seen) or any(missed)
    return Synced([row for done, _ in seen for row in done], unproved)


def _seen(
    tx: Transaction, user_id: int, booking: Booking, before: Before, now: datetime
) -> tuple[list[sqlite3.Row], bool]:
    """Writes a booking that a reading showed: what that completes, and whether to look again before it is believed."""
    rows = _held_rows_of(tx, user_id, booking.ref)
    if not all(before.knew(row) for _, row in rows):
        return [], False
    status = rows[-1][0].status if rows else None
    if status is BookingStatus.CANCELLED and rows[-1][0].updated_at > before.began_at - BETWEEN_READINGS:
        return [], True  # one of the site's servers may not know yet that it was cancelled
    known = any(held.status is BookingStatus.CONFIRMED for held, _ in rows)
    row_id = mark_confirmed(tx, user_id, booking, now)
    if known:
        return [], False
    done = done_after_all(tx, ActionType.BOOK, user_id, booking.ref, now, booking.booking_id, row_id)
    if done is None and status in TOLD_AS_LOST:
        add_notice(tx, user_id, NoticeKind.BACK, booking_row_id=rows[-1][0].id)
    return ([done] if done else []), False


def _not_seen(
    tx: Transaction, held: HeldBooking, before: Before, zone: ZoneInfo, now: datetime, *, in_page: bool
) -> bool:
    """Deals with a booking that a reading did not show; whether to look again soon.

    A loss is believed, and told, only after two readings BETWEEN_READINGS apart, the second in the browser. A class
    leaves the site's page when it begins: that is not a loss.
    """
    if held.booking.day < now.astimezone(zone).date():
        _set_status(tx, held.id, BookingStatus.PAST, now)
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
    """Whether a worker cancels a booking, or has tried, or looks for it once more: what it finds is told by it."""
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
        _set_status(tx, held.id, BookingStatus.CANCELLED, now)
        return
    _set_status(tx, held.id, BookingStatus.GONE, now)
    add_notice(tx, held.user_id, NoticeKind.GONE, booking_row_id=held.id)


def _set_status(tx: Transaction, row_id: int, status: BookingStatus, now: datetime) -> None:
    tx.run(
        """
        UPDATE user_bookings SET status = :status, updated_at = :now, missing_since = NULL,
            sequence = sequence + (:status IN ('cancelled', 'gone') AND status NOT IN ('cancelled', 'gone'))
        WHERE id = :id
        """,
        {"status": status, "now": stamp(now), "id": row_id},
    )
    if status in TOLD_AS_LOST:
        _edit_what_told_it(tx, row_id)


def _edit_what_told_it(tx: Transaction, row_id: int) -> None:
    """The messages that say "booked" of a booking are edited: they must not go on saying so, nor keep their buttons."""
    rows = tx.run(
        """
        SELECT id, user_id, card_message_id FROM booking_actions
        WHERE won_row_id = :id AND card_message_id IS NOT NULL
        """,
        {"id": row_id},
    )
    for row in rows:
        card = row["card_message_id"]
        add_notice(tx, row["user_id"], NoticeKind.CARD, action_id=row["id"], message_id=card)


class Bookings:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    @in_snapshot
    def before(self, tx: Transaction, user_id: int, now: datetime) -> Before:
        """What is known of a person's bookings, to be asked for before they are read from the site."""
        return before_reading(tx, user_id, now)

    async def held(self, user_id: int, since: date) -> list[HeldBooking]:
        """What a person holds from that day on, the soonest first."""
        rows = await self._db.rows(
            f"""
            SELECT * FROM user_bookings WHERE user_id = :user_id AND booking_date >= :since AND {LIVE}
            ORDER BY booking_date, booking_time, id
            """,  # noqa: S608 - a constant of this file
            {"user_id": user_id, "since": since.isoformat()},
        )
        return all_readable(to_held, rows)

    async def find(self, row_id: int, user_id: int) -> HeldBooking | None:
        """A person's own booking by its row; None when it is not theirs."""
        row = await self._db.row(
            "SELECT * FROM user_bookings WHERE id = :id AND user_id = :user_id", {"id": row_id, "user_id": user_id}
        )
        return readable(to_held, row)

    async def by_booking_id(self, booking_id: str, user_id: int, wish: ClassRef | None = None) -> HeldBooking | None:
        """A person's own booking by its booking_id, or by its row's id as somebody may type it by hand.

        Of several with that booking_id, for it does not tell the kind of class, the newest that is the `wish`.
        """
        found = await self.named(booking_id, user_id)
        meant = (held for held in found if wish is not None and held.booking.ref.matches(wish))
        return next(meant, found[0] if found else None)

    async def named(self, booking_id: str, user_id: int) -> list[HeldBooking]:
        """A person's bookings of that name, of whatever kind of class and however they stand; the newest first."""
        rows = await self._db.rows(
            """
            SELECT * FROM user_bookings
            WHERE user_id = :user_id AND :booking_id IN (booking_id, calendar_id, CAST(id AS TEXT))
            ORDER BY booking_id = :booking_id DESC, id DESC
            """,
            {"booking_id": booking_id, "user_id": user_id},
        )
        return all_readable(to_held, rows)

    async def due_reminders(self, first: date, last: date, told: datetime) -> list[HeldBooking]:
        """What is held on those days and was not reminded of, the soonest first, of people who may use the bot.

        Left out: what is being given back, what its owner was asked about by a periodic booking, and what was booked,
        and told, since `told`.
        """
        rows = await self._db.rows(
            """
            SELECT user_bookings.* FROM user_bookings
            JOIN accounts ON accounts.user_id = user_bookings.user_id AND accounts.active = 1
            WHERE booking_date BETWEEN :first AND :last AND reminded_at IS NULL AND kept_at IS NULL
                AND status NOT IN ('cancelled', 'gone', 'past')
                AND NOT EXISTS (
                    SELECT 1 FROM pending_confirmations WHERE booking_row_id = user_bookings.id AND purpose = 'keep'
                )
                AND NOT EXISTS (
                    SELECT 1 FROM booking_actions AS made
                    WHERE made.won_row_id = user_bookings.id AND made.completed_at > :told
                )
            ORDER BY booking_date, booking_time, user_bookings.id
            """,
            {"first": first.isoformat(), "last": last.isoformat(), "told": stamp(told)},
        )
        cancelling = await self._db.rows(
            "SELECT * FROM booking_actions WHERE status IN ('pending', 'processing') AND action_type = 'cancel'"
        )
        actions = all_readable(to_action, cancelling) if rows else []
        return [
            held
            for held in all_readable(to_held, rows)
            if not any(action.user_id == held.user_id and action.is_about(held) for action in actions)
        ]

    @in_transaction
    def remind(self, tx: Transaction, held: HeldBooking, now: datetime) -> bool:
        """Puts the reminder of a booking in the outbox, once. False when it was there before."""
        rows = tx.run(
            "UPDATE user_bookings SET reminded_at = :now WHERE id = :id AND reminded_at IS NULL RETURNING id",
            {"now": stamp(now), "id": held.id},
        )
        if rows:
            add_notice(tx, held.user_id, NoticeKind.REMINDER, booking_row_id=held.id)
        return bool(rows)

    @in_transaction
    def keep(self, tx: Transaction, row_id: int, user_id: int, now: datetime) -> None:
        """Notes that a person goes: what they hold is not asked about any more, and not given back for silence."""
        values = {"now": stamp(now), "id": row_id, "user_id": user_id}
        tx.run("UPDATE user_bookings SET kept_at = :now WHERE id = :id AND user_id = :user_id", values)
        tx.run(
            """
            UPDATE pending_confirmations SET outcome = 'confirmed', confirmed = 1
            WHERE booking_row_id = :id AND user_id = :user_id AND purpose = 'keep' AND outcome IS NULL
            """,
            values,
        )

    async def last_read(self, user_id: int) -> datetime | None:
        """When "my bookings" were last read from the site for this person."""
        row = await self._db.row(
            """
            SELECT max(completed_at) FROM booking_actions
            WHERE user_id = :user_id AND action_type = 'check' AND status = 'completed'
                AND action_type IN ('check', 'refresh')
            """,
            {"user_id": user_id},
        )
        return instant(row[0]) if row and row[0] else None

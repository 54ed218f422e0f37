"""The reminders of what is held: which are due, and that each is told once."""

from __future__ import annotations

from datetime import date, datetime

from domain.model import Clock, HeldBooking, NoticeKind, stamp
from store.bookings import to_held
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.rows import to_action
from store.row_reading import all_readable


class Reminders:
    """The reminders of places that are held."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def due(self, first: date, last: date, told: datetime) -> list[HeldBooking]:
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

"""booking_actions, as the bot and the executor use it: actions are added, looked up and withdrawn.

States and transitions: schema.sql.
"""

from __future__ import annotations

from domain.model import Action, ActionType, Clock, NoticeKind, stamp
from domain.requests import NewAction
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.outbox import add_notice
from store.queue.on_lists import on_lists_of
from store.queue.pairs import follow_up
from store.queue.rows import enqueue, live_of, read_soon, to_action
from store.queue.withdrawing import withdraw
from store.queue.won import with_what_they_got
from store.row_reading import all_readable, readable


class Requests:
    """Actions that people, or the executor for them, ask the workers to do."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def add(self, tx: Transaction, new: NewAction) -> Action:
        """Adds an action to the queue. Raises AlreadyQueued with the live action that is about the same."""
        return enqueue(tx, new, self._clock())

    @in_snapshot
    def find(self, tx: Transaction, action_id: int, user_id: int | None = None) -> Action | None:
        """The action and the class it booked. With user_id, None when it is another person's."""
        rows = tx.run(
            "SELECT * FROM booking_actions WHERE id = :id AND (CAST(:user_id AS BIGINT) IS NULL OR user_id = :user_id)",
            {"id": action_id, "user_id": user_id},
        )
        found = with_what_they_got(tx, all_readable(to_action, rows))
        return found[0] if found else None

    @in_snapshot
    def latest(self, tx: Transaction, user_id: int, limit: int, offset: int = 0, *, after: int = 0) -> list[Action]:
        """The person's actions and the classes they booked, the newest first, without routine work.

        `after`: only those that are younger than the action of that id.
        """
        rows = tx.run(
            """
            SELECT * FROM booking_actions WHERE user_id = :user_id AND quiet = 0 AND id > :after
            ORDER BY id DESC LIMIT :limit OFFSET :offset
            """,
            {"user_id": user_id, "limit": limit, "offset": offset, "after": after},
        )
        return with_what_they_got(tx, all_readable(to_action, rows))

    @in_snapshot
    def live(self, tx: Transaction, user_id: int) -> list[Action]:
        """A person's bookings and cancellations that are not finished, the soonest class first."""
        return live_of(tx, user_id)

    @in_snapshot
    def on_lists(self, tx: Transaction, user_id: int) -> list[Action]:
        """A person's requests that ended on the site's waiting list, and that nothing has settled since."""
        return on_lists_of(tx, user_id, self._clock())

    async def live_routine(self, kind: ActionType, user_id: int) -> Action | None:
        """A person's check or refresh that is not finished; there is at most one of each."""
        row = await self._db.row(
            """
            SELECT * FROM booking_actions
            WHERE user_id = :user_id AND action_type = :type AND action_type IN ('check', 'refresh')
                AND status IN ('pending', 'processing')
            """,
            {"user_id": user_id, "type": kind},
        )
        return readable(to_action, row)

    async def newest_routine(self, kind: ActionType, user_id: int) -> Action | None:
        """A person's latest check or refresh, finished or not."""
        row = await self._db.row(
            """
            SELECT * FROM booking_actions
            WHERE user_id = :user_id AND action_type = :type AND action_type IN ('check', 'refresh')
            ORDER BY created_at DESC, id DESC LIMIT 1
            """,
            {"user_id": user_id, "type": kind},
        )
        return readable(to_action, row)

    @in_transaction
    def withdraw(self, tx: Transaction, action_id: int, user_id: int, shown_on: int | None = None) -> Action | None:
        """Withdraws the person's action before it acts, also while a worker prepares it for its opening.

        What waits for another try after one whose answer was lost may have been done: that is read next, and told.
        None when it is not theirs or not waiting any more. `shown_on`: the message that shows the withdrawal; the
        action's card is edited when it is another.
        """
        now = self._clock()  # not before we have the lock: it may be too late by then
        row = withdraw(tx, action_id, user_id, now)
        if row is not None:
            follow_up(tx, [user_id], now)
            if row["card_message_id"] not in (None, shown_on):
                add_notice(tx, user_id, NoticeKind.PROGRESS, action_id=action_id)
        return readable(to_action, row)

    async def set_card(self, action_id: int, message_id: int) -> None:
        """Remembers which message in the chat shows the action."""
        await self._db.write(
            "UPDATE booking_actions SET card_message_id = :message_id WHERE id = :id",
            {"message_id": message_id, "id": action_id},
        )

    async def adopt(self, action_id: int, user_id: int, message_id: int) -> Action | None:
        """Makes a live check or refresh, though quiet, start now and tell its result on that message.

        None when it is not the person's, or has ended meanwhile.
        """
        rows = await self._db.write(
            """
            UPDATE booking_actions SET quiet = 0, card_message_id = :message_id, run_at = min(run_at, :now)
            WHERE id = :id AND user_id = :user_id AND action_type IN ('check', 'refresh')
                AND status IN ('pending', 'processing')
            RETURNING *
            """,
            {"message_id": message_id, "id": action_id, "user_id": user_id, "now": stamp(self._clock())},
        )
        return readable(to_action, rows[0] if rows else None)

    @in_transaction
    def read_bookings_soon(self, tx: Transaction, user_id: int) -> None:
        """Queues a quiet sync of the person's bookings, unless one is pending."""
        read_soon(tx, user_id, self._clock())

"""open_pages: messages in the chats that show a list of places, and are edited when the timetable was read again."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.model import Clock, NoticeKind, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice
from store.queue.quiet_readings import is_under_way

WATCHED_FOR = timedelta(minutes=30)  # after it was last shown nobody looks at a page any more: it stays as it is
TELL_OPEN_PAGES = """
    INSERT INTO notices (user_id, kind, message_id, created_at)
    SELECT user_id, 'page', message_id, :now FROM open_pages
    WHERE shown_at > :since AND user_id IN (SELECT user_id FROM accounts WHERE active = 1)
        AND NOT EXISTS (
            SELECT 1 FROM notices INDEXED BY unsent_notices
            WHERE notices.user_id = open_pages.user_id AND sent_at IS NULL
                AND kind = 'page' AND notices.message_id = open_pages.message_id
        )
"""


class OpenPages:
    """Which page a message shows."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def keep(self, tx: Transaction, user_id: int, message_id: int, page: str, *, waits: bool) -> None:
        """Notes that the message shows that page, as the callback data that leads to it.

        `waits`: it says that a reading is under way. One that ended while the page was on its way to the chat has not
        edited it: it is edited now.
        """
        now = self._clock()
        tx.run(
            """
            INSERT INTO open_pages (user_id, message_id, page, shown_at) VALUES (:user_id, :message_id, :page, :now)
            ON CONFLICT (user_id, message_id) DO UPDATE SET page = excluded.page, shown_at = excluded.shown_at
            """,
            {"user_id": user_id, "message_id": message_id, "page": page, "now": stamp(now)},
        )
        if waits and not is_under_way(tx):
            add_notice(tx, user_id, NoticeKind.PAGE, message_id=message_id)

    async def page_of(self, user_id: int, message_id: int) -> str | None:
        """What the message shows, as the callback data that leads to it; None when it shows something else by now."""
        row = await self._db.row(
            "SELECT page FROM open_pages WHERE user_id = :user_id AND message_id = :message_id",
            {"user_id": user_id, "message_id": message_id},
        )
        return row["page"] if row else None

    async def forget(self, user_id: int, message_id: int) -> None:
        """The message shows something else from now on."""
        if await self.page_of(user_id, message_id) is None:  # as most do: nothing is written then
            return
        await self._db.write(
            "DELETE FROM open_pages WHERE user_id = :user_id AND message_id = :message_id",
            {"user_id": user_id, "message_id": message_id},
        )


def tell_open_pages(tx: Transaction, now: datetime) -> None:
    """Has every page edited that may still be looked at, and forgets the others."""
    since = {"since": stamp(now - WATCHED_FOR)}
    tx.run("DELETE FROM open_pages WHERE shown_at <= :since", since)
    tx.run(TELL_OPEN_PAGES, since | {"now": stamp(now)})

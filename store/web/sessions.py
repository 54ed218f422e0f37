"""web_sessions: the browsers in which people have entered."""

from __future__ import annotations

from datetime import timedelta

from domain.model import Clock, Role, instant, stamp
from domain.web import SESSION_LASTS, WebSession
from store.connection import Connection, Row, Transaction, in_transaction
from store.web import secrets

MOST_OF_A_PERSON = 20  # sessions; with another one the one that was not seen for longest ends
LONGEST_AGENT = 200  # characters
SEEN_EVERY = timedelta(hours=1)  # is written down no more often than that

OF_THE_ACTIVE = """
    SELECT web_sessions.*, accounts.role AS role FROM web_sessions
    JOIN accounts ON accounts.user_id = web_sessions.user_id AND accounts.active = 1
    WHERE ends_at > :now
"""


class WebSessions:
    """A session counts as long as its person is one of those who may use the bot."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def begin(self, tx: Transaction, user_id: int, agent: str, name: str = "") -> str:
        """A new session's secret. `agent`: what the browser says it is; `name`: the person's.

        It opens nothing for who may not use the bot (any more), and there is no row of it then.
        """
        now, secret = self._clock(), secrets.make()
        tx.run("DELETE FROM web_sessions WHERE ends_at <= :now", {"now": stamp(now)})
        tx.run(
            """
            DELETE FROM web_sessions WHERE user_id = :user_id AND id NOT IN (
                SELECT id FROM web_sessions WHERE user_id = :user_id ORDER BY seen_at DESC, id DESC LIMIT :most
            )
            """,
            {"user_id": user_id, "most": MOST_OF_A_PERSON - 1},
        )
        tx.run(
            """
            INSERT INTO web_sessions (digest, user_id, agent, began_at, seen_at, ends_at, name)
            SELECT :digest, user_id, :agent, :now, :now, :ends_at, :name FROM accounts
            WHERE user_id = :user_id AND active = 1
            """,
            {
                "digest": secrets.digest(secret),
                "user_id": user_id,
                "agent": agent[:LONGEST_AGENT],
                "now": stamp(now),
                "ends_at": stamp(now + SESSION_LASTS),
                "name": name,
            },
        )
        return secret

    async def find(self, secret: str) -> WebSession | None:
        """The session; None when there is none, it has ended, or its person may not use the bot any more."""
        row = await self._db.row(
            f"{OF_THE_ACTIVE} AND digest = :digest",
            {"now": stamp(self._clock()), "digest": secrets.digest(secret)},
        )
        return _session(row) if row else None

    async def of(self, user_id: int) -> list[WebSession]:
        """The person's sessions, the one that was seen last first."""
        rows = await self._db.rows(
            f"{OF_THE_ACTIVE} AND web_sessions.user_id = :user_id ORDER BY seen_at DESC, id DESC",
            {"now": stamp(self._clock()), "user_id": user_id},
        )
        return [_session(row) for row in rows]

    def is_to_be_seen(self, session: WebSession) -> bool:
        """Whether it is time to write down that the session is in use."""
        return self._clock() - session.seen_at >= SEEN_EVERY

    async def seen(self, session_id: int) -> None:
        """Writes down that the session is in use now."""
        await self._db.write(
            "UPDATE web_sessions SET seen_at = :now WHERE id = :id", {"now": stamp(self._clock()), "id": session_id}
        )

    async def end(self, user_id: int, session_id: int) -> bool:
        """Ends a session of the person. False when it is not theirs or has ended already."""
        ended = await self._db.write(
            "DELETE FROM web_sessions WHERE id = :id AND user_id = :user_id RETURNING id",
            {"id": session_id, "user_id": user_id},
        )
        return bool(ended)


def _session(row: Row) -> WebSession:
    return WebSession(
        row["id"],
        row["user_id"],
        Role(row["role"]),
        row["agent"],
        instant(row["began_at"]),
        instant(row["seen_at"]),
        instant(row["ends_at"]),
        row["name"],
    )

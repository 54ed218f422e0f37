"""web_links: one-time links to the pages in the browser, each for one person and one purpose."""

from __future__ import annotations

from domain.model import Clock, stamp
from domain.web import LINK_LASTS, Entrant, LinkPurpose
from store.connection import Connection, Transaction, in_transaction
from store.web import secrets


class WebLinks:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def make(self, tx: Transaction, user_id: int, purpose: LinkPurpose, name: str = "") -> str:
        """A new link's secret, for LINK_LASTS and one use. The person's earlier one for the purpose ends.

        `name`: what the session that it begins calls them.
        """
        now, secret = self._clock(), secrets.make()
        tx.run("DELETE FROM web_links WHERE ends_at <= :now", {"now": stamp(now)})
        tx.run(
            """
            INSERT INTO web_links (digest, user_id, purpose, ends_at, name)
            VALUES (:digest, :user_id, :purpose, :ends_at, :name)
            ON CONFLICT (user_id, purpose) DO UPDATE SET digest = excluded.digest, ends_at = excluded.ends_at,
                name = excluded.name
            """,
            {
                "digest": secrets.digest(secret),
                "user_id": user_id,
                "purpose": purpose,
                "ends_at": stamp(now + LINK_LASTS),
                "name": name,
            },
        )
        return secret

    async def find(self, secret: str, purpose: LinkPurpose) -> int | None:
        """Whose link it is, without using it; None when there is none, or it has ended or was used."""
        row = await self._db.row(
            "SELECT user_id FROM web_links WHERE digest = :digest AND purpose = :purpose AND ends_at > :now",
            {"digest": secrets.digest(secret), "purpose": purpose, "now": stamp(self._clock())},
        )
        return row["user_id"] if row else None

    async def use(self, secret: str, purpose: LinkPurpose) -> Entrant | None:
        """Uses the link up and returns whose it is; None as above. Of several at once, one succeeds."""
        rows = await self._db.write(
            """
            DELETE FROM web_links WHERE digest = :digest AND purpose = :purpose AND ends_at > :now
            RETURNING user_id, name
            """,
            {"digest": secrets.digest(secret), "purpose": purpose, "now": stamp(self._clock())},
        )
        return Entrant(rows[0]["user_id"], rows[0]["name"]) if rows else None

"""feeds: the secret addresses at which people's calendar applications read their classes."""

from __future__ import annotations

from datetime import timedelta
from secrets import randbelow

from domain.feeds import Feed
from domain.model import Clock, instant, stamp
from store.connection import Connection, Row, Transaction, in_transaction
from store.row_reading import instant_or_none, readable
from store.web import secrets

MOST_NUMBERS = 10**9
NOTED_EVERY = timedelta(hours=1)  # a reading later than the last noted one by less is not written


def _feed(row: Row) -> Feed:
    return Feed(row["user_id"], instant(row["made_at"]), row["number"], instant_or_none(row["read_at"]))


class Feeds:
    """A person has one at most; a new one ends the one before."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def find(self, user_id: int) -> Feed | None:
        row = await self._db.row("SELECT user_id AS id, * FROM feeds WHERE user_id = :user_id", {"user_id": user_id})
        return readable(_feed, row)

    @in_transaction
    def make(self, tx: Transaction, user_id: int, instead_of: int = 0) -> str | None:
        """A new feed: the secret of its address, which is told this once.

        `instead_of`: the number of the feed whose place it takes, 0 where there is none. None when it is no longer so:
        the button was tapped before.
        """
        values = {"user_id": user_id, "instead_of": instead_of}
        row = tx.row("SELECT number FROM feeds WHERE user_id = :user_id", values)
        if (row["number"] if row else 0) != instead_of:
            return None
        secret = secrets.make()
        tx.run(
            """
            INSERT INTO feeds (user_id, digest, number, made_at) VALUES (:user_id, :digest, :number, :now)
            ON CONFLICT (user_id) DO UPDATE SET digest = excluded.digest, number = excluded.number,
                made_at = excluded.made_at, read_at = NULL
            """,
            values
            | {"digest": secrets.digest(secret), "number": randbelow(MOST_NUMBERS) + 1, "now": stamp(self._clock())},
        )
        return secret

    async def end(self, user_id: int, number: int) -> bool:
        """From now on nothing is at its address. False when the person has another one by now, or none."""
        ended = await self._db.write(
            "DELETE FROM feeds WHERE user_id = :user_id AND number = :number RETURNING user_id",
            {"user_id": user_id, "number": number},
        )
        return bool(ended)

    async def with_secret(self, secret: str) -> Feed | None:
        """The feed at that address, of a person who uses the bot; None when there is none."""
        row = await self._db.row(
            """
            SELECT feeds.user_id AS id, feeds.* FROM feeds JOIN accounts USING (user_id)
            WHERE digest = :digest AND active = 1
            """,
            {"digest": secrets.digest(secret)},
        )
        return readable(_feed, row)

    async def was_read(self, feed: Feed) -> None:
        """Notes that a calendar asked for it: once an hour, for a calendar may ask each minute."""
        now = self._clock()
        if feed.read_at is None or now - feed.read_at >= NOTED_EVERY:
            await self._db.write(
                "UPDATE feeds SET read_at = :now WHERE user_id = :user_id AND number = :number",
                {"now": stamp(now), "user_id": feed.user_id, "number": feed.number},
            )

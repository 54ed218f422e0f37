"""bot_profile: what the bot is called on Telegram, for links to it that other programs make."""

from __future__ import annotations

from store.connection import Connection


class BotProfile:
    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def username(self) -> str:
        """The name in `https://t.me/...`; empty while the bot was never connected."""
        row = await self._db.row("SELECT username FROM bot_profile")
        return str(row["username"]) if row else ""

    async def learn(self, username: str) -> None:
        """Keeps the name. Nothing is written when it is known already."""
        if await self.username() != username:
            await self._db.write(
                """
                INSERT INTO bot_profile (id, username) VALUES (1, :username)
                ON CONFLICT (id) DO UPDATE SET username = excluded.username
                """,
                {"username": username},
            )

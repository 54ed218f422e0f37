"""Why nothing is tried for a person's account: its logins are stopped, or it waits."""

from __future__ import annotations

from bot.flows.services.house import House
from database import Database
from domain.errors import LoginStopped
from domain.model import Pause


class Accounts:
    def __init__(self, db: Database, house: House) -> None:
        self._db = db
        self._house = house

    async def stop(self, user_id: int) -> LoginStopped | None:
        """The error that stopped the account's logins; None when the account may log in."""
        account = await self._db.people.find(user_id)
        return account.stop if account is not None else None

    async def pause(self, user_id: int) -> Pause | None:
        """The pause of the person's account, if it has not ended."""
        account = await self._db.people.find(user_id)
        waits = account is not None and account.waits_until(self._house.now()) is not None
        return account.pause if account is not None and waits else None

"""accounts: who may use the bot, whose password the site refused, and who waits (store/pauses.py)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from domain.model import Account, Clock, NoticeKind, Role, instant, stamp
from domain.people import Person, Reader
from store.account_rows import account_of, to_account
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.departed import end_what_waits, take_evidence
from store.outbox import add_notice
from store.pauses import OVER
from store.queue.pairs import follow_up


def _guests(tx: Transaction) -> list[Person]:
    """The guests for whom things are done."""
    rows = tx.run("SELECT * FROM guests WHERE sealed IS NOT NULL AND suspended_at IS NULL")
    return [Person(row["user_id"], Role.FRIEND, row["fingerprint"]) for row in rows]


A_DAY = timedelta(days=1)
READS = """
    SELECT user_id, language, telegram_language FROM accounts
    WHERE (active = 1 OR user_id IN (SELECT user_id FROM guests))
"""

log = logging.getLogger(__name__)


class People:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def set(self, tx: Transaction, people: Sequence[Person]) -> None:
        """Updates accounts to what the configuration says, and the guests, whom it does not name, to what they entered.

        New credentials clear a rejection, and end what the account waits for. What waited for who left ends: bookings,
        watches, questions, messages. Their history stays.
        """
        named = {person.user_id for person in people}
        guests = [each for each in _guests(tx) if each.user_id not in named]
        tx.run("UPDATE accounts SET active = 0")
        for person in (*people, *guests):
            values = {"user_id": person.user_id, "role": person.role, "fingerprint": person.fingerprint}
            tx.run(
                f"UPDATE accounts SET {OVER} WHERE user_id = :user_id AND fingerprint <> :fingerprint",  # noqa: S608 - a constant
                values,
            )
            tx.run(
                """
                INSERT INTO accounts (user_id, role, fingerprint) VALUES (:user_id, :role, :fingerprint)
                ON CONFLICT (user_id) DO UPDATE SET
                    active = 1,
                    role = excluded.role,
                    rejected = CASE WHEN accounts.fingerprint = excluded.fingerprint THEN accounts.rejected ELSE 0 END,
                    fingerprint = excluded.fingerprint
                """,
                values,
            )
        now = self._clock()
        ended = end_what_waits(tx, now)
        follow_up(tx, [row["user_id"] for row in tx.run("SELECT user_id FROM accounts WHERE active = 0")], now)
        if ended:
            log.info("Ended %s pending rows of accounts that are no longer in the configuration", ended)

    @in_transaction
    def evidence_of_departed(self, tx: Transaction) -> list[str]:
        """The evidence folders of removed accounts, to be deleted: no row names them any more."""
        return take_evidence(tx)

    @in_snapshot
    def find(self, tx: Transaction, user_id: int) -> Account | None:
        """The account of a Telegram user; None for a stranger."""
        return account_of(tx, user_id)

    async def all(self) -> list[Account]:
        """Every active account, the owner first."""
        rows = await self._db.rows("SELECT * FROM accounts WHERE active = 1 ORDER BY role = 'owner' DESC, user_id")
        return [to_account(row) for row in rows]

    @in_transaction
    def tell_rejected(self, tx: Transaction, user_id: int) -> None:
        """Tells, at most once a day, that the site refused the password: the action to tell it was withdrawn."""
        values = {"user_id": user_id, "kind": NoticeKind.LOGIN_REJECTED, "since": stamp(self._clock() - A_DAY)}
        told = tx.row("SELECT 1 FROM notices WHERE user_id = :user_id AND kind = :kind AND created_at > :since", values)
        if told is None:
            add_notice(tx, user_id, NoticeKind.LOGIN_REJECTED)

    @in_transaction
    def unreachable(self, tx: Transaction, user_id: int, *, tell: bool) -> None:
        """Stores that Telegram accepts no message for this person. With `tell` the owner is told, once.

        The next message that arrives ends it.
        """
        values = {"user_id": user_id, "now": stamp(self._clock())}
        noted = tx.run(
            """
            UPDATE accounts SET unreachable_since = :now
            WHERE user_id = :user_id AND unreachable_since IS NULL RETURNING role
            """,
            values,
        )
        if tell and noted and noted[0]["role"] != Role.OWNER:
            for owner in tx.run("SELECT user_id FROM accounts WHERE role = 'owner' AND active = 1"):
                add_notice(tx, owner["user_id"], NoticeKind.UNREACHABLE, about_user_id=user_id)

    async def is_unreachable(self, user_id: int) -> bool:
        """Whether Telegram refused the last message because of the person (never started, or blocked the bot)."""
        row = await self._db.row(
            "SELECT 1 FROM accounts WHERE user_id = :user_id AND active = 1 AND unreachable_since IS NOT NULL",
            {"user_id": user_id},
        )
        return row is not None

    async def reader(self, user_id: int) -> Reader | None:
        """In which language a person reads, or a guest who has not entered anything yet; None for a stranger."""
        row = await self._db.row(f"{READS} AND user_id = :user_id", {"user_id": user_id})
        return Reader(row["user_id"], row["language"], row["telegram_language"]) if row else None

    async def readers(self) -> list[Reader]:
        """In which language everybody reads."""
        rows = await self._db.rows(READS)
        return [Reader(row["user_id"], row["language"], row["telegram_language"]) for row in rows]

    async def choose_language(self, user_id: int, language: str | None) -> None:
        """Stores the language that a person chose; None: the one of their Telegram."""
        await self._db.write(
            "UPDATE accounts SET language = :language WHERE user_id = :user_id",
            {"language": language, "user_id": user_id},
        )

    async def telegram_speaks(self, user_id: int, code: str) -> None:
        """Stores the language code of a person's Telegram."""
        await self._db.write(
            "UPDATE accounts SET telegram_language = :code WHERE user_id = :user_id", {"code": code, "user_id": user_id}
        )

    async def expect(self, user_id: int) -> None:
        """Stores that the person is likely to need a logged-in session soon."""
        await self._db.write(
            "UPDATE accounts SET expected_at = :now WHERE user_id = :user_id",
            {"now": stamp(self._clock()), "user_id": user_id},
        )

    async def anyone_expected(self, within: timedelta) -> bool:
        """Whether any person was likely, that recently, to need a logged-in session."""
        row = await self._db.row("SELECT max(expected_at) FROM accounts")
        return bool(row and row[0] and instant(row[0]) > self._clock() - within)

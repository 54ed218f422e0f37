"""agreements: who may have places booked for whom. An invitation binds nobody before its friend says yes."""

from __future__ import annotations

import secrets

from domain.model import Clock, NoticeKind, stamp
from domain.together import INVITATION_LASTS, Agreement, EndedAgreement
from store.connection import Connection, Row, Transaction, in_transaction
from store.consent import AGREED
from store.outbox import add_notice
from store.queue.pairs import follow_up
from store.sharing import NUMBER_BITS


class Agreements:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def invite(self, tx: Transaction, asker_id: int, name: str) -> str:
        """The number of the person's invitation that nobody has opened yet; made when there is none."""
        old = stamp(self._clock() - INVITATION_LASTS)
        tx.run("DELETE FROM agreements WHERE accepted_at IS NULL AND invited_at < :old", {"old": old})
        open_one = tx.row(
            "SELECT number FROM agreements WHERE asker_id = :asker AND friend_id IS NULL", {"asker": asker_id}
        )
        if open_one is not None:
            return str(open_one["number"])
        number = str(secrets.randbits(NUMBER_BITS))
        tx.run(
            """
            INSERT INTO agreements (number, asker_id, asker_name, invited_at) VALUES (:number, :asker, :name, :now)
            """,
            {"number": number, "asker": asker_id, "name": name, "now": stamp(self._clock())},
        )
        return number

    @in_transaction
    def open(self, tx: Transaction, number: str, friend_id: int, name: str) -> Agreement | None:
        """The invitation of that number, from now on this person's to answer. None when it is none, or another's.

        Who opens their own gets it as it is: `friend_id` is theirs too, and nothing is written.
        """
        since = stamp(self._clock() - INVITATION_LASTS)
        row = tx.row(
            """
            SELECT * FROM agreements
            WHERE number = :number AND ended_by IS NULL AND (accepted_at IS NOT NULL OR invited_at >= :since)
            """,
            {"number": number, "since": since},
        )
        if row is None or row["friend_id"] not in (None, friend_id):
            return None
        if row["asker_id"] == friend_id:
            return Agreement(row["id"], friend_id, row["asker_name"], friend_id, name)
        values = {"id": row["id"], "asker": row["asker_id"], "friend": friend_id, "name": name}
        tx.run("DELETE FROM agreements WHERE asker_id = :asker AND friend_id = :friend AND ended_by > 0", values)
        known = tx.row("SELECT * FROM agreements WHERE asker_id = :asker AND friend_id = :friend", values)
        if known is not None:
            return _agreement(known)
        tx.run("UPDATE agreements SET friend_id = :friend, friend_name = :name WHERE id = :id", values)
        return Agreement(row["id"], row["asker_id"], row["asker_name"], friend_id, name)

    @in_transaction
    def accept(self, tx: Transaction, agreement_id: int, friend_id: int) -> Agreement | None:
        """Stores the friend's yes, and tells who invited them, once. None when there is none to say."""
        since = stamp(self._clock() - INVITATION_LASTS)
        values = {"id": agreement_id, "friend": friend_id, "now": stamp(self._clock()), "since": since}
        said = tx.row(
            """
            UPDATE agreements SET accepted_at = :now
            WHERE id = :id AND friend_id = :friend AND accepted_at IS NULL AND invited_at >= :since
                AND ended_by IS NULL RETURNING *
            """,
            values,
        )
        if said is not None:
            add_notice(tx, said["asker_id"], NoticeKind.AGREED, about_user_id=friend_id)
        row = tx.row(f"{AGREED} AND id = :id AND friend_id = :friend", values)
        return _agreement(row) if row else None

    @in_transaction
    def end(self, tx: Transaction, agreement_id: int, user_id: int) -> Agreement | None:
        """Ends an agreement, or turns an invitation down, as either of the two may, and tells the other. None when it
        is not theirs.

        From then on what the friend has, or gets, is their own: none of it is given back for the asker's sake.
        """
        row = tx.row(
            """
            UPDATE agreements SET ended_by = :user
            WHERE id = :id AND :user IN (asker_id, friend_id) AND ended_by IS NULL RETURNING *
            """,
            {"id": agreement_id, "user": user_id},
        )
        if row is None or row["friend_id"] is None:
            return None
        other = row["friend_id"] if user_id == row["asker_id"] else row["asker_id"]
        if other == row["asker_id"] or row["accepted_at"] is not None:
            add_notice(tx, other, NoticeKind.AGREED, about_user_id=user_id)
        follow_up(tx, (row["asker_id"], row["friend_id"]), self._clock())
        return _agreement(row)

    async def of(self, user_id: int) -> list[Agreement]:
        """The agreements in force that a person is one of the two in, in the order in which they were made."""
        rows = await self._db.rows(f"{AGREED} AND :user IN (asker_id, friend_id) ORDER BY id", {"user": user_id})
        return [_agreement(row) for row in rows]

    async def ended(self, user_id: int, by: int) -> EndedAgreement | None:
        """What the other of two has ended, or said no to; None when that was followed by another agreement."""
        row = await self._db.row(
            """
            SELECT * FROM agreements
            WHERE ended_by = :by AND :user IN (asker_id, friend_id) AND asker_id <> friend_id ORDER BY id DESC LIMIT 1
            """,
            {"user": user_id, "by": by},
        )
        return EndedAgreement(_agreement(row), by, was_agreed=row["accepted_at"] is not None) if row else None

    async def between(self, asker_id: int, friend_id: int) -> Agreement | None:
        """The agreement in force that lets the one book for the other."""
        return next(
            (one for one in await self.of(asker_id) if (one.asker_id, one.friend_id) == (asker_id, friend_id)), None
        )


def _agreement(row: Row) -> Agreement:
    return Agreement(row["id"], row["asker_id"], row["asker_name"], row["friend_id"], row["friend_name"] or "")

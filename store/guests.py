"""guests, invitations, directory: who came with an invitation of the owner, and what they log in with, sealed."""

from __future__ import annotations

import hashlib
import secrets

from domain.errors import UnknownGuest
from domain.guests import INVITATION_LASTS, UNLIMITED, Forgotten, Guest, Invitation, SealedGuest
from domain.model import Clock, NoticeKind, instant, stamp
from domain.people import Person
from store.connection import Connection, Row, Transaction, in_snapshot, in_transaction
from store.departed import end_what_waits
from store.forgetting import forget
from store.outbox import add_notice, tell_owner
from store.pauses import start_anew
from store.queue.pairs import follow_up
from store.queue.quota import WAITING
from store.queue.rows import read_soon
from store.row_reading import instant_or_none

SECRET = 32  # bytes, of which an invitation's 43 characters are made
BEGINS = "i"  # of an invitation's secret: the other links of the bot bring a number
WITHDRAWN = """
    SELECT count(*) FROM booking_actions JOIN guests USING (user_id)
    WHERE user_id = :user_id AND status = 'cancelled' AND completed_at = suspended_at AND quiet = 0
"""
WITHDRAWN_CARDS = """
    SELECT id, card_message_id FROM booking_actions
    WHERE user_id = :user_id AND status = 'cancelled' AND completed_at = :now AND card_message_id IS NOT NULL
"""


class Guests:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    # Invitations

    @in_transaction
    def invite(self, tx: Transaction, made_by: int) -> str:
        """The secret of a new invitation; only its digest is kept. Those that ran out go."""
        secret = BEGINS + secrets.token_urlsafe(SECRET)
        now = self._clock()
        tx.run("DELETE FROM invitations WHERE made_at < :old", {"old": stamp(now - INVITATION_LASTS)})
        tx.run(
            "INSERT INTO invitations (digest, made_by, made_at) VALUES (:digest, :made_by, :now)",
            {"digest": _digest(secret), "made_by": made_by, "now": stamp(now)},
        )
        return secret

    async def invitations(self) -> list[Invitation]:
        """The invitations that somebody may still come with, the oldest first."""
        since = stamp(self._clock() - INVITATION_LASTS)
        rows = await self._db.rows(
            "SELECT * FROM invitations WHERE made_at >= :since ORDER BY made_at, id", {"since": since}
        )
        return [Invitation(row["id"], instant(row["made_at"])) for row in rows]

    async def withdraw(self, invitation_id: int) -> bool:
        """Makes an invitation worthless. False when somebody has used it, or it ran out."""
        gone = await self._db.write("DELETE FROM invitations WHERE id = :id RETURNING id", {"id": invitation_id})
        return bool(gone)

    async def welcome(self, secret: str, user_id: int, name: str) -> Guest | None:
        """Lets somebody in who comes with an invitation, which is used up by it. None for a secret that is none.

        Who has come before is a guest already, and uses nothing up. Nobody waits for a lock who has no invitation.
        """
        values = {"digest": _digest(secret), "since": stamp(self._clock() - INVITATION_LASTS)}
        known = await self._db.row("SELECT 1 FROM invitations WHERE digest = :digest AND made_at >= :since", values)
        return await self._let_in(values, user_id, name) if known else None

    @in_transaction
    def _let_in(self, tx: Transaction, invitation: dict[str, str], user_id: int, name: str) -> Guest | None:
        values = {"user_id": user_id, "name": name, "now": stamp(self._clock())}
        before = tx.row("SELECT * FROM guests WHERE user_id = :user_id", values)
        if before is not None:
            return _guest(before)
        used = tx.row(
            "DELETE FROM invitations WHERE digest = :digest AND made_at >= :since RETURNING made_by", invitation
        )
        if used is None:
            return None
        tx.run(
            """
            INSERT INTO accounts (user_id, role, active) VALUES (:user_id, 'friend', 0)
            ON CONFLICT (user_id) DO UPDATE SET role = 'friend', active = 0
            """,
            values,
        )
        row = tx.row(
            "INSERT INTO guests (user_id, name, welcomed_at) VALUES (:user_id, :name, :now) RETURNING *", values
        )
        add_notice(tx, used["made_by"], NoticeKind.GUEST, about_user_id=user_id)
        return _guest(row) if row else None

    # Who there is

    async def find(self, user_id: int) -> Guest | None:
        """The guest of that Telegram id."""
        row = await self._db.row("SELECT * FROM guests WHERE user_id = :user_id", {"user_id": user_id})
        return _guest(row) if row else None

    async def all(self) -> list[Guest]:
        """Every guest, in the order in which they came."""
        rows = await self._db.rows("SELECT * FROM guests ORDER BY welcomed_at, user_id")
        return [_guest(row) for row in rows]

    async def names(self) -> dict[int, str]:
        """What Telegram called each guest, and whoever books together with somebody; of others no name is kept."""
        rows = await self._db.rows(
            """
            SELECT asker_id AS user_id, asker_name AS name FROM agreements
            UNION ALL SELECT friend_id, friend_name FROM agreements WHERE friend_id IS NOT NULL
            UNION ALL SELECT user_id, name FROM guests WHERE name <> CAST(user_id AS TEXT)
            """
        )
        return {row["user_id"]: row["name"] for row in rows if row["name"]}

    async def waiting(self, user_id: int) -> int:
        """How many bookings and watches of the person wait: what their limit is about."""
        row = await self._db.row(WAITING, {"user_id": user_id})
        return int(row[0]) if row else 0

    async def withdrawn(self, user_id: int) -> int:
        """How many requests of a suspended guest were withdrawn when they were suspended."""
        row = await self._db.row(WITHDRAWN, {"user_id": user_id})
        return int(row[0]) if row else 0

    async def version(self) -> int:
        """A number that grows with every change of the guests."""
        row = await self._db.row("SELECT version FROM directory")
        return int(row[0]) if row else 0

    @in_snapshot
    def changed_since(self, tx: Transaction, version: int) -> tuple[int, set[int], list[SealedGuest]]:
        """The version now, the ids of all guests, and those that changed after that version."""
        now = tx.row("SELECT version FROM directory")
        everybody = {row["user_id"] for row in tx.run("SELECT user_id FROM guests")}
        changed = tx.run("SELECT * FROM guests WHERE revision > :version", {"version": version})
        return (int(now[0]) if now else 0), everybody, [_sealed(row) for row in changed]

    # What becomes of them

    @in_transaction
    def store(self, tx: Transaction, user_id: int, sealed: bytes, fingerprint: str, *, by_hand: bool = False) -> None:
        """Stores what a guest logs in with: from now on things are done for them, and their bookings are read at once.

        What stopped their account before is over. Raises UnknownGuest for who is no guest, or not any more.
        """
        now = self._clock()
        values = {"user_id": user_id, "sealed": sealed, "fingerprint": fingerprint, "by_hand": int(by_hand)}
        before = tx.row("SELECT * FROM guests WHERE user_id = :user_id", values)
        if before is None:
            raise UnknownGuest(f"user {user_id} is no guest, or not any more")
        tx.run(
            """
            UPDATE guests SET sealed = :sealed, fingerprint = :fingerprint, by_hand = :by_hand, is_tried = 1
            WHERE user_id = :user_id
            """,
            values,
        )
        tx.run(
            "UPDATE accounts SET active = :may_book, fingerprint = :fingerprint WHERE user_id = :user_id",
            values | {"may_book": int(before["suspended_at"] is None)},
        )
        if before["suspended_at"] is None:
            start_anew(tx, user_id, now, log_in=not by_hand, tell=False)
            read_soon(tx, user_id, now)

    @in_transaction
    def take_over(self, tx: Transaction, user_id: int, sealed: bytes, fingerprint: str, *, by_hand: bool) -> None:
        """Makes a guest of somebody whom the configuration names until now: nothing changes for them."""
        tx.run(
            """
            INSERT INTO guests (user_id, name, most_waiting, welcomed_at, sealed, fingerprint, by_hand, entered_at)
            VALUES (:user_id, :name, :most, :now, :sealed, :fingerprint, :by_hand, :now)
            ON CONFLICT (user_id) DO UPDATE SET sealed = excluded.sealed, fingerprint = excluded.fingerprint,
                by_hand = excluded.by_hand
            """,
            {
                "user_id": user_id,
                "name": str(user_id),
                "most": UNLIMITED,
                "now": stamp(self._clock()),
                "sealed": sealed,
                "fingerprint": fingerprint,
                "by_hand": int(by_hand),
            },
        )

    async def forget_invitation(self, secret: str) -> None:
        """Makes an invitation worthless that nobody needs any more."""
        await self._db.write("DELETE FROM invitations WHERE digest = :digest", {"digest": _digest(secret)})

    @in_transaction
    def reseal(self, tx: Transaction, resealed: dict[int, tuple[bytes, bytes]]) -> int:
        """Puts the same secrets under another key: by guest, the blob as it was read and the new one.

        Who has entered others meanwhile keeps those. Returns how many were changed.
        """
        changed = 0
        for user_id, (before, after) in resealed.items():
            changed += len(
                tx.run(
                    "UPDATE guests SET sealed = :after WHERE user_id = :user_id AND sealed = :before RETURNING user_id",
                    {"user_id": user_id, "before": before, "after": after},
                )
            )
        return changed

    async def set_quota(self, user_id: int, most: int) -> bool:
        """Lets a guest have so many bookings wait at once. False when there is no such guest."""
        changed = await self._db.write(
            "UPDATE guests SET most_waiting = :most WHERE user_id = :user_id RETURNING user_id",
            {"user_id": user_id, "most": most},
        )
        return bool(changed)

    @in_transaction
    def suspend(self, tx: Transaction, user_id: int) -> bool:
        """Ends what waits for a guest, and does nothing for them until they are resumed. False when nothing changed."""
        now = self._clock()
        values = {"user_id": user_id, "now": stamp(now)}
        changed = tx.run(
            "UPDATE guests SET suspended_at = :now WHERE user_id = :user_id AND suspended_at IS NULL RETURNING user_id",
            values,
        )
        if changed:
            tx.run("UPDATE accounts SET active = 0 WHERE user_id = :user_id", values)
            end_what_waits(tx, now)
            follow_up(tx, [user_id], now)
            add_notice(tx, user_id, NoticeKind.SUSPENDED)
            for row in tx.run(WITHDRAWN_CARDS, values):  # they must not go on saying that something is waited for
                add_notice(tx, user_id, NoticeKind.CARD, action_id=row["id"], message_id=row["card_message_id"])
        return bool(changed)

    @in_transaction
    def resume(self, tx: Transaction, user_id: int) -> bool:
        """Does things for a guest again, and tells them. What was ended stays so. False when nothing changed."""
        changed = tx.run(
            """
            UPDATE guests SET suspended_at = NULL WHERE user_id = :user_id AND suspended_at IS NOT NULL
            RETURNING sealed IS NOT NULL AS has_account
            """,
            {"user_id": user_id},
        )
        if changed and changed[0]["has_account"]:
            tx.run("UPDATE accounts SET active = 1 WHERE user_id = :user_id", {"user_id": user_id})
            read_soon(tx, user_id, self._clock())
            add_notice(tx, user_id, NoticeKind.RESUMED)
        return bool(changed)

    async def remove(self, user_id: int, stays: Person | None = None, *, by_themselves: bool = False) -> Forgotten:
        """Forgets a person: no table names them any more. Says what went; its files are the caller's to delete.

        `stays`: what the configuration says of them, when it names them: they may use the bot as if they were new.
        `by_themselves`: they asked for it, and the owner is told that somebody went.
        Raises StillActing while a place is being booked or given back for them; then nothing has changed.
        """
        gone = await self._forget(user_id, stays, by_themselves=by_themselves)
        await self._db.empty_log()
        return gone

    @in_transaction
    def _forget(self, tx: Transaction, user_id: int, stays: Person | None, *, by_themselves: bool) -> Forgotten:
        gone = forget(tx, user_id, self._clock())
        if stays is not None:
            tx.run(
                "INSERT INTO accounts (user_id, role, fingerprint) VALUES (:user_id, :role, :fingerprint)",
                {"user_id": stays.user_id, "role": stays.role, "fingerprint": stays.fingerprint},
            )
            tell_owner(tx, NoticeKind.FORGOTTEN, about=user_id)
        elif by_themselves:
            tell_owner(tx, NoticeKind.GUEST_LEFT)
        return gone


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _guest(row: Row) -> Guest:
    return Guest(
        user_id=row["user_id"],
        name=row["name"],
        most_waiting=row["most_waiting"],
        welcomed_at=instant(row["welcomed_at"]),
        has_account=row["sealed"] is not None,
        by_hand=bool(row["by_hand"]),
        suspended_at=instant_or_none(row["suspended_at"]),
        entered_at=instant_or_none(row["entered_at"]),
    )


def _sealed(row: Row) -> SealedGuest:
    return SealedGuest(
        row["user_id"], row["revision"], row["sealed"] or b"", bool(row["by_hand"]), row["suspended_at"] is not None
    )

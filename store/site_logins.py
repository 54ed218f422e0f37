"""site_logins, sent_codes, request_budgets: what the machines of one installation share of each account on the site."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from domain.model import Clock, stamp
from domain.request_counts import BURST, PER_MINUTE
from domain.shared_logins import LoginFailure, SealedSession, Turn
from store.connection import Connection, Row, Transaction, in_transaction
from store.row_reading import instant_or_none

TURN = timedelta(seconds=15)  # of a login, unless it says more: so long a machine that dies holds up the others
CODES_KEPT = 50  # those of 25 minutes, by which a clock may be set back
JUST_BEFORE = 2  # codes: a site takes none from before the last it took
PER_SECOND = PER_MINUTE / 60

IS_THERE = "WHERE user_id = :user_id"  # of accounts: of who was forgotten nothing is written any more
TAKE_TURN = f"""
    INSERT INTO site_logins (user_id, holder, held_until)
    SELECT user_id, :holder, :until FROM accounts {IS_THERE}
    ON CONFLICT (user_id) DO UPDATE SET holder = :holder, held_until = :until
        WHERE site_logins.holder IS NULL OR site_logins.held_until <= :now OR site_logins.holder = :holder
    RETURNING *
"""  # noqa: S608 - a constant
KEEP = f"""
    INSERT INTO site_logins (user_id, version, sealed) SELECT user_id, 1, :sealed FROM accounts {IS_THERE}
    ON CONFLICT (user_id) DO UPDATE SET version = site_logins.version + 1, sealed = :sealed
        WHERE CAST(:instead_of AS BIGINT) IS NULL OR site_logins.version = :instead_of
    RETURNING version
"""  # noqa: S608 - a constant
ONE_OF_EACH = """
    SELECT sealed FROM site_logins WHERE user_id IN (
        SELECT min(user_id) FROM site_logins WHERE sealed IS NOT NULL
        GROUP BY substr(sealed, 1, CAST(:length AS INTEGER)))
"""
NOTE_FAILURE = "UPDATE site_logins SET failure = :failure, failed_at = :now WHERE user_id = :user_id"
LAST_CODES = "SELECT counter FROM sent_codes WHERE user_id = :user_id ORDER BY sent_at DESC, counter DESC"
IS_SPENT = f"""
    SELECT 1 FROM sent_codes WHERE user_id = :user_id AND (counter = :counter
        OR (counter = ({LAST_CODES} LIMIT 1) AND :counter BETWEEN counter - :just_before AND counter))
"""  # noqa: S608 - a constant
FORGET_OLD_CODES = f"""
    DELETE FROM sent_codes WHERE user_id = :user_id AND counter NOT IN (
        SELECT counter FROM ({LAST_CODES} LIMIT :kept) AS last)
"""  # noqa: S608 - a constant
SPEND = f"""
    INSERT INTO sent_codes (user_id, counter, sent_at) SELECT user_id, :counter, :now FROM accounts {IS_THERE}
"""  # noqa: S608 - a constant
SAVED = "(julianday(:now) - julianday(request_budgets.counted_at)) * 86400.0 * :per_second"
COUNT = f"""
    INSERT INTO request_budgets (user_id, spare, counted_at)
    SELECT user_id, :burst - :requests, :now FROM accounts {IS_THERE}
    ON CONFLICT (user_id) DO UPDATE SET counted_at = :now,
        spare = min(CAST(:burst AS REAL), request_budgets.spare + max(CAST(0 AS REAL), {SAVED})) - :requests
    RETURNING spare
"""  # noqa: S608 - constants of this file
"""Requests are saved up over time. A clock that was set back saves none."""


class SiteLogins:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    # A login's turn

    @in_transaction
    def take_turn(self, tx: Transaction, user_id: int, holder: str) -> Turn | None:
        """Gives the login its turn, or more of it. None while another has it. Nothing is written of strangers."""
        now = self._clock()
        if tx.row(f"SELECT 1 FROM accounts {IS_THERE}", {"user_id": user_id}) is None:  # noqa: S608 - a constant
            return Turn(None, None)
        values = {"user_id": user_id, "holder": holder, "now": stamp(now), "until": stamp(now + TURN)}
        row = tx.row(TAKE_TURN, values)
        return _turn(row) if row else None

    async def end_turn(self, user_id: int, holder: str) -> None:
        await self._db.write(
            "UPDATE site_logins SET holder = NULL, held_until = NULL WHERE user_id = :user_id AND holder = :holder",
            {"user_id": user_id, "holder": holder},
        )

    async def last_failure(self, user_id: int) -> datetime | None:
        """When the last login failed; None when it did not."""
        row = await self._db.row("SELECT failed_at FROM site_logins WHERE user_id = :user_id", {"user_id": user_id})
        return instant_or_none(row["failed_at"]) if row else None

    async def note_failure(self, user_id: int, failure: LoginFailure | None) -> None:
        """Why the last login failed; None when it did not."""
        words = json.dumps([failure.kind, failure.words]) if failure else None
        values = {"user_id": user_id, "failure": words, "now": stamp(self._clock()) if failure else None}
        await self._db.write(NOTE_FAILURE, values)

    # Its session

    async def session(self, user_id: int, known: int) -> SealedSession | None:
        """The session that is kept, if its version is later than the known one."""
        row = await self._db.row(
            "SELECT version, sealed FROM site_logins"
            " WHERE user_id = :user_id AND version > :known AND sealed IS NOT NULL",
            {"user_id": user_id, "known": known},
        )
        return SealedSession(row["version"], bytes(row["sealed"])) if row else None

    async def keep(self, user_id: int, sealed: bytes, instead_of: int | None) -> int | None:
        """Keeps a session in place of that version; of any, with None. Its version; None when there is a later one."""
        rows = await self._db.write(KEEP, {"user_id": user_id, "sealed": sealed, "instead_of": instead_of})
        return int(rows[0]["version"]) if rows else None

    async def all_kept(self) -> dict[int, SealedSession]:
        """Every session that is kept, by whose it is."""
        rows = await self._db.rows("SELECT user_id, version, sealed FROM site_logins WHERE sealed IS NOT NULL")
        return {row["user_id"]: SealedSession(row["version"], bytes(row["sealed"])) for row in rows}

    async def one_of_each(self, length: int) -> list[bytes]:
        """Of the sessions that begin with the same so many bytes, which name their key, one: there may be many."""
        rows = await self._db.rows(ONE_OF_EACH, {"length": length})
        return [bytes(row["sealed"]) for row in rows]

    async def discard(self, user_id: int, version: int) -> None:
        """Keeps the session of that version no longer."""
        await self._db.write(
            "UPDATE site_logins SET sealed = NULL WHERE user_id = :user_id AND version = :version",
            {"user_id": user_id, "version": version},
        )

    # Its one-time codes, and its requests

    @in_transaction
    def spend_code(self, tx: Transaction, user_id: int, counter: int) -> bool:
        """Notes that the code of that number is sent now. False when it, or the next after it, was sent."""
        values = {"user_id": user_id, "counter": counter, "just_before": JUST_BEFORE, "now": stamp(self._clock())}
        if tx.run(IS_SPENT, values):
            return False
        tx.run(SPEND, values)
        tx.run(FORGET_OLD_CODES, {"user_id": user_id, "kept": CODES_KEPT})
        return True

    async def take_requests(self, user_id: int, requests: int) -> float:
        """Counts so many requests. Gives the seconds to wait before they are within what may be sent."""

        def steps(tx: Transaction) -> float:
            values = {"user_id": user_id, "requests": float(requests), "burst": float(BURST), "per_second": PER_SECOND}
            row = tx.row(COUNT, values | {"now": stamp(self._clock())})
            return max(0.0, -row["spare"] / PER_SECOND) if row else 0.0

        return await self._db.transact_beside(steps)


def _turn(row: Row) -> Turn:
    failure = LoginFailure(*json.loads(row["failure"])) if row["failure"] else None
    return Turn(failure, instant_or_none(row["failed_at"]))

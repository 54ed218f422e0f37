"""What the owner's pages and the measurements read, across all people: counts and lists, and nothing is written.

Everything is read through indexes that hold only live or recent rows, so that it costs the same after years.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.model import Action, ActionStatus, ActionType, Clock, NoticeKind, instant, stamp
from domain.opening_report import ShotOutcome
from domain.oversight import (
    AccountCounts,
    AccountState,
    AwaitedOpening,
    Counts,
    Finished,
    OutboxState,
    QueueState,
    RacedOpening,
    WaitingNotices,
)
from domain.programs import Outage
from store.account_rows import to_account
from store.connection import Connection, Row, Transaction, in_snapshot
from store.queue.rows import to_action
from store.row_reading import all_readable, instant_or_none

A_DAY = timedelta(days=1)

LIVE = """
    SELECT action_type, status, count(*) AS number FROM booking_actions
    WHERE status IN ('pending', 'processing') GROUP BY action_type, status
"""
DUE = """
    SELECT count(*) AS all_due, count(*) FILTER (WHERE waits) AS held_up, min(run_at) FILTER (WHERE NOT waits) AS oldest
    FROM (SELECT run_at, user_id IN (SELECT user_id FROM accounts WHERE paused_until > :now) AS waits
        FROM booking_actions WHERE status = 'pending' AND run_at <= :now) AS due
"""
LOST_LEASES = "SELECT count(*) FROM booking_actions WHERE status = 'processing' AND lease_until <= :now"
QUEUE = """
    SELECT * FROM booking_actions WHERE status IN ('pending', 'processing')
    ORDER BY status = 'pending', run_at, id LIMIT :limit OFFSET :offset
"""
OPENINGS = """
    SELECT * FROM booking_actions
    WHERE status IN ('pending', 'processing') AND action_type = 'book' AND opens_at BETWEEN :past AND :until
    ORDER BY opens_at, id LIMIT :limit
"""
RACED = """
    SELECT booking_actions.*, openings.opens_at AS opened_at, openings.seen_ms AS seen_ms
    FROM openings JOIN booking_actions ON booking_actions.id = openings.action_id
    WHERE openings.opens_at > :since ORDER BY openings.opens_at DESC, booking_actions.id LIMIT :limit
"""
FINISHED = """
    SELECT booking_actions.id, action_type, status, started_at, completed_at, seen_ms
    FROM booking_actions LEFT JOIN openings ON openings.action_id = booking_actions.id
    WHERE completed_at > :since AND status IN ('completed', 'failed', 'cancelled') ORDER BY completed_at
"""
FINISHED_COUNTS = """
    SELECT action_type, status, count(*) AS number FROM booking_actions
    WHERE completed_at > :since AND status IN ('completed', 'failed', 'cancelled') GROUP BY action_type, status
"""
SHOTS = """
    SELECT action_id, outcome, count(*) AS number FROM shots
    WHERE action_id IN (SELECT value FROM json_each(:ids)) GROUP BY action_id, outcome
"""
TROUBLED_FIRST = """
    SELECT accounts.*, (SELECT count(*) FROM booking_actions WHERE booking_actions.user_id = accounts.user_id
        AND status IN ('pending', 'processing')) AS live, guests.suspended_at
    FROM accounts LEFT JOIN guests USING (user_id) WHERE active = 1 OR suspended_at IS NOT NULL
    ORDER BY suspended_at IS NOT NULL, rejected DESC, coalesce(paused_until, '') > :now DESC,
        unreachable_since IS NOT NULL DESC, role = 'owner' DESC, accounts.user_id
    LIMIT :limit OFFSET :offset
"""
WAITING_BY_PERSON = """
    SELECT notices.user_id, count(*) AS number, count(*) FILTER (WHERE kind IN ('progress', 'card', 'page')) AS edits,
        min(notices.created_at) FILTER (WHERE kind NOT IN ('progress', 'card', 'page')) AS oldest_message,
        min(notices.created_at) AS oldest, max(attempts) AS tries, unreachable_since
    FROM notices LEFT JOIN accounts ON accounts.user_id = notices.user_id
    WHERE sent_at IS NULL GROUP BY notices.user_id, unreachable_since ORDER BY oldest LIMIT :limit
"""
WAITING_BY_KIND = "SELECT kind, count(*) AS number FROM notices WHERE sent_at IS NULL GROUP BY kind"
OLDEST_MESSAGE = """
    SELECT min(created_at) AS oldest FROM notices
    WHERE sent_at IS NULL AND kind NOT IN ('progress', 'card', 'page')
        AND user_id NOT IN (SELECT user_id FROM accounts WHERE unreachable_since IS NOT NULL)
"""
GIVEN_UP = "SELECT count(*) FROM notices WHERE sent_at > :since AND error IS NOT NULL"


class Oversight:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    # ----- the queue

    @in_snapshot
    def queue(self, tx: Transaction) -> QueueState:
        now = {"now": stamp(self._clock())}
        due, lost = tx.run(DUE, now)[0], tx.run(LOST_LEASES, now)[0]
        oldest = instant_or_none(due["oldest"])
        return QueueState(_counts(tx.run(LIVE)), due["all_due"] - due["held_up"], oldest, due["held_up"], lost[0])

    async def live(self, limit: int, offset: int = 0) -> list[Action]:
        """Everybody's actions that are not finished: first what workers have in hand, then what is due soonest."""
        return all_readable(to_action, await self._db.rows(QUEUE, {"limit": limit, "offset": offset}))

    async def finished_counts(self, since: datetime) -> Counts:
        """How many actions ended since then, and how."""
        return _counts(await self._db.rows(FINISHED_COUNTS, {"since": stamp(since)}))

    @in_snapshot
    def finished(self, tx: Transaction, since: datetime) -> list[Finished]:
        """The actions that ended since then, the oldest first, with what is known of their openings."""
        rows = tx.run(FINISHED, {"since": stamp(since)})
        shots = _shots(tx, [row["id"] for row in rows])
        return [
            Finished(
                row["id"],
                ActionType(row["action_type"]),
                ActionStatus(row["status"]),
                instant_or_none(row["started_at"]),
                instant(row["completed_at"]),
                _seconds(row["seen_ms"]),
                shots.get(row["id"], {}),
            )
            for row in rows
        ]

    # ----- openings

    async def openings(self, past: timedelta, ahead: timedelta, limit: int) -> list[AwaitedOpening]:
        """Everybody's bookings that are not finished and whose classes open within these times, the soonest first."""
        now = self._clock()
        values = {"past": stamp(now - past), "until": stamp(now + ahead), "limit": limit}
        rows = await self._db.rows(OPENINGS, values)
        sent = {row["id"]: row["opening_requests"] for row in rows}
        waiting = all_readable(to_action, rows)
        return [AwaitedOpening(each, each.opens_at, sent[each.id]) for each in waiting if each.opens_at]

    @in_snapshot
    def raced(self, tx: Transaction, since: datetime, limit: int) -> list[RacedOpening]:
        """How everybody's openings since then went, the latest first."""
        rows = tx.run(RACED, {"since": stamp(since), "limit": limit})
        shots = _shots(tx, [row["id"] for row in rows])
        found = {row["id"]: row for row in rows}
        return [
            RacedOpening(
                action,
                instant(found[action.id]["opened_at"]),
                _seconds(found[action.id]["seen_ms"]),
                shots.get(action.id, {}),
            )
            for action in all_readable(to_action, rows)
        ]

    # ----- people

    async def accounts(self, limit: int, offset: int = 0) -> list[AccountState]:
        """Every active account; those in trouble first."""
        values = {"now": stamp(self._clock()), "limit": limit, "offset": offset}
        return [
            AccountState(
                to_account(row),
                row["live"],
                instant_or_none(row["unreachable_since"]),
                instant_or_none(row["suspended_at"]),
            )
            for row in await self._db.rows(TROUBLED_FIRST, values)
        ]

    async def account_counts(self) -> AccountCounts:
        rows = await self._db.rows(
            """
            SELECT count(*) AS active, sum(rejected) AS rejected,
                count(*) FILTER (WHERE coalesce(paused_until, '') > :now) AS paused,
                count(unreachable_since) AS unreachable
            FROM accounts WHERE active = 1
            """,
            {"now": stamp(self._clock())},
        )
        row = rows[0]
        return AccountCounts(row["active"], row["rejected"] or 0, row["paused"], row["unreachable"])

    @in_snapshot
    def outbox(self, tx: Transaction) -> OutboxState:
        by_kind = tx.run(WAITING_BY_KIND)
        known = set(NoticeKind)
        waiting = {NoticeKind(row["kind"]): row["number"] for row in by_kind if row["kind"] in known}
        oldest = instant_or_none(tx.run(OLDEST_MESSAGE)[0]["oldest"])
        given_up = tx.run(GIVEN_UP, {"since": stamp(self._clock() - A_DAY)})[0][0]
        return OutboxState(waiting, oldest, given_up)

    async def waiting_notices(self, limit: int) -> list[WaitingNotices]:
        """What waits to be told, person by person; who has waited longest comes first."""
        rows = await self._db.rows(WAITING_BY_PERSON, {"limit": limit})
        return [
            WaitingNotices(
                row["user_id"],
                row["number"] - row["edits"],
                row["edits"],
                instant(row["oldest_message"] or row["oldest"]),
                row["tries"],
                instant_or_none(row["unreachable_since"]),
            )
            for row in rows
        ]

    # ----- the programs

    async def outages(self, limit: int) -> list[Outage]:
        """The latest outages, the newest first."""
        rows = await self._db.rows("SELECT * FROM outages ORDER BY id DESC LIMIT :limit", {"limit": limit})
        return [
            Outage(row["id"], row["program"], instant(row["since"]), bool(row["died"]), instant_or_none(row["until"]))
            for row in rows
        ]

    async def executor_ticked_at(self) -> datetime | None:
        """When the executor last looked at what recurs, to within a few minutes."""
        row = await self._db.row("SELECT ticked_at FROM executor WHERE id = 1")
        return instant_or_none(row["ticked_at"]) if row else None


def _counts(rows: Sequence[Row]) -> Counts:
    known = [row for row in rows if row["action_type"] in set(ActionType)]
    return {(ActionType(row["action_type"]), ActionStatus(row["status"])): row["number"] for row in known}


def _shots(tx: Transaction, action_ids: Sequence[int]) -> dict[int, dict[ShotOutcome, int]]:
    found: dict[int, dict[ShotOutcome, int]] = {}
    for row in tx.run(SHOTS, {"ids": json.dumps(action_ids)}) if action_ids else ():
        found.setdefault(row["action_id"], {})[ShotOutcome(row["outcome"])] = row["number"]
    return found


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000

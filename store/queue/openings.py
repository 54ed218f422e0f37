"""openings, shots: how each opening went, shot by shot. And when the classes of queued bookings open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from domain.model import OPENING_LASTS, PREPARE, NoticeKind, OpeningRule, clock_time, instant, stamp
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from safety.untrusted import read_instant
from store.connection import Connection, Transaction, in_snapshot, in_transaction
from store.outbox import add_notice

AT_ONE_OPENING = """
    SELECT id, opening_requests FROM booking_actions
    WHERE user_id = :user AND opens_at = :opens AND action_type = 'book' AND status IN ('pending', 'processing')
    UNION
    SELECT id, opening_requests FROM booking_actions
    WHERE user_id = :user AND opens_at = :opens AND opening_requests > 0
"""
AMONG_ALL = """
    SELECT count(*) FILTER (WHERE id < :id) AS before, count(*) AS all_of_them
    FROM booking_actions INDEXED BY live_actions
    WHERE status IN ('pending', 'processing') AND action_type = 'book' AND opens_at = :opens
"""
WITHOUT_OPENING = """
    SELECT id, date, time_slot FROM booking_actions INDEXED BY pending_actions
    WHERE status = 'pending' AND action_type = 'book' AND opens_at IS NULL
"""

BEFORE_OPENING = """
    SELECT id, user_id, date, time_slot, opens_at FROM booking_actions INDEXED BY pending_actions
    WHERE status = 'pending' AND action_type = 'book' AND opens_at > :now
"""
MOVED = """
    UPDATE booking_actions SET opens_at = :opens,
        run_at = CASE WHEN rehearse_at IS NOT NULL THEN min(run_at, :runs) ELSE :runs END,
        rehearse_at = CASE WHEN rehearse_at < :runs THEN rehearse_at END
    WHERE id = :id AND status = 'pending' AND opens_at = :before
    RETURNING id
"""
LOST_FIRST = """
    EXISTS (SELECT 1 FROM shots WHERE action_id = :id AND choice = 0 AND outcome = 'full')
    AND NOT EXISTS (SELECT 1 FROM shots WHERE action_id = :id AND choice = 0 AND outcome IN ('accepted', 'lost'))
"""
SOON = timedelta(minutes=5)  # an opening this near is not to be disturbed


class Openings:
    """When the classes of queued bookings open, and how many requests each account has sent around an opening."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    async def follow(self, rule: OpeningRule, now: datetime) -> None:
        """Rewrites opens_at of bookings that wait for their opening, after the rule has changed; edits their cards."""
        for row in await self._db.rows(BEFORE_OPENING, {"now": stamp(now)}):
            try:
                opens = rule.opens_at(date.fromisoformat(row["date"]), clock_time(row["time_slot"]))
            except (ValueError, OverflowError):
                continue
            if stamp(opens) == row["opens_at"]:
                continue
            runs = max(now, opens - PREPARE)
            values = {"id": row["id"], "opens": stamp(opens), "runs": stamp(runs), "before": row["opens_at"]}
            await self._move(values, row["user_id"])

    @in_transaction
    def _move(self, tx: Transaction, values: Mapping[str, Any], user_id: int) -> None:
        if tx.run(MOVED, values):
            add_notice(tx, user_id, NoticeKind.PROGRESS, action_id=values["id"])

    async def fill_in(self, rule: OpeningRule) -> None:
        """Fills in opens_at of pending bookings that lack it: rows that were put in by hand.

        A date no calendar has an opening for stays as it is.
        """
        for row in await self._db.rows(WITHOUT_OPENING):
            try:
                opens = rule.opens_at(date.fromisoformat(row["date"]), clock_time(row["time_slot"]))
            except (ValueError, OverflowError):
                continue
            await self._db.write(
                "UPDATE booking_actions SET opens_at = :opens WHERE id = :id AND opens_at IS NULL",
                {"id": row["id"], "opens": stamp(opens)},
            )

    @in_snapshot
    def report(self, tx: Transaction, action_id: int) -> OpeningReport | None:
        """The report of the opening of an action's class; None when the action did not wait for an opening."""
        return report_of(tx, action_id)

    async def any_soon(self, user_id: int, now: datetime) -> bool:
        """Whether a class that the person waits for opens within the next minutes, or has opened just now."""
        row = await self._db.row(
            """
            SELECT 1 FROM booking_actions WHERE user_id = :user_id AND action_type = 'book'
            AND status IN ('pending', 'processing') AND opens_at BETWEEN :past AND :soon
            """,
            {"user_id": user_id, "past": stamp(now - OPENING_LASTS), "soon": stamp(now + SOON)},
        )
        return row is not None

    async def next_for(self, user_id: int, now: datetime) -> datetime | None:
        """When the next class that the person waits for opens, or has just opened."""
        row = await self._db.row(
            """
            SELECT MIN(opens_at) AS opens_at FROM booking_actions WHERE user_id = :user_id AND action_type = 'book'
            AND status IN ('pending', 'processing') AND opens_at >= :past
            """,
            {"user_id": user_id, "past": stamp(now - OPENING_LASTS)},
        )
        return read_instant(row["opens_at"]) if row and row["opens_at"] else None

    async def spent(self, user_id: int, opens_at: datetime) -> dict[int, int]:
        """How many requests were sent for each booking of the account that opens then, by the action's id."""
        rows = await self._db.rows(AT_ONE_OPENING, {"user": user_id, "opens": stamp(opens_at)})
        return {row["id"]: row["opening_requests"] for row in rows}

    async def rank(self, action_id: int, opens_at: datetime) -> tuple[int, int]:
        """How many of the live bookings that open then come before this one, and how many there are."""
        row = await self._db.row(AMONG_ALL, {"id": action_id, "opens": stamp(opens_at)})
        return (row["before"], row["all_of_them"]) if row else (0, 1)

    @in_transaction
    def note_spent(self, tx: Transaction, action_id: int, requests: int) -> None:
        """Adds requests that were sent for an action. Not fenced: they count whichever worker holds it now."""
        tx.run(
            "UPDATE booking_actions SET opening_requests = opening_requests + :more WHERE id = :id",
            {"id": action_id, "more": requests},
        )


def record_opening(tx: Transaction, action_id: int, report: OpeningReport) -> None:
    """Stores the report of an action's opening. A later attempt at it adds its shots and replaces the rest."""
    tx.run(
        """
        INSERT INTO openings (action_id, opens_at, offset_ms, doubt_ms, round_trip_ms, seen_ms, opened_early)
        VALUES (:action, :opens_at, :offset, :doubt, :round_trip, :seen, :early)
        ON CONFLICT (action_id) DO UPDATE SET
            opens_at = excluded.opens_at, offset_ms = excluded.offset_ms, doubt_ms = excluded.doubt_ms,
            round_trip_ms = excluded.round_trip_ms, seen_ms = excluded.seen_ms, opened_early = excluded.opened_early
        """,
        {
            "action": action_id,
            "opens_at": stamp(report.opens_at),
            "offset": report.offset * 1000,
            "doubt": report.uncertainty * 1000,
            "round_trip": report.round_trip * 1000,
            "seen": None if report.seen is None else report.seen * 1000,
            "early": report.opened_early,
        },
    )
    for shot in report.shots:
        tx.run(
            """
            INSERT INTO shots (action_id, choice, planned_ms, sent_ms, answered_ms, outcome, message)
            VALUES (:action, :choice, :planned, :sent, :answered, :outcome, :message)
            """,
            {
                "action": action_id,
                "choice": shot.choice,
                "planned": shot.planned * 1000,
                "sent": shot.sent * 1000,
                "answered": shot.answered * 1000,
                "outcome": shot.outcome,
                "message": shot.message,
            },
        )


def lost_at_opening(tx: Transaction, action_id: int) -> bool:
    """Whether the class that was asked for was refused as full at its opening, and no shot at it can have got it."""
    return bool(tx.run(f"SELECT 1 WHERE {LOST_FIRST}", {"id": action_id}))  # noqa: S608 - a constant of this file


def report_of(tx: Transaction, action_id: int) -> OpeningReport | None:
    """The report of the opening of an action's class; None when the action did not wait for an opening."""
    row = tx.row("SELECT * FROM openings WHERE action_id = :id", {"id": action_id})
    if row is None:
        return None
    shots = tx.run("SELECT * FROM shots WHERE action_id = :id ORDER BY id", {"id": action_id})
    return OpeningReport(
        opens_at=instant(row["opens_at"]),
        offset=row["offset_ms"] / 1000,
        uncertainty=row["doubt_ms"] / 1000,
        round_trip=row["round_trip_ms"] / 1000,
        seen=None if row["seen_ms"] is None else row["seen_ms"] / 1000,
        opened_early=bool(row["opened_early"]),
        shots=tuple(
            Shot(
                choice=shot["choice"],
                planned=shot["planned_ms"] / 1000,
                sent=shot["sent_ms"] / 1000,
                answered=shot["answered_ms"] / 1000,
                outcome=ShotOutcome(shot["outcome"]),
                message=shot["message"],
            )
            for shot in shots
        ),
    )

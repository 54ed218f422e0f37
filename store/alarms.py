"""alarms and alarm_channels: which notices go beside the chat too, where they go, and how that went.

An alarm is written with its notice, in one transaction (store/outbox.py); the executor has it sent, at least once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.alarms import GIVEN_UP, Alarm, Channel, ChannelState, next_try
from domain.model import Clock, instant, stamp
from store.connection import Connection, Transaction, in_transaction
from store.outbox import to_notice

UNSENT = "alarms.sent_at IS NULL AND (alarms.next_at IS NULL OR alarms.next_at <= :now)"


class Alarms:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def name_channels(self, channels: Sequence[Channel]) -> None:
        """These are the channels, and no others: with a channel go its alarms. Writes only what has changed."""
        rows = await self._db.rows("SELECT user_id, digest, name FROM alarm_channels")
        if {Channel(row["user_id"], row["digest"], row["name"]) for row in rows} != set(channels):
            await self._db.transact(lambda tx: _name_channels(tx, channels))

    async def channels(self) -> list[ChannelState]:
        rows = await self._db.rows("SELECT * FROM alarm_channels ORDER BY id")
        return [
            ChannelState(
                row["name"], row["digest"], _moment(row["reached_at"]), _moment(row["failing_since"]), row["error"]
            )
            for row in rows
        ]

    async def due(self, most: int) -> list[Alarm]:
        """What is to be sent now, the oldest first."""
        rows = await self._db.rows(
            f"""
            SELECT notices.*, alarms.id AS alarm_id, alarms.attempts AS alarm_attempts, alarm_channels.digest
            FROM alarms JOIN notices ON notices.id = alarms.notice_id
                JOIN alarm_channels ON alarm_channels.id = alarms.channel_id
            WHERE {UNSENT} ORDER BY alarms.id LIMIT :most
            """,  # noqa: S608 - a constant
            {"now": stamp(self._clock()), "most": most},
        )
        return [Alarm(row["alarm_id"], row["digest"], to_notice(row), row["alarm_attempts"]) for row in rows]

    async def next_at(self) -> datetime | None:
        """When the next is to be sent; None when none waits."""
        row = await self._db.row(
            "SELECT count(*) AS number, min(coalesce(next_at, '')) AS soonest FROM alarms WHERE sent_at IS NULL"
        )
        if row is None or not row["number"]:
            return None
        return instant(row["soonest"]) if row["soonest"] else self._clock()

    @in_transaction
    def sent(self, tx: Transaction, alarm: Alarm) -> None:
        """It has arrived."""
        now = stamp(self._clock())
        tx.run(
            "UPDATE alarms SET sent_at = :now, attempts = attempts + 1, error = NULL WHERE id = :id",
            {"now": now, "id": alarm.id},
        )
        _reached(tx, alarm.digest, now)

    @in_transaction
    def dropped(self, tx: Transaction, alarm: Alarm, why: str) -> None:
        """It is not sent: there is nothing to tell any more."""
        tx.run(
            "UPDATE alarms SET sent_at = :now, error = :why WHERE id = :id",
            {"now": stamp(self._clock()), "why": why, "id": alarm.id},
        )

    @in_transaction
    def failed(self, tx: Transaction, alarm: Alarm, error: str) -> None:
        """It could not be sent, and is sent again later; after two days no more."""
        now = self._clock()
        is_over = now - alarm.notice.created_at > GIVEN_UP
        tx.run(
            """
            UPDATE alarms SET next_at = :next, attempts = attempts + 1, error = :error, sent_at = :sent WHERE id = :id
            """,
            {
                "next": stamp(next_try(alarm.attempts + 1, now)), "error": error, "id": alarm.id,
                "sent": stamp(now) if is_over else None,
            },
        )  # fmt: skip
        _could_not_be_reached(tx, alarm.digest, stamp(now), error)

    @in_transaction
    def pinged(self, tx: Transaction, digest: str, error: str | None) -> None:
        """What came of the ping."""
        now = stamp(self._clock())
        if error is None:
            _reached(tx, digest, now)
        else:
            _could_not_be_reached(tx, digest, now, error)


def _name_channels(tx: Transaction, channels: Sequence[Channel]) -> None:
    named = {each.digest for each in channels}
    for row in tx.run("SELECT id, digest FROM alarm_channels"):
        if row["digest"] not in named:
            tx.run("DELETE FROM alarms WHERE channel_id = :id", {"id": row["id"]})
            tx.run("DELETE FROM alarm_channels WHERE id = :id", {"id": row["id"]})
    for each in channels:
        tx.run(
            """
            INSERT INTO alarm_channels (user_id, digest, name) VALUES (:user_id, :digest, :name)
            ON CONFLICT (digest) DO UPDATE SET user_id = :user_id, name = :name
            """,
            {"user_id": each.user_id, "digest": each.digest, "name": each.name},
        )


def _reached(tx: Transaction, digest: str, now: str) -> None:
    tx.run(
        "UPDATE alarm_channels SET reached_at = :now, failing_since = NULL, error = NULL WHERE digest = :digest",
        {"now": now, "digest": digest},
    )


def _could_not_be_reached(tx: Transaction, digest: str, now: str, error: str) -> None:
    values: dict[str, Any] = {"now": now, "digest": digest, "error": error}
    tx.run(
        """
        UPDATE alarm_channels SET failing_since = coalesce(failing_since, :now), error = :error WHERE digest = :digest
        """,
        values,
    )


def _moment(text: str | None) -> datetime | None:
    return instant(text) if text else None

"""heartbeats and outages: which programs live, and which of them the owner was told about because they did not.

Every program writes its own line and looks at the others' lines in the same transaction, so that each outage is told
once, by whichever program lives.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from domain.model import Clock, NoticeKind, instant, stamp
from domain.programs import LATE, Heartbeat, IsDead, Outage, Vitals
from store.connection import Connection, Transaction, in_transaction
from store.outbox import add_notice


class Heartbeats:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def all(self) -> list[Heartbeat]:
        """Every process that has not deregistered, the oldest heartbeat first."""
        rows = await self._db.rows("SELECT * FROM heartbeats ORDER BY at, program")
        return [
            Heartbeat(
                row["program"],
                row["name"],
                row["pid"],
                instant(row["started_at"]),
                instant(row["at"]),
                Vitals(row["note"], row["tasks"], row["version"], row["memory"], row["browser"]),
            )
            for row in rows
        ]

    async def last_sign(self) -> datetime | None:
        """When any program was last awake, as far as it was written down; None in a database that none has used."""
        row = await self._db.row(
            "SELECT max(at) FROM (SELECT at FROM heartbeats UNION ALL SELECT ticked_at FROM executor) AS signs"
        )
        return instant(row[0]) if row and row[0] else None

    async def outage(self, outage_id: int) -> Outage | None:
        row = await self._db.row("SELECT * FROM outages WHERE id = :id", {"id": outage_id})
        if row is None:
            return None
        until = instant(row["until"]) if row["until"] else None
        return Outage(row["id"], row["program"], instant(row["since"]), bool(row["died"]), until)

    @in_transaction
    def beat(
        self,
        tx: Transaction,
        program: str,
        name: str,
        pid: int,
        started: datetime,
        vitals: Vitals,
        *,
        is_dead: IsDead | None,
    ) -> None:
        """Writes down that this process lives. With `is_dead`, also looks whether the others do, and tells the owner.

        Whoever has only just started, or just woken from a sleep, must not judge: pass None.
        """
        now = self._clock()
        mine = {
            "program": program, "name": name, "pid": pid, "started": stamp(started), **asdict(vitals),
        }  # fmt: skip
        tx.run(
            """
            INSERT INTO heartbeats (program, name, pid, started_at, at, note, tasks, version, memory, browser)
            VALUES (:program, :name, :pid, :started, :now, :note, :tasks, :version, :memory, :browser)
            ON CONFLICT (name) DO UPDATE SET
                program = :program, pid = :pid, started_at = :started, at = :now, note = :note, tasks = :tasks,
                version = :version, memory = :memory, browser = :browser
            """,
            mine | {"now": stamp(now)},
        )
        _forget_replaced(tx, mine)
        if is_dead is not None:
            _miss(tx, now, is_dead)
        _welcome_back(tx, now)

    async def deregister(self, name: str) -> None:
        """Deletes the row of a process that ends as it was told to: nobody reports it as missing."""
        await self._db.write("DELETE FROM heartbeats WHERE name = :name", {"name": name})


def _forget_replaced(tx: Transaction, mine: dict[str, object]) -> None:
    """Deletes the row of a process of the same program that stopped before this one started: this one replaces it."""
    tx.run(
        "DELETE FROM heartbeats WHERE program = :program AND name <> :name AND at < :started",
        {key: mine[key] for key in ("program", "name", "started")},
    )


def _miss(tx: Transaction, now: datetime, is_dead: IsDead) -> None:
    """Opens an outage for every process without a beat for LATE, and tells the owner."""
    late = tx.run(
        """
        SELECT program, name, at FROM heartbeats
        WHERE at < :limit AND name NOT IN (SELECT name FROM outages WHERE until IS NULL)
        """,
        {"limit": stamp(now - LATE)},
    )
    for row in late:
        [outage] = tx.run(
            "INSERT INTO outages (program, name, since, died) VALUES (:program, :name, :at, :died) RETURNING id",
            dict(row) | {"died": int(is_dead(row["name"]))},
        )
        _tell_owner(tx, NoticeKind.PROGRAM_DOWN, outage["id"])


def _welcome_back(tx: Transaction, now: datetime) -> None:
    """Closes the outages of whoever beats again or was replaced, and tells the owner."""
    back = tx.run(
        """
        UPDATE outages SET until = :now
        WHERE until IS NULL AND name NOT IN (SELECT name FROM heartbeats WHERE at < :limit)
            AND EXISTS (SELECT 1 FROM heartbeats WHERE heartbeats.program = outages.program AND at >= :limit)
        RETURNING id
        """,
        {"now": stamp(now), "limit": stamp(now - LATE)},
    )
    for row in back:
        _tell_owner(tx, NoticeKind.PROGRAM_BACK, row["id"])


def _tell_owner(tx: Transaction, kind: NoticeKind, outage_id: int) -> None:
    for owner in tx.run("SELECT user_id FROM accounts WHERE role = 'owner' AND active = 1"):
        add_notice(tx, owner["user_id"], kind, outage_id=outage_id)

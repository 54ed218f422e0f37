"""booking_actions: the quiet reading of the timetable that is one for all people, within the requests an hour may cost.

No such reading begins while an opening that somebody waits for is near: it begins once that is over.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.model import OPENING_LASTS, PREPARE, ActionType, Clock, instant, stamp
from domain.requests import NewAction
from store.connection import Connection, Row, Transaction, in_snapshot, in_transaction
from store.queue.rows import enqueue

MOST_AN_HOUR = 20  # readings of the timetable begun in an hour, by whomever and for whatever: each asks for every day
APART = timedelta(seconds=30)  # a reading that began so lately is not repeated: whoever asks has its result
AFTER_A_FAILURE = timedelta(minutes=5)  # the site is in trouble, or the account: whoever looks at a page can wait
NEAR = PREPARE + timedelta(minutes=1)  # before an opening: a reading begun then may last into its preparation

NEAR_OPENING = timedelta(minutes=15)  # after an opening: a refusal then is told by a site that may be out of breath
LOOKED_INTO = timedelta(minutes=1)  # after such a refusal

READER = """
    SELECT user_id FROM accounts
    WHERE active = 1 AND rejected = 0 AND coalesce(paused_until, '') <= :now
    ORDER BY role = 'owner' DESC, user_id LIMIT 1
"""
UNDER_WAY = """
    SELECT id, status, run_at, failures, max(run_at, coalesce(paused_until, '')) AS begins
    FROM booking_actions INDEXED BY live_actions LEFT JOIN accounts USING (user_id)
    WHERE action_type = 'refresh' AND status IN ('pending', 'processing')
    ORDER BY status = 'processing' DESC, begins LIMIT 1
"""
LATELY = """
    SELECT count(*) OVER () AS begun, created_at AS last, status FROM booking_actions INDEXED BY routine_tries
    WHERE action_type = 'refresh' AND action_type IN ('check', 'refresh')
        AND user_id IN (SELECT user_id FROM accounts) AND created_at > :since
    ORDER BY created_at DESC, id DESC LIMIT 1
"""
OPENINGS = """
    SELECT DISTINCT opens_at FROM booking_actions INDEXED BY live_actions
    WHERE status IN ('pending', 'processing') AND action_type = 'book' AND opens_at > :over
    ORDER BY opens_at
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a wish to have the timetable read."""

    begins: datetime | None  # from when on it is read; None: it is not
    moved: int | None = None  # the waiting reading that begins earlier for it
    reader: int | None = None  # for whose account a new reading is put in the queue

    @property
    def is_as_it_is(self) -> bool:
        """Whether nothing is to be written."""
        return self.moved is None and self.reader is None


class QuietReadings:
    """Begins a reading of the timetable, unless one is under way or was a moment ago."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def begin(self) -> datetime | None:
        """Has the timetable read; gives from when on, which is now unless an opening is near.

        None when it is not read: it was a moment ago, or too often within the hour, or no account can be asked.
        Where nothing is to be written, nobody's lock is waited for.
        """
        plan = await self._plan()
        return plan.begins if plan.is_as_it_is else await self._carry_out()

    async def would_begin(self) -> datetime | None:
        """From when on the timetable would be read if that was asked for now. Writes nothing."""
        return (await self._plan()).begins

    @in_snapshot
    def _plan(self, tx: Transaction) -> Plan:
        return _plan(tx, self._clock())

    @in_transaction
    def _carry_out(self, tx: Transaction) -> datetime | None:
        now = self._clock()
        return _carry_out(tx, _plan(tx, now), now)

    @in_snapshot
    def under_way(self, tx: Transaction) -> datetime | None:
        """From when on the reading that is in the queue is carried out; None when there is none."""
        return _begins(tx, self._clock())


def is_under_way(tx: Transaction) -> bool:
    """Whether a reading of the timetable is in the queue, or carried out."""
    return tx.row(UNDER_WAY) is not None


def doubt_refusal(tx: Transaction, opened_at: datetime | None, now: datetime) -> None:
    """Has the timetable read soon after a place was refused as full near its opening: a site in trouble may be wrong,
    and until it is read again the class is full for everybody."""
    if opened_at is not None and timedelta(0) <= now - opened_at <= NEAR_OPENING:
        _carry_out(tx, _plan(tx, now + LOOKED_INTO), now)


def _carry_out(tx: Transaction, plan: Plan, now: datetime) -> datetime | None:
    if plan.moved is not None and plan.begins is not None:
        tx.run(
            "UPDATE booking_actions SET run_at = :begins WHERE id = :id",
            {"id": plan.moved, "begins": stamp(plan.begins)},
        )
    if plan.reader is not None:
        enqueue(tx, NewAction(ActionType.REFRESH, plan.reader, quiet=True, run_at=plan.begins), now)
    return plan.begins


def _plan(tx: Transaction, now: datetime) -> Plan:
    wanted = after_openings(tx, now)
    if (row := tx.row(UNDER_WAY)) is not None:
        begins = _begins_of(row, now)
        if begins <= wanted or row["failures"] > 0 or row["begins"] != row["run_at"]:
            return Plan(begins)
        return Plan(wanted, moved=row["id"])
    reader = tx.row(READER, {"now": stamp(now)})
    if reader is None or _is_enough(tx, now):
        return Plan(None)
    return Plan(wanted, reader=reader["user_id"])


def _begins_of(row: Row, now: datetime) -> datetime:
    return now if row["status"] == "processing" else max(now, instant(row["begins"]))


def _begins(tx: Transaction, now: datetime) -> datetime | None:
    row = tx.row(UNDER_WAY)
    return None if row is None else _begins_of(row, now)


def _is_enough(tx: Transaction, now: datetime) -> bool:
    row = tx.row(LATELY, {"since": stamp(now - timedelta(hours=1))})
    if row is None:
        return False
    apart = AFTER_A_FAILURE if row["status"] == "failed" else APART
    return bool(row["begun"] >= MOST_AN_HOUR or row["last"] > stamp(now - apart))


def after_openings(tx: Transaction, moment: datetime) -> datetime:
    """The moment, or the end of the opening that is near then; where the next one is near then, the end of that."""
    begins = moment
    for row in tx.run(OPENINGS, {"over": stamp(moment - OPENING_LASTS)}):
        opens = instant(row["opens_at"])
        if opens - NEAR <= begins:
            begins = max(begins, opens + OPENING_LASTS)
    return begins

"""notices: what people should hear. Written beside the fact it tells, delivered by bot_db.py alone."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial

from domain.delivered import Told
from domain.model import Clock, Notice, NoticeKind, instant, stamp
from store.connection import Connection, Row, Transaction, in_transaction

ADD = """
    INSERT INTO notices (user_id, kind, action_id, booking_row_id, confirmation_id, occurrence_id, outage_id,
        message_id, about_user_id, remark_id, rule_id, pair_id)
    SELECT CAST(:user_id AS BIGINT), CAST(:kind AS TEXT), CAST(:action_id AS BIGINT),
        CAST(:booking_row_id AS BIGINT), CAST(:confirmation_id AS BIGINT), CAST(:occurrence_id AS BIGINT),
        CAST(:outage_id AS BIGINT), CAST(:message_id AS BIGINT), CAST(:about_user_id AS BIGINT),
        CAST(:remark_id AS BIGINT), CAST(:rule_id AS BIGINT), CAST(:pair_id AS BIGINT)
    WHERE :kind IN ('suspended', 'card') OR NOT EXISTS (SELECT 1 FROM accounts WHERE user_id = :user_id AND active = 0)
        OR (:kind = 'result'
            AND EXISTS (SELECT 1 FROM guests WHERE user_id = :user_id AND suspended_at IS NOT NULL))
    RETURNING id
"""
"""Where nothing is said of what a notice is about, nothing but the cast tells PostgreSQL that it is a number.

Who is suspended hears how that ended which a worker was just at: they hold that place, or gave it back.
"""
ALARMING = (
    NoticeKind.RESULT,  # of an opening that was lost
    NoticeKind.LOGIN_REJECTED,
    NoticeKind.LOGIN_DUE,
    NoticeKind.PROGRAM_DOWN,
    NoticeKind.PROGRAM_BACK,
    NoticeKind.BACKUPS_FAIL,
    NoticeKind.BACKUPS_BACK,
)
"""What must not be missed: told beside the chat too, where the configuration names a channel (store/alarms.py)."""
ALARM = """
    INSERT INTO alarms (notice_id, channel_id)
    SELECT CAST(:notice AS BIGINT), id FROM alarm_channels
    WHERE user_id = :user_id AND name <> 'ping' AND (:kind <> 'result' OR EXISTS (
        SELECT 1 FROM booking_actions
        WHERE id = :action AND action_type = 'book' AND status = 'failed' AND watch IS NULL
            AND (opening_requests > 0 OR opens_at > created_at)
    ))
"""


def add_notice(
    tx: Transaction,
    user_id: int,
    kind: NoticeKind,
    *,
    action_id: int | None = None,
    booking_row_id: int | None = None,
    confirmation_id: int | None = None,
    occurrence_id: int | None = None,
    outage_id: int | None = None,
    message_id: int | None = None,
    about_user_id: int | None = None,
    remark_id: int | None = None,
    rule_id: int | None = None,
    pair_id: int | None = None,
) -> None:
    """Puts a notice in the outbox. Who is not active hears of their suspension alone; their chat is still edited.

    One that must not be missed goes to the channels beside the chat too, where there are any.
    """
    values = {
        "user_id": user_id, "kind": kind, "action_id": action_id, "booking_row_id": booking_row_id,
        "confirmation_id": confirmation_id, "occurrence_id": occurrence_id, "outage_id": outage_id,
        "message_id": message_id, "about_user_id": about_user_id, "remark_id": remark_id, "rule_id": rule_id,
        "pair_id": pair_id,
    }  # fmt: skip
    for row in tx.run(ADD, values):
        if kind in ALARMING:
            tx.run(ALARM, {"notice": row["id"], "user_id": user_id, "kind": kind, "action": action_id})


def tell_owner(tx: Transaction, kind: NoticeKind, *, about: int | None = None) -> None:
    """Puts a notice for whoever keeps the bot in the outbox."""
    for owner in tx.run("SELECT user_id FROM accounts WHERE role = 'owner' AND active = 1"):
        add_notice(tx, owner["user_id"], kind, about_user_id=about)


def to_notice(row: Row) -> Notice:
    return Notice(
        id=row["id"],
        user_id=row["user_id"],
        kind=NoticeKind(row["kind"]),
        action_id=row["action_id"],
        booking_row_id=row["booking_row_id"],
        confirmation_id=row["confirmation_id"],
        occurrence_id=row["occurrence_id"],
        created_at=instant(row["created_at"]),
        outage_id=row["outage_id"],
        message_id=row["message_id"],
        about_user_id=row["about_user_id"],
        remark_id=row["remark_id"],
        rule_id=row["rule_id"],
        pair_id=row["pair_id"],
        lost=row["lost"],
    )


class Outbox:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def next_of_each(self, aside: Collection[int] = ()) -> list[Notice]:
        """The oldest unsent message and the oldest unsent edit of every person, those put aside left out.

        Order holds within a chat, and no chat waits for another.
        """
        rows = await self._db.rows(
            """
            SELECT * FROM notices
            WHERE id IN (
                SELECT min(id) FROM notices
                WHERE sent_at IS NULL AND id NOT IN (SELECT value FROM json_each(:aside))
                GROUP BY user_id, kind IN ('progress', 'card', 'page')
            )
            ORDER BY id
            """,
            {"aside": json.dumps(list(aside))},
        )
        for row in rows:
            if row["kind"] not in set(NoticeKind):
                await self.give_up(row["id"], f"nobody knows a notice of kind {row['kind']}")
        return [to_notice(row) for row in rows if row["kind"] in set(NoticeKind)]

    async def stale(self, user_id: int, before: datetime) -> list[Notice]:
        """A person's unsent messages of before that moment, the oldest first; edits left out."""
        rows = await self._db.rows(
            """
            SELECT * FROM notices
            WHERE user_id = :user_id AND sent_at IS NULL AND created_at < :before
                AND kind NOT IN ('progress', 'card', 'page')
            ORDER BY id
            """,
            {"user_id": user_id, "before": stamp(before)},
        )
        return [to_notice(row) for row in rows if row["kind"] in set(NoticeKind)]

    @in_transaction
    def sent(self, tx: Transaction, notice: Notice, told: Told) -> None:
        """Marks a notice delivered, in one step with what follows from it.

        The new message is the action's card from now on; the one before is edited when there is time.
        """
        self._mark(tx, [notice.id])
        _reached(tx, notice.user_id)
        if told.action_id is None or told.message_id is None:
            return
        tx.run(
            "UPDATE booking_actions SET card_message_id = :message WHERE id = :action",
            {"message": told.message_id, "action": told.action_id},
        )
        if told.old_card is not None:
            add_notice(tx, notice.user_id, NoticeKind.CARD, action_id=told.action_id, message_id=told.old_card)

    @in_transaction
    def sent_together(self, tx: Transaction, notices: Sequence[Notice]) -> None:
        """Marks notices delivered that went out as one message; the cards of their actions are edited in time."""
        self._mark(tx, [notice.id for notice in notices])
        for notice in notices:
            _reached(tx, notice.user_id)
            if notice.kind is NoticeKind.RESULT:
                _edit_its_card(tx, notice)

    def _mark(self, tx: Transaction, ids: Sequence[int]) -> None:
        """What only edited a list of places is not kept: each reading of the timetable edits all that are open."""
        tx.run(
            "DELETE FROM notices WHERE id IN (SELECT value FROM json_each(:ids)) AND kind = 'page'",
            {"ids": json.dumps(list(ids))},
        )
        tx.run(
            """
            UPDATE notices SET sent_at = :now, attempts = attempts + 1, error = NULL
            WHERE id IN (SELECT value FROM json_each(:ids))
            """,
            {"now": stamp(self._clock()), "ids": json.dumps(list(ids))},
        )

    async def give_up(self, notice_id: int, reason: str) -> None:
        """Marks a notice that is not told any more: there is nothing to tell, or Telegram will never take it."""
        await self._db.transact(partial(self._give_up, notice_id=notice_id, reason=reason))

    def _give_up(self, tx: Transaction, notice_id: int, reason: str) -> None:
        values = {"now": stamp(self._clock()), "error": reason, "id": notice_id}
        tx.run("DELETE FROM notices WHERE id = :id AND kind = 'page'", values)
        tx.run("UPDATE notices SET sent_at = :now, attempts = attempts + 1, error = :error WHERE id = :id", values)

    async def failed(self, notice_id: int) -> int:
        """Counts a try that did not reach Telegram; the notice stays. Returns how many tries there were."""
        rows = await self._db.write(
            "UPDATE notices SET attempts = attempts + 1 WHERE id = :id RETURNING attempts", {"id": notice_id}
        )
        return int(rows[0]["attempts"]) if rows else 0

    async def lost(self, notice_id: int) -> None:
        """Counts a try whose answer was lost: it may have arrived. The notice stays."""
        await self._db.write(
            "UPDATE notices SET attempts = attempts + 1, lost = lost + 1 WHERE id = :id", {"id": notice_id}
        )


def _reached(tx: Transaction, user_id: int) -> None:
    tx.run(
        "UPDATE accounts SET unreachable_since = NULL WHERE user_id = :user_id AND unreachable_since IS NOT NULL",
        {"user_id": user_id},
    )


def _edit_its_card(tx: Transaction, notice: Notice) -> None:
    row = tx.row("SELECT card_message_id FROM booking_actions WHERE id = :id", {"id": notice.action_id})
    if row and row["card_message_id"] is not None:
        card = row["card_message_id"]
        add_notice(tx, notice.user_id, NoticeKind.CARD, action_id=notice.action_id, message_id=card)

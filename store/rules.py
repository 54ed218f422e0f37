"""house_rules: what the site was seen to do otherwise than its rules say, and what the owner took over of it."""

from __future__ import annotations

import logging
from datetime import time
from zoneinfo import ZoneInfo

from domain.house_rules import HouseRules, Rule
from domain.model import ClassRef, Clock, NoticeKind, OpeningRule, Role, instant, stamp
from domain.rule_sightings import Sighting
from domain.seen_rules import SeenRule
from store.connection import Connection, Row, Transaction, in_transaction
from store.outbox import add_notice
from store.row_reading import all_readable, readable

NOTHING_KNOWN = HouseRules(OpeningRule(0, time.min, ZoneInfo("UTC")))  # values are tried on these
log = logging.getLogger(__name__)


def _seen(row: Row) -> SeenRule:
    """Raises ValueError for a rule, or a value of it, that there can't be."""
    rule = Rule(row["name"])
    NOTHING_KNOWN.with_value(rule, row["value"])
    return SeenRule(
        row["id"],
        rule,
        row["value"],
        row["instead_of"],
        row["words"],
        row["seen"],
        instant(row["seen_at"]),
        row["answer"],
    )


class Rules:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    async def in_force(self, configured: HouseRules) -> HouseRules:
        """The configured rules, with the values that the owner took over since the configuration last changed."""
        rules = configured
        for row in await self._db.rows(
            "SELECT name, value, configured FROM house_rules WHERE answer = 'set' ORDER BY answered_at"
        ):
            try:
                rule = Rule(row["name"])
                if row["configured"] == configured.value(rule):
                    rules = rules.with_value(rule, row["value"])
            except ValueError as error:
                log.warning("A row of house_rules can't be read; it is left out: %s", error)
        return rules

    @in_transaction
    def note(self, tx: Transaction, sighting: Sighting, rules: HouseRules, wish: ClassRef, action_id: int) -> None:
        """Counts a sighting, one for each class; the owner is told once, when there are enough."""
        values = {
            "name": sighting.rule,
            "value": sighting.value,
            "instead_of": rules.value(sighting.rule),
            "words": sighting.words,
            "about": f"{wish.day} {wish.start:%H:%M} {wish.course}",
            "action": action_id,
            "needed": sighting.needed,
            "now": stamp(self._clock()),
        }
        [row] = tx.run(
            """
            INSERT INTO house_rules (name, value, instead_of, words, about, action_id, seen_at)
            VALUES (:name, :value, :instead_of, :words, :about, :action, :now)
            ON CONFLICT (name, value) DO UPDATE SET
                seen = house_rules.seen + CASE WHEN house_rules.about <> :about THEN 1 ELSE 0 END,
                about = :about, seen_at = :now,
                words = :words, action_id = :action, instead_of = :instead_of
            RETURNING id, seen, told_at
            """,
            values,
        )
        if row["told_at"] is not None or row["seen"] < sighting.needed:
            return
        tx.run("UPDATE house_rules SET told_at = :now WHERE id = :id", values | {"id": row["id"]})
        for owner in tx.run("SELECT user_id FROM accounts WHERE role = :r AND active = 1", {"r": Role.OWNER}):
            add_notice(tx, owner["user_id"], NoticeKind.HOUSE_RULE, rule_id=row["id"])

    async def find(self, rule_id: int) -> SeenRule | None:
        row = await self._db.row("SELECT * FROM house_rules WHERE id = :id", {"id": rule_id})
        return readable(_seen, row)

    async def told(self) -> list[SeenRule]:
        """What the owner was told of, the newest last."""
        rows = await self._db.rows("SELECT * FROM house_rules WHERE told_at IS NOT NULL ORDER BY id")
        return all_readable(_seen, rows)

    @in_transaction
    def answer(self, tx: Transaction, rule_id: int, configured: HouseRules, *, take_over: bool) -> SeenRule | None:
        """Stores the owner's answer: whether the value replaces the one of its rule. None: no such row."""
        values = {"id": rule_id, "now": stamp(self._clock()), "answer": "set" if take_over else "left"}
        row = tx.row("SELECT * FROM house_rules WHERE id = :id", values)
        if row is None or (seen := readable(_seen, row)) is None:
            return None
        values["configured"] = configured.value(seen.rule)
        if take_over:
            tx.run(
                """
                UPDATE house_rules SET answer = 'left', seen = 0, told_at = NULL, about = ''
                WHERE name = :name AND answer = 'set' AND id <> :id
                """,
                {"name": row["name"], "id": rule_id},
            )  # what the site goes back to is news again
        answered = tx.row(
            """
            UPDATE house_rules SET answer = :answer, answered_at = :now, configured = :configured WHERE id = :id
            RETURNING *
            """,
            values,
        )
        return readable(_seen, answered)

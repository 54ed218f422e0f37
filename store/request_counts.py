"""request_counts: how many requests were sent for each account in each minute of the last two days."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta

from domain.model import Clock, stamp
from domain.request_counts import RecentRequests, RequestCount
from store.connection import Connection, Transaction, in_transaction

KEPT = timedelta(days=2)
A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)

ADD = """
    INSERT INTO request_counts (minute, user_id, requests, delayed)
    SELECT value ->> 0, CAST(value ->> 1 AS BIGINT), CAST(value ->> 2 AS BIGINT), CAST(value ->> 3 AS BIGINT)
    FROM json_each(:counts) WHERE CAST(value ->> 1 AS BIGINT) IN (SELECT user_id FROM accounts)
    ON CONFLICT (minute, user_id) DO UPDATE SET
        requests = request_counts.requests + excluded.requests,
        delayed = request_counts.delayed + excluded.delayed
"""


class RequestCounts:
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._db = connection
        self._clock = clock

    @in_transaction
    def add(self, tx: Transaction, counts: Sequence[RequestCount]) -> None:
        """Adds what a process has counted to what others have; what is older than two days goes.

        What was sent for somebody who was forgotten meanwhile is not written.
        """
        rows = [[stamp(each.minute), each.user_id, each.requests, each.delayed] for each in counts]
        tx.run(ADD, {"counts": json.dumps(rows)})
        tx.run("DELETE FROM request_counts WHERE minute < :limit", {"limit": stamp(self._clock() - KEPT)})

    async def recent(self) -> list[RecentRequests]:
        """Of each account for which something was sent within the hour, how much. Who sent the most comes first.

        Workers write what they counted every twenty seconds: what they sent since then is not in it yet.
        """
        now = self._clock()
        rows = await self._db.rows(
            """
            SELECT user_id, sum(requests) AS requests, max(requests) AS busiest, sum(delayed) AS delayed,
                sum(CASE WHEN minute = :whole THEN requests ELSE 0 END) AS latest
            FROM request_counts WHERE minute > :hour GROUP BY user_id ORDER BY requests DESC, user_id
            """,
            {"hour": stamp(now - AN_HOUR), "whole": stamp(now.replace(second=0, microsecond=0) - A_MINUTE)},
        )
        return [
            RecentRequests(row["user_id"], row["latest"], row["requests"], row["busiest"], row["delayed"])
            for row in rows
        ]

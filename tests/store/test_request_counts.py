"""How many requests are sent for each account: counted in memory, written sparingly, read as recent traffic."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from actions.request_counts import write_down
from database import Database
from domain.errors import DatabaseError
from domain.request_counts import BURST, RecentRequests, RequestCount
from portal.request_tally import RequestTally
from portal.resources import AwaitedMoments, Resources
from portal.session.request_budget import RequestBudget
from tests.conftest import GIULIA, MARCO
from tests.support.clock import FakeClock

pytestmark = pytest.mark.both_engines


class Site:
    """What the counting needs of a portal."""

    def __init__(self, clock: FakeClock) -> None:
        self.tally, self.awaited = RequestTally(clock), AwaitedMoments()

    @property
    def resources(self) -> Resources:
        return cast(Resources, SimpleNamespace(tally=self.tally, awaited=self.awaited))


async def test_what_two_workers_sent_in_a_minute_is_one_number(db: Database, clock: FakeClock) -> None:
    for _ in range(2):
        site = Site(clock)
        site.tally.note(GIULIA)
        site.tally.note(GIULIA, delayed=True)
        site.tally.note(MARCO)
        await write_down(db, site.resources)
    clock.go(seconds=60)
    assert await db.request_counts.recent() == [RecentRequests(GIULIA, 4, 4, 4, 2), RecentRequests(MARCO, 2, 2, 2, 0)]


async def test_the_busiest_minute_of_the_hour_is_told(db: Database, clock: FakeClock) -> None:
    for minutes, requests in ((70, 90), (30, 50), (1, 3)):
        await db.request_counts.add([RequestCount(GIULIA, clock.now - timedelta(minutes=minutes), requests)])
    assert await db.request_counts.recent() == [RecentRequests(GIULIA, 3, 53, 50, 0)]


async def test_counts_of_two_days_ago_go(db: Database, clock: FakeClock) -> None:
    await db.request_counts.add([RequestCount(GIULIA, clock.now, 5)])
    clock.go(hours=49)
    await db.request_counts.add([RequestCount(MARCO, clock.now, 1)])
    rows = await db.connection.rows("SELECT user_id FROM request_counts")
    assert [row["user_id"] for row in rows] == [MARCO]


async def test_nothing_is_written_while_an_opening_is_awaited(db: Database, clock: FakeClock) -> None:
    site = Site(clock)
    site.tally.note(GIULIA)
    with site.awaited.one_more():
        await write_down(db, site.resources)
        assert await db.request_counts.recent() == []
    await write_down(db, site.resources)
    assert [each.last_hour for each in await db.request_counts.recent()] == [1]


async def test_counts_that_could_not_be_written_are_not_lost(
    db: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    site = Site(clock)
    site.tally.note(GIULIA)

    async def full(*_: object) -> None:
        raise DatabaseError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(db.request_counts, "add", full)
        with pytest.raises(DatabaseError):
            await write_down(db, site.resources)
    await write_down(db, site.resources)
    assert [each.last_hour for each in await db.request_counts.recent()] == [1]


async def test_the_budget_counts_each_request_and_those_that_wait(clock: FakeClock) -> None:
    waits: list[float] = []
    tally = RequestTally(clock)

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    budget = RequestBudget("account 42", sleep, lambda *, delayed: tally.note(GIULIA, delayed=delayed))
    for _ in range(BURST + 2):
        await budget.spend()
    await budget.spend(urgent=True)
    counted = tally.take()
    assert sum(each.requests for each in counted) == BURST + 3
    assert sum(each.delayed for each in counted) == len(waits) > 0

"""The picture of the week on Mondays: in the morning, once, for who wants it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from database import Database
from domain.model import NoticeKind
from domain.preferences import Preferences
from periodic_executor import Executor
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from tests.support.recurring import settings_of


async def sent(db: Database, clock: FakeClock, folder: Path, *moments: datetime) -> list[int]:
    """How many have been put into the outbox by each of these moments."""
    executor, counts = Executor(db, settings_of(folder), clock), []
    for moment in moments:
        clock.now = moment
        await executor.step()
        rows = await db.connection.rows("SELECT 1 FROM notices WHERE kind = :kind", {"kind": NoticeKind.WEEK})
        counts.append(len(rows))
    return counts


async def test_it_is_sent_once_from_half_past_seven_in_rome_on(db: Database, clock: FakeClock, tmp_path: Path) -> None:
    await db.preferences.set(GIULIA, Preferences(mondays=True))
    before, at, later = (datetime(2026, 11, 23, 6, minute, tzinfo=UTC) for minute in (29, 30, 31))
    next_week = datetime(2026, 11, 30, 7, tzinfo=UTC)
    assert await sent(db, clock, tmp_path, before, at, later, next_week) == [0, 1, 1, 2]


async def test_another_setting_chosen_on_that_morning_does_not_send_it_again(
    db: Database, clock: FakeClock, tmp_path: Path
) -> None:
    await db.preferences.set(GIULIA, Preferences(mondays=True))
    at = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert await sent(db, clock, tmp_path, at) == [1]
    await db.preferences.set(GIULIA, Preferences())
    await db.preferences.set(GIULIA, Preferences(mondays=True, dark=True))
    assert await sent(db, clock, tmp_path, at) == [1]


@pytest.mark.parametrize(
    ("wanted", "moment"),
    [
        (False, datetime(2026, 11, 23, 7, tzinfo=UTC)),
        (True, datetime(2026, 11, 23, 11, tzinfo=UTC)),  # slept until noon
        (True, datetime(2026, 11, 24, 7, tzinfo=UTC)),
    ],
)
async def test_it_is_not_sent_unasked_or_late(
    db: Database, clock: FakeClock, tmp_path: Path, wanted: bool, moment: datetime
) -> None:
    await db.preferences.set(GIULIA, Preferences(mondays=wanted))
    assert await sent(db, clock, tmp_path, moment) == [0]

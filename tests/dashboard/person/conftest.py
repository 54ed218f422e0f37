"""The dashboard with something in its rows: the owner holds a class, waits for another, and has raced before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import pytest_asyncio

from database import Database
from domain.model import ActionType, Booking, ClassRef
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.requests import NewAction
from tests.support import outcomes, pages
from tests.support.clock import FakeClock
from tests.support.pages import OWNER, Site

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
OPENED = datetime(2026, 11, 21, 23, tzinfo=UTC)
OPENS = datetime(2026, 11, 23, 23, tzinfo=UTC)
PILATES = Booking("PILATES MATWORK", "Giuriati", date(2026, 11, 24), time(18), 55)
GAG = ClassRef("GAG", "Giuriati", date(2026, 11, 26), time(18))
SHOTS = (
    Shot(0, 0.0, -0.05, -0.01, ShotOutcome.EARLY),
    Shot(0, 0.006, -0.009, 0.021, ShotOutcome.ACCEPTED, "Prenotata"),
)
REPORT = OpeningReport(OPENED, 0.8, 0.004, 0.03, 0.4, shots=SHOTS)


async def raced(db: Database) -> None:
    """Pilates was won at its opening."""
    await db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref, opens_at=OPENED))
    action = await db.claims.claim("w", 60)
    assert action
    await db.settlement.settle(action, outcomes.booked(PILATES, report=REPORT))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with pages.site(tmp_path_factory.mktemp("site"), FakeClock(NOW)) as running:
        await raced(running.db)
        ahead = NewAction(ActionType.BOOK, OWNER, GAG, opens_at=OPENS, run_at=OPENS - timedelta(minutes=5))
        await running.db.requests.add(ahead)
        yield running

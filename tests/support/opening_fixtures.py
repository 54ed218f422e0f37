"""Fixtures of openings: a driver and a browser for a file's tests, sites shortly before noon, and a queue before them.

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

One loop for a file's tests, so that one driver and browser can serve all.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from database import open_database
from domain.model import Role
from domain.people import Person
from tests.support.lent_browser import LentBrowser
from tests.support.openings import Open, opening
from tests.support.stages import OWNER, Set, Stage, a_runner


@pytest.fixture
def at(engine: LentBrowser, tmp_path: Path) -> Open:
    """Opens a site shortly before noon."""
    numbers = iter(range(100))
    return lambda **options: opening(engine, tmp_path / str(next(numbers)), **options)


@pytest.fixture
def staged(engine: LentBrowser, tmp_path: Path) -> Set:
    """The same with a queue in front of it."""

    @asynccontextmanager
    async def stage(lead: float = 0.3, **options: Any) -> AsyncIterator[Stage]:
        async with (
            opening(engine, tmp_path, lead=lead, **options) as opened,
            open_database(tmp_path / "polimisport.db", opened.clock) as db,
        ):
            await db.people.set([Person(OWNER, Role.OWNER, "x")])
            runner = a_runner(opened, db)
            yield Stage(opened, db, runner)

    return stage

"""What only one program may do at a time, on whatever machine: who stops, and who takes over, in that order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from domain.errors import DatabaseBusy
from domain.postgresql_address import PostgresqlAddress
from store.connection import Duty
from store.postgresql.duty import DutyPace, Turns
from tests.support.cut_wire import wire
from tests.support.postgresql import Server
from tests.support.running import PATIENCE

BRISK = DutyPace(sign=0.1, answer=4, silence=9, look=0.05)
PATIENT = DutyPace(sign=0.1, answer=30, silence=60, look=0.05)
pytestmark = pytest.mark.process


class Program:
    """A program that has the duty, or waits for it, and what it noted."""

    def __init__(
        self,
        name: str,
        notes: list[str],
        address: PostgresqlAddress,
        duty: Duty = Duty.TELEGRAM,
        pace: DutyPace = PATIENT,
    ) -> None:
        self.stop = asyncio.Event()
        self.waits = asyncio.Event()
        self.works = asyncio.Event()
        self._name = name
        self._notes = notes
        turns = Turns(address, duty, pace)
        self._run = asyncio.create_task(turns.run(self.stop, self._work, self._waiting))

    async def _work(self, over: asyncio.Event) -> None:
        self._notes.append(f"{self._name} begins")
        self.works.set()
        await over.wait()
        self._notes.append(f"{self._name} ends")

    @asynccontextmanager
    async def _waiting(self) -> AsyncIterator[None]:
        self.waits.set()
        yield

    async def end(self) -> None:
        self.stop.set()
        await self._run


@pytest.fixture
def address(postgresql: Server) -> PostgresqlAddress:
    return postgresql.database()


async def test_one_has_the_duty_and_the_next_takes_over_when_it_stops(address: PostgresqlAddress) -> None:
    notes: list[str] = []
    async with asyncio.timeout(PATIENCE):
        one = Program("one", notes, address)
        await one.works.wait()
        other, elsewhere = Program("other", notes, address), Program("elsewhere", notes, address, duty=Duty.DATES)
        await other.waits.wait()
        await elsewhere.works.wait()
        assert notes == ["one begins", "elsewhere begins"]
        await one.end()
        await other.works.wait()
        await other.end()
        await elsewhere.end()
    assert notes == [
        "one begins", "elsewhere begins", "one ends", "other begins", "other ends", "elsewhere ends",
    ]  # fmt: skip


async def test_who_is_cut_off_has_stopped_before_the_next_takes_over(
    address: PostgresqlAddress, tmp_path: Path
) -> None:
    notes: list[str] = []
    server = parse_qs(urlsplit(address.uri).query)["host"][0]
    with wire(Path(server), tmp_path) as cable:
        async with asyncio.timeout(PATIENCE):
            one = Program("one", notes, PostgresqlAddress(address.uri.replace(server, str(tmp_path))), pace=BRISK)
            await one.works.wait()
            other = Program("other", notes, address)
            await other.waits.wait()
            cable.is_silent = True
            await other.works.wait()
            assert notes == ["one begins", "one ends", "other begins"]
            cable.is_silent = False
            await one.waits.wait()
            await other.end()
            one.works.clear()
            await one.works.wait()
            await one.end()
    assert notes[3:] == ["other ends", "one begins", "one ends"]


async def test_a_session_that_the_server_ends_is_a_duty_lost_and_had_again(address: PostgresqlAddress) -> None:
    notes: list[str] = []
    async with asyncio.timeout(PATIENCE):
        one = Program("one", notes, address)
        await one.works.wait()
        one.works.clear()
        with psycopg.connect(address.uri, autocommit=True) as shell:
            shell.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'polimisport duty'"
            )
        await one.works.wait()
        await one.end()
    assert notes == ["one begins", "one ends", "one begins", "one ends"]


async def test_work_for_which_the_database_was_out_of_reach_begins_anew(address: PostgresqlAddress) -> None:
    notes: list[str] = []

    async def work(over: asyncio.Event) -> None:
        notes.append("begins")
        if len(notes) < 3:
            raise DatabaseBusy("out of reach")

    async with asyncio.timeout(PATIENCE):
        await Turns(address, Duty.TELEGRAM, BRISK).run(asyncio.Event(), work, nullcontext)
    assert notes == ["begins", "begins", "begins"]


async def test_work_that_ends_by_itself_ends_the_duty(address: PostgresqlAddress) -> None:
    async def nothing(_over: asyncio.Event) -> None: ...

    @asynccontextmanager
    async def waiting() -> AsyncIterator[None]:
        yield

    async with asyncio.timeout(PATIENCE):
        await Turns(address, Duty.TELEGRAM, PATIENT).run(asyncio.Event(), nothing, waiting)

"""Every way an action leaves `processing`: what the row, the outbox, the account and the queue look like afterwards.

The site's verbs answer as each case says; runner, database and clock are real. A case states the whole of what is left
behind, so that whoever rebuilds what happens in between sees at once what became different.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

import booking
from actions import cancelling
from actions.cancelling import Cancelled
from actions.runner import ActionRunner
from database import Database
from domain.model import (
    Action,
    ActionType,
    Booking,
    Credentials,
    instant,
)
from domain.requests import NewAction
from opening.openings import Openings
from opening.race import Race, Won
from portal.bookings_list import BookingsList
from portal.portal import Portal
from portal.session.site_session import SiteSession
from runtime.settings import Settings
from store.connection import Row
from tests.actions.exit_cases import ACTING, CASES, IN_DOUBT, OPENS, PREPARING, RULE, YOGA, Case
from tests.conftest import GIULIA
from tests.support.clock import FakeClock
from worker import LIMITS, Worker


@dataclass
class Script:
    """A site that says what it is told to say. Stands for the portal, and for the one session in it."""

    db: Database
    clock: FakeClock
    case: Case
    credentials: Credentials = Credentials(GIULIA, "user", "secret", "")
    affinity: tuple[()] = ()
    may_overlap: bool = False
    runner: ActionRunner | None = None

    @property
    def access(self) -> Script:
        return self

    def session(self, credentials: Credentials) -> Script:
        return self

    async def close_session(self, user_id: int) -> None:
        """Nothing of it is open."""

    def take_login_remarks(self) -> tuple[()]:
        return ()

    @asynccontextmanager
    async def awake(self) -> AsyncIterator[None]:
        yield

    async def renew(self, *, asked: bool = False) -> None:
        await self.answer("renew", None)

    async def answer(self, verb: str, default: object = ...) -> Any:
        """What the case says to a verb; meanwhile what has to happen."""
        said = self.case.says.get(verb, default)
        assert said is not ..., f"nobody expected to be asked: {verb}"
        if isinstance(said, list):
            said = said.pop(0)
        acts = "find_slot" if "find_slot" in self.case.says else "book"
        if verb in (acts, "race", "cancel", "read_my_bookings", "timetable") or isinstance(said, Exception):
            await self._meanwhile()
        if isinstance(said, Exception):
            raise said
        return said

    async def _meanwhile(self) -> None:
        for statement in self.case.meanwhile:
            await self.db.connection.write(statement)
        if self.case.stops and self.runner:
            self.runner.stop()


@pytest.fixture(autouse=True)
def no_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random pauses are the shortest."""
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    monkeypatch.setattr(random, "random", lambda: 0.0)


@pytest.fixture(autouse=True)
def scripted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The site's verbs ask the script that stands for their session."""

    def answers(verb: str) -> Any:
        async def ask(session: Script, *_: object, **__: object) -> Any:
            return await session.answer(verb)

        return ask

    async def cancel(
        session: Script, wish: object, free_until: object, pressing: Callable[[], Awaitable[None]]
    ) -> Cancelled:
        said = cast(Cancelled, await session.answer("cancel"))
        if said.proven:
            await pressing()
        return said

    async def read_my_bookings(session: Script) -> BookingsList:
        return BookingsList(await session.answer("read_my_bookings"), in_page=False)

    async def read_again(session: Script, first: BookingsList) -> BookingsList:
        return first

    async def counted(session: Script, listed: Sequence[Booking], known: object) -> Sequence[Booking]:
        return listed

    async def sure(session: Script, *_: object) -> None:
        """What the script says is sure."""

    async def shown_as_ours(session: Script, missing: object) -> tuple[()]:
        return ()

    for verb in ("book", "my_bookings", "find_slot", "timetable"):
        monkeypatch.setattr(booking, verb, answers(verb))
    monkeypatch.setattr(booking, "read_my_bookings", read_my_bookings)
    monkeypatch.setattr(booking, "read_again_in_page", read_again)
    monkeypatch.setattr(booking, "counted", counted)
    monkeypatch.setattr(booking, "refuse_unless_counted", sure)
    monkeypatch.setattr(booking, "shown_as_ours", shown_as_ours)
    monkeypatch.setattr(cancelling, "refuse_if_still_ours", sure)
    monkeypatch.setattr(cancelling, "cancel", cancel)


class ScriptedOpenings(Openings):
    """Openings at which a race ends as the script says."""

    def race(self, session: SiteSession, *_: object, **__: object) -> Race:
        return cast(Race, ScriptedRace(cast(Script, session)))


@dataclass
class ScriptedRace:
    script: Script

    async def run(self) -> Won:
        return cast(Won, await self.script.answer("race"))


def runner(db: Database, script: Script, clock: FakeClock) -> ActionRunner:
    people, openings = {GIULIA: script.credentials}, ScriptedOpenings(clock)
    script.runner = ActionRunner(db, cast(Portal, script), people, RULE, clock, openings=openings)
    return script.runner


async def queued(db: Database, clock: FakeClock, case: Case) -> None:
    """The action of a case, as it is found in the queue."""
    about_a_class = case.kind in (ActionType.BOOK, ActionType.CANCEL)
    for statement in case.before:
        if "user_bookings" in statement or "periodic_bookings" in statement:
            await db.connection.write(statement)
    wish = YOGA.ref if about_a_class else None
    opens = OPENS if case.kind is ActionType.BOOK else None
    action = await db.requests.add(NewAction(case.kind, GIULIA, wish, opens_at=opens))
    for column, value in case.columns.items():
        await db.connection.write(
            f"UPDATE booking_actions SET {column} = :value WHERE id = :id",  # noqa: S608 - a column of this file
            {"value": value, "id": action.id},
        )
    for statement in case.before:
        if "user_bookings" not in statement and "periodic_bookings" not in statement:
            await db.connection.write(statement)
    clock.now = case.at


async def claimed(db: Database) -> Action:
    """What is due, by a look at the row that no pause of its account holds up."""
    await db.connection.write("UPDATE booking_actions SET run_at = '2026-11-22T09:00:00.000Z' WHERE id = 1")
    found = await db.claims.claim("ours", 60)
    if found is None:  # its account waits: paused after it was claimed
        pauses = await db.connection.rows("SELECT paused_until FROM accounts WHERE user_id = 42")
        await db.connection.write("UPDATE accounts SET paused_until = NULL WHERE user_id = 42")
        found = await db.claims.claim("ours", 60)
        await db.connection.write(
            "UPDATE accounts SET paused_until = :until WHERE user_id = 42", {"until": pauses[0]["paused_until"]}
        )
    assert found
    return found


# What is left behind, in words


def since(stamped: str, now: datetime) -> str:
    return f"{(instant(stamped) - now).total_seconds():+g}s"


def in_words(row: Row, now: datetime) -> str:
    """All that is said by a row of the queue, and is not as it was put in."""
    return ", ".join(words for words in _words(row, now) if words)


def _words(row: Row, now: datetime) -> Iterator[str]:
    yield str(row["status"])
    yield f"at {since(row['run_at'], now)}" if row["status"] == "pending" else ""
    yield f"opens {since(row['opens_at'], now)}" if row["opens_at"] and instant(row["opens_at"]) != OPENS else ""
    yield f"{row['error_kind']}" if row["error_kind"] else ""
    yield f"'{row['error']}'" if row["error"] else ""
    yield f"result '{row['result']}'" if row["result"] else ""
    yield f"failures {row['failures']}" if row["failures"] else ""
    yield f"rehearsal {row['rehearsal']}" if row["rehearsal"] else ""
    yield "to rehearse" if row["rehearse_at"] else ""
    yield f"choice {row['won_choice']}" if row["won_choice"] is not None else ""
    yield f"not first: {row['why_not_first']}" if row["why_not_first"] else ""
    yield f"names {row['booking_id']}" if row["booking_id"] else ""
    yield f"absent {since(row['absent_since'], now)}" if row["absent_since"] else ""
    for flag in ("acting", "pressed", "gave_up", "took_back"):
        yield flag if row[flag] else ""
    yield f"evidence {row['evidence']}" if row["evidence"] else ""
    yield "of Corsi Platinum" if row["course_type"] else ""
    yield "ended" if row["completed_at"] else ""
    yield f"held by {row['worker']}" if row["lease_until"] else ""


async def account_in_words(db: Database, now: datetime) -> list[str]:
    [row] = await db.connection.rows("SELECT * FROM accounts WHERE user_id = 42")
    words = []
    if row["rejected"]:
        words.append(f"rejected {row['rejected_kind']} '{row['rejected_reason']}'")
    if row["paused_until"]:
        words.append(f"paused {since(row['paused_until'], now)} {row['pause_kind']} rests {row['rests']}")
    return words


async def more_in_words(db: Database, now: datetime) -> str:
    """The account, the opening's report, what is held, what recurs, and what else is in the queue."""
    words = await account_in_words(db, now)
    shots = await db.connection.rows("SELECT outcome FROM shots ORDER BY id")
    for opening in await db.connection.rows("SELECT * FROM openings"):
        words.append(f"opening with {[shot['outcome'] for shot in shots]} early {opening['opened_early']}")
    for held in await db.connection.rows("SELECT * FROM user_bookings ORDER BY id"):
        missing = ", missing" if held["missing_since"] else ""
        words.append(f"{held['course_name']} {held['status']}{missing}")
    for pause in await db.connection.rows("SELECT * FROM recurring_pauses"):
        words.append(f"recurring pause {pause['kind']}")
    for row in await db.connection.rows("SELECT * FROM booking_actions WHERE id > 1 ORDER BY id"):
        quiet = " quietly" if row["quiet"] else ""
        words.append(f"{row['action_type']} {row['course_name'] or ''}{quiet} {in_words(row, now)}")
    return "; ".join(words)


async def told_in_words(db: Database) -> str:
    rows = await db.connection.rows("SELECT kind FROM notices WHERE kind <> 'house_rule' ORDER BY id")
    return ", ".join(row["kind"] for row in rows)


async def left_behind(db: Database, now: datetime) -> tuple[str, str, str]:
    [row] = await db.connection.rows("SELECT * FROM booking_actions WHERE id = 1")
    return in_words(row, now), await told_in_words(db), await more_in_words(db, now)


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_an_action_leaves_processing_as_stated(db: Database, clock: FakeClock, case: Case) -> None:
    says = {verb: list(said) if isinstance(said, list) else said for verb, said in case.says.items()}
    script = Script(db, clock, Case(case.name, says, "", meanwhile=case.meanwhile, stops=case.stops))
    await queued(db, clock, case)
    action = await claimed(db)
    running = runner(db, script, clock)
    if case.raises:
        with pytest.raises(case.raises):
            await running.run(action)
    else:
        await running.run(action)
    assert await left_behind(db, case.at) == (case.row, case.told, case.more)


# The two exits that are the worker's own


def worker(db: Database, script: Script, clock: FakeClock, folder: Path) -> Worker:
    telegram = {"bot_token": "1:token", "allowed_user_id": GIULIA}
    settings = Settings(
        username="1",
        password="secret",
        otpatu="",
        telegram=telegram,
        database=folder / "x.db",
        opening={"days_ahead": RULE.days_ahead, "at": RULE.at},
    )
    return Worker(db, cast(Portal, script), runner(db, script, clock), settings, clock)


@pytest.mark.parametrize(
    ("acting", "row"),
    [
        (False, "pending, at -3360s, SiteChanged, failures 2"),
        (True, "pending, at -3360s, AppError, failures 2, acting"),
    ],
)
async def test_what_is_cut_off_when_the_worker_ends_is_given_back(
    db: Database, clock: FakeClock, tmp_path: Path, acting: bool, row: str
) -> None:
    asked, case = asyncio.Event(), Case("", {"race": None}, "", at=PREPARING, columns=IN_DOUBT)
    await queued(db, clock, case)
    script = Script(db, clock, Case("", {"race": None}, "", meanwhile=[ACTING] if acting else []))

    async def hangs(verb: str, default: object = ...) -> None:
        await script._meanwhile()
        asked.set()
        await asyncio.Event().wait()

    script.answer = hangs  # type: ignore[method-assign]
    working = worker(db, script, clock, tmp_path)
    assert await working.step()
    await asked.wait()
    [task] = working._in_hand
    task.cancel()
    await asyncio.wait([task])
    assert await left_behind(db, case.at) == (row, "", "")


@pytest.mark.parametrize(
    ("kind", "read_next"), [(ActionType.BOOK, "check  quietly pending, at +0s"), (ActionType.CHECK, "")]
)
async def test_what_took_its_worker_down_again_and_again_fails(
    db: Database, clock: FakeClock, tmp_path: Path, kind: ActionType, read_next: str
) -> None:
    case = Case("", {}, "", kind=kind, columns={"crashes": LIMITS.crashes})
    await queued(db, clock, case)
    working = worker(db, Script(db, clock, case), clock, tmp_path)
    assert await working.step()
    await asyncio.wait(working._in_hand)
    failed = "failed, AppError, 'it took the worker down again and again', failures 1, ended"
    assert await left_behind(db, case.at) == (failed, "result", read_next)

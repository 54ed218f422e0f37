"""Answers without sense, from a site whose place is free: at an opening, by day, in a watch, at a login."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from actions.decide import ODD_LOOKS
from actions.runner import ActionRunner
from database import open_database
from demo.site import Person as Student
from demo.site import Site, SiteWorld
from domain.model import Action, ActionStatus, ActionType, Credentials, NoticeKind, Role, WatchMode
from domain.people import Person
from domain.requests import NewAction
from portal.read_back import ReadBack
from tests.support.lent_browser import LentBrowser, lent
from tests.support.openings import IMPATIENT, MOST_REQUESTS
from tests.support.sites import PASSWORD, SECRET, access, running_clock, wish
from tests.support.stages import LONG_AFTER, OWNER, RULE, Set, Stage

pytest_plugins = ["tests.support.opening_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

BOOK, ANY = "BookAppointment", "/Booking"
LOGOUT, ERROR, HALF = (
    '{"logout":1}',
    "<html><title>Errore</title><body>Errore imprevisto</body></html>",
    '{"status":"OK',
)
NONSENSE: dict[str, dict[str, Any]] = {
    "logged out": {"answer": LOGOUT, "where": {"answer": ANY}},
    "half a JSON for the act": {"answer": HALF, "where": {"answer": BOOK}},
    "everything fails": {"status_500": True},
    "turned away": {"fail": {BOOK: 429}},
    "forbidden": {"fail": {BOOK: 403}},
    "under maintenance": {"maintenance": True},
    "an empty timetable": {"empty_timetable": True},
    "a no without a reason": {"unknown_refusal": "Operazione non riuscita."},
    "a yes that is none": {"lying_success": True},
}


HASTY = tuple((0.02,) * number for number in range(5))


@pytest.fixture
def staged(staged: Set) -> Set:
    """As many shots as ever, in a shorter time."""
    policy = replace(IMPATIENT, after_not_open=HASTY, after_nonsense=HASTY)
    read_back = ReadBack(accepted=(0.0, 0.02), unclear=(0.0, 0.02))
    return lambda lead=0.3, **options: staged(lead, policy=policy, read_back=read_back, **options)


async def go_on(stage: Stage, action: Action) -> Action:
    """What comes of an action at its next try, as soon as that is due."""
    account = await stage.db.people.find(OWNER)
    due = [action.run_at, *([account.pause.until] if account and account.pause else [])]
    for moment in sorted(due):
        stage.opened.clock.go(seconds=max((moment - stage.opened.clock()).total_seconds(), 0.0) + 0.01)
        if await stage.db.claims.due():
            break
    return await stage.act()


@pytest.mark.parametrize("nonsense", NONSENSE)
async def test_a_site_that_makes_no_sense_at_the_opening_is_waited_for(staged: Set, nonsense: str) -> None:
    async with staged() as stage:
        stage.opened.world.faults.update(NONSENSE[nonsense])
        await stage.add()
        action = await stage.act()
        assert len(stage.opened.shots) < MOST_REQUESTS
        assert (action.status, stage.held) == (ActionStatus.PENDING, []), action.error
        assert timedelta(0) < action.run_at - stage.opened.clock() < timedelta(seconds=70)
        action = await go_on(stage, action)
        assert (action.status, stage.held) == (ActionStatus.PENDING, []), action.error
        stage.opened.world.faults.clear()
        for _ in range(2):
            action = await go_on(stage, action) if action.status is ActionStatus.PENDING else action
        assert (action.status, stage.held) == (ActionStatus.COMPLETED, ["PILATES MATWORK"]), action.error
        told = [kind for kind in await stage.told() if kind is not NoticeKind.PROGRESS]
        waited = [NoticeKind.ACCOUNT_WAITS] if nonsense in ("turned away", "forbidden") else []
        assert told == [*waited, NoticeKind.RESULT]


ODD_BY_DAY: dict[str, dict[str, Any]] = {
    "logged out at the act": {"answer": LOGOUT, "where": {"answer": BOOK}},
    "half a list": {"answer": HALF, "where": {"answer": ANY}, "times": {"answer": 1}},
    "everything fails": {"status_500": True},
    "an empty timetable": {"empty_timetable": True},
    "turned away": {"fail": {BOOK: 429}},
}


@pytest.mark.parametrize("nonsense", ODD_BY_DAY)
async def test_by_day_one_answer_without_sense_ends_nothing(staged: Set, nonsense: str) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.faults.update(copy.deepcopy(ODD_BY_DAY[nonsense]))  # what is used up is counted in it
        await stage.add()
        action = await stage.act()
        assert (action.status, stage.held) == (ActionStatus.PENDING, []), action.error
        assert action.error_kind != "BookingRefused"
        stage.opened.world.faults.clear()
        action = await go_on(stage, action)
        assert (action.status, stage.held) == (ActionStatus.COMPLETED, ["PILATES MATWORK"]), action.error


async def test_no_answer_without_sense_ends_a_watch_and_many_are_told_once(
    staged: Set,
) -> None:
    async with staged(LONG_AFTER) as stage:
        stage.opened.world.fill(stage.opened.pilates_id)
        action = await stage.add(watch=WatchMode.BOOK)
        schedule = {"answer": "GetActivitySchedule"}
        odd = ({"answer": HALF, "where": schedule}, {"answer": ERROR, "where": schedule}, {"status_500": True})
        for number in range(ODD_LOOKS + 2):
            stage.opened.world.faults.clear()
            stage.opened.world.faults.update(copy.deepcopy(odd[number % 3] if number else {"answer": HALF}))
            action = await go_on(stage, action)
            assert (action.status, action.failures) == (ActionStatus.PENDING, number + 1), action.error
        assert await stage.told() == [NoticeKind.STRUGGLING]
        stage.opened.world.faults.clear()
        stage.opened.world.faults.status_429 = True
        action = await go_on(stage, action)
        stage.opened.world.faults.clear()
        stage.opened.world.free(stage.opened.pilates_id)
        action = await go_on(stage, action)
        assert (action.status, stage.held) == (ActionStatus.COMPLETED, ["PILATES MATWORK"])


async def test_ten_watches_of_a_day_share_one_reading_and_come_in_step(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        for number in range(10):
            stage.opened.world.fill(stage.id_of(stage.gym(number)))
            await stage.add(stage.gym(number), watch=WatchMode.BOOK)
        rows = [await stage.act() for _ in range(10)]
        assert {row.status for row in rows} == {ActionStatus.PENDING}
        readings = [entry for entry in stage.opened.world.log if "GetActivitySchedule" in entry.path]
        assert len(readings) == 1
        assert len({row.run_at for row in rows}) <= 2


UNKNOWN_PAGE = (
    "<html><head><title>Aggiorna i tuoi recapiti</title></head>"
    "<body><form><h1>Conferma il tuo numero</h1><input name='tel'><button>Avanti</button></form></body></html>"
)


async def test_a_login_that_stops_on_an_unknown_page_is_tried_once_for_each_account(
    engine: LentBrowser, tmp_path: Path
) -> None:
    clock, names = running_clock(), [f"1000000{number}" for number in range(1, 3)]
    students = [Student(name, PASSWORD, SECRET, name="Giulia") for name in names]
    world = SiteWorld(clock=clock, people=students)
    world.faults.update({"answer": UNKNOWN_PAGE, "where": {"answer": "/aunicalogin/login"}})
    people = {number: student_credentials(number, name) for number, name in enumerate(names, start=1)}
    async with (
        Site(world) as site,
        lent(engine, access(site, tmp_path, clock, 1.0)) as portal,
        open_database(tmp_path / "polimisport.db", clock) as db,
    ):
        await db.people.set([Person(each, Role.OWNER if each == 1 else Role.FRIEND, "x") for each in people])
        runner = ActionRunner(db, portal, people, RULE, clock)
        for each in people:
            await db.requests.add(NewAction(ActionType.BOOK, each, wish(world)))
            await db.requests.add(NewAction(ActionType.CHECK, each, quiet=True))
            await db.requests.add(NewAction(ActionType.BOOK, each, wish(world, course="ZUMBA"), watch=WatchMode.BOOK))
        while action := await db.claims.claim("somebody", 60):
            await runner.run(action)
        sent = [entry.form.get("login") for entry in world.log if entry.path == "/aunicalogin/login"]
        assert sorted(map(str, sent)) == names
        rows = await db.connection.rows("SELECT status, count(*) FROM booking_actions GROUP BY status")
        assert [tuple(row) for row in rows] == [("pending", 6)]
        told = await db.connection.rows("SELECT user_id FROM notices WHERE kind <> 'progress' ORDER BY user_id")
        assert [row["user_id"] for row in told] == list(people)
        account = await db.people.find(1)
        assert account
        assert account.pause
        assert (
            "/aunicalogin/login: the site says «Aggiorna i tuoi recapiti: Conferma il tuo numero"
            in account.pause.reason
        )


def student_credentials(number: int, name: str) -> Credentials:
    return Credentials(number, name, PASSWORD, f"otpauth://totp/Polimi:{name}?secret={SECRET}")

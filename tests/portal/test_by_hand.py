"""Logging in by hand: nothing is ever typed for these people, and the session they make is carried on."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import time as time_now

import pytest
import pytest_asyncio
from playwright.async_api import Page

import booking
from actions.decide import decide, phase_of
from actions.runner import ActionRunner
from admin import hand_login
from admin.hand_login import HandLoginFailed
from admin.wizard import write
from database import Database, open_database
from demo.site import Site, SiteWorld
from domain.errors import AppError, LoginNeeded
from domain.house_rules import HouseRules
from domain.job import Job
from domain.model import Action, ActionStatus, ActionType, ClassRef, OpeningRule, Role
from domain.outcome import Failed, Outcome, Waits
from domain.people import Person
from domain.requests import NewAction
from portal.portal import Portal
from portal.session.site_session import SiteSession
from runtime.settings import load
from tests.support.clock import FakeClock
from tests.support.lent_browser import pilates, portal, site  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, ROME, credentials, enter
from worker import Worker

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

OWNER = 42
BY_HAND = replace(credentials(OWNER, password="", otp_url=""), by_hand=True)
RULE = OpeningRule(2, time(0), ROME)


@pytest.fixture
def session(portal: Portal, site: Site) -> SiteSession:  # noqa: F811
    session = portal.session(BY_HAND)
    enter(session, site)
    return session


def asked(world: SiteWorld) -> list[str]:
    return [each.path.rpartition("/")[2] for each in world.log if each.method == "GET"]


# ----- the session


async def test_a_session_that_has_ended_is_asked_about_twice_and_nothing_is_typed(
    session: SiteSession, world: SiteWorld
) -> None:
    assert await booking.my_bookings(session) == ()
    world.accounts.end_sessions()
    world.log.clear()
    for _ in range(2):  # the second time nothing is sent
        with pytest.raises(LoginNeeded, match="has ended"):
            await booking.my_bookings(session)
    assert asked(world).count("Booking") == 2
    assert world.accounts.login_attempts == {}


async def test_a_new_session_is_taken_up_at_once_by_who_has_just_seen_the_old_one_end(
    session: SiteSession,
    site: Site,  # noqa: F811
    world: SiteWorld,
) -> None:
    world.accounts.end_sessions()
    with pytest.raises(LoginNeeded):
        await booking.my_bookings(session)
    enter(session, site)
    assert await booking.my_bookings(session) == ()


async def test_one_server_that_does_not_know_the_session_yet_ends_nothing(
    session: SiteSession, world: SiteWorld
) -> None:
    world.switches.servers, world.switches.session_lag = 2, 3600.0
    assert await booking.my_bookings(session) == ()


async def test_without_any_session_nothing_is_sent(portal: Portal, world: SiteWorld) -> None:  # noqa: F811
    with pytest.raises(LoginNeeded, match="nobody has logged in yet"):
        await booking.my_bookings(portal.session(BY_HAND))
    assert world.log == []


# ----- logging in


async def enter_by_spid(page: Page) -> None:
    """What Giulia does, on a page that we only look at."""
    await page.get_by_role("button", name="Chiudi questa informativa").click()
    await page.get_by_role("button", name="Accedi al tuo account").click()
    await page.get_by_role("button", name="Entra con SPID Poste").click()
    await page.get_by_label("Nome utente").fill(GIULIA)
    await page.get_by_role("button", name="Entra").click()
    await page.get_by_role("button", name="Autorizza").click()


async def test_who_enters_by_spid_leaves_a_session_with_which_everything_works(
    portal: Portal,  # noqa: F811
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    world.switches.chooser = True
    entered = await hand_login.log_in(portal, BY_HAND, person=enter_by_spid, patience=30)
    session = portal.session(BY_HAND)
    await session.take_over(entered.state, entered.made_at)
    await booking.book(session, pilates)
    assert [each.course for each in world.bookings(GIULIA)] == [pilates.course]
    assert world.accounts.login_attempts == {}
    assert not list(portal.access.state_dir.glob(".proof-*"))


async def test_while_the_sign_on_knows_the_person_a_new_session_is_made_with_nothing_typed(
    portal: Portal,  # noqa: F811
    world: SiteWorld,
    site_clock: FakeClock,
) -> None:
    world.switches.chooser, world.switches.sign_on_minutes = True, 60.0
    session = portal.session(BY_HAND)
    entered = await hand_login.log_in(portal, BY_HAND, person=enter_by_spid, patience=30)
    await session.take_over(entered.state, entered.made_at)
    world.accounts.end_sessions()
    assert await booking.my_bookings(session) == ()
    await session.take_over(session.stored_state() or {}, datetime(2026, 11, 1, tzinfo=UTC))
    world.accounts.end_sessions()
    site_clock.go(seconds=2 * 3600)
    await portal.close_session(OWNER)  # and with it what it knows of a login just made
    session = portal.session(BY_HAND)
    with pytest.raises(LoginNeeded, match="has ended"):
        await booking.my_bookings(session)
    assert (world.accounts.login_attempts, world.accounts.codes_received) == ({}, {})


async def close_the_window(page: Page) -> None:
    await page.context.close()


async def stay_there(page: Page) -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("person", "says"), [(close_the_window, "the window was closed"), (stay_there, "nobody was logged in")]
)
async def test_who_does_not_get_there_hears_one_sentence_and_keeps_what_was_there(
    session: SiteSession,
    portal: Portal,  # noqa: F811
    person: hand_login.OnPage,
    says: str,
) -> None:
    before = session.stored_state()
    with pytest.raises(HandLoginFailed, match=says) as caught:
        await hand_login.log_in(portal, BY_HAND, person=person, patience=1.0)
    assert "\n" not in str(caught.value)
    assert session.stored_state() == before


# ----- the worker


@pytest_asyncio.fixture(loop_scope="session")
async def accounts(tmp_path: Path, site_clock: FakeClock) -> AsyncIterator[Database]:
    async with open_database(tmp_path / "polimisport.db", site_clock) as database:
        await database.people.set([Person(OWNER, Role.OWNER, "g")])
        yield database


@pytest.fixture
def worker(accounts: Database, portal: Portal, tmp_path: Path, site_clock: FakeClock) -> Worker:  # noqa: F811
    values = {"username": GIULIA, "login": "by_hand", "telegram": {"bot_token": "1:x", "allowed_user_id": OWNER}}
    write(tmp_path / "config.json", values)
    settings = load(tmp_path / "config.json")
    runner = ActionRunner(accounts, portal, {OWNER: settings.people[0]}, RULE, site_clock)
    return Worker(accounts, portal, runner, settings, site_clock)


async def kinds(db: Database) -> list[str]:
    rows = await db.connection.rows("SELECT kind FROM notices WHERE kind <> 'progress' ORDER BY id")
    return [row["kind"] for row in rows]


async def look(db: Database, worker: Worker) -> None:
    await db.requests.add(NewAction(ActionType.CHECK, OWNER, quiet=True))
    await worker.burst()


async def test_the_end_is_told_once_and_the_way_back_too_and_what_waited_goes_on(
    accounts: Database,
    worker: Worker,
    session: SiteSession,
    site: Site,  # noqa: F811
    world: SiteWorld,
    pilates: ClassRef,
    site_clock: FakeClock,
) -> None:
    friday = replace(pilates, day=pilates.day + timedelta(days=3))
    opens = RULE.opens_at(friday.day)
    rehearsed = NewAction(ActionType.BOOK, OWNER, friday, opens_at=opens, rehearse_at=site_clock())
    world.accounts.end_sessions()
    await look(accounts, worker)
    await look(accounts, worker)
    waiting = await accounts.requests.add(rehearsed)
    await worker.burst()
    assert await kinds(accounts) == ["login_rejected", "rehearsal"]
    [account] = await accounts.people.all()
    assert isinstance(account.stop, LoginNeeded)
    row = await accounts.requests.find(waiting.id)
    assert row
    assert (row.status, row.rehearsal) == (ActionStatus.PENDING, "LoginNeeded")

    enter(session, site)
    await look(accounts, worker)
    assert (await kinds(accounts))[2] == "login_back"
    row = await accounts.requests.find(waiting.id)
    assert row
    assert row.rehearsal != "LoginNeeded"  # it was rehearsed again, unasked
    await accounts.pauses.end(OWNER, log_in=True)  # as after any other trouble of the account
    await look(accounts, worker)
    assert not await accounts.pauses.take_login_asked(OWNER)
    assert world.accounts.login_attempts == {}


def after(error: AppError, action: Action, now: datetime) -> Outcome:
    """What becomes of an action after an error."""
    return decide(error, Job(action, HouseRules(RULE)), phase_of(action, RULE, now), now)


async def test_near_an_opening_its_person_is_waited_for_and_after_it_the_result_says_why(
    accounts: Database, pilates: ClassRef
) -> None:
    opens = datetime(2026, 11, 23, 23, tzinfo=UTC)
    new = NewAction(ActionType.BOOK, OWNER, replace(pilates, day=date(2026, 11, 26)), opens_at=opens)
    action = replace(await accounts.requests.add(new), created_at=opens - timedelta(days=1))
    ended = LoginNeeded("the session that was made by hand has ended")
    for minutes in (-5, -1, 1):
        now = opens + timedelta(minutes=minutes)
        again = after(ended, action, now)
        assert isinstance(again, Waits)
        assert again.run_at
        assert timedelta(0) < again.run_at - now <= timedelta(seconds=10)
    last = after(ended, action, opens - timedelta(seconds=17))
    assert isinstance(last, Waits)
    assert last.run_at == opens - timedelta(seconds=15)
    assert isinstance(after(ended, action, opens + timedelta(minutes=3)), Failed)


async def test_the_session_of_a_trial_that_was_killed_does_not_stay_on_disk(portal: Portal) -> None:  # noqa: F811
    left, going_on = (portal.access.state_dir / f"{hand_login.TRIAL}{name}" for name in ("left", "going-on"))
    for folder in (left, going_on):
        folder.mkdir()
        (folder / "42.json").write_text("{}")
    long_ago = time_now() - hand_login.TRIAL_LASTS - 1
    os.utime(left, (long_ago, long_ago))
    with pytest.raises(LoginNeeded):
        await hand_login.proved(portal, BY_HAND, {"cookies": [], "origins": []}, datetime.now(UTC))
    assert [each.exists() for each in (left, going_on)] == [False, True]

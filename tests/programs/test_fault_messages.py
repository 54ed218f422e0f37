"""From a fault of the site to the message in the chat: the real way through worker, database and bot.

What the verbs make of each fault is stated in test_fault_matrix.py; here, what the person reads of each kind of error.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio

from actions.decide import MOST_FAILURES
from actions.runner import ActionRunner
from bot import screens
from bot.screens.failure_messages import FAILURE_MESSAGES, OLD_HOURS_STAY
from bot.screens.when import When
from demo.site import Site, SiteWorld
from demo.telegram import Message
from domain.errors import LoginBlocked, SiteError
from domain.model import Action, ActionType, ClassRef, Pause
from domain.requests import NewAction
from portal.read_back import ReadBack
from tests.support import chats, outcomes
from tests.support.chats import OWNER
from tests.support.lent_browser import LentBrowser, lent
from tests.support.sites import GIULIA, TUESDAY, access, credentials, enter, person, wish

BOOK, CANCEL, CHECK, REFRESH = ActionType

in_its_loop = pytest.mark.asyncio(loop_scope="session")  # of the browser that is lent


@dataclass(slots=True)
class Stage:
    """A person with a chat, the bot, and what a worker does its work with."""

    chat: chats.World
    site: SiteWorld
    runner: ActionRunner
    pilates: ClassRef
    sign_on: str  # its host

    async def last_try(self, kind: ActionType) -> tuple[Action, Message]:
        """An action's last try, and the message that rings in the end."""
        wanted = self.pilates if kind in (BOOK, CANCEL) else None
        action = await self.chat.db.requests.add(NewAction(kind, OWNER, wanted))
        await self.chat.db.connection.write(f"UPDATE booking_actions SET failures = {MOST_FAILURES}")
        await self.runner.run(await self.chat.claim())
        row = await self.chat.db.requests.find(action.id)
        assert row
        return row, await self.chat.owner.wait_for(lambda message: "non riuscit" in message.text)


HASTY = ReadBack(accepted=(0.0, 0.02), unclear=(0.0, 0.02))


@pytest.fixture
def elsewhere() -> bool:
    """Whether the configuration knows another sign-on than the site's."""
    return False


@pytest_asyncio.fixture(loop_scope="session")
async def stage(engine: LentBrowser, tmp_path: Path, elsewhere: bool) -> AsyncIterator[Stage]:
    async with chats.world(tmp_path) as chat:
        site_world = SiteWorld(clock=chat.clock, people=[person()])
        async with Site(site_world) as site:
            to = access(site, tmp_path / "state", chat.clock, read_back=HASTY)
            portal = lent(engine, replace(to, login_hosts=("localhost:1",)) if elsewhere else to)
            enter(portal.session(credentials(OWNER)), site)
            rule = chat.settings.opening_rule
            runner = ActionRunner(chat.db, portal, {OWNER: credentials(OWNER)}, rule, chat.clock)
            assert site_world.book(GIULIA, site_world.slot(TUESDAY, "ZUMBA").appointment_id) == "booked"
            async with portal:
                yield Stage(chat, site_world, runner, wish(site_world), site.login_host)


@pytest.mark.parametrize(
    ("kind", "faults", "error"),
    [
        (BOOK, {"status_503": True}, "SiteUnavailable"),
        (BOOK, {"lying_success": True}, "YesWithoutPlace"),
        (BOOK, {"no_booking_container": True}, "SiteChanged"),
        (BOOK, {"unknown_refusal": "Il computer dice di no & basta."}, "BookingRefused"),
        (BOOK, {"membership_missing": True}, "MembershipProblem"),
        (BOOK, {"empty_timetable": True}, "SlotNotFound"),
        (CANCEL, {"maintenance": True}, "SiteUnavailable"),
        (CHECK, {"rename_classes": True}, "SiteChanged"),
        (REFRESH, {"empty_timetable": True}, "SiteChanged"),
    ],
)
@in_its_loop
async def test_the_person_reads_what_happened_and_what_can_be_done(
    stage: Stage, kind: ActionType, faults: dict[str, Any], error: str
) -> None:
    stage.site.faults.update(faults)
    row, message = await stage.last_try(kind)
    cause = OLD_HOURS_STAY if kind is REFRESH else FAILURE_MESSAGES[error]
    assert (row.status, row.error_kind) == ("failed", error)
    assert all(
        words in message.text for words in (str(cause.happened), str(cause.then), str(cause.you), f"n. {row.id}")
    )
    assert len(message.labels) >= 2
    if "unknown_refusal" in faults:
        assert faults["unknown_refusal"].rstrip(".") in message.text


@pytest.mark.parametrize("fault", ["status_429", "captcha"])
@in_its_loop
async def test_who_is_turned_away_is_told_once_and_keeps_what_is_queued(stage: Stage, fault: str) -> None:
    """The account waits, whatever of it is in the queue; a tap on the message has everything go on."""
    db, owner, happened = stage.chat.db, stage.chat.owner, str(FAILURE_MESSAGES["Blocked"].happened)
    stage.site.faults.update({fault: True})
    await db.requests.add(NewAction(BOOK, OWNER, stage.pilates))
    await db.requests.add(NewAction(CHECK, OWNER, quiet=True))
    await stage.runner.run(await stage.chat.claim())
    assert not await db.claims.due()
    letter = await owner.wait_for(lambda message: happened in message.text)
    assert "Riprovo da solo alle" in letter.text
    stage.site.faults.clear()
    await chats.tapped(owner, "Riprova l'accesso", "Leggo dal sito")
    for _ in range(2):
        await stage.runner.run(await stage.chat.claim())
    rows = await db.connection.rows("SELECT status FROM booking_actions WHERE action_type IN ('book', 'check')")
    assert [row["status"] for row in rows] == ["completed", "completed"]
    assert len([message for message in owner.messages if happened in message.text]) == 1


@pytest.mark.parametrize("at", ["getservizio", "aunicalogin/login"], ids=["before the password", "after the password"])
@in_its_loop
async def test_a_sign_on_that_is_down_is_told_once_and_everything_of_the_account_waits(stage: Stage, at: str) -> None:
    db, owner, happened = stage.chat.db, stage.chat.owner, str(FAILURE_MESSAGES["LoginUnavailable"].happened)
    stage.site.accounts.end_sessions()
    stage.site.faults.update({"sso_down": True, "where": {"sso_down": at}})
    for action in (
        NewAction(BOOK, OWNER, stage.pilates),
        NewAction(CHECK, OWNER, quiet=True),
        NewAction(REFRESH, OWNER),
    ):
        await db.requests.add(action)
    claimed = [await stage.chat.claim() for _ in range(3)]
    await asyncio.gather(*(stage.runner.run(each) for each in claimed))
    assert not await db.claims.due()
    letter = await owner.wait_for(lambda message: happened in message.text)
    assert f"/{at}" in letter.text
    assert "«Errore 503" in letter.text
    assert not letter.photo
    assert len([each for each in stage.site.log if each.path.endswith("aunicalogin/login")]) <= 1
    stage.site.faults.clear()
    await chats.tapped(owner, "Riprova l'accesso", "Leggo dal sito")
    while await db.claims.due():
        await stage.runner.run(await stage.chat.claim())
    assert [row.status for each in claimed if (row := await db.requests.find(each.id))] == ["completed"] * 3
    assert len([message for message in owner.messages if happened in message.text]) == 1


@in_its_loop
async def test_what_the_pages_of_the_login_say_is_told_once(stage: Stage) -> None:
    stage.site.switches.update({"login_pages": ["expiring", "notice", "matricola", "extension"]})
    db, owner = stage.chat.db, stage.chat.owner
    for _ in range(2):
        await db.pauses.end(OWNER, log_in=True)
        await db.requests.add(NewAction(CHECK, OWNER, quiet=True))
        await stage.runner.run(await stage.chat.claim())
    assert stage.site.accounts.login_attempts[GIULIA] == 2
    await owner.wait_for(lambda message: "ho scelto la prima" in message.text)
    for words in ("scade tra 9 giorni", "ti mostra un avviso", "ho scelto la prima"):
        assert len([message for message in owner.messages if words in message.text]) == 1


@in_its_loop
async def test_to_try_the_login_again_is_a_new_login_though_a_session_lives(stage: Stage) -> None:
    await outcomes.pause(
        stage.chat.db,
        OWNER,
        LoginBlocked("the login stops at a page"),
        lambda _: timedelta(hours=1),
        stage.chat.clock(),
    )
    await stage.chat.owner.wait_for(lambda message: str(FAILURE_MESSAGES["LoginBlocked"].happened) in message.text)
    await stage.chat.owner.tap("Riprova l'accesso")
    for logins in (1, 1):
        await stage.runner.run(await stage.chat.claim())
        assert stage.site.accounts.login_attempts[GIULIA] == logins
        await stage.chat.db.requests.add(NewAction(CHECK, OWNER))


@in_its_loop
async def test_a_full_slot_offers_to_wait_for_a_place(stage: Stage) -> None:
    stage.site.fill(stage.site.slot(TUESDAY, "PILATES MATWORK").appointment_id)
    _, message = await stage.last_try(BOOK)
    assert str(FAILURE_MESSAGES["SlotFull"].happened) in message.text
    assert any("Prenota se si libera" in label for label in message.labels)


@in_its_loop
async def test_a_page_nobody_knows_comes_with_its_picture(stage: Stage) -> None:
    stage.site.book(GIULIA, stage.site.slot(TUESDAY, "PILATES MATWORK").appointment_id)
    stage.site.faults.update({"rename_classes": {"btn-delete": "btn-away"}})
    row, message = await stage.last_try(CANCEL)
    assert row.evidence
    assert (Path(row.evidence) / "screenshot.png").exists()
    assert message.photo
    assert str(FAILURE_MESSAGES["SiteChanged"].happened) in message.text


@in_its_loop
async def test_what_may_pass_is_told_on_the_card_and_does_not_ring(stage: Stage) -> None:
    stage.site.faults.update({"status_503": True})
    await chats.queued(stage.chat.owner)
    error = await stage.runner.run(await stage.chat.claim())
    assert isinstance(error, SiteError)
    card = await stage.chat.owner.wait_for(
        lambda message: str(FAILURE_MESSAGES["SiteUnavailable"].happened) in message.text
    )
    assert "Riprovo" in card.text
    assert card.edited


@in_its_loop
@pytest.mark.parametrize("elsewhere", [True])
async def test_a_login_led_astray_stops_the_account_and_rings_with_the_address(stage: Stage) -> None:
    stage.site.accounts.end_sessions()
    row, message = await stage.last_try(BOOK)
    cause = FAILURE_MESSAGES["LoginDiverted"]
    assert (row.error_kind, row.evidence) == ("LoginDiverted", None)
    assert all(
        words in message.text
        for words in (str(cause.happened), str(cause.then), str(cause.you), f"http://{stage.sign_on}/")
    )
    assert not message.photo
    asked = len(stage.site.log)
    await stage.last_try(CANCEL)  # whatever else waits for this account asks the site for nothing
    assert (len(stage.site.log), stage.site.accounts.login_attempts[GIULIA]) == (asked, 0)
    await chats.tapped(stage.chat.owner, "Riprova l'accesso", "Lettura delle prenotazioni")
    account = await stage.chat.db.people.find(OWNER)
    assert account
    assert account.stop is None


@in_its_loop
async def test_a_failure_that_was_none_rings_again_with_the_truth(stage: Stage) -> None:
    """The site commits and goes down; when it is back the reading that follows finds the booking."""
    commit = stage.site.book

    def commit_and_go_down(*arguments: Any) -> Any:
        stage.site.faults.status_503 = True
        return commit(*arguments)

    stage.site.book = commit_and_go_down  # type: ignore[assignment, method-assign]
    row, _ = await stage.last_try(BOOK)
    assert row.error_kind == "SiteUnavailable"
    stage.site.faults.clear()
    await stage.runner.run(await stage.chat.claim())
    letter = await stage.chat.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert letter.document


def test_who_does_not_keep_the_bot_is_not_sent_to_its_configuration_when_their_account_waits() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    pause = Pause(now + timedelta(minutes=30), "OtpRejected", "the code was refused twice")
    keeper, friend = (
        screens.failures.account_waits(pause, When(now, ZoneInfo("Europe/Rome"), to_keeper=keeps)).text
        for keeps in (True, False)
    )
    assert "config.json" in keeper
    assert "config.json" not in friend

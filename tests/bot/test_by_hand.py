"""What the chat says to who logs in by hand: that they have to, in time, and that all is well again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import screens
from bot.flows.services import Services
from bot.screens.results import login_stopped
from bot.screens.when import SETUP
from domain.errors import LoginNeeded
from domain.model import ActionType
from domain.programs import Outage
from domain.requests import NewAction
from runtime.config_file import DEFAULT_PATH, command
from runtime.settings import load
from store.hand_logins import OpeningAhead
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, MINE, OWNER, World, menu, tapped

TOKEN = "987654321:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
OUTAGE = Outage(1, "worker", chats.NOON, died=True, until=None)
ENDED = LoginNeeded("the session that was made by hand has ended")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def test_who_says_that_they_are_in_is_believed_once_the_site_agrees(world: World) -> None:
    await outcomes.reject(world.db, OWNER, ENDED, world.clock.now, tell=True)
    told = await world.owner.wait_for(lambda message: "Nel sito devi entrare tu" in message.text)
    assert "setup.py --login" in told.text
    assert "🔑 Ho fatto l'accesso" in told.labels
    assert "Nel sito devi entrare tu" in (await menu(world.owner)).text

    await tapped(world.owner, "Ho fatto l'accesso", "Lettura delle prenotazioni")
    await world.fail(ENDED)
    failed = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    assert "🔑 Ho fatto l'accesso" in failed.labels

    await world.sync([MINE])
    await world.owner.wait_for(lambda message: "Sono nel sito" in message.text)
    assert "Nel sito devi entrare tu" not in (await menu(world.owner)).text


async def test_before_an_opening_it_is_told_again_to_a_friend_in_words_for_friends(world: World) -> None:
    await outcomes.reject(world.db, FRIEND, ENDED, world.clock.now, tell=False)
    opens = world.clock() + timedelta(hours=3)
    action = await world.db.requests.add(NewAction(ActionType.BOOK, FRIEND, MINE.ref, run_at=opens, opens_at=opens))
    since = world.clock() + timedelta(seconds=1)
    told = [await world.db.hand_logins.tell_login_due(OpeningAhead(FRIEND, action.id, opens), since) for _ in range(2)]
    assert told == [True, False]
    message = await world.friend.wait_for(lambda message: "Devi ancora entrare nel sito" in message.text)
    assert "PILATES" in message.text
    assert "chi tiene il bot" in message.text
    assert "setup.py" not in message.text
    assert "🔑 Ho fatto l'accesso" in message.labels


async def test_a_command_names_the_configuration_that_the_programs_run_with(world: World, tmp_path: Path) -> None:
    """As where a service has it elsewhere."""
    config = tmp_path / "my config.json"
    telegram = {"bot_token": TOKEN, "allowed_user_id": OWNER}
    config.write_text(json.dumps({"username": "10000001", "login": "by_hand", "telegram": telegram}))
    config.chmod(0o600)
    when = Services(world.db, load(config), world.clock).house.when()
    assert f"setup.py --config '{config}' --login." in login_stopped(ENDED, when).text
    assert f"setup.py --config '{config}' --check" in screens.programs.down(OUTAGE, when).text
    assert f"setup.py --config '{config}' --restore" in screens.programs.damaged(when).text
    assert "--config" not in login_stopped(ENDED, replace(when, setup=command(SETUP, DEFAULT_PATH))).text

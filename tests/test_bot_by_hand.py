"""What the chat says to who logs in by hand: that they have to, in time, and that all is well again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from database import NewAction
from errors import LoginNeeded
from model import ActionType
from store.hand_logins import OpeningAhead
from tests import chats
from tests.chats import FRIEND, MINE, OWNER, World, menu, tapped

ENDED = LoginNeeded("the session that was made by hand has ended")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def test_who_says_that_they_are_in_is_believed_once_the_site_agrees(world: World) -> None:
    await world.db.people.reject(OWNER, ENDED, tell=True)
    told = await world.owner.wait_for(lambda message: "Nel sito devi entrare tu" in message.text)
    assert "setup.py --login" in told.text
    assert "🔑 Ho fatto l'accesso" in told.labels
    assert "Nel sito devi entrare tu" in (await menu(world.owner)).text

    await tapped(world.owner, "Ho fatto l'accesso", "Lettura delle prenotazioni")
    await world.fail(ENDED)
    failed = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    assert "🔑 Ho fatto l'accesso" in failed.labels

    await world.sync([MINE])
    await world.owner.wait_for(lambda message: "Sono di nuovo nel sito" in message.text)
    assert "Nel sito devi entrare tu" not in (await menu(world.owner)).text


async def test_before_an_opening_it_is_told_again_to_a_friend_in_words_for_friends(world: World) -> None:
    await world.db.people.reject(FRIEND, ENDED, tell=False)
    opens = world.clock() + timedelta(hours=3)
    action = await world.db.queue.add(NewAction(ActionType.BOOK, FRIEND, MINE.wish, run_at=opens, opens_at=opens))
    since = world.clock() + timedelta(seconds=1)
    told = [await world.db.people.tell_login_due(OpeningAhead(FRIEND, action.id, opens), since) for _ in range(2)]
    assert told == [True, False]
    message = await world.friend.wait_for(lambda message: "Devi ancora entrare nel sito" in message.text)
    assert "PILATES" in message.text
    assert "chi tiene il bot" in message.text
    assert "setup.py" not in message.text
    assert "🔑 Ho fatto l'accesso" in message.labels

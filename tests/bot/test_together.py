"""Friends of one installation who book together: nothing is booked for somebody who has not agreed to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.screens import together
from bot.screens.when import When
from demo.telegram import Message, Person
from domain.errors import SlotFull
from domain.model import ActionType
from domain.requests import NewAction
from domain.together import Pair, PairState
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, MINE, OWNER, World, tapped, until


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def told(person: Person, text: str, shows: str) -> Message:
    seen = {message.message_id for message in person.messages}
    await person.send(text)
    return await person.wait_for(lambda message: message.message_id not in seen and shows in message.text)


async def invited(world: World) -> str:
    await told(world.owner, "/insieme", "prima deve dirti di sì")
    page = await tapped(world.owner, "✉️ Invita un amico", "Prenotiamo insieme?")
    found = re.search(r"\?start=(\d+)", page.text)
    assert found
    return found[1]


async def test_a_friend_is_asked_what_exactly_they_agree_to_and_can_stop_at_any_time(world: World) -> None:
    number = await invited(world)
    await told(world.owner, f"/start {number}", "È il tuo invito")
    question = await told(world.friend, f"/start {number}", "Giulia vorrebbe prenotare anche per te")
    assert "con il tuo account" in question.text
    assert "il nome che hai su Telegram (Marco)" in question.text
    assert await world.db.agreements.between(OWNER, FRIEND) is None

    await tapped(world.friend, "✅ Sì, va bene", "Giulia può prenotare anche per te")

    await world.owner.wait_for(lambda message: "Marco ti ha detto di sì" in message.text)
    assert await world.db.agreements.between(OWNER, FRIEND)
    assert await world.db.agreements.between(FRIEND, OWNER) is None, "who agrees may not book for the other"
    await told(world.friend, "/together", "Chi può prenotare anche per te: Giulia")
    await tapped(world.friend, "🚫 Giulia non prenoti più per me", "Giulia non prenota più per te")
    await world.owner.wait_for(lambda message: "Marco ha chiuso l'accordo" in message.text)
    assert await world.db.agreements.between(OWNER, FRIEND) is None


async def test_a_no_ends_the_invitation(world: World) -> None:
    number = await invited(world)
    await told(world.friend, f"/start {number}", "vorrebbe prenotare")

    await tapped(world.friend, "❌ No", "nessuno prenota per te")

    await world.owner.wait_for(lambda message: "Marco ha detto di no al tuo invito" in message.text)
    await told(world.friend, f"/start {number}", "Questo link non lo conosco")


async def test_only_who_opened_an_invitation_first_can_answer_it_and_only_for_a_week(world: World) -> None:
    asked = world.db.agreements
    number = await asked.invite(OWNER, "Giulia")
    assert await asked.open(number, FRIEND, "Marco")
    assert await asked.open(number, 44, "Eva") is None
    assert await asked.accept(1, 44) is None
    assert await asked.end(1, 44) is None

    world.clock.now += timedelta(days=8)
    assert await asked.open(number, FRIEND, "Marco") is None
    assert await asked.accept(1, FRIEND) is None, "the question may still stand in the chat"
    assert await asked.between(OWNER, FRIEND) is None
    assert await asked.invite(OWNER, "Giulia") != number


@pytest.mark.parametrize("friends_own", [True, False])
def test_a_friend_is_not_told_of_a_place_that_nobody_has_seen(*, friends_own: bool) -> None:
    pair = Pair(
        1, OWNER, FRIEND, "Giulia", "Marco", 1, 2, both_or_none=False, friends_own=friends_own, free_until=None,
        state=PairState.OPEN,
    )  # fmt: skip

    page = together.asked_for_you(pair, MINE.ref, When(datetime(2026, 11, 22, 12, tzinfo=UTC), ZoneInfo("Europe/Rome")))

    assert not re.search("ha prenotato|posto c'era", page.text)
    assert ("Quello che avevi già tu resta com'è" in page.text) is friends_own


async def test_a_booking_of_only_together_that_was_withdrawn_is_not_taken_up_again_for_one_alone(world: World) -> None:
    number = await invited(world)
    await told(world.friend, f"/start {number}", "vorrebbe prenotare")
    await tapped(world.friend, "✅ Sì, va bene", "Giulia può prenotare anche per te")
    agreed = await world.db.agreements.between(OWNER, FRIEND)
    assert agreed
    new = NewAction(ActionType.BOOK, OWNER, MINE.ref, run_at=world.clock.now + timedelta(hours=1))
    made = await world.db.pairs.book(agreed, new, None, both_or_none=True)
    assert made
    await world.db.requests.withdraw(made.id, OWNER)

    page = await told(world.owner, f"/status {made.id}", "Per ricominciare, apri la lezione")

    assert "↩️ Ripristinala" not in [one.text for row in page.buttons for one in row]


async def test_what_was_agreed_ends_with_the_account(world: World) -> None:
    number = await invited(world)
    await told(world.friend, f"/start {number}", "vorrebbe prenotare")
    await tapped(world.friend, "✅ Sì, va bene", "Giulia può prenotare anche per te")

    await world.db.people.set([])

    async def left() -> int:
        return len(await world.db.connection.rows("SELECT 1 FROM agreements"))

    await until(left, 0)


@pytest.mark.parametrize(
    ("state", "user_id", "shows"),
    [
        (PairState.NONE, OWNER, "Marco ha rinunciato. Era «solo insieme»: il posto non l'avete né tu né Marco"),
        (PairState.NONE, FRIEND, "hai rinunciato tu. Era «solo insieme»"),
        (PairState.RETURNED, OWNER, "Marco ha rinunciato. Era «solo insieme»: ho annullato anche il tuo posto"),
        (PairState.RETURNED, FRIEND, "hai rinunciato tu. Era «solo insieme»: ho annullato anche il posto di Giulia"),
    ],
)
def test_how_it_ended_says_who_gave_it_up(state: PairState, user_id: int, shows: str) -> None:
    pair = Pair(
        1, OWNER, FRIEND, "Giulia", "Marco", 1, 2, both_or_none=True, friends_own=False, free_until=None,
        state=state, winner_id=OWNER if state is PairState.RETURNED else None, withdrew_id=FRIEND,
    )  # fmt: skip

    page = together.ended(
        pair, MINE.ref, user_id, When(datetime(2026, 11, 22, 12, tzinfo=UTC), ZoneInfo("Europe/Rome"))
    )

    assert shows in page.text


async def test_the_friend_reads_who_had_asked_and_both_that_a_full_is_tried_once_more(world: World) -> None:
    number = await invited(world)
    await told(world.friend, f"/start {number}", "vorrebbe prenotare")
    await tapped(world.friend, "✅ Sì, va bene", "Giulia può prenotare anche per te")
    agreed = await world.db.agreements.between(OWNER, FRIEND)
    assert agreed
    until = datetime(2026, 11, 24, 15, tzinfo=UTC)
    await world.db.pairs.book(
        agreed, NewAction(ActionType.BOOK, OWNER, MINE.ref, free_until=until), until, both_or_none=True
    )
    for _ in range(2):
        action = await world.claim()
        if action.user_id == FRIEND:
            await world.db.settlement.settle(action, outcomes.failed(SlotFull("full")))
        else:
            await world.db.settlement.settle(action, outcomes.booked(MINE, "seen"))

    failed = await world.friend.wait_for(lambda message: "non riuscita" in message.text)
    assert "L'aveva chiesta Giulia anche per te" in failed.text
    await world.friend.wait_for(lambda message: "per te è piena, e siete «solo insieme»" in message.text)
    await world.owner.wait_for(lambda message: "per Marco è piena, e siete «solo insieme»" in message.text)

"""Giulia books for herself and for Marco, each with their own account: from bot to site and back to both chats."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.model import stamp
from tests.support.chats import FRIEND, tapped
from tests.support.journeys import PILATES, Journey, journey
from tests.support.lent_browser import LentBrowser
from tests.support.sites import GIULIA, MARCO, TUESDAY

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

FREE_UNTIL = datetime(2026, 11, 24, 16, tzinfo=UTC)  # of Tuesday's Total Body at 19:00


async def agree(here: Journey) -> None:
    """Giulia forwards an invitation, Marco opens it and says yes."""
    await here.giulia.send("/insieme")
    await here.reads("Puoi prenotare anche per un amico")
    invitation = await tapped(here.giulia, "✉️ Invita un amico", "Prenotiamo insieme?")
    found = re.search(r"\?start=(\d+)", invitation.text)
    assert found
    await here.marco.send(f"/start {found[1]}")
    await here.marco.wait_for(lambda message: "Giulia vorrebbe prenotare anche per te" in message.text)
    await tapped(here.marco, "✅ Sì, va bene", "può prenotare anche per te")
    await here.reads("Marco ti ha detto di sì")


async def book_for_both(here: Journey, course: str, start: str) -> None:
    await here.chooses(course, start=start)
    page = await tapped(here.giulia, "👥 Prenota anche per Marco", "Per te e per Marco")
    assert "annullo quello dell'altro, finché è gratis" in page.text
    await tapped(here.giulia, "🤝 Solo insieme", "Anche per Marco")
    await here.marco.wait_for(lambda one: "Giulia prenota anche per te" in one.text and course in one.text)


async def both_read(here: Journey, course: str, giulia: str, marco: str) -> None:
    for person, words in ((here.giulia, giulia), (here.marco, marco)):
        await person.wait_for(
            lambda one, words=words: one.text.startswith("👥") and course in one.text and words in one.text  # type: ignore[misc]
        )


def held(here: Journey) -> list[list[str]]:
    return [[slot.course for slot in here.world.bookings(name)] for name in (GIULIA, MARCO)]


async def test_two_friends_book_together_and_neither_is_left_with_half_of_it(
    engine: LentBrowser, tmp_path: Path
) -> None:
    async with journey(engine, tmp_path) as here:
        await here.starts()
        await agree(here)

        await book_for_both(here, PILATES, "18:00")
        await here.works()
        await both_read(here, PILATES, "per te e per Marco", "per te e per Giulia")
        assert held(here) == [[PILATES], [PILATES]]

        zumba = here.slot("ZUMBA", TUESDAY)
        await book_for_both(here, "ZUMBA", "20:00")
        here.world.fill(zumba.appointment_id)
        here.world.free(zumba.appointment_id, 1)
        await here.works()
        await both_read(here, "ZUMBA", "era «solo insieme»", "era «solo insieme»")
        assert held(here) == [[PILATES], [PILATES]]

        await book_for_both(here, "TOTAL BODY", "19:00")
        await here.db.connection.write(
            "UPDATE accounts SET paused_until = :until WHERE user_id = :user",
            {"until": stamp(FREE_UNTIL), "user": FRIEND},
        )
        await here.works()
        assert held(here) == [[PILATES, "TOTAL BODY"], [PILATES]], "while Marco's may still come, hers stays"
        here.goes_to(FREE_UNTIL)
        await here.works()
        here.clock.go(seconds=40)
        await here.works()  # what was not heard of is read twice
        await both_read(here, "TOTAL BODY", "Il tuo posto resta", "per te no")
        assert held(here) == [[PILATES, "TOTAL BODY"], [PILATES]]

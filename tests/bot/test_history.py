"""The history in the chat: from what happened to its list, its files and its picture."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from PIL import Image

from bot.pictures.statistics import statistics_picture
from domain.errors import SlotFull
from domain.history import numbers
from domain.model import ActionType, Booking
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.requests import NewAction
from tests.domain.test_history import HISTORY, NOW
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, TUESDAY, World, tapped

OPENS = datetime(2026, 11, 21, 23, tzinfo=UTC)  # Tuesday's classes
WON = OpeningReport(OPENS, round_trip=0.04, seen=0.9, shots=(Shot(0, 0, 0.047, 0.087, ShotOutcome.ACCEPTED),))


async def lived(world: World) -> None:
    """Pilates was won and given back, Zumba lost; it is Wednesday."""
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, MINE.ref, opens_at=OPENS))
    await world.db.settlement.settle(await world.claim(), outcomes.booked(MINE, report=WON))
    zumba = Booking("ZUMBA", "Giuriati", TUESDAY, time(19)).ref
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, zumba))
    await world.fail(SlotFull("full"))
    world.clock.now += timedelta(days=3)


async def test_the_history_is_filtered_sent_as_files_and_told_in_numbers(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await lived(world)
        await world.owner.send("/storico")
        page = await world.owner.wait_for(lambda message: "Lo storico" in message.text)
        assert "✅ Mar 24 nov 2026, 18:00 · <b>PILATES MATWORK</b> · presa in 67 ms" in page.html
        assert "❌ Mar 24 nov 2026, 19:00 · <b>ZUMBA</b> · era piena" in page.html

        await tapped(world.owner, "🔎 Esito", "Quale esito?")
        page = await tapped(world.owner, "Non avute", "non avute")
        assert "PILATES" not in page.text
        await world.owner.tap("📄 CSV")
        sent = await world.owner.wait_for(lambda message: "in formato CSV" in message.text)
        assert sent.document is not None
        assert b"ZUMBA" in sent.document.data
        assert b"PILATES" not in sent.document.data

        await world.owner.send("/statistiche")
        told = await world.owner.wait_for(lambda message: "1 lezione avuta" in message.text)
        assert told.photo is not None
        assert "1 su 1 alle aperture, di solito in 67 ms" in told.text
        await world.owner.tap("⬛ Scura")
        await world.owner.wait_for(lambda message: "⬜ Chiara" in str(message.labels))


async def test_nobody_sees_anothers_history(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await lived(world)
        await world.friend.send("/storico")
        assert "Per ora non ce n'è nessuna" in (await world.friend.wait_for(lambda one: "storico" in one.text)).text
        await world.friend.send("/statistiche")
        await world.friend.wait_for(lambda one: "come sono andate" in one.text)


def test_the_picture_of_the_numbers_fits_a_phone_light_and_dark() -> None:
    told = numbers(HISTORY, NOW.date())
    pictures = [Image.open(io.BytesIO(statistics_picture(told, dark=dark))) for dark in (False, True)]
    assert all((picture.width, 600 < picture.height < 2000) == (1080, True) for picture in pictures)
    light, dark = (picture.convert("L").crop((0, 0, 4, 4)).tobytes() for picture in pictures)
    assert min(light) > 200
    assert max(dark) < 60

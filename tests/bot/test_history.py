"""The history in the chat: from what happened to its list, its files and its picture."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from PIL import Image

from bot.pictures.statistics import statistics_picture
from domain.errors import SlotFull
from domain.filling import LEAST_SEEN
from domain.history import Became, numbers
from domain.model import ActionType, Booking, Timetable
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.outcome import Done, Refreshed
from domain.requests import NewAction
from tests.domain.test_history import HISTORY, NOW
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, THURSDAY, TUESDAY, World, menu, tapped

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
        await world.owner.wait_for(lambda message: "Presa in 87 millesimi" in message.text)
        await world.owner.send("/storico")
        page = await world.owner.wait_for(lambda message: "Lo storico" in message.text)
        assert "✅ Mar 24 nov 2026, 18:00 · <b>PILATES MATWORK</b> · presa in 87 ms" in page.html
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
        assert "1 su 1 alle aperture, di solito in 87 ms" in told.text
        await world.owner.tap("⬛ Scura")
        await world.owner.wait_for(lambda message: "⬜ Chiara" in str(message.labels))


async def test_nobody_sees_anothers_history(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        await lived(world)
        await world.friend.send("/storico")
        assert "Per ora non ce n'è nessuna" in (await world.friend.wait_for(lambda one: "storico" in one.text)).text
        await world.friend.send("/statistiche")
        await world.friend.wait_for(lambda one: "come sono andate" in one.text)


async def test_how_fast_a_class_fills_is_told_from_five_openings_on(tmp_path: Path) -> None:
    async with chats.world(tmp_path) as world:
        gag = next(each for each in chats.WEEK if each.day == THURSDAY)
        for week in range(1, LEAST_SEEN + 1):
            day = THURSDAY - timedelta(weeks=week)
            opens = world.settings.house_rules.opening.opens_at(day, gag.start)
            await seen_full(world, gag.course, day, opens + timedelta(seconds=38))
            await menu(world.owner)
            await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
            await tapped(world.owner, "Gio 26 nov", "GAG")
            page = await tapped(world.owner, "18:00 GAG", "📍")
            assert ("Di solito si riempie entro 40 s dall'apertura" in page.text) is (week == LEAST_SEEN)
            assert "Probabilità" not in page.text  # whether a request of ours would have been in time nobody saw


async def seen_full(world: World, course: str, day: date, at: datetime) -> None:
    """What a reading of the timetable at that moment leaves behind."""
    slots = tuple(chats.slot(course, each, "18:00", places=0 if each == day else 7) for each in (day, THURSDAY))
    now, world.clock.now = world.clock.now, at
    action = await world.db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert action
    timetable = Timetable((chats.PLATINUM,), tuple(each.day for each in slots), slots)
    effect = Refreshed(timetable, at, world.settings.house_rules.opening)
    await world.db.settlement.settle(action, Done(effect, "read"))
    world.clock.now = now
    await world.read_timetable()


def test_the_picture_of_the_numbers_fits_a_phone_light_and_dark() -> None:
    told = numbers(HISTORY, NOW.date())
    pictures = [Image.open(io.BytesIO(statistics_picture(told, dark=dark))) for dark in (False, True)]
    assert all((picture.width, 600 < picture.height < 2000) == (1080, True) for picture in pictures)
    light, dark = (picture.convert("L").crop((0, 0, 4, 4)).tobytes() for picture in pictures)
    assert min(light) > 200
    assert max(dark) < 60


def test_there_is_a_picture_too_when_all_that_was_won_is_still_ahead() -> None:
    [only] = [replace(one, taken_ms=87.0, won=True) for one in HISTORY if one.became is Became.AHEAD]
    picture = Image.open(io.BytesIO(statistics_picture(numbers([only], NOW.date()))))
    assert picture.width == 1080

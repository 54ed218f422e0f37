"""What a person's own calendar has is told wherever its hours are booked or planned; nothing is forbidden for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.screens.own_calendar import weekly_warning
from demo.telegram import Message
from domain.own_calendars import OwnEvent
from languages import Language, speaking
from tests.support import chats
from tests.support.chats import OWNER, TUESDAY, World, menu, pilates, tapped

ROME = ZoneInfo("Europe/Rome")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def has(world: World, *events: OwnEvent) -> None:
    """What the executor leaves behind when it has read the person's calendar."""
    await world.db.own_calendars.set(OWNER, "https://calendar.example/x.ics")
    [calendar] = await world.db.own_calendars.due()
    await world.db.own_calendars.was_read(calendar, events, None, None)


def tuesday(begins: str, ends: str, name: str = "Analisi 2", weeks: int = 0) -> OwnEvent:
    day = TUESDAY + timedelta(weeks=weeks)
    starts, end = (datetime.combine(day, time.fromisoformat(hour), ROME) for hour in (begins, ends))
    return OwnEvent(name, starts, end)


async def test_an_alternative_and_a_class_of_every_week_say_what_they_would_meet(world: World) -> None:
    await has(world, tuesday("09:30", "10:30"), *(tuesday("17:30", "19:30", "Fisica", week) for week in (0, 1, 3)))
    assert "⚠️ Hai «Fisica» alle 17:30." in (await pilates(world.owner)).text
    await tapped(world.owner, "poi scelgo un'alternativa", "Che cosa provo")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Fit Center", "Fit Center")
    page = await tapped(world.owner, "10:00", "2ª Fit Center")
    assert "⚠️ Hai «Analisi 2» alle 09:30." in page.text

    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Prenotazioni periodiche")
    await tapped(world.owner, "Nuova periodica", "Che cosa")
    await tapped(world.owner, "Corsi Platinum", "giorno")
    await tapped(world.owner, "Martedì", "ora")
    page = await tapped(world.owner, "PILATES", "Come faccio")
    assert "⚠️ Martedì alle 18:00 hai già «Fisica»: in 3 delle prossime 10 settimane." in page.text
    await tapped(world.owner, "Automatica", "Fatto")


async def test_the_question_of_a_weekly_class_says_it_and_the_class_itself_is_no_appointment(world: World) -> None:
    await has(world, tuesday("18:00", "18:55", "Pilates Matwork"), tuesday("18:30", "20:00", "Fisica"))
    asked = await chats.question(world)
    assert "⚠️ Hai «Fisica» alle 18:30." in asked.text
    assert "Pilates Matwork» alle" not in asked.text


async def test_a_whole_day_is_told_as_one(world: World) -> None:
    await has(world, replace(tuesday("00:00", "23:59", "Gita"), all_day=True))
    assert "⚠️ Quel giorno hai «Gita»." in (await pilates(world.owner)).text


def test_one_date_is_named_and_several_events_are_told_together() -> None:
    day, event = date(2026, 11, 24), tuesday("18:00", "19:00", "")
    assert weekly_warning(1, time(18), {}) == ""
    assert weekly_warning(1, time(18), {day: [event]}) == "⚠️ Mar 24 nov alle 18:00 hai già un impegno."
    both = {day: [event], day + timedelta(weeks=1): [replace(event, summary="Lab"), event]}
    with speaking(Language.ENGLISH):
        told = weekly_warning(1, time(18), both)
    assert told == "⚠️ Tuesday at 18:00 you already have an appointment and more: in 2 of the next 10 weeks."


def _is_after(number: int, message: Message) -> bool:
    return message.from_bot and message.message_id > number


async def test_another_address_replaces_the_saved_one_only_when_it_can_be_read_and_after_a_question(
    world: World,
) -> None:
    old, new = "https://calendar.example/x.ics", "https://other.example/secret-word.ics"
    await world.db.own_calendars.set(OWNER, old)

    async def saved() -> str:
        calendar = await world.db.own_calendars.find(OWNER)
        assert calendar
        return calendar.address

    for refused, why in (("192.168.1.5", "rete privata"), ("me:pw@a.example", "password"), ("a.example:8443", "porta")):
        mine = await world.owner.send(f"/calendario https://{refused}/a.ics")
        assert why in (await world.owner.wait_for(partial(_is_after, mine.message_id))).text
    assert await saved() == old

    await world.owner.send(new)
    card = await world.owner.wait_for(lambda one: "calendar.example → other.example" in one.text)
    assert not any("secret" in data for data in [card.text, *card.labels])
    await tapped(world.owner, "Tengo", "Leggo quello su calendar.example")
    assert await saved() == old
    typed = await world.owner.send(f"/calendario {new}")
    asked = await world.owner.wait_for(partial(_is_after, typed.message_id))
    assert "calendar.example → other.example" in asked.text
    assert await saved() == old
    await tapped(world.owner, "✅ Cambia", "Leggo quello su other.example")
    assert await saved() == new

"""A student who reads no Italian: every page and notice on their way is in English, to the last button."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from demo.telegram import Message
from domain.errors import LoginRejected, SlotFull
from domain.model import ActionType
from domain.requests import NewAction
from languages import Language, speaking
from tests.bot.test_buttons import every_page
from tests.support import chats, outcomes
from tests.support.chats import OWNER, PILATES, World, tapped

ITALIAN = re.compile(
    r"""\b(?:il|lo|gli|un|una|uno|di|del|dello|della|delle|dei|degli|che|chi|non|per|con|sono|hai|ho|è|già|più|alle|dalle
    |oggi|domani|ieri|post[oi]|prenot\w*|annull\w*|richiest[ae]|orar[io]|scegli\w*|indietro|altr[aioe]|quest[aioe]
    |quell[aioe]|lunedì|martedì|mercoledì|giovedì|venerdì|sabato|domenica|lun|mar|mer|gio|ven|sab|dom|novembre
    |apre|aperta|pieno|piena|libero
    |giorn[oi]|or[ae]|minut[oi]|second[oi]|lezion[ei]|sito|ancora|quando|ogni|prima|dopo|entro|fino|nel|nella|dal|dalla|tua|tuo
    |tuoi|mie|mia|ti|mi|si|se|fatto|conferma\w*|aspett\w*|riprov\w*|trov\w*|guard\w*|lett[aioe]|aggiorna\w*|salta\w*|pausa|ferie
    |pagina|tutt[aioe]|nessun\w*|modo|niente|subito|fai|vedi|vist[aioe]|scambia\w*|cambia\w*)\b""",
    re.IGNORECASE | re.VERBOSE,
)
FROM_THE_SITE = re.compile(
    r"PILATES MATWORK|Giuriati|Corsi Platinum|Fit Center|YOGA|ZUMBA|GAG|ROSSI MARIA|Il mio Pilates|Giulia"
    r"|[«“][^»”]*[»”]"
)


def italian(text: str) -> list[str]:
    return ITALIAN.findall(FROM_THE_SITE.sub("", text))


def told_to(world: World) -> list[str]:
    """Everything the bot has sent the owner, as it stands."""
    return [text for message in world.owner.messages if message.from_bot for text in (message.text, *message.labels)]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path, language="en") as here:
        here.emulator.world.chats[OWNER].user["language_code"] = "en"
        yield here


async def start(world: World) -> Message:
    seen = {message.message_id for message in world.owner.messages}
    await world.owner.send("/start")
    return await world.owner.wait_for(lambda message: "Hi Giulia!" in message.text and message.message_id not in seen)


def test_the_words_that_are_looked_for_are_found() -> None:
    assert italian("Ti scrivo com'è andata") == ["Ti", "è"]
    assert italian("Pilates: waiting for the opening, Tuesday 24 November at 18:00") == []


def test_no_screen_has_an_italian_word() -> None:
    with speaking(Language.ENGLISH):
        pages = every_page.__wrapped__()
    shown = {text for page in pages for text in (page.text, *(each.label for row in page.rows for each in row))}
    assert [(text, found) for text in shown if (found := italian(text))] == []


async def test_booking_status_failure_and_cancelling_are_in_english(world: World) -> None:
    seen: list[str] = []

    async def tap(label: str, shows: str) -> Message:
        page = await tapped(world.owner, label, shows)
        seen.extend((page.text, *page.labels))
        return page

    await start(world)
    await tap("❓ Help", "What I can do")
    await tap("⚙️", "How the site works")
    await start(world)
    await tap("📅 New Booking", "For which day?")
    await tap("Tue 24 Nov", "Tuesday 24 November")
    await tap("Corsi Platinum", "PILATES")
    await tap("18:00 PILATES", "Tuesday 24 November")
    await tap("✅", "Booking no.")
    await world.owner.send("/status")
    await world.owner.wait_for(lambda message: "Your latest requests" in message.text)
    await world.book()
    await world.owner.wait_for(lambda message: "Booked!" in message.text)
    await start(world)
    await tap("📋 My Bookings", "PILATES MATWORK")
    await tap("18:00", "📍")
    await tap("❌", "PILATES")
    await tap("❌", "Cancellation no.")
    action = await world.claim()
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))
    await world.owner.wait_for(lambda message: "Cancelled" in message.text and "I checked on the site" in message.text)
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref))
    await world.fail(SlotFull("«posti esauriti»"))
    await world.owner.wait_for(lambda message: "There are no places left." in message.text)
    await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, PILATES.ref))
    await world.fail(LoginRejected("«credenziali errate»"))
    await world.owner.wait_for(lambda message: "rejected" in message.text)
    assert [(text, found) for text in (*seen, *told_to(world)) if (found := italian(text))] == []


async def test_weekly_bookings_the_timetable_and_questions_are_in_english(world: World) -> None:
    seen: list[str] = []

    async def tap(label: str, shows: str) -> Message:
        page = await tapped(world.owner, label, shows)
        seen.extend((page.text, *page.labels))
        return page

    await chats.periodic(world)
    await start(world)
    await tap("🗓️ Timetable", "Read today at 12:00.")
    await start(world)
    await tap("🔄 Weekly Bookings", "Il mio Pilates")
    await tap("Il mio Pilates", "Tuesday")
    await world.owner.send("123456789")
    await world.owner.wait_for(lambda message: "Sorry, I didn't understand" in message.text)
    world.clock.now += timedelta(minutes=1)
    assert [(text, found) for text in (*seen, *told_to(world)) if (found := italian(text))] == []

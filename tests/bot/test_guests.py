"""Guests in the chat: who comes with an invitation, what the owner does about them, how everybody is forgotten."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.screens.failure_messages import FAILURE_MESSAGES, LOGIN_REMARKS, PASSWORD_AGAIN
from bot.transport.strangers import ALL, EACH, WITHIN, Strangers
from demo.telegram import Message, Person
from domain.errors import LoginRejected
from domain.model import ActionStatus, RemarkKind
from runtime.directory import Directory
from safety.personal_files import SESSIONS
from safety.sealing import Secrets
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, OWNER, World, queued, tapped

MARTA = 990_001
SECRETS = Secrets("10556677", "Sesamo, apriti!", "")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def told(person: Person, text: str, shows: str) -> Message:
    seen = {message.message_id for message in person.messages}
    await person.send(text)
    return await person.wait_for(lambda message: message.message_id not in seen and shows in message.text)


async def invitation(world: World) -> str:
    page = await told(world.owner, "/invita", "il link vale una volta")
    found = re.search(r"\?start=(\S+)", page.text)
    assert found
    return found[1]


async def come(world: World, name: str = "Marta", user_id: int = MARTA) -> Person:
    """A stranger who has come with an invitation."""
    person = world.emulator.person(user_id, name)
    await told(person, f"/start {await invitation(world)}", "mi servono il tuo Codice Persona")
    return person


async def enter(world: World, user_id: int = MARTA) -> None:
    """What the account page, another program, does in the end."""
    web = Directory(world.settings, world.db.guests)
    await web.refresh()
    await web.admit(user_id, SECRETS)


async def log_in(world: World, user_id: int = MARTA) -> None:
    """What a worker does next, when what was entered is right."""
    await outcomes.succeed(world.db, user_id, world.clock())


async def test_who_keeps_the_bot_and_nobody_else_reads_how_to_let_others_in(world: World) -> None:
    assert "/invita" in (await told(world.owner, "/help", "Cosa so fare")).text
    assert "/invita" not in (await told(world.friend, "/help", "Cosa so fare")).text


async def test_a_stranger_gets_in_with_an_invitation_alone_and_once(world: World) -> None:
    stranger, other = world.emulator.person(MARTA, "Marta"), world.emulator.person(MARTA + 1, "Nino")
    secret = await invitation(world)
    for text in ("/start", "ciao", f"/start {secret[:-1]}", f"/start {secret}x", "/start 12345"):
        await stranger.send(text)
    welcome = await told(stranger, f"/start {secret}", "mi servono il tuo Codice Persona")
    assert [message for message in stranger.messages if message.from_bot] == [welcome]  # nothing before
    await world.owner.wait_for(lambda message: "Marta ha aperto il tuo invito" in message.text)
    await other.send(f"/start {secret}")
    await told(stranger, "ciao", "mi servono il tuo Codice Persona")  # what the other sent is dropped by now
    assert not any(message.from_bot for message in other.messages)


async def test_before_the_secrets_are_in_there_is_a_language_help_and_the_way_in_alone(world: World) -> None:
    marta = await come(world)
    await tapped(marta, "🇬🇧 English", "I need your Codice Persona")
    for text in (
        "/prenota",
        "/mie",
        "/status",
        "/impostazioni",
        "/persone",
        "/insieme",
        "/storico 3",
    ):
        await told(marta, text, "I need your Codice Persona")
    assert "/people" not in (await told(marta, "/help", "What I can do")).text
    assert await world.actions(MARTA) == []
    page = await told(marta, "/access", "/account/")
    assert "for you alone" in page.text


async def test_with_the_secrets_in_a_guest_books_like_everybody(world: World) -> None:
    marta = await come(world)
    await enter(world)
    await outcomes.reject(world.db, MARTA, LoginRejected("wrong"), world.clock(), tell=True)
    refused = await marta.wait_for(lambda message: "Inserisci di nuovo i tuoi dati con /accesso" in message.text)
    assert "chi tiene il bot" not in refused.text
    assert not any("ora può prenotare" in message.text for message in world.owner.messages)
    await enter(world)
    await log_in(world)
    await world.owner.wait_for(lambda message: "Marta ora può prenotare" in message.text)
    await marta.wait_for(lambda message: "sei dentro" in message.text)
    await queued(marta)
    [action] = await world.actions(MARTA)
    assert action.status is ActionStatus.PENDING


async def test_the_owner_sees_limits_suspends_and_removes_guests(world: World) -> None:
    marta = await come(world)
    await enter(world)
    await log_in(world)
    await world.owner.wait_for(lambda message: "Marta ora può prenotare" in message.text)
    await queued(marta)
    await told(world.owner, "/persone", "In config.json c'è 1 persona")
    await tapped(world.owner, "🟢 Marta", "In attesa: 1, al massimo 20")
    await tapped(world.owner, "🔢 Quante insieme", "Quante prenotazioni")
    await tapped(world.owner, "1", "al massimo 1")
    await told(marta, "/prenota", "Per quale giorno?")
    await tapped(marta, "Mar 24 nov", "Che cosa?")
    await tapped(marta, "Fit Center", "Giuriati - Fit Center")
    await tapped(marta, "07:00", "📍")
    await tapped(marta, "Conferma Prenotazione", "Troppe prenotazioni in attesa")
    await tapped(world.owner, "⏸ Sospendi", "Ha 1 prenotazione in attesa: la ritiro")
    await tapped(world.owner, "⏸ Sì, sospendi", "Sospeso da")
    left = await marta.wait_for(lambda message: "ha sospeso il tuo accesso" in message.text)
    assert "La richiesta che avevi in coda è ritirata; i posti che hai già sul sito restano tuoi" in left.text
    await marta.wait_for(lambda message: "↩️" in message.text)  # nor does the request's own message wait any longer
    await told(marta, "/mie", "ha sospeso il tuo accesso")
    [action] = await world.actions(MARTA)
    assert action.status is ActionStatus.CANCELLED
    await tapped(world.owner, "▶️ Riammetti", "Può prenotare")
    back = await marta.wait_for(lambda message: "Puoi di nuovo prenotare" in message.text)
    assert "periodiche" not in back.text  # she has none
    await tapped(world.owner, "🗑 Togli", "Togliere Marta?")
    await tapped(world.owner, "🗑 Sì, togli", "Marta non c'è più")
    assert await world.db.guests.all() == []
    count = len(marta.messages)
    await marta.send("/mie")
    await told(world.owner, "/start", "Ciao")
    assert len(marta.messages) == count + 1  # a stranger again: nothing is answered


async def test_nobody_but_the_owner_touches_guests(world: World) -> None:
    await come(world)
    for text in ("/invita", "/persone"):
        await told(world.friend, text, "solo chi tiene il bot")
    assert await world.db.guests.find(MARTA)


async def test_a_guest_who_wants_to_be_forgotten_is_with_their_files(world: World) -> None:
    marta = await come(world)
    await enter(world)
    await log_in(world)
    await world.owner.wait_for(lambda message: "Marta ora può prenotare" in message.text)
    sessions = world.settings.state_dir / SESSIONS
    sessions.mkdir(parents=True)
    for user_id in (MARTA, OWNER):
        (sessions / f"{user_id}.json").write_text("{}")
    await queued(marta)
    await told(marta, "/dimenticami", "1 prenotazione in attesa viene ritirata")
    await tapped(marta, "🗑 Sì, dimenticami", "Fatto: ti ho dimenticato")
    gone = await world.owner.wait_for(lambda message: "Un ospite se n'è andato" in message.text)
    assert "Marta" not in gone.text
    assert [path.name for path in sessions.iterdir()] == [f"{OWNER}.json"]
    assert await world.db.people.reader(MARTA) is None
    rows = await world.db.connection.rows("SELECT 1 FROM notices WHERE about_user_id = :id", {"id": MARTA})
    assert rows == []


async def test_whom_the_configuration_names_is_told_what_stays_and_so_is_the_owner(world: World) -> None:
    await queued(world.friend)
    await told(world.friend, "/dimenticami", "stanno in config.json")
    await tapped(world.friend, "🗑 Sì, dimenticami", "Fatto: ti ho dimenticato")
    await world.owner.wait_for(lambda message: f"{FRIEND}" in message.text and "toglilo da lì" in message.text)
    assert await world.actions(FRIEND) == []
    await told(world.friend, "/start", "Ciao")


async def test_the_owner_stays_as_long_as_the_configuration_names_them(world: World) -> None:
    await told(world.owner, "/dimenticami", "Te non ti posso dimenticare")
    assert await world.db.people.find(OWNER)


def test_nobody_comes_upon_an_invitation_by_trying() -> None:
    now = 0.0
    strangers = Strangers(lambda: now)
    assert [strangers.may_try(1) for _ in range(EACH + 1)] == [True] * EACH + [False]
    assert sum(strangers.may_try(user_id) for user_id in range(2, 1000)) == ALL - EACH
    now = WITHIN + 1
    assert strangers.may_try(1)


def test_no_guest_is_told_to_tell_a_secret_to_whoever_keeps_the_bot() -> None:
    """They enter it themselves, with /accesso."""
    advice = [str(each.you_guest) for each in (*FAILURE_MESSAGES.values(), *LOGIN_REMARKS.values(), PASSWORD_AGAIN)]
    asked = re.compile(r"(?:password|quella nuova|QR|matricola|segreto).*tiene il bot")
    assert [each for each in advice if asked.search(each)] == []
    assert sum("/accesso" in each for each in advice) >= 9


def test_a_notice_that_a_login_met_is_not_told_as_its_success() -> None:
    """It is told before the login has ended, which may fail at the next page."""
    assert "entrato" not in str(LOGIN_REMARKS[RemarkKind.SITE_NOTICE].you)

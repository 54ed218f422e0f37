"""The menu, booking, and what comes of it, in the chat: what a person taps and reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.errors import ClassStarted, LoginRejected, Overlap, SiteChanged, SiteUnavailable, SlotFull
from domain.model import ActionStatus, ActionType, Booking, Timetable
from domain.requests import NewAction
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, PILATES, THURSDAY, TODAY, TUESDAY, World, menu, pilates, queued, tapped
from tests.support.running import PATIENCE

MINE = Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


# The menu


async def test_start_shows_the_menu_with_its_four_buttons_and_the_first_name(world: World) -> None:
    page = await menu(world.owner)

    assert "Giulia" in page.text
    labels = page.labels
    assert labels[:4] == [
        "📅 Nuova Prenotazione",
        "📋 Le Mie Prenotazioni",
        "🔄 Prenotazioni Periodiche",
        "🗓️ Orari Corsi",
    ]


async def test_a_deep_link_opens_the_menu_too(world: World) -> None:
    await world.owner.send("/start from-a-friend")

    assert "Ciao" in (await world.owner.next_message()).text


async def test_the_menu_shows_the_next_booking_and_what_is_queued(world: World) -> None:
    await world.hold(Booking("YOGA", "Giuriati", TODAY, time(19), 55))
    await queued(world.owner)

    page = await menu(world.owner)

    assert "Il prossimo appuntamento: YOGA, oggi alle 19:00" in page.text
    assert "In coda: PILATES MATWORK, martedì 24 novembre alle 18:00" in page.text


async def test_the_first_start_says_that_the_timetable_is_being_read_and_queues_its_reading(tmp_path: Path) -> None:
    async with chats.world(tmp_path, timetable=False) as world:
        page = await menu(world.friend)
        again = await menu(world.friend)

        assert "Sto leggendo gli orari" in page.text
        assert "Sto leggendo gli orari" in again.text
        action = await world.claim()
        assert (action.type, action.user_id, action.quiet) == (ActionType.REFRESH, OWNER, True)
        assert not await world.db.claims.due()


async def test_the_commands_are_registered_with_telegram(world: World) -> None:
    call = await world.emulator.wait_for_call("setMyCommands")

    assert all(command in str(call.params) for command in ("start", "status", "help"))


async def test_help_has_a_way_home(world: World) -> None:
    await world.owner.send("/help")
    assert "/status 12" in (await world.owner.next_message()).text

    await tapped(world.owner, "Menu", "Che cosa facciamo?")


# Booking


async def test_three_taps_and_a_confirmation_queue_a_booking(world: World) -> None:
    card = await queued(world.owner)

    (action,) = await world.actions()
    assert f"Prenotazione n. {action.id}" in card.text
    assert (action.type, action.class_ref.course, action.class_ref.location) == (
        ActionType.BOOK,
        "PILATES MATWORK",
        "Giuriati",
    )
    assert (action.class_ref.day, action.class_ref.start, action.card_message_id) == (
        TUESDAY,
        time(18),
        card.message_id,
    )
    assert action.run_at == world.clock.now


async def test_the_result_rings_with_a_calendar_file_and_the_card_loses_its_buttons(world: World) -> None:
    card = await queued(world.owner)
    world.clock.now = datetime(2026, 11, 22, 11, 0, 1, tzinfo=UTC)
    await world.book()

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    assert "Vista nelle tue prenotazioni alle 12:00:01" in result.text
    assert result.message_id != card.message_id
    assert not result.silent
    assert result.document
    assert result.labels == ["❌ Annulla", "🏠 Menu"]
    old = await world.owner.wait_for(lambda message: message.text.startswith("✅ Prenotazione n."))
    assert (old.message_id, old.labels) == (card.message_id, [])

    async def card_in_the_row() -> int | None:
        return (await world.actions())[0].card_message_id

    await chats.until(card_in_the_row, result.message_id)


async def test_a_slot_not_open_yet_is_queued_for_its_opening(world: World) -> None:
    await menu(world.owner)
    days = await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    assert "Gio 26 nov · apre mar 24 00:00 · 1 orario" in days.labels
    await tapped(world.owner, "Gio 26 nov", "GAG")
    page = await tapped(world.owner, "18:00 GAG", "📍")
    assert "Prenoto appena apre, martedì 24 novembre alle 00:00" in page.text

    card = await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")

    (action,) = await world.actions()
    opening = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert (action.class_ref.day, action.opens_at) == (THURSDAY, opening)
    assert action.run_at == action.rehearse_at == datetime(2026, 11, 23, 19, tzinfo=UTC)
    assert "martedì 24 novembre alle 00:00" in card.text


async def test_a_slot_at_the_hours_of_another_booking_in_the_queue_says_so(world: World) -> None:
    await queued(world.owner)
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Fit Center", "Giuriati - Fit Center")

    page = await tapped(world.owner, "18:00", "Si sovrappone a un'altra tua richiesta")

    [live] = await world.actions()
    about = f"la n. {live.id}: PILATES MATWORK, martedì 24 novembre alle 18:00. Per quel che so"
    assert f"{about} il sito ne accetta una sola." in page.text


async def test_a_slot_that_opened_before_its_time_is_booked_at_once(world: World) -> None:
    await world.read_timetable([*chats.WEEK, chats.slot("BOXE", THURSDAY, "20:00")])
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Gio 26 nov", "7 posti")
    await tapped(world.owner, "20:00 BOXE", "Prenoto subito")
    await tapped(world.owner, "Conferma Prenotazione", "In coda")

    (action,) = await world.actions()
    assert action.run_at == world.clock.now
    assert action.opens_at
    assert action.opens_at < world.clock.now


async def test_todays_past_slots_are_left_out(world: World) -> None:
    await menu(world.owner)
    days = await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    assert "Oggi 22 · 1 orario" in days.labels

    page = await tapped(world.owner, "Oggi", "YOGA")

    assert [label for label in page.labels if "YOGA" in label] == ["19:00 YOGA · 7 posti"]


async def test_a_full_slot_says_so_and_may_be_tried(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "piena")
    page = await tapped(world.owner, "19:00 ZUMBA · piena", "era piena")
    assert "Prova a prenotare" in page.labels

    await tapped(world.owner, "Prova a prenotare", "In coda")


async def test_long_lists_are_paged_and_lead_back(world: World) -> None:
    courses = [chats.slot(f"CORSO {n}", TUESDAY, f"{n + 7:02}:00") for n in range(12)]
    await world.read_timetable([*chats.WEEK, *courses])
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    first = await tapped(world.owner, "Corsi Platinum", "Pagina 1 di 2")
    second = await tapped(world.owner, "Altri", "Pagina 2 di 2")
    slots = [label for page in (first, second) for label in page.labels if "CORSO" in label]
    assert len(slots) == len(set(slots)) == 12
    await tapped(world.owner, "18:00 CORSO", "Prenoto subito")

    await tapped(world.owner, "Indietro", "Pagina 2 di 2")


async def test_two_taps_at_once_make_one_action(world: World) -> None:
    page = await pilates(world.owner)
    data = next(button.data for row in page.buttons for button in row if "Conferma" in button.text)
    assert data

    await asyncio.gather(*(world.owner.press(data, page.message_id) for _ in range(3)))

    assert len(await world.actions()) == 1


async def test_a_second_tap_after_the_end_shows_the_same_ticket(world: World) -> None:
    page = await pilates(world.owner)
    data = next(button.data for row in page.buttons for button in row if "Conferma" in button.text)
    assert data
    await world.owner.press(data, page.message_id)
    await world.fail(SlotFull("Posti esauriti"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    await world.owner.press(data, page.message_id)

    assert len(await world.actions()) == 1


async def test_what_is_held_or_queued_already_is_shown_instead_of_booked(world: World) -> None:
    await queued(world.owner)
    page = await pilates(world.owner)
    [live] = await world.actions()
    assert f"In coda: prenotazione n. {live.id}." in page.text
    await tapped(world.owner, "Vedi la n.", "In coda: comincio")
    await world.book()
    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    page = await pilates(world.owner)

    assert "È già tua" in page.text
    await tapped(world.owner, "Vedi la prenotazione", "vista sul sito")


async def test_another_booking_at_the_same_hour_is_warned_of(world: World) -> None:
    await world.hold(Booking("NUOTO", "Giuriati", TUESDAY, time(18, 30), 60))

    assert "Si sovrappone a NUOTO" in (await pilates(world.owner)).text


async def test_a_class_that_has_begun_is_not_booked(world: World) -> None:
    await pilates(world.owner)
    world.clock.now = datetime(2026, 11, 24, 17, 1, tzinfo=UTC)

    await tapped(world.owner, "Conferma Prenotazione", "già cominciata")

    assert await world.actions() == []


async def test_a_button_about_a_slot_that_is_gone_says_so(world: World) -> None:
    page = await pilates(world.owner)
    _, button = world.owner.find_button("Conferma Prenotazione")
    world.clock.now += timedelta(seconds=1)
    await world.read_timetable([one for one in chats.WEEK if one is not chats.PILATES])
    gone = "Questo orario non c'è più"
    await world.owner.wait_for(lambda one: one.message_id == page.message_id and gone in one.text)

    await world.owner.press(button.data or "", page.message_id)  # tapped before the page was edited

    assert gone in (await world.owner.wait_for(lambda one: one.message_id == page.message_id)).text
    assert await world.actions() == []


async def test_markup_in_a_course_name_is_shown_as_it_is(world: World) -> None:
    name = "<b>GAG</b> & CO"
    await world.read_timetable([*chats.WEEK, chats.slot(name, TUESDAY, "10:00", instructor="<i>&amp;")])
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", name)
    page = await tapped(world.owner, "10:00", "Prenoto subito")
    assert name in page.text
    assert "<i>&amp;" in page.text
    await tapped(world.owner, "Conferma Prenotazione", name)

    await world.book()

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert name in result.text


# Withdrawing, results


async def test_a_waiting_action_can_be_withdrawn(world: World) -> None:
    await queued(world.owner)

    page = await tapped(world.owner, "Ritira", "Ritirata")

    assert "🏠 Menu" in page.labels
    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_what_was_taken_though_it_was_withdrawn_is_told_with_a_way_out(world: World) -> None:
    await queued(world.owner)
    action = await world.claim()
    await world.db.settlement.settle(
        action, outcomes.tried_again(world.clock.now + timedelta(minutes=1), SiteUnavailable("no answer"))
    )
    await world.owner.wait_for(lambda message: "Riprovo" in message.text)

    page = await tapped(world.owner, "Ritira", "Ritirata: non la faccio più")

    assert "rileggo le tue prenotazioni" in page.text
    await outcomes.sync(world.db, await world.claim(), [MINE], world.settings.zone)
    told = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert "L'avevi ritirata, ma il sito l'aveva già registrata" in told.text
    assert "❌ Annulla" in told.labels


async def test_a_booking_that_overlaps_another_hears_which(world: World) -> None:
    await queued(world.owner)
    await world.hold(Booking("CORE", "Giuriati", TUESDAY, time(18, 30), 55))
    await world.fail(Overlap("PILATES meets our CORE"))

    told = await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    assert "L'altra: CORE, martedì 24 novembre alle 18:30." in told.text
    assert told.labels[0] == "🔁 Scambia con CORE delle 18:30"


async def test_the_ticket_of_a_place_given_back_since_says_so(world: World) -> None:
    await queued(world.owner)
    booked = await world.book()
    await world.db.requests.add(NewAction(ActionType.CANCEL, OWNER, booked.wish))
    cancelling = await world.claim()
    await world.db.settlement.settle(cancelling, outcomes.cancelled(booked.class_ref, "gone"))

    await world.owner.send(f"/status {booked.id}")

    ticket = await world.owner.wait_for(lambda message: "Poi annullata: ricontrollato sul sito" in message.text)
    assert "Prenotata: vista nelle tue prenotazioni" in ticket.text


async def test_what_a_worker_only_prepares_for_its_opening_can_still_be_withdrawn(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Gio 26 nov", "GAG")
    await tapped(world.owner, "18:00 GAG", "📍")
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    world.clock.now = datetime(2026, 11, 23, 22, 58, tzinfo=UTC)  # two minutes before it opens
    await world.claim()
    await world.owner.send(f"/status {(await world.actions())[0].id}")
    ticket = await world.owner.wait_for(lambda message: "prenoto appena apre, domani alle 00:00" in message.text)
    assert "Puoi ritirarla fino a pochi secondi prima" in ticket.text

    await tapped(world.owner, "Ritira", "Ritirata")

    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_withdrawing_what_a_worker_has_says_that_it_is_too_late(world: World) -> None:
    await queued(world.owner)
    await world.db.claims.begin_to_act(await world.claim())

    await tapped(world.owner, "Ritira", "Ci sto già lavorando")

    assert (await world.actions())[0].status is ActionStatus.PROCESSING


async def test_the_way_home_from_a_card_leaves_the_card_alone(world: World) -> None:
    card = await queued(world.owner)

    await tapped(world.owner, "Menu", "Che cosa facciamo?")

    old = next(message for message in world.owner.messages if message.message_id == card.message_id)
    assert "In coda" in old.text


async def test_a_refusal_quotes_the_site_and_offers_what_to_do(world: World) -> None:
    await queued(world.owner)
    await world.fail(SlotFull("full: the site says «Posti <esauriti>»"))

    result = await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    assert "I posti sono finiti" in result.text
    assert "«Posti <esauriti>»" in result.text
    await tapped(world.owner, "Scegli un altro orario", "Che cosa?")


async def test_a_refused_password_can_be_tried_once_more(world: World) -> None:
    await queued(world.owner)
    await outcomes.reject(world.db, OWNER, LoginRejected("no"), world.clock.now, tell=False)
    await world.fail(LoginRejected("no"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    await tapped(world.owner, "Riprova l'accesso", "Lettura delle prenotazioni")

    account = await world.db.people.find(OWNER)
    assert account
    assert not account.rejected
    assert (await world.claim()).type is ActionType.CHECK


async def test_a_screenshot_that_was_kept_comes_with_the_failure(world: World, tmp_path: Path) -> None:
    (tmp_path / "screenshot.png").write_bytes(PNG)
    await queued(world.owner)
    await world.fail(SiteChanged("no container", evidence=str(tmp_path)))

    result = await world.owner.wait_for(lambda message: message.photo is not None)

    assert "non riconosco" in result.text
    await tapped(world.owner, "Aggiorna dal sito", "Lettura delle prenotazioni")


async def test_a_failure_can_be_tried_again_from_its_message(world: World) -> None:
    await queued(world.owner)
    await world.fail(ClassStarted("x"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    await world.db.connection.write("UPDATE booking_actions SET error_kind = 'SiteUnavailable'")
    (action,) = await world.actions()
    await world.owner.send(f"/status {action.id}")
    await world.owner.wait_for(lambda message: "non risponde" in message.text)

    await tapped(world.owner, "Riprova", "Prenoto subito")


async def test_a_tap_on_the_way_to_a_booking_lets_the_workers_get_ready(world: World) -> None:
    await menu(world.owner)
    assert not await world.db.people.anyone_expected(timedelta(seconds=20))
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    async with asyncio.timeout(PATIENCE):
        while not await world.db.people.anyone_expected(timedelta(seconds=20)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def test_what_was_refused_as_full_is_free_again_once_a_later_reading_shows_it(world: World) -> None:
    catalogue, refused_at = world.db.catalogue, world.clock.now + timedelta(minutes=5)

    async def places() -> int | None:
        return next(row.slot.places for row in await catalogue.slots_on(TUESDAY) if row.slot.ref == PILATES.ref)

    reading = await world.db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert reading
    began, world.clock.now = world.clock.now, refused_at
    await catalogue.note_full(MINE.ref, refused_at)
    days, slots = tuple({one.day for one in chats.WEEK}), tuple(chats.WEEK)
    timetable = Timetable((chats.PLATINUM, chats.FITNESS), days, slots)
    await outcomes.refresh(world.db, reading, timetable, began)
    await catalogue.note_free(PILATES, refused_at - timedelta(seconds=5))
    assert await places() == 0
    await catalogue.note_free(PILATES, refused_at + timedelta(seconds=60))
    assert await places() == 7
    await catalogue.note_full(MINE.ref, refused_at + timedelta(seconds=70))
    world.clock.now += timedelta(minutes=2)
    await world.read_timetable()
    assert await places() == 7


async def test_a_slot_that_was_refused_as_full_is_listed_as_full_with_its_time(world: World) -> None:
    world.clock.now += timedelta(minutes=5)
    await world.db.catalogue.note_full(MINE.ref, world.clock.now)
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")

    page = await tapped(world.owner, "Corsi Platinum", "PILATES")

    assert "PILATES MATWORK, con ROSSI MARIA · piena (vista alle 12:05)" in page.text
    assert "ZUMBA, con ROSSI MARIA · piena\n" in page.text
    await tapped(world.owner, "18:00 PILATES", "All'ultima lettura, oggi alle 12:05, era piena")


async def test_the_card_of_what_is_withdrawn_from_another_message_no_longer_promises_it(world: World) -> None:
    card = await queued(world.owner)
    (action,) = await world.actions()
    await world.owner.send(f"/status {action.id}")
    ticket = await world.owner.wait_for(lambda one: "In coda" in one.text and one.message_id != card.message_id)
    label = next(one for one in ticket.labels if "Ritira" in one)
    await world.owner.tap(label, message_id=ticket.message_id)

    await world.owner.wait_for(lambda one: "Ritirata" in one.text and one.message_id == ticket.message_id)
    await world.owner.wait_for(lambda one: "Ritirata" in one.text and one.message_id == card.message_id)

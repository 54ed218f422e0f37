"""The bot in a chat: real application, real database, emulated Telegram. What a person taps and reads."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from database import NewAction
from demo.telegram import Message
from model import (
    ActionStatus,
    ActionType,
    Booking,
    ClassStarted,
    LoginRejected,
    NoticeKind,
    SiteChanged,
    SlotFull,
)
from store.outbox import add_notice
from tests import chats
from tests.chats import FRIEND, OWNER, STRANGER, THURSDAY, TODAY, TUESDAY, World, menu, pilates, queued, tapped

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
        assert not await world.db.queue.due()


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
    assert (action.type, action.course, action.location) == (ActionType.BOOK, "PILATES MATWORK", "Giuriati")
    assert (action.day, action.start, action.card_message_id) == (TUESDAY, time(18), card.message_id)
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
    old = next(message for message in world.owner.messages if message.message_id == card.message_id)
    assert old.labels == []
    assert old.text.startswith("✅ Prenotazione n.")

    async def card_in_the_row() -> int | None:
        return (await world.actions())[0].card_message_id

    await chats.until(card_in_the_row, result.message_id)


async def test_the_calendar_file_names_zone_place_and_alarm(world: World) -> None:
    await queued(world.owner)
    await world.book()
    result = await world.owner.wait_for(lambda message: message.document is not None)
    assert result.document

    calendar: Any = Calendar.from_ical(result.document.data)
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].dt.isoformat() == "2026-11-24T18:00:00+01:00"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=55)
    assert event["LOCATION"].startswith("Giuriati")
    assert event.walk("VALARM")[0]["TRIGGER"].dt == timedelta(hours=-1)
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Rome"]
    assert "METHOD" not in calendar
    assert result.document.name == "pilates-matwork-2026-11-24.ics"


async def test_a_slot_not_open_yet_is_queued_for_its_opening(world: World) -> None:
    await menu(world.owner)
    days = await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    assert "Gio 26 nov · 1 orario · apre mar 24 alle 00:00" in days.labels
    await tapped(world.owner, "Gio 26 nov", "GAG")
    page = await tapped(world.owner, "18:00 GAG", "📍")
    assert "Prenoto appena apre, martedì 24 novembre alle 00:00" in page.text

    card = await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")

    (action,) = await world.actions()
    opening = datetime(2026, 11, 23, 23, tzinfo=UTC)
    assert (action.day, action.opens_at, action.run_at) == (THURSDAY, opening, opening)
    assert "martedì 24 novembre alle 00:00" in card.text


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
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    first = await tapped(world.owner, "Fit Center", "Pagina 1 di 2")
    second = await tapped(world.owner, "Altri", "Pagina 2 di 2")
    slots = [label for page in (first, second) for label in page.labels if "Fit Center" in label]
    assert len(slots) == len(set(slots)) == 12
    await tapped(world.owner, "18:00 Fit Center", "Prenoto subito")

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
    assert "È già in coda" in page.text
    await tapped(world.owner, "Vedi la n.", "In coda: comincio")
    await world.book()
    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    page = await pilates(world.owner)

    assert "È già tua" in page.text
    await tapped(world.owner, "Vedi la prenotazione", "vista sul sito")


async def test_another_booking_at_the_same_hour_is_warned_of(world: World) -> None:
    await world.hold(Booking("NUOTO", "Giuriati", TUESDAY, time(18, 30), 60))

    assert "Alla stessa ora hai già NUOTO" in (await pilates(world.owner)).text


async def test_a_class_that_has_begun_is_not_booked(world: World) -> None:
    await pilates(world.owner)
    world.clock.now = datetime(2026, 11, 24, 17, 1, tzinfo=UTC)

    await tapped(world.owner, "Conferma Prenotazione", "già cominciata")

    assert await world.actions() == []


async def test_a_button_about_a_slot_that_is_gone_says_so(world: World) -> None:
    await pilates(world.owner)
    world.clock.now += timedelta(seconds=1)
    await world.read_timetable([one for one in chats.WEEK if one is not chats.PILATES])

    await tapped(world.owner, "Conferma Prenotazione", "Questo orario non c'è più")

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


async def test_withdrawing_what_a_worker_has_says_that_it_is_too_late(world: World) -> None:
    await queued(world.owner)
    await world.claim()

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
    await world.db.people.reject(OWNER, tell=False)
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


# My bookings


async def test_my_bookings_show_what_is_held_and_where_it_leads(world: World) -> None:
    await world.hold(MINE)
    await menu(world.owner)

    page = await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")

    assert "martedì 24 novembre alle 18:00 · Giuriati" in page.text
    assert "Lette dal sito oggi alle 12:00" in page.text
    assert "🔄 Aggiorna dal sito" in page.labels


async def test_a_class_that_is_over_is_no_longer_listed(world: World) -> None:
    await world.hold(Booking("YOGA", "Giuriati", TODAY, time(9), 55))
    await menu(world.owner)

    page = await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")

    assert "YOGA" not in page.text


async def cancel_to_the_question(world: World) -> Message:
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")
    return await tapped(world.owner, "Annulla", "Annullo davvero?")


async def test_cancelling_is_asked_once_more_and_told_when_read_back(world: World) -> None:
    page = await cancel_to_the_question(world)
    assert "senza penalità: c'è tempo fino a martedì 24 novembre alle 16:00" in page.text
    await tapped(world.owner, "Sì, annulla", "Annullamento n.")
    action = await world.claim()
    assert (action.type, action.booking_id) == (ActionType.CANCEL, MINE.booking_id)
    await world.db.queue.complete_cancel(action, action.wish, "gone")

    result = await world.owner.wait_for(lambda message: "Riletto sul sito alle 12:00:00" in message.text)

    assert "Annullata" in result.text
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")


async def test_two_taps_on_cancel_make_one_action(world: World) -> None:
    page = await cancel_to_the_question(world)
    data = next(button.data for row in page.buttons for button in row if "Sì" in button.text)
    assert data

    await asyncio.gather(*(world.owner.press(data, page.message_id) for _ in range(3)))

    assert len(await world.actions()) == 1


async def test_cancelling_late_warns_of_the_penalty(world: World) -> None:
    await world.hold(MINE)
    world.clock.now = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")

    page = await tapped(world.owner, "Annulla", "Annullo davvero?")

    assert "Mancano meno di 2 ore" in page.text


async def test_the_calendar_file_can_be_had_again(world: World) -> None:
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")

    await world.owner.tap("Calendario")

    assert await world.owner.wait_for(lambda message: message.document is not None)


async def test_reading_my_bookings_turns_the_page_into_the_new_list(world: World) -> None:
    await menu(world.owner)
    page = await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")
    await tapped(world.owner, "Aggiorna dal sito", "si aggiorna da sola")
    action = await world.claim()
    await world.db.queue.complete_check(action, [MINE], "1", TODAY)

    fresh = await world.owner.wait_for(lambda message: "Appena lette dal sito" in message.text)

    assert fresh.message_id == page.message_id
    assert "PILATES MATWORK" in fresh.text


async def test_a_quiet_reading_under_way_is_made_to_tell_its_end(world: World) -> None:
    await world.db.queue.add(NewAction(ActionType.CHECK, OWNER, quiet=True))
    action = await world.claim()
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")
    await tapped(world.owner, "Aggiorna dal sito", "si aggiorna da sola")

    await world.db.queue.complete_check(action, [MINE], "1", TODAY)

    await world.owner.wait_for(lambda message: "Appena lette dal sito" in message.text)


async def test_a_reading_asked_for_under_a_failure_updates_its_own_new_message(world: World) -> None:
    await queued(world.owner)
    failed = await world.fail(SiteChanged("odd"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    card = await tapped(world.owner, "Aggiorna dal sito", "si aggiorna da sola")

    async def card_in_the_row() -> int | None:
        return (await world.actions())[0].card_message_id

    await chats.until(card_in_the_row, card.message_id)
    action = await world.claim()
    assert action.id > failed.id
    await world.db.queue.complete_check(action, [MINE], "1", TODAY)

    fresh = await world.owner.wait_for(lambda message: "Appena lette dal sito" in message.text)

    assert fresh.message_id == card.message_id


# Periodic bookings and their questions


async def periodic(world: World, *, ask: int = 1, user_id: int = OWNER) -> int:
    rows = await world.db.connection.write(
        """
        INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot,
            requires_confirmation) VALUES (:user_id, 'Il mio Pilates', 'Giuriati', 'PILATES MATWORK', 1, '18:00', :ask)
        RETURNING id
        """,
        {"user_id": user_id, "ask": ask},
    )
    return int(rows[0]["id"])


async def question(world: World) -> Message:
    """The executor asks about Tuesday, an hour before."""
    found = await world.db.periodic.find(await periodic(world))
    assert found
    world.clock.now = datetime(2026, 11, 24, 16, tzinfo=UTC)
    starts = datetime(2026, 11, 24, 17, tzinfo=UTC)
    await world.db.periodic.ask(found, TUESDAY, starts, starts - timedelta(minutes=5))
    return await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text)


async def test_periodic_bookings_are_listed_paused_and_resumed(world: World) -> None:
    await periodic(world)
    await periodic(world, ask=0)
    await menu(world.owner)
    page = await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Il mio Pilates")
    assert "ogni martedì alle 18:00" in page.text
    assert "Chiede conferma 1 ora prima" in page.text
    assert "Automatica" in page.text

    await tapped(world.owner, "Metti in pausa", "In pausa")
    assert [one.active for one in await world.db.periodic.of(OWNER)] == [False, True]
    await tapped(world.owner, "Riprendi", "Chiede conferma")
    assert [one.active for one in await world.db.periodic.of(OWNER)] == [True, True]


async def test_confirming_queues_the_booking_and_the_question_becomes_its_card(world: World) -> None:
    asked = await question(world)
    assert "entro le 17:55" in asked.text

    card = await tapped(world.owner, "✅ Conferma", "In coda")

    (action,) = await world.actions()
    assert card.message_id == asked.message_id == action.card_message_id
    assert action.periodic_booking_id


async def test_a_second_answer_hears_what_was_answered_first(world: World) -> None:
    asked = await question(world)
    await tapped(world.owner, "✅ Conferma", "In coda")

    await world.owner.press("skip:1", asked.message_id)

    page = await world.owner.wait_for(lambda message: "L'avevi già confermata" in message.text)
    assert any("Vedi la n." in label for label in page.labels)
    assert len(await world.actions()) == 1


async def test_skipping_closes_the_question(world: World) -> None:
    asked = await question(world)
    await tapped(world.owner, "Salta questa volta", "Saltata")

    await world.owner.press("confirm:1", asked.message_id)

    await world.owner.wait_for(lambda message: "Saltata" in message.text)
    assert await world.actions() == []


async def test_an_answer_after_the_deadline_is_too_late_even_if_nobody_has_closed_the_question(world: World) -> None:
    asked = await question(world)
    world.clock.now += timedelta(minutes=56)

    await tapped(world.owner, "✅ Conferma", "Troppo tardi")

    assert await world.actions() == []
    assert asked.labels


async def test_an_expired_question_and_a_missed_date_are_told(world: World) -> None:
    await question(world)
    world.clock.now += timedelta(minutes=56)
    confirmation = await world.db.periodic.confirmation(1)
    found = await world.db.periodic.find(1)
    assert confirmation
    assert found

    await world.db.periodic.expire(confirmation, TUESDAY)
    await world.db.periodic.miss(found, TUESDAY + timedelta(days=7))

    await world.owner.wait_for(lambda message: "non hai risposto in tempo" in message.text)
    await world.owner.wait_for(lambda message: "Questa l'ho persa" in message.text)


async def test_a_booking_that_vanished_from_the_site_is_told(world: World) -> None:
    await world.hold(MINE)
    await world.sync([])

    page = await world.owner.wait_for(lambda message: "non c'è più sul sito" in message.text)

    assert "PILATES MATWORK" in page.text


# The timetable


async def test_the_timetable_shows_a_day_with_its_places_and_when_it_was_read(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Letti oggi alle 12:00")
    page = await tapped(world.owner, "Mar 24 nov", "Pagina 1 di 2")
    assert "07:00–07:55 Fit Center · Giuriati · 7 posti" in page.text

    page = await tapped(world.owner, "Corsi Platinum", "PILATES MATWORK")

    assert "18:00–18:55 PILATES MATWORK, con ROSSI MARIA · 7 posti" in page.text
    assert "Fit Center" not in page.text
    await tapped(world.owner, "Prenota in questo giorno", "Che cosa?")


async def test_days_that_were_not_read_show_the_weekly_courses(world: World) -> None:
    await world.db.connection.write("DELETE FROM slots")
    await world.db.connection.write("DELETE FROM slot_days")
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Orari dei corsi")

    page = await tapped(world.owner, "Mar 24 nov", "Martedì 24 novembre")

    assert "Fit Center" in page.text


async def test_refreshing_the_timetable_tells_when_it_is_done(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Letti oggi")
    await tapped(world.owner, "Aggiorna orari", "si aggiorna da sola")
    action = await world.claim()
    assert (action.type, action.quiet) == (ActionType.REFRESH, False)
    await world.read_again(action)

    page = await world.owner.wait_for(lambda message: "Orari aggiornati" in message.text)

    assert "17 orari in 8 giorni" in page.text


# Tickets


async def test_status_lists_the_latest_actions_page_by_page(world: World) -> None:
    for hour in range(20):
        wish = chats.fit_center(TUESDAY, f"{hour:02d}:00").wish
        await world.db.queue.add(NewAction(ActionType.BOOK, OWNER, wish))
    await world.owner.send("/status")
    first = await world.owner.next_message()
    seen = [label for label in first.labels if "n. " in label]

    while "Più vecchie ›" in world.owner.last.labels:
        page = await tapped(world.owner, "Più vecchie", "ultime richieste")
        seen += [label for label in page.labels if "n. " in label]

    assert len(seen) == len(set(seen)) == 20


@pytest.mark.parametrize("words", ["{}", "#{}", "n. {}"])
async def test_status_of_a_ticket_shows_it(world: World, words: str) -> None:
    await queued(world.owner)
    (action,) = await world.actions()

    await world.owner.send("/status " + words.format(action.id))

    page = await world.owner.wait_for(lambda message: "Aggiorna" in str(message.labels))
    assert f"Prenotazione n. {action.id}" in page.text


NO_TICKETS = {
    "dodici": "«dodici» non è un numero di richiesta",
    "<b>&": "«<b>&» non è un numero di richiesta",
    "-1": "«-1» non è un numero",
    "9" * 30: "non è un numero",
    "٣": "non è un numero",
    "99999": "Tra le tue richieste non c'è la n. 99999",
}


async def test_status_of_what_is_no_ticket_is_one_clear_sentence(world: World) -> None:
    for words, sentence in NO_TICKETS.items():
        await world.owner.send(f"/status {words}")
        assert sentence in (await world.owner.next_message()).text


def _is_younger(than: int, message: Message) -> bool:
    return message.message_id > than


async def test_somebody_elses_ticket_booking_and_question_stay_theirs(world: World) -> None:
    await queued(world.owner)
    (action,) = await world.actions()
    await world.hold(MINE)
    await question(world)
    await menu(world.friend)

    await world.friend.send(f"/status {action.id}")
    await world.friend.wait_for(lambda message: f"non c'è la n. {action.id}" in message.text)
    for data, sentence in (
        (f"ticket:{action.id}", "non la trovo tra le tue"),
        (f"withdraw:{action.id}", "non la trovo tra le tue"),
        (f"again:{action.id}", "non la trovo tra le tue"),
        ("held:1", "non la trovo tra le tue"),
        ("file:1", "non la trovo tra le tue"),
        ("cancel:1:0", "non la trovo tra le tue"),
        ("pause:1", "non la trovo tra le tue"),
        ("confirm:1", "non la trovo più tra le tue"),
        ("skip:1", "non la trovo più tra le tue"),
    ):
        newest = world.friend.last.message_id
        await world.friend.press("+" + data)
        fresh = await world.friend.wait_for(partial(_is_younger, newest))
        assert sentence in fresh.text

    assert await world.actions(FRIEND) == []
    assert (await world.actions())[-1].status is ActionStatus.PENDING
    assert all(one.active for one in await world.db.periodic.of(OWNER))


# What is odd


FORGED = [" ", "x" * 64, "x" * 200, "book", "book:1", "book:a:b", "day:20261399", "slot:99999999999999999999", "🙂"]


async def test_a_forged_callback_gets_one_alert_and_the_menu(world: World) -> None:
    await menu(world.owner)
    for data in FORGED:
        newest = world.owner.last.message_id
        answer = await world.owner.press(data)
        assert answer.show_alert
        assert answer.text
        fresh = await world.owner.wait_for(partial(_is_younger, newest))
        assert "Che cosa facciamo?" in fresh.text

    assert await world.actions() == []


async def test_a_well_formed_tap_about_nothing_is_answered_and_leads_on(world: World) -> None:
    await menu(world.owner)
    for data in ("slot:999", "book:999:0", "day:19990101", "slots:20261124:7:9", "mine:999"):
        newest = world.owner.last.message_id
        await world.owner.press("+" + data)
        assert "🏠 Menu" in (await world.owner.wait_for(partial(_is_younger, newest))).labels


async def test_text_stickers_pictures_and_edits_get_a_sentence_and_the_menu(world: World) -> None:
    mine = await world.owner.send("ciao, mi prenoti yoga?")
    assert "Qui bastano i pulsanti" in (await world.owner.next_message()).text
    await world.owner.send_sticker()
    assert "Qui bastano i pulsanti" in (await world.owner.next_message()).text
    await world.owner.send_photo(PNG, caption="/start")
    assert (await world.owner.next_message()).labels
    await world.owner.send_document("a.pdf", b"%PDF")
    assert (await world.owner.next_message()).labels
    await world.owner.edit(mine.message_id, "mi prenoti zumba?")
    assert "Qui bastano i pulsanti" in (await world.owner.next_message()).text


async def test_a_stranger_gets_no_answer_whatever_they_send(world: World) -> None:
    stranger = world.emulator.person(STRANGER, "Eve")
    await stranger.send("/start")
    await stranger.send("/status 1")
    await stranger.send_sticker()
    tap = {"id": "1", "from": {"id": STRANGER, "is_bot": False, "first_name": "Eve"}, "chat_instance": "1"}
    await stranger.send_raw({"callback_query": tap | {"data": "home"}})
    group = {"id": -5, "type": "group", "title": "g"}
    owner = {"id": OWNER, "is_bot": False, "first_name": "Giulia"}
    await stranger.send_raw({"message": {"message_id": 1, "date": 1, "chat": group, "from": owner, "text": "/start"}})
    channel = {"id": -6, "type": "channel", "title": "c"}
    await stranger.send_raw({"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "/start"}})
    nobody = {"message_id": 9, "date": 1, "chat": {"id": OWNER, "type": "private"}, "text": "/start"}
    await stranger.send_raw({"message": nobody})
    before = len(world.emulator.calls)

    await menu(world.owner)

    sent = [call for call in world.emulator.calls[before:] if call.method.startswith(("send", "edit", "answer"))]
    assert [call.method for call in sent] == ["sendMessage"]
    assert not [call for call in world.emulator.calls if str(STRANGER) in str(call.params)]


async def test_a_tap_on_a_message_without_text_opens_a_new_one(world: World) -> None:
    await queued(world.owner)
    await world.book()
    result = await world.owner.wait_for(lambda message: message.document is not None)

    page = await tapped(world.owner, "❌ Annulla", "Annullo davvero?")

    assert page.message_id > result.message_id


async def test_a_database_that_fails_gets_one_sentence_and_the_button_stays(world: World) -> None:
    page = await menu(world.owner)
    await world.db.connection.write("ALTER TABLE booking_actions RENAME TO hidden")

    await world.owner.tap("📋 Le Mie Prenotazioni", message_id=page.message_id)
    sorry = await world.owner.wait_for(lambda message: "Non è andato perso niente" in message.text)
    await world.db.connection.write("ALTER TABLE hidden RENAME TO booking_actions")

    assert sorry.message_id != page.message_id
    await world.owner.tap("📋 Le Mie Prenotazioni", message_id=page.message_id)
    await world.owner.wait_for(lambda message: "Le tue prenotazioni" in message.text)


async def test_a_tap_waits_for_a_locked_database_and_says_so(world: World) -> None:
    page = await pilates(world.owner)
    shell = sqlite3.connect(world.settings.database, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")

    answer = await world.owner.tap("Conferma Prenotazione", message_id=page.message_id)
    shell.execute("COMMIT")
    shell.close()

    assert "Un attimo" in (answer.text or "")
    await world.owner.wait_for(lambda message: "In coda" in message.text)


async def test_a_restart_loses_nothing(world: World) -> None:
    await pilates(world.owner)
    await world.stop()
    tap = world.owner.start_tap("book:3:1")
    world.start()

    await world.owner.answer_to(tap)

    await world.owner.wait_for(lambda message: "In coda" in message.text or "non c'è più" in message.text)


async def test_a_notice_about_nothing_is_given_up_and_the_next_is_told(world: World) -> None:
    async with world.db.connection.transaction() as tx:
        await add_notice(tx, OWNER, NoticeKind.RESULT)
        await add_notice(tx, OWNER, NoticeKind.LOGIN_REJECTED)

    await world.owner.wait_for(lambda message: "Codice Persona" in message.text)

    row = await world.db.connection.row("SELECT error FROM notices ORDER BY id LIMIT 1")
    assert row
    assert "there is no action" in row["error"]

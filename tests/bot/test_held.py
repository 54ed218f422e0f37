"""What one has, in the chat: bookings and their cancelling, periodic bookings, the timetable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from demo.telegram import Message
from domain.errors import STILL_LISTED, SiteChanged
from domain.model import ActionType, Booking
from domain.requests import NewAction
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, TODAY, TUESDAY, World, menu, question, queued, tapped


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


# My bookings


async def test_my_bookings_show_what_is_held_and_where_it_leads(world: World) -> None:
    await world.hold(MINE)
    await menu(world.owner)

    page = await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")

    assert "martedì 24 novembre alle 18:00 · Giuriati" in page.text
    assert "Ultima lettura completa dal sito: oggi alle 12:00" in page.text
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
    assert "senza penalità fino a martedì 24 novembre alle 16:00" in page.text
    await tapped(world.owner, "Sì, annulla", "Annullamento n.")
    action = await world.claim()
    assert (action.type, action.booking_id) == (ActionType.CANCEL, MINE.booking_id)
    assert action.free_until == datetime(2026, 11, 24, 15, tzinfo=UTC)  # what was free must not cost for having waited
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))

    result = await world.owner.wait_for(lambda message: "L'ho ricontrollato sul sito alle 12:00:00" in message.text)

    assert "Annullata" in result.text
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")


async def test_a_cancellation_after_which_the_list_still_shows_the_place_says_that_it_is_still_held(
    world: World,
) -> None:
    await cancel_to_the_question(world)
    await tapped(world.owner, "Sì, annulla", "Annullamento n.")
    await world.fail(SiteChanged(f"{STILL_LISTED} (the site said nothing)"))

    told = await world.owner.wait_for(lambda message: "per ora è ancora tua" in message.text)

    assert "Non la segno come annullata" in told.text
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")


@pytest.mark.parametrize("way", ["cancelled", "gone"])
async def test_the_message_that_said_booked_says_so_no_more_once_the_place_is_gone(world: World, way: str) -> None:
    await queued(world.owner)
    await world.book()
    booked = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    if way == "gone":
        await world.lose_all()
    else:
        await tapped(world.owner, "❌ Annulla", "Annullo davvero?")
        await tapped(world.owner, "Sì, annulla", "Annullamento n.")
        action = await world.claim()
        await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))

    edited = await world.owner.wait_for(lambda message: message.message_id == booked.message_id and not message.labels)

    assert edited.document
    assert "Prenotata!" not in edited.text
    assert edited.text.startswith("↩️ Prenotazione n.")
    assert {"cancelled": "Poi annullata", "gone": "sul sito non c'era più"}[way] in edited.text
    assert "Se l'avevi messa nel calendario, toglila anche da lì" in edited.text


async def test_a_booking_that_is_cancelled_says_so_and_leaves_the_calendar_by_its_file(world: World) -> None:
    await world.hold(MINE)
    (held,) = await world.db.bookings.held(OWNER, TUESDAY)
    await world.db.requests.add(NewAction(ActionType.CANCEL, OWNER, MINE.ref, booking_id=MINE.booking_id))
    action = await world.claim()
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))
    told = await world.owner.wait_for(lambda message: "✅ Annullata" in message.text)
    await world.owner.press(f"+held:{held.id}", told.message_id)
    await world.owner.wait_for(lambda message: "Annullata: ricontrollato sul sito" in message.text)

    await tapped(world.owner, "🗓 Togli dal calendario", "Apri questo file per toglierla dal calendario")

    file = world.owner.messages[-1].document
    assert file
    assert b"METHOD:CANCEL" in file.data


async def test_a_result_that_comes_late_does_not_say_booked_of_what_is_gone_by_then(world: World) -> None:
    await queued(world.owner)
    world.emulator.faults.next("sendDocument", status=500, times=2)
    await world.book()
    await world.lose_all()

    await world.owner.wait_for(lambda message: "non c'è più sul sito" in message.text)

    assert not [message for message in world.owner.messages if "Prenotata!" in message.text]


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
    await outcomes.sync(world.db, action, [MINE], world.settings.zone)

    fresh = await world.owner.wait_for(lambda message: "Appena lette dal sito" in message.text)

    assert fresh.message_id == page.message_id
    assert "PILATES MATWORK" in fresh.text


async def test_a_quiet_reading_under_way_is_made_to_tell_its_end(world: World) -> None:
    await world.db.requests.add(NewAction(ActionType.CHECK, OWNER, quiet=True))
    action = await world.claim()
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")
    await tapped(world.owner, "Aggiorna dal sito", "si aggiorna da sola")

    await outcomes.sync(world.db, action, [MINE], world.settings.zone)

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
    await outcomes.sync(world.db, action, [MINE], world.settings.zone)

    fresh = await world.owner.wait_for(lambda message: "Appena lette dal sito" in message.text)

    assert fresh.message_id == card.message_id


# Periodic bookings and their questions


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


async def test_that_a_place_binds_an_hour_before_is_said_where_that_is_chosen_and_in_each_question(
    world: World,
) -> None:
    asked = await question(world)
    assert "conferma solo se ci vai davvero" in asked.text

    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Il mio Pilates")
    card = await tapped(world.owner, "Il mio Pilates", "Chiedi prima della lezione")
    assert "A quell'ora il posto è vincolante" in card.text


async def test_a_question_of_a_paused_booking_is_not_called_skipped(world: World) -> None:
    await question(world)
    await world.db.series.set_active(1, OWNER, active=False)

    page = await tapped(world.owner, "✅ Conferma", "non vale più")

    assert any("Vedi la periodica" in label for label in page.labels)
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
    confirmation = await world.db.confirmations.find(1)
    found = await world.db.series.find(1)
    assert confirmation
    assert found

    await world.db.confirmations.expire(confirmation, TUESDAY)
    await world.db.occurrences.miss(found, TUESDAY + timedelta(days=7))

    await world.owner.wait_for(lambda message: "non hai risposto in tempo" in message.text)
    await world.owner.wait_for(lambda message: "Questa l'ho persa" in message.text)


async def test_a_booking_that_vanished_from_the_site_is_told(world: World) -> None:
    await world.hold(MINE)
    await world.lose_all()

    page = await world.owner.wait_for(lambda message: "non c'è più sul sito" in message.text)

    assert "PILATES MATWORK" in page.text


# The timetable


async def test_the_timetable_shows_a_day_with_its_places_and_when_it_was_read(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Letti oggi alle 12:00")
    page = await tapped(world.owner, "Mar 24 nov", "Pagina 1 di 2")
    assert "07:00 Fit Center · 7 posti" in page.labels

    page = await tapped(world.owner, "Corsi Platinum", "PILATES MATWORK")

    assert "18:00–18:55 PILATES MATWORK, con ROSSI MARIA · 7 posti" in page.text
    assert "Fit Center" not in page.text
    await tapped(world.owner, "Prenota in questo giorno", "Che cosa?")


async def test_the_timetable_marks_what_is_held_already(world: World) -> None:
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "🗓️ Orari Corsi", "Letti oggi alle 12:00")
    await tapped(world.owner, "Mar 24 nov", "Martedì 24 novembre")

    page = await tapped(world.owner, "Corsi Platinum", "PILATES MATWORK")

    assert "18:00–18:55 PILATES MATWORK, con ROSSI MARIA · già tua" in page.text
    assert page.text.count("già tua") == 1


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

"""What else a slot is chosen for, in the chat: alternatives, swaps for something better, watches on what is full."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from demo.telegram import Message, Person
from domain.errors import Overlap, SlotFull, TooLateToCancel
from domain.model import ActionStatus, ActionType, Booking, WatchMode
from domain.requests import NewAction
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, THURSDAY, TUESDAY, World, menu, pilates, queued, tapped

CONFIRM_AND_PICK = "✅ Conferma, poi scelgo un'alternativa"
OPENING = datetime(2026, 11, 23, 23, tzinfo=UTC)  # of Thursday's slots: Tuesday, 00:00 in Rome
EVENING = datetime(2026, 11, 23, 19, tzinfo=UTC)  # before it, 20:00 in Rome
FREE_UNTIL = datetime(2026, 11, 24, 16, tzinfo=UTC)  # Tuesday's ZUMBA is at 19:00 in Rome


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        await here.read_timetable([*chats.WEEK, chats.slot("BOXE", THURSDAY, "20:00", places=None)])
        yield here


async def gag(person: Person) -> Message:
    """From a new menu to the screen of Thursday's GAG, which is not open yet."""
    await menu(person)
    await tapped(person, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(person, "Gio 26 nov", "GAG")
    return await tapped(person, "18:00 GAG", "📍")


async def zumba(person: Person, day: str = "Mar 24 nov") -> Message:
    """From a new menu to the screen of Tuesday's ZUMBA, which is full."""
    await menu(person)
    await tapped(person, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(person, day, "Che cosa?")
    await tapped(person, "Corsi Platinum", "ZUMBA")
    return await tapped(person, "19:00 ZUMBA", "era piena")


def data_of(page: Message, label: str) -> str:
    data = next(button.data for row in page.buttons for button in row if label in button.text)
    assert data
    return data


async def others(world: World) -> list[str]:
    return [wish.course for wish in await world.db.choices.alternatives((await world.actions())[0].id)]


# Alternatives


async def test_an_alternative_is_chosen_while_booking_what_is_not_open_yet(world: World) -> None:
    await gag(world.owner)
    days = await tapped(world.owner, CONFIRM_AND_PICK, "Che cosa provo se GAG")
    assert [label for label in days.labels if "nov" in label][-1].startswith("Gio 26 nov")
    await tapped(world.owner, "Gio 26 nov", "BOXE")
    page = await tapped(world.owner, "20:00 BOXE", "2ª BOXE, giovedì 26 novembre alle 20:00")

    assert await others(world) == ["BOXE"]
    (action,) = await world.actions()
    assert (action.opens_at, action.run_at, action.rehearse_at) == (OPENING, EVENING, EVENING)
    card = await tapped(world.owner, "Indietro", "In attesa dell'apertura")
    assert "2ª BOXE" in card.text
    assert "Prima faccio una prova, domani alle 20:00" in card.text
    assert card.message_id == page.message_id == action.card_message_id


async def test_alternatives_are_added_from_the_card_on_other_days_too_and_dropped_again(world: World) -> None:
    await gag(world.owner)
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    await tapped(world.owner, "➕ Alternativa", "Prima scelta: GAG")
    for label in ("18:00 PILATES", "19:00 ZUMBA"):
        await tapped(world.owner, "➕ Aggiungi", "Per quale giorno?")
        await tapped(world.owner, "Mar 24 nov", "Che cosa?")
        await tapped(world.owner, "Corsi Platinum", "PILATES")
        page = await tapped(world.owner, label, "nell'ordine")
    assert "2ª PILATES MATWORK, martedì 24 novembre alle 18:00\n3ª ZUMBA" in page.text

    data = data_of(page, "🗑 2ª")
    await world.owner.press(data, page.message_id)
    await world.owner.press(data, page.message_id)  # the same button again drops nothing more

    assert await others(world) == ["ZUMBA"]


async def test_what_is_over_when_the_booking_starts_is_no_alternative(world: World) -> None:
    await gag(world.owner)
    days = await tapped(world.owner, CONFIRM_AND_PICK, "Che cosa provo se GAG")
    assert not any(label.startswith(("Oggi", "Domani")) for label in days.labels)  # it starts on Tuesday at midnight

    (action,) = await world.actions()
    tonight = next(row for row in await world.db.catalogue.slots_on(chats.TODAY) if row.slot.start == time(19))
    await world.owner.press(f"alt_add:{tonight.id}:{action.id}", days.message_id)
    await world.owner.wait_for(lambda message: "Quando provo io, questa non si può avere" in message.text)
    assert await others(world) == []


async def test_three_alternatives_are_the_most_and_the_wish_is_none(world: World) -> None:
    await gag(world.owner)
    card = await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    (action,) = await world.actions()
    for slot in chats.WEEK[5:8]:
        assert await world.db.choices.add_alternative(action.id, OWNER, slot.ref)

    page = await tapped(world.owner, "➕ Alternativa", "4ª")
    assert not any("Aggiungi" in label for label in page.labels)
    rows = {row.slot.course: row.id for row in await world.db.catalogue.slots_on(THURSDAY)}
    await world.owner.press(f"alt_add:{rows['BOXE']}:{action.id}", card.message_id)
    await world.owner.wait_for(lambda message: "Ne hai già 3" in message.text)
    await world.owner.press(f"alt_add:{rows['GAG']}:{action.id}", card.message_id)
    await world.owner.wait_for(lambda message: "È già la tua prima scelta" in message.text)
    assert len(await world.db.choices.alternatives(action.id)) == 3


async def test_an_open_slot_waits_while_its_alternatives_are_chosen_and_starts_when_told(world: World) -> None:
    await pilates(world.owner)
    await tapped(world.owner, CONFIRM_AND_PICK, "Che cosa provo")
    assert not await world.db.claims.due()
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Fit Center", "Giuriati - Fit Center")
    chosen = await tapped(world.owner, "07:00", "2ª Fit Center")
    assert "o appena tocchi «▶️ Prenota adesso»" in chosen.text

    await tapped(world.owner, "▶️ Prenota adesso", "comincio subito")

    action = await world.claim()
    assert [wish.course for wish in await world.db.choices.alternatives(action.id)] == ["Fit Center"]


async def test_a_walk_away_while_choosing_loses_nothing(world: World) -> None:
    await pilates(world.owner)
    await tapped(world.owner, CONFIRM_AND_PICK, "Che cosa provo")

    world.clock.now += timedelta(minutes=3)

    assert (await world.claim()).class_ref.course == "PILATES MATWORK"


async def test_minutes_before_the_opening_there_is_still_time_for_an_alternative(world: World) -> None:
    world.clock.now = OPENING - timedelta(minutes=3)
    await gag(world.owner)

    await tapped(world.owner, CONFIRM_AND_PICK, "Che cosa provo se GAG")

    (action,) = await world.actions()
    assert action.run_at == OPENING - timedelta(seconds=75)
    card = await tapped(world.owner, "Indietro", "In attesa dell'apertura")
    assert not any("Prenota adesso" in label for label in card.labels)  # it can't be booked before it opens
    world.clock.now = action.run_at
    assert (await world.claim()).id == action.id


async def test_a_minute_before_the_opening_it_is_too_late_for_an_alternative(world: World) -> None:
    world.clock.now = OPENING - timedelta(minutes=3)
    await gag(world.owner)
    world.clock.now = OPENING - timedelta(minutes=1)
    await tapped(world.owner, CONFIRM_AND_PICK, "provo questa senza alternativa")

    assert await world.db.claims.due()


async def test_no_alternative_is_offered_when_there_is_no_time_to_choose_one(world: World) -> None:
    world.clock.now = OPENING - timedelta(seconds=110)
    page = await gag(world.owner)
    assert not any("Alternativa" in label for label in page.labels)


async def test_once_a_worker_has_it_alternatives_are_too_late_and_that_is_said(world: World) -> None:
    await gag(world.owner)
    card = await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    world.clock.now = OPENING - timedelta(minutes=5)
    await world.claim()

    page = await tapped(world.owner, "➕ Alternativa", "tardi")

    assert page.message_id == card.message_id
    assert await others(world) == []


async def test_a_booking_can_be_taken_back_while_it_is_only_rehearsed(world: World) -> None:
    await gag(world.owner)
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    world.clock.now = EVENING
    await world.claim()

    await tapped(world.owner, "Ritira", "Ritirata")

    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_somebody_elses_alternatives_stay_theirs(world: World) -> None:
    await gag(world.owner)
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    (action,) = await world.actions()
    page = await menu(world.friend)
    slot = (await world.db.catalogue.slots_on(TUESDAY))[0].id

    for data in (f"alts:{action.id}", f"alt_days:{action.id}", f"alt_add:{slot}:{action.id}", f"start_now:{action.id}"):
        await world.friend.press("+" + data, page.message_id)

    assert not any("GAG" in message.text for message in world.friend.messages)
    assert await others(world) == []


async def test_the_result_says_which_choice_was_won_and_why_not_the_first(world: World) -> None:
    await queued(world.owner)
    action = await world.claim()
    won = Booking("YOGA", "Giuriati", TUESDAY, time(19), 55)
    why = "the slot is full: the site says «Posti <esauriti>»; overlaps"
    await world.db.settlement.settle(action, outcomes.booked(won, "seen", None, 1, why))

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    assert "YOGA\n📅 Martedì 24 novembre, alle 19:00" in result.text
    assert "È la tua 2ª scelta: la prima, PILATES MATWORK, martedì 24 novembre alle 18:00, non si poteva" in result.text
    assert "«Posti <esauriti>»" in result.text
    assert "the site says" not in result.text


# Watches


async def test_a_full_slot_can_be_watched_and_booked_when_a_place_frees(world: World) -> None:
    await zumba(world.owner)
    card = await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto o due")

    (action,) = await world.actions()
    assert (action.type, action.watch, action.watch_until) == (ActionType.BOOK, WatchMode.BOOK, FREE_UNTIL)
    assert "fino a martedì 24 novembre alle 17:00" in card.text
    await world.book()
    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)


async def test_a_watch_that_only_tells_leads_to_the_booking_in_one_tap(world: World) -> None:
    await zumba(world.owner)
    await tapped(world.owner, "👀 Avvisami soltanto", "ti avviso")
    await world.db.settlement.settle(await world.claim(), outcomes.place_free("a place is free"))
    told = await world.owner.wait_for(lambda message: "Si è liberato un posto" in message.text)
    assert not told.silent
    data = data_of(told, "Prenota adesso")

    await asyncio.gather(*(world.owner.press(data, told.message_id) for _ in range(3)))

    await world.owner.wait_for(lambda message: "comincio subito" in message.text)
    booking, watch = await world.actions()
    assert (booking.class_ref.course, booking.watch) == ("ZUMBA", None)
    assert watch.watch is WatchMode.TELL
    await world.owner.send(f"/status {watch.id}")
    page = await world.owner.wait_for(lambda message: "Si era liberato un posto" in message.text)
    assert "Prenotata" not in page.text


async def test_a_full_result_offers_the_watch(world: World) -> None:
    await queued(world.owner)
    await world.fail(SlotFull("full: the site says «Posti esauriti»"))
    result = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    assert result.labels[:2] == ["🔔 Prenota se si libera", "👀 Avvisami soltanto"]

    card = await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto o due")

    async def card_of_the_watch() -> int | None:
        return (await world.actions())[0].card_message_id

    await chats.until(card_of_the_watch, card.message_id)
    assert (await world.actions())[0].watch is WatchMode.BOOK


async def test_the_other_watch_on_a_full_result_changes_the_one_that_runs_and_says_so(world: World) -> None:
    await queued(world.owner)
    await world.fail(SlotFull("full: the site says «Posti esauriti»"))
    result = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    book, tell = data_of(result, "🔔 Prenota se si libera"), data_of(result, "👀 Avvisami soltanto")
    await world.owner.press(book, result.message_id)
    await world.owner.wait_for(lambda message: "Guardo ogni minuto o due" in message.text)

    await world.owner.press(tell, result.message_id)

    await world.owner.wait_for(lambda message: "Cambiato: se si libera un posto, ti avviso soltanto" in message.text)
    assert (await world.actions())[0].watch is WatchMode.TELL
    await world.owner.press(book, result.message_id)
    await world.owner.wait_for(lambda message: "Cambiato: se si libera un posto, lo prenoto" in message.text)
    watch = await world.claim()
    assert watch.watch is WatchMode.BOOK
    await world.owner.press(tell, result.message_id)
    await world.owner.wait_for(lambda message: "Sto guardando proprio adesso" in message.text)
    assert (await world.actions())[0].watch is WatchMode.BOOK


async def test_places_counted_before_an_opening_are_not_told_after_it(world: World) -> None:
    await world.read_timetable([*chats.WEEK, chats.slot("BOXE", THURSDAY, "20:00", places=20)])
    world.clock.now = OPENING + timedelta(minutes=1)
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    page = await tapped(world.owner, "Gio 26 nov", "riletti dall'apertura")
    assert not any("20 posti" in label for label in page.labels)
    page = await tapped(world.owner, "20:00 BOXE", "I posti non li ho ancora riletti dall'apertura")
    assert "20 posti" not in page.text
    assert "🗓️ Aggiorna gli orari" in page.labels


async def test_past_the_free_cancellation_a_watch_is_refused_with_its_reason(world: World) -> None:
    page = await zumba(world.owner)
    world.clock.now = FREE_UNTIL
    await tapped(world.owner, "🔔 Prenota se si libera", "Per tenerla d'occhio è tardi")
    assert await world.actions() == []

    page = await zumba(world.owner, "Oggi 24")

    assert "Per tenerla d'occhio è tardi" in page.text
    assert not any("se si libera" in label for label in page.labels)


async def test_watches_are_listed_and_stopped(world: World) -> None:
    await zumba(world.owner)
    await tapped(world.owner, "👀 Avvisami soltanto", "ti avviso")
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "Non ne vedo nessuna")
    page = await tapped(world.owner, "👀 Tengo d'occhio 1 posto", "Posti che tengo d'occhio")
    assert "ZUMBA, martedì 24 novembre alle 19:00" in page.text

    await tapped(world.owner, "🔕 Smetti", "Ho smesso di guardare")

    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_a_watch_stopped_in_the_middle_of_a_look_has_its_last_one(world: World) -> None:
    await zumba(world.owner)
    await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto")
    action = await world.claim()

    await tapped(world.owner, "🔕 Smetti", "se il posto non c'è, smetto")

    found = await world.db.requests.find(action.id)
    assert found
    assert found.watch_until == world.clock.now


async def test_an_ended_watch_is_told(world: World) -> None:
    await zumba(world.owner)
    await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto")
    world.clock.now = FREE_UNTIL
    await world.fail(SlotFull("nobody gave a place back in time"))

    ended = await world.owner.wait_for(lambda message: "Nessuno ha lasciato il posto in tempo" in message.text)

    assert "ho smesso di guardare" in ended.text
    assert not any("se si libera" in label for label in ended.labels)


# Swaps


async def to_swap(world: World, label: str, shows: str) -> Message:
    """From what is held to the confirmation of a swap for another slot of that day."""
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")
    await tapped(world.owner, "🔁 Scambia", "prima lo prenoto")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, label.split("|")[0], shows.split("|")[0])
    return await tapped(world.owner, label.split("|")[1], shows.split("|")[1])


async def test_a_swap_books_the_new_one_and_then_frees_the_other(world: World) -> None:
    page = await to_swap(world, "Fit Center|07:00", "Giuriati - Fit Center|solo quando è tua libero l'altra")
    assert "Al posto di PILATES MATWORK" in page.text
    data = data_of(page, "🔁 Scambia")
    await asyncio.gather(*(world.owner.press(data, page.message_id) for _ in range(2)))
    (action,) = await world.actions()
    held = await world.db.bookings.by_booking_id(MINE.booking_id, OWNER)
    assert held
    assert (action.type, action.class_ref.course, action.replaces_row_id) == (ActionType.BOOK, "Fit Center", held.id)

    await world.book()

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert "Adesso libero PILATES MATWORK, martedì 24 novembre alle 18:00" in result.text
    cancel = await world.claim()
    assert (cancel.type, cancel.booking_id) == (ActionType.CANCEL, MINE.booking_id)
    await world.db.settlement.settle(cancel, outcomes.cancelled(cancel.class_ref, "gone"))
    await world.owner.wait_for(lambda message: "Annullata" in message.text and "PILATES" in message.text)


async def test_what_may_be_given_back_already_is_not_said_to_be_freed_now(world: World) -> None:
    page = await to_swap(world, "Fit Center|07:00", "Giuriati - Fit Center|solo quando è tua libero l'altra")
    await world.owner.press(data_of(page, "🔁 Scambia"), page.message_id)
    await world.db.connection.write("UPDATE booking_actions SET gave_up = 1")  # by a worker that died then

    await world.book()

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert "Adesso libero" not in result.text
    assert "Al posto di PILATES MATWORK, martedì 24 novembre alle 18:00: controllo sul sito" in result.text


async def test_what_a_swap_gave_up_first_leaves_the_calendar_too(world: World) -> None:
    page = await to_swap(world, "Fit Center|07:00", "Giuriati - Fit Center|solo quando è tua libero l'altra")
    await world.owner.press(data_of(page, "🔁 Scambia"), page.message_id)
    action = await world.claim()
    await world.db.claims.gave_up(action, MINE.ref)
    new = Booking(action.class_ref.course, action.class_ref.location, action.class_ref.day, action.class_ref.start, 55)

    await world.db.settlement.settle(action, outcomes.booked(new, "seen"))

    out = await world.owner.wait_for(lambda message: "Annullata" in message.text and "PILATES" in message.text)
    assert out.document
    assert out.document.name == "pilates-matwork-2026-11-24-annullata.ics"
    assert b"METHOD:CANCEL" in out.document.data
    assert out.silent
    result = next(message for message in world.owner.messages if "Prenotata!" in message.text)
    assert "Al posto di PILATES MATWORK" in result.text
    assert not result.silent


async def test_what_overlaps_the_booking_is_swapped_for_in_one_tap(world: World) -> None:
    await world.read_timetable([*chats.WEEK, chats.slot("CORE", TUESDAY, "18:30")])
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "CORE")
    page = await tapped(world.owner, "18:30 CORE", "Si sovrappone a PILATES MATWORK")
    assert "se il sito non ne accetta due alla stessa ora, libero l'altra" in page.text
    data = data_of(page, "🔁 Scambia con PILATES MATWORK delle 18:00")

    await asyncio.gather(*(world.owner.press(data, page.message_id) for _ in range(2)))

    await world.owner.wait_for(lambda message: "In coda" in message.text)
    [action] = [action for action in await world.actions() if action.type is ActionType.BOOK]
    held = await world.db.bookings.find(action.replaces_row_id or 0, OWNER)
    assert held
    assert (action.class_ref.course, held.booking.course) == ("CORE", "PILATES MATWORK")


async def test_before_an_opening_what_it_overlaps_is_swapped_in_one_tap(world: World) -> None:
    await world.hold(Booking("CORE", "Giuriati", THURSDAY, time(18, 30), 55))
    await gag(world.owner)
    await tapped(world.owner, "🔁 Scambia con CORE", "In attesa dell'apertura")
    (action,) = await world.actions()
    [held] = await world.db.bookings.held(OWNER, THURSDAY)
    assert (action.replaces_row_id, action.opens_at) == (held.id, OPENING)
    assert action.free_until == datetime(2026, 11, 26, 15, 30, tzinfo=UTC)  # of CORE, two hours before


@pytest.mark.parametrize("read_by_now", [False, True])
async def test_what_waits_for_its_opening_takes_the_place_of_what_it_overlaps_in_one_tap(
    world: World, read_by_now: bool
) -> None:
    await world.hold(Booking("CORE", "Giuriati", THURSDAY, time(18, 30), 55))
    await gag(world.owner)
    card = await tapped(world.owner, "prenota all'apertura", "Si sovrappone a CORE, giovedì 26 novembre alle 18:30")
    if read_by_now:  # by the worker that prepares for the opening
        world.clock.now = OPENING - timedelta(minutes=6)
        page = await tapped(world.owner, "🔁 Scambia con CORE", "Aspetto l'apertura: prenotazione n.")
    else:
        page = await tapped(world.owner, "🔁 Scambia con CORE", "Fatto: se prendo questa, libero l'altra")
        assert "Si sovrappone" not in page.text
    assert page.message_id != card.message_id
    (action,) = await world.actions()
    assert (action.replaces_row_id is None) is read_by_now


async def test_a_request_that_another_meets_is_withdrawn_in_one_tap(world: World) -> None:
    await queued(world.owner)
    await world.read_timetable([*chats.WEEK, chats.slot("CORE", TUESDAY, "18:30")])
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Mar 24 nov", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "PILATES")
    await tapped(world.owner, "18:30 CORE", "Si sovrappone a un'altra tua richiesta")
    await tapped(world.owner, "↩️ Ritira la n.", "Ritirata: non la faccio più")


async def test_an_alternative_past_its_own_free_limit_is_asked_about(world: World) -> None:
    late = chats.slot("CORE", chats.TODAY, "14:30")
    await world.read_timetable([*chats.WEEK, late])
    await queued(world.owner)
    (action,) = await world.actions()
    await world.db.choices.add_alternative(action.id, OWNER, late.ref)
    world.clock.now += timedelta(hours=1)  # 13:00 in Rome
    await world.fail(SlotFull("the site says «Posti esauriti»"))

    told = await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    assert "non ho provato senza chiedertelo:\nCORE, oggi alle 14:30" in told.text
    assert "Non si poteva avere nemmeno" not in told.text
    await tapped(world.owner, "✅ Prenota lo stesso: dom 22 nov 14:30 CORE", "conferma solo se ci vai davvero")


async def test_a_watch_that_met_an_overlap_is_not_spent(world: World) -> None:
    await zumba(world.owner)
    await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto")
    await world.hold(Booking("CORE", "Giuriati", TUESDAY, time(19, 30), 55))
    await world.fail(Overlap("the site says «Si sovrappone»"))

    told = await world.owner.wait_for(lambda message: "ho smesso di guardare" in message.text)

    assert "🔁 Scambia con CORE delle 19:30" in told.labels
    await tapped(world.owner, "👀 Scambia se si libera", "quando questa è tua, libero CORE")


async def test_who_swaps_in_time_frees_the_other_only_while_that_is_free(world: World) -> None:
    await to_swap(world, "Fit Center|07:00", "Giuriati - Fit Center|Prima prenoto questa")
    await tapped(world.owner, "🔁 Scambia", "In coda")
    await world.book()
    assert (await world.claim()).free_until == datetime(2026, 11, 24, 15, tzinfo=UTC)  # two hours before 18:00 in Rome


async def test_a_swap_when_the_other_may_cost_is_warned_of_and_then_done(world: World) -> None:
    world.clock.now = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # an hour and a half before the class at 18:00
    await world.read_timetable([*chats.WEEK, chats.slot("CORE", TUESDAY, "20:00")])
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES MATWORK")
    await tapped(world.owner, "18:00", "vista sul sito")
    await tapped(world.owner, "🔁 Scambia", "si sovrappongono")
    await tapped(world.owner, "Oggi 24", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "CORE")
    page = await tapped(world.owner, "20:00 CORE", "Prima prenoto questa")
    assert "liberarla può costarti una penalità" in page.text
    await tapped(world.owner, "🔁 Scambia lo stesso", "In coda")
    await world.book()
    assert (await world.claim()).free_until is None


async def test_what_could_not_be_given_back_in_time_is_for_the_person_to_decide(world: World) -> None:
    await world.hold(MINE)
    world.clock.now = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
    await world.db.requests.add(NewAction(ActionType.CANCEL, OWNER, MINE.ref, free_until=FREE_UNTIL))
    await world.fail(TooLateToCancel("late"))
    told = await world.owner.wait_for(lambda message: "non riuscito" in message.text)
    assert "il posto è ancora tuo" in told.text
    await tapped(world.owner, "❌ Annulla lo stesso", "Annullo davvero?")
    await tapped(world.owner, "Sì, annulla", "Annullo lo stesso?")


async def test_a_swap_that_fails_leaves_what_is_held(world: World) -> None:
    await to_swap(world, "Fit Center|07:00", "Giuriati - Fit Center|Prima prenoto questa")
    await tapped(world.owner, "🔁 Scambia", "In coda")

    await world.fail(SlotFull("no"))

    told = await world.owner.wait_for(lambda message: "non riuscita" in message.text)
    assert "La prenotazione che hai resta com'è" in told.text
    assert [action.type for action in await world.actions()] == [ActionType.BOOK]


async def test_a_full_slot_is_watched_to_swap_for_it(world: World) -> None:
    await to_swap(world, "Corsi Platinum|19:00 ZUMBA", "ZUMBA|era piena")
    await tapped(world.owner, "👀 Scambia se si libera", "quando questa è tua, libero PILATES")

    (action,) = await world.actions()
    assert action.watch is WatchMode.BOOK
    assert action.replaces_row_id


async def test_what_somebody_else_holds_can_not_be_swapped(world: World) -> None:
    await world.hold(MINE)
    page = await menu(world.friend)
    slot = (await world.db.catalogue.slots_on(TUESDAY))[0].id

    for data in ("swap_days:1", "swap_day:20261124:1", f"swap_slot:{slot}:1", f"sw:{slot}:1:0", f"watch:{slot}:1:0"):
        await world.friend.press("+" + data, page.message_id)

    assert not any("Al posto di" in message.text for message in world.friend.messages)
    assert all(action.replaces_row_id is None for action in await world.actions(chats.FRIEND))

"""Overlap is a choice, in the chat: one tap swaps, now or when a place frees; and how late a watch may still win."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from demo.telegram import Message, Person
from domain.model import Action, ActionType, Booking, HeldBooking, WatchMode
from domain.preferences import Preferences
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, TUESDAY, World, menu, queued, slot, tapped

CORE = slot("CORE", TUESDAY, "18:30")  # meets MINE, Pilates at 18:00
FULL_CORE = slot("CORE", TUESDAY, "18:30", places=0)
YOGA = slot("YOGA", TUESDAY, "19:00")
LATE = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)  # an hour and a half before MINE


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def page_of(person: Person, day: str, label: str) -> Message:
    """From a new menu to the page of a class."""
    await menu(person)
    await tapped(person, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(person, day, "Che cosa?")
    await tapped(person, "Corsi Platinum", label.split()[1])
    return await tapped(person, label, "📍")


async def newest(world: World) -> Action:
    return (await world.actions())[0]


async def mine(world: World) -> HeldBooking:
    held = await world.db.bookings.by_booking_id(MINE.booking_id, OWNER)
    assert held
    return held


async def test_what_can_not_be_given_back_for_free_any_more_is_never_swapped_in_one_tap(world: World) -> None:
    await world.read_timetable([*chats.WEEK, CORE])
    await world.hold(MINE)
    page = await page_of(world.owner, "Mar 24 nov", "18:30 CORE")
    (one_tap,) = [button.data for row in page.buttons for button in row if "Scambia con" in button.text]
    assert one_tap
    assert one_tap.startswith("sn:")
    world.clock.now = LATE

    await world.owner.press(one_tap, page.message_id)

    asked = await world.owner.wait_for(lambda message: "liberarla può costarti una penalità" in message.text)
    assert "🔁 Scambia lo stesso" in asked.labels
    assert await world.actions() == []
    page = await page_of(world.owner, "Oggi 24", "18:30 CORE")
    assert "Se scambi" not in page.text
    await tapped(world.owner, "🔁 Scambia con PILATES MATWORK delle 18:00", "liberarla può costarti una penalità")


async def test_a_full_class_that_meets_what_is_held_is_swapped_for_when_a_place_frees(world: World) -> None:
    await world.read_timetable([*chats.WEEK, FULL_CORE])
    await world.hold(MINE)
    await page_of(world.owner, "Mar 24 nov", "18:30 CORE")
    await tapped(world.owner, "👀 Scambia se si libera", "quando questa è tua, libero PILATES MATWORK")

    watch, held = await newest(world), await mine(world)

    free = datetime(2026, 11, 24, 15, tzinfo=UTC)  # of what is held, and sooner than of what is wanted
    assert (watch.watch, watch.replaces_row_id) == (WatchMode.BOOK, held.id)
    assert (watch.watch_until, watch.free_until) == (free, free)


async def test_after_a_second_choice_the_first_is_swapped_for_when_it_frees(world: World) -> None:
    await world.read_timetable([*chats.WEEK, YOGA])
    await queued(world.owner)
    booked = await newest(world)
    await world.db.choices.add_alternative(booked.id, OWNER, YOGA.ref)
    won = outcomes.booked(Booking("YOGA", "Giuriati", TUESDAY, time(19), 55), "seen", choice=1, why_not_first="full")
    await world.db.settlement.settle(await world.claim(), won)
    await world.owner.wait_for(lambda message: "È la tua 2ª scelta" in message.text)

    await tapped(world.owner, "👀 Scambia se si libera", "quando questa è tua, libero YOGA")

    watch = await newest(world)
    assert (watch.class_ref.course, watch.watch) == ("PILATES MATWORK", WatchMode.BOOK)
    await world.book()
    cancel = await world.claim()
    assert (cancel.type, cancel.class_ref.course) == (ActionType.CANCEL, "YOGA")


async def test_a_watch_that_runs_is_told_to_swap_for_what_was_booked_since(world: World) -> None:
    await world.read_timetable([*chats.WEEK, FULL_CORE])
    await page_of(world.owner, "Mar 24 nov", "18:30 CORE")
    await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto o due")
    await world.hold(MINE)
    watch = await newest(world)
    await world.owner.send(f"/status {watch.id}")
    await world.owner.wait_for(lambda message: "Si sovrappone a PILATES MATWORK" in message.text)

    await tapped(world.owner, "👀 Scambia se si libera", "la prendo al posto di quella che hai")

    assert (await newest(world)).replaces_row_id == (await mine(world)).id
    assert len(await world.actions()) == 1


async def test_several_classes_of_an_hour_are_watched_each_with_its_own_notice(world: World) -> None:
    await world.read_timetable([*chats.WEEK, FULL_CORE, slot("STEP", TUESDAY, "18:30", places=0)])
    for label in ("18:30 CORE", "18:30 STEP"):
        await page_of(world.owner, "Mar 24 nov", label)
        await tapped(world.owner, "🔔 Prenota se si libera", "Guardo ogni minuto o due")
    await tapped(world.owner, "⏱ Fino a quando?", "un posto che si libera?")

    page = await tapped(world.owner, "6 ore prima · mar 24 alle 12:30", "Non più tardi di 6 ore prima.")

    assert "fino a martedì 24 novembre alle 12:30" in page.text
    step, core = await world.actions()
    assert (step.notice, step.watch_until) == (timedelta(hours=6), datetime(2026, 11, 24, 11, 30, tzinfo=UTC))
    assert (core.class_ref.course, core.notice) == ("CORE", None)
    await tapped(world.owner, "⏱ Non più tardi di 6 ore prima", "un posto che si libera?")
    await tapped(world.owner, "2 ore prima", "fino a martedì 24 novembre alle 16:30")
    assert (await newest(world)).notice is None


@pytest.mark.parametrize(("preferred", "told"), [(None, "12:30"), (12, "06:30"), (0, "16:30")])
async def test_a_watch_ends_as_long_before_its_class_as_is_preferred_or_configured(
    tmp_path: Path, preferred: int | None, told: str
) -> None:
    async with chats.world(tmp_path, watch_notice_hours=6) as world:
        await world.read_timetable([*chats.WEEK, FULL_CORE])
        notice = None if preferred is None else timedelta(hours=preferred)
        await world.db.preferences.set(OWNER, Preferences(watch_notice=notice))
        await page_of(world.owner, "Mar 24 nov", "18:30 CORE")
        await tapped(world.owner, "🔔 Prenota se si libera", f"fino a martedì 24 novembre alle {told}")


async def test_an_alternative_that_meets_what_is_held_can_take_its_place(world: World) -> None:
    await world.read_timetable([*chats.WEEK, CORE, slot("BOXE", TUESDAY, "21:00")])
    await page_of(world.owner, "Mar 24 nov", "21:00 BOXE")
    await tapped(world.owner, "Conferma, poi scelgo un'alternativa", "Che cosa provo se BOXE")
    action = await newest(world)
    await world.hold(MINE)
    await world.db.choices.add_alternative(action.id, OWNER, CORE.ref)
    await world.owner.send(f"/status {action.id}")
    await world.owner.wait_for(lambda message: "Se non c'è posto" in message.text)
    page = await tapped(world.owner, "Alternative (1)", "CORE, martedì 24 novembre alle 18:30 si sovrappone a PILATES")
    assert "🔁 Prendine una al posto di PILATES MATWORK delle 18:00" in page.labels

    await tapped(world.owner, "🔁 Prendine una", "Fatto: se prendo questa, libero l'altra")

    assert (await newest(world)).replaces_row_id == (await mine(world)).id


async def test_a_question_about_what_meets_a_booking_can_be_answered_with_a_swap(world: World) -> None:
    await world.hold(Booking("CORE", "Giuriati", TUESDAY, time(18, 30), 55))
    (held,) = await world.db.bookings.held(OWNER, TUESDAY)
    series = await world.db.series.find(await chats.periodic(world))
    assert series
    starts = datetime(2026, 11, 24, 17, tzinfo=UTC)
    await world.db.confirmations.ask(series, TUESDAY, starts, starts - timedelta(minutes=5))
    await world.owner.wait_for(lambda message: "Si sovrappone a CORE, martedì 24 novembre alle 18:30" in message.text)

    await tapped(world.owner, "🔁 Conferma al posto di CORE delle 18:30", "In coda")

    assert (await newest(world)).replaces_row_id == held.id


async def test_two_series_at_the_same_hours_one_tap_lets_the_other_rest(world: World) -> None:
    await world.read_timetable(chats.WEEK)
    await chats.periodic(world)
    other = await world.db.connection.write(
        """
        INSERT INTO periodic_bookings (user_id, name, location, course_name, day_of_week, time_slot)
        VALUES (:user_id, 'Zumba', 'Giuriati', 'ZUMBA', 1, '18:30') RETURNING id
        """,
        {"user_id": OWNER},
    )
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Il mio Pilates")
    await tapped(world.owner, "Il mio Pilates", "Alla stessa ora hai già Zumba")

    await tapped(world.owner, "⏸ Ferma Zumba", "In pausa")

    paused = await world.db.series.find(other[0]["id"])
    assert paused
    assert not paused.active

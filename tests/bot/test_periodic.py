"""Periodic bookings in the chat: made in few taps, changed, left out for a date or a holiday, and their questions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot import screens
from bot.screens.when import When
from demo.telegram import Message
from domain.model import ActionStatus, ActionType, Booking, BookingStatus
from domain.recurrence import (
    Confirmation,
    ConfirmationOutcome,
    ConfirmationPurpose,
    OccurrenceState,
    PeriodicBooking,
    PeriodicChoice,
    PeriodicMode,
)
from domain.requests import NewAction, NewPeriodic
from periodic_executor import Executor
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, MINE, OWNER, TUESDAY, World, menu, tapped

FREE_UNTIL = datetime(2026, 11, 24, 15, tzinfo=UTC)  # Tuesday's PILATES is at 18:00 in Rome


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def to_the_modes(world: World) -> Message:
    """From a new menu to the last step of making Tuesday's Pilates periodic."""
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Non ne hai ancora nessuna")
    await tapped(world.owner, "➕ Nuova periodica", "Che cosa?")
    await tapped(world.owner, "Giuriati - Corsi Platinum", "In quale giorno?")
    await tapped(world.owner, "Martedì", "A che ora?")
    return await tapped(world.owner, "18:00 PILATES MATWORK", "Come faccio, ogni volta?")


async def made(world: World, mode: PeriodicMode = PeriodicMode.AUTOMATIC, user_id: int = OWNER) -> PeriodicBooking:
    new = NewPeriodic(user_id, "PILATES MATWORK", "PILATES MATWORK", "Giuriati", 1, time(18), mode)
    return await world.db.series.add(new)


async def card(world: World) -> Message:
    """From a new menu to the card of Pilates."""
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Ogni martedì alle 18:00")
    return await tapped(world.owner, "mar 18:00 · PILATES MATWORK", "Prossime date")


async def tick(world: World) -> None:
    """What the executor does at this moment."""
    await Executor(world.db, world.settings, world.clock).step()


async def mine(world: World) -> list[PeriodicBooking]:
    return await world.db.series.of(OWNER)


async def state(world: World, day: date) -> OccurrenceState | None:
    found = [one.state for one in await world.db.occurrences.since(day) if one.day == day]
    return found[0] if found else None


# Making


async def test_a_periodic_booking_is_made_in_five_taps(world: World) -> None:
    modes = await to_the_modes(world)
    assert modes.text.count("\n\n") >= 5
    assert "⚡ Automatica (consigliata)" in modes.text
    assert modes.labels[:4] == [
        "⚡ Automatica ⭐", "🤝 Prenota, poi chiedi", "🌙 Chiedi prima dell'apertura", "🔔 Chiedi prima della lezione",
    ]  # fmt: skip

    page = await tapped(world.owner, "⚡ Automatica", "ci penso io")

    (periodic,) = await mine(world)
    assert (periodic.course, periodic.location, periodic.mode) == (
        "PILATES MATWORK",
        "Giuriati",
        PeriodicMode.AUTOMATIC,
    )
    assert (periodic.day_of_week, periodic.start) == (1, time(18))
    assert "Mar 24 nov · ci penso subito" in page.text
    assert "Mar 1 dic · prenoto dom 29 alle 00:00" in page.text


@pytest.mark.parametrize(
    ("label", "mode", "said"),
    [
        ("🤝", "hold", "Fatto: ci penso io"),
        ("🌙", "ask_opening", "Fatto: te lo chiedo"),
        ("🔔 Chiedi", "ask_first", "Fatto: te lo chiedo"),
    ],
)
async def test_each_mode_can_be_chosen(world: World, label: str, mode: str, said: str) -> None:
    await to_the_modes(world)

    await tapped(world.owner, label, said)

    assert [one.mode for one in await mine(world)] == [PeriodicMode(mode)]


async def test_a_first_date_that_would_be_booked_at_once_is_said_and_can_be_left_out(world: World) -> None:
    modes = await to_the_modes(world)
    assert "La prima è martedì 24 novembre alle 18:00, già aperta: con ⚡ e 🤝 provo a prenotarla subito." in modes.text

    later = await tapped(world.owner, "🗓 Comincia da mar 1 dic", "Comincia mar 1 dic.")
    assert "🗓 Comincia già martedì 24 novembre" in later.labels
    await tapped(world.owner, "⚡ Automatica", "Mar 24 nov · ⏭ saltata")
    await tick(world)

    dates = await world.db.occurrences.since(TUESDAY)
    assert [(one.day, one.state, one.action_id) for one in dates] == [(TUESDAY, OccurrenceState.SKIPPED, None)]


async def test_who_leaves_the_first_date_out_and_takes_it_in_again_gets_it(world: World) -> None:
    await to_the_modes(world)
    await tapped(world.owner, "🗓 Comincia da mar 1 dic", "Comincia mar 1 dic.")
    await tapped(world.owner, "🗓 Comincia già", "La prima è martedì 24 novembre")
    await tapped(world.owner, "⚡ Automatica", "Mar 24 nov · ci penso subito")

    await tick(world)

    assert await state(world, TUESDAY) is OccurrenceState.QUEUED


@pytest.mark.parametrize("why", ["held", "asked for", "holiday", "too near to be free"])
async def test_a_first_date_that_would_not_be_booked_at_once_is_not_named(world: World, why: str) -> None:
    if why == "held":
        await world.sync([MINE])
    elif why == "asked for":
        await world.db.requests.add(NewAction(ActionType.BOOK, OWNER, MINE.ref))
    elif why == "holiday":
        await world.db.holidays.add(OWNER, TUESDAY, TUESDAY)
    else:
        world.clock.now = FREE_UNTIL

    modes = await to_the_modes(world)

    assert "La prima" not in modes.text
    assert not any("Comincia" in label for label in modes.labels)


async def test_a_button_that_leaves_out_another_weekday_leaves_out_nothing(world: World) -> None:
    await to_the_modes(world)
    page = await tapped(world.owner, "🗓 Comincia da mar 1 dic", "Comincia mar 1 dic.")
    data = page.buttons[0][0].data
    assert data

    await world.owner.press(data.replace("20261124", "20261125"), page.message_id)

    await world.owner.wait_for(lambda message: "Mar 24 nov · ci penso subito" in message.text)


async def test_two_taps_make_one(world: World) -> None:
    page = await to_the_modes(world)
    data = page.buttons[0][0].data
    assert data

    await asyncio.gather(*(world.owner.press(data, page.message_id) for _ in range(3)))

    await world.owner.wait_for(lambda message: "ce l'hai già" in message.text)
    assert len(await mine(world)) == 1


async def test_a_course_that_is_gone_meanwhile_says_so(world: World) -> None:
    await to_the_modes(world)
    world.clock.now += timedelta(seconds=1)
    await world.read_timetable([one for one in chats.WEEK if one is not chats.PILATES])

    await tapped(world.owner, "⚡ Automatica", "non c'è più in orario")

    assert await mine(world) == []


async def test_without_a_timetable_it_is_said_and_read(tmp_path: Path) -> None:
    async with chats.world(tmp_path, timetable=False) as world:
        await menu(world.owner)
        await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Non ne hai ancora nessuna")

        await tapped(world.owner, "➕ Nuova periodica", "non li ho ancora letti")

        assert (await world.claim()).type is ActionType.REFRESH


# Changing


async def test_it_is_paused_and_resumed_from_its_card(world: World) -> None:
    await made(world)
    await card(world)

    await tapped(world.owner, "⏸ Pausa", "In pausa: non faccio niente")
    assert [one.active for one in await mine(world)] == [False]
    await tapped(world.owner, "▶️ Riprendi", "⚡ Automatica")
    assert [one.active for one in await mine(world)] == [True]


async def test_its_mode_and_its_hour_are_changed(world: World) -> None:
    await made(world)
    await card(world)
    modes = await tapped(world.owner, "⚙️ Modo", "Adesso: ⚡ Automatica")
    assert "Alle 15:00, 3 ore prima della lezione, ti chiedo se lo tieni: se non rispondi lo libero" in modes.text
    assert not any("Automatica" in label for label in modes.labels)
    await tapped(world.owner, "🤝 Prenota, poi chiedi", "Modo cambiato")
    await tapped(world.owner, "🕒 Corso e orario", "Che cosa?")
    await tapped(world.owner, "Giuriati - Fit Center", "In quale giorno?")
    await tapped(world.owner, "Martedì", "Pagina 1 di 2")

    await tapped(world.owner, "07:00 Fit Center", "Cambiata")

    (periodic,) = await mine(world)
    assert (periodic.mode, periodic.name, periodic.course) == (PeriodicMode.HOLD, "Fit Center", "Fit Center")
    assert periodic.start == time(7)


async def test_one_that_would_become_the_same_as_another_stays_as_it_was(world: World) -> None:
    other = await made(world)
    await world.db.series.change(other.id, OWNER, course="ZUMBA", start=time(19))
    await made(world)
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Ogni martedì alle 18:00")
    await tapped(world.owner, "mar 19:00", "Prossime date")
    await tapped(world.owner, "🕒 Corso e orario", "Che cosa?")
    await tapped(world.owner, "Giuriati - Corsi Platinum", "In quale giorno?")
    await tapped(world.owner, "Martedì", "A che ora?")

    page = await tapped(world.owner, "18:00 PILATES MATWORK", "questa resta com'era")

    assert "alle 19:00" in page.text
    assert {one.start for one in await mine(world)} == {time(18), time(19)}


async def test_the_mode_of_one_of_two_that_are_the_same_can_be_changed(world: World) -> None:
    first = await made(world)
    await world.db.series.set_active(first.id, OWNER, active=False)
    await made(world)
    await world.db.series.set_active(first.id, OWNER, active=True)

    changed = await world.db.series.change(first.id, OWNER, mode=PeriodicMode.HOLD)

    assert changed
    assert changed.mode is PeriodicMode.HOLD


async def test_deleting_is_asked_once_and_withdraws_what_waits(world: World) -> None:
    await made(world)
    world.clock.now = datetime(2026, 11, 28, 9, tzinfo=UTC)  # the day before the next opening
    await tick(world)
    await card(world)
    await tapped(world.owner, "🗑 Elimina", "La elimino?")

    await tapped(world.owner, "Sì, elimina", "Eliminata")

    assert await mine(world) == []
    assert [one.status for one in await world.actions()] == [ActionStatus.CANCELLED]


async def test_alternatives_on_the_same_weekday_are_added_and_dropped(world: World) -> None:
    periodic = await made(world)
    await card(world)
    await tapped(world.owner, "➕ Alternativa", "Nessuna, per ora")
    kinds = await tapped(world.owner, "➕ Aggiungi", "ogni martedì?")
    assert len(kinds.labels) == 4
    await tapped(world.owner, "Giuriati - Corsi Platinum", "A che ora?")
    await tapped(world.owner, "19:00 ZUMBA", "2ª ZUMBA alle 19:00")
    assert [one.course for one in await world.db.series.alternatives(periodic.id)] == ["ZUMBA"]

    await tapped(world.owner, "🗑 2ª", "Nessuna, per ora")

    assert await world.db.series.alternatives(periodic.id) == []


# Dates and holidays


async def test_a_date_is_skipped_and_taken_back(world: World) -> None:
    await made(world)
    await card(world)
    page = await tapped(world.owner, "🗓 Salta una data", "Prossime quattro settimane")
    assert [label for label in page.labels if "Salta" in label] == [
        "⏭ Salta mar 24 nov", "⏭ Salta mar 1 dic", "⏭ Salta mar 8 dic", "⏭ Salta mar 15 dic",
    ]  # fmt: skip

    await tapped(world.owner, "⏭ Salta mar 1 dic", "Mar 1 dic · ⏭ saltata")
    assert await state(world, date(2026, 12, 1)) is OccurrenceState.SKIPPED
    await tapped(world.owner, "↩️ Non saltare mar 1 dic", "Mar 1 dic · prenoto")
    assert await state(world, date(2026, 12, 1)) is None


async def test_skipping_a_date_withdraws_its_waiting_booking(world: World) -> None:
    await made(world)
    world.clock.now = datetime(2026, 11, 28, 9, tzinfo=UTC)
    await tick(world)
    assert [one.status for one in await world.actions()] == [ActionStatus.PENDING]
    await card(world)
    await tapped(world.owner, "🗓 Salta una data", "Mar 1 dic · ⏳ prenoto dom 29 alle 00:00")

    await tapped(world.owner, "⏭ Salta mar 1 dic", "Mar 1 dic · ⏭ saltata")

    assert [one.status for one in await world.actions()] == [ActionStatus.CANCELLED]


async def test_the_preview_shows_what_was_booked_and_leads_to_it(world: World) -> None:
    await made(world)
    await tick(world)
    await world.book()
    await card(world)

    await tapped(world.owner, "🗓 Salta una data", "Mar 24 nov · ✅ prenotata")

    await tapped(world.owner, "📋 Vedi mar 24 nov", "vista sul sito")


async def test_a_holiday_is_chosen_from_two_months_of_buttons(world: World) -> None:
    await made(world)
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Ogni martedì")
    await tapped(world.owner, "🏖 Ferie", "Nessuna, per ora")
    month = await tapped(world.owner, "➕ Aggiungi", "Novembre 2026")
    assert [button.text for button in month.buttons[0]] == ["L", "M", "M", "G", "V", "S", "D"]
    assert [button.text for button in month.buttons[1]] == ["·"] * 6 + ["22"]
    await tapped(world.owner, "Mese dopo", "Dicembre 2026")
    await tapped(world.owner, "23", "Da mercoledì 23 dicembre, fino a quale giorno")
    await tapped(world.owner, "Mese dopo", "Gennaio 2027")

    await tapped(world.owner, "6", "Fatto: ferie da mer 23 dic a mer 6 gen")

    (holiday,) = await world.db.holidays.of(OWNER)
    assert (holiday.first, holiday.last) == (date(2026, 12, 23), date(2027, 1, 6))
    await tapped(world.owner, "🗑 Da mer 23 dic", "tornano in programma")
    assert await world.db.holidays.of(OWNER) == []


async def test_a_dot_of_the_month_changes_nothing(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Non ne hai")
    await tapped(world.owner, "🏖 Ferie", "Nessuna, per ora")
    page = await tapped(world.owner, "➕ Aggiungi", "Novembre 2026")

    answer = await world.owner.press(page.buttons[1][0].data or "", page.message_id)

    assert not answer.text
    assert world.owner.last.text == page.text


@pytest.mark.parametrize(
    "data", ["off_add:20261224:20261223", "off_add:20261101:20261130", "off_add:20261201:20991231"]
)
async def test_days_that_are_no_holiday_are_refused(world: World, data: str) -> None:
    page = await menu(world.owner)

    await world.owner.press(data, page.message_id)

    await world.owner.wait_for(lambda message: "sceglili di nuovo" in message.text)
    assert await world.db.holidays.of(OWNER) == []


async def test_a_date_in_a_holiday_is_shown_as_such(world: World) -> None:
    await made(world)
    await world.db.holidays.add(OWNER, date(2026, 12, 1), date(2026, 12, 1))

    await card(world)

    await tapped(world.owner, "🗓 Salta una data", "Mar 1 dic · 🏖 in ferie")


# Questions


async def test_the_question_before_an_opening_is_answered_and_the_card_waits_for_it(world: World) -> None:
    periodic = await made(world, PeriodicMode.ASK_OPENING)
    await world.db.series.set_alternatives(periodic.id, OWNER, [PeriodicChoice("ZUMBA", "Giuriati", time(19))])
    world.clock.now = datetime(2026, 11, 28, 22, tzinfo=UTC)  # an hour before
    await tick(world)
    asked = await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text)
    assert "Si apre domani alle 00:00" in asked.text
    assert "entro le 23:55" in asked.text

    page = await tapped(world.owner, "✅ Conferma", "In attesa dell'apertura")

    assert page.message_id == asked.message_id
    assert "2ª ZUMBA" in page.text


async def held_and_asked(world: World) -> Message:
    """The mode `hold` holds Tuesday's place and asks about it."""
    await made(world, PeriodicMode.HOLD)
    await tick(world)
    await world.book()
    booked = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert "Ti chiedo se la tieni martedì 24 novembre alle 15:00" in booked.text
    world.clock.now = FREE_UNTIL - timedelta(hours=1)
    await tick(world)
    return await world.owner.wait_for(lambda message: "Tieni il posto?" in message.text)


async def test_a_held_place_is_kept(world: World) -> None:
    asked = await held_and_asked(world)
    assert "entro le 15:55: se non rispondi, libero il posto" in asked.text

    await tapped(world.owner, "✅ Lo tengo", "Il posto resta tuo")

    assert [action.type for action in await world.actions()] == [ActionType.BOOK]


async def test_a_held_place_that_is_gone_by_now_is_not_called_kept(world: World) -> None:
    asked = await held_and_asked(world)
    await world.lose_all()

    await world.owner.press("keep:1", asked.message_id)

    await world.owner.wait_for(lambda message: "Sul sito non c'è più" in message.text)
    assert not any("Il posto resta tuo" in message.text for message in world.owner.messages)


async def test_a_held_place_that_is_being_given_back_is_not_called_kept(world: World) -> None:
    asked = await held_and_asked(world)
    await world.db.requests.add(NewAction(ActionType.CANCEL, OWNER, MINE.ref))

    await tapped(world.owner, "✅ Lo tengo", "C'è già una richiesta in corso")

    confirmation = await world.db.confirmations.find(1)
    assert confirmation
    assert confirmation.outcome is None
    assert asked


async def test_a_held_place_is_freed_on_the_site_and_told(world: World) -> None:
    asked = await held_and_asked(world)

    page = await tapped(world.owner, "❌ Libera il posto", "Annullamento n.")

    assert page.message_id == asked.message_id
    action = await world.claim()
    assert (action.type, action.card_message_id) == (ActionType.CANCEL, asked.message_id)
    assert action.free_until == datetime(2026, 11, 24, 15, tzinfo=UTC)  # two hours before 18:00 in Rome
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))
    await world.owner.wait_for(lambda message: "Annullata" in message.text and "ricontrollato sul sito" in message.text)


def keeping(world: World, outcome: ConfirmationOutcome | None, expires: timedelta) -> Confirmation:
    """A question about Tuesday's place that runs out that long before the class."""
    starts = FREE_UNTIL + timedelta(hours=2)
    return Confirmation(1, OWNER, 1, starts, starts - expires, outcome, ConfirmationPurpose.KEEP, 1)


@pytest.mark.parametrize("outcome", [None, ConfirmationOutcome.EXPIRED])
async def test_who_is_asked_too_late_reads_that_silence_keeps_the_place(
    world: World, outcome: ConfirmationOutcome | None
) -> None:
    periodic, late = await made(world, PeriodicMode.HOLD), keeping(world, outcome, timedelta())
    asked = screens.questions.question(
        replace(late, outcome=None),
        periodic,
        MINE.ref,
        FREE_UNTIL - timedelta(days=2),
        When(FREE_UNTIL + timedelta(minutes=30), world.settings.zone),
    )
    over = screens.questions.answered(late, MINE.ref, When(late.scheduled_for, world.settings.zone))

    assert "se non rispondi, il posto resta tuo" in asked.text
    assert "penalità" in asked.text
    assert "libero il posto" not in asked.text
    assert "Non avendo risposta, non l'ho liberato." in over.text


async def test_a_question_that_ran_out_claims_no_cancelling_without_its_ticket(world: World) -> None:
    """The place was gone by the deadline, or everything was off until the class."""
    late = keeping(world, ConfirmationOutcome.EXPIRED, timedelta(hours=2, minutes=5))
    for now in (late.expires_at, late.scheduled_for):
        page = screens.questions.answered(late, MINE.ref, When(now, world.settings.zone))
        assert "Troppo tardi" in page.text
        assert "l'ho liberato: " not in page.text


async def test_late_and_double_answers_about_a_held_place_hear_the_truth(world: World) -> None:
    asked = await held_and_asked(world)
    keep, free = asked.buttons[0][0].data or "", asked.buttons[1][0].data or ""
    await tapped(world.owner, "✅ Lo tengo", "Il posto resta tuo")

    await world.owner.press(free, asked.message_id)
    await world.owner.press(keep, asked.message_id)

    assert [action.type for action in await world.actions()] == [ActionType.BOOK]
    await world.owner.wait_for(lambda message: "Il posto resta tuo" in message.text)


async def test_an_unanswered_held_place_is_freed_and_told(world: World) -> None:
    asked = await held_and_asked(world)
    world.clock.now += timedelta(minutes=55)
    await tick(world)
    await world.owner.wait_for(lambda message: "Non hai risposto: libero il posto" in message.text)

    await world.owner.press(asked.buttons[0][0].data or "", asked.message_id)

    page = await world.owner.wait_for(lambda message: "Troppo tardi per rispondere" in message.text)
    assert any("Vedi la n." in label for label in page.labels)
    assert (await world.claim()).type is ActionType.CANCEL


async def test_freeing_a_held_place_when_it_may_cost_is_asked_twice(world: World) -> None:
    asked = await held_and_asked(world)
    confirmation = await world.db.confirmations.find(1)
    assert confirmation
    await world.db.keeping.leave_open(confirmation)  # the executor woke too late to free it
    world.clock.now = FREE_UNTIL + timedelta(minutes=1)
    await world.owner.press("give_back:1", asked.message_id)
    await world.owner.wait_for(lambda message: any("Sì, annulla" in label for label in message.labels))

    await tapped(world.owner, "Sì, annulla", "Annullo lo stesso?")
    assert [action.type for action in await world.actions()] == [ActionType.BOOK]
    await tapped(world.owner, "❌ Annulla lo stesso", "Annullamento n.")

    assert (await world.claim()).type is ActionType.CANCEL


# What is not theirs


async def test_somebody_elses_periodic_bookings_stay_theirs(world: World) -> None:
    periodic = await made(world)
    holiday = await world.db.holidays.add(OWNER, TUESDAY, TUESDAY)
    (course, *_) = await world.db.catalogue.courses()
    page = await menu(world.friend)
    number = periodic.id

    for data in (
        f"series:{number}", f"dates:{number}", f"modes:{number}", f"set_mode:{number}:1", f"move_kinds:{number}",
        f"move:{course.id}:{number}", f"else:{number}", f"else_add:{course.id}:{number}", f"ask_delete:{number}",
        f"delete:{number}", f"skip_date:20261201:{number}", f"unskip_date:20261201:{number}", f"pause:{number}",
        f"off_drop:{holiday.id}", f"else_drop:{number}:1:0", f"move_weekday:1:{number}", f"else_kinds:{number}",
        f"move_course:1:1:{number}:0", f"else_course:1:1:{number}:0", "keep:1", "give_back:1",
    ):  # fmt: skip
        await world.friend.press("+" + data, page.message_id)

    assert not any("PILATES" in message.text for message in world.friend.messages)
    assert await mine(world) == [periodic]
    assert await world.db.holidays.of(OWNER) == [holiday]
    assert await world.db.series.of(FRIEND) == []


@pytest.mark.parametrize("data", ["skip_date:20261202:1", "skip_date:20201124:1", "skip_date:20990106:1"])
async def test_a_date_that_is_none_of_it_is_not_skipped(world: World, data: str) -> None:
    await made(world)
    page = await menu(world.owner)

    await world.owner.press(data, page.message_id)

    await world.owner.wait_for(lambda message: "Per questa data è tardi" in message.text)
    assert await world.db.occurrences.since(date(2020, 1, 1)) == []


async def test_a_booking_given_back_by_hand_shows_in_the_dates(world: World) -> None:
    await made(world)
    await tick(world)
    await world.book()
    action = await world.db.claims.add_claimed(
        NewAction(ActionType.CANCEL, OWNER, Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18)).ref),
        "test", 60,
    )  # fmt: skip
    assert action
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "gone"))
    (held,) = [await world.db.bookings.by_booking_id(MINE.booking_id, OWNER)]
    assert held
    assert held.status is BookingStatus.CANCELLED

    page = await card(world)

    assert "Mar 24 nov · ↩️ annullata" in page.text

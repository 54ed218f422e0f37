"""What a recurring booking says of itself in the chat: when it asks, what it meets, which choices it keeps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot import screens
from bot.screens.page import chunk
from domain.model import ActionStatus, OpeningRule
from domain.recurrence import PeriodicChoice, PeriodicMode
from domain.requests import NewPeriodic
from periodic_executor import Executor
from runtime.configured import recurrence_rules_of
from tests.support import chats
from tests.support.chats import OWNER, THURSDAY, World, menu, tapped

HOUR = timedelta(hours=1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


def weekly(course: str, weekday: int, start: time, mode: PeriodicMode = PeriodicMode.ASK_FIRST) -> NewPeriodic:
    return NewPeriodic(OWNER, course, course, "Giuriati", weekday, start, mode)


async def card(world: World, label: str) -> None:
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Prenotazioni periodiche")
    await tapped(world.owner, label, "Prossime date")


@pytest.mark.parametrize(
    ("start", "lead", "words", "binding"),
    [
        (time(18), HOUR, "alle 17:00, un'ora prima", True),
        (time(18), 109 * timedelta(minutes=1), "alle 16:11, prima", True),
        (time(18), 3 * HOUR, "alle 15:00, 3 ore prima", False),
        (time(0, 30), HOUR, "alle 23:30 del giorno prima, un'ora prima", True),
        (time(18), 48 * HOUR, "alle 18:00 di 2 giorni prima, 48 ore prima", False),
        (time(7), HOUR / 2, "alle 06:30, mezz'ora prima", True),
    ],
)
def test_when_it_asks_is_told_by_the_hour(start: time, lead: timedelta, words: str, binding: bool) -> None:
    rule = OpeningRule(2, time(0), ZoneInfo("Europe/Rome"))
    times = screens.making.ask_times(0, start, lead, rule, HOUR, 2 * HOUR)
    assert (times.before_class, times.binding) == (words, binding)


def test_lists_have_no_second_page_with_a_line_or_two() -> None:
    def lengths(count: int) -> list[int]:
        return [len(chunk(range(count), page).items) for page in range(chunk(range(count), 0).pages)]

    assert [lengths(count) for count in (0, 8, 10, 11, 17, 24)] == [[0], [8], [10], [6, 5], [6, 6, 5], [8, 8, 8]]


@pytest.mark.parametrize(
    ("weekday", "opens", "words"),
    [
        (0, time(18, 20), "Ti chiedo il sabato alle 17:20, prima che aprano"),
        (0, time(0), "Ti chiedo il venerdì alle 23:00, prima che aprano"),
        (2, time(0, 30), "Ti chiedo la domenica alle 23:30, prima che aprano"),
        (6, time(12), "Ti chiedo il venerdì alle 11:00, prima che aprano"),
    ],
)
def test_the_question_before_an_opening_is_told_by_its_weekday(weekday: int, opens: time, words: str) -> None:
    rule = OpeningRule(2, opens, ZoneInfo("Europe/Rome"))
    times = screens.making.ask_times(weekday, time(18), HOUR, rule, HOUR, 2 * HOUR)
    assert screens.making.mode_line(PeriodicMode.ASK_OPENING, times).startswith(words)


async def test_one_that_asks_before_its_class_can_ask_while_the_place_is_still_free_to_give_back(world: World) -> None:
    made = await world.db.series.add(weekly("GAG", 3, time(18)))
    await card(world, "gio 18:00")
    await tapped(world.owner, "⚙️ Modo", "Come faccio")
    await tapped(world.owner, "⏰ Quando te lo chiedo", "A quell'ora il posto è vincolante")

    page = await tapped(world.owner, "Alle 15:00, 3 ore prima", "Orario cambiato")

    assert "Ti chiedo alle 15:00, 3 ore prima della lezione" in page.text
    assert "vincolante" not in page.text
    world.clock.now = datetime(2026, 11, 26, 13, 59, tzinfo=UTC)
    due = await Executor(world.db, world.settings, world.clock).step()
    assert due == datetime(2026, 11, 26, 14, tzinfo=UTC)
    world.clock.now = due
    await Executor(world.db, world.settings, world.clock).step()
    asked = await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text)
    assert "GAG" in asked.text
    changed = await world.db.series.find(made.id)
    assert changed
    assert changed.lead == 3 * HOUR


async def test_two_at_the_same_hours_are_not_made_without_a_word(world: World) -> None:
    await world.db.series.add(weekly("GAG", 3, time(18, 30)))
    await menu(world.owner)
    await tapped(world.owner, "🔄 Prenotazioni Periodiche", "Prenotazioni periodiche")
    await tapped(world.owner, "➕ Nuova periodica", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "In quale giorno?")
    await tapped(world.owner, "Giovedì", "A che ora?")

    modes = await tapped(world.owner, "18:00 GAG", "Come faccio")
    made = await tapped(world.owner, "⚡ Automatica", "ci penso io")

    for page in (modes, made):
        assert "Alla stessa ora hai già GAG (alle 18:30)" in page.text


async def test_others_that_are_paused_over_or_on_another_day_are_not_met(world: World) -> None:
    for other in (weekly("YOGA", 3, time(18)), weekly("YOGA", 3, time(19)), weekly("YOGA", 2, time(18))):
        one = await world.db.series.add(other)
        if other.start == time(18) and other.day_of_week == 3:
            await world.db.series.set_active(one.id, OWNER, active=False)
    await world.db.series.add(weekly("GAG", 3, time(18)))

    await card(world, "gio 18:00 · GAG")

    assert not any("Alla stessa ora" in message.text for message in world.owner.messages)


async def test_one_moved_onto_its_own_alternative_keeps_it_once(world: World) -> None:
    new = replace(weekly("YOGA", 1, time(18)), alternatives=(
        PeriodicChoice("PILATES MATWORK", "Giuriati", time(18)), PeriodicChoice("ZUMBA", "Giuriati", time(19)),
    ))  # fmt: skip
    made = await world.db.series.add(new)
    await card(world, "mar 18:00")
    await tapped(world.owner, "🕒 Corso e orario", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "In quale giorno?")
    await tapped(world.owner, "Martedì", "A che ora?")

    page = await tapped(world.owner, "18:00 PILATES", "Cambiata")

    assert "Un'alternativa non serve più: l'ho tolta." in page.text
    assert [choice.course for choice in await world.db.series.alternatives(made.id)] == ["ZUMBA"]


async def test_one_moved_to_another_weekday_leaves_the_choices_of_the_old_one(world: World) -> None:
    new = replace(weekly("PILATES MATWORK", 1, time(18)), alternatives=(PeriodicChoice("ZUMBA", "Giuriati", time(19)),))
    made = await world.db.series.add(new)

    await world.db.series.change(made.id, OWNER, course="GAG", day_of_week=3)

    assert await world.db.series.alternatives(made.id) == []


async def test_a_choice_added_minutes_before_an_opening_says_from_when_it_holds(world: World) -> None:
    made = await world.db.series.add(weekly("GAG", 3, time(18), PeriodicMode.AUTOMATIC))
    opens = world.settings.opening_rule.opens_at(THURSDAY)
    world.clock.now = opens - timedelta(minutes=4)
    booking = recurrence_rules_of(world.settings).booking(made, THURSDAY, [], world.clock.now)
    await world.db.occurrences.queue(made, THURSDAY, booking)
    await world.claim()
    await world.read_timetable([*chats.WEEK, chats.slot("YOGA", THURSDAY, "19:00")])
    await card(world, "gio 18:00")
    await tapped(world.owner, "➕ Alternativa", "Prima scelta")
    await tapped(world.owner, "➕ Aggiungi", "Che cosa, ogni giovedì")
    await tapped(world.owner, "Corsi Platinum · 2", "A che ora?")

    page = await tapped(world.owner, "19:00 YOGA", "2ª YOGA")

    assert "è tardi, ci sto già lavorando: vale dalla volta dopo" in page.text
    (action,) = [one for one in await world.actions() if one.periodic_booking_id]
    assert action.status is ActionStatus.PROCESSING
    assert await world.db.choices.alternatives(action.id) == []


async def test_a_question_minutes_before_an_opening_says_what_a_yes_does_before_and_after(world: World) -> None:
    opens = world.settings.opening_rule.opens_at(THURSDAY)
    world.clock.now = opens - timedelta(minutes=3)
    await world.db.series.add(weekly("GAG", 3, time(18), PeriodicMode.ASK_OPENING))
    await Executor(world.db, world.settings, world.clock).step()

    asked = await world.owner.wait_for(lambda message: "Prenoto anche questa volta?" in message.text)

    assert "se confermi prima, prenoto in quell'istante; se confermi dopo, finché c'è posto." in asked.text


def test_where_a_class_opens_hours_before_it_begins_the_question_comes_before_that() -> None:
    rule = OpeningRule(2, time(0), ZoneInfo("Europe/Rome"), hours_before=48)
    times = screens.making.ask_times(4, time(18), HOUR, rule, HOUR, 2 * HOUR)
    assert times.before_opening == "il mercoledì alle 17:00"

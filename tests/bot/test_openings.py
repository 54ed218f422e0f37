"""What the chat tells around an opening and a class: the rehearsal's card, the race's report, the reminder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.screens.openings import off_time, opening_line, opening_sentence
from bot.screens.when import When
from demo.telegram import Message
from domain import errors
from domain.errors import AppError, SlotFull
from domain.model import Action, ActionStatus, ActionType, Booking, NoticeKind
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.recurrence import OccurrenceState, PeriodicMode
from domain.requests import NewPeriodic
from languages import Language, speaking
from runtime.configured import recurrence_rules_of
from store.outbox import add_notice
from tests.bot.test_buttons import ACTION, WHEN
from tests.support import chats, outcomes
from tests.support.chats import MINE, OWNER, THURSDAY, World, menu, tapped

OPENING = datetime(2026, 11, 23, 23, tzinfo=UTC)  # of Thursday's slots: Tuesday, 00:00 in Rome
EVENING = datetime(2026, 11, 23, 19, tzinfo=UTC)
PREPARING = OPENING - timedelta(minutes=5)
FREE_UNTIL = datetime(2026, 11, 24, 15, tzinfo=UTC)
REPORT = OpeningReport(OPENING, 0.8, 0.002, 0.03, 0.4, shots=(Shot(0, 0.006, -0.009, 0.021, ShotOutcome.ACCEPTED),))
WON = replace(ACTION, status=ActionStatus.COMPLETED)
EARLY = Shot(0, 0, -0.01, 0.01, ShotOutcome.EARLY)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def waiting(world: World) -> Action:
    """Thursday's GAG, queued for its opening."""
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Gio 26 nov", "GAG")
    await tapped(world.owner, "18:00 GAG", "📍")
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    return (await world.actions())[0]


async def rehearsed(world: World, outcome: str = "ok") -> Message:
    """The evening's card, after a worker has rehearsed what is due."""
    world.clock.now = max(world.clock.now, EVENING)
    error: AppError | None = None if outcome == "ok" else getattr(errors, outcome)("in the evening")
    await world.db.settlement.settle(await world.claim(), outcomes.rehearsed(PREPARING, error))
    return await world.owner.wait_for(lambda message: "l'apertura" in message.text and "👍 Va bene" in message.labels)


async def recurring(world: World) -> int:
    """GAG on Thursdays, by itself; its next date is queued."""
    new = NewPeriodic(OWNER, "GAG", "GAG", "Giuriati", 3, time(18), PeriodicMode.AUTOMATIC)
    periodic = await world.db.series.add(new)
    action = recurrence_rules_of(world.settings).booking(periodic, THURSDAY, [], world.clock.now)
    await menu(world.owner)
    assert await world.db.occurrences.queue(periodic, THURSDAY, action)
    return periodic.id


# The rehearsal


async def test_the_rehearsal_rings_with_what_will_be_tried(world: World) -> None:
    action = await waiting(world)
    await world.db.choices.add_alternative(action.id, OWNER, chats.PILATES.ref)

    card = await rehearsed(world)

    assert not card.silent
    assert "Tutto pronto per l'apertura" in card.text
    assert "GAG" in card.text
    assert "2ª PILATES MATWORK" in card.text
    assert "Prenoto domani alle 00:00" in card.text
    page = await tapped(world.owner, "👍 Va bene", "Buonanotte")
    assert page.message_id == card.message_id
    assert (await world.actions())[0].status is ActionStatus.PENDING


async def test_the_rehearsal_of_what_the_site_does_not_show_yet_promises_no_more_than_was_seen(world: World) -> None:
    await waiting(world)
    world.clock.now = EVENING
    await world.db.settlement.settle(await world.claim(), outcomes.rehearsed(PREPARING, listed=False))
    card = await world.owner.wait_for(lambda message: "Tutto pronto per l'apertura" in message.text)
    assert "Ho provato l'accesso: funziona. Sul sito non c'è ancora" in card.text
    assert "e l'orario" not in card.text
    assert "👍 Va bene" in card.labels


@pytest.mark.parametrize(
    ("outcome", "sentence", "remedy"),
    [
        ("LoginRejected", "Controlla username e password", "Riprova l'accesso"),
        ("Overlap", "scambiala con l'altra", "Le Mie Prenotazioni"),
        ("SlotNotFound", "aggiorna gli orari", "Aggiorna gli orari"),
        ("SiteUnavailable", "Tu non devi fare niente", "Aggiorna dal sito"),
    ],
)
async def test_a_problem_found_in_the_evening_is_told_with_its_remedy(
    world: World, outcome: str, sentence: str, remedy: str
) -> None:
    await waiting(world)

    card = await rehearsed(world, outcome)

    assert "La prova per l'apertura non è riuscita" in card.text
    assert sentence in card.text
    assert "Ci provo comunque domani alle 00:00" in card.text
    assert remedy in card.labels[0]


async def test_a_rehearsed_booking_is_let_go(world: World) -> None:
    await waiting(world)
    await rehearsed(world)

    await tapped(world.owner, "⏭ Salta", "Ritirata")

    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_alternatives_are_still_chosen_from_the_rehearsal(world: World) -> None:
    await waiting(world)
    card = await rehearsed(world)

    page = await tapped(world.owner, "➕ Alternativa", "Prima scelta: GAG")

    assert page.message_id != card.message_id


async def test_letting_go_of_what_recurs_skips_its_date_only(world: World) -> None:
    periodic = await recurring(world)
    card = await rehearsed(world)
    assert "⏸ Pausa" in card.labels

    await tapped(world.owner, "⏭ Salta questa volta", "Ritirata")

    assert [(one.day, one.state) for one in await world.db.occurrences.since(THURSDAY)] == [
        (THURSDAY, OccurrenceState.SKIPPED)
    ]
    assert (await world.db.series.of(OWNER))[0].active
    assert periodic == (await world.db.series.of(OWNER))[0].id


async def test_what_recurs_is_paused_from_its_rehearsal(world: World) -> None:
    await recurring(world)
    await rehearsed(world)

    await tapped(world.owner, "⏸ Pausa", "In pausa: non faccio niente")

    assert (await world.actions())[0].status is ActionStatus.CANCELLED


async def test_a_tap_on_the_rehearsal_of_what_is_over_shows_how_it_ended(world: World) -> None:
    await waiting(world)
    await rehearsed(world)
    world.clock.now = OPENING
    await world.fail(SlotFull("no"))
    await world.owner.wait_for(lambda message: "non riuscita" in message.text and "Prenotazione" in message.text)

    await tapped(world.owner, "👍 Va bene", "I posti sono finiti")


# The report


async def test_the_result_of_an_opening_carries_its_report(world: World) -> None:
    await waiting(world)
    world.clock.now = OPENING
    action = await world.claim()
    await world.db.settlement.settle(
        action, outcomes.booked(Booking("GAG", "Giuriati", THURSDAY, time(18), 55), "seen", REPORT)
    )

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)

    assert "⚡ Presa in 21 millesimi. Si apriva alle 00:00." in result.text
    assert " ms" not in result.text
    assert "opening.at" not in result.text
    figures = "Aperta alle 00:00:00, tiro arrivato a +6 ms, vista nelle tue prenotazioni a +0,4 s, 1 tentativo."
    page = await tapped(world.owner, "⏱ Com'è andata", figures)
    assert "1. partita a -9 ms, risposta a +21 ms: presa" in page.text
    assert page.message_id != result.message_id
    await tapped(world.owner, "‹ Indietro", "Prenotata: vista nelle tue prenotazioni")


async def test_an_opening_that_was_lost_carries_its_report_too(world: World) -> None:
    await waiting(world)
    world.clock.now = OPENING
    action = await world.claim()
    full = SlotFull("full")
    full.opening = replace(REPORT, seen=None, shots=(Shot(0, 0.006, -0.009, 0.021, ShotOutcome.FULL),) * 2)
    await world.db.settlement.settle(action, outcomes.failed(full))

    result = await world.owner.wait_for(lambda message: "non riuscita" in message.text)

    assert "Si apriva alle 00:00: l'ho chiesta subito." in result.text
    figures = "Aperta alle 00:00:00, primo tiro arrivato a +6 ms, 2 tentativi."
    page = await tapped(world.owner, "⏱ Com'è andata", figures)
    assert "2. partita a -9 ms, risposta a +21 ms: piena" in page.text


NOON = When(datetime(2026, 11, 22, 11, tzinfo=UTC), ZoneInfo("Europe/Rome"))


@pytest.mark.parametrize(
    ("report", "advice"),
    [
        (REPORT, ""),
        (replace(REPORT, seen=9.0), ""),  # read back slowly, but won at once
        (
            replace(REPORT, opened_early=True),
            "prima del previsto, non so da quando: se ricapita, correggi opening in config.json",
        ),
        (
            replace(REPORT, seen=62.8, shots=(EARLY, Shot(0, 62.1, 62.1, 62.3, ShotOutcome.ACCEPTED))),
            "circa 62 s dopo il previsto",
        ),
        (replace(REPORT, seen=62.4, shots=()), "circa 62 s dopo il previsto"),
        (replace(REPORT, seen=11.3, shots=(EARLY, replace(EARLY, sent=0.2, outcome=ShotOutcome.LOST))), ""),
    ],
)
def test_an_opening_at_another_time_is_told_for_what_it_was(report: OpeningReport, advice: str) -> None:
    assert advice in off_time(report, NOON)
    assert bool(advice) == bool(off_time(report, NOON))
    assert ("config.json" in off_time(report, NOON)) == report.opened_early  # of a later one the keeper is asked apart


def test_times_of_a_report_are_written_as_italians_write_them() -> None:
    late = replace(REPORT, seen=62.4, shots=(replace(REPORT.shots[0], sent=1.2, answered=1.3),))

    assert "tiro arrivato a +1,2 s, vista nelle tue prenotazioni a +62 s" in opening_line(late, WHEN)
    assert opening_sentence(ACTION, late, WHEN) == "Si apriva alle 00:00: la richiesta è arrivata dopo 1 secondo."
    with speaking(Language.ENGLISH):
        assert "seen among your bookings at +62 s" in opening_line(late, WHEN)
        assert opening_sentence(WON, REPORT, WHEN) == "⚡ <b>Got it in 21 milliseconds.</b> It opened at 00:00."


def test_taken_is_said_only_of_a_place_that_was_read_back() -> None:
    asked = "Si apriva alle 00:00: l'ho chiesta subito."
    assert "Presa in 21" in opening_sentence(WON, REPORT, WHEN)
    assert opening_sentence(replace(WON, status=ActionStatus.FAILED), REPORT, WHEN) == asked


# The reminder


async def reminded(world: World) -> Message:
    await world.hold(MINE)
    held = await world.db.bookings.by_booking_id(MINE.booking_id, OWNER)
    assert held
    await world.db.reminders.remind(held, world.clock.now)
    return await world.owner.wait_for(lambda message: "Ci vai?" in message.text)


async def test_a_reminder_says_until_when_and_keeps_cancels_or_swaps(world: World) -> None:
    page = await reminded(world)

    assert "senza penalità fino a martedì 24 novembre alle 16:00" in page.text
    assert page.labels == ["👍 Ci vado", "❌ Annulla", "🔁 Scambia", "🏠 Menu"]
    await tapped(world.owner, "🔁 Scambia", "prima lo prenoto")
    await world.owner.press("stay:1", page.message_id)
    await world.owner.wait_for(lambda message: "il posto resta tuo" in message.text)
    await tapped(world.owner, "❌ Annulla", "Annullo davvero?")


async def test_a_reminder_of_what_has_begun_is_not_told(world: World) -> None:
    await menu(world.owner)
    await world.hold(MINE)
    world.clock.now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    await world.db.connection.transact(lambda tx: add_notice(tx, OWNER, NoticeKind.REMINDER, booking_row_id=1))

    await chats.until(world.db.outbox.next_of_each, [])

    assert not any("Ci vai?" in message.text for message in world.owner.messages)


async def test_cancelling_when_it_may_cost_is_asked_twice(world: World) -> None:
    await world.hold(MINE)
    await menu(world.owner)
    await tapped(world.owner, "📋 Le Mie Prenotazioni", "PILATES")
    await tapped(world.owner, "18:00", "vista sul sito")
    early = await tapped(world.owner, "❌ Annulla", "senza penalità fino a")
    world.clock.now = FREE_UNTIL + timedelta(minutes=1)

    await tapped(world.owner, "❌ Sì, annulla", "può costarti una penalità")  # the button of before asks anew
    await tapped(world.owner, "❌ Sì, annulla", "Annullo lo stesso?")
    assert await world.actions() == []
    card = await tapped(world.owner, "❌ Annulla lo stesso", "Annullamento n.")

    assert card.message_id == early.message_id
    assert [action.type for action in await world.actions()] == [ActionType.CANCEL]


def test_of_a_shot_that_was_sent_again_meanwhile_nobody_says_when_it_arrived() -> None:
    shot = Shot(0, 0.006, 0.015, 3.9, ShotOutcome.ACCEPTED)
    said = opening_line(replace(REPORT, seen=4.2, shots=(shot,)), NOON)
    assert "tiro con risposta a +3,9 s" in said
    assert "arrivato" not in said


def test_what_is_as_good_as_nothing_has_no_minus() -> None:
    shot = Shot(0, 0.0, -0.0003, -0.0001, ShotOutcome.ACCEPTED)
    line = opening_line(replace(REPORT, shots=(shot,), round_trip=0.0002), WHEN)
    assert "arrivato a +0 ms" in line
    assert "-0" not in line

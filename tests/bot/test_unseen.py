"""In the chat: classes of dates that the site does not show yet, chosen by the weekly timetable."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.flows.services import Services
from domain.model import PREPARE, UNSEEN, ActionStatus, ActionType, OpeningRule, SlotStatus, Timetable
from domain.requests import NewAction
from tests.support import chats, outcomes
from tests.support.chats import NOON, OWNER, PILATES, PLATINUM, TUESDAY, WEEK, World, menu, slot, tapped

NEXT_TUESDAY = TUESDAY + timedelta(days=7)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def test_a_class_of_a_later_week_is_booked_at_its_opening_though_the_site_has_no_date_for_it(
    world: World,
) -> None:
    await menu(world.owner)
    days = await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    assert not any("1 dic" in label for label in days.labels)
    far = await tapped(world.owner, "Date più lontane", "Queste date non sono ancora nel sito.")
    assert "Mar 1 dic · non ancora nel sito" in "\n".join(far.labels).replace(" · 14 orari", "")
    await tapped(world.owner, "Mar 1 dic", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "La data non è ancora nel sito.")
    page = await tapped(world.owner, "18:00 PILATES", "📍")
    assert "La data non è ancora nel sito." in page.text
    assert "Prenoto appena apre, domenica 29 novembre alle 00:00" in page.text
    await tapped(world.owner, "prenota all'apertura", "In attesa dell'apertura")
    [action] = await world.db.requests.live(OWNER)
    assert (action.status, action.class_ref.course, action.class_ref.day) == (
        ActionStatus.PENDING,
        PILATES.course,
        NEXT_TUESDAY,
    )
    assert action.opens_at == world.settings.opening_rule.opens_at(NEXT_TUESDAY)
    assert NOON < action.run_at <= action.opens_at - PREPARE


async def test_an_alternative_is_chosen_around_a_date_that_the_site_does_not_show(world: World) -> None:
    await menu(world.owner)
    await tapped(world.owner, "📅 Nuova Prenotazione", "Per quale giorno?")
    await tapped(world.owner, "Date più lontane", "Queste date non sono ancora nel sito.")
    await tapped(world.owner, "Mar 1 dic", "Che cosa?")
    await tapped(world.owner, "Corsi Platinum", "La data non è ancora nel sito.")
    await tapped(world.owner, "18:00 PILATES", "📍")
    days = await tapped(world.owner, "alternativa", "Per quale giorno?")
    assert "aspetta l'apertura" in days.text
    assert any(label.startswith("Mar 1 dic") for label in days.labels)
    await tapped(world.owner, "Mar 1 dic", "Che cosa?")
    await tapped(world.owner, "Fit Center", "La data non è ancora nel sito.")
    await tapped(world.owner, "07:00", "Fit Center")
    [action] = await world.db.requests.live(OWNER)
    assert [(wish.course, wish.day) for wish in await world.db.choices.alternatives(action.id)] == [
        ("Fit Center", NEXT_TUESDAY)
    ]


async def test_what_is_chosen_from_the_week_is_the_sites_own_slot_once_that_is_shown(world: World) -> None:
    """Also of an id that somebody made up."""
    [course] = [one for one in await world.db.catalogue.courses() if one.name == PILATES.course]
    unseen = course.on(NEXT_TUESDAY)
    assert (await world.db.catalogue.slot(unseen.id)) == unseen
    assert (await world.db.catalogue.slot(course.on(NEXT_TUESDAY + timedelta(days=1)).id)) is None
    for made_up in (UNSEEN + course.id * 10**7, UNSEEN, 2**63 - 1):
        assert (await world.db.catalogue.slot(made_up)) is None
    shown = course.on(TUESDAY)
    row = await world.db.catalogue.slot(shown.id)
    assert row is not None
    assert not row.is_unseen


async def test_a_day_that_shows_its_first_classes_only_keeps_those_of_the_evening(world: World) -> None:
    """As where each class is shown a fixed time before it begins."""
    world.clock.now += timedelta(hours=1)
    await world.read_timetable([one for one in WEEK if one.day != TUESDAY or one.start < time(13)])
    kept = {(one.name, one.start) for one in await world.db.catalogue.courses_on(TUESDAY.weekday())}
    assert {("PILATES MATWORK", time(18)), ("Fit Center", time(18)), ("Fit Center", time(12))} <= kept
    world.clock.now += timedelta(hours=1)
    await world.read_timetable([one for one in WEEK if (one.day, one.start) != (TUESDAY, time(12))])
    kept = {(one.name, one.start) for one in await world.db.catalogue.courses_on(TUESDAY.weekday())}
    assert ("Fit Center", time(12)) not in kept  # later ones are shown, and this is not


async def test_what_is_missing_beside_later_classes_is_not_offered_for_that_day(world: World) -> None:
    world.clock.now += timedelta(days=3)
    assert {row.slot.course for row in await world.db.catalogue.unseen_on(NEXT_TUESDAY)} >= {"PILATES MATWORK", "ZUMBA"}
    other = slot("YOGA", NEXT_TUESDAY, "18:30", places=None, status=SlotStatus.DISABLED)
    action = await world.db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert action
    days = tuple(NEXT_TUESDAY - timedelta(days=each) for each in reversed(range(8)))
    read = Timetable((PLATINUM,), days, (*(one for one in WEEK if one.day >= TUESDAY), other))
    await outcomes.refresh(world.db, action, read)
    unseen = {row.slot.course for row in await world.db.catalogue.unseen_on(NEXT_TUESDAY)}
    assert "PILATES MATWORK" not in unseen
    assert "ZUMBA" in unseen


async def test_what_the_site_does_not_show_after_its_own_opening_is_not_offered(world: World) -> None:
    """Where each class opens some hours before it begins, the morning's are open while the evening's are not."""
    rolling = OpeningRule(2, time(0), world.settings.zone, hours_before=48)
    services = Services(world.db, world.settings, world.clock)
    services.house.rules = replace(services.house.rules, opening=rolling)
    world.clock.now = rolling.opens_at(NEXT_TUESDAY, time(15))
    unseen = {row.slot.start for row in await world.db.catalogue.unseen_on(NEXT_TUESDAY)}
    offered = {view.slot.start for view in await services.slots.on_day(OWNER, NEXT_TUESDAY)}
    assert time(12) in unseen - offered
    assert time(18) in offered


async def test_a_day_without_hours_is_called_so_only_once_it_was_read_and_all_of_it_has_opened(world: World) -> None:
    await menu(world.owner)
    week = await tapped(world.owner, "🗓️ Orari Corsi", "Orari dei corsi")
    assert "Sab 28 nov" in week.labels
    unopened = await tapped(world.owner, "Sab 28 nov", "Per questo giorno il sito non mostra ancora orari.")
    assert "Nessun" not in unopened.text
    world.clock.now += timedelta(days=5)
    await tapped(world.owner, "‹ Indietro", "Orari dei corsi")
    unread = await tapped(world.owner, "Sab 28 nov", "non ho ancora letto i suoi orari")
    assert "🔄 Aggiorna orari" in unread.labels
    action = await world.db.claims.add_claimed(NewAction(ActionType.REFRESH, OWNER, quiet=True), "test", 60)
    assert action
    friday, saturday = (NEXT_TUESDAY - timedelta(days=each) for each in (4, 3))
    read = Timetable((PLATINUM,), (friday, saturday), (slot("YOGA", friday, "18:30"),))
    await outcomes.refresh(world.db, action, read)
    await tapped(world.owner, "‹ Indietro", "Orari dei corsi")
    await tapped(world.owner, "Sab 28 nov", "Nessun orario di sabato.")

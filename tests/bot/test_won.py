"""What was got is what is shown: an alternative that won is never told as the first choice, on any page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from domain.model import Action, ActionStatus, ActionType, Booking, WatchMode
from domain.recurrence import PeriodicMode
from domain.requests import NewAction, NewPeriodic
from runtime.configured import recurrence_rules_of
from tests.support import chats, outcomes
from tests.support.chats import FITNESS, OWNER, PILATES, THURSDAY, TUESDAY, World, menu, queued, slot, tapped

GYM = slot("Fit Center", TUESDAY, "19:00", activity=FITNESS)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path) as here:
        yield here


async def second_choice(world: World, got: Booking) -> Action:
    """Pilates was full, the gym at seven was had; "my bookings" names it as `got`."""
    await queued(world.owner)
    (action,) = await world.actions()
    await world.db.choices.add_alternative(action.id, action.user_id, GYM.ref)
    claimed = await world.claim()
    await world.db.settlement.settle(
        claimed, outcomes.booked(got, "seen", choice=1, why_not_first="full: the site says «Pieno.»")
    )
    await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    return action


@pytest.mark.parametrize("name", ["Fit Center", "FIT CENTER con ROSSI ANNA"])
async def test_card_list_and_ticket_show_the_alternative_that_won(world: World, name: str) -> None:
    action = await second_choice(world, Booking(name, "Giuriati", TUESDAY, GYM.start, 90))

    card = await world.owner.wait_for(lambda m: m.message_id == action.card_message_id and name in m.text)
    assert "PILATES" not in card.text

    await world.owner.send("/status")
    page = await world.owner.wait_for(lambda message: "Le tue ultime richieste" in message.text)
    assert f"✅ n. {action.id} · {name} · mar 24 nov 19:00" in page.labels

    await world.owner.send(f"/status {action.id}")
    ticket = await world.owner.wait_for(lambda message: "Prenotata: vista" in message.text)
    assert ticket.text.index(name) < ticket.text.index("PILATES MATWORK")
    assert "È la tua 2ª scelta: la prima, PILATES MATWORK" in ticket.text
    assert "«Pieno»." in ticket.text
    assert "Se non c'è posto" not in ticket.text


@pytest.mark.parametrize(("listed", "told"), [("Corsi Platinum", "PILATES MATWORK"), ("YOGA DOLCE", "YOGA DOLCE")])
async def test_what_the_site_lists_without_a_name_is_told_under_the_name_it_was_asked_for(
    world: World, listed: str, told: str
) -> None:
    await queued(world.owner)
    claimed = await world.claim()
    got = Booking(listed, "Giuriati", claimed.class_ref.day, claimed.class_ref.start, 60)

    await world.db.settlement.settle(claimed, outcomes.booked(got, "seen"))

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert f"Prenotata!\n{told}\n" in result.text
    await world.owner.wait_for(lambda m: m.message_id == claimed.card_message_id and m.text.startswith("✅"))
    await world.owner.send("/status")
    page = await world.owner.wait_for(lambda message: "Le tue ultime richieste" in message.text)
    assert f"✅ n. {claimed.id} · {told} · mar 24 nov 18:00" in page.labels


async def test_what_was_put_in_without_its_kind_is_told_under_its_name_too(world: World) -> None:
    await queued(world.owner)
    await world.db.connection.write("UPDATE booking_actions SET course_type = NULL")
    claimed = await world.claim()
    pilates = next(each for each in chats.WEEK if each.ref.matches(claimed.class_ref))
    got = Booking("Corsi Platinum", "Giuriati", claimed.class_ref.day, claimed.class_ref.start, 60)

    await world.db.settlement.settle(claimed, outcomes.booked(got, "seen", slot=pilates))

    result = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert f"Prenotata!\n{pilates.course}\n" in result.text


async def test_what_was_got_is_known_though_its_row_is_gone(world: World) -> None:
    action = await second_choice(world, Booking("Fit Center", "Giuriati", TUESDAY, GYM.start, 90))
    await world.db.connection.write("DELETE FROM user_bookings")

    found = await world.db.requests.find(action.id)

    assert found
    assert found.subject == GYM.ref


async def test_a_request_that_won_nothing_shows_what_was_asked_for(world: World) -> None:
    await queued(world.owner)
    await menu(world.owner)

    await tapped(world.owner, "🧾 Richieste", "Le tue ultime richieste")

    (action,) = await world.actions()
    assert (action.got, action.subject) == (None, action.wish)


async def test_a_withdrawal_can_be_undone_with_all_that_was_asked(world: World) -> None:
    await queued(world.owner)
    (action,) = await world.actions()
    await world.db.choices.add_alternative(action.id, action.user_id, GYM.ref)
    await tapped(world.owner, "↩️ Ritira", "Ritirata")

    await tapped(world.owner, "↩️ Ripristinala", "In coda")

    new, old = await world.actions()
    assert (old.status, new.status, new.wish) == (ActionStatus.CANCELLED, ActionStatus.PENDING, action.wish)
    assert await world.db.choices.alternatives(new.id) == [GYM.ref]


async def test_a_watch_that_was_ended_watches_on_with_all_that_was_asked(world: World) -> None:
    await world.hold(Booking("YOGA", "Giuriati", TUESDAY, time(9), 55))
    (held,) = await world.db.bookings.held(OWNER, TUESDAY)
    ends = datetime(2026, 11, 24, 11, tzinfo=UTC)
    asked = NewAction(
        ActionType.BOOK, OWNER, PILATES.ref, watch=WatchMode.BOOK, watch_until=ends, notice=timedelta(hours=6),
        replaces_row_id=held.id, free_until=datetime(2026, 11, 24, 6, tzinfo=UTC),
    )  # fmt: skip
    watch = await world.db.requests.add(asked)
    await world.owner.send(f"/status {watch.id}")
    await world.owner.wait_for(lambda message: "Guardo ogni minuto o due" in message.text)
    await tapped(world.owner, "🔕 Smetti di guardare", "Ho smesso di guardare")

    await tapped(world.owner, "👀 Riprendi a guardare", "Guardo ogni minuto o due")

    new, old = await world.actions()
    for one in ("wish", "watch", "watch_until", "notice", "replaces_row_id", "free_until"):
        assert getattr(new, one) == getattr(old, one), one


async def test_a_withdrawal_of_what_has_begun_can_not_be_undone(world: World) -> None:
    await queued(world.owner)
    await tapped(world.owner, "↩️ Ritira", "Ritirata")
    world.clock.now = datetime(2026, 11, 24, 17, tzinfo=UTC)

    await tapped(world.owner, "↩️ Ripristinala", "È già cominciata")

    assert [action.status for action in await world.actions()] == [ActionStatus.CANCELLED]


async def test_undoing_the_withdrawal_of_a_recurring_booking_puts_its_date_back(world: World) -> None:
    new = NewPeriodic(OWNER, "GAG", "GAG", "Giuriati", 3, time(18), PeriodicMode.AUTOMATIC)
    series = await world.db.series.add(new)
    booking = recurrence_rules_of(world.settings).booking(series, THURSDAY, [], world.clock.now)
    queued_one = await world.db.occurrences.queue(series, THURSDAY, booking)
    assert queued_one
    await world.db.requests.withdraw(queued_one.id, OWNER)
    await world.owner.send(f"/status {queued_one.id}")
    await world.owner.wait_for(lambda message: "Ritirata" in message.text)

    await tapped(world.owner, "↩️ Ripristinala", "In attesa dell'apertura")

    [occurrence] = await world.db.occurrences.since(THURSDAY)
    new_action = (await world.actions())[0]
    assert (occurrence.action_id, new_action.periodic_booking_id) == (new_action.id, series.id)


async def test_a_class_that_the_site_has_moved_is_told_with_what_it_overlaps_now(world: World) -> None:
    await queued(world.owner)
    claimed = await world.claim()
    await world.hold(Booking("Fit Center", "Giuriati", TUESDAY, time(20), 90))
    got = Booking(claimed.class_ref.course, "Giuriati", TUESDAY, time(20, 30), 55)

    await world.db.settlement.settle(claimed, outcomes.booked(got, "seen"))

    result = await world.owner.wait_for(lambda message: "Prenotata, ma a un'altra ora" in message.text)
    assert "per le 18:00: nel frattempo il sito ha spostato la lezione alle 20:30" in result.text
    assert "A quell'ora hai anche Fit Center" in result.text
    assert {"❌ Annulla l'altra", "❌ Annulla"} <= set(result.labels)
    await world.owner.send(f"/status {claimed.id}")
    ticket = await world.owner.wait_for(lambda message: "Prenotata: vista" in message.text)
    assert "ha spostato la lezione alle 20:30" in ticket.text

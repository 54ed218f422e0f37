"""The feed of a person's classes: what calendars read in it, as three parsers see it, and its secret address."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from bot.flows.feed import FeedFlow
from bot.flows.services import Services
from bot.flows.tap import Tap
from bot.screens.calendar_feed import KEPT, calendar_feed, feed_entries
from bot.screens.callbacks import Call, Verb
from demo.telegram import Message
from domain.club import Club
from domain.model import Action, ActionStatus, ActionType, Booking, BookingStatus, HeldBooking, WatchMode
from languages import Language, speaking
from runtime.configured import people_of
from tests.support import chats, outcomes
from tests.support.chats import FRIEND, MINE, NOON, OWNER, THURSDAY, World, queued, tapped

PUBLIC = "https://sport.example"
ROME = ZoneInfo("Europe/Rome")
GAG = Booking("GAG", "Giuriati", THURSDAY, time(18))
HELD = HeldBooking(7, OWNER, MINE, MINE.booking_id, BookingStatus.CONFIRMED, NOON, calendar_id=MINE.booking_id)
WISH = Action(
    id=9, type=ActionType.BOOK, user_id=OWNER, status=ActionStatus.PENDING, wish=GAG.ref, booking_id=None,
    created_at=NOON, run_at=NOON, opens_at=datetime(2026, 11, 23, 23, tzinfo=UTC), started_at=None, completed_at=None,
    result=None, error=None, error_kind=None, evidence=None, attempts=0, failures=0, quiet=False, card_message_id=None,
    periodic_booking_id=None,
)  # fmt: skip
CANCELLED = replace(HELD, status=BookingStatus.CANCELLED, sequence=1, changed_at=NOON)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with chats.world(tmp_path, web={"public_url": PUBLIC}) as here:
        yield here


def written(held: Sequence[HeldBooking] = (), live: Sequence[Action] = ()) -> bytes:
    entries = [(entry, None) for entry in feed_entries(held, live)]
    return calendar_feed(entries, ROME, timedelta(hours=2), 2026, Club())


def events(content: bytes) -> dict[str, Any]:
    return {str(event["SUMMARY"]): event for event in Calendar.from_ical(content).walk("VEVENT")}


def test_three_parsers_read_what_is_held_what_is_queued_and_what_was_cancelled() -> None:
    content = written([HELD, replace(CANCELLED, calendar_id="yoga", booking=replace(MINE, course="YOGA"))], [WISH])
    expected = {
        "PILATES MATWORK": ("CONFIRMED", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        "Annullata: YOGA": ("CANCELLED", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        "In coda: GAG": ("TENTATIVE", datetime(2026, 11, 26, 17, tzinfo=UTC)),
    }
    ours = {name: (one["STATUS"], one["DTSTART"].dt.astimezone(UTC)) for name, one in events(content).items()}
    one = vobject.readOne(content.decode())
    other = IcsCalendarStream.calendar_from_ics(content.decode())
    first = {e.summary.value: (e.status.value, e.dtstart.value.astimezone(UTC)) for e in one.vevent_list}
    instants = {e.summary: e.dtstart.astimezone(UTC) for e in other.events if isinstance(e.dtstart, datetime)}
    second = {e.summary: (e.status and e.status.value, instants[e.summary]) for e in other.events}
    assert ours == first == second == expected
    assert one.vtimezone.tzid.value == "Europe/Rome"


def test_only_what_is_held_rings_and_what_is_queued_says_that_it_is_not_booked() -> None:
    found = events(written([HELD], [WISH]))
    assert found["PILATES MATWORK"].walk("VALARM")
    assert not found["In coda: GAG"].walk("VALARM")
    assert found["In coda: GAG"]["DESCRIPTION"] == ("Non è ancora prenotata: le iscrizioni aprono mar 24 alle 00:00.")
    assert "non" not in found["PILATES MATWORK"]["DESCRIPTION"]


def test_a_class_is_one_event_whose_name_stays_and_whose_sequence_never_falls() -> None:
    again = replace(WISH, wish=replace(MINE.ref, location="Giuriati - Corsi Platinum"))
    booked = replace(HELD, sequence=2)
    states: list[tuple[list[HeldBooking], list[Action]]] = [
        ([], [again]), ([HELD], [again]), ([CANCELLED], []), ([CANCELLED], [again]), ([CANCELLED, booked], []),
    ]  # fmt: skip
    life = [events(written(*each)) for each in states]
    assert [[*each] for each in life] == [
        ["In coda: PILATES MATWORK"], ["PILATES MATWORK"], ["Annullata: PILATES MATWORK"], ["In coda: PILATES MATWORK"],
        ["PILATES MATWORK"],
    ]  # fmt: skip
    shown = [next(iter(each.values())) for each in life]
    assert [one["SEQUENCE"] for one in shown] == [0, 0, 1, 1, 2]
    assert len({str(one["UID"]) for one in shown[1:]}) == 1


def test_what_is_only_watched_cancelled_on_the_site_or_read_is_no_class_to_come() -> None:
    others = [
        replace(WISH, watch=WatchMode.BOOK), replace(WISH, wish=None),
        *(replace(WISH, type=each) for each in ActionType if each is not ActionType.BOOK),
    ]  # fmt: skip
    assert events(written([], others)) == {}
    assert Calendar.from_ical(written()).walk("VTIMEZONE")


def test_it_is_the_same_to_the_byte_while_nothing_changes_and_speaks_its_readers_language() -> None:
    read_later = replace(HELD, updated_at=NOON + timedelta(hours=5), changed_at=NOON)
    content = written([replace(HELD, changed_at=NOON)], [WISH])
    assert content == written([read_later], [WISH])
    with speaking(Language.ENGLISH):
        assert "Queued: GAG" in events(written([HELD], [WISH]))


async def read(world: World, user_id: int = OWNER) -> dict[str, Any]:
    return events(await content_for(world, user_id))


async def content_for(world: World, user_id: int = OWNER) -> bytes:
    return await Services(world.db, world.settings, world.clock).feeds.calendar(user_id)


async def test_the_feed_follows_a_booking_with_the_name_it_has_in_the_chats_files(world: World) -> None:
    await queued(world.owner)
    assert [*await read(world)] == ["In coda: PILATES MATWORK"]
    await world.book()
    told = await world.owner.wait_for(lambda message: "Prenotata!" in message.text)
    assert told.document
    sent = Calendar.from_ical(told.document.data).walk("VEVENT")[0]
    [booked] = (await read(world)).values()
    told_alike = ("UID", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "DESCRIPTION", "LOCATION")
    assert [booked[name] for name in told_alike] == [sent[name] for name in told_alike]
    assert "ROSSI MARIA" in booked["DESCRIPTION"]

    await tapped(world.owner, "❌ Annulla", "Annullo davvero?")
    await tapped(world.owner, "Sì, annulla", "In coda")
    assert [*await read(world)] == ["PILATES MATWORK"]
    action = await world.claim()
    await world.db.settlement.settle(action, outcomes.cancelled(action.class_ref, "read back as gone"))
    [over] = (await read(world)).values()
    assert (over["STATUS"], over["SEQUENCE"], over["UID"]) == ("CANCELLED", 1, booked["UID"])
    assert await read(world, FRIEND) == {}

    world.clock.now = NOON + KEPT - timedelta(minutes=1)
    assert await read(world)
    world.clock.now = NOON + KEPT + timedelta(minutes=1)
    assert await read(world) == {}


async def test_a_reading_that_changes_nothing_leaves_every_byte(world: World) -> None:
    await world.hold(MINE)
    before = await content_for(world)
    world.clock.now += timedelta(hours=3)
    await world.hold(MINE)
    await world.read_timetable()
    assert await content_for(world) == before


def address_in(text: str) -> str:
    found = re.search(rf"{PUBLIC}/feed/([\w-]{{43}})\.ics", text)
    assert found, text
    return found[1]


async def feed_page(world: World) -> Message:
    seen = {message.message_id for message in world.owner.messages}
    await world.owner.send("/calendario")
    await world.owner.wait_for(lambda one: one.message_id not in seen and "Il tuo calendario" in one.text)
    return await tapped(world.owner, "📲", "Le lezioni nel calendario")


async def test_an_address_is_shown_once_made_anew_and_ended(world: World) -> None:
    await feed_page(world)
    secret = address_in((await tapped(world.owner, "➕", "Copialo adesso")).text)
    feed = await world.db.feeds.with_secret(secret)
    assert feed is not None
    assert feed.user_id == OWNER
    stored = await world.db.connection.rows("SELECT * FROM feeds")
    assert secret not in str([dict(row) for row in stored])

    page = await tapped(world.owner, "‹ Indietro", "Nessun calendario l'ha ancora letto")
    assert secret not in page.text
    await world.db.feeds.was_read(feed)
    await feed_page(world)
    await world.owner.wait_for(lambda one: "l'ultima volta oggi alle 12:00" in one.text)

    other = address_in((await tapped(world.owner, "🔁", "Copialo adesso")).text)
    assert await world.db.feeds.with_secret(secret) is None
    assert await world.db.feeds.with_secret(other) is not None
    await tapped(world.owner, "‹ Indietro", "Fatto oggi")
    await tapped(world.owner, "🗑 Spegni", "non c'è più niente")
    assert await world.db.feeds.with_secret(other) is None


async def test_a_second_tap_shows_the_address_again_and_an_old_button_changes_nothing(tmp_path: Path) -> None:
    async with chats.world(tmp_path, start=False, timetable=False, web={"public_url": PUBLIC}) as world:
        flow = FeedFlow(Services(world.db, world.settings, world.clock))
        make = Tap(OWNER, "Giulia", Call(Verb.MAKE_FEED, (0,)), 1)
        made = address_in((await flow.make(make)).text)
        assert address_in((await flow.make(make)).text) == made
        world.clock.now += timedelta(minutes=2)
        for late in (await flow.make(make), await flow.end(Tap(OWNER, "Giulia", Call(Verb.END_FEED, (1,)), 1))):
            assert "Nel frattempo è cambiato qualcosa" in late.text
            assert made not in late.text
        feed = await world.db.feeds.with_secret(made)
        assert feed is not None
        assert "✅ Spento" in (await flow.end(Tap(OWNER, "Giulia", Call(Verb.END_FEED, (feed.number,)), 1))).text
        assert await world.db.feeds.find(OWNER) is None


@pytest.mark.parametrize(
    ("web", "told"),
    [
        ({"enabled": False}, "Le pagine nel browser sono spente"),
        ({}, "Questo indirizzo si apre solo dal computer su cui giro: gli manca un nome pubblico.\nDillo in"),
    ],
)
async def test_it_says_where_an_address_can_be_read_from(tmp_path: Path, web: dict[str, Any], told: str) -> None:
    async with chats.world(tmp_path, start=False, timetable=False, web=web) as world:
        flow = FeedFlow(Services(world.db, world.settings, world.clock))
        page = await flow.make(Tap(OWNER, "Giulia", Call(Verb.MAKE_FEED, (0,)), 1))
        assert told in page.text
        assert (await world.db.feeds.find(OWNER) is not None) == (not web)


async def test_who_leaves_the_configuration_has_no_feed_any_more(world: World) -> None:
    secret = await world.db.feeds.make(FRIEND)
    assert secret is not None
    await world.db.people.set([each for each in people_of(world.settings) if each.user_id == OWNER])
    assert await world.db.feeds.with_secret(secret) is None
    await world.db.people.set(people_of(world.settings))
    assert await world.db.feeds.with_secret(secret) is None
    assert await world.db.feeds.find(FRIEND) is None

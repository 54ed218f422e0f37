"""The rules of the house: what the site is seen to do is told once, and in force once the owner says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

import rule_sightings
from bot import screens_rules
from database import Database
from errors import AccountLimit, BookingRefused, BookingsClosed, CancelTooLate, NotOpenYet, Overlap, quote
from house_rules import HouseRules, LateCancel, Overlapping, Rule
from model import ActionStatus, Booking, NoticeKind, OpeningReport, OpeningRule, Role, Wish
from rule_sightings import DOUBTFUL, PLAIN, Sighting
from store.people import Person
from tests.conftest import GIULIA, Time
from tests.sites import GIULIA as HER_ACCOUNT
from tests.sites import ROME
from tests.stages import LONG_AFTER, RULE, Set

pytest_plugins = ["tests.opening_fixtures"]

TUESDAY = date(2026, 11, 24)
PILATES = Wish("PILATES", "Giuriati", TUESDAY, time(18))
RULES = HouseRules(OpeningRule(2, time(0), ROME))
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
FIVE = datetime(2026, 11, 24, 16, tzinfo=UTC)  # an hour before the class
HALF_PAST = FIVE + timedelta(minutes=30)


@pytest.mark.parametrize(
    ("error", "now", "rule", "value", "needed"),
    [
        (AccountLimit(quote("Hai raggiunto il massimo di 3 prenotazioni")), NOON, Rule.MOST_BOOKINGS, "3", PLAIN),
        (AccountLimit(quote("Non puoi avere più di due prenotazioni")), NOON, Rule.MOST_BOOKINGS, "2", PLAIN),
        (
            BookingsClosed(quote("Le prenotazioni chiudono 30 minuti prima")),
            FIVE + timedelta(minutes=40),
            Rule.CLOSES,
            "30",
            PLAIN,
        ),
        (BookingsClosed(quote("Prenotabile fino a un'ora prima")), FIVE, Rule.CLOSES, "60", PLAIN),
        (NotOpenYet(quote("Aperte dal 22/11 ore 12:00")), NOON, Rule.OPENING, "days_ahead=2 at=12:00", PLAIN),
        (NotOpenYet(quote("Aperte dal 22/11/2026 alle 18:00")), NOON, Rule.OPENING, "hours_before=48", PLAIN),
        (
            NotOpenYet(quote("La lezione del 24/11 alle 18:00 sarà prenotabile dal 21/11 ore 9:00")),
            NOON,
            Rule.OPENING,
            "days_ahead=3 at=09:00",
            PLAIN,
        ),  # fmt: skip
        (NotOpenYet(quote("Prenotabile solo 72 ore prima")), NOON, Rule.OPENING, "hours_before=72", PLAIN),
        (CancelTooLate(quote("Troppo tardi per annullare")), FIVE, Rule.LATE_CANCEL, "refused", PLAIN),
        (CancelTooLate("no button"), FIVE, Rule.LATE_CANCEL, "refused", DOUBTFUL),
        (CancelTooLate(quote("Solo fino a 24 ore prima")), NOON, Rule.FREE_CANCEL, "24", PLAIN),
        (CancelTooLate("no button"), NOON, Rule.FREE_CANCEL, "6", DOUBTFUL),
        (CancelTooLate(quote("Troppo tardi: riprova tra 5 minuti")), NOON, Rule.FREE_CANCEL, "6", DOUBTFUL),
    ],
)
def test_a_refusal_tells_of_a_rule(error: BookingRefused, now: datetime, rule: Rule, value: str, needed: int) -> None:
    seen = rule_sightings.of_refusal(error, PILATES, RULES, now)
    assert seen is not None
    assert (seen.rule, seen.value, seen.needed) == (rule, value, needed)
    again = rule_sightings.of_refusal(error, PILATES, RULES.with_value(rule, value), now)
    assert again is None or again.rule is not rule


@pytest.mark.parametrize(
    "error",
    [
        AccountLimit(quote("Ingressi terminati")),
        AccountLimit(quote("Massimo 3 prenotazioni alla settimana")),
        BookingsClosed(quote("Prenotazioni sospese per 30 minuti")),
        NotOpenYet(quote("Non ancora aperte")),
        NotOpenYet(quote("Aperte dal 22/11 ore 00:00")),
        Overlap(quote("Si sovrappone")),
        BookingsClosed(quote("Prenotazioni chiuse")),
        BookingRefused(quote("Il computer dice di no")),
        BookingsClosed(quote("Prenotazioni chiuse: si aprono 3 ore prima")),  # it is six hours before
        NotOpenYet(quote("Prenotabile 500 giorni prima")),
        AccountLimit(quote("Massimo 0 prenotazioni attive")),
    ],
)
def test_a_refusal_that_names_nothing_new_tells_of_none(error: BookingRefused) -> None:
    assert rule_sightings.of_refusal(error, PILATES, RULES, NOON) is None


def test_what_opened_before_its_time_does_not_tell_when() -> None:
    """A rehearsal at eight in the evening finds it open: it may have been so since noon."""
    assert rule_sightings.opened_at(OpeningReport(NOON, opened_early=True)) is None
    assert rule_sightings.opened_at(OpeningReport(NOON, seen=1800.0)) == NOON + timedelta(minutes=30)


async def test_a_row_put_in_by_hand_that_no_rule_can_have_stops_nobody(known: Database) -> None:
    for number, (name, value) in enumerate(
        [("free_cancel_hours", "1e300"), ("closes_minutes", "inf"), ("most_bookings", "-1"), ("weather", "fine"),
         ("opening", "hours_before=9999")]
    ):  # fmt: skip
        await known.connection.write(
            "INSERT INTO house_rules (id, name, value, answer, configured, seen_at, told_at)"
            " VALUES (:id, :name, :value, 'set', :said, '2026-11-24T11:00:00.000Z', '2026-11-24T11:00:00.000Z')",
            {"id": number + 1, "name": name, "value": value,
             "said": RULES.value(Rule(name)) if name in [*Rule] else ""},
        )  # fmt: skip
    assert await known.rules.in_force(RULES) == RULES
    assert await known.rules.told() == []
    assert await known.rules.find(4) is None
    assert await known.rules.answer(4, RULES, take_over=True) is None


@pytest.mark.parametrize(
    ("rule", "value", "words"),
    [
        (Rule.FREE_CANCEL, "1", "fino a 1 ora prima"),
        (Rule.FREE_CANCEL, "1.5", "fino a 1,5 ore prima"),
        (Rule.OPENING, "hours_before=1", "1 ora prima della lezione"),
        (Rule.CLOSES, "1", "1 minuto prima della lezione"),
    ],
)
def test_one_hour_is_told_as_one(rule: Rule, value: str, words: str) -> None:
    assert screens_rules.told(rule, value) == words


def test_two_places_at_the_same_hours_are_an_overlap_that_was_taken() -> None:
    held = [Booking("YOGA", "Giuriati", TUESDAY, time(17, 30), 60), Booking("ZUMBA", "Giuriati", TUESDAY, time(18), 55)]
    seen = rule_sightings.of_held(held, RULES)
    assert seen is not None
    assert (seen.rule, seen.value) == (Rule.OVERLAP, Overlapping.WARNED)
    apart = [held[0], replace(held[1], start=time(18, 30))]
    assert rule_sightings.of_held(apart, RULES) is None
    assert rule_sightings.of_held(held, replace(RULES, overlap=Overlapping.WARNED)) is None


def test_a_rule_of_hours_opens_each_class_at_its_own_time() -> None:
    rolling = RULES.with_value(Rule.OPENING, "hours_before=48").opening
    assert rolling.opens_at(TUESDAY, time(18)) == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert rolling.opens_at(TUESDAY) == datetime(2026, 11, 21, 23, tzinfo=UTC)
    back = RULES.with_value(Rule.OPENING, "hours_before=48").with_value(Rule.OPENING, "days_ahead=2 at=00:00")
    assert back.opening == RULES.opening


@pytest.fixture
async def known(db: Database, clock: Time) -> Database:
    clock.now = NOON
    await db.people.set([Person(GIULIA, Role.OWNER, "x")])
    return db


async def told(db: Database) -> int:
    rows = await db.connection.rows("SELECT id FROM notices WHERE kind = :kind", {"kind": NoticeKind.HOUSE_RULE})
    return len(rows)


async def see(db: Database, sighting: Sighting, day: date = TUESDAY) -> None:
    await db.connection.write(
        "INSERT OR IGNORE INTO booking_actions (id, action_type, user_id) VALUES (1, 'check', :user)", {"user": GIULIA}
    )
    await db.rules.note(sighting, RULES, replace(PILATES, day=day), 1)


async def test_what_is_said_in_words_is_told_at_once_and_once(known: Database) -> None:
    for _ in range(3):
        await see(known, Sighting(Rule.MOST_BOOKINGS, "3", "Massimo 3 prenotazioni"))
    assert await told(known) == 1
    assert await known.rules.in_force(RULES) == RULES  # never changed silently


async def test_what_may_have_another_cause_is_told_after_a_second_class(known: Database) -> None:
    late = Sighting(Rule.OPENING, "days_ahead=2 at=12:00", "", DOUBTFUL)
    await see(known, late)
    await see(known, late)
    assert await told(known) == 0
    await see(known, late, TUESDAY + timedelta(days=1))
    assert await told(known) == 1


async def test_a_value_taken_over_is_in_force_until_the_configuration_changes_or_it_is_taken_back(
    known: Database,
) -> None:
    await see(known, Sighting(Rule.LATE_CANCEL, "refused", "Troppo tardi"))
    await see(known, Sighting(Rule.FREE_CANCEL, "24", "Fino a 24 ore prima"))
    late, free = await known.rules.told()
    await known.rules.answer(late.id, RULES, take_over=True)
    await known.rules.answer(free.id, RULES, take_over=True)
    now = await known.rules.in_force(RULES)
    assert (now.late_cancel, now.free_cancel) == (LateCancel.REFUSED, timedelta(hours=24))
    edited = replace(RULES, free_cancel=timedelta(hours=6))
    assert (await known.rules.in_force(edited)).free_cancel == timedelta(hours=6)
    await known.rules.answer(late.id, RULES, take_over=False)
    assert (await known.rules.in_force(RULES)).late_cancel is LateCancel.PENALTY


async def test_what_waits_is_given_the_opening_of_a_rule_that_changed(known: Database, clock: Time) -> None:
    clock.now = datetime(2026, 11, 20, 11, tzinfo=UTC)
    await known.connection.write(
        "INSERT INTO booking_actions (id, action_type, user_id, course_name, date, time_slot)"
        " VALUES (7, 'book', :user, 'PILATES', '2026-11-24', '18:00')",
        {"user": GIULIA},
    )
    await known.openings.fill_in(RULES.opening)
    later = RULES.with_value(Rule.OPENING, "hours_before=24").opening
    for _ in range(2):
        await known.openings.follow(later, clock())
        action = await known.queue.find(7)
        assert action is not None
        assert action.opens_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
        assert action.run_at == action.opens_at - timedelta(minutes=5)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_limit_that_the_site_names_is_told_to_the_owner_by_who_meets_it(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        world = stage.opened.world
        world.switches.update({"account_limit": "bookings", "limit_words": "Massimo 3 prenotazioni attive"})
        await stage.add()
        assert (await stage.act()).error_kind == "AccountLimit"
        assert (await stage.told()).count(NoticeKind.HOUSE_RULE) == 1
        [seen] = await stage.db.rules.told()
        assert (seen.rule, seen.value, seen.instead_of) == (Rule.MOST_BOOKINGS, "3", "")


@pytest.mark.asyncio(loop_scope="session")
async def test_an_overlap_is_asked_for_once_the_rule_says_that_the_site_takes_both(staged: Set) -> None:
    async with staged(LONG_AFTER) as stage:
        world = stage.opened.world
        world.switches.overlap = "warned"
        gym = world.slot(stage.opened.pilates.day, start="17:30", activity="Giuriati - Fit Center")
        world.book(HER_ACCOUNT, gym.appointment_id)
        await stage.add()
        assert (await stage.act()).error_kind == "Overlap"
        taken = Sighting(Rule.OVERLAP, Overlapping.WARNED, "")
        await stage.db.rules.note(taken, HouseRules(RULE), stage.opened.pilates, 1)
        await stage.db.rules.answer(1, HouseRules(RULE), take_over=True)
        await stage.add()
        assert (await stage.act()).status is ActionStatus.COMPLETED

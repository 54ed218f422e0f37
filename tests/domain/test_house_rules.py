"""The rules of the house: what the site is seen to do is told once, and in force once the owner says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot import screens
from database import Database, open_database
from domain import rule_sightings
from domain.errors import AccountLimit, BookingRefused, BookingsClosed, CancelTooLate, NotOpenYet, Overlap, quote
from domain.house_rules import HouseRules, LateCancel, Overlapping, Rule
from domain.model import ActionStatus, Activity, Booking, ClassRef, NoticeKind, OpeningRule, Role, Slot, SlotStatus
from domain.opening_report import OpeningReport, Shot, ShotOutcome
from domain.people import Person
from domain.rule_sightings import DOUBTFUL, PLAIN, Sighting
from tests.conftest import GIULIA, MARCO
from tests.support.clock import FakeClock
from tests.support.engines import file_of
from tests.support.sites import GIULIA as HER_ACCOUNT
from tests.support.sites import ROME
from tests.support.stages import LONG_AFTER, RULE, Set

pytest_plugins = ["tests.support.opening_fixtures"]

TUESDAY = date(2026, 11, 24)
PILATES = ClassRef("PILATES", "Giuriati", TUESDAY, time(18))
RULES = HouseRules(OpeningRule(2, time(0), ROME))
NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
FIVE = datetime(2026, 11, 24, 16, tzinfo=UTC)  # an hour before the class
EARLY = datetime(2026, 11, 20, 11, tzinfo=UTC)


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
        (NotOpenYet(quote("Aperte dal 22/11 ore 12:00")), EARLY, Rule.OPENING, "days_ahead=2 at=12:00", PLAIN),
        (NotOpenYet(quote("Aperte dal 22/11/2026 alle 18:00")), EARLY, Rule.OPENING, "hours_before=48", PLAIN),
        (
            NotOpenYet(quote("La lezione del 24/11 alle 18:00 sarà prenotabile dal 21/11 ore 9:00")),
            EARLY,
            Rule.OPENING,
            "days_ahead=3 at=09:00",
            PLAIN,
        ),  # fmt: skip
        (NotOpenYet(quote("Prenotabile solo 72 ore prima")), EARLY, Rule.OPENING, "hours_before=72", PLAIN),
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
    ("error", "now"),
    [
        (BookingsClosed(quote("Prenotazioni chiuse: si aprono 48 ore prima dell'inizio")), NOON),
        (BookingsClosed(quote("Prenotabile fino a 30 minuti prima")), NOON),  # five hours before
        (BookingsClosed(quote("Prenotabile fino a 500 giorni prima")), NOON),
        (NotOpenYet(quote("Prenotabile solo 72 ore prima")), NOON),  # it would be open
        (NotOpenYet(quote("Aperte dal 22/11 ore 12:00")), NOON),
        (NotOpenYet(quote("Prenotabile solo 500 giorni prima")), EARLY),
        (CancelTooLate(quote("Non puoi annullare ora: riprova tra 5 minuti")), EARLY),
        (CancelTooLate(quote("Solo fino a 2 ore prima")), EARLY),
        (CancelTooLate("no button"), EARLY),  # four days before: it is no term
        (AccountLimit(quote("Massimo 0 prenotazioni")), NOON),
    ],
)
def test_what_can_not_be_true_at_that_moment_tells_of_no_rule(error: BookingRefused, now: datetime) -> None:
    assert rule_sightings.of_refusal(error, PILATES, RULES, now) is None


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
    assert rule_sightings.of_opening(PILATES, OpeningReport(OPENED, opened_early=True), RULES) is None


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
    assert screens.rules.told(rule, value) == words


def test_two_places_at_the_same_hours_are_an_overlap_that_was_taken() -> None:
    held = [Booking("YOGA", "Giuriati", TUESDAY, time(17, 30), 60), Booking("ZUMBA", "Giuriati", TUESDAY, time(18), 55)]
    seen = rule_sightings.of_held(held, RULES)
    assert seen is not None
    assert (seen.rule, seen.value) == (Rule.OVERLAP, Overlapping.WARNED)
    apart = [held[0], replace(held[1], start=time(18, 30))]
    assert rule_sightings.of_held(apart, RULES) is None
    assert rule_sightings.of_held(held, replace(RULES, overlap=Overlapping.WARNED)) is None


def listed(*slots: str, status: SlotStatus = SlotStatus.AVAILABLE) -> list[Slot]:
    """`18:00`, or `25/11 07:00`: open, with free places, on Tuesday unless told otherwise; `-` before it: closed."""
    found = []
    for each in slots:
        word = each.removeprefix("-")
        hour = time.fromisoformat(word[-5:])
        day = date(2026, 11, int(word[:2])) if "/" in word else TUESDAY
        shown = SlotStatus.DISABLED if each.startswith("-") else status
        found.append(Slot(Activity("1", "Giuriati - Corsi"), each, "YOGA", day, hour, hour, places=7, status=shown))
    return found


AT_SIX = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # 18:00 in Rome


@pytest.mark.parametrize(
    ("slots", "closes", "value"),
    [
        (["-18:25", "18:40"], 0, "30"),  # the only round number between
        (["-18:20", "19:30"], 0, None),  # 30, 45, 60 or 90
        (["18:20", "-18:40"], 0, None),  # no closing that begins with the later
        (["18:20", "19:00"], 0, None),
        (["-18:20", "18:40"], 25, None),  # as the rule says
        (["18:04", "18:40"], 30, "0"),
        (["18:20", "19:00"], 30, None),  # it closes later than that, who knows when
        (["-18:25", "-18:10", "18:40"], 0, "30"),
        (["-17:50", "18:40"], 0, None),  # it has begun
        (["-18:20", "-18:30", "-18:40"], 0, None),  # all of them: it is no closing
    ],
)
def test_the_classes_that_can_be_booked_no_more_tell_when_bookings_close(
    slots: list[str], closes: int, value: str | None
) -> None:
    found = rule_sightings.of_timetable(listed(*slots), 0, replace(RULES, closes=timedelta(minutes=closes)), AT_SIX)
    if value is None:
        assert found is None
    else:
        assert found is not None
        assert (found[0].rule, found[0].value, found[0].needed) == (Rule.CLOSES, value, DOUBTFUL)


def test_who_can_book_nothing_more_while_places_are_free_holds_as_many_as_they_may() -> None:
    grey = listed("-18:20", "-20:00", "-25/11 07:00", "-26/11 07:00")
    found = rule_sightings.of_timetable(grey, 2, RULES, AT_SIX)
    assert found is not None
    assert (found[0].rule, found[0].value, found[0].needed) == (Rule.MOST_BOOKINGS, "2", DOUBTFUL)
    mine = listed("19:00", status=SlotStatus.BOOKED)
    for slots, held, rules in (
        (grey, 0, RULES),  # who holds nothing
        ([*grey, *listed("21:00")], 2, RULES),  # another can be booked
        (grey[:2], 2, RULES),  # all of them come soon, and are few
        ([*grey, *mine, *mine], 1, RULES),  # we don't know of all
        (grey, 2, replace(RULES, most_bookings=2)),
        ([replace(each, places=0) for each in grey], 2, RULES),  # full
        ([replace(each, places=None) for each in grey], 2, RULES),
        ([replace(each, day=date(2026, 11, 27)) for each in grey], 2, RULES),  # not open yet
    ):
        assert rule_sightings.of_timetable(slots, held, rules, AT_SIX) is None


OPENED = datetime(2026, 11, 21, 23, tzinfo=UTC)  # by the rule, for Tuesday


def late(accepted: float, refused: float) -> OpeningReport:
    shots = (
        Shot(0, refused, refused, refused, ShotOutcome.EARLY),
        Shot(0, accepted, accepted, accepted, ShotOutcome.ACCEPTED),
    )
    return OpeningReport(OPENED, seen=accepted + 1, shots=shots)


@pytest.mark.parametrize(
    ("report", "rule", "value"),
    [
        (late(1812, 1788), "days_ahead=2 at=00:00", "days_ahead=2 at=00:30"),
        (late(100, 40), "days_ahead=2 at=00:00", "days_ahead=2 at=00:01"),
        (late(80, 70), "days_ahead=2 at=00:00", None),  # no whole minute between: a clock
        (late(40, 20), "days_ahead=2 at=00:00", None),
        (late(18 * 3600 + 30, 18 * 3600 - 200), "days_ahead=2 at=00:00", "hours_before=48"),  # the hour of the class
        (late(18 * 3600 + 30, 18 * 3600 - 200), "hours_before=66", "hours_before=48"),
    ],
)
def test_of_an_opening_at_another_time_the_likeliest_rule_is_noted(
    report: OpeningReport, rule: str, value: str | None
) -> None:
    seen = rule_sightings.of_opening(PILATES, report, RULES.with_value(Rule.OPENING, rule))
    assert (seen and seen.value) == value
    assert seen is None or seen.needed == DOUBTFUL


def test_a_rule_of_hours_opens_each_class_at_its_own_time() -> None:
    rolling = RULES.with_value(Rule.OPENING, "hours_before=48").opening
    assert rolling.opens_at(TUESDAY, time(18)) == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert rolling.opens_at(TUESDAY) == datetime(2026, 11, 21, 23, tzinfo=UTC)
    back = RULES.with_value(Rule.OPENING, "hours_before=48").with_value(Rule.OPENING, "days_ahead=2 at=00:00")
    assert back.opening == RULES.opening


@pytest.fixture
async def known(db: Database, clock: FakeClock) -> Database:
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


async def test_what_the_site_goes_back_to_after_it_was_taken_over_is_news_again(known: Database) -> None:
    for value in ("2", "3"):
        await see(known, Sighting(Rule.MOST_BOOKINGS, value, f"Massimo {value} prenotazioni"))
        [seen] = [each for each in await known.rules.told() if each.value == value]
        await known.rules.answer(seen.id, RULES, take_over=True)
    assert await told(known) == 2
    await see(known, Sighting(Rule.MOST_BOOKINGS, "2", "Massimo 2 prenotazioni"))
    assert await told(known) == 3


async def test_two_programs_that_see_the_same_tell_the_owner_alone_and_once(known: Database) -> None:
    await known.people.set([Person(GIULIA, Role.OWNER, "x"), Person(MARCO, Role.FRIEND, "y")])
    taken = Sighting(Rule.OVERLAP, "warned", "")
    async with open_database(file_of(known)) as other:
        await see(known, taken)
        await asyncio.gather(*(see(each, taken) for each in (other, known, other, known)))
    rows = await known.connection.rows(
        "SELECT user_id FROM notices WHERE kind = :kind", {"kind": NoticeKind.HOUSE_RULE}
    )
    assert [row["user_id"] for row in rows] == [GIULIA]


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


async def test_what_waits_is_given_the_opening_of_a_rule_that_changed(known: Database, clock: FakeClock) -> None:
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
        action = await known.requests.find(7)
        assert action is not None
        assert action.opens_at == datetime(2026, 11, 23, 17, tzinfo=UTC)
        assert action.run_at == action.opens_at - timedelta(minutes=5)
    rows = await known.connection.rows("SELECT action_id FROM notices WHERE kind = 'progress'")
    assert [row["action_id"] for row in rows] == [7]  # its card says when


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

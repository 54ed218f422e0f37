"""Booking, cancelling and reading, against the simulated site and its misbehaviours: never a false "booked"."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import booking
import scraper
from booking import Booked
from demo.site import Outcome, Site, SiteWorld
from domain import errors
from domain.model import FIT_CENTER, ClassRef, clock_time
from domain.readings import Before
from domain.waiting_list import UNMARKED
from portal.portal import Portal
from portal.session.site_session import SiteSession
from tests.support.clock import FakeClock
from tests.support.lent_browser import held, pilates, portal, site, take  # noqa: F401 - fixtures
from tests.support.sites import (
    GIULIA,
    NOON,
    SATURDAY,
    TUESDAY,
    cookie,
    credentials,
    files_of,
    only_pages_get_schedules,
    person,
    wish,
)

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

BOOK, SCHEDULE, MINE = "BookAppointment", "GetActivitySchedule", "/Booking"
LATER = NOON + timedelta(days=4)


async def refusal(session: SiteSession, wanted: ClassRef, opens_at: datetime | None = None) -> errors.SiteError:
    with pytest.raises(errors.SiteError) as caught:
        await booking.book(session, wanted, opens_at)
    return caught.value


# ----- booking


@pytest.mark.parametrize("pages_only", [False, True])
async def test_what_another_worker_has_by_now_is_not_asked_for(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, *, pages_only: bool
) -> None:
    async def lost() -> None:
        raise errors.LeaseLost("another has it")

    if pages_only:
        only_pages_get_schedules(world)
    with pytest.raises(errors.LeaseLost):
        await booking.book(session, pilates, still_ours=lost)
    assert held(world) == []
    assert world.shots == []


async def test_a_place_is_booked_by_request_and_seen(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    booked = await booking.book(session, pilates)
    assert pilates.matches(booked.booking.ref)
    assert booked.way == "requests"
    assert booked.slot is not None
    assert booked.slot.instructor == "BIANCHI LAURA"
    assert held(world) == [("PILATES MATWORK", TUESDAY, "18:00")]


async def test_a_fit_center_slot_is_booked(session: SiteSession, world: SiteWorld) -> None:
    booked = await booking.book(session, ClassRef(FIT_CENTER, "Giuriati - Fit Center", TUESDAY, clock_time("07:00")))
    assert (booked.booking.course, booked.booking.location) == (FIT_CENTER, "Giuriati")
    assert held(world) == [("", TUESDAY, "07:00")]


async def test_a_second_booking_needs_five_requests(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    """The calendars are known: my bookings, the day, the booking, my bookings, and the day as the second witness."""
    await booking.find_slot(session, pilates)
    world.log.clear()
    await booking.book(session, pilates)
    assert sorted(each.path.rpartition("/")[2] for each in world.log) == [
        "BookAppointment",
        "Booking",
        "Booking",
        "GetActivitySchedule",
        "GetActivitySchedule",
    ]


async def test_what_is_ours_already_counts_as_booked(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    take(world, TUESDAY, "PILATES MATWORK", "18:00")
    assert (await booking.book(session, pilates)).way == "already"
    assert not world.shots


def keep_from_the_list(monkeypatch: pytest.MonkeyPatch, looks: int) -> None:
    """The list of my bookings is slower than the timetable: so many looks show nothing."""
    read, left = scraper.listed, iter(range(looks))
    monkeypatch.setattr(scraper, "listed", lambda html: ((), ()) if next(left, None) is not None else read(html))


@pytest.mark.parametrize("way", ["requests", "page"])
async def test_what_the_timetable_shows_as_ours_is_not_called_full_but_looked_for(
    request: pytest.FixtureRequest, session: SiteSession, world: SiteWorld, pilates: ClassRef, way: str
) -> None:
    if way == "page":
        request.getfixturevalue("only_the_page")
    take(world, TUESDAY, "PILATES MATWORK", "18:00")
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    keep_from_the_list(monkeypatch, 3)
    assert (await booking.book(session, pilates, NOON - timedelta(hours=1))).way == "already"
    keep_from_the_list(monkeypatch, 100)
    assert isinstance(await refusal(session, pilates, NOON - timedelta(hours=1)), errors.AlreadyBooked)
    assert not world.shots


async def test_a_course_is_found_without_its_place(session: SiteSession, world: SiteWorld) -> None:
    await booking.book(session, ClassRef("hatha yoga", "", TUESDAY, clock_time("13:00")))
    assert held(world) == [("HATHA YOGA", TUESDAY, "13:00")]


async def test_overlapping_bookings_are_refused_before_anything_is_sent(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    take(world, TUESDAY, start="17:30", activity="Giuriati - Fit Center")
    assert isinstance(await refusal(session, pilates), errors.Overlap)
    assert not world.shots


async def test_a_class_that_has_begun_is_refused(
    session: SiteSession, site_clock: FakeClock, pilates: ClassRef
) -> None:
    site_clock.go(seconds=timedelta(days=2, hours=8).total_seconds())
    assert isinstance(await refusal(session, pilates), errors.ClassStarted)


async def test_what_the_timetable_lacks_is_not_found(session: SiteSession, pilates: ClassRef) -> None:
    nowhere = ClassRef("CURLING", "Giuriati", TUESDAY, pilates.start)
    assert isinstance(await refusal(session, nowhere), errors.SlotNotFound)
    with pytest.raises(errors.SlotNotFound):
        await booking.find_slot(session, nowhere)


async def test_a_full_slot_is_full(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    world.fill(world.slot(TUESDAY, "PILATES MATWORK").appointment_id)
    assert isinstance(await refusal(session, pilates), errors.SlotFull)


async def test_before_its_opening_a_slot_is_not_open_yet(session: SiteSession, world: SiteWorld) -> None:
    assert isinstance(await refusal(session, wish(world, SATURDAY), LATER), errors.NotOpenYet)
    assert not world.shots


async def test_an_opening_later_than_the_rule_is_told_by_the_site(session: SiteSession, world: SiteWorld) -> None:
    assert isinstance(await refusal(session, wish(world, SATURDAY), NOON - timedelta(hours=1)), errors.NotOpenYet)
    assert len(world.shots) == 1


async def test_an_opening_earlier_than_the_rule_is_used(session: SiteSession, world: SiteWorld) -> None:
    world.faults.opening_shift = -timedelta(days=6).total_seconds()
    assert (await booking.book(session, wish(world, SATURDAY), LATER)).way == "requests"


async def test_a_place_lost_between_looking_and_booking_is_full(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await booking.find_slot(session, pilates)
    book = world.book

    def too_late(username: str, appointment_id: str) -> Outcome:
        world.fill(appointment_id)
        return book(username, appointment_id)

    monkeypatch.setattr(world, "book", too_late)
    assert isinstance(await refusal(session, pilates), errors.SlotFull)


async def test_who_is_put_on_a_waiting_list_all_the_same_hears_it_in_the_sites_words(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.faults.waiting_list = True
    book = world.book

    def too_late(username: str, appointment_id: str) -> Outcome:
        world.fill(appointment_id)
        return book(username, appointment_id)

    monkeypatch.setattr(world, "book", too_late)
    error = await refusal(session, pilates)
    assert isinstance(error, errors.OnWaitingList)
    assert "attesa" in errors.quoted(str(error))


async def test_a_waiting_list_is_never_joined(session: SiteSession, world: SiteWorld, pilates: ClassRef) -> None:
    world.faults.waiting_list = True
    appointment = world.slot(TUESDAY, "PILATES MATWORK").appointment_id
    world.fill(appointment)
    full = await refusal(session, pilates)
    assert isinstance(full, errors.SlotFull)
    assert "attesa" in str(full)
    assert not world.waiting(appointment)


@pytest.mark.parametrize(("words", "told"), [("stato", UNMARKED), ("W.L. 3", "W.L. 3"), ("Da confermare", "Da conf")])
async def test_what_was_asked_of_a_waiting_list_is_no_booking_however_the_site_lists_it(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    told: str,
) -> None:
    world.faults.waiting_list, world.switches.waiting_words = True, words
    appointment = world.slot(TUESDAY, "PILATES MATWORK").appointment_id
    world.fill(appointment)
    monkeypatch.setattr("demo.site.schedule._status", lambda *_: "Booked")
    with pytest.raises(errors.OnWaitingList, match=told):
        await booking.join_waiting_list(session, pilates)
    assert world.waiting(appointment)


@pytest.mark.parametrize(
    ("status", "note", "is_marked", "counts"),
    [
        ("Booked", "", True, True),
        ("Booked", "", False, False),
        ("Booked", "W.L. 3", True, False),
        ("Full", "", True, False),
    ],
)
async def test_a_class_that_was_waited_for_is_ours_once_list_and_timetable_both_show_it_so(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    monkeypatch: pytest.MonkeyPatch,
    status: str,
    note: str,
    is_marked: bool,
    counts: bool,
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    world.faults.booking_note = note
    monkeypatch.setattr("demo.site.schedule._status", lambda *_: status)
    listed = (await booking.read_my_bookings(session)).bookings
    waits = Before(NOON, {}, (), (pilates,), () if is_marked else (pilates,), (), (), withdrawn_lately=False)
    assert len(await booking.counted(session, listed, waits)) == counts
    known = replace(waits, held=(pilates,))
    assert len(await booking.counted(session, listed, known)) == 1


@pytest.mark.parametrize(
    ("fault", "value", "kind"),
    [
        ("membership_missing", True, errors.MembershipProblem),
        ("unknown_refusal", "Il computer dice di no.", errors.BookingRefused),
        ("lying_success", True, errors.YesWithoutPlace),
        ("fail", {BOOK: 503}, errors.SiteUnavailable),
        ("fail", {BOOK: 429}, errors.Blocked),
        ("reset", True, errors.SiteUnavailable),
        ("maintenance", True, errors.SiteUnavailable),
        ("captcha", True, errors.Blocked),
    ],
)
async def test_a_booking_that_failed_is_told_as_what_it_was(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    fault: str,
    value: object,
    kind: type[errors.SiteError],
) -> None:
    world.faults.where[fault] = BOOK
    setattr(world.faults, fault, value)
    error = await refusal(session, pilates)
    assert type(error) is kind
    assert held(world) == []
    assert (error.evidence is not None) == (kind in (errors.YesWithoutPlace, errors.BookingRefused))


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("lost_answer", True),
        ("html_for_json", True),
        ("empty_answer", True),
        ("book_status", "Effettuata"),
    ],
)
async def test_an_answer_lost_or_odd_is_settled_by_reading_back(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    fault: str,
    value: object,
) -> None:
    world.faults.where[fault] = BOOK
    setattr(world.faults, fault, value)
    assert (await booking.book(session, pilates)).way == "requests"
    assert len(world.shots) == 1


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("json_case", "camel"),
        ("json_case", "upper"),
        ("json_dates", "ms"),
        ("json_dates", "italian"),
        ("no_start_datetime", True),
        ("course_name_in", "EventName"),
        ("course_name_in", "EventDescription"),
        ("no_places", True),
        ("byte_order_mark", True),
    ],
)
async def test_a_schedule_in_another_form_is_read_all_the_same(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    fault: str,
    value: object,
) -> None:
    setattr(world.faults, fault, value)
    assert (await booking.book(session, pilates)).way == "requests"


async def test_a_site_that_does_not_answer_is_unavailable(
    session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    world.faults.status_503 = True
    assert isinstance(await refusal(session, pilates), errors.SiteUnavailable)


# ----- the other way: through the page


async def test_when_the_schedule_does_not_hold_the_page_is_used(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
) -> None:
    world.faults.html_for_json, world.faults.where["html_for_json"] = True, SCHEDULE
    world.faults.times["html_for_json"] = 2  # the calendar's own two requests of ours; the page's get through
    booked = await booking.book(session, ClassRef("PILATES MATWORK", "", pilates.day, pilates.start))
    assert booked.way == "page"
    assert held(world) == [("PILATES MATWORK", TUESDAY, "18:00")]


@pytest.fixture
def only_the_page(world: SiteWorld) -> None:
    """The calendar's requests no longer behave as the contract says: the fault `pages_only`."""
    only_pages_get_schedules(world)


@pytest.mark.usefixtures("only_the_page")
async def test_the_page_books_what_is_days_ahead(session: SiteSession, world: SiteWorld) -> None:
    world.faults.opening_shift = -timedelta(days=6).total_seconds()
    booked = await booking.book(session, wish(world, SATURDAY))
    assert booked.way == "page"
    assert held(world) == [("PILATES MATWORK", SATURDAY, "10:00")]


@pytest.mark.usefixtures("only_the_page")
@pytest.mark.parametrize(
    ("prepare", "kind"),
    [
        ("full", errors.SlotFull),
        ("waiting", errors.SlotFull),
        ("membership", errors.MembershipProblem),
        ("nothing", errors.SlotNotFound),
        ("lie", errors.YesWithoutPlace),
    ],
)
async def test_the_page_says_no_as_clearly(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    prepare: str,
    kind: type[errors.SiteError],
) -> None:
    world.faults.waiting_list = prepare == "waiting"
    world.faults.membership_missing = prepare == "membership"
    world.faults.lying_success = prepare == "lie"
    if prepare in ("full", "waiting"):
        world.fill(world.slot(TUESDAY, "PILATES MATWORK").appointment_id)
    wanted = ClassRef("CURLING", "Giuriati", TUESDAY, pilates.start) if prepare == "nothing" else pilates
    assert type(await refusal(session, wanted, NOON - timedelta(days=1))) is kind
    assert held(world) == []


@pytest.mark.usefixtures("only_the_page")
async def test_a_timetable_is_read_from_the_pages(session: SiteSession, world: SiteWorld) -> None:
    dates = [TUESDAY, SATURDAY]
    read = await booking.timetable(session, dates)
    assert len(read.slots) == sum(len(world.slots(day)) for day in dates)


async def test_links_that_lead_nowhere_are_clicked(
    session: SiteSession, world: SiteWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(_: str) -> Any:
        raise errors.SiteChanged("the page with the activities links to no calendar")

    monkeypatch.setattr(scraper, "activities", no_links)
    world.faults.dead_first_click, world.faults.times["dead_first_click"] = True, 2
    read = await booking.timetable(session, [TUESDAY])
    assert [each.id for each in read.activities] == [each.id for each in world.timetable.catalogue.activities]


# ----- reading


async def test_the_timetable_has_every_slot_of_every_activity(session: SiteSession, world: SiteWorld) -> None:
    dates = [NOON.date() + timedelta(days=ahead) for ahead in range(8)]
    told: list[str] = []
    read = await booking.timetable(session, dates, told.append)
    assert len(read.slots) == sum(len(world.slots(day)) for day in dates)
    assert [each.name for each in read.activities] == [each.name for each in world.timetable.catalogue.activities]
    assert len(told) == 1 + len(read.activities)


async def test_an_empty_timetable_is_empty_and_no_error(session: SiteSession, world: SiteWorld) -> None:
    world.faults.empty_timetable = True
    assert (await booking.timetable(session, [TUESDAY])).slots == ()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("status_500", errors.SiteUnavailable),
        ("status_503", errors.SiteUnavailable),
        ("reset", errors.SiteUnavailable),
        ("maintenance", errors.SiteUnavailable),
        ("status_403", errors.Blocked),
        ("status_429", errors.Blocked),
        ("captcha", errors.Blocked),
        ("rename_classes", errors.SiteChanged),
        ("no_booking_container", errors.SiteChanged),
    ],
)
async def test_trouble_is_never_no_bookings(
    session: SiteSession,
    world: SiteWorld,
    fault: str,
    kind: type[errors.SiteError],
) -> None:
    take(world, TUESDAY, "PILATES MATWORK")
    setattr(world.faults, fault, True)
    with pytest.raises(errors.SiteError) as caught:
        await booking.my_bookings(session)
    assert type(caught.value) is kind
    if kind is errors.SiteChanged:
        assert "Le mie prenotazioni" in (Path(str(caught.value.evidence)) / "page.html").read_text()


# ----- sessions that end


@pytest.mark.parametrize("where", [BOOK, SCHEDULE, "ConfirmActivityBooking", "BookActivity"])
async def test_a_session_that_ends_on_the_way_is_renewed_once(
    session: SiteSession,
    world: SiteWorld,
    pilates: ClassRef,
    request: pytest.FixtureRequest,
    where: str,
) -> None:
    if "Activity" in where and where != SCHEDULE:
        request.getfixturevalue("only_the_page")
    world.faults.session_ends, world.faults.where["session_ends"] = True, where
    world.faults.times["session_ends"] = 1
    booked = await booking.book(session, pilates)
    assert isinstance(booked, Booked)
    assert held(world) == [("PILATES MATWORK", TUESDAY, "18:00")]
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_two_accounts_book_side_by_side(portal: Portal, site: Site, world: SiteWorld, pilates: ClassRef) -> None:
    world.accounts.people["10000002"] = person("10000002")
    both = [portal.session(credentials(1)), portal.session(credentials(2, "10000002"))]
    for one, username in zip(both, (GIULIA, "10000002"), strict=True):
        files_of(one).save({"cookies": [cookie(site, username)], "origins": []})
    await asyncio.gather(*(booking.book(each, pilates) for each in both))
    assert len(world.bookings(GIULIA)) == len(world.bookings("10000002")) == 1


# ----- what proves that a place is ours


async def test_a_block_in_words_nobody_knows_is_proof_once_the_timetable_agrees(
    session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    await booking.find_slot(session, pilates)
    world.log.clear()
    world.faults.booking_note = "Da confermare"
    assert (await booking.book(session, pilates)).way == "requests"
    assert len(world.log) == 5  # one request more than without a doubt
    assert len(await booking.my_bookings(session)) == 1


@pytest.mark.parametrize("way", ["requests", "page", "already"])
async def test_a_block_in_words_nobody_knows_is_no_proof_alone(
    request: pytest.FixtureRequest, session: SiteSession, world: SiteWorld, pilates: ClassRef, way: str
) -> None:
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr("demo.site.schedule._status", lambda *_: "Available")  # a waiting list by another name
    world.faults.booking_note = "Da confermare"
    if way == "page":
        request.getfixturevalue("only_the_page")
    if way == "already":
        take(world, TUESDAY, "PILATES MATWORK")
    error = await refusal(session, pilates)
    assert isinstance(error, errors.PlaceUnclear)
    assert errors.quoted(str(error)).startswith("Da confermare")
    assert await booking.my_bookings(session) == ()
    assert len(world.shots) == (way != "already")


@pytest.mark.parametrize("fault", ["", "lost_answer"])
async def test_a_new_block_at_that_hour_and_place_under_another_name_is_ours(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, fault: str
) -> None:
    take(world, TUESDAY, start="16:00", activity="Giuriati - Fit Center")
    world.faults.booking_name = "PILATES con COGNOME NOME"
    if fault:
        setattr(world.faults, fault, True)
    assert (await booking.book(session, pilates)).booking.course == "PILATES con COGNOME NOME"
    assert (await booking.book(session, pilates)).way == "already"  # and it does not overlap with itself
    assert len(world.shots) == 1


async def test_a_yes_and_a_new_block_under_another_name_are_proof_though_the_timetable_falls_silent(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = world.book

    def then_silence(*asked: str) -> Outcome:
        world.faults.fail = {SCHEDULE: 503}
        return book(*asked)

    monkeypatch.setattr(world, "book", then_silence)
    world.faults.booking_name = "PILATES con COGNOME NOME"
    assert (await booking.book(session, pilates)).booking.course == "PILATES con COGNOME NOME"


async def test_another_name_alone_proves_nothing(
    session: SiteSession, world: SiteWorld, pilates: ClassRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("demo.site.schedule._status", lambda *_: "Available")
    world.faults.booking_name, world.faults.lost_answer = "PILATES con COGNOME NOME", True
    assert isinstance(await refusal(session, pilates), errors.SiteUnavailable)

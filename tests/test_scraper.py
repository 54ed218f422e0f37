"""The site's HTML and JSON, as it is known and as it may be: read right, or refused with SiteChanged; never misread."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scraper
from domain import errors, model
from domain.errors import SiteChanged
from domain.model import FIT_CENTER, Activity, Slot, SlotStatus, same_course

ROME = ZoneInfo("Europe/Rome")
TUESDAY = date(2026, 11, 24)
PLATINUM = Activity("245765508040862208", "Giuriati - Corsi Platinum")
GYM = Activity("99", "Giuriati - Fit Center")

SLOT: dict[str, Any] = {
    "AppointmentId": "369212719214332533",
    "SkillName": "PILATES MATWORK",
    "Status": "Available",
    "StartDateTime": "2026-11-24T18:00:00",
    "EndDateTime": "2026-11-24T18:55:00",
    "DurationMinutes": 55,
    "EventName": "Giuriati - Corsi Platinum",
    "EventDescription": "Giuriati - Corsi Platinum",
    "EventDescription2": "con BIANCHI LAURA",
    "EventDescription3": "Posti disponibili: 7",
    "Notes": "",
    "TimeStart": "18:00",
    "TimeDuration": "55 min",
    "DateStart": "2026-11-24T00:00:00",
    "AvailabilitiesAlmostOver": False,
}
EXPECTED = Slot(
    PLATINUM,
    "369212719214332533",
    "PILATES MATWORK",
    TUESDAY,
    time(18),
    time(18, 55),
    "BIANCHI LAURA",
    7,
    SlotStatus.AVAILABLE,
)


def read(*slots: Any, activity: Activity = PLATINUM) -> tuple[Slot, ...]:
    return scraper.slots({"status": "OK", "data": list(slots)}, activity, TUESDAY, ROME)


def without(*names: str, **others: Any) -> dict[str, Any]:
    return {key: value for key, value in SLOT.items() if key not in names} | others


# ----- the schedule


def test_a_slot_is_read_as_recorded() -> None:
    assert read(SLOT) == (EXPECTED,)


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda name: name[0].lower() + name[1:]])
def test_the_letter_case_of_the_fields_does_not_matter(change: Any) -> None:
    assert read({change(key): value for key, value in SLOT.items()}) == (EXPECTED,)


@pytest.mark.parametrize(
    "start",
    [
        "/Date(1795539600000)/",
        "/Date(1795539600000+0100)/",
        "2026-11-24T18:00:00.000",
        "2026-11-24T17:00:00Z",
        "2026-11-24 18:00",
        "24/11/2026 18:00:00",
        "24/11/2026 18.00",
    ],
)
def test_a_start_is_read_in_every_form(start: str) -> None:
    assert read(without("EndDateTime", StartDateTime=start)) == (EXPECTED,)


@pytest.mark.parametrize(
    "times",
    [
        {"TimeStart": "18:00"},
        {"TimeStart": "18:00 - 18:55", "DateStart": "24/11/2026"},
        {"TimeStart": "18:00:00", "DateStart": "/Date(1795474800000)/"},
        {"TimeStart": {"Hours": 18, "Minutes": 0, "Ticks": 648000000000}},
        {"TimeDescription": "18:00 - 18:55", "TimeStart": None},
        {"StartDateTime": "24/11/2026", "TimeStart": "18:00"},
    ],
)
def test_without_start_the_time_and_the_day_are_used(times: dict[str, Any]) -> None:
    assert read(without("StartDateTime", "EndDateTime", "DateStart", "TimeStart", **times)) == (EXPECTED,)


@pytest.mark.parametrize(
    "names",
    [
        {"SkillName": None, "EventName": "PILATES MATWORK"},
        {"SkillName": None, "EventDescription": "PILATES MATWORK"},
        {"SkillName": "", "EventDescription": "Giuriati - Corsi Platinum - PILATES MATWORK"},
        {
            "SkillName": None,
            "EventDescription": 'GIURIATI – Corsi platinum – <span class="skill">PILATES MATWORK</span>',
        },
        {"SkillName": None, "EventDescription": None, "EventName": "Corsi Platinum - PILATES MATWORK"},
    ],
)
def test_the_course_is_found_in_whatever_field_carries_it(names: dict[str, Any]) -> None:
    assert read(SLOT | names) == (EXPECTED,)


def test_a_name_written_for_a_page_is_the_name_the_page_shows() -> None:
    (slot,) = read(SLOT | {"SkillName": "L&#39;ARTE DI YOGA &amp; CO"})
    assert slot.course == "L'ARTE DI YOGA & CO"
    assert same_course(
        slot.course, "L\N{RIGHT SINGLE QUOTATION MARK}arte di Yoga & Co"
    )  # as somebody's keyboard writes it


def test_a_fit_center_slot_has_no_course_and_is_called_fit_center() -> None:
    names = {"SkillName": None, "EventName": GYM.name, "EventDescription": GYM.name, "EventDescription2": None}
    (slot,) = read(SLOT | names, activity=GYM)
    assert (slot.course, slot.instructor) == (FIT_CENTER, "")


@pytest.mark.parametrize(
    ("said", "status", "places"),
    [
        ({}, SlotStatus.AVAILABLE, 7),
        ({"Status": "Booked"}, SlotStatus.BOOKED, 7),
        ({"Status": "Disabled"}, SlotStatus.DISABLED, 7),
        ({"Status": "Something new"}, SlotStatus.DISABLED, 7),
        ({"Status": "Full", "EventDescription3": ""}, SlotStatus.DISABLED, 0),
        ({"Status": "Disabled", "Notes": "Posti esauriti", "EventDescription3": None}, SlotStatus.DISABLED, 0),
        ({"Status": None, "Notes": "Prenota"}, SlotStatus.AVAILABLE, 7),
        ({"Status": None, "Notes": "Prenotabile dal 22/11/2026"}, SlotStatus.DISABLED, 7),
        ({"Notes": "Lista d'attesa"}, SlotStatus.WAITING, 0),
        ({"Status": "WaitingList"}, SlotStatus.WAITING, 0),
        ({"Status": "InLista"}, SlotStatus.WAITING, 0),
        ({"Status": "Coda"}, SlotStatus.WAITING, 0),
        ({"EventDescription3": ""}, SlotStatus.AVAILABLE, None),
        ({"EventDescription3": "Posti disponibili: 0"}, SlotStatus.AVAILABLE, 0),
    ],
)
def test_status_and_places_are_told_apart(said: dict[str, Any], status: SlotStatus, places: int | None) -> None:
    (slot,) = read(SLOT | said)
    assert (slot.status, slot.places) == (status, places)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda data: {"status": "OK", "data": json.dumps(data)},
        lambda data: {"d": json.dumps({"status": "OK", "data": data})},
        lambda data: {"Status": "ok", "Data": {"2026-11-24": data}},
        lambda data: {"status": "OK", "data": [{"day": "2026-11-24", "slots": data}]},
        lambda data: data,
        json.dumps,
    ],
)
def test_the_list_is_found_in_every_envelope(wrap: Any) -> None:
    assert scraper.slots(wrap([SLOT]), PLATINUM, TUESDAY, ROME) == (EXPECTED,)


def test_a_day_without_slots_is_empty() -> None:
    assert read() == ()


def test_slots_of_another_day_are_left_out() -> None:
    assert read(SLOT, SLOT | {"StartDateTime": "2026-11-25T18:00:00"}) == (EXPECTED,)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        "",
        "<html>",
        {"status": "OK"},
        {"status": "OK", "data": None},
        {"status": "OK", "data": {}},
        {"status": "Error", "data": []},
        {"status": "OK", "data": [1, 2]},
        {"status": "OK", "data": [{"What": "is this"}]},
        {"status": "OK", "data": [{"AppointmentId": "1"}]},
    ],
)
def test_what_is_no_schedule_is_never_an_empty_day(answer: Any) -> None:
    with pytest.raises(SiteChanged):
        scraper.slots(answer, PLATINUM, TUESDAY, ROME)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from([*SLOT, "status", "data", "d"]) | st.text(max_size=8), inner, max_size=8)
    ),
    max_leaves=12,
)


@settings(max_examples=40)  # what is no schedule at all is seen at its first key; what is one has the test after this
@given(JSON)
def test_no_json_whatever_breaks_the_reader(answer: Any) -> None:
    try:
        assert isinstance(scraper.slots(answer, PLATINUM, TUESDAY, ROME), tuple)
    except SiteChanged:
        return


@given(st.dictionaries(st.sampled_from(list(SLOT)), JSON))
def test_no_value_in_a_slot_breaks_the_reader(odd: dict[str, Any]) -> None:
    try:
        assert len(read(SLOT, SLOT | odd)) <= 2
    except SiteChanged:
        return


# ----- pages


def booking_block(course: str = "PILATES MATWORK", place: str = "Giuriati - Corsi Platinum", more: str = "") -> str:
    return f"""<div class="event-main-block row"><div class="event-info-schedule">Mar 24/11/2026</div>
    <span class="time-start">18:00</span><span class="time-duration">55 min</span>
    <div class="event-info-description">{place}</div><div class="event-info-skill-level">{course}</div>{more}
    <button class="btn-delete">Cancella</button></div>"""


def page_with(*blocks: str) -> str:
    return f'<html><div id="event-repository">{"".join(blocks)}</div></html>'


def test_bookings_are_read_with_course_place_and_length() -> None:
    assert scraper.bookings(page_with(booking_block())) == (
        model.Booking("PILATES MATWORK", "Giuriati", TUESDAY, time(18), 55),
    )


def test_a_fit_center_booking_has_no_course_in_the_page() -> None:
    (booking,) = scraper.bookings(page_with(booking_block("", GYM.name)))
    assert (booking.course, booking.location) == (FIT_CENTER, "Giuriati")


def test_a_course_may_stand_in_the_description_of_a_booking() -> None:
    (booking,) = scraper.bookings(page_with(booking_block("", "Giuriati - Corsi Platinum - YOGA")))
    assert (booking.course, booking.location) == ("YOGA", "Giuriati")


def test_no_bookings_is_no_failure() -> None:
    assert scraper.bookings(page_with("<p>Non hai prenotazioni attive.</p>")) == ()


def test_a_place_on_a_waiting_list_is_no_booking() -> None:
    page = page_with(booking_block(more="<p>In lista d'attesa</p>"), booking_block("YOGA"))
    assert [each.course for each in scraper.bookings(page)] == ["YOGA"]
    assert scraper.booking_blocks(page)[0] is None


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<html><p>Benvenuto</p></html>",
        page_with(booking_block().replace("event-main-block", "reservation-card")),
        page_with(booking_block().replace("time-start", "from-hour")),
        page_with(booking_block().replace("24/11/2026", "domani")),
        page_with("<button class='btn-delete'>x</button>"),
    ],
)
def test_a_page_that_cannot_be_read_is_never_no_bookings(page: str) -> None:
    with pytest.raises(SiteChanged):
        scraper.bookings(page)


def test_activities_are_read_from_their_links() -> None:
    html = """<a class="list-group-item" href="/Booking/BookActivity?activityId=1&amp;activityFlags=Classes">
      Giuriati -  Corsi Platinum </a>
      <a class="list-group-item" href="?ACTIVITYID=2&activityFlags=Gym">Giuriati - Fit Center</a>
      <a class="list-group-item" data-activity-id="3">Bovisa</a><a class="list-group-item" href="/">Home</a>"""
    assert [(each.activity.id, each.activity.name, each.flags) for each in scraper.activities(html)] == [
        ("1", "Giuriati - Corsi Platinum", "Classes"),
        ("2", "Giuriati - Fit Center", "Gym"),
        ("3", "Bovisa", "Classes"),
    ]


@pytest.mark.parametrize("name", ["corsi-platinum-1", "0f8fad5b-d9cb-469f-a165-70867728950e"])
@pytest.mark.parametrize(
    "link",
    [
        'href="/Booking/BookActivity?activityId={}&amp;activityFlags=Gym-Open"',
        'data-activity-id="{}" data-activity-flags="Gym-Open"',
        """href="javascript:go('?activityId={}&amp;activityFlags=Gym-Open')" """,
    ],
)
def test_an_activity_with_hyphens_is_read_whole(link: str, name: str) -> None:
    [found] = scraper.activities(f'<a class="list-group-item" {link.format(name)}>Bovisa</a>')
    assert (found.activity.id, found.flags) == (name, "Gym-Open")


def test_a_choice_without_activities_is_refused() -> None:
    with pytest.raises(SiteChanged):
        scraper.activities("<a class='list-group-item' href='/'>Home</a>")


def test_a_calendar_is_known_by_its_address() -> None:
    calendar = scraper.calendar_at("https://x/Booking/BookActivity?ActivityId=7&activityFlags=Gym", "Bovisa - Sala")
    assert (calendar.activity, calendar.flags) == (Activity("7", "Bovisa - Sala"), "Gym")
    with pytest.raises(SiteChanged):
        scraper.calendar_at("https://x/Booking/ChooseActivity", "Bovisa - Sala")


def test_a_column_of_the_calendar_is_read() -> None:
    html = """<div class="day-schedule day-column"><h3 class="day-schedule-label">Martedì, 24 nov</h3>
    <div class="day-schedule-slots"><div class="event-slot slot-available"><div class="slot-time">
    <span class="time-start">18:00</span> <span class="time-duration">55 min</span></div>
    <div class="slot-description">Giuriati - Corsi Platinum - <span class="skill">PILATES MATWORK</span></div>
    <div class="slot-description2">con BIANCHI LAURA</div><div class="slot-description3">Posti disponibili: 7</div>
    <div class="slot-notes slot-notes-after">Prenota</div></div></div></div>"""
    (slot,) = scraper.slots_on_page(html, PLATINUM, TUESDAY)
    assert slot == model.Slot(
        PLATINUM, "", "PILATES MATWORK", TUESDAY, time(18), time(18, 55), "BIANCHI LAURA", 7, SlotStatus.AVAILABLE
    )


def test_a_column_is_empty_only_when_it_says_so() -> None:
    assert scraper.slots_on_page("<div class='day-schedule-empty'>-</div>", PLATINUM, TUESDAY) == []
    with pytest.raises(SiteChanged):
        scraper.slots_on_page("<div class='day-schedule-slots'></div>", PLATINUM, TUESDAY)


@given(st.text(max_size=200))
def test_no_page_whatever_breaks_the_readers(text: str) -> None:
    for html in (text, page_with(text), page_with(booking_block(text, text)), page_with(booking_block(more=text))):
        for reader in (scraper.bookings, scraper.activities):
            try:
                reader(html)
            except SiteChanged:
                continue
    scraper.refusal(text, str)
    scraper.booking_answer(text, str)
    scraper.moment(text, ROME)


# ----- answers to a booking


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Prenotazioni non ancora aperte: sarà possibile prenotare dal 26/11/2026 alle 00:00.", errors.NotOpenYet),
        ("Le iscrizioni non sono ancora aperte.", errors.NotOpenYet),
        ("La prenotazione sarà disponibile a partire dalle ore 00:00", errors.NotOpenYet),
        ("Posti esauriti per questa attività.", errors.SlotFull),
        ("Non ci sono più posti disponibili", errors.SlotFull),
        ("I posti sono terminati", errors.SlotFull),
        ("Il corso è al completo", errors.SlotFull),
        ("Sei stato inserito in lista d'attesa.", errors.SlotFull),
        ("Hai già prenotato questa attività.", errors.AlreadyBooked),
        ("Risulta già una prenotazione per questo corso", errors.AlreadyBooked),
        ("La prenotazione si sovrappone a un'altra tua prenotazione (18:00 - 18:55).", errors.Overlap),
        ("Hai già un'altra prenotazione nello stesso orario", errors.Overlap),
        ("Non risulta un abbonamento valido per questa attività.", errors.MembershipProblem),
        ("Tessera scaduta", errors.MembershipProblem),
        ("L'attività è già iniziata: non è più possibile prenotare.", errors.BookingsClosed),
        ("Prenotazioni chiuse", errors.BookingsClosed),
        ("Appuntamento non trovato.", errors.SlotNotFound),
        ("Si è verificato un errore imprevisto", errors.BookingRefused),
        ("", errors.BookingRefused),
    ],
)
def test_italian_reasons_become_errors(message: str, kind: type[errors.BookingRefused]) -> None:
    refused = scraper.refusal(message, str)
    assert type(refused) is kind
    assert message in str(refused)


@pytest.mark.parametrize(
    ("text", "understood", "accepted"),
    [
        ('{"status": "OK", "message": "Fatto", "url": "/", "canBookAgain": true}', True, True),
        ('{"status": "ERROR", "error_message": "Posti esauriti"}', True, False),
        ('{"status": "ERROR", "errorMessage": "Posti esauriti"}', True, False),
        ('{"error": "Posti esauriti"}', True, False),
        ('{"Status": "ok"}', True, True),
        ('{"d": {"status": "OK"}}', True, True),
        ('"{\\"status\\": \\"OK\\"}"', True, True),
        ('{"status": "Error", "message": "<b>Posti esauriti</b>"}', True, False),
        ('{"status": "Fatta"}', True, False),
        ("{}", False, False),
        ("[]", False, False),
        ("", False, False),
        ("<html>", False, False),
    ],
)
def test_an_answer_to_a_booking_is_understood_or_not(text: str, understood: bool, accepted: bool) -> None:
    answer = scraper.booking_answer(text, str)
    assert (answer.understood, answer.accepted) == (understood, accepted)
    assert "<" not in answer.message


def test_a_waiting_list_in_place_of_the_confirmation_is_seen() -> None:
    assert scraper.offers_waiting_list('<button id="btnConfirmAppointmentBooking">Lista</button>')
    assert not scraper.offers_waiting_list('<button id="btnConfirmAppointmentBooking">Conferma Prenotazione</button>')


def test_a_moment_without_time_is_midnight() -> None:
    assert scraper.moment("24/11/2026", ROME) == datetime(2026, 11, 24)  # noqa: DTZ001 - the site's, naive


@pytest.mark.parametrize(
    ("status", "message", "problem"),
    [
        ("OK", "Prenotazione effettuata con successo.", None),
        ("OK", "Sei in lista d'attesa.", errors.OnWaitingList),
        ("ERROR", "Posti esauriti: lista d'attesa disponibile.", errors.SlotFull),
        ("ERROR", "Le prenotazioni non sono ancora aperte.", errors.NotOpenYet),
        ("ERROR", "La luna non è favorevole.", errors.BookingRefused),
    ],
)
def test_an_answer_to_a_booking_says_why_it_is_no_yes(
    status: str, message: str, problem: type[errors.SiteError] | None
) -> None:
    answer = scraper.booking_answer(json.dumps({"status": status, "message": message}), str)
    met = answer.problem()
    assert (type(met) if met else None) is problem
    assert answer.is_yes == (problem is None)
    assert met is None or message in str(met)

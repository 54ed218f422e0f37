"""What a calendar means date by date, and what of it takes time. In this process, without the child."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agenda.expanding import events

ROME = ZoneInfo("Europe/Rome")
FIRST = datetime(2026, 11, 22, 10, tzinfo=UTC)


def calendar(*components: str) -> bytes:
    whole = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *components, "END:VCALENDAR", "")
    return "\r\n".join(whole).encode()


def found(*components: str) -> list[tuple[str, str]]:
    """Beginning and name of the events of a calendar with these components."""
    content = calendar(*components)
    return [(starts[:16], name) for starts, _, name, _ in sorted(events(content, FIRST, ROME))]


def event(start: str, *lines: str, uid: str = "1") -> str:
    head = ("BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261101T000000Z", f"DTSTART{start}")
    return "\r\n".join((*head, *lines, "END:VEVENT"))


def test_a_lecture_of_every_week_has_a_date_each_week_but_those_that_fall_out() -> None:
    lecture = event(
        ";TZID=Europe/Rome:20260915T181500", "DURATION:PT2H", "SUMMARY:Analisi 2",
        "RRULE:FREQ=WEEKLY;UNTIL=20261212T000000Z", "EXDATE;TZID=Europe/Rome:20261201T181500",
    )  # fmt: skip
    assert found(lecture) == [("2026-11-24T17:15", "Analisi 2"), ("2026-12-08T17:15", "Analisi 2")]


def test_one_date_that_was_moved_is_where_it_was_moved_to() -> None:
    series = event(":20261124T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Fisica")
    moved = event(":20261202T150000Z", "RECURRENCE-ID:20261201T090000Z", "SUMMARY:Fisica")
    assert found(series, moved) == [("2026-11-24T09:00", "Fisica"), ("2026-12-02T15:00", "Fisica")]


def test_hours_without_a_zone_are_those_of_the_place() -> None:
    assert found(event(":20261124T180000", "DURATION:PT1H", "SUMMARY:Esame")) == [("2026-11-24T17:00", "Esame")]


def test_whole_days_count_from_midnight_to_midnight_when_they_are_marked_as_busy() -> None:
    trip = event(";VALUE=DATE:20261124", "DTEND;VALUE=DATE:20261126", "SUMMARY:Gita", "TRANSP:OPAQUE")
    exam = event(";VALUE=DATE:20261127", "SUMMARY:Esame", "TRANSP:OPAQUE", uid="2")
    assert sorted(events(calendar(trip, exam), FIRST, ROME)) == [
        ("2026-11-23T23:00:00.000Z", "2026-11-25T23:00:00.000Z", "Gita", True),
        ("2026-11-26T23:00:00.000Z", "2026-11-27T23:00:00.000Z", "Esame", True),
    ]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("W. Europe Standard Time", "17:00"), ("Pacific Standard Time", "02:00"), ("Europe/London", "18:00")],
)
def test_the_zones_of_outlook_are_known_by_their_names(zone: str, hour: str) -> None:
    [(starts, _)] = found(event(f";TZID={zone}:20261124T180000", "DURATION:PT1H"))
    assert starts.endswith(hour)


def test_a_zone_that_only_the_file_itself_explains_is_taken_from_there_and_an_unknown_one_for_that_of_the_place() -> (
    None
):
    own = "\r\n".join(
        (
            "BEGIN:VTIMEZONE", "TZID:Aula", "BEGIN:STANDARD", "DTSTART:19700101T000000", "TZOFFSETFROM:+0300",
            "TZOFFSETTO:+0300", "END:STANDARD", "END:VTIMEZONE",
        )
    )  # fmt: skip
    assert found(own, event(";TZID=Aula:20261124T180000", "DURATION:PT1H")) == [("2026-11-24T15:00", "")]
    assert found(event(";TZID=Nowhere:20261124T180000", "DURATION:PT1H")) == [("2026-11-24T17:00", "")]


def test_one_date_that_was_cancelled_falls_out() -> None:
    series = event(":20261124T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2", "SUMMARY:Fisica")
    off = event(":20261201T090000Z", "RECURRENCE-ID:20261201T090000Z", "STATUS:CANCELLED")
    assert found(series, off) == [("2026-11-24T09:00", "Fisica")]


@pytest.mark.parametrize(
    "left_out",
    [
        event(";VALUE=DATE:20261124", "SUMMARY:Festa"),
        event(";VALUE=DATE:20261124", "TRANSP:TRANSPARENT"),
        event(":20261124T180000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"),
        event(":20261124T180000Z", "DURATION:PT1H", "STATUS:CANCELLED"),
        event(":20261124T180000Z", "DURATION:PT1H", uid="20261124-1800-pilates-42@polimisport-bot"),
        event(":20261124T180000Z", "DURATION:PT1H", "RRULE:FREQ=SECONDLY"),
        event(":20261121T180000Z", "DTEND:20261121T190000Z"),
        event(":20270601T180000Z", "DURATION:PT1H"),
    ],
)
def test_what_takes_no_time_of_the_next_weeks_is_left_out(left_out: str) -> None:
    assert found(left_out) == []


def test_one_event_that_makes_no_sense_does_not_spoil_the_rest() -> None:
    good = event(":20261124T180000Z", "DURATION:PT1H", "SUMMARY:Buono", uid="2")
    assert ("2026-11-24T18:00", "Buono") in found(event(":20261124T180000Z", "RRULE:FREQ=WEEKLY;BYDAY=XX"), good)


@pytest.mark.parametrize("content", [b"", b"<html>Log in</html>", b"\xff\xfe\x00", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT"])
def test_what_is_no_calendar_is_an_error(content: bytes) -> None:
    with pytest.raises((ValueError, LookupError)):
        list(events(content, FIRST, ROME))


def test_a_name_is_one_line_and_not_endless() -> None:
    [(_, name)] = found(event(":20261124T180000Z", "DURATION:PT1H", "SUMMARY:" + "a\\n" * 500))
    assert len(name) <= 100
    assert "\n" not in name


@pytest.mark.parametrize(
    "impossible",
    ["SUMMARY:None", "DTSTART:20261331T100000Z", "DTSTART:20261124T100000Z\r\nDTSTART:20261125T100000Z",
     "DTSTART:99991231T235959Z\r\nDURATION:P400D", "DTSTART:20261124T100000Z\r\nDTEND:20261399T100000Z"],
)  # fmt: skip
def test_an_event_with_an_impossible_date_is_left_out_and_the_others_count(impossible: str) -> None:
    odd = "\r\n".join(("BEGIN:VEVENT", "UID:odd", impossible, "END:VEVENT"))
    assert found(odd, event(":20261124T090000Z", "SUMMARY:Fisica")) == [("2026-11-24T09:00", "Fisica")]

"""What comes from outside is a value or an error of ours, and reading it takes no longer than it deserves."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scraper
from domain.errors import SiteChanged, SiteUnavailable
from domain.model import Activity
from opening.server_clock import ServerClock
from portal.evidence.sanitizer import sanitized
from portal.responses.response_errors import error_of_status, retry_after
from portal.storage.calendars import CalendarCache
from portal.storage.session_files import read_json as read_file
from safety.untrusted import (
    MOST_CHARACTERS,
    MOST_DEPTH,
    Unreadable,
    read_http_date,
    read_json,
    read_moment,
    readable_html,
)
from tests.support.sites import NOON, ROME, TUESDAY

NESTED = "[" * 100_000 + "]" * 100_000
JSON = [
    NESTED, "[" * 100_000, '{"a":' * 100_000, "[" * 60 + "]" * 60, '{"a": NaN}', "[Infinity]", "[1e999]", "9" * 5000,
    '{"a": 1, "a": 2}', " " * (MOST_CHARACTERS + 1), "", "{", '"\\ud8', "\x00",
]  # fmt: skip
ODD_DATES = [
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:30:00", "0001-01-01",
    "24/11/9999 23:30:00", "01/01/0001", "/Date(99999999999999)/", "/Date(-99999999999999)/", "Date(9999999999999)",
    "2026-13-45", "T", "",
]  # fmt: skip


@pytest.mark.parametrize("text", JSON, ids=lambda text: f"{text[:12]}…{len(text)}")
def test_odd_json_is_an_error_of_ours(text: str) -> None:
    with pytest.raises(Unreadable):
        read_json(text)


def test_a_byte_order_mark_before_json_says_nothing() -> None:
    assert read_json('\ufeff{"status": "OK"}') == {"status": "OK"}


def test_json_as_deep_as_allowed_is_read_and_half_characters_become_whole() -> None:
    assert read_json("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    assert read_json('{"a\\ud800": ["\\ud83d\\ude00 \\udfff"]}') == {"a\ufffd": ["\U0001f600 \ufffd"]}


values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values | st.text())
@settings(max_examples=80, deadline=None)
def test_whatever_is_sent_is_a_value_or_an_error_of_ours(sent: Any) -> None:
    text = sent if isinstance(sent, str) else json.dumps(sent)
    try:
        json.dumps(read_json(text), ensure_ascii=False).encode()
    except Unreadable:
        return


@pytest.mark.parametrize("text", ODD_DATES)
def test_odd_dates_are_no_dates(text: str) -> None:
    assert scraper.moment(text, ROME) is None
    with pytest.raises(Unreadable):
        read_moment(text)


@pytest.mark.parametrize("text", ODD_DATES)
def test_a_schedule_with_odd_dates_is_an_error_of_ours(text: str) -> None:
    slot = {"AppointmentId": "1", "StartDateTime": text, "EndDateTime": text, "DateStart": text}
    answer = json.dumps({"status": "OK", "data": [slot]})
    with pytest.raises(SiteChanged):
        scraper.slots(answer, Activity("1", "Giuriati - Corsi Platinum"), TUESDAY, ROME)


@pytest.mark.parametrize(
    "text", ["", "x", "Mon, 01 Jan 1801 00:00:00 +2359", "Fri, 31 Dec 9999 23:59:59 -2359", "1 2 3", "\x00"]
)
def test_an_odd_date_header_tells_no_time(text: str) -> None:
    with pytest.raises(Unreadable):
        read_http_date(text)
    clock = ServerClock()
    clock.add(1.0, 1.1, {"date": text})
    assert not clock.known


@pytest.mark.parametrize("text", ["\xb2", "-1", "Mon, 01 Jan 99999999999999999999 00:00:00 GMT", "soon"])
def test_an_odd_wait_is_no_wait(text: str) -> None:
    assert retry_after(text, "Tue, 24 Nov 2026 12:00:00 GMT") is None


@pytest.mark.parametrize("address", ["http://[x", "//[", "", "https://a:b/Account"])
def test_a_redirect_to_an_odd_address_is_an_error_of_ours(address: str) -> None:
    assert isinstance(error_of_status(302, {"location": address}, "https://example.org"), SiteUnavailable)


def test_a_date_header_without_zone_is_utc() -> None:
    assert read_http_date("Sun, 22 Nov 2026 11:00:00 -0000") == datetime(2026, 11, 22, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", [NESTED, '{"read_at": "2026-11-22T11:00:00", "calendars": []}', '{"read_at": 1}', "[1]", "\xff"]
)
def test_a_broken_file_of_ours_is_only_forgotten(tmp_path: Path, text: str) -> None:
    cache = CalendarCache(tmp_path, lambda: NOON)
    file = tmp_path / "sessions" / "calendars.json"
    file.parent.mkdir()
    file.write_bytes(text.encode("latin-1"))
    assert cache.load() == []
    assert read_file(file) is None or text != NESTED


PIECES = [
    "<!--",
    "<!",
    "<?",
    "<a ",
    '<a x="',
    "</",
    "<script>",
    "<textarea>",
    "<div>",
    "<",
    "&#",
    "<svg><![CDATA[",
    "<p a=b ",
]


@pytest.mark.parametrize("piece", PIECES)
def test_a_hostile_page_is_read_in_time_in_proportion_to_it(piece: str) -> None:
    page = piece * (300_000 // len(piece))
    began = time.process_time()
    sanitized(page)
    try:
        readable_html(page)
    except Unreadable:
        pass
    else:
        scraper.activity_names(page)
    assert time.process_time() - began < 15  # in the square of it, it would be minutes


def test_a_page_nested_a_hundred_thousand_deep_is_an_error_of_ours_and_evidence_all_the_same() -> None:
    page = "<div>" * 100_000 + "Pilates"
    with pytest.raises(SiteChanged):
        scraper.bookings(page)
    assert sanitized(page).endswith("Pilates")


def test_what_is_closed_and_quoted_as_usual_is_read_as_before() -> None:
    page = """<!-- no --><script>if (a < b) {}</script><a class='list-group-item' title="a > b" rel=l'ora
      href="/x?activityId=7"><b class=list-group-item-heading>Giuriati &amp; altri</b> 3 < 4</a>"""
    assert [each.activity.id for each in scraper.activities(page)] == ["7"]
    assert scraper.activity_names(page) == ("Giuriati & altri 3 < 4",)

"""Which addresses may be read: https, and nothing of our own network, however it is written."""

from __future__ import annotations

import pytest

from safety.public_addresses import Fault, NoCalendarAddress, check_calendar_address, is_public, looks_like_calendar


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://calendar.google.com/calendar/ical/a%40b/private-1/basic.ics",) * 2,
        ("webcal://Example.org/x.ics?a=B#top", "https://example.org/x.ics?a=B"),
        (" WEBCALS://example.org:443/x.ics ", "https://example.org:443/x.ics"),
    ],
)
def test_an_address_over_https_is_taken(typed: str, meant: str) -> None:
    assert check_calendar_address(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "", "ciao", "http://example.org/x.ics", "ftp://example.org/x", "file:///etc/passwd", "https://",
        "https://me:secret@example.org/x.ics", "https://example.org:8443/x.ics", "https://[::1/x",
        "https://ex ample.org", "https://example.org/" + "x" * 2000, "https://exämple.org/x.ics", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_anything_else_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="address"):
        check_calendar_address(typed)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("https://me:secret@example.org/x.ics", Fault.PASSWORD),
        ("https://me@example.org/x.ics", Fault.PASSWORD),
        ("webcal://example.org:8443/x.ics", Fault.PORT),
        *((f"https://{host}/x.ics", Fault.NOT_PUBLIC) for host in (
            "localhost", "LOCALHOST:8443", "nas.local", "my.nas.lan", "nas", "192.168.1.5", "127.0.0.1", "[::1]",
            "169.254.169.254", "[fd00::1]", "[::ffff:a00:1]", "0x7f.1", "10.0x1",
        )),
        ("http://example.org/x.ics", Fault.NO_ADDRESS),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_address_is_known(typed: str, fault: Fault) -> None:
    with pytest.raises(NoCalendarAddress) as refused:
        check_calendar_address(typed)
    assert refused.value.fault is fault


def test_a_public_ip_address_may_be_read() -> None:
    assert check_calendar_address("https://8.8.8.8/x.ics") == "https://8.8.8.8/x.ics"


@pytest.mark.parametrize(
    ("message", "is_one"),
    [
        ("webcal://example.org/x", True),
        (" https://example.org/mine.ics?token=1 ", True),
        ("https://calendar.google.com/calendar/ical/a/private-1/basic.ics", True),
        ("http://example.org/mine.ics", True),  # which is then said to need https
        ("https://example.org/page", False),
        ("yoga domani 18:15 https://example.org/mine.ics", False),
        ("mine.ics", False),
    ],
)
def test_a_message_that_is_nothing_but_a_calendars_address_is_taken_for_one(message: str, is_one: bool) -> None:
    assert looks_like_calendar(message) is is_one


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "131.175.1.1", "2a00:1450:4002::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_the_public_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_our_own_network_is_not_however_it_is_written(address: str) -> None:
    assert not is_public(address)

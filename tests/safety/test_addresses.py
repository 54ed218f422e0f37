"""Where a login may go and type: which addresses are on the list, and which only look like it."""

from __future__ import annotations

import re

import pytest

from safety.addresses import Places, check_base_url, check_login_host, registered_domain

REAL = Places("https://ecomm.sportrick.com/sportpolimi", ("aunicalogin.polimi.it", "sso.ateneo.test:8443"))
HERE = Places("http://127.0.0.1:8099/sportpolimi", ("localhost:8100", "[::1]:8101"))


@pytest.mark.parametrize(
    ("url", "secured"),
    [
        ("http://aunicalogin.polimi.it/x?y=z", "https://aunicalogin.polimi.it/x?y=z"),
        ("http://aunicalogin.polimi.it:80/", "https://aunicalogin.polimi.it/"),
        ("http://shibidp.polimi.it/idp", "https://shibidp.polimi.it/idp"),
        ("http://ecomm.sportrick.com/sportpolimi/", "https://ecomm.sportrick.com/sportpolimi/"),
        ("http://aunicalogin.polimi.it:8080/", None),
        ("http://sso.ateneo.test/", "https://sso.ateneo.test/"),
        ("http://evil.test/", None),
        ("http://aunicalogin.polimi.it@evil.test/", None),
        ("https://aunicalogin.polimi.it/", None),
        ("ftp://aunicalogin.polimi.it/", None),
    ],
)
def test_only_a_plain_address_of_an_allowed_host_is_secured(url: str, secured: str | None) -> None:
    assert REAL.secured(url) == secured


@pytest.mark.parametrize(
    ("places", "url"),
    [
        (REAL, "https://aunicalogin.polimi.it/aunicalogin/login"),
        (REAL, "https://aunicalogin.polimi.it"),
        (REAL, "https://aunicalogin.polimi.it:443/x?y=z#w"),
        (REAL, "https://sso.ateneo.test:8443/"),
        (HERE, "http://localhost:8100/aunicalogin/login"),
        (HERE, "http://[::1]:8101/"),
    ],
)
def test_on_the_list_everything_may_be_typed(places: Places, url: str) -> None:
    assert places.may_type(url)
    assert places.may_visit(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://aunicalogin.polimi.it/",
        "https://aunicalogin.polimi.it:444/",
        "https://aunicalogin.polimi.it./",
        "https://aunicalogin.polimi.it.evil.test/",
        "https://evil-aunicalogin.polimi.it/",
        "https://x.aunicalogin.polimi.it/",
        "https://polimi.it/",
        "https://shibidp.polimi.it/idp",
        "https://evil.test/aunicalogin.polimi.it/",
        "https://evil.test?aunicalogin.polimi.it",
        "https://evil.test#aunicalogin.polimi.it",
        "https://aunicalogin.polimi.it@evil.test/",
        "https://user:password@aunicalogin.polimi.it/",
        "https://aunicalogin.polimi.it\\@evil.test/",
        "https://evil.test\\.aunicalogin.polimi.it/",
        "https://aunicalogin.polimi.it\t.evil.test/",
        "https://aunicalogin.polimi.it%2eevil.test/",
        "https://аunicalogin.polimi.it/",  # noqa: RUF001 - the first letter is a Cyrillic one
        "https://xn--unicalogin-8fi.polimi.it/",
        "https://aunicalogin。polimi.it/",
        "https:aunicalogin.polimi.it/",
        "https:///aunicalogin.polimi.it/",
        "//aunicalogin.polimi.it/",
        "https://sso.ateneo.test/",
        "https://ecomm.sportrick.com/sportpolimi/",
        "https://aunicalogin.polimi.it:99999/",
        "https://[aunicalogin.polimi.it/",
        "wss://aunicalogin.polimi.it/",
        "javascript:void('https://aunicalogin.polimi.it/')",
        "data:text/html,https://aunicalogin.polimi.it/",
        "blob:https://aunicalogin.polimi.it/1",
        "filesystem:https://aunicalogin.polimi.it/1",
        "about:blank",
        "file:///etc/passwd",
        "",
    ],
)
def test_what_only_looks_like_the_list_is_refused(url: str) -> None:
    assert not REAL.may_type(url)


@pytest.mark.parametrize(
    "url", ["http://localhost:8101/", "http://127.0.0.1:8100/", "http://localhost/", "http://127.0.0.2:8099/"]
)
def test_on_this_machine_every_port_is_another_host(url: str) -> None:
    assert not HERE.may_type(url)
    assert not HERE.may_visit(url)


def test_plain_http_is_for_this_machine_only_though_it_is_on_the_list() -> None:
    assert not Places("https://x.test", ("192.168.1.5:80",)).may_type("http://192.168.1.5/")
    assert Places("https://x.test", ("127.8.9.1:80",)).may_type("http://127.8.9.1/")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://ecomm.sportrick.com/anything", True),
        ("https://shibidp.polimi.it/idp/profile", True),
        ("https://polimi.it/", True),
        ("https://www.ateneo.test/", True),
        ("http://shibidp.polimi.it/", False),
        ("https://shibidp.polimi.it:8443/", False),
        ("https://www.sportrick.com/", False),
        ("https://ecomm.sportrick.com:444/", False),
        ("http://ecomm.sportrick.com/", False),
        ("https://evilpolimi.it/", False),
        ("https://polimi.it.evil.test/", False),
        ("https://shibidp.polimi.it@evil.test/", False),
        ("https://evil.test/", False),
    ],
)
def test_a_login_is_led_to_the_booking_site_and_the_neighbours_of_its_hosts_only(url: str, allowed: bool) -> None:
    assert REAL.may_visit(url) is allowed


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("aunicalogin.polimi.it", "polimi.it"),
        ("polimi.it", "polimi.it"),
        ("login.cam.ac.uk", "cam.ac.uk"),
        ("ac.uk", None),
        ("localhost", None),
        ("sso.localhost", None),
        ("192.168.1.5", None),
        ("::1", None),
        ("intranet", None),
    ],
)
def test_neighbours_share_the_registered_domain(host: str, domain: str | None) -> None:
    assert registered_domain(host) == domain


@pytest.mark.parametrize(
    ("url", "its_own"),
    [
        ("https://ecomm.sportrick.com/sportpolimi/", True),
        ("https://ecomm.sportrick.com/SportPolimi?x", True),
        ("https://ecomm.sportrick.com/sportpolimix/", False),
        ("https://ecomm.sportrick.com/anotherclub/", False),
        ("https://ecomm.sportrick.com.evil.test/sportpolimi/", False),
        ("https://shibidp.polimi.it/sportpolimi/", False),
    ],
)
def test_a_login_ends_under_the_booking_sites_own_address(url: str, its_own: bool) -> None:
    assert REAL.is_booking_site(url) is its_own


def test_only_cookies_of_the_booking_site_and_the_login_hosts_are_kept() -> None:
    domains = ("ecomm.sportrick.com", ".sportrick.com", "aunicalogin.polimi.it", ".polimi.it")
    others = (
        "evil.test",
        ".evil.test",
        "shibidp.polimi.it",
        "www.sportrick.com",
        ".shibidp.polimi.it",
        ".com.evil.test",
    )
    state = {
        "cookies": [{"name": "x", "domain": domain} for domain in domains + others],
        "origins": [{"origin": "https://ecomm.sportrick.com", "localStorage": [{"name": "x", "value": "y"}]}],
    }
    kept = REAL.own_state(state)
    assert [each["domain"] for each in kept["cookies"]] == list(domains)
    assert kept["origins"] == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AunicaLogin.polimi.it", "aunicalogin.polimi.it"),
        (" localhost:8100 ", "localhost:8100"),
        ("127.0.0.1:8100", "127.0.0.1:8100"),
        ("[::1]:8100", "[::1]:8100"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
    ],
)
def test_a_host_of_the_list_is_taken(written: str, meant: str) -> None:
    assert check_login_host(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        "", "https://aunicalogin.polimi.it", "aunicalogin.polimi.it/login", "*.polimi.it", ".polimi.it", "polimi.it.",
        "user@polimi.it", "polimi.it:0", "polimi.it:65536", "polimi.it:https", "polimi it", "bücher.test", "a..b",
        "-a.test", "127.1", "010.0.0.1", "::1", "[::1", "[0:0:0:0:0:0:0:1]", "a" * 64 + ".test",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="write it as aunicalogin"):
        check_login_host(written)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("http://ecomm.sportrick.com/sportpolimi", "write it with https://"),
        ("http://192.168.1.5:8099/x", "write it with https://"),
        ("http://localhost.evil.test/x", "write it with https://"),
        ("https://user@ecomm.sportrick.com/", "scheme, host and path only"),
        ("https://ecomm.sportrick.com/?x=1", "scheme, host and path only"),
        ("https://ecomm.sportrick.com:x/", "scheme, host and path only"),
        ("ftp://ecomm.sportrick.com/", "begins with http"),
    ],
)
def test_an_address_the_booking_site_cant_have_is_refused(written: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        check_base_url(written)


@pytest.mark.parametrize(
    "written", ["http://127.0.0.1:8099/x/", "http://localhost/x", "http://[::1]:1/x", "https://a.test/x/"]
)
def test_plain_http_is_taken_on_this_machine(written: str) -> None:
    assert check_base_url(written) == written.rstrip("/")

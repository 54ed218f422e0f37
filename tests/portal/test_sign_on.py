"""The sign-on lives on: password and code are sent only when the site asks, and what leads nowhere is given up."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

import booking
from demo.site import Site, SiteWorld
from domain.errors import Blocked, LoginBlocked, LoginRejected
from domain.model import RemarkKind
from portal import api
from portal.access import SiteLimits
from portal.login.codes import Codes
from portal.portal import Portal
from portal.session.site_session import SiteSession
from portal.storage.session_files import SessionFiles
from tests.support.clock import FakeClock
from tests.support.hostile import to
from tests.support.lent_browser import LentBrowser, lent, site  # noqa: F401 - a fixture
from tests.support.login_fixtures import (  # noqa: F401 - fixtures
    HOME,
    OTP_FORM,
    PASSWORD_FORM,
    RETURN,
    TILE,
    Attempt,
    Hosts,
    attempt,
    hosts,
)
from tests.support.sites import GIULIA, PASSWORD, TUESDAY, Steady, access, credentials, files_of

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

QUICK = "otpauth://totp/Polimi:10000001?secret=JBSWY3DPEHPK3PXP&period=5"


@pytest.fixture
def steady() -> Steady:
    return Steady()


@pytest.fixture
def lags() -> tuple[float, ...]:
    """Seconds between looks for a session that one server knows later than another; a test may want other ones."""
    return SiteLimits().session_lags


@pytest_asyncio.fixture(loop_scope="session")
async def at_the_site(
    engine: LentBrowser, site: Site, tmp_path: Path, site_clock: FakeClock, steady: Steady, lags: tuple[float, ...]
) -> AsyncIterator[Portal]:
    to = access(site, tmp_path, site_clock, steady=steady, limits=SiteLimits(session_lags=lags))
    async with lent(engine, to) as opened:
        yield opened


@pytest.fixture
def giulia(at_the_site: Portal, world: SiteWorld) -> SiteSession:
    """Somebody whose one-time codes change every five seconds."""
    world.accounts.people[GIULIA].period = 5
    return at_the_site.session(credentials(otp_url=QUICK))


def long_ago(session: SiteSession, steady: Steady) -> None:
    """Its login was."""
    kept = files_of(session).load()
    assert kept is not None
    files_of(session).save(kept)
    steady.move(100.0)


async def test_who_signed_on_needs_neither_password_nor_code_until_the_site_asks(
    giulia: SiteSession, world: SiteWorld, site_clock: FakeClock, steady: Steady
) -> None:
    world.switches.sign_on_minutes = 60
    for minutes, passwords in ((0, 1), (50, 1), (61, 2)):
        site_clock.go(seconds=minutes * 60)
        await booking.my_bookings(giulia)
        assert (world.accounts.login_attempts[GIULIA], len(world.accounts.codes_received[GIULIA])) == (
            passwords,
            passwords,
        )
        world.accounts.end_sessions()
        long_ago(giulia, steady)


@pytest.mark.parametrize("backwards", [False, True])
async def test_every_page_of_the_simulated_sign_on_is_passed_in_whatever_order(
    giulia: SiteSession, world: SiteWorld, backwards: bool
) -> None:
    pages = ["expiring", "code", "notice", "matricola", "extension"]
    world.switches.update({"login_pages": pages[::-1] if backwards else pages, "chooser": backwards})
    assert await booking.my_bookings(giulia) == ()
    assert (world.accounts.login_attempts[GIULIA], len(world.accounts.codes_received[GIULIA])) == (1, 1)
    told = {each.kind: each.words for each in giulia.take_login_remarks()}
    assert "900001" in told[RemarkKind.MATRICOLA_CHOSEN]
    assert "tra 9 giorni" in told[RemarkKind.PASSWORD_EXPIRES]
    assert "secondo fattore" in told[RemarkKind.SITE_NOTICE]
    assert giulia.take_login_remarks() == ()


@pytest.mark.parametrize("style", ["message", "alert"])
async def test_a_refused_password_is_told_in_the_sites_words(at_the_site: Portal, world: SiteWorld, style: str) -> None:
    world.switches.update({"login_error": style})
    with pytest.raises(LoginRejected, match="Codice Persona o password errati"):
        await booking.my_bookings(at_the_site.session(credentials(password="sbagliata")))
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_a_rehearsal_proves_password_and_code_though_the_sign_on_lives(
    giulia: SiteSession, world: SiteWorld
) -> None:
    world.switches.sign_on_minutes = 60
    await giulia.renew()
    await giulia.renew()
    assert world.accounts.login_attempts[GIULIA] == 2
    assert len(set(world.accounts.codes_received[GIULIA])) == 2


@pytest.mark.parametrize(
    ("servers", "lag", "known_go_home"),  # True: from server to server in a circle of redirects
    [(2, 0.5, False), (2, 3.0, True), (3, 2.0, True), (3, 5.0, False)],
)
async def test_a_session_that_one_server_knows_later_is_no_login_loop(
    giulia: SiteSession, world: SiteWorld, servers: int, lag: float, known_go_home: bool
) -> None:
    world.switches.update({"servers": servers, "session_lag": lag, "servers_told": "nothing"})
    world.switches.update({"known_go_home": known_go_home, "sign_on_minutes": 60.0})
    for _ in range(3):
        assert await booking.my_bookings(giulia) == ()
    assert (world.accounts.login_attempts[GIULIA], len(world.accounts.codes_received[GIULIA])) == (1, 1)


@pytest.mark.parametrize("told", ["redirect", "401", "403"])
async def test_a_call_that_a_server_refuses_since_it_knows_a_new_session_later_is_made_again(
    giulia: SiteSession, world: SiteWorld, steady: Steady, told: str
) -> None:
    await booking.my_bookings(giulia)
    activity = world.slot(TUESDAY, course="PILATES MATWORK").activity_id
    world.switches.update({"servers": 2, "servers_told": "cookie", "session_end": told, "session_lag": 2.0})
    world.accounts.end_sessions()
    long_ago(giulia, steady)
    for _ in range(3):
        assert (await api.schedule(giulia, activity, "Classes", TUESDAY)).text.startswith("{")
        await booking.my_bookings(giulia)
    assert world.accounts.login_attempts[GIULIA] == 2


@pytest.mark.parametrize("lags", [(0.0,) * 5])
@pytest.mark.parametrize(("status", "passwords"), [(401, 2), (403, 1)])
async def test_a_site_that_refuses_every_booking_is_told_and_gets_one_more_password_at_the_most(
    giulia: SiteSession, world: SiteWorld, steady: Steady, status: int, passwords: int
) -> None:
    await booking.my_bookings(giulia)
    world.faults.fail = {"BookAppointment": status}
    for _ in range(3):
        long_ago(giulia, steady)
        with pytest.raises(Blocked):
            await api.book_appointment(giulia, "1")
        await booking.my_bookings(giulia)
    assert world.accounts.login_attempts[GIULIA] == passwords
    world.faults.fail = {}
    world.accounts.end_sessions()
    long_ago(giulia, steady)
    assert (await api.book_appointment(giulia, "1")).text.startswith("{")  # a session that ends is still made anew


async def test_a_login_that_stops_after_the_password_sends_no_second_one_for_the_sign_on(
    attempt: Attempt, hosts: Hosts
) -> None:
    signs_on(hosts, PASSWORD_FORM)
    await attempt.session.renew()
    hosts["login"].pages["/password"] = "<p>Una pagina che nessuno conosce</p>"
    with pytest.raises(LoginBlocked):
        await again(attempt)
    assert passwords(hosts) == 2
    hosts["login"].pages["/password"] = OTP_FORM
    hosts["login"].pages["/aunicalogin"] = lambda request: web.Response(
        text="Sessione non valida" if "SSO_LOGIN" in request.cookies else PASSWORD_FORM, content_type="text/html"
    )
    attempt.store.forget_rejection()
    await again(attempt)  # from nothing, the next time
    assert passwords(hosts) == 3


@pytest.mark.parametrize("lags", [(0.0, 0.0)])
async def test_a_session_that_no_server_ever_knows_sends_one_password(giulia: SiteSession, world: SiteWorld) -> None:
    world.switches.update({"servers": 4, "session_lag": 1000.0})
    with pytest.raises(LoginBlocked, match="asks to log in all the same"):
        await booking.my_bookings(giulia)
    assert world.accounts.login_attempts[GIULIA] == 1


# ----- what the sign-on's cookies may do


def signs_on(hosts: Hosts, then: web.Response | str) -> None:
    """A login host that gives a cookie, and answers `then` to who shows it."""
    login, home = hosts["login"], hosts["booking"].address + HOME
    given = web.Response(text=RETURN.format(f"{home}/acs"), content_type="text/html")
    given.headers["Set-Cookie"] = "SSO_LOGIN=sign-on-of-somebody; Path=/; HttpOnly"

    def arrive(request: web.Request) -> web.Response:
        if "SSO_LOGIN" in request.cookies:
            return web.Response(text=then, content_type="text/html") if isinstance(then, str) else then
        return web.Response(text=PASSWORD_FORM, content_type="text/html")

    login.pages |= {"/aunicalogin": arrive, "/password": OTP_FORM, "/otp": given}
    hosts["booking"].pages |= {f"{HOME}/Booking": "<div id=event-repository></div>"}


async def again(attempt: Attempt) -> None:
    """A login because the session has ended."""
    await attempt.session.renew(whole=False)


def passwords(hosts: Hosts) -> int:
    return len([each for each in hosts["login"].received if PASSWORD in each])


async def test_the_cookies_of_the_sign_on_are_shown_to_the_login_host_alone(attempt: Attempt, hosts: Hosts) -> None:
    signs_on(hosts, RETURN.format(f"{hosts['booking'].address}{HOME}/acs"))
    await attempt.session.renew()
    await booking.my_bookings(attempt.session)
    await again(attempt)
    assert passwords(hosts) == 1
    assert not any(host.told("sign-on-of-somebody") for host in hosts.values() if host.name != "login")
    kept = attempt.stored.state()
    assert kept
    assert all(each["name"] != "SSO_LOGIN" for each in kept["cookies"])
    hosts["booking"].pages[f"{HOME}/Booking"] = web.Response(
        text="<div id=event-repository></div>", headers={"Set-Cookie": "renewed=1; Path=/", "Content-Type": "text/html"}
    )
    await booking.my_bookings(attempt.session)
    await again(attempt)
    assert passwords(hosts) == 1  # what the booking site renewed has not cost the sign-on


@pytest.mark.parametrize(
    "then",
    [
        to("/aunicalogin"),
        web.Response(status=500, text="<h1>Error</h1>", content_type="text/html"),
        "<title>Errore</title><p>Sessione non valida",
        "<p>x</p><script>location = '/aunicalogin?' + Math.random()</script>",
    ],
    ids=["circle", "error", "page", "pages in a circle"],
)
async def test_a_sign_on_that_confuses_the_site_is_given_up_for_a_login_from_nothing(
    attempt: Attempt, hosts: Hosts, then: web.Response | str
) -> None:
    signs_on(hosts, then)
    await attempt.session.renew()
    await again(attempt)
    assert passwords(hosts) == 2
    assert len(set(attempt.store.sent_codes())) == 2


async def test_a_password_that_is_refused_is_not_sent_again_for_the_sign_on(attempt: Attempt, hosts: Hosts) -> None:
    signs_on(hosts, PASSWORD_FORM)
    await attempt.session.renew()
    hosts["login"].pages["/password"] = "<p role=alert>Password errata</p>" + PASSWORD_FORM
    with pytest.raises(LoginRejected):
        await again(attempt)
    assert passwords(hosts) == 2


# ----- no code twice


async def test_no_code_is_sent_twice_though_the_clock_is_set_back_and_forth(tmp_path: Path) -> None:
    clock = FakeClock(datetime(2026, 11, 26, 12, 0, 15, tzinfo=UTC))

    async def sleep(seconds: float) -> None:
        clock.go(seconds=seconds)

    sent = []
    for seconds in (0, 0, -600, 600 - 90, 0, -45, 3600, -3600, 5):
        clock.go(seconds=seconds)
        codes = Codes(credentials(), SessionFiles(tmp_path, 42, GIULIA), clock, lambda: False, sleep)
        sent.append(await codes.next())
    assert len(set(sent)) == len(sent)


ONE_CODE = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from domain.model import Credentials
from portal import api
from portal.login.codes import Codes
from portal.storage.session_files import SessionFiles

async def main():
    store = SessionFiles(Path(sys.argv[1]), 42, "10000001")
    person = Credentials(42, "10000001", "x", sys.argv[2])
    async with store.locked():
        print(await Codes(person, store, lambda: datetime.now(UTC), lambda: True).next())

asyncio.run(main())
"""


@pytest.mark.process
async def test_two_processes_in_one_step_send_two_codes(tmp_path: Path) -> None:
    quicker = QUICK.replace("period=5", "period=2")  # nobody types these
    run = [sys.executable, "-c", ONE_CODE, str(tmp_path), quicker]
    pipe = asyncio.subprocess.PIPE
    both = [await asyncio.create_subprocess_exec(*run, stdout=pipe) for _ in range(2)]
    codes = {(await each.communicate())[0] for each in both}
    assert len(codes) == 2
    assert b"" not in codes


async def test_a_note_of_a_single_code_of_an_earlier_version_still_counts(tmp_path: Path) -> None:
    store = SessionFiles(tmp_path, 42, GIULIA)
    counter = int(time.time() // 30)
    (tmp_path / "42.otp").write_text(str(counter))
    assert store.sent_codes() == [counter]

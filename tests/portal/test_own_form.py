"""A club with a login form of its own, under its own name on the platform's host: where is typed, and where not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

import booking
from demo.site import Site, SiteWorld
from demo.site.tenant import ANOTHER
from domain.errors import LoginBlocked, LoginDiverted, LoginRejected, OtpMissing
from domain.model import Credentials
from portal.portal import Portal
from tests.support.clock import FakeClock
from tests.support.hostile import to
from tests.support.lent_browser import LentBrowser, lent
from tests.support.login_fixtures import HOME, OTP_FORM, TILE, Attempt, attempt, hosts  # noqa: F401 - fixtures
from tests.support.sites import PASSWORD, TUESDAY, access, credentials, files_of, person, running_clock

pytestmark = pytest.mark.asyncio(loop_scope="session")

MEMBER = "giulia@circolo.example"
LOGIN = f"{HOME}/Account/Login"
FORM = (
    "<form method=post action='{0}'><label>Nome utente <input name=UserName></label><label>Password"
    " <input name=Password type=password></label><button type=submit>Accedi</button></form>"
)


def member(password: str = PASSWORD) -> Credentials:
    return credentials(username=MEMBER, password=password, otp_url="")


# ----- the simulated club


@pytest.fixture
def world() -> SiteWorld:
    made = SiteWorld(clock=running_clock(), people=[person(MEMBER)], tenant=ANOTHER, opening_days=7)
    made.switches.own_form = True
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def at_the_club(engine: LentBrowser, world: SiteWorld, tmp_path: Path) -> AsyncIterator[Portal]:
    clock: FakeClock = running_clock()
    async with Site(world) as site, lent(engine, replace(access(site, tmp_path, clock), login_hosts=())) as opened:
        yield opened


async def test_user_name_and_password_are_enough(at_the_club: Portal, world: SiteWorld) -> None:
    session = at_the_club.session(member())
    assert await booking.my_bookings(session) == ()
    assert world.accounts.passwords_received[MEMBER] == [PASSWORD]
    assert not [each for each in world.log if each.host == "sso"]
    assert all(each.path.startswith("/circoloesempio") for each in world.log)
    found = await booking.timetable(session, [TUESDAY])
    assert found.slots


async def test_a_session_that_has_ended_is_made_anew(at_the_club: Portal, world: SiteWorld) -> None:
    session = at_the_club.session(member())
    await session.renew()
    world.accounts.end_sessions()
    await session.renew()
    assert await booking.my_bookings(session) == ()
    assert world.accounts.login_attempts[MEMBER] == 2


async def test_a_wrong_password_is_sent_once_and_told_in_the_sites_words(at_the_club: Portal, world: SiteWorld) -> None:
    with pytest.raises(LoginRejected, match="Nome utente o password non corretti"):
        await booking.my_bookings(at_the_club.session(member("sbagliata")))
    assert world.accounts.login_attempts[MEMBER] == 1


# ----- pages that a test writes


@pytest.fixture
def club(attempt: Attempt) -> Attempt:  # noqa: F811
    """The booking host has a form of its own."""
    attempt.configure(login_hosts=())
    attempt.is_of(username=MEMBER, otp_url="")
    attempt.hosts["booking"].pages[LOGIN] = FORM.format(f"{HOME}/in")
    attempt.hosts["booking"].pages[f"{HOME}/in"] = to(f"{HOME}/")
    return attempt


async def test_the_form_of_the_club_is_filled_in_and_sent(club: Attempt) -> None:
    await club.session.renew()
    assert club.hosts["booking"].told(PASSWORD)
    assert files_of(club.session).load() is not None


async def test_no_password_goes_to_another_club_on_the_same_host(club: Attempt) -> None:
    for led in ("/altroclub/in", f"{HOME}x/in", f"{HOME}/..%2Faltroclub/in"):
        club.hosts["booking"].pages[LOGIN] = FORM.format(led)
        with pytest.raises(LoginDiverted):
            await club.session.renew(asked=True)
    assert not club.hosts["booking"].told(PASSWORD)


async def test_no_password_goes_to_a_stranger_or_to_a_sign_on_that_nobody_named(club: Attempt) -> None:
    for host in ("stranger", "login"):
        club.hosts["booking"].pages[LOGIN] = FORM.format(f"{club.hosts[host].address}/in")
        with pytest.raises(LoginDiverted):
            await club.session.renew(asked=True)
        assert not club.hosts[host].told(PASSWORD)


async def test_a_code_that_nobody_has_is_told(club: Attempt) -> None:
    club.hosts["booking"].pages[f"{HOME}/in"] = OTP_FORM
    with pytest.raises(OtpMissing):
        await club.session.renew()


async def test_a_page_behind_the_form_that_nobody_knows_is_not_clicked(club: Attempt) -> None:
    club.hosts["booking"].pages[f"{HOME}/in"] = (
        f"<h1>Rinnova la quota</h1><form method=post action='{HOME}/rinnova'><button>Continua</button></form>"
    )
    club.hosts["booking"].pages[f"{HOME}/rinnova"] = TILE
    with pytest.raises(LoginBlocked, match="Rinnova la quota"):
        await club.session.renew()
    assert not club.hosts["booking"].told("/rinnova")

"""A booking site, a login host and a stranger, whose pages a test writes, and a login there with a real browser.

A test file imports the fixtures by name, and runs in the session's loop.
"""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from domain.errors import LoginDiverted, SiteError
from domain.model import Credentials
from otp_extractor import parse
from portal.access import SiteAccess
from portal.resources import Account
from portal.session.stored import StoredSession
from tests.support.hostile import Host, serving, to
from tests.support.lent_browser import LentBrowser, lent
from tests.support.sites import OTP_URL, PATIENT, ROME, chromium, credentials, files_of, running_clock

HOME = "/sportpolimi"
TILE = "<title>Home</title><a id=home_btt_booking href=#>Booking</a>"
ENTER = "<form method=post action='{0}/sso'><button class=green type=submit>Accedi al tuo account</button></form>"
FIELDS = "<input id=login name=login><input id=password name=password type=password>"
BUTTON = "<div class=aunicalogin-button-accedi><button {0}>Accedi</button></div>"
PASSWORD_FORM = f"<title>Servizi Online</title><form method=post action=/password>{FIELDS}{BUTTON.format('')}</form>"
OTP_FORM = "<form method=post action=/otp><input id=otp name=otp><button id=submit-dissms>Continua</button></form>"
RETURN = (
    "<form id=r method=post action='{0}'><input type=hidden name=SAMLResponse value=x></form>"
    "<script>r.submit()</script>"
)

Hosts = dict[str, Host]


@pytest_asyncio.fixture(loop_scope="session")
async def hosts() -> AsyncIterator[Hosts]:
    """All of them honest, until a test makes one otherwise."""
    async with serving() as running:
        booking, login = running["booking"], running["login"]
        booking.pages = {
            f"{HOME}/Account/Login": ENTER.format(HOME),
            f"{HOME}/sso": to(f"{login.address}/aunicalogin"),
            f"{HOME}/acs": to(f"{HOME}/"),
            f"{HOME}/": TILE,
        }
        login.pages = {
            "/aunicalogin": PASSWORD_FORM,
            "/password": OTP_FORM,
            "/otp": RETURN.format(f"{booking.address}{HOME}/acs"),
        }
        yield running


class Attempt:
    """One login against those hosts, with the browser lent to it."""

    number = 0

    def __init__(self, engine: LentBrowser, hosts: Hosts, state_dir: Path) -> None:
        Attempt.number += 1
        self.who: Credentials = credentials(Attempt.number, otp_url=OTP_URL + "&period=1")
        self.hosts = hosts
        self._engine, clock = engine, running_clock()
        self.access = SiteAccess(
            base_url=hosts["booking"].address + HOME,
            login_hosts=(hosts["login"].address.removeprefix("http://"),),
            state_dir=state_dir,
            timezone=ROME,
            executable_path=chromium(),
            clock=clock,
            sleep=clock.sleep,
            timeout_seconds=PATIENT,
        )
        self.configure()
        self.store = files_of(self.session)
        self.evidence = state_dir / "evidence"

    def configure(self, **access: Any) -> None:
        """With that in the configuration of the site; it begins anew, with what is on disk."""
        self.access = dataclasses.replace(self.access, **access)
        self.portal = lent(self._engine, self.access)
        self.session = self.portal.session(self.who)

    def is_of(self, **credentials: Any) -> None:
        """The person has that in the configuration."""
        self.who = dataclasses.replace(self.who, **credentials)
        self.session = self.portal.session(self.who)

    @property
    def stored(self) -> StoredSession:
        """The session as any process finds it on disk."""
        return StoredSession(Account(self.who, self.session.redactor, self.store), self.access.places)

    async def diverted(self) -> str:
        """How the error puts it. Asserts that nothing left and nothing was kept."""
        with pytest.raises(SiteError) as caught:
            await self.session.renew()
        assert type(caught.value) is LoginDiverted, caught.value
        self.kept_to_itself()
        assert self.store.load() is None
        assert caught.value.evidence is None
        assert not list(self.evidence.rglob("*.png"))
        assert not any(word in str(caught.value) for word in self.secrets)
        return str(caught.value)

    @property
    def secrets(self) -> list[str]:
        password, sent = parse(self.who.otp_url), self.store.sent_codes()
        return [self.who.password, self.who.username, *map(password.code, sent[-1:])]

    def kept_to_itself(self) -> None:
        for host in self.hosts.values():
            if host.name != "login":
                assert not any(host.told(word) for word in self.secrets), host.name


@pytest_asyncio.fixture(loop_scope="session")
async def attempt(engine: LentBrowser, hosts: Hosts, tmp_path: Path) -> AsyncIterator[Attempt]:
    made = Attempt(engine, hosts, tmp_path)
    yield made
    await made.portal.close()

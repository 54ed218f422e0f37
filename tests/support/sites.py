"""Fixtures of the simulated site for the tests that go there: people, a portal, a session. Use them with

pytest_plugins = ["tests.support.sites"]
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.site import Person, Site, SiteWorld
from domain.model import ClassRef, Credentials, clock_time
from portal.access import SiteAccess
from portal.browser.chromium import installed
from portal.read_back import ReadBack
from portal.session.site_session import SiteSession
from portal.storage.session_files import SessionFiles
from safety.personal_files import SESSIONS
from tests.support.clock import FakeClock

ROME = ZoneInfo("Europe/Rome")
SECRET = "JBSWY3DPEHPK3PXP"
PATIENT = 15.0  # s for an answer, or one step on a page, where all shall go well: a busy machine may need them
PASSWORD = "una-password-finta"
GIULIA = "10000001"
MARCO = "10000002"
NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)  # a Sunday: Tuesday's classes are open, Wednesday's are not
TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)
OTP_URL = f"otpauth://totp/Polimi:{GIULIA}?secret={SECRET}"


def running_clock() -> FakeClock:
    """Runs like the real one, but from noon of a Sunday; can be moved."""
    return FakeClock(NOON, runs=True)


class Steady:
    """Counts seconds like the real one; a test lets some pass at once."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self._ahead

    def move(self, seconds: float) -> None:
        self._ahead += seconds


def chromium() -> str:
    """The browser of this machine."""
    found = os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH") or installed("")
    if not found:
        pytest.skip("no Chromium on this machine")
    return found


def credentials(
    user_id: int = 1,
    username: str = GIULIA,
    password: str = PASSWORD,
    otp_url: str = OTP_URL,
    matricola: str = "",
) -> Credentials:
    return Credentials(user_id, username, password, otp_url, matricola)


def person(username: str = GIULIA) -> Person:
    return Person(username, PASSWORD, SECRET, name="Giulia")


def access(
    site: Site,
    state_dir: Path,
    clock: FakeClock,
    timeout: float = PATIENT,
    read_back: ReadBack | None = None,
    **more: Any,
) -> SiteAccess:
    """What is waited for by the clock alone is there at once, unless `sleep` says otherwise."""
    return SiteAccess(
        base_url=site.base_url,
        login_hosts=(site.login_host,),
        state_dir=state_dir,
        timezone=ROME,
        executable_path=chromium(),
        clock=clock,
        timeout_seconds=timeout,
        read_back=read_back or ReadBack(),
        **{"sleep": clock.sleep, **more},
    )


def nowhere(base_url: str, **more: Any) -> SiteAccess:
    """The way to a site of which only pages exist, that a test writes."""
    login_host = base_url.removeprefix("http://")
    return SiteAccess(base_url=base_url, login_hosts=(login_host,), state_dir=Path(), timezone=ROME, **more)


def wish(world: SiteWorld, day: date = TUESDAY, course: str = "PILATES MATWORK", start: str | None = None) -> ClassRef:
    """Something the simulated timetable really has on that day."""
    slot = world.slot(day, course=course, start=start) if start else world.slot(day, course=course)
    return ClassRef(slot.course, slot.activity.partition(" - ")[0], slot.date, clock_time(slot.start))


def only_pages_get_schedules(world: SiteWorld) -> None:
    """From now on the calendar's own requests do not behave as the contract says; the site's pages do."""
    world.faults.pages_only = True
    world.faults.where["pages_only"] = "GetActivitySchedule"


def enter(session: SiteSession, site: Site) -> None:
    """Gives the account a stored session without the long way through the login."""
    files_of(session).save({"cookies": [cookie(site)], "origins": []})


def files_of(session: SiteSession) -> SessionFiles:
    """The files of that account, as any process has them."""
    person = session.credentials
    return SessionFiles(session.access.state_dir / SESSIONS, person.user_id, person.username)


def cookie(site: Site, username: str = GIULIA) -> dict[str, object]:
    return {
        "name": ".ASPXAUTH_SOCIALBOOKING",
        "value": site.world.accounts.open_session(username),
        "domain": "127.0.0.1",
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }

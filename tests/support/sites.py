"""Fixtures of the simulated site for the tests that go there: people, a portal, a session. Use them with

pytest_plugins = ["tests.support.sites"]
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.site import Person, Site, SiteWorld
from domain.model import ClassRef, Credentials, clock_time
from portal.access import SiteAccess
from portal.browser import installed
from portal.read_back import ReadBack
from portal.session import SiteSession
from tests.support.clock import FakeClock

ROME = ZoneInfo("Europe/Rome")
SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "una-password-finta"
GIULIA = "10000001"
NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)  # a Sunday: Tuesday's classes are open, Wednesday's are not
TUESDAY = date(2026, 11, 24)
SATURDAY = date(2026, 11, 28)
OTP_URL = f"otpauth://totp/Polimi:{GIULIA}?secret={SECRET}"


def running_clock() -> FakeClock:
    """Runs like the real one, but from noon of a Sunday; can be moved."""
    return FakeClock(NOON, runs=True)


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
    clock: Callable[[], datetime],
    timeout: float = 4.0,
    read_back: ReadBack | None = None,
) -> SiteAccess:
    return SiteAccess(
        base_url=site.base_url,
        login_hosts=(site.login_host,),
        state_dir=state_dir,
        timezone=ROME,
        executable_path=chromium(),
        clock=clock,
        timeout_seconds=timeout,
        read_back=read_back or ReadBack(),
    )


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
    session._store.save({"cookies": [cookie(site)], "origins": []})


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

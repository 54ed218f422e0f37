"""The simulated site keeps the contract: the whole flow in a real Chromium, the rest by plain HTTP."""

import json
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from bs4 import BeautifulSoup
from playwright.async_api import Page, async_playwright

from demo.site import Outcome, Person, Site, SiteWorld, Slot

GIULIA, MARCO = "10000001", "10000002"
SECRET = "JBSWY3DPEHPK3PXP"
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)  # its classes opened on Sunday at 00:00
SATURDAY = date(2026, 11, 28)  # its classes open on Thursday
GYM = "Giuriati - Fit Center"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime = SUNDAY) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Client:
    """Somebody who is logged in and sends the calendar's own requests."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self.http = http
        self._base = site.base_url

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self._base + path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **form: Any) -> aiohttp.ClientResponse:
        answer = await self.http.post(self._base + path, data=form, allow_redirects=False)
        await answer.read()
        return answer

    async def book(self, slot: Slot) -> dict[str, Any]:
        answer = await self.post("/Booking/BookAppointment", appointmentID=slot.appointment_id)
        body: dict[str, Any] = await answer.json()
        return body

    async def schedule(self, day: date, activity_id: str) -> list[dict[str, Any]]:
        form = {"currentDate": day.isoformat(), "activityID": activity_id, "skillID": 0, "activityFlags": "Classes"}
        answer = await self.post("/Booking/GetActivitySchedule", getForCatchUp="false", **form)
        body = await answer.json()
        assert body["status"] == "OK"
        data: list[dict[str, Any]] = body["data"]
        return data


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def world(clock: Clock) -> SiteWorld:
    people = [Person(GIULIA, "password", SECRET, name="Giulia"), Person(MARCO, "segreta", SECRET)]
    return SiteWorld(clock=clock, people=people)


@pytest.fixture
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@asynccontextmanager
async def logged_in(site: Site, username: str = GIULIA) -> AsyncIterator[Client]:
    cookies = {".ASPXAUTH_SOCIALBOOKING": site.world.accounts.open_session(username)}
    async with aiohttp.ClientSession(cookies=cookies) as http:
        yield Client(site, http)


@pytest.fixture
async def giulia(site: Site) -> AsyncIterator[Client]:
    async with logged_in(site) as client:
        yield client


@pytest.fixture
def pilates(world: SiteWorld) -> Slot:
    return world.slot(TUESDAY, course="PILATES MATWORK", start="18:00")


@pytest.fixture
def not_open(world: SiteWorld) -> Slot:
    return world.slot(SATURDAY, course="PILATES MATWORK")


# ----- in a real browser


def chromium() -> str:
    named = os.environ.get("POLIMISPORT_BROWSER__EXECUTABLE_PATH")
    return named or shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        try:
            page = await browser.new_page(locale="it-IT", timezone_id="America/New_York")
            page.set_default_timeout(10_000)
            yield page
        finally:
            await browser.close()


async def log_in(page: Page, site: Site) -> None:
    await page.goto(f"{site.base_url}/Account/Login?returnUrl=%2Fsportpolimi%2F")
    await page.locator(".iubenda-cs-accept-btn").click()
    await page.locator("button[type=submit].green:not(.pull-right)").click()
    await page.get_by_role("textbox", name="Codice Persona").fill(GIULIA)
    await page.get_by_role("textbox", name="Password").fill("password")
    await page.locator(".aunicalogin-button-accedi").get_by_role("button", name="Accedi").click()
    await page.get_by_role("textbox", name="OTP").fill(site.world.accounts.people[GIULIA].code(site.world.clock()))
    await page.locator("#submit-dissms").click()
    await page.locator("#home_btt_booking > div").click()
    await page.locator("#event-repository").wait_for()


async def open_calendar(page: Page, activity: str) -> None:
    await page.locator(".btn_nuovaprenotazione.standard-booking.btn").click()
    await page.locator(".list-group-item", has_text=activity).click()
    await page.locator("#booking-calendar").wait_for(state="visible")


async def test_a_person_logs_in_books_and_cancels_with_a_browser(
    page: Page, site: Site, world: SiteWorld, pilates: Slot
) -> None:
    await log_in(page, site)
    assert world.login_attempts[GIULIA] == len(world.codes_received[GIULIA]) == 1
    await open_calendar(page, "Giuriati - Corsi Platinum")
    day = page.locator("#day-schedule-container .day-column[data-date-offset='2']")
    assert await day.locator("h3.day-schedule-label").inner_text() == "Martedì, 24 nov"
    slot = day.locator(".event-slot.slot-available", has=page.locator(".time-start", has_text="18:00"))
    assert await slot.locator(".skill").inner_text() == "PILATES MATWORK"
    assert await slot.locator(".slot-description2").inner_text() == "con BIANCHI LAURA"
    assert re.fullmatch(r"Posti disponibili: \d+", await slot.locator(".slot-description3").inner_text())
    await slot.click()
    await page.locator("#booking-confirm-container #btnConfirmAppointmentBooking").click()
    await page.locator("#srModal_g_confirm_dialog [data-modalrole='cancel']").click()
    block = page.locator("#event-repository .event-main-block")
    await block.wait_for()
    assert await block.locator(".event-info-schedule").inner_text() == "24/11/2026"
    assert await block.locator(".time-start").inner_text() == "18:00"
    assert await block.locator(".event-info-skill-level").inner_text() == "PILATES MATWORK"
    assert world.bookings(GIULIA) == [pilates]
    await block.locator("button.btn-delete").click()
    await page.get_by_role("button", name="Sì").click()
    await page.get_by_role("button", name="Ok").click()
    await page.locator(".event-empty").wait_for()
    assert world.bookings(GIULIA) == []


async def test_the_calendar_moves_by_days_and_back(page: Page, site: Site) -> None:
    await log_in(page, site)
    await open_calendar(page, GYM)
    shown = page.locator("#day-schedule-container .day-column")
    await page.locator("a.btn-move-date[data-date-target='+1']").click(click_count=2)
    await page.locator("#day-schedule-container [data-date-offset='4']").wait_for()
    assert await shown.evaluate_all("all => all.map(each => each.dataset.dateOffset)") == ["2", "3", "4"]
    await page.locator("a.btn-move-date[data-date-target='-1']").click()
    await page.locator("#day-schedule-container [data-date-offset='1']").wait_for()
    await page.get_by_role("link", name="Oggi").click()
    await page.locator("#day-schedule-container [data-date-offset='0']").wait_for()
    assert await page.locator(".day-column .event-slot").count() == 6 + 10 + 10
    await page.get_by_role("link", name="Attività").click()
    assert await page.locator(".list-group-item").last.inner_text() == GYM

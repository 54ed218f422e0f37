"""The simulated site in a real Chromium: a person logs in, looks around, books and cancels with the pages alone."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
from playwright.async_api import Page, async_playwright, expect

from demo.site import Person, Site, SiteWorld, Slot

GIULIA = "10000001"
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)  # its classes opened on Sunday at 00:00
GYM = "Giuriati - Fit Center"


@pytest.fixture
def world() -> SiteWorld:
    return SiteWorld(clock=lambda: SUNDAY, people=[Person(GIULIA, "password", "JBSWY3DPEHPK3PXP", name="Giulia")])


@pytest.fixture
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest.fixture
def pilates(world: SiteWorld) -> Slot:
    return world.slot(TUESDAY, course="PILATES MATWORK", start="18:00")


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


async def test_the_page_shows_the_reason_of_a_refusal(page: Page, site: Site, world: SiteWorld) -> None:
    await log_in(page, site)
    await open_calendar(page, GYM)
    await page.locator(".event-slot.slot-available").first.click()
    button = page.locator("#btnConfirmAppointmentBooking")
    await button.wait_for()
    for slot in world.slots(SUNDAY.date()):
        world.fill(slot.appointment_id)
    await button.click()
    await expect(page.locator("#srModal_g_alert_dialog .modal-body")).to_contain_text("Posti esauriti")
    await page.get_by_role("button", name="Ok").click()
    await page.locator("#booking-calendar").wait_for(state="visible")
    assert world.bookings(GIULIA) == []


async def test_a_full_slot_with_a_waiting_list_offers_lista_and_answers_ok(
    page: Page, site: Site, world: SiteWorld
) -> None:
    world.faults.waiting_list = True
    slot = world.slot(SUNDAY.date(), start="12:00", activity=GYM)
    world.fill(slot.appointment_id)
    await log_in(page, site)
    await open_calendar(page, GYM)
    box = page.locator(".day-column[data-date-offset='0'] .event-slot", has_text="12:00")
    assert await box.locator(".slot-notes-after").inner_text() == "Lista"
    await box.click()
    await page.get_by_role("button", name="Lista").click()
    await page.get_by_role("button", name="Ok").click()
    await page.locator(".event-empty").wait_for()
    assert world.waiting(slot.appointment_id) == {GIULIA}


async def test_pages_can_be_in_the_way(page: Page, site: Site, world: SiteWorld) -> None:
    await log_in(page, site)
    world.faults.dead_first_click = world.faults.banner_over_button = True
    world.faults.times = {"banner_over_button": 1}
    await page.goto(f"{site.base_url}/Booking/ChooseActivity")
    await page.get_by_role("button", name="Chiudi questa informativa").click()
    link = page.locator(".list-group-item").first
    await link.click()
    assert page.url.endswith("ChooseActivity")
    await link.click()
    await page.locator("#booking-calendar").wait_for(state="visible")

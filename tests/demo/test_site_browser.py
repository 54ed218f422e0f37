"""The simulated site in a real Chromium: a person logs in, looks around, books and cancels with the pages alone."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from demo.site import Person, Site, SiteWorld, Switches
from tests.support.lent_browser import LentBrowser

pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

GIULIA = "10000001"
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)  # its classes opened on Sunday at 00:00
GYM = "Giuriati - Fit Center"


@pytest.fixture
def world() -> SiteWorld:
    return SiteWorld(clock=lambda: SUNDAY, people=[Person(GIULIA, "password", "JBSWY3DPEHPK3PXP", name="Giulia")])


@pytest_asyncio.fixture(loop_scope="session")
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def page(engine: LentBrowser) -> AsyncIterator[Page]:
    _, browser = engine
    page = await browser.new_page(locale="it-IT", timezone_id="America/New_York")
    yield page
    await page.close()


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


GYM_SLOT = ".day-column[data-date-offset='2'] > :nth-child(3) > .event-slot.slot-available"
CANCELLED = (("click", "button.btn-delete"), ("click", "role=button[name='Sì']"), ("click", "role=button[name='Ok']"))
# What two public clients of the real site go by, step by step (site-contract.md): the first clicks on what it sees, the
# second on what it has recorded. PERSON and CODE stand for what is typed.
CLIENTS = {
    "by names": (
        ("click", "role=button[name='Chiudi questa informativa']"),
        ("click", "role=button[name='Accedi al tuo account']"),
        ("fill", "role=textbox[name='Codice Persona']", "PERSON"),
        ("fill", "role=textbox[name='Password']", "password"),
        ("click", "role=button[name='Accedi']"),
        ("fill", "role=textbox[name='OTP']", "CODE"),
        ("click", "role=button[name='Continua']"),
        ("click", "div:text-matches('^Booking Prenotazioni e noleggi View more$')"),
        ("click", "role=link[name='Nuova Prenotazione']"),
        ("click", ".list-group-item:has-text('Giuriati - Corsi Platinum')"),
        ("see", "[data-date-offset='2'] > h3.day-schedule-label:text-is('Martedì, 24 nov')"),
        ("see", ".event-slot:has(.skill:text-is('PILATES MATWORK')) > .slot-description2:text-is('con BIANCHI LAURA')"),
        ("see", ".slot-available .slot-description3:text-matches('^Posti disponibili: [0-9]+$')"),
        (
            "click",
            ".day-column .event-slot:has(.skill:text-is('PILATES MATWORK')):has(.slot-notes-after:text-is('Prenota'))",
        ),
        ("click", "role=button[name='Conferma Prenotazione']"),
        ("click", "role=button[name='No']"),
        (
            "see",
            ".event-main-block:has(.event-info-skill-level:text-is('PILATES MATWORK')) .time-start:text-is('18:00')",
        ),
        *CANCELLED,
    ),
    "by selectors": (
        ("click", ".iubenda-cs-accept-btn"),
        ("click", "button[type=submit].green:not(.pull-right)"),
        ("fill", "#login", "PERSON"),
        ("fill", "#password", "password"),
        ("click", ".aunicalogin-button-accedi > button"),
        ("fill", "#otp", "CODE"),
        ("click", "#submit-dissms"),
        ("click", ".iubenda-cs-accept-btn"),  # it comes back on the dashboard, and this client waits for it
        ("click", "#home_btt_booking > div"),
        ("click", ".btn_nuovaprenotazione.standard-booking.btn.purple-plum"),
        ("click", ".list-group-item:last-of-type"),
        ("see", "#booking-calendar #day-schedule-container"),
        ("click", "a.btn-move-date[data-date-target='+1']"),
        ("click", f"{GYM_SLOT}:has(.slot-time .time-start:text-is('19:00'))"),
        ("click", "#booking-confirm-container #btnConfirmAppointmentBooking"),
        ("click", "#srModal_g_confirm_dialog [data-modalrole='cancel']"),
        ("see", "#event-repository > .event-main-block.row .event-info-schedule:text-is('24/11/2026')"),
        *CANCELLED,
    ),
}


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_public_client_of_the_real_site_finds_its_way(
    page: Page, site: Site, world: SiteWorld, client: str
) -> None:
    await page.goto(f"{site.base_url}/Account/Login?returnUrl=%2Fsportpolimi%2F")
    held: list[int] = []
    for verb, selector, *text in CLIENTS[client]:
        place = page.locator(selector).first
        if verb == "see":
            await expect(place).to_be_visible()
            held.append(len(world.bookings(GIULIA)))
        elif verb == "fill":
            typed = {"PERSON": GIULIA, "CODE": world.accounts.people[GIULIA].code(SUNDAY)}
            await place.fill(typed.get(text[0], text[0]))
        else:
            await place.click()
    await page.locator(".event-empty").wait_for()
    assert (held[0], held[-1], world.bookings(GIULIA)) == (0, 1, [])
    assert world.accounts.login_attempts[GIULIA] == len(world.accounts.codes_received[GIULIA]) == 1


async def test_a_banner_that_was_accepted_twice_is_seen_no_more(page: Page, site: Site) -> None:
    await log_in(page, site)
    for shown in (True, False):
        await page.goto(f"{site.base_url}/")
        await expect(page.locator("#iubenda-cs-banner")).to_be_visible(visible=shown)
        if shown:
            await page.locator(".iubenda-cs-accept-btn").click()
    await page.goto(f"{site.base_url}/Booking/ChooseActivity")
    await expect(page.locator("#iubenda-cs-banner")).to_be_hidden()


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


async def test_switches_and_faults_are_set_on_the_control_page(page: Page, site: Site, world: SiteWorld) -> None:
    await page.goto(site.base_url.replace("/sportpolimi", "/__demo__/"))
    names = {*world.switches.as_dict(), *world.faults.as_dict()}
    shown = await page.locator("input, select").evaluate_all("all => all.map(each => each.id)")
    assert (len(shown), set(shown)) == (len(names), names)
    said = page.get_by_role("status")
    await page.get_by_label("penalties").check()
    await expect(said).to_have_text("penalties: true")
    await page.get_by_label("overlap").select_option("warned")
    await expect(said).to_have_text('overlap: "warned"')
    for name, typed in (("waiting_courses", '["YOGA"]'), ("slow", "0.2"), ("unknown_refusal", "No & basta")):
        await page.get_by_label(name, exact=True).fill(typed)
        await page.keyboard.press("Tab")
        await expect(said).to_contain_text(f"{name}: ")
    await page.get_by_label("login_pages").fill('["cde"]')
    await page.keyboard.press("Tab")
    await expect(said).to_contain_text("login_pages takes")
    assert world.switches == Switches(penalties=True, overlap="warned", waiting_courses=["YOGA"])
    assert (world.faults.slow, world.faults.unknown_refusal) == (0.2, "No & basta")


async def test_grouped_slots_are_opened_first_and_a_confirmation_can_wake_late(
    page: Page, site: Site, world: SiteWorld
) -> None:
    world.switches.update({"grouped": True, "confirm_wakes_after": 1.0, "overlap": "warned"})
    await log_in(page, site)
    await open_calendar(page, GYM)
    slot = page.locator(".day-column[data-date-offset='0'] .event-slot", has_text="12:00")
    await expect(slot).to_be_hidden()
    await page.get_by_role("button", name="12:00 Giuriati - Fit Center").first.click()
    await slot.click()
    button = page.locator("#btnConfirmAppointmentBooking")
    await button.click()
    assert world.bookings(GIULIA) == []
    await expect(page.locator("#srModal_g_confirm_dialog")).to_be_hidden()
    async with page.expect_response("**/BookAppointment"):
        while await button.is_enabled():
            await button.click()
    assert len(world.bookings(GIULIA)) == 1


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

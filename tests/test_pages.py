"""The pages of the site as they may also be: hidden look-alikes before what we press, fields of other types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest
from playwright.async_api import Page, async_playwright

from errors import LoginRejected
from portal.pages import CalendarPage, LoginPage
from tests.sites import TUESDAY, chromium, credentials

SITE = "http://site.test"
TIMEOUT = 3.0
CONFIRM = "<button id='btnConfirmAppointmentBooking'>Conferma</button>"
FORM = """<form onsubmit="sent(); return false"><input id=login><input id=password type=%s>
<div class=aunicalogin-button-accedi><button hidden>Vecchio</button><button>Accedi</button></div></form>"""


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=chromium())
        yield await browser.new_page()
        await browser.close()


async def show(page: Page, body: str) -> None:
    await page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))


async def no_code() -> str:
    raise AssertionError("no one-time code was asked for")


def login(entrance: str, form: str, then: str) -> str:
    return f"""<body>{entrance}<template id=form>{form}</template><template id=then>{then}</template><script>
    const show = id => document.body.innerHTML = pages[id]
    const pages = {{form: document.all.form.innerHTML, then: document.all.then.innerHTML}}
    const sent = () => show("then")</script></body>"""


ENTRANCE = """<button type=submit class=green hidden>Entra</button><input id=login hidden>
<button onclick="show('form')">Accedi al tuo account</button>"""


async def test_hidden_buttons_and_fields_before_those_on_show_are_passed_over(page: Page) -> None:
    hidden = "<input id=login hidden><input type=password hidden>"
    await show(page, login(ENTRANCE, hidden + FORM % "password", "<a id=home_btt_booking>Booking</a>"))
    await LoginPage(page, SITE, TIMEOUT).sign_in(credentials(), no_code)


async def test_a_password_page_that_comes_back_is_known_whatever_the_type_of_its_field(page: Page) -> None:
    form = FORM % "text"
    await show(page, login(ENTRANCE, form, f"<p role=alert>Password errata</p>{form}"))
    with pytest.raises(LoginRejected, match="Password errata"):
        await LoginPage(page, SITE, TIMEOUT).sign_in(credentials(), no_code)


async def test_a_refusal_in_a_dialog_is_read_though_a_hidden_button_comes_before_it(page: Page) -> None:
    await show(
        page,
        f"""<div id=booking-confirm-container><div hidden>{CONFIRM}</div></div><div id=day-schedule-container>
        <div class=day-schedule><div class=day-schedule-label>Martedì, 24 nov</div>
        <div class=event-slot onclick="refused.showModal()"><span class=time-start>18:00</span></div></div></div>
        <dialog id=refused><div class=modal-body>Posti esauriti</div></dialog>""",
    )
    await page.goto(SITE)
    shown = CalendarPage(page, SITE, TIMEOUT)
    await shown.choose(TUESDAY, 0, time(18))
    assert await shown.refusal() == "Posti esauriti"

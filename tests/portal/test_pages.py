"""The pages of the site as they may also be: hidden look-alikes before what we press, fields of other types."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import time

import pytest
import pytest_asyncio
from playwright.async_api import Page

from domain.errors import LoginDiverted, LoginRejected
from portal.login.sign_in import SignIn
from portal.pages.calendar import CalendarPage
from tests.support.lent_browser import LentBrowser
from tests.support.sites import PATIENT, TUESDAY, credentials, nowhere

SITE = "http://127.0.0.1:1"
ACCESS = nowhere(SITE, timeout_seconds=PATIENT)
CONFIRM = "<button id='btnConfirmAppointmentBooking'>Conferma</button>"
FORM = """<form onsubmit="sent(); return false"><input id=login><input id=password type=%s>
<div class=aunicalogin-button-accedi><button hidden>Vecchio</button><button>Accedi</button></div></form>"""


pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent


@pytest_asyncio.fixture(loop_scope="session")
async def page(engine: LentBrowser) -> AsyncIterator[Page]:
    _, browser = engine
    page = await browser.new_page()
    yield page
    await page.close()


async def show(page: Page, body: str) -> None:
    await page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))


async def no_passing(how: str) -> None:
    raise AssertionError("no page that nobody knows was passed")


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
    await SignIn(page, ACCESS, lambda: None, no_passing).run(credentials(), no_code)


async def test_a_password_page_that_comes_back_is_known_whatever_the_type_of_its_field(page: Page) -> None:
    form = FORM % "text"
    await show(page, login(ENTRANCE, form, f"<p role=alert>Password errata</p>{form}"))
    with pytest.raises(LoginRejected, match="Password errata"):
        await SignIn(page, ACCESS, lambda: None, no_passing).run(credentials(), no_code)


POST = "<form method=post action=/password>" + FORM.partition(">")[2]
SHAPES = {
    "the button posts elsewhere": POST.replace("<button>", "<button formaction=http://127.0.0.2:1/>"),
    "the button posts to another port": POST.replace("<button>", "<button formaction=http://127.0.0.1:2/>"),
    "everything on the page is meant elsewhere": "<base href=http://127.0.0.2:1/>" + POST.replace("/password", "x"),
    "the fields are another form's": "<form id=f action=//evil.test/></form>"
    + POST.replace("<input ", "<input form=f "),
    "the button is another form's": "<form id=f action=//evil.test/></form>"
    + POST.replace("<button>", "<button form=f>"),
    "a field hides where the form leads": POST.replace("/password", "//evil.test/").replace(
        "<input ", "<input name=action value=/password hidden><input "
    ),
    "the form opens another window": POST.replace("<form ", "<form target=_blank "),
    "the button opens another window": POST.replace("<button>", "<button formtarget=x>"),
    "everything opens in another window": "<base target=x>" + POST,
    "the form is a script": POST.replace("/password", "javascript:alert(1)"),
    "the form is a text": POST.replace("/password", "data:text/html,x"),
    "a name before the address": POST.replace("/password", "http://127.0.0.1:1@evil.test/"),
    "another ending": POST.replace("/password", "http://127.0.0.1.evil.test:1/"),
}


async def test_nothing_is_typed_in_a_form_that_would_send_it_elsewhere(page: Page) -> None:
    for name, form in SHAPES.items():
        await page.unroute_all()
        await show(page, login(ENTRANCE, form, ""))
        with pytest.raises(LoginDiverted):
            await SignIn(page, ACCESS, lambda: None, no_passing).run(credentials(), no_code)
        typed = await page.locator("input").evaluate_all("fields => fields.map(field => field.value).join('')")
        assert typed.replace("/password", "") == "", name


async def test_a_refusal_in_a_dialog_is_read_though_a_hidden_button_comes_before_it(page: Page) -> None:
    await show(
        page,
        f"""<div id=booking-confirm-container><div hidden>{CONFIRM}</div></div><div id=day-schedule-container>
        <div class=day-schedule><div class=day-schedule-label>Martedì, 24 nov</div>
        <div class=event-slot onclick="refused.showModal()"><span class=time-start>18:00</span></div></div></div>
        <dialog id=refused><div class=modal-body>Posti esauriti</div></dialog>""",
    )
    await page.goto(SITE)
    shown = CalendarPage(page, ACCESS)
    await shown.choose(TUESDAY, 0, time(18))
    assert await shown.refusal() == "Posti esauriti"

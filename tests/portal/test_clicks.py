"""Clicks that change nothing are repeated, on every page, and never when a request has left it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route

import booking
from actions import cancelling
from demo.site import SiteWorld
from domain import errors
from portal.access import SiteAccess, SiteLimits
from portal.login.sign_in import SignIn
from portal.pages.calendar import CalendarPage
from portal.session.site_session import SiteSession
from tests.support.lent_browser import LentBrowser, portal, site  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, SATURDAY, credentials, nowhere, only_pages_get_schedules, wish

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

SITE = "http://127.0.0.1:1"
ACCESS = nowhere(SITE, timeout_seconds=6.0, limits=SiteLimits(first_click=0.6, next_click=0.2))
IN_VAIN = replace(ACCESS, timeout_seconds=1.5)  # where no answer comes: the clicks are counted, not timed
OK = "<div role=dialog><div class=modal-body>Prenotato</div><button>Ok</button></div>"
CONFIRM = "<div id=booking-confirm-container><button id=btnConfirmAppointmentBooking>Conferma</button></div>"
LOGIN = """<div id=form><input id=login><input id=password type=password>
<div class=aunicalogin-button-accedi><button>Accedi</button></div></div>"""
SEND = """fetch('/send', {method: 'POST'}).then(r => r.text())
.then(text => document.body.insertAdjacentHTML('beforeend', text))"""


@pytest.mark.parametrize("limits", [SiteLimits(first_click=0.8)])
async def test_handlers_bound_late_stop_neither_login_nor_booking_nor_cancelling(
    newcomer: SiteSession, world: SiteWorld, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Accedi al tuo account, Accedi, Continua; the next day, the slot, Conferma, No; Cancella, Sì, Ok."""

    only_pages_get_schedules(world)
    caplog.set_level(logging.INFO, "portal.pages.base")
    world.faults.deaf, world.cookie_banner = 0.6, False
    world.faults.opening_shift = -timedelta(days=6).total_seconds()
    wanted = wish(world, SATURDAY)
    assert (await booking.book(newcomer, wanted)).way == "page"
    assert (await cancelling.cancel(newcomer, wanted)).proven
    assert world.bookings(GIULIA) == []
    assert "clicking once more" in caplog.text  # a busy machine comes late enough by itself to most of them
    for once in ("/aunicalogin/login", "/aunicalogin/otp", "BookAppointment", "DeleteEvent"):
        assert len([each for each in world.log.about(once) if each.method == "POST"]) == 1, once


@pytest_asyncio.fixture(loop_scope="session")
async def page(engine: LentBrowser) -> AsyncIterator[Page]:
    _, browser = engine
    page = await browser.new_page()
    yield page
    await page.close()


async def show(page: Page, body: str, button: str, heard: str, answer: str) -> list[str]:
    """A page whose button counts its clicks and does as `heard` says; the requests it sends, answered slowly."""
    sent: list[str] = []
    script = f"window.clicks = 0; document.querySelector({button!r}).onclick = () => {{ clicks += 1; {heard} }}"

    async def respond(route: Route) -> None:
        if not route.request.url.endswith("/send"):
            await route.fulfill(content_type="text/html", body=f"<body>{body}<script>{script}</script></body>")
            return
        sent.append(route.request.url)
        await asyncio.sleep(0.8)  # longer than a click has to take effect
        await route.fulfill(content_type="text/html", body=answer)

    await page.unroute_all()
    await page.route("**/*", respond)
    await page.goto(SITE)
    return sent


@pytest.mark.parametrize("what", ["confirm", "login"])
async def test_a_click_is_repeated_and_never_when_a_request_has_left(page: Page, what: str) -> None:
    async def press(to: SiteAccess) -> None:
        if what == "confirm":
            await CalendarPage(page, to).confirm()
        else:
            await SignIn(page, to, lambda: None, no_passing).run(credentials(), no_code)

    button, answer = (
        ("#btnConfirmAppointmentBooking", OK) if what == "confirm" else ("#form button", "<a id=home_btt_booking>")
    )
    most = 5 if what == "confirm" else 2  # a password is not pressed so often
    cases: tuple[tuple[str, str, int, int], ...] = (
        ("a slow answer", SEND, 1, 1),
        ("deaf to the first click", f"if (clicks > 1) {SEND}", 2, 1),
        ("deaf for ever", "", most, 0),
        ("gone after the first click", "event.target.remove()", 1, 0),
        ("a picture is no answer", f"new Image().src = '/x.png'; if (clicks > 1) {SEND}", 2, 1),
    )
    if what == "confirm":
        cases += (
            ("deaf to all but the last", f"if (clicks >= {most}) {SEND}", most, 1),
            ("shows that it was heard", "if (clicks > 1) event.target.className = 'busy'", 2, 0),
        )
    for name, heard, clicks, posts in cases:
        sent = await show(page, CONFIRM if what == "confirm" else LOGIN, button, heard, answer)
        seen = posts == 1
        try:
            await press(ACCESS if seen else IN_VAIN)
        except (AssertionError, errors.LoginRejected, errors.SiteChanged):
            assert not seen, name
        else:
            assert seen, name
        assert (await page.evaluate("clicks"), len(sent)) == (clicks, posts), name


async def test_a_password_is_not_pressed_again_where_its_form_has_come_to_lead_elsewhere(page: Page) -> None:
    leads = "document.querySelector('form').action = 'http://127.0.0.2:1/'"
    form = f"<form onsubmit='return false'>{LOGIN}</form>"
    await show(page, form, "#form button", leads, "")
    with pytest.raises(errors.LoginDiverted):
        await SignIn(page, ACCESS, lambda: None, no_passing).run(credentials(), no_code)
    assert await page.evaluate("clicks") == 1


async def no_passing(how: str) -> None:
    raise AssertionError("no page that nobody knows was passed")


async def no_code() -> str:
    raise AssertionError("no one-time code was asked for")

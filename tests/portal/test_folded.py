"""The page way on a calendar that folds slots under lines, in markups of several kinds, and in any order of things."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time

import pytest
import pytest_asyncio
from playwright.async_api import Page

import booking
from actions import cancelling
from demo.site import SiteWorld
from domain import errors
from domain.model import Activity, ClassRef
from portal import booking_page, schedules, timetable
from portal.access import SiteLimits
from portal.booking_page import Wanted
from portal.session.site_session import SiteSession
from scraper import Calendar
from tests.support.lent_browser import LentBrowser, portal, site  # noqa: F401 - fixtures
from tests.support.sites import GIULIA, TUESDAY, only_pages_get_schedules, wish

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")

WANTED = ClassRef("PILATES MATWORK", "Giuriati", TUESDAY, time(18))
LINKS = (("1", "Giuriati - Fit Center"), ("2", "Giuriati - Corsi Platinum"), ("3", "Lecco"))
SITE = "http://127.0.0.1:1"
ACTIVITY = Activity("1", "Giuriati - Corsi Platinum")
SLOT = """<div class='event-slot slot-{0}' onclick='chosen = "{1}"; confirmation.hidden = false'><div class=slot-time>
<span class=time-start>18:00</span> <span class=time-duration>55 min</span></div><div class=slot-description>Giuriati -
Corsi Platinum - <span class=skill>PILATES MATWORK</span></div><div class=slot-description2>con {1}</div></div>"""
TWO = SLOT.format("disabled", "ROSSI ANNA") + SLOT.format("available", "BIANCHI LAURA")
OTHER = TWO.replace("PILATES MATWORK", "YOGA").replace("18:00", "19:00")
FOLD = "this.parentElement.querySelector('.in').hidden ^= 1"
ASK = "this.parentElement.querySelector('.in').innerHTML = {0}"
LINE = f"<li><div onclick={FOLD!r}>18:00 Pilates Matwork</div>"
MARKUPS = {
    "the line itself opens": f"{LINE}<div class=in hidden>{TWO}</div></li>",
    "only an icon beside it opens": f"<li><b>PILATES MATWORK</b> <em>ore 18.00 - 18.55</em><i onclick={FOLD!r}>+</i>"
    f"<div class=in hidden>{TWO}</div></li>",
    "a link to another page stands in it": f"<li><h4>18:00 PILATES MATWORK</h4><a href=/corsi/pilates>Info</a>"
    f"<button onclick={FOLD!r}>2 turni</button><div class=in hidden>{TWO}</div></li>",
    "details": f"<details><summary>18:00 PILATES MATWORK</summary>{TWO}</details>",
    "open already": f"{LINE}<div class=in>{TWO}</div></li>",
    "one slot alone": f"{LINE}<div class=in hidden>{SLOT.format('available', 'BIANCHI LAURA')}</div></li>",
    "the slots come when it is opened": f"<li><div onclick={ASK.format('two')!r}>18:00 PILATES</div>"
    "<div class=in></div></li>",
    "the line looks like a slot": f"<li><div class='event-slot slot-available' onclick={ASK.format('two')!r}><span "
    "class=time-start>18:00</span><div class=slot-description>Giuriati - Corsi Platinum - <span class=skill>PILATES "
    "MATWORK</span></div></div><div class=in></div></li>",
    "the hour stands over the lines": f"<h4>18:00</h4><li><span onclick={FOLD!r}>Yoga</span><div class=in hidden>"
    f"{OTHER}</div></li><li><span onclick={FOLD!r}>Pilates Matwork</span><div class=in hidden>{TWO}</div></li>",
}
CALENDAR = """<body><div id=booking-calendar><div id=day-schedule-container><div class=day-schedule>
<h3 class=day-schedule-label>Martedì, 24 nov</h3><div class=day-schedule-slots><ul>
<li><div onclick="%s">19:00 YOGA</div><div class=in hidden>%s</div></li>%s</ul></div></div></div></div>
<div id=booking-confirm-container hidden><button id=btnConfirmAppointmentBooking
 onclick="if (++confirmed) asks.hidden = false">Conferma</button></div><div id=srModal_g_confirm_dialog hidden>
<div class=modal-body>Prenotata</div><button data-modalrole=cancel onclick="asks.outerHTML = mine">No</button></div>
<script>let chosen = "", confirmed = 0; const mine = "<div id=event-repository></div>"
const asks = document.getElementById("srModal_g_confirm_dialog"); const two = `%s`
const confirmation = document.getElementById("booking-confirm-container")
</script></body>"""


@pytest.fixture
def limits() -> SiteLimits:
    return SiteLimits(first_click=0.3, unfold=0.1)


@pytest_asyncio.fixture(loop_scope="session")
async def page(engine: LentBrowser) -> AsyncIterator[Page]:
    page = await engine.browser.new_page()
    yield page
    await page.close()


async def show(page: Page, body: str) -> None:
    await page.unroute_all()
    await page.route("**/*", lambda route: route.fulfill(content_type="text/html", body=body))
    await page.goto(SITE + "/Booking/BookActivity")


async def test_a_slot_under_a_line_is_chosen_whatever_the_markup_of_the_line(page: Page, session: SiteSession) -> None:
    """Of two turns of one course at one hour it is the one that has places."""
    for name, markup in MARKUPS.items():
        await show(page, CALENDAR % (FOLD, OTHER, markup, TWO))
        slot, answer = await booking_page.choose(session, page, [Calendar(ACTIVITY)], Wanted(WANTED))
        assert (slot.instructor, await page.evaluate("chosen")) == ("BIANCHI LAURA", "BIANCHI LAURA"), name
        assert (answer.accepted, await page.evaluate("confirmed")) == (True, 1), name


async def test_a_line_that_opens_nothing_is_no_slot(page: Page, session: SiteSession) -> None:
    await show(page, CALENDAR % (FOLD, OTHER, "<li><a href=/away>18:00 PILATES MATWORK</a></li>", TWO))
    with pytest.raises(errors.SlotNotFound):
        await booking_page.choose(session, page, [Calendar(ACTIVITY)], Wanted(WANTED))
    assert page.url.endswith("activityFlags=Classes")


async def test_a_timetable_read_from_the_page_has_what_comes_only_when_a_line_is_opened(
    page: Page, session: SiteSession
) -> None:
    late = MARKUPS["the slots come when it is opened"]
    await show(
        page, CALENDAR % (ASK.format("two.replaceAll('18:00', '19:00')"), "", late + "<li><i>Dalle 07:00</i></li>", TWO)
    )
    [day] = await timetable.days_on_page(session, page, Calendar(ACTIVITY), [TUESDAY])
    assert sorted(f"{slot.start:%H:%M} {slot.instructor}" for slot in day) == [
        "18:00 BIANCHI LAURA",
        "18:00 ROSSI ANNA",
        "19:00 BIANCHI LAURA",
        "19:00 ROSSI ANNA",
    ]


@pytest.mark.parametrize("limits", [SiteLimits(first_click=0.4)])
async def test_the_page_books_and_cancels_on_a_site_that_folds_and_wakes_late_in_any_order_of_activities(
    session: SiteSession, world: SiteWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_pages_get_schedules(world)
    world.switches.update({"grouped": True, "confirm_wakes_after": 0.3})
    catalogue = world.timetable.catalogue
    world.timetable.catalogue = replace(catalogue, activities=catalogue.activities[::-1])
    wanted = wish(world)
    booked = await booking.book(session, wanted)
    assert (booked.way, [each.course for each in world.bookings(GIULIA)]) == ("page", ["PILATES MATWORK"])
    assert len(world.shots) == 1
    assert (await cancelling.cancel(session, wanted)).proven
    assert world.bookings(GIULIA) == []


async def test_links_of_activities_are_followed_by_their_names(page: Page, session: SiteSession) -> None:
    """The page lists them in another order each time it is opened."""
    links = "".join(
        f"<a class=list-group-item onclick='go({each[0]})' href=#><b>{each[1]}</b> <i>corsi</i></a>" for each in LINKS
    )
    await show(
        page,
        f"""<body><div id=list>{links}</div><script>const turns = Number(sessionStorage.turns ?? 0)
    sessionStorage.turns = turns + 1; const list = document.getElementById("list")
    for (let n = 0; n < turns; n++) list.append(list.firstElementChild)
    const go = id => {{ history.pushState(0, "", "/Booking/BookActivity?activityId=" + id)
    document.body.innerHTML = "<div id=booking-calendar></div>" }}</script></body>""",
    )
    found = await schedules._follow_links(session, page)
    assert sorted((each.activity.id, each.activity.name) for each in found) == [
        (n, f"{name} corsi") for n, name in LINKS
    ]

"""The simulated single sign-on: what may stand between the password and the site, walked without scripts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from bs4 import BeautifulSoup
from yarl import URL

from demo.site import Person, Site, SiteWorld
from demo.site.sso_routes import PLACES
from tests.support.clock import FakeClock

GIULIA = "10000001"
PASSWORD = "password"
PAGES = ("notice", "expiring", "matricola", "extension")


class Visitor:
    """Somebody who does what each page wants."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self._site, self._http = site, http
        self._at = URL(site.base_url)
        self.seen: list[str] = []  # paths

    async def enter(self, password: str = PASSWORD) -> str:
        """As far as it gets: the path of the last page, or the error it shows."""
        page = await self._send("GET", f"{self._site.base_url}/Booking")
        for _ in range(12):
            if page.select_one("#event-repository"):
                return self._at.path
            if error := page.select_one(".aunicalogin-error, .Message.ErrorMessage, .alert.alert-danger"):
                return error.get_text()
            page = await self._step(page, password)
        raise AssertionError(f"lost after {self.seen}")

    async def _step(self, page: BeautifulSoup, password: str) -> BeautifulSoup:
        link = page.select_one("#dati_applicativi_autorizzazioniXSceltaMatricolaColl a")
        if link is not None:
            return await self._send("GET", str(link["href"]))
        form = page.select_one(".ingressoPolimi form") or page.select_one("form[method=post]")
        assert form is not None
        person = self._site.world.accounts.people[GIULIA]
        typed = {"login": GIULIA, "password": password, "otp": person.code(self._site.world.clock())}
        hidden = {str(each["name"]) for each in form.select("input[hidden], input[type=hidden]")}
        fields = {str(each["name"]): str(each.get("value", "")) for each in form.select("input[name]")}
        sent = {name: value if name in hidden else typed.get(name, value) for name, value in fields.items()}
        return await self._send("POST", str(form["action"]), sent)

    async def _send(self, method: str, url: str, form: dict[str, str] | None = None) -> BeautifulSoup:
        async with self._http.request(method, self._at.join(URL(url)), data=form) as answer:
            self._at = answer.url
            self.seen += [each.url.path for each in (*answer.history, answer)]
            return BeautifulSoup(await answer.text(), "html.parser")


@pytest.fixture
def world(clock: FakeClock) -> SiteWorld:
    return SiteWorld(clock=clock, people=[Person(GIULIA, PASSWORD, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")])


@pytest.fixture
async def visitor(world: SiteWorld) -> AsyncIterator[Visitor]:
    async with Site(world) as site, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Visitor(site, http)


@pytest.mark.parametrize(
    "pages", [["code"], *(["code", each] for each in PAGES), ["expiring", "code", *PAGES], ["matricola"], []]
)
async def test_pages_stand_between_the_password_and_the_site(
    world: SiteWorld, visitor: Visitor, pages: list[str]
) -> None:
    world.switches.update({"login_pages": pages})
    assert await visitor.enter() == "/sportpolimi/Booking"
    places = [f"/aunicalogin/{PLACES[each]}" for each in pages]
    assert [place for place in places if place not in visitor.seen] == []
    assert len(world.accounts.codes_received[GIULIA]) == pages.count("code")


async def test_the_hidden_password_field_of_a_page_that_submits_itself_is_empty(
    world: SiteWorld, visitor: Visitor
) -> None:
    world.switches.login_pages = ["code", "matricola", "extension"]
    await visitor.enter()
    (sent,) = world.log.about("LoginExtensionPoint", host="sso")[-1:]
    assert (sent.form["password"], sent.form["MATRICOLA_SCELTA"]) == ("", "900001")
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_a_page_can_not_be_passed_by(world: SiteWorld, visitor: Visitor) -> None:
    world.switches.login_pages = ["notice", "code"]
    await visitor.enter("sbagliata")
    assert "scaduta" in (await visitor._send("POST", "/aunicalogin/otp", {"otp": "123456"})).get_text()
    assert "scaduta" in (await visitor._send("POST", "/aunicalogin/passi/AvvisiDFA.do", {})).get_text()


async def test_the_password_form_can_stand_beside_other_ways_in(world: SiteWorld, visitor: Visitor) -> None:
    world.switches.chooser = True
    assert await visitor.enter() == "/sportpolimi/Booking"


@pytest.mark.parametrize("style", ["own", "message", "alert"])
async def test_a_refused_password_is_shown_in_several_ways(world: SiteWorld, visitor: Visitor, style: str) -> None:
    world.switches.login_error = style
    said = await visitor.enter("sbagliata")
    assert said.startswith("Codice Persona o password errati.")
    assert ("Code: " in said) == (style == "alert")


async def test_who_signed_on_not_long_ago_needs_neither_password_nor_code(
    world: SiteWorld, clock: FakeClock, visitor: Visitor
) -> None:
    world.switches.sign_on_minutes = 60
    for minutes, passwords in ((0, 1), (59, 1), (60, 2)):
        world.accounts.end_sessions()
        clock.go(minutes=minutes)
        assert await visitor.enter() == "/sportpolimi/Booking"
        assert world.accounts.login_attempts[GIULIA] == passwords

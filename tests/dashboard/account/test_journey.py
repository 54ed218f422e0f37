"""From an invitation to a booked place: the real page, the real worker, and the simulated site with its sign-on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from actions.runner import ActionRunner
from bot.screens.callbacks import Verb, pack
from demo.site import Person, SiteWorld
from demo.site import Site as Polimisport
from domain.model import ActionType
from domain.requests import NewAction
from domain.web import LinkPurpose
from runtime.directory import Directory
from tests.support import pages
from tests.support.journeys import QUICK_PERIOD, small_catalogue
from tests.support.lent_browser import IMPATIENT, LentBrowser, lent
from tests.support.pages import OWNER
from tests.support.sites import PASSWORD, SECRET, TUESDAY, access, running_clock
from worker import Worker

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOFIA, CODICE_PERSONA = 77, "10000003"


async def test_a_new_password_is_not_called_right_because_the_session_of_the_old_one_lives(
    engine: LentBrowser, tmp_path: Path
) -> None:
    clock = running_clock()
    sofia = Person(CODICE_PERSONA, PASSWORD, SECRET, name="Sofia", period=QUICK_PERIOD)
    world = SiteWorld(clock=clock, people=[sofia], catalogue=small_catalogue())
    async with (
        Polimisport(world) as polimisport,
        pages.site(tmp_path, clock) as here,
        lent(engine, access(polimisport, tmp_path / "state", clock, read_back=IMPATIENT)) as portal,
    ):
        directory, rules = Directory(here.settings, here.db.guests), here.settings.house_rules
        runner = ActionRunner(here.db, portal, directory, rules.opening, clock, rules=rules, refresh=directory.refresh)
        worker = Worker(here.db, portal, runner, here.settings, clock)
        await here.db.guests.welcome(await here.db.guests.invite(OWNER), SOFIA, "Sofia")
        form = {"username": CODICE_PERSONA, "way": "password", "codes": "asked"}
        form |= {"secret": f"otpauth://totp/Polimi:{CODICE_PERSONA}?secret={SECRET}&period={QUICK_PERIOD}"}

        async def enter(password: str) -> tuple[pages.Browser, str]:
            browser = here.browser()
            page = await browser.post(f"/account/{await here.db.web_links.make(SOFIA, LinkPurpose.ACCOUNT)}", {})
            page = await browser.post("/account/form", form | {"csrf": page.csrf, "password": password})
            await browser.post("/account/store", {"csrf": page.csrf})
            await worker.burst()
            return browser, (await browser.get("/account")).words

        _, said = await enter(PASSWORD)
        assert "Sono dentro: l'accesso funziona." in said

        world.faults.sso_down = True
        browser, said = await enter("a-typing-error")
        assert "Il sito adesso non risponde." in said
        world.faults.sso_down = False
        clock.go(hours=1)
        await worker.burst()
        assert "Il sito ha rifiutato Codice Persona o password." in (await browser.get("/account")).words


async def test_who_is_invited_gives_her_account_sees_her_login_and_books(engine: LentBrowser, tmp_path: Path) -> None:
    clock = running_clock()
    sofia = Person(CODICE_PERSONA, PASSWORD, SECRET, name="Sofia", period=QUICK_PERIOD)
    world = SiteWorld(clock=clock, people=[sofia], catalogue=small_catalogue())
    async with (
        Polimisport(world) as polimisport,
        pages.site(tmp_path, clock) as here,
        lent(engine, access(polimisport, tmp_path / "state", clock, read_back=IMPATIENT)) as portal,
    ):
        directory, rules = Directory(here.settings, here.db.guests), here.settings.house_rules
        runner = ActionRunner(here.db, portal, directory, rules.opening, clock, rules=rules, refresh=directory.refresh)
        worker = Worker(here.db, portal, runner, here.settings, clock)

        await here.db.guests.welcome(await here.db.guests.invite(OWNER), SOFIA, "Sofia")
        browser = here.browser()
        page = await browser.post(f"/account/{await here.db.web_links.make(SOFIA, LinkPurpose.ACCOUNT)}", {})

        form = {"username": CODICE_PERSONA, "password": "a-typing-error", "way": "password", "codes": "asked"}
        form |= {"secret": f"otpauth://totp/Polimi:{CODICE_PERSONA}?secret={SECRET}&period={QUICK_PERIOD}"}
        page = await browser.post("/account/form", form | {"csrf": page.csrf})
        page = await browser.post("/account/store", {"csrf": page.csrf})
        assert "Salvato e cifrato." in page.words
        await worker.burst()
        page = await browser.get("/account")
        assert "Il sito ha rifiutato Codice Persona o password." in page.words
        assert "Dal sito:" in page.words

        page = await browser.post("/account/back", {"csrf": page.csrf, "remedy": "password"})
        page = await browser.post("/account/form", form | {"csrf": page.csrf, "password": PASSWORD, "secret": ""})
        page = await browser.post("/account/store", {"csrf": page.csrf})
        await worker.burst()
        page = await browser.get("/account/progress")
        assert "Sono dentro: l'accesso funziona." in page.words
        assert "Sul sito adesso non hai prenotazioni." in page.words

        await browser.post("/account/open", {"csrf": page.csrf})
        await here.db.requests.add(NewAction(ActionType.REFRESH, SOFIA, quiet=True))
        await worker.burst()
        slot = next(
            one for one in await here.db.catalogue.slots_on(TUESDAY) if one.slot.ref.course == "PILATES MATWORK"
        )
        page = await browser.get(f"/do/{pack(Verb.SLOT, slot.id)}")
        (confirm,) = re.findall(rf'value="({Verb.BOOK}:[^"]+)"', page.text)
        await browser.do(confirm)
        await worker.burst()
        assert [each.course for each in world.bookings(CODICE_PERSONA)] == ["PILATES MATWORK"]

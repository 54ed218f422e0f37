"""The account page as a guest meets it: a real server, real rows, a browser of a few lines."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.screens.callbacks import Verb, pack
from database import Database
from domain.model import ActionType
from domain.web import LinkPurpose
from runtime.directory import Directory
from runtime.sealing_key import KeyRing
from safety.sealing import Secrets
from tests.dashboard.account.test_one_time import KEY, URL, picture_of
from tests.support.pages import FRIEND, OWNER, Answer, Browser, Site
from tests.support.running import PATIENCE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SOFIA = 77
PASSWORD = "una-password-finta"
TWO_ACCOUNTS = (
    "otpauth-migration://offline?data=CiIKCkhlbGxvId6tvu8SBkdpdWxpYRoGUG9saW1pIAEoATACCiIKCkhlbGxvId6tvuASB21lQHguaXQa"
    "BU90aGVyIAEoATAC"
)
FILLED = {"username": "10000003", "way": "password", "codes": "asked", "password": PASSWORD, "secret": KEY}


class Guest:
    """Sofia at her browser: each form carries the token of the page that she sees."""

    def __init__(self, browser: Browser, page: Answer) -> None:
        self.browser = browser
        self.page = page

    async def send(self, step: str, picture: bytes | None = None, **fields: str) -> Answer:
        form: Any = {"csrf": self.page.csrf, **fields}
        if picture is not None:
            data = aiohttp.FormData(form)
            data.add_field("picture", io.BytesIO(picture), filename="qr.png", content_type="image/png")
            form = data
        self.page = await self.browser.post(f"/account/{step}", form)
        return self.page

    async def fill(self, picture: bytes | None = None, **different: str) -> Answer:
        return await self.send("form", picture, **(FILLED | different))

    async def look(self) -> Answer:
        self.page = await self.browser.get("/account")
        return self.page


@pytest_asyncio.fixture(loop_scope="module")
async def guest(site: Site) -> AsyncIterator[Guest]:
    """Sofia has come with an invitation, and presses the button of her link."""
    await site.db.guests.welcome(await site.db.guests.invite(OWNER), SOFIA, "Sofia")
    browser = site.browser()
    yield Guest(browser, await browser.post(await link(site), {}))
    await site.db.guests.remove(SOFIA)


async def link(site: Site, user_id: int = SOFIA) -> str:
    return f"/account/{await site.db.web_links.make(user_id, LinkPurpose.ACCOUNT)}"


async def stored(site: Site) -> Any:
    directory = Directory(site.settings, site.db.guests)
    await directory.refresh()
    return directory.get(SOFIA)


async def set_check(db: Database, **columns: Any) -> None:
    names = ", ".join(f"{name} = :{name}" for name in columns)
    await db.connection.write(f"UPDATE booking_actions SET {names} WHERE user_id = {SOFIA}", columns)


# ----- the link


async def test_a_link_is_shown_to_a_preview_and_used_by_its_button_once(site: Site, guest: Guest) -> None:
    address, browser = await link(site), site.browser()
    for _ in range(2):
        assert "Questo account sarà di Sofia" in (await browser.get(address)).words
    assert "Con che cosa entri nel sito?" in (await browser.post(address, {})).words
    assert (await site.browser().post(address, {})).status == 410


async def test_a_link_of_the_pages_is_no_link_of_the_account(site: Site, guest: Guest) -> None:
    secret = await site.db.web_links.make(SOFIA, LinkPurpose.PAGE)
    assert (await site.browser().get(f"/account/{secret}")).status == 410


async def test_who_is_no_guest_has_no_account_to_enter_here(site: Site) -> None:
    assert (await site.browser().get(await link(site, FRIEND))).status == 410
    assert (await site.browser().get(await link(site, 999))).status == 410


async def test_who_tries_many_links_has_to_wait(site: Site) -> None:
    browser = site.browser()
    said = {"X-Forwarded-For": "203.0.113.9"}
    answers = [(await browser.get(f"/account/{number}", headers=said)).status for number in range(25)]
    assert answers == [410] * 20 + [429] * 5


async def test_without_a_link_there_is_no_form(site: Site) -> None:
    browser = site.browser()
    assert (await browser.get("/account")).status == 410
    assert (await browser.post("/account/form", FILLED)).status == 410


async def test_nobodys_picture_is_read_who_has_not_come_with_a_link(site: Site) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(site.base.rpartition(":")[2]))
    host = site.base.removeprefix("http://")
    head = f"POST /account/form HTTP/1.1\r\nHost: {host}\r\nOrigin: {site.base}\r\nContent-Length: 9000000\r\n"
    writer.write(f"{head}Content-Type: multipart/form-data; boundary=x\r\n\r\n--x".encode())
    assert b" 410 " in await asyncio.wait_for(reader.readline(), PATIENCE)  # though not a hundredth of it was sent
    writer.close()
    await writer.wait_closed()


async def test_a_form_without_its_token_does_nothing(site: Site, guest: Guest) -> None:
    answer = await guest.browser.post("/account/form", FILLED | {"csrf": "0" * 64})
    assert answer.status == 403
    assert "Con che cosa entri nel sito?" in (await guest.look()).words


async def test_another_sites_page_can_send_nothing(site: Site, guest: Guest) -> None:
    foreign = {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
    form = FILLED | {"csrf": guest.page.csrf}
    assert (await guest.browser.post("/account/form", form, headers=foreign)).status == 403


# ----- the form


async def test_mistakes_are_told_beside_their_fields_and_what_was_right_is_kept(site: Site, guest: Guest) -> None:
    page = await guest.fill(username="sofia@mail.it", secret="JBSW0189")
    assert "Ci sono 2 cose da correggere" in page.words
    assert 'value="sofia@mail.it"' in page.text
    assert "L'hai già scritta: lascia vuoto per tenerla." in page.words
    page = await guest.fill(password="", picture=picture_of(URL))
    assert "Il telefono mostra lo stesso codice?" in page.words
    await guest.send("store")
    assert (await stored(site)).password == PASSWORD


async def test_no_page_ever_holds_a_secret(site: Site, guest: Guest) -> None:
    pages = [
        await guest.fill(username=""),
        await guest.fill(),
        await guest.send("back"),
        await guest.fill(password="", secret=""),
        await guest.send("store"),
        await guest.look(),
    ]
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"
        assert PASSWORD not in page.text
        assert KEY not in page.text
        assert "otpauth://totp" not in page.text


async def test_nothing_is_stored_under_another_key_while_the_one_of_others_is_missing(site: Site, guest: Guest) -> None:
    await site.db.guests.welcome(await site.db.guests.invite(OWNER), SOFIA + 1, "Nino")
    await Directory(site.settings, site.db.guests).admit(SOFIA + 1, Secrets("10000099", "x", ""))
    key = KeyRing(site.settings.local_path).file
    aside = key.rename(key.with_suffix(".aside"))
    await guest.fill()
    assert "la chiave con cui cifro i dati manca" in (await guest.send("store")).words
    assert await stored(site) is None
    aside.rename(key)
    await guest.fill()
    await guest.send("store")
    assert (await stored(site)).username == FILLED["username"]
    await site.db.guests.remove(SOFIA + 1)


async def test_a_page_that_is_loaded_again_sends_nothing_again(site: Site, guest: Guest) -> None:
    csrf = guest.page.csrf
    answer = await guest.browser.ask(
        "POST", "/account/form", follow=False, data=FILLED | {"csrf": csrf}, headers={"Origin": site.base}
    )
    assert (answer.status, answer.headers["Location"]) == (303, "/account")


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (b"x" * 1000, "Non è un'immagine"),
        (picture_of("https://www.polimi.it"), "non è quello"),
        (b"x" * 10_500_000, "troppo grande"),
    ],
    ids=["nonsense", "another code", "too large"],
)
async def test_a_picture_that_can_not_be_used_is_told(site: Site, guest: Guest, picture: bytes, told: str) -> None:
    assert told in (await guest.fill(secret="", picture=picture)).words


async def test_of_an_export_with_several_accounts_one_is_chosen(site: Site, guest: Guest) -> None:
    page = await guest.fill(secret="", picture=picture_of(TWO_ACCOUNTS))
    assert "Polimi Giulia" in page.words
    assert "Other me@x.it" in page.words
    assert "Scegli l'account" in (await guest.send("which", number="7")).words
    assert "lo stesso codice" in (await guest.send("which", number="1")).words
    await guest.send("store")
    assert "JBSWY3DPEHPK3PXA" in (await stored(site)).otp_url


async def test_the_code_of_this_moment_is_shown_with_its_seconds_and_kept_fresh(site: Site, guest: Guest) -> None:
    page = await guest.fill()
    now = (await guest.browser.get("/account/code")).text
    assert '"left": ' in now
    shown = now.split('"code": "')[1][:7]
    assert shown in page.words
    site.clock.go(seconds=30)
    assert shown not in (await guest.browser.get("/account/code")).text


async def test_another_code_on_the_phone_leads_back_to_the_secret_alone(site: Site, guest: Guest) -> None:
    await guest.fill()
    page = await guest.send("back", remedy="code")
    assert "il segreto di un altro account" in page.words
    assert 'value="10000003"' in page.text
    assert "L'hai già scritta" in page.words
    assert "L'hai già dato" not in page.words


async def test_nothing_is_stored_before_the_code_was_compared(site: Site, guest: Guest) -> None:
    await guest.send("store")
    await guest.fill()
    assert await stored(site) is None


async def test_a_codice_persona_belongs_to_one_person(site: Site, guest: Guest) -> None:
    await guest.fill(username="2")  # the friend's of the configuration
    assert "un account è di una persona sola" in (await guest.send("store")).words
    assert await stored(site) is None


async def test_a_login_without_codes_needs_no_secret(site: Site, guest: Guest) -> None:
    assert "È tutto giusto?" in (await guest.fill(codes="never", secret="")).words
    await guest.send("store")
    assert (await stored(site)).otp_url == ""


# ----- the first login


async def test_what_is_stored_is_sealed_and_its_login_is_queued(site: Site, guest: Guest) -> None:
    await guest.fill()
    page = await guest.send("store")
    assert "Salvato e cifrato." in page.words
    assert (await stored(site)).username == "10000003"
    check = await site.db.requests.newest_routine(ActionType.CHECK, SOFIA)
    assert check is not None
    raw = site.settings.local_path.read_bytes() + site.settings.local_path.with_name("polimisport.db-wal").read_bytes()
    assert PASSWORD.encode() not in raw
    assert KEY.encode() not in raw


async def test_a_refused_password_is_told_in_the_sites_words_and_written_again(site: Site, guest: Guest) -> None:
    await guest.fill()
    await guest.send("store")
    await site.db.connection.write(
        "UPDATE accounts SET rejected = 1, rejected_kind = 'LoginRejected',"
        " rejected_reason = 'refused: the site says «Credenziali <b>errate</b>»' WHERE user_id = :id",
        {"id": SOFIA},
    )
    await set_check(site.db, status="failed", error_kind="LoginRejected")
    page = await guest.look()
    assert "Il sito ha rifiutato Codice Persona o password." in page.words
    assert "Credenziali &lt;b&gt;errate&lt;/b&gt;" in page.text
    page = await guest.send("back", remedy="password")
    assert "L'hai già scritta" not in page.words
    assert "L'hai già dato" in page.words
    await guest.fill(password="another-one", secret="")
    assert "Salvato e cifrato." in (await guest.send("store")).words
    assert (await stored(site)).password == "another-one"
    assert (await stored(site)).otp_url.endswith(KEY)


async def test_who_logs_in_by_hand_is_shown_how(site: Site, guest: Guest) -> None:
    assert "entri tu, a mano" in (await guest.fill(way="by_hand", password="", secret="")).words
    await guest.send("store")
    assert (await stored(site)).by_hand
    await site.db.connection.write(
        "UPDATE accounts SET rejected = 1, rejected_kind = 'LoginNeeded', rejected_reason = '' WHERE user_id = :id",
        {"id": SOFIA},
    )
    assert "setup.py --login --person 10000003" in (await guest.look()).words


async def test_once_entered_the_person_goes_on_to_their_own_page_and_the_form_is_over(site: Site, guest: Guest) -> None:
    await guest.fill()
    await guest.send("store")
    later = "2026-11-22T23:00:00.000Z"
    await site.db.connection.write("UPDATE accounts SET login_asked = 0 WHERE user_id = :id", {"id": SOFIA})
    await set_check(site.db, status="completed", started_at=later, completed_at=later)
    page = await guest.browser.get("/account/progress")
    assert "Sono dentro: l'accesso funziona." in page.words
    guest.page = page
    assert (await guest.send("open")).status == 200
    assert [session.user_id for session in await site.db.web_sessions.of(SOFIA)] == [SOFIA]
    assert (await guest.look()).status == 410


async def test_the_page_speaks_the_persons_language(site: Site, guest: Guest) -> None:
    await site.db.people.choose_language(SOFIA, "en")
    assert "What do you log in with?" in (await guest.look()).words
    assert "There is one thing to correct" in (await guest.fill(username="")).words


async def test_who_only_has_a_session_of_the_pages_gets_no_link_for_secrets(site: Site, guest: Guest) -> None:
    await guest.fill()
    await guest.send("store")
    page = await (await site.entered(SOFIA)).do(pack(Verb.ACCESS))
    assert "Scrivi /accesso al bot" in page.words
    assert "/account/" not in page.text

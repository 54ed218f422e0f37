"""The owner's pages on a real server: what they show and do, and that for a guest none of them exists."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from dashboard.owner.evidence_files import PNG
from domain.model import ActionStatus, ActionType, ClassRef, NoticeKind
from domain.programs import Vitals
from domain.request_counts import RequestCount
from domain.requests import NewAction
from tests.support import pages
from tests.support.clock import FakeClock
from tests.support.pages import FRIEND, OWNER, Browser, Site

GUEST = 990_002
PAGES = ("", "/queue", "/openings", "/accounts", "/evidence", "/log", "/survey")
YOGA = ClassRef("YOGA <script>alert(1)</script>", "Giuriati", date(2026, 11, 24), time(18))
FOLDER = "20261122T090000.000001Z-my-bookings"
SITES_PAGE = "<html><body onload=alert(1)><script>alert(2)</script><img src=//evil.example/x></body></html>"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    clock = FakeClock(datetime(2026, 11, 22, 10, tzinfo=UTC))
    folder = tmp_path_factory.mktemp("site")
    log = folder / "polimisport.log"
    log.write_text(
        "2026-11-22 09:00:00 worker   INFO    worker: → book 1\n"
        "2026-11-22 09:00:01 bot      ERROR   bot: it failed with secret\nTraceback: <b>boom</b>\n"
    )
    async with pages.site(folder, clock, log={"file": log}) as running:
        evidence = running.settings.state_dir / "evidence" / FOLDER
        evidence.mkdir(parents=True)
        (evidence / "page.html").write_text(SITES_PAGE)
        (evidence / "note.txt").write_text("my bookings: not as expected")
        (evidence / "screenshot.png").write_bytes(PNG + b"rest")
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(site: Site) -> Browser:
    return await site.entered(OWNER)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_guest_and_a_stranger_find_none_of_them(site: Site) -> None:
    guest, stranger = await site.entered(FRIEND), site.browser()
    below = (*PAGES, f"/evidence/{FOLDER}", f"/evidence/{FOLDER}/picture", "/survey/survey-2026-11-22.zip")
    for page in below:
        assert (await guest.get(f"/owner{page}")).status == 404, page
        assert (await stranger.get(f"/owner{page}")).status == 403, page
    csrf = (await guest.get("/")).csrf
    for act in ("backup", "survey", "actions/1/withdraw", "actions/1/now", f"accounts/{OWNER}/rest"):
        answer = await guest.post(f"/owner/{act}", {"csrf": csrf, "hours": "1"})
        assert answer.status == 404, act
    assert "/owner" not in (await guest.get("/")).text


async def test_every_page_can_be_opened_in_both_languages(site: Site, owner: Browser) -> None:
    for language, words in (("it", "Macchina"), ("en", "Machine")):
        await site.db.people.choose_language(OWNER, language)
        for page in PAGES:
            answer = await owner.get(f"/owner{page}")
            assert answer.status == 200, page
            assert words in answer.words
    await site.db.people.choose_language(OWNER, "it")


async def test_the_machine_says_which_program_is_missing_and_how_to_copy_the_database(
    site: Site, owner: Browser
) -> None:
    now = site.clock.now
    at_work = Vitals("1 in hand, 0 of them for an opening", 5, "0.0.1", 9)
    await site.db.heartbeats.beat("worker", "here x 7", 7, now, at_work, is_dead=None)
    page = await owner.get("/owner")
    assert "Qualcosa non va" in page.words
    assert "bot non gira: nessun segno di vita" in page.words
    assert "worker: prenota e annulla vivo" in page.words
    assert "versione 0.0.1, da riavviare" in page.words
    assert "1 in mano, 0 per un'apertura" in page.words
    done = await owner.post("/owner/backup", {"csrf": page.csrf})
    assert "Copia fatta e controllata" in done.words
    [copy] = site.settings.backup_dir.iterdir()
    assert copy.stat().st_mode & 0o077 == 0
    assert "1 copia" in (await owner.get("/owner")).words


async def test_another_persons_booking_is_shown_escaped_and_withdrawn_with_them_told(
    site: Site, owner: Browser
) -> None:
    action = await site.db.requests.add(NewAction(ActionType.BOOK, FRIEND, YOGA))
    page = await owner.get("/owner/queue")
    assert "YOGA <script>" in page.words
    assert "<script" not in page.text
    done = await owner.post(f"/owner/actions/{action.id}/withdraw", {"csrf": page.csrf})
    assert "Ritirata" in done.words
    found = await site.db.requests.find(action.id)
    assert found
    assert found.status is ActionStatus.CANCELLED
    told = await site.db.outbox.next_of_each()
    assert NoticeKind.OWNER_WITHDREW in {notice.kind for notice in told}
    again = await owner.post(f"/owner/actions/{action.id}/withdraw", {"csrf": page.csrf})
    assert "Non si può più" in again.words


async def test_an_account_is_paused_and_set_going_again(site: Site, owner: Browser) -> None:
    await site.db.request_counts.add([RequestCount(FRIEND, site.clock.now - timedelta(minutes=2), 75, 3)])
    page = await owner.get("/owner/accounts")
    assert "al massimo 75 in un minuto, su 60; 3 hanno dovuto aspettare" in page.words
    paused = await owner.post(f"/owner/accounts/{FRIEND}/rest", {"csrf": page.csrf, "hours": "6"})
    assert "in pausa fino alle 17:00: Chi tiene il bot ha messo in pausa il tuo account." in paused.words
    assert (await owner.post(f"/owner/accounts/{FRIEND}/rest", {"csrf": page.csrf, "hours": "5"})).status == 400
    resumed = await owner.post(f"/owner/accounts/{FRIEND}/resume", {"csrf": page.csrf})
    assert "Riparte" in resumed.words
    assert "in pausa fino" not in resumed.words


async def test_a_guest_has_a_name_and_who_is_suspended_is_marked_and_not_paused(site: Site, owner: Browser) -> None:
    await site.db.guests.welcome(await site.db.guests.invite(OWNER), GUEST, "Marta <i>")
    await site.db.guests.store(GUEST, b"sealed", "fingerprint")
    pause = f"/owner/accounts/{GUEST}/rest"
    page = await owner.get("/owner/accounts")
    assert f"Marta <i> {GUEST}" in page.words
    assert "<i>" not in page.text
    assert pause in page.text
    await site.db.guests.suspend(GUEST)
    page = await owner.get("/owner/accounts")
    assert f"Marta <i> {GUEST} amico ⏸ sospeso da" in page.words
    assert pause not in page.text
    await site.db.guests.remove(GUEST)


async def test_tonights_openings_are_shown_with_their_rehearsal(site: Site, owner: Browser) -> None:
    opens = site.clock.now + timedelta(hours=13)
    wish = ClassRef("PILATES", "Bovisa", date(2026, 11, 24), time(9))
    new = NewAction(ActionType.BOOK, FRIEND, wish, opens_at=opens, rehearse_at=site.clock.now + timedelta(hours=9))
    await site.db.requests.add(new)
    page = await owner.get("/owner/openings")
    assert "PILATES · Bovisa" in page.words
    assert "la prova è alle 20:00" in page.words


async def test_evidence_is_text_and_never_runs(site: Site, owner: Browser) -> None:
    page = await owner.get(f"/owner/evidence/{FOLDER}")
    assert SITES_PAGE in page.text.replace("&lt;", "<").replace("&gt;", ">")
    assert "<script" not in page.text
    assert "<body onload" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    picture = await owner.get(f"/owner/evidence/{FOLDER}/picture")
    assert picture.body.startswith(PNG)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "..", "%2e%2e", "..%2fevidence", f"{FOLDER}%2f..%2f..", f"{FOLDER}%00", f"{FOLDER}/..%2f..%2fpolimisport.db",
        "20261122T090000.000001Z-link", "20261399T090000.000001Z-x", f"..%5c{FOLDER}", f"%2e%2e/evidence/{FOLDER}",
    ],
)  # fmt: skip
async def test_no_path_leads_out_of_the_evidence(site: Site, owner: Browser, name: str) -> None:
    link = site.settings.state_dir / "evidence" / "20261122T090000.000001Z-link"
    if not link.is_symlink():
        link.symlink_to(Path(site.settings.local_path).parent)
    assert (await owner.get(f"/owner/evidence/{name}")).status == 404
    assert (await owner.get(f"/owner/evidence/{name}/picture")).status == 404


async def test_a_linked_or_false_picture_is_not_served(site: Site, owner: Browser) -> None:
    folder = site.settings.state_dir / "evidence" / "20261122T090000.000002Z-other"
    folder.mkdir()
    (folder / "screenshot.png").write_bytes(b"<html>not a picture</html>")
    (folder / "page.html").symlink_to(site.settings.local_path)
    assert (await owner.get(f"/owner/evidence/{folder.name}/picture")).status == 404
    assert "SQLite" not in (await owner.get(f"/owner/evidence/{folder.name}")).text


async def test_the_log_is_shown_without_secrets_and_by_how_serious_it_is(site: Site, owner: Browser) -> None:
    whole = await owner.get("/owner/log")
    assert "→ book 1" in whole.words
    assert "it failed with ****" in whole.words
    assert "<b>boom" not in whole.text
    serious = await owner.get("/owner/log?serious=1")
    assert "→ book 1" not in serious.words
    assert "Traceback: <b>boom</b>" in serious.words
    assert "it failed" not in (await owner.get("/owner/log?program=worker")).words


async def test_no_survey_begins_shortly_before_an_opening(site: Site, owner: Browser) -> None:
    page = await owner.get("/owner/survey")
    wish = ClassRef("SPINNING", "Bovisa", date(2026, 11, 24), time(9))
    soon = site.clock.now + timedelta(minutes=20)
    action = await site.db.requests.add(NewAction(ActionType.BOOK, FRIEND, wish, opens_at=soon))
    answer = await owner.post("/owner/survey", {"csrf": page.csrf})
    assert "Tra poco apre una lezione" in answer.words
    await site.db.requests.withdraw(action.id, FRIEND)


async def test_what_was_said_is_never_taken_from_the_address(owner: Browser) -> None:
    answer = await owner.get("/owner?said=%3Cscript%3Ealert(1)%3C/script%3E")
    assert 'role="status"' not in answer.text
    assert not re.search(r"alert\(1\)", answer.text)


@pytest.mark.parametrize("number", ["0x1", "-1", "99999999999999999999", "9223372036854775808", "1%20", "%C2%B2"])
async def test_only_a_number_names_an_action(owner: Browser, number: str) -> None:
    csrf = (await owner.get("/owner/queue")).csrf
    assert (await owner.post(f"/owner/actions/{number}/withdraw", {"csrf": csrf})).status == 404

"""Sessions on the site: one login, in whichever process; what is kept on disk; what is left when all is closed."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import Page

import booking
import cancelling
import errors
from demo.site import Site, SiteWorld
from model import Wish
from portal.browser import start_driver
from portal.budget import BURST, Budget
from portal.codes import Codes
from portal.door import Door
from portal.evidence import KEPT, Evidence, clean_page
from portal.sanitizer import sanitized
from portal.session import MOST_PAGES, Portal, SiteSession
from portal.state import SessionStore
from portal.trouble import Answer, check
from redaction import HIDDEN
from tests.processes import children_of, kill, name_of, our_children
from tests.sites import GIULIA, OTP_URL, PASSWORD, SECRET, Clock, access, credentials, enter, wish

pytest_plugins = ["tests.site_fixtures"]

QUICK_CODES = OTP_URL + "&period=3"


@pytest.fixture
def quick_codes(world: SiteWorld, portal: Portal) -> SiteSession:
    """Somebody whose one-time codes change every three seconds: waiting for the next one takes no time."""
    world.accounts.people[GIULIA].period = 3
    return portal.session(credentials(otp_url=QUICK_CODES))


@pytest.fixture
def pilates(world: SiteWorld) -> Wish:
    return wish(world)


async def until(true: Callable[[], bool]) -> None:
    """Waits, with a limit, for what another process does in its own time."""
    async with asyncio.timeout(40):
        while not true():  # noqa: ASYNC110 - a process that ends sets no event
            await asyncio.sleep(0.01)


# ----- logging in


async def test_a_newcomer_is_logged_in_and_the_session_kept(
    newcomer: SiteSession, world: SiteWorld, pilates: Wish, tmp_path: Path
) -> None:
    assert (await booking.book(newcomer, pilates)).way == "requests"
    assert (world.login_attempts[GIULIA], len(world.codes_received[GIULIA])) == (1, 1)
    kept = tmp_path / "sessions" / "1.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


async def test_a_kept_session_needs_no_login_and_no_browser(
    site: Site, session: SiteSession, world: SiteWorld, tmp_path: Path, site_clock: Clock
) -> None:
    await booking.my_bookings(session)
    async with Portal(access(site, tmp_path, site_clock)) as another:
        assert await booking.my_bookings(another.session(credentials())) == ()
        assert not any("chrom" in name for name in our_children())
    assert world.login_attempts[GIULIA] == 0


async def test_a_wrong_password_is_sent_once_whoever_waits(portal: Portal, world: SiteWorld, pilates: Wish) -> None:
    session = portal.session(credentials(password="sbagliata"))
    work = [booking.book(session, pilates), booking.my_bookings(session), booking.my_bookings(session)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [type(each) for each in results] == [errors.LoginRejected] * 3
    assert "errati" in str(results[0])
    with pytest.raises(errors.LoginRejected):
        await booking.my_bookings(session)
    assert world.login_attempts[GIULIA] == 1


async def test_two_processes_log_in_once(
    site: Site, portal: Portal, world: SiteWorld, tmp_path: Path, site_clock: Clock
) -> None:
    async with Portal(access(site, tmp_path, site_clock)) as other:
        sessions = [portal.session(credentials()), other.session(credentials())]
        await asyncio.gather(*(booking.my_bookings(each) for each in sessions))
    assert world.login_attempts[GIULIA] == 1


async def test_a_rejected_login_is_not_repeated_by_the_process_that_waited(
    site: Site, portal: Portal, world: SiteWorld, tmp_path: Path, site_clock: Clock
) -> None:
    wrong = credentials(password="sbagliata")
    async with Portal(access(site, tmp_path, site_clock)) as other:
        work = [booking.my_bookings(each.session(wrong)) for each in (portal, other)]
        results = await asyncio.gather(*work, return_exceptions=True)
    assert [type(each) for each in results] == [errors.LoginRejected] * 2
    assert world.login_attempts[GIULIA] == 1


async def test_a_refused_code_is_followed_by_the_next(quick_codes: SiteSession, world: SiteWorld) -> None:
    world.faults.refuse_code, world.faults.times["refuse_code"] = True, 1
    assert await booking.my_bookings(quick_codes) == ()
    assert len(set(world.codes_received[GIULIA])) == 2
    assert world.login_attempts[GIULIA] == 1


async def test_two_refused_codes_are_enough(quick_codes: SiteSession, world: SiteWorld) -> None:
    world.faults.refuse_code = True
    with pytest.raises(errors.OtpRejected):
        await booking.my_bookings(quick_codes)
    assert len(world.codes_received[GIULIA]) == 2


@pytest.mark.parametrize("into", [0.0, 7.0, 29.9])
@pytest.mark.parametrize(("in_haste", "sent_at"), [(False, 15), (True, 1)])
async def test_a_code_that_must_be_waited_for_is_sent_in_the_middle_of_its_period_or_at_its_beginning_in_haste(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, into: float, in_haste: bool, sent_at: int
) -> None:
    """In the middle a site that takes the present code alone takes it, though a clock is seconds wrong; but who waits
    for an opening at the end of a period must not be late for that."""
    now = datetime.fromtimestamp(1_800_000_000 + into, UTC)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    codes = Codes(credentials(), SessionStore(tmp_path, 42, GIULIA), lambda: now, lambda: in_haste)
    first = await codes.next() if into < 27 else None  # too late in its period to be sent at all
    monkeypatch.setattr("asyncio.sleep", sleep)
    assert await codes.next() != first
    assert [round(now.timestamp() + wait, 3) % 30 for wait in waits] == [sent_at]


async def test_no_code_is_sent_twice_by_whichever_process(
    quick_codes: SiteSession, site: Site, world: SiteWorld, tmp_path: Path, site_clock: Clock
) -> None:
    await booking.my_bookings(quick_codes)
    world.end_sessions()
    async with Portal(access(site, tmp_path, site_clock)) as other:
        await booking.my_bookings(other.session(quick_codes.credentials))
    assert len(set(world.codes_received[GIULIA])) == 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("sso_down", errors.LoginUnavailable),
        ("status_500", errors.SiteUnavailable),
        ("maintenance", errors.SiteUnavailable),
        ("reset", errors.SiteUnavailable),
        ("hang", errors.SiteUnavailable),
        ("captcha", errors.Blocked),
        ("status_429", errors.Blocked),
    ],
)
async def test_trouble_while_logging_in_is_told_as_what_it_is(
    site: Site, world: SiteWorld, tmp_path: Path, site_clock: Clock, fault: str, kind: type[errors.SiteError]
) -> None:
    setattr(world.faults, fault, True)
    timeout = 2.0 if fault == "hang" else 10.0
    async with Portal(access(site, tmp_path, site_clock, timeout=timeout)) as portal:
        with pytest.raises(errors.SiteError) as caught:
            await booking.my_bookings(portal.session(credentials()))
    assert type(caught.value) is kind


async def test_a_login_page_nobody_knows_leaves_evidence_without_secrets(
    newcomer: SiteSession, world: SiteWorld, tmp_path: Path
) -> None:
    world.faults.rename_classes = {"home_btt_booking": "home_tile"}
    with pytest.raises(errors.LoginStuck) as caught:
        await booking.my_bookings(newcomer)
    folder = Path(str(caught.value.evidence))
    assert {each.name for each in folder.iterdir()} == {"page.html", "note.txt"}
    assert "/sportpolimi/: the site says «Home - Sport Polimi: " in str(caught.value)
    assert "Giulia" not in str(caught.value)  # whom the page greets
    text = "".join((folder / name).read_text() for name in ("page.html", "note.txt"))
    assert not any(secret in text for secret in (PASSWORD, SECRET, *world.codes_received[GIULIA]))


async def test_a_cookie_banner_over_everything_is_dismissed(newcomer: SiteSession, world: SiteWorld) -> None:
    world.faults.banner_over_button = True
    assert await booking.my_bookings(newcomer) == ()


# ----- the stored session


async def test_a_session_renewed_by_another_process_is_taken_up(
    session: SiteSession, site: Site, world: SiteWorld
) -> None:
    await booking.my_bookings(session)
    world.end_sessions()
    enter(session, site)  # as another process would
    assert await booking.my_bookings(session) == ()
    assert world.login_attempts[GIULIA] == 0


async def test_a_session_of_another_user_name_is_ignored(session: SiteSession, tmp_path: Path) -> None:
    assert session._store.load() is not None
    assert SessionStore(tmp_path / "sessions", 1, "somebody else").load() is None


async def test_a_broken_session_file_is_replaced(session: SiteSession, world: SiteWorld, tmp_path: Path) -> None:
    (tmp_path / "sessions" / "1.json").write_text("{broken")
    assert await booking.my_bookings(session) == ()
    assert world.login_attempts[GIULIA] == 1


async def test_cookies_the_site_renews_are_kept(session: SiteSession) -> None:
    await booking.my_bookings(session)
    state = session._store.load()
    assert state is not None
    assert {each["name"] for each in state["cookies"]} >= {".ASPXAUTH_SOCIALBOOKING", "__RequestVerificationToken"}


async def test_new_credentials_make_a_new_session(portal: Portal) -> None:
    first = portal.session(credentials())
    assert portal.session(credentials()) is first
    assert portal.session(replace(credentials(), password="nuova")) is not first


async def test_a_lock_is_held_by_one_login_at_a_time(tmp_path: Path) -> None:
    one, other = (SessionStore(tmp_path, 1, GIULIA) for _ in range(2))
    async with one.locked():
        waiting = asyncio.create_task(_enter_and_leave(other))
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
    await asyncio.wait_for(waiting, 5)


async def _enter_and_leave(store: SessionStore) -> None:
    async with store.locked():
        return


# ----- driver and browser


async def test_nothing_runs_before_it_is_needed_and_nothing_after(
    site: Site, tmp_path: Path, site_clock: Clock, world: SiteWorld
) -> None:
    async with Portal(access(site, tmp_path, site_clock)) as portal:
        session = portal.session(credentials())
        await until(lambda: our_children() == [])
        await booking.my_bookings(session)
        assert any("chrom" in name for name in our_children())
    await until(lambda: our_children() == [])


async def test_the_driver_writes_nothing_down_whatever_the_environment_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    written = {
        "DEBUG": "*",
        "DEBUG_FILE": str(tmp_path / "debug"),
        "PWDEBUG": "1",
        "SSLKEYLOGFILE": str(tmp_path / "keys"),
    }
    for name, value in written.items():
        monkeypatch.setenv(name, value)
    driver = await start_driver(tmp_path / "cache")
    await (await driver.request.new_context()).dispose()
    await driver.stop()
    assert capfd.readouterr() == ("", "")
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == []
    assert written.keys() & os.environ.keys() == set()


async def test_the_browser_is_closed_before_the_driver_when_idle(site: Site, tmp_path: Path, site_clock: Clock) -> None:
    patient = replace(access(site, tmp_path, site_clock), browser_idle_seconds=0.0)
    async with Portal(patient) as portal:
        session = portal.session(credentials())
        await booking.my_bookings(session)
        await portal.close_idle()
        await until(lambda: not any("chrom" in name for name in our_children()))
        assert our_children() != []
        portal.access = replace(patient, idle_seconds=0.0)
        await portal.close_idle()
        await until(lambda: our_children() == [])
        assert await booking.my_bookings(session) == ()


async def test_pages_wait_for_one_another_rather_than_crowd_a_small_machine(session: SiteSession) -> None:
    shown: list[int] = []

    async def look(page: Page) -> None:
        await page.goto("about:blank")
        shown.append(sum(len(context.pages) for context in page.context.browser.contexts))  # type: ignore[misc, union-attr]

    await asyncio.gather(*(session.on_page("look", look) for _ in range(MOST_PAGES + 3)))
    assert len(shown) == MOST_PAGES + 3
    assert max(shown) <= MOST_PAGES


async def test_what_is_in_use_is_not_closed_for_being_idle(session: SiteSession, portal: Portal) -> None:
    portal.access = replace(portal.access, idle_seconds=0.0, browser_idle_seconds=0.0)
    async with session.operation("a long reading"):
        await booking.my_bookings(session)
        await portal.close_idle()
        assert our_children() != []
    await portal.close_idle()
    await until(lambda: our_children() == [])


async def test_a_driver_that_died_is_replaced(session: SiteSession) -> None:
    await booking.my_bookings(session)
    kill(children_of(os.getpid()))
    await until(lambda: our_children() == [])
    with pytest.raises(errors.SiteUnavailable):
        await booking.my_bookings(session)
    assert await booking.my_bookings(session) == ()


async def test_a_connection_closed_under_one_account_leaves_the_driver_to_the_others(
    session: SiteSession, portal: Portal
) -> None:
    await booking.my_bookings(session)
    driver, held = portal._driver, session._held
    assert held
    await held.context.dispose()
    with pytest.raises(errors.SiteUnavailable):
        await booking.my_bookings(session)
    assert await booking.my_bookings(session) == ()
    assert portal._driver is driver


async def test_a_browser_that_died_is_replaced(session: SiteSession, world: SiteWorld, pilates: Wish) -> None:
    world.book(GIULIA, world.slot(pilates.day, pilates.course).appointment_id)
    async with session._portal.page(None):
        pass
    kill(each for each in children_of(os.getpid()) if "chrom" in name_of(each))
    await until(lambda: not any("chrom" in name for name in our_children()))
    assert (await cancelling.cancel(session, pilates)).proven


# ----- what the site's answers mean


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(302, "", {"location": "/sportpolimi/Account/Login?returnUrl=%2F"}), errors.SessionExpired),
        (Answer(302, "", {"location": "https://aunicalogin.polimi.it/x"}), errors.SessionExpired),
        (Answer(302, "", {"location": "/offline.html"}), errors.SiteUnavailable),
        (Answer(302, "", {}), errors.SiteUnavailable),
        (Answer(401, "", {}), errors.SessionExpired),
        (Answer(403, "", {}), errors.Blocked),
        (Answer(429, "", {}), errors.Blocked),
        (Answer(404, "", {}), errors.SiteChanged),
        (Answer(502, "", {}), errors.SiteUnavailable),
        (Answer(200, "<form><button>Accedi al tuo account</button></form>", {}), errors.SessionExpired),
        (Answer(200, "<h1>Sito in manutenzione</h1>", {}), errors.SiteUnavailable),
        (Answer(200, "<div class='g-recaptcha'>", {}), errors.Blocked),
        (Answer(200, "<html>", {}), errors.SiteChanged),
        (Answer(200, "", {}), errors.SiteChanged),
    ],
)
def test_an_answer_is_judged_by_what_it_is(answer: Answer, kind: type[errors.SiteError]) -> None:
    with pytest.raises(errors.SiteError) as caught:
        check(answer, "https://ecomm.sportrick.com/sportpolimi", "/Booking/BookAppointment", wants_json=True)
    assert type(caught.value) is kind


# ----- evidence and budget


async def test_evidence_hides_secrets_and_keeps_the_last_folders(tmp_path: Path, site_clock: Clock) -> None:
    html = f"""<input type="hidden" name="__RequestVerificationToken" value="abcdefghijkl123">
      <input name='otp' value='123456'><p>{PASSWORD}</p><script>{{"token": "zyxwvutsrqponml"}}</script><b>Pilates</b>"""
    evidence, door = Evidence(tmp_path / "evidence", site_clock), Door(credentials(), site_clock)
    folders = [await evidence.keep("My bookings!", html, "note", b"png", door) for _ in range(KEPT + 3)]
    kept = sorted(os.listdir(tmp_path / "evidence"))
    assert kept == [Path(str(each)).name for each in folders[3:]]
    text = (tmp_path / "evidence" / kept[0] / "page.html").read_text()
    assert "Pilates" in text
    assert not any(secret in text for secret in ("abcdefghijkl123", "123456", PASSWORD, "zyxwvutsrqponml"))
    assert kept[0].endswith("-my-bookings")


TYPED = """<input value=V1><input type=submit value='V2'><textarea>V3<b>V3</textarea>
<select><option>una<option selected>V4</select><p data-x="V5" onclick="V6" style="content:'V7'" hidden>resta</p>
<!-- V8 --><a href="/via;jsessionid=V9?t=V10#V11">qui</a><meta content=V12><script>V13</script>
<img srcset=V14 src="data:image/png;base64,V15"><template>V16</template><form action="https://me:V17@host/path?V18">
<iframe srcdoc="V19"></iframe><span class="username">V20</span><style>V21</style>
<div class="profile"><div><img></div>V22</div><input id="UserName" value=V23><p>in fondo</p>"""


def test_what_was_typed_stored_or_computed_is_no_evidence() -> None:
    page = sanitized(TYPED)
    assert re.findall(r"V\d+", page) == []
    assert all(
        kept in page for kept in ("una", "resta", "qui", "in fondo", 'href="/via"', 'action="https://host/path"')
    )


def test_a_secret_that_can_be_read_across_tags_leaves_no_page(site_clock: Clock) -> None:
    half = len(PASSWORD) // 2
    assert clean_page(f"<p>{PASSWORD[:half]}<b>{PASSWORD[half:]}</b></p>", Door(credentials(), site_clock)) == HIDDEN


def test_a_page_that_names_many_people_hides_them_all(site_clock: Clock) -> None:
    """The person's own name stands among them, wherever."""
    names = [f"Nome{number:02d} Cognome" for number in range(60)]
    page = "".join(f"<b class=user-name>{name}</b>" for name in names).replace("class=user-name", "class='user-name'")
    door = Door(credentials(), site_clock)
    door.note_name(page)
    assert [name for name in names if name in door.text(f"Ciao {name}!")] == []


async def test_evidence_that_cannot_be_written_is_no_error(tmp_path: Path, site_clock: Clock) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    door = Door(credentials(), site_clock)
    assert await Evidence(tmp_path / "evidence", site_clock).keep("x", "", "", None, door) is None


async def test_a_budget_slows_down_what_is_not_urgent(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    budget = Budget("account 1")
    for _ in range(int(BURST)):
        await budget.spend()
    assert not waited
    await budget.spend(urgent=True)
    assert not waited
    await budget.spend()
    assert len(waited) == 1
    assert waited[0] > 1
    assert budget.last_minute() == BURST + 2


async def test_who_waits_for_a_moment_keeps_the_driver(portal: Portal, session: SiteSession) -> None:
    portal.access = replace(portal.access, idle_seconds=0.0)
    await portal.get_ready()
    async with session.awake():
        await portal.close_idle()
        assert not portal.is_asleep
    await portal.close_idle()
    assert portal.is_asleep


async def test_renewed_cookies_are_written_once_an_opening_is_over_not_while_it_is_awaited(
    session: SiteSession,
) -> None:
    await booking.my_bookings(session)
    held = await session._take_up()
    held.cookies_changed = True
    held.state["cookies"] = []  # whatever the site sent is new
    async with session.awake():
        before = session._store.version()
        await booking.my_bookings(session)
        assert session._store.version() == before
    assert session._store.version() != before
    assert held.state["cookies"]


async def test_new_cookies_are_not_taken_for_a_new_login(
    portal: Portal, session: SiteSession, world: SiteWorld, pilates: Wish
) -> None:
    """An answer that came back in time renews a cookie while another finds the session over: still one login."""
    await booking.my_bookings(session)
    stale = session._store.version()
    held = await session._take_up()
    changed = {**held.state, "cookies": [*held.state["cookies"], {**held.state["cookies"][0], "name": "fresh"}]}
    await session._keep_cookies(held, changed)
    assert session._store.version() != stale
    assert not session._stored.is_another(stale)
    world.end_sessions()
    await session._stored.renew(stale)
    assert session._stored.is_another(stale)
    assert world.login_attempts[GIULIA] == 1

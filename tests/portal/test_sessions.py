"""Sessions on the site: one login, in whichever process; what is kept on disk; what is left when all is closed."""

from __future__ import annotations

import asyncio
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page

import booking
from demo.site import Site, SiteWorld
from domain import errors
from domain.model import ClassRef
from portal import api
from portal.access import SiteAccess, SiteLimits
from portal.browser.contexts import affinity
from portal.login.codes import Codes
from portal.portal import Portal, open_portal
from portal.resources import Account
from portal.session.logins import Logins
from portal.session.site_session import SiteSession
from portal.session.stored import StoredSession
from portal.storage.session_files import SessionFiles
from safety.elements import elements
from tests.support.clock import FakeClock
from tests.support.hostile import serving
from tests.support.lent_browser import LentBrowser, lent, pilates, portal, site  # noqa: F401 - fixtures
from tests.support.processes import our_children
from tests.support.running import PATIENCE
from tests.support.sites import GIULIA, OTP_URL, PASSWORD, PATIENT, ROME, SECRET, access, credentials, enter, files_of

pytest_plugins = ["tests.support.site_fixtures"]
pytestmark = pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent

QUICK_CODES = OTP_URL + "&period=5"


@pytest.fixture
def quick_codes(world: SiteWorld, portal: Portal) -> SiteSession:
    """Somebody whose one-time codes change every five seconds: waiting for the next one takes no time."""
    world.accounts.people[GIULIA].period = 5
    return portal.session(credentials(otp_url=QUICK_CODES))


# ----- logging in


async def test_a_page_is_parsed_once_for_all_who_look_at_it(session: SiteSession) -> None:
    await booking.my_bookings(session)
    elements.cache_clear()
    await booking.my_bookings(session)
    assert elements.cache_info().misses == 1


async def test_a_newcomer_is_logged_in_and_the_session_kept(
    newcomer: SiteSession, world: SiteWorld, pilates: ClassRef, tmp_path: Path
) -> None:
    assert (await booking.book(newcomer, pilates)).way == "requests"
    assert (world.accounts.login_attempts[GIULIA], len(world.accounts.codes_received[GIULIA])) == (1, 1)
    kept = tmp_path / "sessions" / "1.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700


@pytest.mark.process
async def test_a_kept_session_needs_no_login_and_no_browser(
    site: Site, session: SiteSession, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    await booking.my_bookings(session)
    async with open_portal(access(site, tmp_path, site_clock)) as another:
        assert await booking.my_bookings(another.session(credentials())) == ()
        assert not any("chrom" in name for name in our_children())
    assert world.accounts.login_attempts[GIULIA] == 0


async def test_a_wrong_password_is_sent_once_whoever_waits(portal: Portal, world: SiteWorld, pilates: ClassRef) -> None:
    session = portal.session(credentials(password="sbagliata"))
    work = [booking.book(session, pilates), booking.my_bookings(session), booking.my_bookings(session)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [type(each) for each in results] == [errors.LoginRejected] * 3
    assert "errati" in str(results[0])
    with pytest.raises(errors.LoginRejected):
        await booking.my_bookings(session)
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_two_processes_log_in_once(
    engine: LentBrowser, site: Site, portal: Portal, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    async with lent(engine, access(site, tmp_path, site_clock)) as other:
        sessions = [portal.session(credentials()), other.session(credentials())]
        await asyncio.gather(*(booking.my_bookings(each) for each in sessions))
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_a_rejected_login_is_not_repeated_by_the_process_that_waited(
    engine: LentBrowser, site: Site, portal: Portal, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    wrong = credentials(password="sbagliata")
    async with lent(engine, access(site, tmp_path, site_clock)) as other:
        work = [booking.my_bookings(each.session(wrong)) for each in (portal, other)]
        results = await asyncio.gather(*work, return_exceptions=True)
    assert [type(each) for each in results] == [errors.LoginRejected] * 2
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_a_refused_code_is_followed_by_the_next(quick_codes: SiteSession, world: SiteWorld) -> None:
    world.faults.refuse_code, world.faults.times["refuse_code"] = True, 1
    assert await booking.my_bookings(quick_codes) == ()
    assert len(set(world.accounts.codes_received[GIULIA])) == 2
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_two_refused_codes_are_enough(quick_codes: SiteSession, world: SiteWorld) -> None:
    world.faults.refuse_code = True
    with pytest.raises(errors.OtpRejected):
        await booking.my_bookings(quick_codes)
    assert len(world.accounts.codes_received[GIULIA]) == 2


@pytest.mark.parametrize("into", [0.0, 7.0, 29.9])
@pytest.mark.parametrize(("in_haste", "sent_at"), [(False, 15), (True, 1)])
async def test_a_code_that_must_be_waited_for_is_sent_in_the_middle_of_its_period_or_at_its_beginning_in_haste(
    tmp_path: Path, into: float, in_haste: bool, sent_at: int
) -> None:
    """In the middle a site that takes the present code alone takes it, though a clock is seconds wrong; but who waits
    for an opening at the end of a period must not be late for that."""
    now = datetime.fromtimestamp(1_800_000_000 + into, UTC)
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    codes = Codes(credentials(), SessionFiles(tmp_path, 42, GIULIA), lambda: now, lambda: in_haste, sleep)
    first = await codes.next() if into < 27 else None  # too late in its period to be sent at all
    assert await codes.next() != first
    assert [round(now.timestamp() + wait, 3) % 30 for wait in waits] == [sent_at]


async def test_no_code_is_sent_twice_by_whichever_process(
    engine: LentBrowser, quick_codes: SiteSession, site: Site, world: SiteWorld, tmp_path: Path, site_clock: FakeClock
) -> None:
    await booking.my_bookings(quick_codes)
    world.accounts.end_sessions()
    async with lent(engine, access(site, tmp_path, site_clock)) as other:
        await booking.my_bookings(other.session(quick_codes.credentials))
    assert len(set(world.accounts.codes_received[GIULIA])) == 2


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
    engine: LentBrowser,
    site: Site,
    world: SiteWorld,
    tmp_path: Path,
    site_clock: FakeClock,
    fault: str,
    kind: type[errors.SiteError],
) -> None:
    setattr(world.faults, fault, True)
    timeout = 2.0 if fault in ("hang", "maintenance") else PATIENT  # what is waited for does not come
    async with lent(engine, access(site, tmp_path, site_clock, timeout=timeout)) as portal:
        with pytest.raises(errors.SiteError) as caught:
            await booking.my_bookings(portal.session(credentials()))
    assert type(caught.value) is kind


async def test_a_login_page_nobody_knows_leaves_evidence_without_secrets(
    newcomer: SiteSession, world: SiteWorld, tmp_path: Path
) -> None:
    world.faults.rename_classes = {"home_btt_booking": "home_tile"}
    with pytest.raises(errors.LoginBlocked) as caught:
        await booking.my_bookings(newcomer)
    folder = Path(str(caught.value.evidence))
    assert {each.name for each in folder.iterdir()} == {"page.html", "note.txt"}
    assert "/sportpolimi/: the site says «Home - Sport Polimi: " in str(caught.value)
    assert "Giulia" not in str(caught.value)  # whom the page greets
    text = "".join((folder / name).read_text() for name in ("page.html", "note.txt"))
    assert not any(secret in text for secret in (PASSWORD, SECRET, *world.accounts.codes_received[GIULIA]))


async def test_a_cookie_banner_over_everything_is_dismissed(newcomer: SiteSession, world: SiteWorld) -> None:
    world.faults.banner_over_button = True
    assert await booking.my_bookings(newcomer) == ()


# ----- the stored session


async def test_a_session_renewed_by_another_process_is_taken_up(
    session: SiteSession, site: Site, world: SiteWorld
) -> None:
    await booking.my_bookings(session)
    world.accounts.end_sessions()
    enter(session, site)  # as another process would
    assert await booking.my_bookings(session) == ()
    assert world.accounts.login_attempts[GIULIA] == 0


async def test_a_session_of_another_user_name_is_ignored(session: SiteSession, tmp_path: Path) -> None:
    assert files_of(session).load() is not None
    assert SessionFiles(tmp_path / "sessions", 1, "somebody else").load() is None


async def test_a_broken_session_file_is_replaced(session: SiteSession, world: SiteWorld, tmp_path: Path) -> None:
    (tmp_path / "sessions" / "1.json").write_text("{broken")
    assert await booking.my_bookings(session) == ()
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_cookies_the_site_renews_are_kept(session: SiteSession) -> None:
    await booking.my_bookings(session)
    state = files_of(session).load()
    assert state is not None
    assert {each["name"] for each in state["cookies"]} >= {".ASPXAUTH_SOCIALBOOKING", "__RequestVerificationToken"}


async def test_new_credentials_make_a_new_session(portal: Portal) -> None:
    first = portal.session(credentials())
    assert portal.session(credentials()) is first
    assert portal.session(replace(credentials(), password="nuova")) is not first


async def test_a_lock_is_held_by_one_login_at_a_time(tmp_path: Path) -> None:
    one, other = (SessionFiles(tmp_path, 1, GIULIA) for _ in range(2))
    async with one.locked():
        waiting = asyncio.create_task(_enter_and_leave(other))
        done, _ = await asyncio.wait({waiting}, timeout=0.2)
        assert not done
    await asyncio.wait_for(waiting, PATIENCE)


async def _enter_and_leave(store: SessionFiles) -> None:
    async with store.locked():
        return


async def test_pages_wait_for_one_another_rather_than_crowd_a_small_machine(session: SiteSession) -> None:
    shown: list[int] = []

    async def look(page: Page) -> None:
        await page.goto("about:blank")
        shown.append(sum(len(context.pages) for context in page.context.browser.contexts))  # type: ignore[misc, union-attr]

    await asyncio.gather(*(session.on_page("look", look) for _ in range(SiteLimits().pages_at_once + 3)))
    assert len(shown) == SiteLimits().pages_at_once + 3
    assert max(shown) <= SiteLimits().pages_at_once


async def test_renewed_cookies_are_written_once_an_opening_is_over_not_while_it_is_awaited(
    session: SiteSession,
) -> None:
    async with session.awake():
        before = files_of(session).version()
        await booking.my_bookings(session)  # the site gives a cookie more
        assert files_of(session).version() == before
    assert files_of(session).version() != before
    assert len((files_of(session).load() or {})["cookies"]) > 1


async def test_new_cookies_are_not_taken_for_a_new_login(
    portal: Portal, session: SiteSession, world: SiteWorld, pilates: ClassRef
) -> None:
    """An answer that came back in time renews a cookie while another finds the session over: still one login."""
    await booking.my_bookings(session)
    account = Account(session.credentials, session.redactor, files_of(session))
    stored = StoredSession(account, session.access.places)
    stale, state = stored.version, stored.state()
    assert state
    stored.keep_renewed(stale, {**state, "cookies": [*state["cookies"], {**state["cookies"][0], "name": "fresh"}]})
    assert stored.version != stale
    assert not stored.is_another(stale)
    world.accounts.end_sessions()
    await Logins(portal.resources, account, stored).renew(stale)
    assert stored.is_another(stale)
    assert world.accounts.login_attempts[GIULIA] == 1


async def test_the_time_is_asked_of_the_server_that_a_cookie_keeps_us_with(
    engine: LentBrowser, tmp_path: Path, site_clock: FakeClock
) -> None:
    """A neighbour's clock may be seconds off. Whom no cookie keeps anywhere takes none along: any server may answer."""
    async with serving() as hosts:
        host = hosts["booking"]
        headers = {"Set-Cookie": "ARRAffinity=a-neighbours; Path=/"}
        host.pages["/Booking"] = web.Response(headers=headers)
        to = SiteAccess(
            base_url=host.address, login_hosts=("localhost",), state_dir=tmp_path, timezone=ROME, clock=site_clock
        )
        async with lent(engine, to) as portal:
            session = portal.session(credentials())
            for _ in range(2):
                await api.server_date(session)
                await asyncio.gather(*(each for each in asyncio.all_tasks() if each.get_name() == "tidying up"))
            assert not host.told("a-neighbours")
            common = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False}
            mine = {"ARRAffinity": "my-servers", ".ASPXAUTH": "my-secret", "lang": "it"}
            cookies = [{"name": name, "value": value, "sameSite": "Lax", **common} for name, value in mine.items()]
            files_of(session).save({"cookies": cookies, "origins": []})
            await api.server_date(session)
            assert host.told("ARRAffinity=my-servers")
            assert not host.told("my-secret")


async def test_cookies_that_keep_with_a_server_are_told_from_those_of_a_person() -> None:
    keep = ["ARRAffinity", "ARRAffinitySameSite", "AWSALB", "AWSALBCORS", "SERVERID", "SRV", "BIGipServerpool_web"]
    keep += ["NSC_vip", "ROUTEID", "X-Application-Server", "web_node"]
    others = [".ASPXAUTH_SOCIALBOOKING", "ASP.NET_SessionId", "__RequestVerificationToken", "serverSession", "webauth"]
    others += ["lang", "observer", "cookie_consent", "_ga"]
    state = {"cookies": [{"name": name, "value": "1", "domain": ".sport.example"} for name in keep + others]}
    assert {name for name, _ in affinity(state, "https://www.sport.example/x")} == set(keep)
    assert not affinity(state, "https://elsewhere.example/x")

"""What the simulated site may be set to: its crowd, its patience, its rules, and where it is reached."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
from bs4 import BeautifulSoup

from demo.site import Outcome, Person, Site, SiteWorld, Slot, Switches
from demo.site.accounts import AUTH_COOKIE
from demo.site.farm import HEADER as NAME
from demo.site.load import ANYTHING, BLOCKED_FOR, BOOKINGS
from demo.site.people import people, person
from demo.site.schedule import LIMIT_WORDS
from demo.site.switches import LIMITS, lively
from domain.request_counts import BURST
from portal.session.request_budget import PER_SECOND
from tests.support.clock import FakeClock
from tests.support.running import PATIENCE

GIULIA, MARCO = "10000001", "10000002"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)  # its classes opened on Sunday at 00:00
SATURDAY = date(2026, 11, 28)  # its classes open on Thursday
OUR_REQUESTS = 10  # that the product sends around an opening, at most


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SUNDAY)


@pytest.fixture
def world(clock: FakeClock) -> SiteWorld:
    return SiteWorld(
        clock=clock, people=[Person(GIULIA, "password", SECRET, name="Giulia"), Person(MARCO, "x", SECRET)]
    )


@pytest.fixture
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@pytest.fixture
async def giulia(site: Site) -> AsyncIterator[aiohttp.ClientSession]:
    cookies = {AUTH_COOKIE: site.world.accounts.open_session(GIULIA)}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield http


async def get(http: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with http.get(url, allow_redirects=False) as answer:
        return answer.status, await answer.text()


async def book(http: aiohttp.ClientSession, site: Site, slot: Slot) -> aiohttp.ClientResponse:
    form = {"appointmentID": slot.appointment_id}
    async with http.post(f"{site.base_url}/Booking/BookAppointment", data=form) as answer:
        await answer.read()
        return answer


@pytest.fixture
def pilates(world: SiteWorld) -> Slot:
    return world.slot(TUESDAY, course="PILATES MATWORK")


# ----- the crowd


def test_a_popular_course_fills_along_a_curve_and_not_at_once(clock: FakeClock) -> None:
    world = SiteWorld(clock=clock, crowds=True)
    slot = world.slot(SATURDAY, course="PILATES MATWORK")
    clock.now = slot.opens_at.astimezone(UTC)
    taken = []
    while slot.free:
        clock.go(seconds=0.25)
        taken.append(world.slot(SATURDAY, course="PILATES MATWORK").taken)
    assert 4 <= len(taken) * 0.25 <= 12.25
    assert len(set(taken)) > slot.capacity / 2
    assert taken[len(taken) // 4] >= slot.capacity * 0.4


@pytest.mark.parametrize("course", ["PILATES MATWORK", "BOXE"])
def test_a_crowd_twice_as_fast_needs_half_the_time(clock: FakeClock, course: str) -> None:
    crowds = [
        SiteWorld(clock=clock, crowds=True, switches=Switches(crowd_speed=speed)).slot(SATURDAY, course).crowds
        for speed in (1.0, 2.0)
    ]
    assert [each.after / 2 for each in crowds[0]] == pytest.approx([each.after for each in crowds[1]])
    assert [each.places for each in crowds[0]] == [each.places for each in crowds[1]]


def test_a_crowd_leaves_places_of_an_ordinary_course(clock: FakeClock) -> None:
    world = SiteWorld(clock=clock, crowds=True)
    slot = world.slot(SATURDAY, course="BOXE")
    opened = slot.opens_at.astimezone(UTC)
    free = []
    for hours in (1, 12, 47):
        clock.now = opened + timedelta(hours=hours)
        free.append(world.slot(SATURDAY, course="BOXE").free)
    assert slot.capacity > free[0] > free[1] > free[2] > 0


async def test_in_a_rush_the_site_is_slow_and_at_times_out_of_breath(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession
) -> None:
    world.switches.rush_seconds = 4.0
    clock.now = world.slot(SATURDAY).opens_at.astimezone(UTC) + timedelta(seconds=0.5)
    began = asyncio.get_running_loop().time()
    statuses = await asyncio.gather(*(get(giulia, f"{site.base_url}/Booking") for _ in range(40)))
    assert {status for status, _ in statuses} == {200, 503}
    assert 1 <= sum(status == 503 for status, _ in statuses) <= 12
    assert asyncio.get_running_loop().time() - began > 0.3
    clock.go(seconds=4)
    assert {(await get(giulia, f"{site.base_url}/Booking"))[0] for _ in range(20)} == {200}


# ----- floods


async def test_a_flood_of_bookings_is_refused_and_says_for_how_long(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, pilates: Slot
) -> None:
    world.switches.refuse_floods = True
    world.fill(pilates.appointment_id)
    answers = [await book(giulia, site, pilates) for _ in range(int(BOOKINGS.burst) + 1)]
    assert {answer.status for answer in answers[:-1]} == {200}
    assert (answers[-1].status, int(answers[-1].headers["Retry-After"])) == (429, BLOCKED_FOR)
    clock.go(seconds=BLOCKED_FOR - 1)
    assert (await book(giulia, site, pilates)).headers["Retry-After"] == "1"
    clock.go(seconds=2)
    assert (await book(giulia, site, pilates)).status == 200


async def test_a_flood_of_one_account_costs_no_other(world: SiteWorld, site: Site, pilates: Slot) -> None:
    world.switches.refuse_floods = True
    statuses = {}
    for who in (GIULIA, MARCO):
        cookies = {AUTH_COOKIE: world.accounts.open_session(who)}
        async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            count = 40 if who == GIULIA else 1
            statuses[who] = (await asyncio.gather(*(book(http, site, pilates) for _ in range(count))))[-1].status
    assert statuses == {GIULIA: 429, MARCO: 200}


async def test_a_flood_of_readings_is_refused(world: SiteWorld, site: Site, giulia: aiohttp.ClientSession) -> None:
    world.switches.refuse_floods = True
    statuses = [(await get(giulia, f"{site.base_url}/"))[0] for _ in range(int(ANYTHING.burst) + 1)]
    assert (statuses.count(200), statuses[-1]) == (int(ANYTHING.burst), 429)


def test_who_keeps_to_our_own_budget_is_never_taken_for_a_flood() -> None:
    assert ANYTHING.burst > BURST
    assert ANYTHING.per_second > PER_SECOND
    assert BOOKINGS.burst >= 2 * OUR_REQUESTS


# ----- sessions and rules


def test_a_session_that_rests_too_long_is_over(world: SiteWorld, clock: FakeClock) -> None:
    world.switches.session_minutes = 20
    cookie = world.accounts.open_session(GIULIA)
    for _ in range(3):
        clock.go(minutes=19)
        assert world.accounts.username_of(cookie) == GIULIA
    clock.go(minutes=20)
    assert world.accounts.username_of(cookie) is None


async def test_late_cancelling_and_missed_classes_cost_points_that_the_site_shows(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, pilates: Slot
) -> None:
    world.switches.penalties = True
    gym = world.slot(TUESDAY, start="16:00", activity="Giuriati - Fit Center")
    for slot in (pilates, gym):
        world.book(GIULIA, slot.appointment_id)
    world.cancel(GIULIA, gym.appointment_id)  # in time
    assert await points(giulia, site) == "0"
    world.book(GIULIA, gym.appointment_id)
    clock.now = gym.starts_at.astimezone(UTC) - timedelta(hours=1)
    world.cancel(GIULIA, gym.appointment_id)
    assert await points(giulia, site) == "1"
    world.accounts.people[GIULIA].attends = False
    clock.now = pilates.ends_at.astimezone(UTC)
    assert await points(giulia, site) == "3"
    assert "Cancellazione tardiva" in (page := (await get(giulia, f"{site.base_url}/Booking"))[1])
    assert "Assenza: PILATES MATWORK del 24/11/2026 alle 18:00" in page
    tile = BeautifulSoup((await get(giulia, f"{site.base_url}/"))[1], "html.parser").select_one("#home_btt_penalty")
    assert tile is not None
    assert "3 Punti di penalità" in " ".join(tile.get_text().split())
    assert await (await book(giulia, site, free_gym(world, clock))).json() == {
        "status": "Error",
        "message": "Prenotazioni sospese fino al 01/12/2026 alle 18:55 per cancellazioni tardive o assenze.",
        "url": None,
        "canBookAgain": False,
    }
    clock.go(days=7)
    assert world.judge(GIULIA, free_gym(world, clock).appointment_id) is Outcome.BOOKED


async def points(http: aiohttp.ClientSession, site: Site) -> str:
    shown = BeautifulSoup((await get(http, f"{site.base_url}/Booking"))[1], "html.parser").select_one(".penalty-points")
    assert shown is not None
    return shown.get_text()


def free_gym(world: SiteWorld, clock: FakeClock) -> Slot:
    return world.slot(clock.now.date() + timedelta(days=1), activity="Giuriati - Fit Center")


async def test_without_penalties_the_site_shows_none(site: Site, giulia: aiohttp.ClientSession) -> None:
    assert "penalit" not in (await get(giulia, f"{site.base_url}/Booking"))[1]
    assert "penalit" not in (await get(giulia, f"{site.base_url}/"))[1]


def test_one_course_can_have_a_waiting_list_while_others_have_none(world: SiteWorld, pilates: Slot) -> None:
    world.switches.waiting_courses = ["ZUMBA"]
    zumba = world.slot(TUESDAY, course="ZUMBA")
    for slot in (pilates, zumba):
        world.fill(slot.appointment_id)
    assert world.book(GIULIA, pilates.appointment_id) is Outcome.FULL
    assert world.book(GIULIA, zumba.appointment_id) is Outcome.WAITING


def test_everything_is_off_unless_asked_for() -> None:
    assert SiteWorld().switches == Switches()
    words = {"overlap", "late_cancel", "refusal_field", "servers_told", "login_error", "login_pages", "session_end"}
    more = {"crowd_speed", "servers", "waiting_shown"}
    assert {name for name, value in Switches().as_dict().items() if value} == words | more
    assert lively() != Switches()


async def test_another_process_sets_switches_by_name(world: SiteWorld, site: Site) -> None:
    address = "{0.scheme}://{0.netloc}/__demo__/switches".format(urlsplit(site.base_url))
    async with aiohttp.ClientSession() as http:
        async with http.post(address, json={"session_minutes": 5, "waiting_courses": ["YOGA"]}) as answer:
            assert (await answer.json())["session_minutes"] == 5
        wrong_types = ({"penalties": 1}, {"rush_seconds": True}, {"waiting_courses": "YOGA"})
        for wrong in ({"penaltys": True}, *wrong_types, {"overlap": "x"}, {"login_pages": ["code", "x"]}):
            async with http.post(address, json=wrong) as answer:
                assert answer.status == 400, wrong
    assert (world.switches.session_minutes, world.switches.waiting_courses) == (5, ["YOGA"])
    assert not world.switches.penalties


# ----- rules of the house


@pytest.mark.parametrize("overlap", ["refused", "warned", "allowed"])
async def test_two_bookings_at_one_hour_are_refused_warned_of_or_taken(
    world: SiteWorld, site: Site, giulia: aiohttp.ClientSession, pilates: Slot, overlap: str
) -> None:
    world.switches.overlap = overlap
    world.book(GIULIA, world.slot(TUESDAY, start="17:30", activity="Giuriati - Fit Center").appointment_id)
    asked = f"{site.base_url}/Booking/ConfirmActivityBooking?appointmentID={pilates.appointment_id}"
    fragment = BeautifulSoup((await get(giulia, asked))[1], "html.parser")
    assert bool(fragment.select_one("#btnConfirmAppointmentBooking")) == (overlap != "refused")
    assert bool(fragment.select_one(".alert-warning")) == (overlap == "warned")
    outcome = Outcome.OVERLAP if overlap == "refused" else Outcome.BOOKED
    assert world.book(GIULIA, pilates.appointment_id) is outcome


@pytest.mark.parametrize("limit", LIMITS)
async def test_an_account_that_may_book_no_more_is_told_why(
    world: SiteWorld, site: Site, giulia: aiohttp.ClientSession, pilates: Slot, limit: str
) -> None:
    world.switches.update({"account_limit": limit, "most_bookings": 1, "refusal_field": "error_message"})
    gym = world.slot(TUESDAY, activity="Giuriati - Fit Center")
    assert world.book(GIULIA, gym.appointment_id) is Outcome.BOOKED
    refusal = await (await book(giulia, site, pilates)).json()
    assert refusal == {
        "status": "Error",
        "error_message": LIMIT_WORDS[limit],
        "url": None,
        "canBookAgain": False,
    }
    assert await listed(giulia, site, pilates) == "Disabled"
    world.switches.limit_words = "No."
    assert (await (await book(giulia, site, pilates)).json())["error_message"] == "No."


async def listed(http: aiohttp.ClientSession, site: Site, slot: Slot) -> str | None:
    """What the timetable says of the slot; None when it is not in it."""
    form = {"currentDate": slot.date.isoformat(), "activityID": slot.activity_id}
    async with http.post(f"{site.base_url}/Booking/GetActivitySchedule", data=form) as answer:
        shown = {each["AppointmentId"]: str(each["Status"]) for each in (await answer.json())["data"]}
    return shown.get(slot.appointment_id)


async def test_full_slots_and_those_not_open_can_be_left_out(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, pilates: Slot
) -> None:
    later = world.slot(SATURDAY, course="PILATES MATWORK")
    world.fill(pilates.appointment_id)
    assert [await listed(giulia, site, slot) for slot in (pilates, later)] == ["Disabled", "Disabled"]
    world.switches.hide_full = world.switches.hide_unopened = True
    assert [await listed(giulia, site, slot) for slot in (pilates, later)] == [None, None]
    clock.now = later.opens_at.astimezone(UTC)
    assert await listed(giulia, site, later) == "Available"


async def test_bookings_can_close_before_the_start(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, pilates: Slot
) -> None:
    world.switches.closes_minutes = 60
    clock.now = pilates.starts_at.astimezone(UTC) - timedelta(minutes=61)
    assert await listed(giulia, site, pilates) == "Available"
    clock.go(minutes=1)
    assert await listed(giulia, site, pilates) == "Disabled"
    assert world.book(GIULIA, pilates.appointment_id) is Outcome.CLOSED


@pytest.mark.parametrize("way", ["allowed", "refused", "no_button"])
async def test_late_cancelling_is_taken_refused_or_not_offered(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, pilates: Slot, way: str
) -> None:
    world.switches.late_cancel = way
    later = world.slot(SATURDAY, course="BOXE")
    later.opens_at = SUNDAY
    for slot in (pilates, later):
        world.book(GIULIA, slot.appointment_id)
    clock.now = pilates.starts_at.astimezone(UTC) - timedelta(hours=1)
    page = BeautifulSoup((await get(giulia, f"{site.base_url}/Booking"))[1], "html.parser")
    data = page.select_one("#booking-data")
    assert data is not None
    numbers = [world.places.number(GIULIA, slot.appointment_id) for slot in (pilates, later)]
    assert json.loads(data.get_text())["numbers"] == (numbers[1:] if way == "no_button" else numbers)
    assert len(page.select("button.btn-delete")) == (1 if way == "no_button" else 2)
    assert world.cancel(GIULIA, pilates.appointment_id) is (way == "allowed")


def test_outsiders_wait_after_a_cancellation_and_who_is_on_the_list_does_not(
    world: SiteWorld, clock: FakeClock, pilates: Slot
) -> None:
    world.switches.update({"held_minutes": 10, "waiting_courses": ["PILATES MATWORK"]})
    world.fill(pilates.appointment_id)
    assert world.book(MARCO, pilates.appointment_id) is Outcome.WAITING
    world.free(pilates.appointment_id, places=2)
    assert world.book(GIULIA, pilates.appointment_id) is Outcome.HELD
    assert world.book(MARCO, pilates.appointment_id) is Outcome.BOOKED
    assert world.waiting(pilates.appointment_id) == set()
    clock.go(minutes=10)
    assert world.book(GIULIA, pilates.appointment_id) is Outcome.BOOKED


async def test_an_automatic_waiting_list_puts_the_first_in(
    world: SiteWorld, site: Site, giulia: aiohttp.ClientSession, pilates: Slot
) -> None:
    words = "In attesa: sei il primo della lista"
    world.switches.update({"waiting_moves": True, "waiting_courses": ["PILATES MATWORK"], "waiting_words": words})
    world.fill(pilates.appointment_id)
    for who in (GIULIA, MARCO, GIULIA):
        world.book(who, pilates.appointment_id)
    assert words in (await get(giulia, f"{site.base_url}/Booking"))[1]
    world.free(pilates.appointment_id)
    assert (world.bookings(GIULIA), world.bookings(MARCO), pilates.free) == ([pilates], [], 0)
    assert words not in (await get(giulia, f"{site.base_url}/Booking"))[1]
    world.cancel(GIULIA, pilates.appointment_id)
    assert (world.bookings(GIULIA), world.bookings(MARCO)) == ([], [pilates])


# ----- several servers


@pytest.mark.parametrize("told", ["header", "cookie", "nothing"])
async def test_two_servers_have_two_clocks_and_open_a_slot_by_their_own(
    world: SiteWorld, clock: FakeClock, site: Site, giulia: aiohttp.ClientSession, told: str
) -> None:
    world.switches.update({"servers": 2, "clock_spread": 3.0, "servers_told": told})
    slot = world.slot(SATURDAY, course="PILATES MATWORK")
    clock.now = slot.opens_at.astimezone(UTC) - timedelta(seconds=1)
    dates, names = set(), set()
    for _ in range(4):
        async with giulia.get(f"{site.base_url}/Booking") as answer:
            dates.add(answer.headers["Date"].split()[4])
            cookie = answer.cookies.get(NAME)
            names.add(answer.headers.get(NAME) or (cookie.value if cookie else ""))
    assert dates == {"22:59:59", "23:00:02"}
    assert names == ({""} if told == "nothing" else {"WEB01", "WEB02"})
    answers = [await (await book(giulia, site, slot)).json() for _ in range(2)]
    assert sorted(answer["status"] for answer in answers) == ["Error", "OK"]


async def test_a_server_may_know_a_session_a_moment_later_than_its_neighbour(
    world: SiteWorld, clock: FakeClock, site: Site
) -> None:
    world.switches.update({"servers": 2, "session_lag": 0.5})
    cookies = {AUTH_COOKIE: world.accounts.open_session(GIULIA)}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        early = [(await get(http, f"{site.base_url}/Booking"))[0] for _ in range(4)]
        clock.go(seconds=0.5)
        late = [(await get(http, f"{site.base_url}/Booking"))[0] for _ in range(2)]
    assert (early, late) == ([200, 302, 200, 302], [200, 200])


# ----- where it is, and who is there


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of this machine's own name, and its key."""
    openssl = shutil.which("openssl") or pytest.skip("no openssl on this machine")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    new = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run([openssl, *new, *subject, "-keyout", key, "-out", certificate], capture_output=True, check=True)
    return certificate, key


async def test_it_speaks_tls_on_both_ports_and_sends_people_to_its_public_addresses(
    world: SiteWorld, certificate: tuple[Path, Path]
) -> None:
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    client = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(certificate[0])))
    async with (
        Site(world, tls=server, public_sso_url="https://accesso.example/") as site,
        aiohttp.ClientSession(connector=client, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        page = BeautifulSoup((await get(http, f"{site.base_url}/Account/Login"))[1], "html.parser")
        field = page.select_one("input[name=__RequestVerificationToken]")
        assert field is not None
        form = {"__RequestVerificationToken": str(field["value"])}
        assert [cookie["secure"] for cookie in http.cookie_jar] == [True, True]
        async with http.post(f"{site.base_url}/Account/Login", data=form, allow_redirects=False) as answer:
            there = urlsplit(answer.headers["Location"])
        assert site.base_url.startswith("https://127.0.0.1:")
        assert site.sso_url == f"{there.scheme}://{there.netloc}" == "https://accesso.example"


@pytest.mark.process
async def test_the_command_line_says_where_it_is_who_is_there_and_when(tmp_path: Path) -> None:
    file = tmp_path / "people.json"
    file.write_text(json.dumps([{"username": "7", "password": "p", "secret": SECRET, "name": "Anna"}]))
    command = ["-m", "demo.site", "--port", "0", "--people", str(file), "--person", f"8:q:{SECRET}:Ugo"]
    options = ["--public-url", "https://polimi.example", "--clock", "2026-11-24T23:58", "--set", "penalties=false"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, *options, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parent.parent.parent
    )
    assert process.stdout is not None
    said = b""
    async with asyncio.timeout(PATIENCE):
        while said.count(b"otpauth://") < 2:
            said += await process.stdout.readline()
    process.terminate()
    await process.wait()
    lines = said.decode().splitlines()
    assert lines[0] == "https://polimi.example/sportpolimi"
    assert lines[1].startswith("localhost:")
    assert [line for line in lines if line.startswith("Codice")] == [
        "Codice Persona 8, password q",
        "Codice Persona 7, password p",
    ]


@pytest.mark.parametrize("text", ["7", "7:p", "7:p:", "7:p:not base32!", ":p:JBSWY3DP"])
def test_a_person_that_can_not_log_in_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="person|base32|base-32|padding|digit"):
        person(text)


def test_a_person_may_have_colons_in_the_name_only() -> None:
    assert person(f"7:p:{SECRET}:Anna: la zia").name == "Anna: la zia"


@pytest.mark.parametrize("text", ["[]", "{}", '["7"]', '[{"username": 7, "password": "p", "secret": "JBSWY3DP"}]'])
def test_a_file_without_people_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.json").write_text(text)
    with pytest.raises(ValueError, match="people|person"):
        people(tmp_path / "people.json")


def test_every_switch_is_lived_through_from_the_chat_to_the_row_with_each_of_its_choices() -> None:
    journeys = "".join(path.read_text() for path in Path(__file__).parent.parent.glob("programs/test_journeys_*.py"))
    for switch in fields(Switches):
        assert re.search(rf'\b{switch.name}(=|":)', journeys), f"no journey sets {switch.name}"
        for choice in switch.metadata.get("choices", ()):
            told = not choice or switch.name == "account_limit" or f'"{choice}"' in journeys  # LIMITS has those
            assert told, f"no journey has {switch.name} be {choice}"

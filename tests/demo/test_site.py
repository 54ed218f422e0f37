"""The simulated site keeps the contract: rules, routes, fields and misbehaviours, by plain HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
import pytest
from bs4 import BeautifulSoup
from yarl import URL

from demo.site import Outcome, Person, Site, SiteWorld, Slot
from tests.support.clock import FakeClock

GIULIA, MARCO = "10000001", "10000002"
SECRET = "JBSWY3DPEHPK3PXP"
SUNDAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)  # its classes opened on Sunday at 00:00
SATURDAY = date(2026, 11, 28)  # its classes open on Thursday
GYM = "Giuriati - Fit Center"


class Client:
    """Somebody who is logged in and sends the calendar's own requests."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.base = site.base_url

    async def get(self, path: str) -> tuple[int, str]:
        async with self.http.get(self.base + path, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **form: Any) -> aiohttp.ClientResponse:
        answer = await self.http.post(self.base + path, data=form, allow_redirects=False)
        await answer.read()
        return answer

    async def book(self, slot: Slot) -> dict[str, Any]:
        answer = await self.post("/Booking/BookAppointment", appointmentID=slot.appointment_id)
        body: dict[str, Any] = await answer.json()
        return body

    async def schedule(self, day: date, activity_id: str) -> list[dict[str, Any]]:
        form = {"currentDate": day.isoformat(), "activityID": activity_id, "skillID": 0, "activityFlags": "Classes"}
        answer = await self.post("/Booking/GetActivitySchedule", getForCatchUp="false", **form)
        body = await answer.json()
        assert body["status"] == "OK"
        data: list[dict[str, Any]] = body["data"]
        return data


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SUNDAY)


@pytest.fixture
def world(clock: FakeClock) -> SiteWorld:
    people = [Person(GIULIA, "password", SECRET, name="Giulia"), Person(MARCO, "segreta", SECRET)]
    return SiteWorld(clock=clock, people=people)


@pytest.fixture
async def site(world: SiteWorld) -> AsyncIterator[Site]:
    async with Site(world) as running:
        yield running


@asynccontextmanager
async def logged_in(site: Site, username: str = GIULIA) -> AsyncIterator[Client]:
    cookies = {".ASPXAUTH_SOCIALBOOKING": site.world.accounts.open_session(username)}
    async with aiohttp.ClientSession(cookies=cookies, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Client(site, http)


@pytest.fixture
async def giulia(site: Site) -> AsyncIterator[Client]:
    async with logged_in(site) as client:
        yield client


@pytest.fixture
def pilates(world: SiteWorld) -> Slot:
    return world.slot(TUESDAY, course="PILATES MATWORK", start="18:00")


@pytest.fixture
def not_open(world: SiteWorld) -> Slot:
    return world.slot(SATURDAY, course="PILATES MATWORK")


# ----- login and session


class Visitor:
    """A browser without scripts on its way through the login."""

    def __init__(self, site: Site, http: aiohttp.ClientSession) -> None:
        self._site = site
        self.http = http

    async def send(self, url: str, **form: str) -> str:
        async with self.http.request("POST" if form else "GET", url, data=form or None) as answer:
            self.at = str(answer.url)
            return await answer.text()

    async def to_password(self) -> str:
        text = await self.send(f"{self._site.base_url}/Booking/ChooseActivity")
        token = soup(text).select_one("input[name=__RequestVerificationToken]")
        assert token is not None
        return await self.send(self.at, __RequestVerificationToken=str(token["value"]))

    async def password(self, password: str) -> str:
        return await self.send(f"{self._site.sso_url}/aunicalogin/login", login=GIULIA, password=password)

    async def code(self, code: str) -> str:
        return await self.send(f"{self._site.sso_url}/aunicalogin/otp", otp=code)

    def right_code(self) -> str:
        return self._site.world.accounts.people[GIULIA].code(self._site.world.clock())


@pytest.fixture
async def visitor(site: Site) -> AsyncIterator[Visitor]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Visitor(site, http)


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


async def test_without_a_session_every_page_leads_to_the_login(site: Site) -> None:
    async with aiohttp.ClientSession() as http:
        for path in ("/", "/Booking", "/Booking/ChooseActivity", "/Booking/BookAppointment"):
            async with http.get(site.base_url + path, allow_redirects=False) as answer:
                assert answer.status == 302
                there = quote(f"/sportpolimi{path}", safe="")
                assert answer.headers["Location"] == f"/sportpolimi/Account/Login?returnUrl={there}"


async def test_login_leads_through_another_host_and_back_to_where_one_was_going(site: Site, visitor: Visitor) -> None:
    assert soup(await visitor.to_password()).select_one("#login + label + #password")
    assert urlsplit(visitor.at).netloc != urlsplit(site.base_url).netloc
    assert soup(await visitor.password("password")).select_one("#otp")
    form = soup(await visitor.code(visitor.right_code())).select_one("form#return")
    assert form is not None
    fields = {str(each["name"]): str(each["value"]) for each in form.select("input[type=hidden]")}
    text = await visitor.send(str(form["action"]), **fields)
    assert visitor.at == f"{site.base_url}/Booking/ChooseActivity"
    assert soup(text).select(".list-group-item")[-1].get_text() == GYM
    cookies = [cookie for cookie in visitor.http.cookie_jar if not cookie.key.startswith("AUNICA")]
    assert {cookie.key for cookie in cookies} == {
        ".ASPXAUTH_SOCIALBOOKING",
        "ASP.NET_SessionId",
        "__RequestVerificationToken",
    }
    assert all(cookie["httponly"] for cookie in cookies)


async def test_a_wrong_password_shows_the_same_page_again_and_is_counted(world: SiteWorld, visitor: Visitor) -> None:
    await visitor.to_password()
    again = soup(await visitor.password("sbagliata"))
    assert again.select_one("#password")
    assert "errati" in again.get_text()
    assert world.accounts.login_attempts[GIULIA] == world.accounts.wrong_passwords[GIULIA] == 1


async def test_a_code_can_be_used_once(world: SiteWorld, clock: FakeClock, visitor: Visitor) -> None:
    code = visitor.right_code()
    for expected in ("form#return", "#otp"):
        await visitor.to_password()
        await visitor.password("password")
        assert soup(await visitor.code(code)).select_one(expected)
    clock.go(seconds=30)
    assert soup(await visitor.code(visitor.right_code())).select_one("form#return")
    assert len(world.accounts.codes_received[GIULIA]) == 3


@pytest.mark.parametrize(("age", "accepted"), [(0, True), (30, True), (60, False), (-30, False)])
def test_a_code_of_the_current_or_previous_period_is_accepted(
    world: SiteWorld, clock: FakeClock, age: int, accepted: bool
) -> None:
    person = world.accounts.people[GIULIA]
    assert world.accounts.check_code(GIULIA, person.code(clock.now - timedelta(seconds=age))) is accepted


def test_codes_are_those_of_the_rfc() -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # RFC 6238, appendix B
    person = Person("x", "x", secret, digits=8)
    assert person.code(datetime.fromtimestamp(1111111109, UTC)) == "07081804"
    assert person.code(datetime.fromtimestamp(20000000000, UTC)) == "65353130"


def test_an_expiring_code_is_refused_if_asked_for(world: SiteWorld, clock: FakeClock) -> None:
    world.faults.refuse_expiring_codes = True
    person = world.accounts.people[GIULIA]
    clock.go(seconds=28.5)
    assert not world.accounts.check_code(GIULIA, person.code(clock.now))
    clock.go(seconds=3)
    assert world.accounts.check_code(GIULIA, person.code(clock.now))


async def test_sessions_end_without_notice(world: SiteWorld, giulia: Client) -> None:
    assert (await giulia.get("/Booking"))[0] == 200
    world.accounts.end_sessions()
    assert (await giulia.get("/Booking"))[0] == 302


# ----- the timetable


async def test_the_schedule_has_every_field_of_the_contract(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    slots = await giulia.schedule(TUESDAY, pilates.activity_id)
    slot = next(each for each in slots if each["AppointmentId"] == pilates.appointment_id)
    assert set(slot) == {
        *("AppointmentId", "ParentCourseId", "SkillName", "Type", "Status", "StartDateTime", "EndDateTime"),
        *("DurationMinutes", "TimeDescription", "EventName", "EventDescription", "EventDescription2"),
        *("EventDescription3", "Notes", "Icon", "AvailabilitiesAlmostOver", "Booking360Code"),
        *("TimeStart", "TimeDuration", "DateStart", "ServiceId"),
    }
    assert (slot["StartDateTime"], slot["EndDateTime"]) == ("2026-11-24T18:00:00", "2026-11-24T18:55:00")
    assert (slot["Status"], slot["SkillName"], slot["DurationMinutes"]) == ("Available", "PILATES MATWORK", 55)
    assert slot["EventDescription3"] == f"Posti disponibili: {pilates.free}"


async def test_a_week_has_the_known_number_of_courses_and_gym_slots(world: SiteWorld) -> None:
    week = [slot for offset in range(7) for slot in world.slots(TUESDAY + timedelta(days=offset))]
    assert len([slot for slot in week if slot.activity == GYM]) == 5 * 10 + 2 * 6
    assert len([slot for slot in week if slot.activity == "Giuriati - Corsi Platinum"]) == 20
    assert len({slot.appointment_id for slot in week}) == len(week)


def test_appointment_ids_are_the_same_in_every_world_of_the_seed(pilates: Slot) -> None:
    same = SiteWorld(clock=FakeClock(SUNDAY)).slot(TUESDAY, course="PILATES MATWORK")
    other = SiteWorld(clock=FakeClock(SUNDAY), seed=2).slot(TUESDAY, course="PILATES MATWORK")
    assert same.appointment_id == pilates.appointment_id != other.appointment_id


async def test_a_slot_is_mine_full_closed_or_not_open_yet(
    world: SiteWorld, clock: FakeClock, giulia: Client, pilates: Slot, not_open: Slot
) -> None:
    async def status(slot: Slot) -> tuple[str, str]:
        slots = await giulia.schedule(slot.date, slot.activity_id)
        return next((s["Status"], s["Notes"]) for s in slots if s["AppointmentId"] == slot.appointment_id)

    assert await status(pilates) == ("Available", "")
    assert await status(not_open) == ("Disabled", "Prenotabile dal 26/11/2026 alle 00:00")
    world.fill(pilates.appointment_id)
    assert await status(pilates) == ("Disabled", "Posti esauriti")
    world.free(pilates.appointment_id)
    world.book(GIULIA, pilates.appointment_id)
    assert await status(pilates) == ("Booked", "Prenotato")
    world.cancel(GIULIA, pilates.appointment_id)
    clock.now = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
    assert await status(pilates) == ("Disabled", "Chiuso")


@pytest.mark.parametrize(
    ("fault", "value", "field", "expected"),
    [
        ("json_case", "camel", "startDateTime", "2026-11-24T18:00:00"),
        ("json_case", "lower", "startdatetime", "2026-11-24T18:00:00"),
        ("json_dates", "ms", "StartDateTime", "/Date(1795539600000)/"),
        ("json_dates", "italian", "StartDateTime", "24/11/2026 18:00:00"),
        ("no_start_datetime", True, "TimeStart", "18:00"),
        ("course_name_in", "EventName", "EventName", "PILATES MATWORK"),
        ("no_places", True, "EventDescription3", ""),
    ],
)
async def test_the_timetable_can_come_in_other_forms(
    world: SiteWorld, giulia: Client, pilates: Slot, fault: str, value: Any, field: str, expected: Any
) -> None:
    setattr(world.faults, fault, value)
    slots = await giulia.schedule(TUESDAY, pilates.activity_id)
    assert expected in [each[field] for each in slots]
    assert fault != "no_start_datetime" or all("StartDateTime" not in each for each in slots)


# ----- booking


async def test_a_booking_is_answered_listed_and_counted(
    world: SiteWorld, clock: FakeClock, giulia: Client, pilates: Slot
) -> None:
    taken = pilates.taken
    assert await giulia.book(pilates) == {
        "status": "OK",
        "message": "Prenotazione effettuata con successo.",
        "url": "/sportpolimi/Booking",
        "canBookAgain": True,
    }
    assert pilates.taken == taken + 1
    block = soup((await giulia.get("/Booking"))[1]).select_one("#event-repository > .event-main-block.row")
    assert block is not None
    assert [block.select_one(each).get_text() for each in (".time-start", ".time-duration")] == ["18:00", "55 min"]  # type: ignore[union-attr]
    (shot,) = world.shots
    assert (shot.t, shot.user, shot.outcome) == (clock.now, GIULIA, Outcome.BOOKED)


async def test_each_refusal_has_its_reason(
    world: SiteWorld, clock: FakeClock, giulia: Client, pilates: Slot, not_open: Slot
) -> None:
    async def refusal(slot: Slot) -> str:
        answer = await giulia.book(slot)
        assert (answer["status"], answer["url"]) == ("Error", None)
        return str(answer["message"])

    gym = world.slot(TUESDAY, start="17:30", activity=GYM)
    assert "non ancora aperte" in await refusal(not_open)
    assert "già iniziata" in await refusal(world.slot("2026-11-22", start="09:00"))
    world.accounts.people[GIULIA].membership = False
    assert "abbonamento" in await refusal(pilates)
    world.accounts.people[GIULIA].membership = True
    await giulia.book(pilates)
    assert "già prenotato" in await refusal(pilates)
    assert "si sovrappone" in await refusal(gym)
    full = world.slot(TUESDAY, course="ZUMBA")
    world.fill(full.appointment_id)
    assert "esauriti" in await refusal(full)
    answer = await giulia.post("/Booking/BookAppointment", appointmentID="7")
    assert "non trovato" in (await answer.json())["message"]
    assert world.bookings(GIULIA) == [pilates]


@pytest.mark.parametrize("day", [date(2026, 11, 28), date(2027, 3, 28), date(2027, 3, 30)])
def test_a_slot_opens_at_local_midnight_two_days_before_also_when_clocks_change(clock: FakeClock, day: date) -> None:
    clock.now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=4)
    world = SiteWorld(clock=clock, people=[Person(GIULIA, "", SECRET)])
    slot = world.slots(day)[0]
    local = slot.opens_at
    assert (local.date(), local.hour, local.minute) == (day - timedelta(days=2), 0, 0)
    clock.now = local.astimezone(UTC) - timedelta(milliseconds=1)
    assert world.book(GIULIA, slot.appointment_id) is Outcome.NOT_OPEN
    clock.go(seconds=0.001)
    assert world.book(GIULIA, slot.appointment_id) is Outcome.BOOKED


def test_rivals_take_the_last_places_soon_after_the_opening(world: SiteWorld, clock: FakeClock, not_open: Slot) -> None:
    world.rival(not_open.appointment_id, after=0.1)
    clock.now = not_open.opens_at.astimezone(UTC)
    clock.go(seconds=0.09)
    assert world.book(GIULIA, not_open.appointment_id) is Outcome.BOOKED
    clock.go(seconds=0.02)
    assert world.book(MARCO, not_open.appointment_id) is Outcome.FULL
    assert not_open.taken == not_open.capacity


async def test_capacity_is_never_exceeded(site: Site, world: SiteWorld, pilates: Slot) -> None:
    pilates.taken = pilates.capacity - 1
    async with logged_in(site) as giulia, logged_in(site, MARCO) as marco:
        answers = await asyncio.gather(*(client.book(pilates) for client in (giulia, marco) * 4))
    assert sorted(each["status"] for each in answers) == ["Error"] * 7 + ["OK"]
    assert pilates.taken == pilates.capacity


def test_a_cancelled_place_is_free_again_until_the_class_begins(
    world: SiteWorld, clock: FakeClock, pilates: Slot
) -> None:
    free = pilates.free
    world.book(GIULIA, pilates.appointment_id)
    assert world.cancel(GIULIA, pilates.appointment_id)
    assert pilates.free == free
    assert not world.cancel(GIULIA, pilates.appointment_id)
    world.book(GIULIA, pilates.appointment_id)
    clock.now = pilates.starts_at
    assert not world.cancel(GIULIA, pilates.appointment_id)


# ----- time and the log


async def test_the_date_header_is_the_servers_clock(world: SiteWorld, clock: FakeClock, giulia: Client) -> None:
    clock.go(seconds=3600.9)
    async with giulia.http.get("http://" + urlsplit(giulia.base).netloc + "/") as answer:
        assert answer.headers["Date"] == "Sun, 22 Nov 2026 10:00:00 GMT"


async def test_every_request_is_logged_with_arrival_and_person(
    world: SiteWorld, clock: FakeClock, giulia: Client
) -> None:
    await giulia.schedule(TUESDAY, "245765508040862208")
    (request,) = world.log.about("GetActivitySchedule")
    assert (request.t, request.method, request.user, request.status) == (clock.now, "POST", GIULIA, 200)
    assert request.form["currentDate"] == "2026-11-24"


async def test_the_round_trip_is_added_half_before_and_half_after() -> None:
    world = SiteWorld(people=[Person(GIULIA, "password", SECRET)], round_trip=0.2)
    async with Site(world) as site, logged_in(site) as client:
        sent = world.clock()
        await client.get("/Booking")
        received = world.clock()
    arrived = world.log[-1].t
    assert timedelta(seconds=0.1) <= arrived - sent
    assert timedelta(seconds=0.1) <= received - arrived


# ----- misbehaviour


@pytest.mark.parametrize("status", [500, 503, 403, 429])
async def test_a_failing_path_leaves_the_others_alone(
    world: SiteWorld, giulia: Client, pilates: Slot, status: int
) -> None:
    world.faults.fail = {"BookAppointment": status}
    answer = await giulia.post("/Booking/BookAppointment", appointmentID=pilates.appointment_id)
    assert answer.status == status
    assert (await giulia.get("/Booking"))[0] == 200
    assert (world.shots[0].outcome, world.bookings(GIULIA)) == (Outcome.FAULT, [])


async def test_a_fault_can_last_for_the_next_requests_only(world: SiteWorld, giulia: Client) -> None:
    world.faults.status_503 = True
    world.faults.times = {"status_503": 2}
    assert [(await giulia.get("/Booking"))[0] for _ in range(3)] == [503, 503, 200]
    assert not world.faults.status_503


async def test_a_lost_answer_leaves_the_booking_in_place(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.faults.lost_answer = True
    with pytest.raises(aiohttp.ClientError):
        await giulia.book(pilates)
    assert world.bookings(GIULIA) == [pilates]


async def test_a_reset_connection_leaves_nothing_behind(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.faults.reset = True
    with pytest.raises(aiohttp.ClientError):
        await giulia.book(pilates)
    assert world.bookings(GIULIA) == []


async def test_a_request_that_is_never_answered_does_not_hold_up_the_end(world: SiteWorld) -> None:
    world.faults.hang = True
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.1)) as http, Site(world) as site:
        with pytest.raises(TimeoutError):
            await http.get(site.base_url)


@pytest.mark.parametrize("fault", ["html_for_json", "empty_answer", "maintenance", "captcha"])
async def test_what_is_not_json_can_come_with_status_200(
    world: SiteWorld, giulia: Client, pilates: Slot, fault: str
) -> None:
    setattr(world.faults, fault, True)
    answer = await giulia.post("/Booking/BookAppointment", appointmentID=pilates.appointment_id)
    assert answer.status == 200
    assert not (await answer.text()).startswith("{")


async def test_success_can_be_a_lie_another_word_or_a_waiting_list(
    world: SiteWorld, giulia: Client, pilates: Slot
) -> None:
    world.faults.lying_success = True
    assert (await giulia.book(pilates))["status"] == "OK"
    world.faults.clear()
    world.faults.waiting_list = True
    world.fill(pilates.appointment_id)
    path = f"/Booking/ConfirmActivityBooking?appointmentID={pilates.appointment_id}"
    assert "Lista" in soup((await giulia.get(path))[1]).select_one("#btnConfirmAppointmentBooking").get_text()  # type: ignore[union-attr]
    answer = await giulia.book(pilates)
    assert (answer["status"], answer["canBookAgain"]) == ("OK", False)
    assert (world.waiting(pilates.appointment_id), world.bookings(GIULIA)) == ({GIULIA}, [])
    world.free(pilates.appointment_id)
    world.faults.book_status = "Success"
    assert (await giulia.book(pilates))["status"] == "Success"
    assert world.bookings(GIULIA) == [pilates]


async def test_pages_can_lose_their_classes_and_containers(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.book(GIULIA, pilates.appointment_id)
    world.faults.rename_classes = True
    assert "event-main-block" not in (await giulia.get("/Booking"))[1]
    assert "event-slot" in (await giulia.get("/static/site.js"))[1]
    world.faults.clear()
    world.faults.no_booking_container = True
    assert "event-repository" not in (await giulia.get("/Booking"))[1]


async def test_the_session_can_end_at_a_chosen_request(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.faults.session_ends = True
    world.faults.where = {"session_ends": "BookAppointment"}
    assert (await giulia.get("/Booking"))[0] == 200
    answer = await giulia.post("/Booking/BookAppointment", appointmentID=pilates.appointment_id)
    assert (answer.status, world.bookings(GIULIA)) == (302, [])


def test_the_opening_can_differ_from_the_rule(world: SiteWorld, clock: FakeClock, not_open: Slot) -> None:
    clock.now = not_open.opens_at.astimezone(UTC)
    world.faults.opening_shift = 2.0
    assert world.book(GIULIA, not_open.appointment_id) is Outcome.NOT_OPEN
    clock.go(seconds=2)
    assert world.book(GIULIA, not_open.appointment_id) is Outcome.BOOKED


async def test_cancelling_needs_the_token_of_the_page(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.book(GIULIA, pilates.appointment_id)
    number = world.places.number(GIULIA, pilates.appointment_id)
    answer = await giulia.post("/Booking/DeleteEvent", number=number)
    assert (answer.status, world.bookings(GIULIA)) == (400, [pilates])


async def test_a_cancellation_can_lose_its_answer(world: SiteWorld, giulia: Client, pilates: Slot) -> None:
    world.book(GIULIA, pilates.appointment_id)
    data = soup((await giulia.get("/Booking"))[1]).select_one("#booking-data")
    assert data is not None
    page = json.loads(data.get_text())
    giulia.http.cookie_jar.update_cookies({"__RequestVerificationToken": page["token"]}, URL(giulia.base))
    world.faults.lost_answer = True
    world.faults.where = {"lost_answer": "DeleteEvent"}
    form = {"number": page["numbers"][0], "__RequestVerificationToken": page["token"]}
    with pytest.raises(aiohttp.ClientError):
        await giulia.post("/Booking/DeleteEvent", **form)
    assert world.bookings(GIULIA) == []


# ----- from another process


async def test_another_process_can_look_act_and_set_faults(site: Site, world: SiteWorld, pilates: Slot) -> None:
    root = "http://" + urlsplit(site.base_url).netloc + "/__demo__"
    async with aiohttp.ClientSession() as http:
        async with http.post(
            f"{root}/state", json={"do": "book", "username": GIULIA, "appointment_id": pilates.appointment_id}
        ) as answer:
            assert await answer.json() == {"result": "booked"}
        async with http.get(f"{root}/state", params={"date": "2026-11-24"}) as answer:
            state = await answer.json()
        assert state["people"][0]["bookings"][0]["course"] == "PILATES MATWORK"
        assert pilates.appointment_id in [slot["appointment_id"] for slot in state["slots"]]
        move = {"do": "move", "appointment_id": pilates.appointment_id, "start": "19:30"}
        async with http.post(f"{root}/state", json=move) as answer:
            assert answer.status == 200
        async with http.post(f"{root}/faults", json={"slow": 0.5, "where": {"slow": "Login"}}) as answer:
            assert (await answer.json())["slow"] == 0.5
        async with http.post(f"{root}/faults", json={"slwo": 1}) as answer:
            assert (answer.status, await answer.json()) == (400, {"error": "no such fault: slwo"})
        async with http.post(f"{root}/faults", json={"clear": True}) as answer:
            assert (await answer.json())["slow"] == 0.0
    assert world.bookings(GIULIA) == [pilates]
    assert (pilates.start, pilates.end) == ("19:30", "20:25")
    assert world.log == []

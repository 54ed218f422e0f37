"""Every fault of the simulated site against every operation: what comes of it is stated in the table below.

Whatever the fault: nothing is called booked, cancelled or gone that is not so on the site, and another booking of the
same person is never touched. A cell runs against a site of its own, through one browser for all.
"""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

import booking
from actions import cancelling
from demo.site import Faults, Person, Site, SiteWorld
from domain import errors
from domain.model import ClassRef, Credentials
from portal.read_back import ReadBack
from portal.session.site_session import SiteSession
from tests.support.lent_browser import LentBrowser, lent
from tests.support.sites import (
    GIULIA,
    PASSWORD,
    PATIENT,
    SECRET,
    TUESDAY,
    access,
    enter,
    only_pages_get_schedules,
    running_clock,
    wish,
)

PERIOD = 6  # s; of the one-time codes: a test that needs two does not wait for half a minute
TIMEOUT = 3.0  # s for an answer, or one step on a page, where a fault makes it wait in vain
READ_BACK = ReadBack(accepted=(0.0, 0.02, 0.05, 0.1), unclear=(0.0, 0.02))  # fewer looks, in a shorter time

FAULTS: dict[str, dict[str, Any]] = {
    "none": {},
    # the answer as a whole
    "status 500": {"status_500": True},
    "status 503": {"status_503": True},
    "status 403": {"status_403": True},
    "status 429": {"status_429": True},
    "captcha": {"captcha": True},
    "her account turned away": {"blocked": [GIULIA]},
    "maintenance page": {"maintenance": True},
    "connection reset": {"reset": True},
    "connection reset once": {"reset": True, "times": {"reset": 1}},
    "slow": {"slow": 0.2},
    "no answer": {"hang": True},
    "a page for data": {"html_for_json": True},
    "nothing for data": {"empty_answer": True},
    "answer lost": {"lost_answer": True},
    # login and session
    "single sign-on down": {"sso_down": True},
    "code refused once": {"refuse_code": True, "times": {"refuse_code": 1}},
    "code refused": {"refuse_code": True},
    "expiring codes refused": {"refuse_expiring_codes": True},
    "session ended": {"session_ends": True, "times": {"session_ends": 1}},
    "session ended at the timetable": {
        "session_ends": True,
        "times": {"session_ends": 1},
        "where": {"session_ends": "Activity"},
    },
    "session ended at the act": {
        "session_ends": True,
        "times": {"session_ends": 1},
        "where": {"session_ends": "ointment"},
    },
    "session ended at cancelling": {
        "session_ends": True,
        "times": {"session_ends": 1},
        "where": {"session_ends": "Delete"},
    },
    "session ends each time": {"session_ends": True},
    "ended, single sign-on down": {"session_ends": True, "times": {"session_ends": 1}, "sso_down": True},
    "wrong password": {},
    # the pages
    "renamed classes": {"rename_classes": True},
    "renamed buttons": {"rename_classes": {"btn-delete": "btn-away", "btnConfirmAppointmentBooking": "btnYes"}},
    "banner over the button": {"banner_over_button": True},
    "dead first click": {"dead_first_click": True},
    "no container of bookings": {"no_booking_container": True},
    # the timetable
    "empty timetable": {"empty_timetable": True},
    "camel case": {"json_case": "camel"},
    "lower case": {"json_case": "lower"},
    "upper case": {"json_case": "upper"},
    "dates in milliseconds": {"json_dates": "ms"},
    "dates in Italian": {"json_dates": "italian"},
    "no StartDateTime": {"no_start_datetime": True},
    "name in EventName": {"course_name_in": "EventName"},
    "name in EventDescription": {"course_name_in": "EventDescription"},
    "no places": {"no_places": True},
    # booking
    "another word for yes": {"book_status": "Effettuata"},
    "a yes that is none": {"lying_success": True},
    "full, waiting list": {"waiting_list": True},
    "no membership": {"membership_missing": True},
    "unknown refusal": {"unknown_refusal": "Il computer dice di no."},
    "opens an hour later": {"opening_shift": 2 * 86400.0},
    "the act fails": {"fail": {"BookAppointment": 503, "DeleteEvent": 503}},
    "the act is forbidden": {"fail": {"BookAppointment": 403, "DeleteEvent": 403}},
    "all fails after the act": {},
    "all hangs after the act": {},
}
IN_VAIN = {"no answer", "all hangs after the act", "maintenance page", "a page for data", "nothing for data"}
"""Where something is waited for that does not come; everywhere else each step gets a busy machine's time."""

TABLE = """
fault                           login            refresh          sync             book               page               cancel

none                            ok               ok               ok               ok                 ok                 ok
status 500                      SiteUnavailable  SiteUnavailable  SiteUnavailable  SiteUnavailable    SiteUnavailable    SiteUnavailable
status 503                      SiteUnavailable  SiteUnavailable  SiteUnavailable  SiteUnavailable    SiteUnavailable    SiteUnavailable
status 403                      Blocked          Blocked          Blocked          Blocked            Blocked            Blocked
status 429                      Blocked          Blocked          Blocked          Blocked            Blocked            Blocked
captcha                         Blocked          Blocked          Blocked          Blocked            Blocked            Blocked
her account turned away         -                Blocked          Blocked          Blocked            -                  Blocked
maintenance page                SiteUnavailable  SiteUnavailable  SiteUnavailable  SiteUnavailable    SiteUnavailable    SiteUnavailable
connection reset                SiteUnavailable  SiteUnavailable  SiteUnavailable  SiteUnavailable    SiteUnavailable    SiteUnavailable
connection reset once           -                ok               ok               ok                 -                  -
slow                            -                ok               ok               ok                 -                  -
no answer                       SiteUnavailable  SiteUnavailable  SiteUnavailable  SiteUnavailable    SiteUnavailable    SiteUnavailable
a page for data                 -                SiteChanged+     ok               SiteChanged+       SiteChanged+       -
nothing for data                -                -                ok               SiteChanged+       SiteChanged+       -
answer lost                     -                ok               ok               ok                 ok                 ok

single sign-on down             LoginUnavailable ok               ok               ok                 -                  -
code refused once               ok               -                -                -                  -                  -
code refused                    OtpRejected      -                -                -                  -                  -
expiring codes refused          ok               -                -                -                  -                  -
wrong password                  LoginRejected    -                -                -                  -                  -
session ended                   -                ok               ok               ok                 -                  ok
session ended at the timetable  -                ok               -                ok                 -                  -
session ended at the act        -                -                -                ok                 ok                 -
session ended at cancelling     -                -                -                -                  -                  ok
session ends each time          -                -                -                LoginBlocked+      -                  LoginBlocked+
ended, single sign-on down      -                -                -                LoginUnavailable   -                  LoginUnavailable

renamed classes                 -                ok               SiteChanged+     SiteChanged+       SiteChanged+       SiteChanged+
renamed buttons                 -                ok               ok               ok                 SiteChanged+       SiteChanged+
banner over the button          ok               ok               ok               ok                 ok                 ok
dead first click                -                ok               -                ok                 -                  -
no container of bookings        -                ok               SiteChanged+     SiteChanged+       SiteChanged+       SiteChanged+

empty timetable                 -                ok               ok               SlotNotFound       SlotNotFound       -
camel case                      -                ok               ok               ok                 -                  -
lower case                      -                ok               ok               ok                 -                  -
upper case                      -                ok               ok               ok                 -                  -
dates in milliseconds           -                ok               ok               ok                 -                  -
dates in Italian                -                ok               ok               ok                 -                  -
no StartDateTime                -                ok               ok               ok                 -                  -
name in EventName               -                ok               ok               ok                 -                  -
name in EventDescription        -                ok               ok               ok                 -                  -
no places                       -                ok               ok               ok                 -                  -

another word for yes            -                -                -                ok                 ok                 -
a yes that is none              -                -                -                YesWithoutPlace+   YesWithoutPlace+   -
full, waiting list              -                ok               ok               SlotFull           SlotFull           -
no membership                   -                ok               ok               MembershipProblem  MembershipProblem  -
unknown refusal                 -                -                -                BookingRefused+    BookingRefused+    -
opens an hour later             -                -                -                NotOpenYet         NotOpenYet         -
the act fails                   -                -                -                SiteUnavailable    SiteUnavailable    SiteUnavailable
the act is forbidden            -                -                -                Blocked            Blocked            Blocked
all fails after the act         -                -                -                SiteUnavailable*   SiteUnavailable*   SiteUnavailable*
all hangs after the act         -                -                -                SiteUnavailable*   -                  -
"""  # noqa: E501
"""ok, or the class of the error; + with evidence; * the site has done it all the same, and a repetition will see it;
- not tried: the fault is of something the operation does not do, or another cell shows the same."""

WIDTH = len("session ended at the timetable") + 2


@dataclass(slots=True)
class Cell:
    session: SiteSession
    site: Site
    wish: ClassRef

    @property
    def world(self) -> SiteWorld:
        return self.site.world

    @property
    def held(self) -> list[str]:
        return [slot.course for slot in self.world.bookings(GIULIA)]


async def login(cell: Cell) -> None:
    await cell.session.renew()


async def refresh(cell: Cell) -> None:
    read = await booking.timetable(cell.session, [TUESDAY])
    assert len(read.slots) in (len(cell.world.slots(TUESDAY)), 0)


async def sync(cell: Cell) -> None:
    assert [each.course for each in await booking.my_bookings(cell.session)] == cell.held


async def book(cell: Cell) -> None:
    await booking.book(cell.session, cell.wish)


async def cancel(cell: Cell) -> None:
    await cancelling.cancel(cell.session, cell.wish)


OPERATIONS: dict[str, Callable[[Cell], Awaitable[None]]] = {
    "login": login,
    "refresh": refresh,
    "sync": sync,
    "book": book,
    "page": book,
    "cancel": cancel,
}
"""`page` books through the page, because the calendar's own requests do not hold."""


@pytest_asyncio.fixture(loop_scope="session")
async def cell(engine: LentBrowser, tmp_path: Path, fault: str, stated: str) -> AsyncIterator[Cell]:
    timeout = TIMEOUT if fault in IN_VAIN and stated != "ok" else PATIENT
    clock = running_clock()
    clock.go(seconds=PERIOD - clock().timestamp() % PERIOD)  # a fresh one-time code
    giulia = Person(GIULIA, PASSWORD, SECRET, name="Giulia", period=PERIOD)
    url = f"otpauth://totp/Polimi:{GIULIA}?secret={SECRET}&period={PERIOD}"
    async with (
        Site(SiteWorld(clock=clock, people=[giulia])) as site,
        lent(engine, access(site, tmp_path, clock, timeout, READ_BACK)) as portal,
    ):
        session = portal.session(Credentials(1, GIULIA, PASSWORD, url))
        enter(session, site)
        yield Cell(session, site, wish(site.world))
        site.world.faults.clear()


def prepare(cell: Cell, operation: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Giulia holds a class of that evening; to cancel, also the one it is about."""
    world = cell.world
    pilates = world.slot(TUESDAY, "PILATES MATWORK").appointment_id
    assert world.book(GIULIA, world.slot(TUESDAY, "ZUMBA").appointment_id) == "booked"
    if operation == "cancel":
        assert world.book(GIULIA, pilates) == "booked"
    if operation == "page":
        only_pages_get_schedules(world)
    if fault == "full, waiting list":
        world.fill(pilates)
    if fault == "wrong password":
        world.accounts.people[GIULIA].password = "changed meanwhile"
    if "after the act" in fault:
        fail_after_the_act(world, "status_503" if "fails" in fault else "hang", monkeypatch)
    world.faults.update(copy.deepcopy(FAULTS[fault]))  # what is used up is counted in it


def fail_after_the_act(world: SiteWorld, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment the site has committed, nothing of it works any more."""
    for verb in ("book", "cancel"):
        monkeypatch.setattr(world, verb, _then(getattr(world, verb), world, fault))


def _then(act: Callable[..., Any], world: SiteWorld, fault: str) -> Callable[..., Any]:
    def done(*arguments: Any) -> Any:
        outcome = act(*arguments)
        setattr(world.faults, fault, True)
        return outcome

    return done


async def outcome_of(cell: Cell, operation: str) -> str:
    try:
        await OPERATIONS[operation](cell)
    except errors.SiteError as error:
        return type(error).__name__ + ("+" if error.evidence else "")
    return "ok"


def cells() -> list[tuple[str, str, str]]:
    """Fault, operation and stated outcome of every cell of the table that is tried."""
    heading, *lines = [line for line in TABLE.splitlines() if line]
    operations = heading[WIDTH:].split()
    rows = [(line[:WIDTH].strip(), line[WIDTH:].split()) for line in lines]
    return [
        (fault, operation, outcome)
        for fault, outcomes in rows
        for operation, outcome in zip(operations, outcomes, strict=True)
        if outcome != "-"
    ]


@pytest.mark.asyncio(loop_scope="session")  # the loop of the browser that is lent
@pytest.mark.parametrize(
    ("fault", "operation", "stated"), [pytest.param(*each, id=f"{each[1]}, {each[0]}") for each in cells()]
)
async def test_what_comes_of_a_fault_is_what_the_table_states(
    cell: Cell, fault: str, operation: str, stated: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(cell, operation, fault, monkeypatch)
    assert await outcome_of(cell, operation) == stated.rstrip("*")
    done = stated == "ok" or stated.endswith("*")
    has_pilates = {"book": done, "page": done, "cancel": not done}.get(operation, False)
    assert cell.held == (["PILATES MATWORK", "ZUMBA"] if has_pilates else ["ZUMBA"])


ELSEWHERE = {
    "answer": "actions/test_nonsense.py",
    "deaf": "portal/test_clicks.py",
    "echo_secrets": "programs/test_canaries.py",
    "empty_bookings": "actions/test_cancelling.py",
    "bookings_by_script": "actions/test_cancelling.py",
    "booking_note": "test_booking.py",
    "booking_name": "test_booking.py",
    "byte_order_mark": "test_booking.py",
    "pages_only": "test_booking.py",
}
"""What one operation does not show: faults that are lived through in tests of their own."""


def test_the_table_states_something_of_every_fault() -> None:
    assert {fault for fault, _, _ in cells()} == set(FAULTS)
    stated = {name for values in FAULTS.values() for name in values}
    assert stated | set(ELSEWHERE) == {each.name for each in fields(Faults)}
    folder = Path(__file__).parent.parent
    assert [name for name, file in ELSEWHERE.items() if f"{name}" not in (folder / file).read_text()] == []
